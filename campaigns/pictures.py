"""Geometry of the drawings: stretches of time in, plain numbers out. No Django, no clock.

Every number is a percentage of the picture's width, so that a drawing stretches with its page while its text does
not. One vocabulary for the whole product: pale green = past, green = may run, red = gap, grey = planned or without
effect, a line = now.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from authorizations.rules import EVERGREEN_HORIZON, Gap
from sparktrack.core.days import first_instant, local_date
from sparktrack.core.intervals import overlap
from sparktrack.core.wording import month, short_day

DAY = timedelta(days=1)

# However short a gap is, it is seen: no piece of a strip is narrower than this, unless there are too many.
LEAST_WIDTH = 2.0

# Pixels of a timeline: room for the word "now", one lane with its label above its bar, the days of the axis.
_TOP, _LANE, _AXIS = 18, 38, 24

# More days than this do not fit below a timeline on a phone.
_MOST_TICKS = 6


class Kind(StrEnum):
    """What a piece of a drawing says; the value is its class in the style sheet."""

    PAST = "p"
    RUN = "r"
    GAP = "g"
    PLANNED = "i"


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a bar, from ``x`` on, ``width`` wide."""

    kind: Kind
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Strip:
    """One flight in one line; ``now`` is None while the flight has not begun or is over."""

    pieces: tuple[Piece, ...]
    now: float | None


@dataclass(frozen=True, slots=True)
class Stretch:
    """What holds in ``[starts_at, ends_at)``; None = since always, for ever."""

    kind: Kind
    starts_at: datetime | None
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class Track:
    """What one lane of a timeline shows; ``sets_scale``: the picture is made wide enough for it.

    ``says``: what its pieces say, for those who do not see them.
    """

    label: str
    stretches: tuple[Stretch, ...]
    sets_scale: bool = True
    says: str = ""


@dataclass(frozen=True, slots=True)
class Lane:
    """One lane of a timeline as drawn, ``y`` pixels down; its pieces may leave room between them."""

    label: str
    pieces: tuple[Piece, ...]
    y: int
    says: str = ""


@dataclass(frozen=True, slots=True)
class Tick:
    """A day on the axis of a timeline."""

    label: str
    x: float


@dataclass(frozen=True, slots=True)
class Timeline:
    """All that decides about a post over time, one lane each; ``height`` and ``axis`` (its y) are in pixels.

    ``left_out``: a sentence about what has no lane.
    """

    lanes: tuple[Lane, ...]
    ticks: tuple[Tick, ...]
    now: float
    axis: int
    height: int
    starts_at: datetime
    ends_at: datetime
    left_out: str = ""


def flight_strip(
    *,
    starts_at: datetime,
    ends_at: datetime | None,
    now: datetime,
    gaps: Sequence[Gap],
    blocked_since: datetime | None = None,
    judged: bool = True,
) -> Strip:
    """Draw the flight ``[starts_at, ends_at)`` with its gaps; its pieces cover the picture exactly, in order.

    ``gaps`` may be clipped to what lies ahead; ``blocked_since`` then says when the one that lasts began. A flight
    without end is drawn until 30 days after now or after its last change. Not ``judged``: what lies ahead is grey.
    """
    until = ends_at or _far_end(starts_at, now, gaps)
    shown = [Stretch(Kind.GAP, gap.starts_at, gap.ends_at) for gap in gaps]
    if blocked_since is not None and blocked_since < now:
        shown.insert(0, Stretch(Kind.GAP, blocked_since, now))
    ahead = Kind.RUN if judged else Kind.PLANNED
    stretches = _cut(starts_at, until, now, shown, ahead)
    ends = _boundaries([_seconds(end - start) for start, end, _ in stretches])
    pieces = tuple(
        Piece(kind, left, round(right - left, 1))
        for (_, _, kind), (left, right) in zip(stretches, pairwise(ends), strict=True)
    )
    return Strip(pieces, _position(now, stretches, ends))


def running(
    gaps: Iterable[Gap], starts_at: datetime | None, ends_at: datetime | None, now: datetime
) -> Track:
    """What a post or flight may do in ``[starts_at, ends_at)`` by the post's gaps over all time; no label yet."""
    stretches: list[Stretch] = []
    at = starts_at
    for gap in gaps:
        shared = overlap(gap.starts_at, gap.ends_at, starts_at, ends_at)
        if shared is None:
            continue
        start, end = shared
        if start is not None and (at is None or start > at):
            stretches += held(at, start, now)
        stretches.append(Stretch(Kind.GAP, start, end))
        if end is None:
            return Track("", tuple(stretches))
        at = end
    if at is None or ends_at is None or at < ends_at:
        stretches += held(at, ends_at, now)
    return Track("", tuple(stretches))


def held(starts_at: datetime | None, ends_at: datetime | None, now: datetime) -> tuple[Stretch, ...]:
    """A stretch in which something holds, pale before now."""
    if ends_at is not None and ends_at <= now:
        return (Stretch(Kind.PAST, starts_at, ends_at),)
    if starts_at is not None and starts_at >= now:
        return (Stretch(Kind.RUN, starts_at, ends_at),)
    return Stretch(Kind.PAST, starts_at, now), Stretch(Kind.RUN, now, ends_at)


def timeline(tracks: Sequence[Track], *, now: datetime, zone: str) -> Timeline:
    """Draw tracks over one axis with days of the IANA ``zone``; the axis always holds ``now``.

    Codes and flights set the scale; what lasts much longer (rights, links, the post) runs out of the picture.
    """
    lower, upper = _extent(tracks, now)

    def place(at: datetime) -> float:
        return round(100 * ((at - lower) / (upper - lower)), 1)

    lanes: list[Lane] = []
    for track in tracks:
        pieces = []
        for stretch in track.stretches:
            seen = overlap(stretch.starts_at, stretch.ends_at, lower, upper)
            if seen is None or seen[0] is None or seen[1] is None:
                continue
            x, right = place(seen[0]), place(seen[1])
            x = min(x, 100 - 0.5)
            pieces.append(Piece(stretch.kind, x, round(max(right - x, 0.5), 1)))
        lanes.append(Lane(track.label, tuple(pieces), _TOP + _LANE * len(lanes), track.says))
    ticks = tuple(Tick(label, place(at)) for at, label in _ticks(lower, upper, zone))
    axis = _TOP + _LANE * len(lanes)
    return Timeline(tuple(lanes), ticks, place(now), axis, axis + _AXIS, lower, upper)


def _cut(
    start: datetime, end: datetime, now: datetime, gaps: Sequence[Stretch], ahead: Kind
) -> list[tuple[datetime, datetime, Kind]]:
    """Cut ``[start, end)`` at now and wherever a gap begins or ends; neighbours of one kind are one piece."""
    inside = [shared for gap in gaps if (shared := overlap(gap.starts_at, gap.ends_at, start, end))]
    cuts = {start, end} | {at for shared in inside for at in shared if at is not None}
    if start < now < end:
        cuts.add(now)
    pieces: list[tuple[datetime, datetime, Kind]] = []
    for left, right in pairwise(sorted(cuts)):
        if any(overlap(left, right, *shared) for shared in inside):
            kind = Kind.GAP
        else:
            kind = Kind.PAST if right <= now else ahead
        if pieces and pieces[-1][2] is kind:
            pieces[-1] = (pieces[-1][0], right, kind)
        else:
            pieces.append((left, right, kind))
    return pieces


def _boundaries(lengths: Sequence[float]) -> list[float]:
    """Where pieces of these lengths begin and end on 0–100, none narrower than LEAST_WIDTH (or than all equal)."""
    least = min(LEAST_WIDTH, 100 / len(lengths))
    whole = sum(lengths)
    spare = [max(100 * length / whole - least, 0) for length in lengths]
    stretch = (100 - least * len(lengths)) / (sum(spare) or 1)
    ends = [0.0]
    for extra in spare:
        ends.append(ends[-1] + least + extra * stretch)
    ends[-1] = 100.0
    return [round(end, 1) for end in ends]


def _position(
    now: datetime, stretches: Sequence[tuple[datetime, datetime, Kind]], ends: Sequence[float]
) -> float | None:
    """Where now lies among pieces that were widened; None outside."""
    for (start, end, _), (left, right) in zip(stretches, pairwise(ends), strict=True):
        if start <= now < end:
            return round(left + (right - left) * ((now - start) / (end - start)), 1)
    return None


def _far_end(starts_at: datetime, now: datetime, gaps: Sequence[Gap]) -> datetime:
    """Until when a flight without end is drawn."""
    changes = [at for gap in gaps for at in (gap.starts_at, gap.ends_at) if at is not None]
    return max([starts_at, now, *changes]) + EVERGREEN_HORIZON


def _extent(tracks: Sequence[Track], now: datetime) -> tuple[datetime, datetime]:
    """The stretch of time a timeline shows: at least two weeks around now, at most two years."""

    def bounds(scaling: bool) -> list[datetime]:
        return [
            at
            for track in tracks
            if track.sets_scale is scaling
            for stretch in track.stretches
            for at in (stretch.starts_at, stretch.ends_at)
            if at is not None and now - 365 * DAY <= at <= now + 365 * DAY
        ]

    core = [now - 7 * DAY, now + 7 * DAY, *bounds(scaling=True)]
    lower, upper = min(core), max(core)
    room = (upper - lower) * 0.5
    near = [at for at in bounds(scaling=False) if lower - room <= at <= upper + room]
    lower, upper = min([lower, *near]), max([upper, *near])
    edge = (upper - lower) * 0.03
    return lower - edge, upper + edge


def _ticks(lower: datetime, upper: datetime, zone: str) -> list[tuple[datetime, str]]:
    """At most six days for the axis: days, weeks (Mondays), or first days of months."""
    first, last = local_date(lower, zone), local_date(upper, zone)
    days = (last - first).days
    if days <= _MOST_TICKS * 14:
        step = next(step for step in (1, 2, 7, 14) if days <= _MOST_TICKS * step)
        start = first + DAY if step < 7 else first + DAY * (7 - first.weekday())
        chosen = [start + DAY * step * index for index in range(days // step + 1)]
        labels = [short_day(day, year=day.year) for day in chosen]
    else:
        months = next(step for step in (1, 2, 3, 6, 12) if days <= _MOST_TICKS * step * 30)
        numbers = range(first.year * 12 + first.month, last.year * 12 + last.month)
        chosen = [date(number // 12, number % 12 + 1, 1) for number in numbers if number % months == 0]
        labels = [month(day) for day in chosen]
    edge = (upper - lower) * 0.04
    placed = [(first_instant(day, zone), label) for day, label in zip(chosen, labels, strict=True)]
    return [(at, label) for at, label in placed if lower + edge <= at <= upper - edge]


def _seconds(length: timedelta) -> float:
    return length / timedelta(seconds=1)
