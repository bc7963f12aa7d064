"""The one place that reads the clock.

Only the edge (views, commands, tasks, admin) calls it and passes ``now`` on; ruff bans every other way.
"""

from datetime import UTC, datetime


def utc_now() -> datetime:
    """The current instant, aware, in UTC."""
    return datetime.now(UTC)
