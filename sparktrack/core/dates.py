"""Dates, instants and numbers of days as people type them (DOMAIN.md §4, §8). Never a silent guess.

``03/04/2026`` has two readings. Which one is meant comes from whoever imports, or from the evidence of all date
cells of the file; without either the cell is refused as ambiguous.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from enum import StrEnum
from functools import lru_cache
from typing import Final

from sparktrack.core.cells import Cell, Refusal, cell_text, quoted


class DateOrder(StrEnum):
    """The order of day, month and year in numeric dates."""

    DMY = "dmy"
    MDY = "mdy"
    YMD = "ymd"


class BadDate(Refusal):
    """The cell is no date."""


class AmbiguousDate(Refusal):
    """The cell has two readings and nothing says which one is meant."""


class BadWindow(Refusal):
    """The cell is no number of days."""


@dataclass(frozen=True, slots=True)
class When:
    """What a date cell says: always a day, sometimes more."""

    day: date  # the calendar day as written
    clock: time | None = None  # the wall time, where one is written without a zone (00:00 counts as none)
    instant: datetime | None = None  # aware, UTC, where time and zone are written; then ``clock`` is None


@dataclass(frozen=True, slots=True)
class DateEvidence:
    """What the date cells of one file say about its date order."""

    order: DateOrder | None
    contradictory: bool = False
    examples: tuple[str, ...] = ()  # cells with one reading only, one for each order they demand


_ORDER_WORDS: Final = {
    DateOrder.DMY: "day, month, year",
    DateOrder.MDY: "month, day, year",
    DateOrder.YMD: "year, month, day",
}
_FIRST_YEAR: Final = 2000
_LAST_YEAR: Final = 2199
# TikTok exists since 2016: 05.10.26 cannot begin with a year, 27.10.26 could.
_FIRST_SHORT_YEAR: Final = 16

_NUMERIC: Final = re.compile(r"(\d{1,4})( ?[/.-] ?)(\d{1,2})\2(\d{1,4})", re.ASCII)
_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        (
            "jan january", "feb february", "mar march", "apr april", "may", "jun june", "jul july", "aug august",
            "sep sept september", "oct october", "nov november", "dec december",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_DAY: Final = r"(?P<day>\d{1,2})(?:st|nd|rd|th|\.)?"
_MONTH: Final = r"(?P<month>[a-z]{3,9})\.?"
_YEAR: Final = r"(?P<year>\d{4}|'?\d{2})"
_GAP: Final = r"(?:,? |[-/., ] ?)"
_NAMED: Final = tuple(
    re.compile(pattern, re.ASCII)
    for pattern in (
        rf"{_DAY}(?: of )?{_GAP}?{_MONTH}{_GAP}?{_YEAR}",
        rf"{_MONTH}{_GAP}?{_DAY}{_GAP}{_YEAR}",
        rf"(?P<year>\d{{4}}){_GAP}?{_MONTH}{_GAP}?{_DAY}",
    )
)
_WEEKDAY: Final = re.compile(
    r"(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?[.,]? ", re.ASCII
)
_CLOCK: Final = re.compile(
    r"(?P<date>.+?)(?:t|,? (?:at )?)(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,](?P<part>\d{1,9}))?)?"
    r"(?: ?(?P<half>[ap])\.?m\.?)?(?: ?(?P<zone>z|utc|gmt|[+-]\d\d:?\d\d))?",
    re.ASCII,
)
_SERIAL: Final = re.compile(r"\d{5}(?:\.\d+)?", re.ASCII)
_COMPACT: Final = re.compile(r"(20\d\d|21\d\d)(\d\d)(\d\d)", re.ASCII)
_SERIAL_ZERO: Final = datetime(1899, 12, 30)  # noqa: DTZ001 - a spreadsheet's wall time has no zone


def parse_date(cell: Cell, order: DateOrder | None = None) -> When:
    """The date in ``cell``, read in ``order`` where its order matters.

    Takes real date cells, ISO dates, RFC 3339 instants (kept to the microsecond), ``1 Dec 2026``, ``Dec 1, 2026``,
    numeric dates with ``/ . -``, spreadsheet serials, each with or without a time of day. Years 2000 to 2199.
    Raises AmbiguousDate when ``order`` is needed and None, BadDate when there is no such date in that order.
    """
    if isinstance(cell, datetime):
        return _when(cell)
    if isinstance(cell, date):
        return _when(datetime.combine(cell, time.min))
    if isinstance(cell, bool | time | timedelta):
        raise BadDate(f"{quoted(cell)} is not a date.")
    return _parse_text(cell_text(cell), order)


def date_evidence(cells: Iterable[Cell]) -> DateEvidence:
    """The one order in which every numeric date of ``cells`` exists, if there is exactly one.

    Give it all cells of all date columns of a file. Cells that read the same in every order, real dates, ISO dates
    and cells that are no dates say nothing. If no order fits all, the file contradicts itself.
    """
    possible = frozenset(DateOrder)
    demanded: dict[frozenset[DateOrder], str] = {}
    for cell in cells:
        if isinstance(cell, str) and (fits := _demand(cell_text(cell))):
            possible &= fits
            demanded.setdefault(fits, quoted(cell))
    if not demanded:
        return DateEvidence(None)
    smallest = min(len(fits) for fits in demanded)
    examples = tuple(text for fits, text in demanded.items() if len(fits) == smallest)
    if not possible:
        return DateEvidence(None, contradictory=True, examples=examples)
    return DateEvidence(next(iter(possible)), examples=examples) if len(possible) == 1 else DateEvidence(None)


def date_readings(cell: Cell) -> Mapping[DateOrder, date]:
    """The days that a numeric date can mean, by order; empty where the order is not in question or it is no date."""
    if not isinstance(cell, str):
        return {}
    try:
        return _readings(_split_clock(_folded(cell_text(cell)))[0])
    except BadDate:
        return {}


@lru_cache(maxsize=8192)
def _demand(text: str) -> frozenset[DateOrder]:
    """The orders in which this numeric date exists; empty where the order is not in question or it is no date."""
    try:
        return frozenset(_readings(_split_clock(_folded(text))[0]))
    except BadDate:
        return frozenset()


@lru_cache(maxsize=8192)
def _parse_text(text: str, order: DateOrder | None) -> When:
    date_text, clock, zone = _split_clock(_folded(text))
    if _SERIAL.fullmatch(date_text):
        return _when(_SERIAL_ZERO + timedelta(seconds=round(float(date_text) * 86_400)))
    day = _certain_day(date_text) or _day_in_order(text, date_text, order)
    if clock is None or zone is None:
        return When(day, None if clock == time.min else clock)
    return When(day, instant=datetime.combine(day, clock, zone).astimezone(UTC))


def _folded(text: str) -> str:
    return _WEEKDAY.sub("", " ".join(text.casefold().split()), count=1)


def _split_clock(text: str) -> tuple[str, time | None, timezone | None]:
    """Date, wall time and zone of a folded text. Raises BadDate for a time that does not exist."""
    found = _CLOCK.fullmatch(text) if ":" in text else None
    if not found:
        return text, None, None
    hour, half = int(found["hour"]), found["half"]
    try:
        if half:
            hour = time(hour).hour % 12 + (12 if half == "p" else 0) if 1 <= hour <= 12 else 24
        microsecond = int((found["part"] or "").ljust(6, "0")[:6])
        clock = time(hour, int(found["minute"]), int(found["second"] or 0), microsecond)
        return found["date"], clock, _zone(found["zone"])
    except ValueError:
        raise BadDate(f"{quoted(text)} has a time of day that does not exist.") from None


def _zone(text: str | None) -> timezone | None:
    if not text:
        return None
    if text in ("z", "utc", "gmt"):
        return UTC
    offset = timedelta(hours=int(text[1:3]), minutes=int(text[-2:]))
    return timezone(-offset if text[0] == "-" else offset)


def _certain_day(text: str) -> date | None:
    """The day of a text whose order is plain: year first with four digits, or a month with a name."""
    numeric = _NUMERIC.fullmatch(text)
    if numeric:
        if len(numeric[1]) != 4 or len(numeric[4]) > 2:
            return None
        return _day(int(numeric[1]), int(numeric[3]), int(numeric[4]))
    compact = _COMPACT.fullmatch(text)
    if compact:
        return _day(*(int(part) for part in compact.groups()))
    for pattern in _NAMED:
        found = pattern.fullmatch(text)
        if found and found["month"] in _MONTHS:
            return _day(_year(found["year"].lstrip("'")), _MONTHS[found["month"]], int(found["day"]))
    return None


def _readings(text: str) -> Mapping[DateOrder, date]:
    """The days a numeric date with its year last, or with a short year, can mean."""
    numeric = _NUMERIC.fullmatch(text)
    if not numeric or len(numeric[1]) > 2 or len(numeric[4]) not in (2, 4):
        return {}
    first, middle, last = numeric[1], int(numeric[3]), numeric[4]
    readings = {
        DateOrder.DMY: _day(_year(last), middle, int(first)),
        DateOrder.MDY: _day(_year(last), int(first), middle),
        DateOrder.YMD: _day(_year(first), middle, int(last)) if len(first) == len(last) == 2 else None,
    }
    return {order: day for order, day in readings.items() if day}


def _year(digits: str) -> int:
    """The year that four or two digits mean; 0, which is no year, for short years before TikTok."""
    year = int(digits)
    if len(digits) == 4:
        return year
    return _FIRST_YEAR + year if year >= _FIRST_SHORT_YEAR else 0


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day) if _FIRST_YEAR <= year <= _LAST_YEAR else None
    except ValueError:
        return None


def _day_in_order(text: str, date_text: str, order: DateOrder | None) -> date:
    readings = _readings(date_text)
    if not readings:
        raise BadDate(f"{quoted(text)} is not a date.")
    if order and order in readings:
        return readings[order]
    # "Year first" says nothing about dates that end with a year of four digits.
    if order is not None and not (order is DateOrder.YMD and date_text[-4:].isdecimal()):
        raise BadDate(f"{quoted(text)} is not a date in the order {_ORDER_WORDS[order]}.")
    days = sorted(set(readings.values()))
    if len(days) > 1:
        choice = " or ".join(f"{day.day} {day:%B %Y}" for day in days)
        raise AmbiguousDate(f"{quoted(text)} can mean {choice}: say which date order the file uses.")
    return days[0]


def _when(moment: datetime) -> When:
    """The parts of a real date-time cell."""
    if not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        raise BadDate(f"{quoted(moment)} is not a date from {_FIRST_YEAR} to {_LAST_YEAR}.")
    if moment.tzinfo is None:
        return When(moment.date(), moment.time() if moment.time() != time.min else None)
    return When(moment.date(), instant=moment.astimezone(UTC))


# --- windows -------------------------------------------------------------------------------------------------------

_WINDOW: Final = re.compile(r"(\d{1,5}(?:\.0+)?|an?(?= )|one(?= )) ?-? ?([a-z]*)\.?", re.ASCII)
_UNITS: Final = (
    (frozenset({"", "d", "day", "days"}), 1),
    (frozenset({"w", "wk", "wks", "week", "weeks"}), 7),
    (frozenset({"mo", "mos", "month", "months"}), 30),
    (frozenset({"y", "yr", "yrs", "year", "years"}), 365),
)
_LONGEST_WINDOW: Final = 3_650


def parse_window(cell: Cell) -> int:
    """A number of days, at least 1: ``30``, ``30d``, ``30 days``, ``2 weeks``, ``1 month``, ``1 year``.

    A month is 30 days and a year 365, the periods TikTok offers; twelve months are a year. Raises BadWindow.
    """
    text = "" if isinstance(cell, bool | date | time | timedelta) else _folded(cell_text(cell))
    found = _WINDOW.fullmatch(text)
    unit = next((days for names, days in _UNITS if found and found[2] in names), 0)
    if not found or not unit:
        raise BadWindow(f"{quoted(cell)} is not a number of days.")
    count = int(found[1].partition(".")[0]) if found[1][0].isdecimal() else 1
    days = count // 12 * 365 + count % 12 * 30 if unit == 30 else count * unit
    if not 1 <= days <= _LONGEST_WINDOW:
        raise BadWindow(f"{quoted(cell)} is not a number of days from 1 to {_LONGEST_WINDOW:,}.")
    return days
