"""Campaigns: added and edited."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from brands.models import Brand, User
from brands.operations.audit import BATCH, Change, record_changes
from brands.operations.edits import Edit, edit_rows
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
    """Put campaigns on file, one row a draft, in order. Raises DuplicateCampaignError for a name that is taken."""
    with transaction.atomic():
        _refuse_known(brand, [draft.name for draft in drafts])
        rows = [
            Campaign(
                brand=brand, name=draft.name, objective=draft.objective, buyer=draft.buyer, created_at=now
            )
            for draft in drafts
        ]
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

    Raises DuplicateCampaignError for a name that another campaign has, ValueError for a field that is not edited here.
    """
    with transaction.atomic():
        _refuse_known(
            brand,
            [
                edit.values["name"]
                for edit in edits
                if "name" in edit.values and edit.values["name"] != edit.row.name
            ],
        )
        return edit_rows(
            Campaign,
            brand=brand,
            edits=edits,
            editable=EDITABLE,
            action="campaign.edited",
            now=now,
            actor=actor,
        )


def _refuse_known(brand: Brand, names: Sequence[str]) -> None:
    if len(set(names)) < len(names):
        raise DuplicateCampaignError("The same campaign name is there twice.")
    known = Campaign.objects.for_brand(brand).filter(name__in=names).first()
    if known is not None:
        raise DuplicateCampaignError(f"There is a campaign called {known.name} already.")
