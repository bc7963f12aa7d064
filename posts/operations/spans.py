"""From when to when a write looks for what is noted already."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any


def between(instants: Iterable[datetime]) -> dict[str, Any]:
    """The look-ups on ``at`` (UTC) that keep out the long history of a post."""
    known = sorted(instants)
    return {"at__gte": known[0], "at__lte": known[-1]} if known else {}
