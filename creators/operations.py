"""Every write on creators, except ``own_account``: that changes coverage (authorizations.operations)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from brands.models import Brand
from brands.operations.audit import BATCH, Change, record_changes
from brands.operations.edits import Edit, edit_rows
from creators.models import Creator
from sparktrack.core.actors import Actor
from sparktrack.core.refusals import RefusedError
from sparktrack.tiktok.links import parse_handle

EDITABLE = frozenset(
    {
        "display_name",
        "email",
        "agent_name",
        "agent_email",
        "country",
        "language",
        "time_zone",
        "tags",
        "notes",
        "manager",
    }
)


class DuplicateCreatorError(RefusedError):
    """The brand has a creator with this handle already."""


@dataclass(frozen=True, slots=True)
class CreatorDraft:
    """A creator to put on file; ``details`` holds values for the fields of ``EDITABLE``."""

    handle: str
    own_account: bool = False
    details: dict[str, Any] = field(default_factory=dict)


def add_creators(
    *, brand: Brand, drafts: Sequence[CreatorDraft], now: datetime, actor: Actor
) -> list[Creator]:
    """Put creators on file, one row a draft, in order.

    Handles may be typed with @ or as a profile URL. Raises DuplicateCreatorError for a handle that the brand has, and
    what ``parse_handle`` raises for a text that is no handle.
    """
    rows = [
        Creator(
            brand=brand,
            handle=parse_handle(draft.handle),
            own_account=draft.own_account,
            created_at=now,
            **draft.details,
        )
        for draft in drafts
    ]
    with transaction.atomic():
        _refuse_known(brand, [row.handle for row in rows])
        Creator.objects.bulk_create(rows, batch_size=BATCH)
        changes = [Change("creator.added", row, after={"handle": row.handle}) for row in rows]
        record_changes(brand, changes, now=now, actor=actor)
    return rows


def edit_creators(
    *, brand: Brand, edits: Sequence[Edit[Creator]], now: datetime, actor: Actor
) -> list[Creator]:
    """Change what is known about creators; returns those that changed. Raises ValueError for another field."""
    return edit_rows(
        Creator, brand=brand, edits=edits, editable=EDITABLE, action="creator.edited", now=now, actor=actor
    )


def rename_creator(*, brand: Brand, creator: Creator, handle: str, now: datetime, actor: Actor) -> Creator:
    """The creator has a new handle; the old one is kept among the former ones.

    Raises DuplicateCreatorError if another creator of the brand has it.
    """
    new = parse_handle(handle)
    if new == creator.handle:
        return creator
    former = [*(old for old in creator.former_handles if old != new), creator.handle]
    with transaction.atomic():
        _refuse_known(brand, [new])
        edit_rows(
            Creator,
            brand=brand,
            edits=[Edit(creator, {"handle": new, "former_handles": former})],
            editable=frozenset({"handle", "former_handles"}),
            action="creator.renamed",
            now=now,
            actor=actor,
        )
    return creator


def _refuse_known(brand: Brand, handles: Sequence[str]) -> None:
    seen: set[str] = set()
    for handle in handles:
        if handle in seen:
            raise DuplicateCreatorError(f"@{handle} is there twice.")
        seen.add(handle)
    for start in range(0, len(handles), _SLICE):
        known = Creator.objects.for_brand(brand).with_handles(handles[start : start + _SLICE]).first()
        if known is not None:
            raise DuplicateCreatorError(f"{known} is already on file.")


_SLICE = 900
