"""From what people typed to instants: the window of a code, the term of a usage right (DOMAIN.md §4). Plain Python."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from dateutil.relativedelta import relativedelta

from sparktrack.core.days import end_of_last_day, first_instant, local_date
from sparktrack.core.refusals import RefusedError

DAY = timedelta(days=1)
MAX_DAYS = 36_500


# Dates outside are typing mistakes; inside them no sum of a date and 100 years leaves the calendar.
YEARS = range(2000, 2200)


class WindowError(RefusedError):
    """What was typed is no window; the message says why in the user's words."""


def refuse_odd_year(*days: date | None) -> None:
    """Raises WindowError for a date (or instant) that is not between 2000 and 2199; None is passed over."""
    for day in days:
        if day is not None and day.year not in YEARS:
            raise WindowError(f"The year {day.year} cannot be right.")


@dataclass(frozen=True, slots=True)
class CodeWindow:
    """When a code may be used: ``[starts_at, expires_at)``, and how many days were asked for."""

    starts_at: datetime
    expires_at: datetime
    window_days: int


def code_window(
    *,
    zone: str,
    starts_on: date | None = None,
    starts_at: datetime | None = None,
    window_days: int | None = None,
    expires_on: date | None = None,
    expires_at: datetime | None = None,
) -> CodeWindow:
    """The window of a code from a start (date or instant) and days, or an end (date or instant).

    Dates are read in the IANA ``zone``. A start date is the day's first instant. Days count 24 hours each, so daylight
    saving moves nothing. An end date is not inclusive: the days are counted from start date to end date. An end instant
    stands as it is. Where days and an end are given, the end wins. Raises WindowError if the end is not after the
    start, if the days are not between 1 and 36,500, if a year is not between 2000 and 2199, or if neither days nor an
    end are given.
    """
    refuse_odd_year(starts_on, starts_at, expires_on, expires_at)
    if window_days is not None:
        refuse_odd_length(window_days)
    if starts_at is None:
        if starts_on is None:
            raise WindowError("Say when the creator generated the code.")
        starts_at = first_instant(starts_on, zone)
    if expires_at is not None:
        length = expires_at - starts_at
        if length <= timedelta(0):
            raise WindowError("The code ends before it starts.")
        refuse_odd_length(days := max(1, round(length / DAY)))
        return CodeWindow(starts_at, expires_at, window_days or days)
    if expires_on is not None:
        days = (expires_on - (starts_on or local_date(starts_at, zone))).days
        if days < 1:
            raise WindowError("The code ends before it starts.")
        refuse_odd_length(days)
    elif window_days is not None:
        days = window_days
    else:
        raise WindowError("Say for how many days the code is good, or when it ends.")
    return CodeWindow(starts_at, starts_at + days * DAY, days)


def refuse_odd_length(days: int) -> None:
    """Raises WindowError for a number of days that no code is good for."""
    if not 1 <= days <= MAX_DAYS:
        raise WindowError(f"A code is good for 1 to {MAX_DAYS:,} days, not {days:,}.")


@dataclass(frozen=True, slots=True)
class Term:
    """How a contract says when a right ends: at most one of the four; none of them = not stated."""

    ends_on: date | None = None
    days: int | None = None
    months: int | None = None
    perpetual: bool = False

    def __post_init__(self) -> None:
        """Raises WindowError for two ends at once or a term that is not positive."""
        if (
            sum((self.ends_on is not None, self.days is not None, self.months is not None, self.perpetual))
            > 1
        ):
            raise WindowError("Say the end of the rights in one way: a date, a term, or for ever.")
        if (self.days is not None and not 1 <= self.days <= MAX_DAYS) or (
            self.months is not None and not 1 <= self.months <= MAX_DAYS // 30
        ):
            raise WindowError("The term of the rights must be at least 1 and not more than 100 years.")


def right_bounds(starts_on: date | None, term: Term, zone: str) -> tuple[datetime | None, datetime | None]:
    """The instants of a right: start, and exclusive end (None = open), dates read in the IANA ``zone``.

    Without a start (the trigger has not happened) there are none. The last day is inclusive: it ends at the first
    instant of the next day. A term of months ends the day before the same day of the month, or where that month has no
    such day, on its last day (as German Civil Code §188 counts): one month from 15 January ends with 14 February, one
    from 31 January with the last of February. Raises WindowError if it ends before it starts, or if a year
    is not between 2000 and 2199.
    """
    if starts_on is None:
        return None, None
    refuse_odd_year(starts_on, term.ends_on)
    last = last_day(starts_on, term)
    if last is not None and last < starts_on:
        raise WindowError("The rights end before they start.")
    start, end = first_instant(starts_on, zone), None if last is None else end_of_last_day(last, zone)
    if end is not None and end <= start:
        raise WindowError(f"There was no {starts_on} in {zone}: clocks skipped that day.")
    return start, end


def last_day(starts_on: date, term: Term) -> date | None:
    """The last day of a right that starts on ``starts_on``; None if it is open."""
    if term.days is not None:
        return starts_on + timedelta(days=term.days - 1)
    if term.months is not None:
        same_day = starts_on + relativedelta(months=term.months)
        return same_day - DAY if same_day.day == starts_on.day else same_day
    return term.ends_on
