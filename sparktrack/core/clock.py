"""The one place that reads the clock.

Only the edge (views, commands, tasks, admin) calls it and passes ``now`` on; ruff bans every other way.
"""

from datetime import UTC, datetime

from django.db import connection

_CLOCKS = {
    "postgresql": "SELECT clock_timestamp()",
    # SQLite has no server: it reads the clock of this machine, to the millisecond.
    "sqlite": "SELECT strftime('%Y-%m-%dT%H:%M:%f', 'now')",
}


def utc_now() -> datetime:
    """The current instant, aware, in UTC."""
    return datetime.now(UTC)


def database_now() -> datetime:
    """The current instant by the clock of the database, aware, in UTC: the same for all workers, however theirs go."""
    with connection.cursor() as cursor:
        cursor.execute(_CLOCKS[connection.vendor])
        value = cursor.fetchone()[0]
    return (datetime.fromisoformat(value) if isinstance(value, str) else value).replace(tzinfo=UTC)
