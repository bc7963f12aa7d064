"""What the database's planner knows of the tables."""

from django.db import connection, models


def learn_table_sizes() -> None:
    """Let SQLite count its tables; doing it again does no harm, and it takes less than a second however large they are.

    Without counts SQLite takes "of this brand" for ten rows and reads all rows of a large brand to find those of one
    post (docs/benchmarks.md). PostgreSQL's autovacuum counts by itself.
    """
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        # Enough to see that a brand is larger than the posts of a slice (authorizations.inputs.SLICE).
        cursor.execute("PRAGMA analysis_limit = 20000")
        cursor.execute("ANALYZE")


def count_tables(*tables: type[models.Model]) -> None:
    """Let PostgreSQL count these tables now, after very many rows at once: autovacuum comes within a minute or two.

    Until then it takes a table that was empty for one row, and joins ten thousand rows to ten thousand one by one:
    seconds instead of a tenth of one. SQLite's plans do not depend on it.
    """
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        for model in tables:
            cursor.execute(f"ANALYZE {connection.ops.quote_name(model._meta.db_table)}")
