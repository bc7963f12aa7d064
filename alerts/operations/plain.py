"""Updates of a few rows in plain SQL, in one question to the database: for what is done for every mail.

Django takes several times as long to put such statements together as a database to run them, and PostgreSQL would be
asked five times instead of once. Values go through the fields of the model: both databases keep what the ORM would.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection, models, transaction


@dataclass(frozen=True, slots=True)
class Update:
    """Change the rows that have the values of ``where``, both by names of fields; None in ``where`` is NULL."""

    model: type[models.Model]
    changes: Mapping[str, Any]
    where: Mapping[str, Any]

    def sql(self) -> tuple[str, list[Any]]:
        """The statement and its values."""
        changes, where = _prepared(self.model, self.changes), _prepared(self.model, self.where)
        sets = ", ".join(f"{column} = %s" for column, _ in changes)
        conditions = " AND ".join(
            f"{column} IS NULL" if value is None else f"{column} = %s" for column, value in where
        )
        table = connection.ops.quote_name(self.model._meta.db_table)
        values = [value for _, value in changes] + [value for _, value in where if value is not None]
        return f"UPDATE {table} SET {sets} WHERE {conditions}", values  # noqa: S608 - names of the model


def run(*updates: Update) -> list[int]:
    """Make all of them, or none; how many rows each changed. No two of them may change the same row."""
    statements = [update.sql() for update in updates]
    if connection.vendor != "postgresql":
        with transaction.atomic(savepoint=False), connection.cursor() as cursor:
            return [cursor.execute(*statement).rowcount for statement in statements]
    parts = ", ".join(f"u{number} AS ({sql} RETURNING 1)" for number, (sql, _) in enumerate(statements))
    counts = ", ".join(f"(SELECT COUNT(*) FROM u{number})" for number, _ in enumerate(statements))  # noqa: S608 - numbers
    values = [each for _, values in statements for each in values]
    with connection.cursor() as cursor:
        cursor.execute(f"WITH {parts} SELECT {counts}", values)
        return list(cursor.fetchone())


def _prepared(model: type[models.Model], values: Mapping[str, Any]) -> list[tuple[str, Any]]:
    quote, found = connection.ops.quote_name, []
    for name, value in values.items():
        field: Any = model._meta.get_field(name)
        found.append((quote(field.column), field.get_db_prep_save(value, connection)))
    return found
