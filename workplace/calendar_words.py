"""What the calendar says in sentences. Plain Python, English, no clock."""

from collections import Counter
from collections.abc import Iterable
from datetime import date

from sparktrack.core.wording import count
from workplace.enums import Happening
from workplace.rules.calendar import Event

# One, and many: "1 ad stops", "3 ads stop".
_COUNTED = {
    Happening.STOPS: ("ad stops or cannot start", "ads stop or cannot start"),
    Happening.PAUSE: ("ad must be paused", "ads must be paused"),
    Happening.RIGHTS: ("right ends", "rights end"),
    Happening.STARTS: ("flight starts", "flights start"),
    Happening.ENDS: ("flight ends", "flights end"),
    Happening.DRAFT: ("draft is due", "drafts are due"),
    Happening.POST: ("post is due", "posts are due"),
}


def summary(events: Iterable[Event], *, today: date) -> str:
    """``Still to come: 2 ads stop, 1 draft is due.``; what was is not counted. Empty if nothing comes."""
    coming = Counter(event.kind for event in events if event.on >= today and not event.is_done)
    parts = [
        f"{coming[kind]:,} {one if coming[kind] == 1 else many}"
        for kind, (one, many) in _COUNTED.items()
        if coming[kind]
    ]
    return f"To come: {', '.join(parts)}." if parts else ""


def distance(day: date, *, today: date) -> str:
    """``today``, ``tomorrow``, ``in 5 days``, ``3 days ago``."""
    days = (day - today).days
    words = {0: "today", 1: "tomorrow", -1: "yesterday"}.get(days)
    if words:
        return words
    return f"in {count(days, 'day')}" if days > 0 else f"{count(-days, 'day')} ago"
