"""Moving flights in time: new dates for many at once. Plain Python: no Django, no clock.

A flight that has begun keeps its first day, for what ran cannot be moved; one that is over stays as it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

FARTHEST = 730


class MoveBy(StrEnum):
    """How the new dates are said."""

    DAYS = "days"
    START = "start"
    END = "end"


@dataclass(frozen=True, slots=True)
class Shift:
    """All flights ``days`` later (earlier, if negative); so that the first begins ``on``; or all end ``on``."""

    by: MoveBy
    days: int = 0
    on: date | None = None


@dataclass(frozen=True, slots=True)
class Dates:
    """The dates of a flight in its account's zone; ``ends_on`` is the last day, None = evergreen.

    ``begun``: it was launched or its first day has come. ``over``: somebody ended it, or its last day has passed.
    ``today`` is the day there.
    """

    starts_on: date | None
    ends_on: date | None
    begun: bool
    over: bool
    today: date


@dataclass(frozen=True, slots=True)
class Moved:
    """The new dates of a flight; ``why_not``: why it cannot be moved, in the user's words, then they are the old."""

    starts_on: date | None
    ends_on: date | None
    why_not: str = ""
    keeps_start: bool = False


def moved_dates(flights: Sequence[Dates], shift: Shift) -> list[Moved]:
    """The new dates of each flight, in order."""
    days = shift.days
    if shift.by is MoveBy.START:
        ahead = [each.starts_on for each in flights if each.starts_on and not each.begun and not each.over]
        days = (shift.on - min(ahead)).days if shift.on and ahead else 0
    return [_moved(each, shift, days) for each in flights]


def _moved(dates: Dates, shift: Shift, days: int) -> Moved:
    why_not = _fixed(dates, shift)
    if why_not or dates.starts_on is None:
        return Moved(dates.starts_on, dates.ends_on, why_not)
    keeps_start = dates.begun or shift.by is MoveBy.END
    start = dates.starts_on if keeps_start else dates.starts_on + timedelta(days)
    end = shift.on if shift.by is MoveBy.END else dates.ends_on and dates.ends_on + timedelta(days)
    if (start, end) == (dates.starts_on, dates.ends_on):
        why_not = "these are its dates already"
    elif start != dates.starts_on and start < dates.today:
        why_not = "it would begin in the past"
    elif end is not None and end < start:
        why_not = "it would end before it starts"
    elif end is not None and end < dates.today:
        why_not = "it would end in the past"
    if why_not:
        return Moved(dates.starts_on, dates.ends_on, why_not)
    return Moved(start, end, keeps_start=keeps_start)


def _fixed(dates: Dates, shift: Shift) -> str:
    """Why a flight has no other dates, whatever they are; empty if it can have some."""
    if dates.over:
        return "it is over"
    if dates.starts_on is None:
        return "it has no dates yet"
    if dates.begun and shift.by is MoveBy.START:
        return "it runs already, so it cannot begin later"
    if dates.begun and shift.by is MoveBy.DAYS and dates.ends_on is None:
        return "it runs already and has no end"
    return ""
