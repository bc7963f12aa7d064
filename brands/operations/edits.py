"""Editing plain fields of many rows: the one way, used by every app."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.db import transaction

from brands.models import Brand, BrandOwned
from brands.operations.audit import BATCH, Change, record_changes
from sparktrack.core.actors import Actor

RowT = TypeVar("RowT", bound=BrandOwned)


class OtherBrandError(Exception):
    """A row of another brand was handed to an operation: a bug at the edge, nothing was written."""


@dataclass(frozen=True, slots=True)
class Edit(Generic[RowT]):
    """New values for some fields of one row."""

    row: RowT
    values: Mapping[str, Any]


def require_brand(brand: Brand, *rows: BrandOwned | None) -> None:
    """Raises OtherBrandError unless every row (None is passed over) belongs to ``brand``."""
    for row in rows:
        if row is not None and row.brand_id != brand.pk:
            raise OtherBrandError(f"{row._meta.label} {row.pk} does not belong to {brand.slug}.")


def edit_rows(
    model: type[RowT],
    *,
    brand: Brand,
    edits: Sequence[Edit[RowT]],
    editable: frozenset[str],
    action: str,
    now: datetime,
    actor: Actor,
) -> list[RowT]:
    """Set the given fields and write one audit entry a changed row; returns the rows that changed.

    Values that are already there change nothing and leave no trace. Raises ValueError for a field that is not in
    ``editable``, OtherBrandError for a row, or a row given as a value, of another brand.
    """
    changed: list[RowT] = []
    changes: list[Change] = []
    fields: set[str] = set()
    for edit in edits:
        require_brand(brand, edit.row)
        before: dict[str, Any] = {}
        after: dict[str, Any] = {}
        for name, value in edit.values.items():
            if name not in editable:
                raise ValueError(f"{name} of {model._meta.label} is not edited here.")
            if isinstance(value, BrandOwned):
                require_brand(brand, value)
            old = getattr(edit.row, name)
            if old != value:
                before[name], after[name] = old, value
                setattr(edit.row, name, value)
        if after:
            fields.update(after)
            changed.append(edit.row)
            changes.append(Change(action, edit.row, before, after))
    if changed:
        with transaction.atomic():
            model._default_manager.bulk_update(changed, sorted(fields), batch_size=BATCH)
            record_changes(brand, changes, now=now, actor=actor)
    return changed
