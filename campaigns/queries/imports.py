"""What the import pages show: the history, one run, the rows of a preview, the rows an import touched."""

from collections import defaultdict
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Q
from django.db.models.fields.json import KeyTransform

from authorizations.models import AuthorizationCode, CodeUse, UsageRight
from brands.models import Brand, BrandOwned
from campaigns.enums import RowOutcome
from campaigns.models import Flight, ImportedRow, ImportRow, ImportRun
from posts.models import MetricsSnapshot, Post, StageEvent

HISTORY = 25
ROWS = 50


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows, and the key to ask for what follows with (None: nothing does)."""

    rows: list[Any]
    after: str | None


def import_history(brand: Brand, *, after: str = "") -> Page:
    """The runs of a brand, newest first; ``after``: the key of the page before. An odd key begins at the top.

    Of each report only the counts are read: ``created_counts`` and ``updated_counts``.
    """
    runs = ImportRun.objects.for_brand(brand).select_related("by", "undone_by").defer("report", "look")
    runs = runs.annotate(
        created_counts=KeyTransform("created", "report"), updated_counts=KeyTransform("updated", "report")
    )
    when, _, last = after.partition("_")
    try:
        at, pk = datetime.fromisoformat(when).astimezone(UTC), UUID(last)
        runs = runs.filter(Q(created_at__lt=at) | Q(created_at=at, pk__lt=pk))
    except (ValueError, OverflowError):
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


def conflict_rows(run: ImportRun, *, limit: int) -> list[ImportRow]:
    """The first rows with a conflict, both sides with them."""
    return list(ImportRow.objects.filter(run=run, outcome=RowOutcome.CONFLICT).order_by("number")[:limit])


def conflict_numbers(run: ImportRun) -> list[int]:
    """The rows with a conflict that a person decides."""
    rows = ImportRow.objects.filter(run=run, outcome=RowOutcome.CONFLICT)
    return list(rows.order_by("number").values_list("number", flat=True))


def touched_counts(run: ImportRun) -> dict[str, tuple[int, int]]:
    """Kind (model) → how many rows the import created, and changed."""
    rows = ImportedRow.objects.filter(run=run).values_list("kind")
    counted = rows.annotate(
        created=Count("pk", filter=Q(before__isnull=True)),
        changed=Count("pk", filter=Q(before__isnull=False)),
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
    """Rows of ``kind`` (all kinds if empty) that the import touched, in the order it did; an odd key begins anew."""
    rows = ImportedRow.objects.filter(brand=run.brand_id, run=run)
    if kind:
        rows = rows.filter(kind=kind)
    with suppress(ValueError):
        rows = rows.filter(pk__gt=UUID(after))
    found = list(rows.order_by("pk")[: ROWS + 1])
    shown = found[:ROWS]
    posts = _posts_of(run, shown)
    return Page(
        [
            Touched(
                row.kind,
                row.object_id,
                row.label,
                row.before is None,
                changes_of(row.before, row.after),
                posts.get(row.object_id),
            )
            for row in shown
        ],
        str(shown[-1].pk) if len(found) > ROWS else None,
    )


def _posts_of(run: ImportRun, rows: list[ImportedRow]) -> dict[UUID, UUID]:
    """Touched row → its post, for those that have one and are still there."""
    ids: dict[str, list[UUID]] = defaultdict(list)
    for row in rows:
        ids[row.kind].append(row.object_id)
    found: dict[UUID, UUID] = {}
    for kind, (model, column) in _SHOWN_ON.items():
        if ids[kind]:
            there = model._default_manager.filter(brand=run.brand_id, pk__in=ids[kind])
            found.update(there.exclude(**{column: None}).values_list("pk", column))
    return found


# Kind → its model, and the column that names the post whose page shows it.
_SHOWN_ON: dict[str, tuple[type[BrandOwned], str]] = {
    "post": (Post, "pk"),
    "authorizationcode": (AuthorizationCode, "post_id"),
    "usageright": (UsageRight, "post_id"),
    "flight": (Flight, "post_id"),
    "codeuse": (CodeUse, "code__post_id"),
    "stageevent": (StageEvent, "post_id"),
    "metricssnapshot": (MetricsSnapshot, "post_id"),
}


def changes_of(
    before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
) -> list[tuple[str, Any, Any]]:
    """Column, before, after of what an import changed."""
    return [(name, old, (after or {}).get(name)) for name, old in (before or {}).items()]
