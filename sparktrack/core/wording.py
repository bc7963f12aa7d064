"""How sparktrack says days, instants, stretches of time and money. Plain Python, English, no clock.

A year is named only where it is not that of ``now``; a zone is named with every clock time.
"""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from sparktrack.core.days import first_instant, last_full_day, local_date

_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)
_MINUTE = timedelta(minutes=1)

# Signs that stand before the number; any other currency is named by its three letters: CHF 1,200.
_SIGNS = {
    "USD": "$",
    "EUR": "€",
    "GBP": "£",
    "JPY": "¥",
    "AUD": "A$",
    "BRL": "R$",
    "CAD": "CA$",
    "INR": "₹",
    "KRW": "₩",
    "MXN": "MX$",
    "NZD": "NZ$",
}


def short_day(day: date, *, year: int | None = None) -> str:
    """``23 Nov``; with the year where it is not ``year``."""
    words = f"{day.day} {_MONTHS[day.month - 1]}"
    return words if day.year == year else f"{words} {day.year}"


def weekday(day: date, *, year: int | None = None) -> str:
    """``Mon 23 Nov``; with the year where it is not ``year``."""
    return f"{_WEEKDAYS[day.weekday()]} {short_day(day, year=year)}"


def month(day: date) -> str:
    """``Dec``; January names its year."""
    name = _MONTHS[day.month - 1]
    return f"{name} {day.year}" if day.month == 1 else name


def clock(instant: datetime, zone: str, *, now: datetime) -> str:
    """``Mon 23 Nov, 18:12 EST``: an instant on the wall clock of the IANA ``zone``, with the zone's abbreviation."""
    local = instant.astimezone(ZoneInfo(zone))
    year = local_year(now, zone)
    return f"{weekday(local.date(), year=year)}, {local:%H:%M} {_abbreviation(local)}"


def utc_clock(instant: datetime) -> str:
    """``Mon 23 Nov 2026, 23:12 UTC``: what a person sees who points at a time."""
    instant = instant.astimezone(UTC)
    return f"{weekday(instant.date())}, {instant:%H:%M} UTC"


@lru_cache(maxsize=1024)
def local_year(now: datetime, zone: str) -> int:
    """The year it is at ``now`` in the IANA ``zone``."""
    return now.astimezone(ZoneInfo(zone)).year


def _abbreviation(local: datetime) -> str:
    """``EST``; where a zone has no letters of its own, its distance from UTC: ``UTC+10:30``."""
    name = local.tzname() or "UTC"
    if name[0] not in "+-":
        return name
    return f"UTC{name[:3]}:{name[3:]}" if len(name) > 3 else f"UTC{name}"


def stretch(length: timedelta) -> str:
    """``12 d``, ``2 d 4 h``, ``5 h``, ``3 h 20 min``, ``40 min``: rounded down, so it never promises time."""
    if length >= 10 * _DAY:
        return f"{length // _DAY} d"
    if length >= _DAY:
        hours = length % _DAY // _HOUR
        return f"{length // _DAY} d {hours} h" if hours else f"{length // _DAY} d"
    if length >= _HOUR:
        minutes = length % _HOUR // _MINUTE
        near = length < 4 * _HOUR and minutes
        return f"{length // _HOUR} h {minutes} min" if near else f"{length // _HOUR} h"
    if length >= _MINUTE:
        return f"{length // _MINUTE} min"
    return "less than 1 min"


def count(number: int, noun: str) -> str:
    """``1 day``, ``21 days``, ``1,200 flights``."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def money(amount: Decimal, currency: str, *, estimate: bool = False) -> str:
    """``$1,420``, ``€75.50``, ``CHF 1,200``; an estimate is rounded to whole units and begins with ``≈``."""
    if estimate or amount == amount.to_integral_value():
        digits = f"{amount.quantize(Decimal(1), ROUND_HALF_UP):,}"
    else:
        digits = f"{amount.quantize(Decimal('0.01'), ROUND_HALF_UP):,}"
    sign = _SIGNS.get(currency, f"{currency} ")
    return f"≈ {sign}{digits}" if estimate else f"{sign}{digits}"


@dataclass(frozen=True, slots=True)
class TimeWords:
    """Says instants from where a person stands: days in the account's ``zone``, clock times in ``viewer_zone``.

    The days of contracts were typed in ``contract_zone`` (empty: the same as ``zone``).
    """

    now: datetime
    zone: str
    viewer_zone: str
    contract_zone: str = ""

    def of_contract(self) -> "TimeWords":
        """The same, with days as contracts name them."""
        return replace(self, zone=self.contract_zone) if self.contract_zone else self

    def in_account(self, instant: datetime) -> str:
        """``Wed 25 Nov, 18:00 EST``: an instant on the clock of the account's zone."""
        return clock(instant, self.zone, now=self.now)

    def day(self, instant: datetime) -> str:
        """``Mon 23 Nov``: the day on which an instant falls."""
        return weekday(local_date(instant, self.zone), year=local_year(self.now, self.zone))

    def last_day(self, end: datetime) -> str:
        """``Sun 22 Nov``: the last full day before an exclusive end."""
        return weekday(last_full_day(end, self.zone), year=local_year(self.now, self.zone))

    def short_day(self, instant: datetime) -> str:
        """``23 Nov``: the day on which an instant falls."""
        return short_day(local_date(instant, self.zone), year=local_year(self.now, self.zone))

    def short_last_day(self, end: datetime) -> str:
        """``22 Nov``: the last full day before an exclusive end."""
        return short_day(last_full_day(end, self.zone), year=local_year(self.now, self.zone))

    def clock(self, instant: datetime) -> str:
        """``Mon 23 Nov, 18:12 EST``: an instant on the reader's clock."""
        return clock(instant, self.viewer_zone, now=self.now)

    def begins_a_day(self, instant: datetime) -> bool:
        """Whether a day begins at this instant: then it came from a date, and as an end shows its last day."""
        return first_instant(local_date(instant, self.zone), self.zone) == instant

    def end(self, end: datetime) -> str:
        """When something ends: its last day if the end came from a date, else its instant."""
        return self.last_day(end) if self.begins_a_day(end) else self.clock(end)

    def short_end(self, end: datetime) -> str:
        """The day of an end: the last day if it came from a date, else the day on which it falls."""
        return self.short_last_day(end) if self.begins_a_day(end) else self.short_day(end)

    def left(self, instant: datetime) -> str:
        """``2 d 4 h`` from now until an instant."""
        return stretch(instant - self.now)

    def passed(self, instant: datetime) -> str:
        """``3 h`` from an instant until now."""
        return stretch(self.now - instant)

    def full_days_left(self, end: datetime) -> str:
        """``4 full days left``: the days after today that are whole before an exclusive end."""
        days = (last_full_day(end, self.zone) - local_date(self.now, self.zone)).days
        if days > 0:
            return f"{count(days, 'full day')} left"
        return "last day is today" if days == 0 else "ends today"
