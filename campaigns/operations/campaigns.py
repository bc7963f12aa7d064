"""Campaigns: added and edited."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from brands.models import Brand, User
from brands.operations.audit import BATCH, Change, record_changes
from brands.operations.edits import Edit, edit_stored, locked, require_members, rows_with
from campaigns.models import Campaign
from sparktrack.core.actors import Actor
from sparktrack.core.refusals import RefusedError

EDITABLE = frozenset({"name", "objective", "buyer"})


class DuplicateCampaignError(RefusedError):
    """The brand has a campaign of this name already."""


@dataclass(frozen=True, slots=True)
class CampaignDraft:
    """A campaign to put on file."""

    name: str
    objective: str = ""
    buyer: User | None = None


def add_campaigns(
    *, brand: Brand, drafts: Sequence[CampaignDraft], now: datetime, actor: Actor
) -> list[Campaign]:
    """Put campaigns on file, one row a draft, in order.

    Raises DuplicateCampaignError for a name that is taken, NotAMemberError for a buyer from outside.
    """
    with locked(brand):
        require_members(brand, [draft.buyer for draft in drafts], field="buyer")
        rows = [
            Campaign(
                brand=brand, name=draft.name, objective=draft.objective, buyer=draft.buyer, created_at=now
            )
            for draft in drafts
        ]
        _refuse_known(brand, [(row.name, row.pk) for row in rows])
        Campaign.objects.bulk_create(rows, batch_size=BATCH)
        changes = [
            Change("campaign.added", row, after={"name": row.name, "buyer": row.buyer}) for row in rows
        ]
        record_changes(brand, changes, now=now, actor=actor)
    return rows


def edit_campaigns(
    *, brand: Brand, edits: Sequence[Edit[Campaign]], now: datetime, actor: Actor
) -> list[Campaign]:
    """Change name, objective or buyer; returns the campaigns that changed.

    Raises DuplicateCampaignError for a name that another campaign has, NotAMemberError for a buyer from outside,
    ValueError for a field that is not edited here.
    """
    with locked(brand):
        require_members(brand, [edit.values.get("buyer") for edit in edits], field="buyer")
        _refuse_known(brand, [(edit.values["name"], edit.row.pk) for edit in edits if "name" in edit.values])
        return edit_stored(
            Campaign,
            brand=brand,
            edits=edits,
            editable=EDITABLE,
            action="campaign.edited",
            now=now,
            actor=actor,
        )


def _refuse_known(brand: Brand, wanted: Sequence[tuple[str, UUID]]) -> None:
    owners: dict[str, UUID] = {}
    for name, pk in wanted:
        if owners.setdefault(name, pk) != pk:
            raise DuplicateCampaignError(f"The campaign {name} is there twice.", field="name")
    for known in rows_with(Campaign, brand, "name", owners):
        if owners[known.name] != known.pk:
            raise DuplicateCampaignError(f"There is a campaign called {known.name} already.", field="name")
