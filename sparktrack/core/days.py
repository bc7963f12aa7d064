"""Typed dates and the instants that stand beside them (DOMAIN.md §4)."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo


@lru_cache(maxsize=4096)
def first_instant(day: date, zone: str) -> datetime:
    """The first instant of ``day`` in the IANA ``zone``, in UTC.

    Usually 00:00. Where clocks skip midnight it is the first instant that exists; where a whole day is skipped
    (Apia, 30 December 2011) it is the first instant of the next day. Where midnight happens twice it is the first.
    """
    info = ZoneInfo(zone)
    instant = datetime.combine(day, time.min, info).astimezone(UTC)
    local = instant.astimezone(info)
    if (local.date(), local.time()) == (day, time.min):
        return instant
    # Midnight does not exist: the wall clock jumps over it. The jump is where the offset changes, so look for it
    # between an instant that is surely before and one that is surely after.
    before, after = instant - timedelta(hours=26), instant + timedelta(hours=26)
    while after - before > timedelta(microseconds=1):
        middle = before + (after - before) / 2
        if middle.astimezone(info).date() >= day:
            after = middle
        else:
            before = middle
    return after


def end_of_last_day(day: date, zone: str) -> datetime:
    """The instant at which ``day``, the last one of a right or flight, is over in the IANA ``zone``, in UTC."""
    return first_instant(day + timedelta(days=1), zone)


def local_date(instant: datetime, zone: str) -> date:
    """The calendar date of ``instant`` in the IANA ``zone``."""
    return instant.astimezone(ZoneInfo(zone)).date()


def last_full_day(end: datetime, zone: str) -> date:
    """The last calendar day in ``zone`` that is whole before ``end`` (an exclusive end, UTC)."""
    # Not "the day before": where clocks skipped a day, that one never was.
    return local_date(first_instant(local_date(end, zone), zone) - timedelta(microseconds=1), zone)
