"""Editing plain fields of many rows: the one way, used by every app."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db import OperationalError, models, transaction

from brands.models import Brand, BrandOwned, Membership, User
from brands.operations.audit import BATCH, Change, record_changes
from sparktrack.core.actors import Actor
from sparktrack.core.refusals import RefusedError

RowT = TypeVar("RowT", bound=BrandOwned)

# Below the number of parameters that SQLite takes in one query.
_SLICE = 900


class OtherBrandError(Exception):
    """A row of another brand was handed to an operation: a bug at the edge, nothing was written."""


class BrandBusyError(RefusedError):
    """Somebody else is writing in the brand for longer than one can wait, such as an import of a large sheet."""

    def __init__(self) -> None:
        super().__init__(
            "Somebody else is changing a lot here at this moment. Nothing was changed: try again in a minute."
        )


class NotAMemberError(RefusedError):
    """Somebody outside the brand cannot be made responsible for anything in it."""


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


def refuse_others(values: Iterable[str], allowed: frozenset[str]) -> None:
    """Raises ValueError if ``values`` names a field that is not among the ``allowed``: a bug at the edge."""
    if others := sorted(set(values) - allowed):
        raise ValueError(f"Not edited here: {', '.join(others)}.")


def require_members(brand: Brand, users: Iterable[User | None], *, field: str) -> None:
    """Raises NotAMemberError, for ``field``, unless every user (None is passed over) is a member of ``brand``."""
    wanted = {user.pk: user for user in users if user is not None}
    if wanted:
        members = (
            Membership.objects.for_brand(brand).filter(user__in=wanted).values_list("user_id", flat=True)
        )
        for pk in wanted.keys() - set(members):
            raise NotAMemberError(f"{wanted[pk]} does not belong to this brand.", field=field)


@contextmanager
def locked(brand: Brand) -> Iterator[Brand]:
    """A transaction that holds the lock of the brand's row; yields the brand as it is now.

    Writes whose answer depends on other rows of the brand (its zone, the inputs of coverage) exclude each other with
    it. SQLite locks the whole database at the start of every transaction and needs no more. Raises BrandBusyError when
    the database's lock time-out is over.
    """
    with ExitStack() as stack:
        with _told_if_busy():
            stack.enter_context(transaction.atomic())
            current = Brand.objects.select_for_update(no_key=True).get(pk=brand.pk)
        yield current


@contextmanager
def writing() -> Iterator[None]:
    """A transaction for writes that depend on no other row of the brand.

    Raises BrandBusyError if SQLite's one writer writes for longer than one can wait.
    """
    with ExitStack() as stack:
        with _told_if_busy():
            stack.enter_context(transaction.atomic())
        yield


@contextmanager
def _told_if_busy() -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        if _timed_out(error):
            raise BrandBusyError from None
        raise


def _timed_out(error: OperationalError) -> bool:
    """Whether a lock was not to be had in time: lock_not_available on PostgreSQL, SQLITE_BUSY."""
    cause = error.__cause__
    return getattr(cause, "pgcode", "") == "55P03" or getattr(cause, "sqlite_errorname", "") == "SQLITE_BUSY"


def rows_with(
    model: type[RowT],
    brand: Brand,
    column: str,
    values: Iterable[object],
    *,
    related: Sequence[str] = (),
    **also: object,
) -> Iterator[RowT]:
    """The rows of ``brand`` that have one of ``values`` in ``column``, however many those are; ``also``: look-ups."""
    rows = model._default_manager.filter(brand=brand, **also)
    if related:
        rows = rows.select_related(*related)
    wanted = list(set(values))
    for start in range(0, len(wanted), _SLICE):
        part = wanted[start : start + _SLICE]
        yield from rows.filter(**{f"{column}__in": part})


def values_with(
    model: type[RowT], brand: Brand, column: str, values: Iterable[object], *columns: str
) -> Iterator[tuple[Any, ...]]:
    """``columns`` of the rows that ``rows_with`` finds, without making objects of them."""
    rows = model._default_manager.filter(brand=brand)
    wanted = list(set(values))
    for start in range(0, len(wanted), _SLICE):
        part = wanted[start : start + _SLICE]
        yield from rows.filter(**{f"{column}__in": part}).values_list(*columns)


def reread(
    model: type[RowT], brand: Brand, rows: Iterable[RowT], *, related: Sequence[str] = ()
) -> dict[UUID, RowT]:
    """``rows`` as they are now in the database, by id: what was loaded before the lock may be old.

    ``related`` names the rows beside them that their label (``str``) needs, so that the audit asks for none.
    Raises OtherBrandError for a row that is not (or no longer) there in this brand.
    """
    wanted = {row.pk for row in rows}
    found = {row.pk: row for row in rows_with(model, brand, "pk", wanted, related=related)}
    if len(found) < len(wanted):
        raise OtherBrandError(
            f"{model._meta.label}: {len(wanted) - len(found)} do not belong to {brand.slug}."
        )
    return found


def edit_rows(
    model: type[RowT],
    *,
    brand: Brand,
    edits: Iterable[Edit[RowT]],
    editable: frozenset[str],
    action: str,
    now: datetime,
    actor: Actor,
) -> list[RowT]:
    """Set the given fields and write one audit entry an edit that changes something; returns the rows that changed.

    The rows must be those of the database as it is now: see ``edit_stored``. Edits of the same row follow each other,
    and if they come lazily, one may be made of what the one before it left. Values that are already there change
    nothing and leave no trace. Raises ValueError for a field that is not in ``editable``, OtherBrandError for a row, or
    a row given as a value, of another brand.
    """
    columns = {field.name: field.attname for field in model._meta.concrete_fields}
    changed: dict[UUID, RowT] = {}
    changes: list[Change] = []
    fields: set[str] = set()
    for edit in edits:
        require_brand(brand, edit.row)
        refuse_others(edit.values, editable)
        before: dict[str, Any] = {}
        after: dict[str, Any] = {}
        for name, value in edit.values.items():
            if isinstance(value, BrandOwned):
                require_brand(brand, value)
            # The id of a related row, not the row: that would be one query a row.
            old = getattr(edit.row, columns[name])
            new = value.pk if isinstance(value, models.Model) else value
            if old != new:
                before[name], after[name] = old, new
                setattr(edit.row, name, value)
        if after:
            fields.update(after)
            changed[edit.row.pk] = edit.row
            changes.append(Change(action, edit.row, before, after))
    if changed:
        with transaction.atomic():
            model._default_manager.bulk_update(changed.values(), sorted(fields), batch_size=BATCH)
            record_changes(brand, changes, now=now, actor=actor)
    return list(changed.values())


def edit_stored(
    model: type[RowT],
    *,
    brand: Brand,
    edits: Sequence[Edit[RowT]],
    editable: frozenset[str],
    action: str,
    now: datetime,
    actor: Actor,
    related: Sequence[str] = (),
) -> list[RowT]:
    """``edit_rows`` on the rows as they are now, under the lock of the brand: what was loaded before may be old.

    The rows that were handed in stay as they are; those that changed are returned afresh.
    """
    with locked(brand):
        rows = reread(model, brand, [edit.row for edit in edits], related=related)
        return edit_rows(
            model,
            brand=brand,
            edits=[Edit(rows[edit.row.pk], edit.values) for edit in edits],
            editable=editable,
            action=action,
            now=now,
            actor=actor,
        )
