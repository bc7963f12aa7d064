"""What the import pages show: the history, one run, the rows of a preview, the rows an import touched."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Q

from brands.models import Brand
from campaigns.enums import RowOutcome
from campaigns.models import ImportedRow, ImportRow, ImportRun

HISTORY = 25
ROWS = 100


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows, and the key to ask for what follows with (None: nothing does)."""

    rows: list[Any]
    after: str | None


def import_history(brand: Brand, *, after: str = "") -> Page:
    """The runs of a brand, newest first; ``after``: the key of the page before. An odd key begins at the top."""
    runs = ImportRun.objects.for_brand(brand).select_related("by", "undone_by").defer("report", "look")
    when, _, last = after.partition("_")
    try:
        at, pk = datetime.fromisoformat(when), UUID(last)
        runs = runs.filter(Q(created_at__lt=at) | Q(created_at=at, pk__lt=pk))
    except ValueError:
        pass
    found = list(runs.order_by("-created_at", "-pk")[: HISTORY + 1])
    shown = found[:HISTORY]
    return Page(shown, f"{shown[-1].created_at.isoformat()}_{shown[-1].pk}" if len(found) > HISTORY else None)


def import_run(brand: Brand, run_id: UUID) -> ImportRun | None:
    """One run with the people of it; None if the brand has no such run."""
    runs = ImportRun.objects.for_brand(brand).select_related("brand", "by", "undone_by")
    run: ImportRun | None = runs.filter(pk=run_id).first()
    return run


def outcomes(run: ImportRun) -> dict[RowOutcome, int]:
    """How many rows of the preview have each outcome, zeros included."""
    counted = dict(
        ImportRow.objects.filter(run=run).values_list("outcome").annotate(number=Count("pk")).order_by()
    )
    return {outcome: counted.get(outcome.value, 0) for outcome in RowOutcome}


def preview_rows(run: ImportRun, *, outcome: RowOutcome | None = None, after: int = 0) -> Page:
    """Rows of the preview in the order of the sheet, from the one behind row ``after`` on."""
    rows = ImportRow.objects.filter(run=run, number__gt=after)
    if outcome is not None:
        rows = rows.filter(outcome=outcome)
    found = list(rows.order_by("number")[: ROWS + 1])
    return Page(found[:ROWS], str(found[ROWS - 1].number) if len(found) > ROWS else None)


def conflict_numbers(run: ImportRun) -> list[int]:
    """The rows with a conflict that a person decides."""
    rows = ImportRow.objects.filter(run=run, outcome=RowOutcome.CONFLICT)
    return list(rows.order_by("number").values_list("number", flat=True))


def touched_counts(run: ImportRun) -> dict[str, tuple[int, int]]:
    """Kind (model) → how many rows the import created, and changed."""
    rows = ImportedRow.objects.filter(run=run).values_list("kind")
    counted = rows.annotate(
        created=Count("pk", filter=Q(before=None)), changed=Count("pk", filter=Q(before__isnull=False))
    )
    return {kind: (created, changed) for kind, created, changed in counted.order_by()}


@dataclass(frozen=True, slots=True)
class Touched:
    """A row an import created (no ``changes``) or changed; ``post_id``: the post page that shows it, if any does."""

    kind: str
    object_id: UUID
    label: str
    created: bool
    changes: list[tuple[str, Any, Any]]  # column, before, after
    post_id: UUID | None


def touched_rows(run: ImportRun, *, kind: str = "", after: str = "") -> Page:
    """Rows of ``kind`` (all kinds if empty) that the import touched, in the order it did."""
    raise NotImplementedError


def changes_of(
    before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
) -> list[tuple[str, Any, Any]]:
    """Column, before, after of what an import changed."""
    return [(name, old, (after or {}).get(name)) for name, old in (before or {}).items()]
