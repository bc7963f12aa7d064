"""Editing plain fields of many rows: the one way, used by every app."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db import transaction

from brands.models import Brand, BrandOwned
from brands.operations.audit import BATCH, Change, record_changes
from sparktrack.core.actors import Actor

RowT = TypeVar("RowT", bound=BrandOwned)

# Below the number of parameters that SQLite takes in one query.
_SLICE = 900


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


@contextmanager
def locked(brand: Brand) -> Iterator[Brand]:
    """A transaction that holds the lock of the brand's row; yields the brand as it is now.

    Writes whose answer depends on other rows of the brand (its zone, the inputs of coverage) exclude each other with
    it. SQLite locks the whole database at the start of every transaction and needs no more.
    """
    with transaction.atomic():
        yield Brand.objects.select_for_update(no_key=True).get(pk=brand.pk)


def reread(model: type[RowT], brand: Brand, rows: Iterable[RowT]) -> dict[UUID, RowT]:
    """``rows`` as they are now in the database, by id: what was loaded before the lock may be old.

    Raises OtherBrandError for a row that is not (or no longer) there in this brand.
    """
    wanted = list({row.pk for row in rows})
    found: dict[UUID, RowT] = {}
    for start in range(0, len(wanted), _SLICE):
        found.update(model._default_manager.filter(brand=brand).in_bulk(wanted[start : start + _SLICE]))
    if len(found) < len(wanted):
        raise OtherBrandError(
            f"{model._meta.label}: {len(wanted) - len(found)} do not belong to {brand.slug}."
        )
    return found


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
