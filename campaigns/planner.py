"""Which window to ask a creator for, before anything is on file (DOMAIN.md §6, Planner). Plain Python, no clock.

Windows are multiples of 24 hours from the instant at which the creator generates the code; the last days of flights
and rights are inclusive and read in the zone of the ad account (DOMAIN.md §4).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from authorizations.rules import (
    DAY,
    PRESET_DAYS,
    Code,
    Gap,
    PostInputs,
    Right,
    clip,
    post_gaps,
    shortest_preset,
)
from campaigns.pictures import LEAST_WIDTH, Kind, Piece
from sparktrack.core.days import end_of_last_day, first_instant, last_full_day, local_date

_NOTHING = timedelta(0)


class PlannedRights(StrEnum):
    """What the contract says about paid use of the post."""

    UNTRACKED = "untracked"
    DATES = "dates"
    PERPETUAL = "perpetual"
    UNSTATED = "unstated"


@dataclass(frozen=True, slots=True)
class Plan:
    """A flight and the code that is to be asked for.

    The creator's day is read in the IANA ``zone``, days of flight and rights in ``account_zone``. ``longest`` is the
    longest window the creator agrees to. The days of the rights are given for ``PlannedRights.DATES`` only.
    """

    starts_on: date
    ends_on: date
    generated_at: datetime
    zone: str
    account_zone: str
    rights: PlannedRights = PlannedRights.UNTRACKED
    rights_from: date | None = None
    rights_to: date | None = None
    longest: int = max(PRESET_DAYS)

    @property
    def starts_at(self) -> datetime:
        """The first instant of the flight."""
        return first_instant(self.starts_on, self.account_zone)

    @property
    def ends_at(self) -> datetime:
        """The instant at which the last day of the flight is over."""
        return end_of_last_day(self.ends_on, self.account_zone)

    @property
    def paid_rights(self) -> tuple[Right, ...]:
        """The right as the rules know it; one whose term is perpetual or not stated is open."""
        if self.rights is PlannedRights.UNTRACKED:
            return ()
        if self.rights_from is None or self.rights_to is None:
            return (Right(min(self.starts_at, self.generated_at), None, paid=True),)
        start = first_instant(self.rights_from, self.account_zone)
        return (Right(start, end_of_last_day(self.rights_to, self.account_zone), paid=True),)

    def gaps(self, code: Code | None) -> tuple[Gap, ...]:
        """The gaps inside the flight with ``code``; None: those of the rights alone."""
        inputs = PostInputs(
            needs_code=code is not None,
            needs_rights=self.rights is not PlannedRights.UNTRACKED,
            codes=() if code is None else (code,),
            rights=self.paid_rights,
        )
        return clip(post_gaps(inputs), self.starts_at, self.ends_at)


@dataclass(frozen=True, slots=True)
class Preset:
    """One window a creator can choose: its exact end, and by how much it misses or outlasts the flight.

    ``short_by`` is zero for a window that lasts; ``pieces`` is the flight drawn from the day of generation on.
    """

    days: int
    ends_at: datetime
    short_by: timedelta
    spare: timedelta
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Later:
    """The days on which the longest window can be generated so that it lasts: the first and the last of them."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Replacement:
    """A second code: the last day to generate it, its window (None: too short as well), and the codes in all."""

    on: date
    days: int | None
    codes: int


@dataclass(frozen=True, slots=True)
class Advice:
    """What to ask for. ``days`` None: even the longest window is too short; then ``later`` or ``replacement`` help.

    ``burnt`` is the part of the window that passes before the flight, ``late`` the part of the flight that passes
    before the code. ``best_day`` is the last whole day before the flight, where the creator is; ``days_then`` the
    window that would do on that day, if a shorter one does.
    """

    days: int | None
    presets: tuple[Preset, ...]
    burnt: timedelta
    late: timedelta
    best_day: date
    days_then: int | None
    later: Later | None
    replacement: Replacement | None
    rights_gaps: tuple[Gap, ...]


def advise(plan: Plan) -> Advice:
    """Judge every window of ``plan``. Generation must come before the end of the flight."""
    days = _shortest(plan, plan.generated_at)
    best_day = last_full_day(plan.starts_at, plan.zone)
    best_instant = first_instant(best_day, plan.zone)
    days_then = _shortest(plan, best_instant) if plan.generated_at < best_instant else None
    later = _later(plan, best_day) if days is None else None
    return Advice(
        days=days,
        presets=tuple(_preset(plan, length) for length in PRESET_DAYS if length <= plan.longest),
        burnt=max(plan.starts_at - plan.generated_at, _NOTHING),
        late=max(plan.generated_at - plan.starts_at, _NOTHING),
        best_day=best_day,
        days_then=days_then if days_then and (days is None or days_then < days) else None,
        later=later,
        replacement=_replacement(plan) if days is None and later is None else None,
        rights_gaps=plan.gaps(None) if plan.rights is not PlannedRights.UNTRACKED else (),
    )


def _shortest(plan: Plan, generated_at: datetime) -> int | None:
    """The shortest window that lasts and that the creator agrees to."""
    days = shortest_preset(generated_at=generated_at, ends_at=plan.ends_at, rights=()).days
    return days if days is not None and days <= plan.longest else None


def _preset(plan: Plan, days: int) -> Preset:
    end = plan.generated_at + days * DAY
    return Preset(
        days=days,
        ends_at=end,
        short_by=max(plan.ends_at - end, _NOTHING),
        spare=max(end - plan.ends_at, _NOTHING),
        pieces=_drawn(plan, plan.gaps(Code(plan.generated_at, end)), end),
    )


def _later(plan: Plan, best_day: date) -> Later | None:
    """The days before the flight on which the longest window would last, whenever on that day it is generated."""
    earliest = plan.ends_at - plan.longest * DAY
    first = local_date(earliest, plan.zone)
    if first_instant(first, plan.zone) < earliest:
        first += DAY
    return Later(first, best_day) if first <= best_day else None


def _replacement(plan: Plan) -> Replacement:
    """Each code is followed by one that is generated on the last whole day of the one before."""
    end = plan.generated_at + plan.longest * DAY
    on = last_full_day(end, plan.zone)
    at = first_instant(on, plan.zone)
    days = _shortest(plan, at)
    codes = 2
    while at + plan.longest * DAY < plan.ends_at:
        at = first_instant(last_full_day(at + plan.longest * DAY, plan.zone), plan.zone)
        codes += 1
    return Replacement(on, days, codes)


def _drawn(plan: Plan, gaps: Sequence[Gap], window_end: datetime) -> tuple[Piece, ...]:
    """Grey where the window runs before the flight, then the flight: green where it may run, red where it may not."""
    lower = min(plan.generated_at, plan.starts_at)
    whole = plan.ends_at - lower

    def piece(kind: Kind, start: datetime, end: datetime) -> Piece:
        x, width = 100 * ((start - lower) / whole), 100 * ((end - start) / whole)
        if kind is Kind.GAP and width < LEAST_WIDTH:  # However short a gap is, it is seen.
            x, width = min(x, 100 - LEAST_WIDTH), LEAST_WIDTH
        return Piece(kind, round(x, 1), round(width, 1))

    pieces = [piece(Kind.RUN, plan.starts_at, plan.ends_at)]
    if lower < plan.starts_at:
        pieces.insert(0, piece(Kind.PLANNED, lower, min(window_end, plan.starts_at)))
    pieces += [
        piece(Kind.GAP, gap.starts_at, gap.ends_at)
        for gap in gaps
        if gap.starts_at is not None and gap.ends_at is not None  # Clipped: both are known.
    ]
    return tuple(pieces)
