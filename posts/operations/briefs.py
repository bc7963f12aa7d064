"""What creators are asked to make."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from brands.models import Brand
from brands.operations.audit import Change, record_changes
from brands.operations.edits import Edit, edit_stored, locked, refuse_others, rows_with
from posts.models import Brief
from sparktrack.core.actors import Actor
from sparktrack.core.bulk import insert
from sparktrack.core.refusals import RefusedError

EDITABLE_BRIEF = frozenset(
    {
        "title",
        "product_truth",
        "audience_problem",
        "claim_boundaries",
        "tone_examples",
        "usage_days",
        "usage_paid",
    }
)
MOST_USAGE_DAYS = 36_500


class DuplicateBriefError(RefusedError):
    """The brand has a brief of this title already."""


class UsageDaysError(RefusedError):
    """Nobody agrees on usage for no days, or for centuries."""


def add_briefs(*, brand: Brand, drafts: Sequence[dict[str, Any]], now: datetime, actor: Actor) -> list[Brief]:
    """Put briefs on file; each draft holds values for fields of ``EDITABLE_BRIEF``.

    Raises DuplicateBriefError for a title that the brand has already, UsageDaysError, ValueError for another field.
    """
    for draft in drafts:
        refuse_others(draft, EDITABLE_BRIEF)
        _refuse_odd_days(draft)
    rows = [Brief(brand=brand, created_at=now, **draft) for draft in drafts]
    with locked(brand):
        _refuse_known_titles(brand, [(row.title, row.pk) for row in rows])
        insert(rows)
        changes = [Change("brief.added", row, after=draft) for row, draft in zip(rows, drafts, strict=True)]
        record_changes(brand, changes, now=now, actor=actor)
    return rows


def edit_briefs(*, brand: Brand, edits: Sequence[Edit[Brief]], now: datetime, actor: Actor) -> list[Brief]:
    """Change briefs; returns those that changed.

    Raises DuplicateBriefError for a title that another brief has, UsageDaysError, ValueError for a field that is not
    edited here.
    """
    for edit in edits:
        _refuse_odd_days(edit.values)
    with locked(brand):
        _refuse_known_titles(
            brand, [(edit.values["title"], edit.row.pk) for edit in edits if "title" in edit.values]
        )
        return edit_stored(
            Brief,
            brand=brand,
            edits=edits,
            editable=EDITABLE_BRIEF,
            action="brief.edited",
            now=now,
            actor=actor,
        )


def _refuse_odd_days(values: Mapping[str, Any]) -> None:
    days = values.get("usage_days")
    if days is not None and not 1 <= days <= MOST_USAGE_DAYS:
        raise UsageDaysError(
            f"Usage is agreed for 1 to {MOST_USAGE_DAYS:,} days, not {days:,}.", field="usage_days"
        )


def _refuse_known_titles(brand: Brand, wanted: Sequence[tuple[str, UUID]]) -> None:
    owners: dict[str, UUID] = {}
    for title, pk in wanted:
        if owners.setdefault(title, pk) != pk:
            raise DuplicateBriefError(f"The title {title} is there twice.", field="title")
    for known in rows_with(Brief, brand, "title", owners):
        if owners[known.title] != known.pk:
            raise DuplicateBriefError(f"There is a brief called {known} already.", field="title")
