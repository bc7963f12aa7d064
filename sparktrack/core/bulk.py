"""Many new rows at once."""

from collections.abc import Mapping, Sequence
from itertools import repeat
from operator import attrgetter
from typing import Any
from uuid import UUID

from django.db import connections, models, router, transaction

_BATCH = 1000


def insert(rows: Sequence[models.Model]) -> None:
    """Put new rows of one model on file, as ``bulk_create`` does; their keys are made in the app.

    Raises IntegrityError, as the database says.
    """
    if not rows:
        return
    model = type(rows[0])
    using = router.db_for_write(model)
    if connections[using].vendor != "sqlite":
        model._default_manager.using(using).bulk_create(rows, batch_size=_BATCH)
        return
    insert_columns(model, {field.attname: _values(field, rows) for field in model._meta.concrete_fields})
    for row in rows:
        row._state.adding = False
        row._state.db = using


def insert_columns(model: type[models.Model], columns: Mapping[str, Sequence[Any]]) -> None:
    """Put new rows on file whose values are given by column, of equal length; every concrete field must be there.

    For rows that nobody looks at afterwards (audit entries): on SQLite no object is made for them. ``bulk_create``
    spends three quarters of its time there on putting statements together, because SQLite binds few values to one;
    one prepared statement for all rows takes a third of the time (an import of 20,000 rows writes 200,000).
    Raises IntegrityError, as the database says.
    """
    using = router.db_for_write(model)
    connection = connections[using]
    fields = model._meta.concrete_fields
    if connection.vendor != "sqlite":
        names = [field.attname for field in fields]
        rows = [
            model(**dict(zip(names, values, strict=True)))
            for values in zip(*(columns[name] for name in names), strict=True)
        ]
        model._default_manager.using(using).bulk_create(rows, batch_size=_BATCH)
        return
    quote = connection.ops.quote_name
    statement = (
        f"INSERT INTO {quote(model._meta.db_table)} ({', '.join(quote(field.column or '') for field in fields)}) "  # noqa: S608 - names of the model
        f"VALUES ({', '.join(repeat('%s', len(fields)))})"
    )
    prepared = [_prepared(field, columns[field.attname], connection) for field in fields]
    with transaction.atomic(using=using), connection.cursor() as cursor:
        cursor.executemany(statement, list(zip(*prepared, strict=True)))


def _values(field: "models.Field[Any, Any]", rows: Sequence[models.Model]) -> list[Any]:
    """What the rows say in one field; only fields of another kind (``auto_now``, files) are asked row by row."""
    if type(field).pre_save is models.Field.pre_save:
        return list(map(attrgetter(field.attname), rows))
    return [field.pre_save(row, add=True) for row in rows]


def _prepared(field: "models.Field[Any, Any]", values: Sequence[Any], connection: Any) -> list[Any]:
    """The values of one field as SQLite takes them; a value that comes again is prepared once."""
    if isinstance(field, models.JSONField):  # 1 and True are different JSON
        return [field.get_db_prep_save(value, connection) for value in values]
    known: dict[Any, Any] = {}
    result = []
    for value in values:
        # A UUID takes longer to find among the known ones than to prepare.
        if isinstance(value, UUID):
            result.append(value.hex)
            continue
        if value not in known:
            known[value] = field.get_db_prep_save(value, connection)
        result.append(known[value])
    return result
