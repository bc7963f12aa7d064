"""Every write on creators, except ``own_account``: that changes coverage (authorizations.operations)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from brands.models import Brand, User
from brands.operations.audit import Change, record_changes
from brands.operations.edits import (
    Edit,
    edit_rows,
    edit_stored,
    locked,
    refuse_others,
    require_members,
    reread,
    rows_with,
)
from creators.models import Creator
from sparktrack.core.actors import Actor
from sparktrack.core.bulk import insert
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

    Handles may be typed with @ or as a profile URL. Raises DuplicateCreatorError for a handle that the brand has,
    NotAMemberError for a manager from outside, BadHandle for a text that is no handle, ValueError for details that
    are not in ``EDITABLE``.
    """
    for draft in drafts:
        refuse_others(draft.details, EDITABLE)
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
    with locked(brand):
        _refuse_known(brand, [row.handle for row in rows])
        require_members(brand, [row.manager for row in rows], field="manager")
        insert(rows)
        changes = [Change("creator.added", row, after={"handle": row.handle}) for row in rows]
        record_changes(brand, changes, now=now, actor=actor)
    return rows


def edit_creators(
    *, brand: Brand, edits: Sequence[Edit[Creator]], now: datetime, actor: Actor
) -> list[Creator]:
    """Change what is known about creators; returns those that changed.

    Raises NotAMemberError for a manager from outside, ValueError for a field that is not in ``EDITABLE``.
    """
    require_members(brand, [edit.values.get("manager") for edit in edits], field="manager")
    return edit_stored(
        Creator, brand=brand, edits=edits, editable=EDITABLE, action="creator.edited", now=now, actor=actor
    )


def rename_creator(*, brand: Brand, creator: Creator, handle: str, now: datetime, actor: Actor) -> Creator:
    """``rename_creators`` for one; returns the creator as it is now."""
    (renamed,) = rename_creators(brand=brand, handles=[(creator, handle)], now=now, actor=actor)
    return renamed


def rename_creators(
    *, brand: Brand, handles: Sequence[tuple[Creator, str]], now: datetime, actor: Actor
) -> list[Creator]:
    """The creators get new handles, one after the other; the old ones are kept among the former ones.

    Returns the creators as they are now, in order. Raises DuplicateCreatorError for a handle that another creator of
    the brand has when its turn comes, BadHandle for a text that is no handle.
    """
    wanted = [(creator, parse_handle(handle)) for creator, handle in handles]
    with locked(brand):
        rows = reread(Creator, brand, [creator for creator, _ in wanted])
        for edits in _renamings(brand, [(rows[creator.pk], new) for creator, new in wanted]):
            edit_rows(
                Creator,
                brand=brand,
                edits=edits.values(),
                editable=frozenset({"handle", "former_handles"}),
                action="creator.renamed",
                now=now,
                actor=actor,
            )
    return [rows[creator.pk] for creator, _ in wanted]


def _renamings(brand: Brand, wanted: Sequence[tuple[Creator, str]]) -> Iterator[dict[UUID, Edit[Creator]]]:
    """What changes, in as few parts as can be written one after the other.

    A handle that somebody lays down in one part is not taken up before the next: within a part a database may write in
    any order, and nobody may have the handle of another for a moment.
    """
    taken = {row.handle for row in rows_with(Creator, brand, "handle", [new for _, new in wanted])}
    edits: dict[UUID, Edit[Creator]] = {}
    laid_down: set[str] = set()
    for row, new in wanted:
        if new in laid_down or row.pk in edits:
            yield edits
            edits, laid_down = {}, set()
        if new == row.handle:
            continue
        if new in taken:
            raise DuplicateCreatorError(f"@{new} is already on file.", field="handle")
        former = [*(old for old in row.former_handles if old != new), row.handle]
        edits[row.pk] = Edit(row, {"handle": new, "former_handles": former})
        taken.discard(row.handle)
        taken.add(new)
        laid_down.add(row.handle)
    yield edits


def _refuse_known(brand: Brand, handles: Sequence[str]) -> None:
    seen: set[str] = set()
    for handle in handles:
        if handle in seen:
            raise DuplicateCreatorError(f"@{handle} is there twice.", field="handle")
        seen.add(handle)
    for known in rows_with(Creator, brand, "handle", seen):
        raise DuplicateCreatorError(f"{known} is already on file.", field="handle")


def hand_over_creators(
    *, brand: Brand, leaving: User, to: User | None, now: datetime, actor: Actor
) -> list[Creator]:
    """``to`` (None: nobody) manages the creators of ``leaving``; returns them. Raises NotAMemberError."""
    with locked(brand):
        rows = Creator.objects.for_brand(brand).filter(manager=leaving)
        edits = [Edit(row, {"manager": to}) for row in rows]
        return edit_creators(brand=brand, edits=edits, now=now, actor=actor)
