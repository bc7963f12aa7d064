"""A person's mornings: when their one mail of the day is due, on their own clock (DOMAIN.md §7).

Plain Python: no Django, no clock. Instants are aware and in UTC; days are calendar days of the person's zone.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from sparktrack.core.days import first_instant, local_date

# A morning that was missed (nothing ran) is made up for that long, but not on the next day.
MADE_UP_FOR = timedelta(hours=10)
# Clocks of one system do not differ by more.
CLOCKS_DIFFER = timedelta(minutes=5)
# A round that comes later than this before the lapse is no warning: then the mail goes at once.
ENOUGH_NOTICE = timedelta(hours=12)
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Hours:
    """The hour (0 to 23) of a person's morning, on the clocks of their IANA ``zone``."""

    zone: str
    hour: int


def is_working_day(day: date) -> bool:
    """Monday to Friday."""
    return day.weekday() < _SATURDAY


def morning_of(day: date, hours: Hours) -> datetime | None:
    """The instant at which ``day``'s morning begins; None if clocks skip the whole day (Apia, 30 December 2011).

    An hour that clocks skip begins when they have jumped; of an hour that happens twice it is the first one.
    """
    begin, end = first_instant(day, hours.zone), first_instant(day + timedelta(days=1), hours.zone)
    if begin >= end or local_date(begin, hours.zone) != day:
        return None
    info = ZoneInfo(hours.zone)
    instant = datetime.combine(day, time(hours.hour), info).astimezone(UTC)
    local = instant.astimezone(info)
    if (local.date(), local.time()) == (day, time(hours.hour)):
        return max(begin, instant)
    # The hour does not exist. Python reads it with the offset of before, so it comes out after the jump by as much as
    # it lies in the gap: the jump itself is where the wall clock goes past the hour.
    before, after = begin, instant
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) / 2
        if middle.astimezone(info).replace(tzinfo=None) < datetime.combine(day, time(hours.hour)):
            before = middle
        else:
            after = middle
    return after.replace(microsecond=0)


def due_day(now: datetime, hours: Hours, *, since: datetime) -> date | None:
    """The local day whose morning began after ``since`` and is worth a mail at ``now``; None: no such day.

    A morning is made up for ten hours, on the same local day.
    """
    today = local_date(now, hours.zone)
    begins = morning_of(today, hours)
    if begins is None or not max(since, now - MADE_UP_FOR) < begins <= now:
        return None
    return today


def is_in_time(round_at: datetime, lapses_at: datetime) -> bool:
    """Whether a round at ``round_at`` is still a warning of what lapses at ``lapses_at``: 12 hours before it."""
    return round_at <= lapses_at - ENOUGH_NOTICE


def next_morning(after: datetime, hours: Hours, *, working: bool = False) -> datetime:
    """The first morning that begins after the instant ``after``; with ``working`` the first one of a working day."""
    return next(
        begins
        for day in _days_from(local_date(after, hours.zone))
        if (is_working_day(day) or not working)
        and (begins := morning_of(day, hours)) is not None
        and begins > after
    )


def _days_from(day: date) -> Iterator[date]:
    return (day + timedelta(days=each) for each in count())
