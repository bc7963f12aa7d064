"""Statements about a few rows in plain SQL, for what is done several times a mail.

Django takes several times as long to put such a statement together as a database to run it. Values go through the
fields of the model, so that both databases compare and keep what the ORM would.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import connection, models


def update(model: type[models.Model], changes: Mapping[str, Any], where: Mapping[str, Any]) -> int:
    """Change the rows that have these values, both by names of fields; how many. ``None`` in ``where`` is NULL."""
    sets = [(f"{column} = %s", value) for column, value in _prepared(model, changes)]
    condition, values = _condition(model, where)
    statement = f"UPDATE {_table(model)} SET {', '.join(part for part, _ in sets)} WHERE {condition}"  # noqa: S608 - names of the model
    with connection.cursor() as cursor:
        cursor.execute(statement, [*(value for _, value in sets), *values])
        return int(cursor.rowcount)


def ids(model: type[models.Model], where: Mapping[str, Any]) -> set[UUID]:
    """The ids of the rows that have these values."""
    condition, values = _condition(model, where)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id FROM {_table(model)} WHERE {condition}", values)  # noqa: S608 - names of the model
        return {value if isinstance(value, UUID) else UUID(value) for (value,) in cursor.fetchall()}


def _condition(model: type[models.Model], where: Mapping[str, Any]) -> tuple[str, list[Any]]:
    parts = _prepared(model, where)
    words = [f"{column} IS NULL" if value is None else f"{column} = %s" for column, value in parts]
    return " AND ".join(words), [value for _, value in parts if value is not None]


def _prepared(model: type[models.Model], values: Mapping[str, Any]) -> list[tuple[str, Any]]:
    quote, found = connection.ops.quote_name, []
    for name, value in values.items():
        field: Any = model._meta.get_field(name)
        found.append((quote(field.column), field.get_db_prep_save(value, connection)))
    return found


def _table(model: type[models.Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)
