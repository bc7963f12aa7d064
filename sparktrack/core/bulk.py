"""Many new rows at once, by the quickest way that each database has.

``bulk_create`` spends three quarters of its time on putting statements together. SQLite gets one prepared statement for
all rows, PostgreSQL a COPY: an import of 20,000 rows writes 200,000.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from io import StringIO
from itertools import repeat
from operator import attrgetter
from typing import Any
from uuid import UUID

import psycopg2.extensions
import psycopg2.extras
from django.db import IntegrityError, connections, models, router, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

# In COPY's text format a row is a line, its values stand between tabs.
_ESCAPED = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})


def insert(rows: Sequence[models.Model]) -> None:
    """Put new rows of one model on file, as ``bulk_create`` does; their keys are made in the app.

    Raises IntegrityError, as the database says.
    """
    if not rows:
        return
    model = type(rows[0])
    insert_columns(model, {field.attname: _values(field, rows) for field in model._meta.concrete_fields})
    using = router.db_for_write(model)
    for row in rows:
        row._state.adding = False
        row._state.db = using


def insert_new(rows: Sequence[models.Model]) -> bool:
    """As ``insert``, but rows whose unique key is taken by now (another process was quicker) are left out.

    Whether all were new; where not, the caller asks the database which are there. Rows must be valid otherwise: when
    some are left out, SQLite leaves out those it refuses for another reason, too; PostgreSQL raises IntegrityError.
    """
    if not rows:
        return True
    model = type(rows[0])
    try:
        with transaction.atomic(using=router.db_for_write(model)):
            insert(rows)
    except IntegrityError:
        model._default_manager.bulk_create(rows, ignore_conflicts=True)
        return False
    return True


def insert_new_columns(model: type[models.Model], columns: Mapping[str, Sequence[Any]]) -> bool:
    """As ``insert_new``, of rows whose values are given by column."""
    try:
        insert_columns(model, columns)
    except IntegrityError:
        rows = [
            model(**dict(zip(columns, values, strict=True))) for values in zip(*columns.values(), strict=True)
        ]
        model._default_manager.bulk_create(rows, ignore_conflicts=True)
        return False
    return True


def insert_columns(model: type[models.Model], columns: Mapping[str, Sequence[Any]]) -> None:
    """Put new rows on file whose values are given by column, of equal length; every concrete field must be there.

    For rows that nobody looks at afterwards (audit entries): no object is made for them. Raises IntegrityError, as the
    database says.
    """
    using = router.db_for_write(model)
    connection = connections[using]
    quote = connection.ops.quote_name
    fields = model._meta.concrete_fields
    target = f"{quote(model._meta.db_table)} ({', '.join(quote(field.column or '') for field in fields)})"
    if connection.vendor == "sqlite":
        prepared = [_prepared(field, columns[field.attname], connection, _plain) for field in fields]
        statement = f"INSERT INTO {target} VALUES ({', '.join(repeat('%s', len(fields)))})"  # noqa: S608 - names of the model
        with transaction.atomic(using=using), connection.cursor() as cursor:
            cursor.executemany(statement, list(zip(*prepared, strict=True)))
        return
    prepared = [_prepared(field, columns[field.attname], connection, _copied) for field in fields]
    lines = StringIO("".join(["\t".join(row) + "\n" for row in zip(*prepared, strict=True)]))
    with transaction.atomic(using=using), connection.cursor() as cursor, connection.wrap_database_errors:
        cursor.copy_expert(f"COPY {target} FROM STDIN", lines)


def _values(field: "models.Field[Any, Any]", rows: Sequence[models.Model]) -> list[Any]:
    """What the rows say in one field; only fields of another kind (``auto_now``, files) are asked row by row."""
    if type(field).pre_save is models.Field.pre_save:
        return list(map(attrgetter(field.attname), rows))
    return [field.pre_save(row, add=True) for row in rows]


def _prepared(
    field: "models.Field[Any, Any]",
    values: Sequence[Any],
    connection: BaseDatabaseWrapper,
    form: Callable[[Any], Any],
) -> list[Any]:
    """The values of one field in the ``form`` that the database takes; a value that comes again is prepared once."""
    if isinstance(field, models.JSONField):  # 1 and True are different JSON
        return [form(field.get_db_prep_save(value, connection)) for value in values]
    known: dict[Any, Any] = {}
    result = []
    for value in values:
        # A UUID takes longer to find among the known ones than to prepare; both databases read it as 32 digits.
        if type(value) is UUID:
            result.append(value.hex)
            continue
        if value not in known:
            known[value] = form(field.get_db_prep_save(value, connection))
        result.append(known[value])
    return result


def _plain(value: Any) -> Any:
    """A value for SQLite, which has no UUIDs."""
    return value.hex if isinstance(value, UUID) else value


def _copied(value: Any) -> str:
    """A value as COPY reads it. Raises TypeError for a kind that no model here has."""
    if value is None:
        return r"\N"
    if isinstance(value, str):
        return value.translate(_ESCAPED)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, UUID | bool | int | Decimal):
        return str(value)
    if isinstance(value, psycopg2.extras.Json):
        return str(value.dumps(value.adapted)).translate(_ESCAPED)
    if isinstance(value, psycopg2.extensions.Binary):
        return rf"\\x{bytes(value.adapted).hex()}"
    raise TypeError(f"COPY does not know {type(value).__name__}.")
