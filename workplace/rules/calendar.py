"""The month on the wall: its weeks, and what happens on which day. Plain Python, no Django, no clock."""

import calendar
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from authorizations.enums import Reason
from authorizations.rules import Gap, clip
from campaigns.phrases import Tone
from workplace.enums import Happening

# Months further away from the present one are reached by typing them: links on links would have no end.
MOST_MONTHS_AWAY = 13

# Lines of a day in the month, fewer where the whole month would have more than a phone takes at once; and of a page of
# the agenda, which has all.
MOST_LINES = 4
LINES_OF_MONTH = 75
LINES_OF_PAGE = 50

_MONTH = re.compile(r"(\d{4})-(\d{2})", re.ASCII)


class NoMonthError(ValueError):
    """The text names no month."""


@dataclass(frozen=True, slots=True)
class Month:
    """A calendar month by its ``first`` day."""

    first: date

    @classmethod
    def of(cls, day: date) -> "Month":
        """The month in which ``day`` lies."""
        return cls(day.replace(day=1))

    @classmethod
    def parse(cls, text: str) -> "Month":
        """``2026-11``, as browsers send it. Raises NoMonthError for other texts; years from 2000 to 2999 only."""
        found = _MONTH.fullmatch(text)
        if found is None or not (2000 <= int(found[1]) <= 2999 and 1 <= int(found[2]) <= 12):
            raise NoMonthError
        return cls(date(int(found[1]), int(found[2]), 1))

    def __str__(self) -> str:
        return f"{self.first:%Y-%m}"

    @property
    def name(self) -> str:
        """``November 2026``."""
        return f"{calendar.month_name[self.first.month]} {self.first.year}"

    @property
    def last(self) -> date:
        """Its last day."""
        return self.first.replace(day=calendar.monthrange(self.first.year, self.first.month)[1])

    def plus(self, months: int) -> "Month":
        """So many months later; fewer than none: earlier."""
        number = self.first.year * 12 + self.first.month - 1 + months
        return Month(date(number // 12, number % 12 + 1, 1))

    def away_from(self, other: "Month") -> int:
        """How many months lie between the two."""
        return abs((self.first.year - other.first.year) * 12 + self.first.month - other.first.month)

    def weeks(self) -> list[list[date]]:
        """Its weeks, Monday first, with the days of the neighbours that fill them."""
        monday = self.first - timedelta(days=self.first.weekday())
        return [
            [start + timedelta(days=number) for number in range(7)]
            for start in (monday + timedelta(weeks=week) for week in range(6))
            if start <= self.last
        ]


@dataclass(frozen=True, slots=True)
class Event:
    """One thing on a day. ``at``: its instant, where it has one; ``says``: what happens, as a sentence.

    It leads to the right ``right_id``, else to the post ``post_id``. ``is_done``: nobody need care. ``happens_at``: its
    instant also where a day says more to people; ``reasons``: those of the gap that begins.
    """

    kind: Happening
    on: date
    at: datetime | None
    head: str
    title: str
    about: str = ""
    says: str = ""
    post_id: UUID | None = None
    right_id: UUID | None = None
    is_done: bool = False
    flight_id: UUID | None = None
    happens_at: datetime | None = None
    reasons: tuple[Reason, ...] = ()

    @property
    def short_head(self) -> str:
        """``head`` where there is little room."""
        return _SHORT.get(self.head, self.head)

    @property
    def tone(self) -> Tone:
        """Its shape and colour."""
        return Tone.IDLE if self.is_done else _TONES[self.kind]


_SHORT = {
    "Flight starts": "Starts",
    "Flight ends": "Ends",
    "Flight was ended": "Ended",
    "Last day of rights": "Rights end",
    "Starts without rights": "No rights",
    "Runs without rights": "No rights",
    "Pause today": "Pause",
    "Apply the new code": "Apply code",
}
_TONES = {
    Happening.STOPS: Tone.STOP,
    Happening.PAUSE: Tone.WARN,
    Happening.RIGHTS: Tone.WARN,
    Happening.STARTS: Tone.OK,
    Happening.ENDS: Tone.IDLE,
    Happening.DRAFT: Tone.IDLE,
    Happening.POST: Tone.IDLE,
}


@dataclass(frozen=True, slots=True)
class Day:
    """A day of a month: its events, most urgent first.

    ``is_outside``: it belongs to a neighbour and shows nothing. ``is_peak``: it lies in a peak, such as BFCM. ``most``:
    lines that it shows in the month.
    """

    on: date
    events: Sequence[Event]
    is_today: bool = False
    is_outside: bool = False
    is_peak: bool = False
    most: int = MOST_LINES

    @property
    def first(self) -> Sequence[Event]:
        """What fits into the month; one line too many stands there itself rather than as "1 more"."""
        return self.events if len(self.events) <= self.most else self.events[: self.most - 1]

    @property
    def more(self) -> int:
        """How many do not fit."""
        return len(self.events) - len(self.first)


def month_days(
    month: Month, events: Iterable[Event], *, today: date, peaks: Sequence[tuple[date, date]] = ()
) -> list[list[Day]]:
    """The weeks of ``month`` with what happens on each of its days; ``peaks``: the first and last day of each."""
    by_day: dict[date, list[Event]] = {}
    for event in events:
        by_day.setdefault(event.on, []).append(event)

    def day(on: date) -> Day:
        if not month.first <= on <= month.last:
            return Day(on, (), is_outside=True)
        return Day(
            on,
            sorted(by_day.get(on, ()), key=_order),
            is_today=on == today,
            is_peak=any(first <= on <= last for first, last in peaks),
        )

    weeks = [[day(on) for on in week] for week in month.weeks()]
    most = _most_lines([len(day.events) for week in weeks for day in week])
    return [[replace(day, most=most) for day in week] for week in weeks]


def _most_lines(numbers: Sequence[int]) -> int:
    """How many lines a day may have, so that all of them are not too many."""
    for most in range(MOST_LINES, 2, -1):
        if sum(number if number <= most else most - 1 for number in numbers) <= LINES_OF_MONTH:
            return most
    return 2


@dataclass(frozen=True, slots=True)
class AgendaPage:
    """A page of the agenda: its days with those of their events that stand on it. Pages count from 1."""

    days: Sequence[Day]
    number: int
    pages: int


def agenda_page(
    weeks: Iterable[Iterable[Day]], *, today: date, only: date | None = None, number: int | None = None
) -> AgendaPage:
    """The days on which something happens, or ``only`` one, so many lines a page.

    ``number``: which page, the last one if there are fewer; None: the one with the first event from ``today`` on.
    """
    days = [day for week in weeks for day in week if day.events and only in (None, day.on)]
    lines = [(day, event) for day in days for event in day.events]
    pages = max(1, -(-len(lines) // LINES_OF_PAGE))
    if number is None:
        coming = next((place for place, (day, _) in enumerate(lines) if day.on >= today), 0)
        number = coming // LINES_OF_PAGE + 1
    number = min(number, pages)
    shown: dict[date, list[Event]] = {}
    for day, event in lines[(number - 1) * LINES_OF_PAGE : number * LINES_OF_PAGE]:
        shown.setdefault(day.on, []).append(event)
    return AgendaPage([replace(day, events=shown[day.on]) for day in days if day.on in shown], number, pages)


_RANKS = {kind: rank for rank, kind in enumerate(Happening)}


def _order(event: Event) -> tuple[object, ...]:
    return event.is_done, _RANKS[event.kind], event.at is not None, event.at, event.title, event.about


def in_order(events: Iterable[Event]) -> list[Event]:
    """Day after day, each as a day shows it."""
    return sorted(events, key=lambda event: (event.on, *_order(event)))


@dataclass(frozen=True, slots=True)
class Lapse:
    """A gap that is news; ``was_stopped``: TikTok did not run the ad until then, and does now, without rights."""

    gap: Gap
    was_stopped: bool = False


def lapses(gaps: Iterable[Gap], *, starts_at: datetime, ends_at: datetime | None) -> list[Lapse]:
    """The gaps of a flight at which something happens: a stretch that only goes on for another reason is no news."""
    found: list[Lapse] = []
    before: Gap | None = None
    for gap in clip(gaps, starts_at, ends_at):
        if before is None or gap.starts_at != before.ends_at:
            found.append(Lapse(gap))
        elif before.stops_itself and not gap.stops_itself:
            found.append(Lapse(gap, was_stopped=True))
        before = gap
    return found
