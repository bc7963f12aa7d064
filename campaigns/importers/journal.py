"""What an import created and changed, put on record so that it can be undone."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.db import models

from brands.models import Brand, BrandOwned
from brands.operations.edits import rows_with
from campaigns.importers.plan import Effect, ImportPlan, effect
from campaigns.models import ImportedRow
from campaigns.operations.touched import entries_about, stored_value
from sparktrack.core.bulk import insert_columns
from sparktrack.core.ids import uuid7

_LABEL = 120


class Journal:
    """Made before a plan is carried out, kept after it, both under the lock of the brand."""

    def __init__(self, brand: Brand, plan: ImportPlan) -> None:
        """The rows on file of ``plan`` must be as they are in the database: operations write on copies of their own."""
        self._brand = brand
        self._new: list[Any] = []
        self._old: dict[type[BrandOwned], dict[UUID, BrandOwned]] = defaultdict(dict)
        things: list[Sequence[Any]] = [
            plan.creators,
            plan.posts,
            plan.codes,
            plan.rights,
            plan.campaigns,
            plan.flights,
        ]
        for thing in (thing for kind in things for thing in kind):
            if thing.row is None:
                self._new.append(thing)
            elif effect(thing) is Effect.UPDATED:
                self._old[type(thing.row)][thing.row.pk] = thing.row

    def keep(self, run_id: UUID, made: Iterable[BrandOwned]) -> None:
        """Put on record what is new (``made`` besides the things of the plan) and which columns differ now."""
        rows = [*(thing.row for thing in self._new), *made]
        before: list[dict[str, Any] | None] = [None] * len(rows)
        after: list[dict[str, Any] | None] = [None] * len(rows)
        for row, was, now in self._changed():
            rows.append(row)
            before.append(was)
            after.append(now)
        changed = [row.pk for row, was in zip(rows, before, strict=True) if was is not None]
        entries = entries_about(self._brand, changed, but_of=run_id)
        insert_columns(
            ImportedRow,
            {
                "id": [uuid7() for _ in rows],
                "brand_id": [self._brand.pk] * len(rows),
                "run_id": [run_id] * len(rows),
                "kind": [row._meta.model_name for row in rows],
                "object_id": [row.pk for row in rows],
                "label": [str(row)[:_LABEL] for row in rows],
                "before": before,
                "after": after,
                "entries": [len(entries.get(row.pk, ())) for row in rows],
            },
        )

    def _changed(self) -> Iterable[tuple[BrandOwned, dict[str, Any], dict[str, Any]]]:
        """Each row that differs from what it was, with the columns that do, before and after."""
        for model, rows in self._old.items():
            fields = [field for field in model._meta.concrete_fields if not _is_secret(field)]
            for row in rows_with(model, self._brand, "pk", rows):
                old = rows[row.pk]
                columns = [
                    field for field in fields if getattr(old, field.attname) != getattr(row, field.attname)
                ]
                if columns:
                    yield (
                        row,
                        {field.name: stored_value(field, old) for field in columns},
                        {field.name: stored_value(field, row) for field in columns},
                    )


def _is_secret(field: "models.Field[Any, Any]") -> bool:
    """Codes are sealed again when keys rotate, and no import changes one."""
    return isinstance(field, models.BinaryField)
