"""What the database's planner knows of the tables."""

from django.db import connection


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
