"""The arithmetic of reports: periods, what became of planned days, what codes burnt. Plain Python, no clock.

Stretches are half-open, ``[start, end)``; lengths are exact, and rounded only where they are said.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from authorizations.enums import Reason
from authorizations.rules import DAY, Gap, clip
from campaigns.phrases import limiting
from sparktrack.core.days import end_of_last_day, first_instant
from sparktrack.core.intervals import overlap

_NOTHING = timedelta(0)


class Preset(StrEnum):
    """The periods that people ask for by name."""

    THIS_MONTH = "this-month"
    LAST_MONTH = "last-month"
    THIS_QUARTER = "this-quarter"
    LAST_QUARTER = "last-quarter"


def preset_days(preset: Preset, *, today: date) -> tuple[date, date]:
    """The first and the last day of a period as seen from ``today``."""
    length = 1 if preset in {Preset.THIS_MONTH, Preset.LAST_MONTH} else 3
    number = today.year * 12 + today.month - 1
    start = number - number % length
    if preset in {Preset.LAST_MONTH, Preset.LAST_QUARTER}:
        start -= length
    return _first_of(start), _first_of(start + length) - timedelta(days=1)


def _first_of(number: int) -> date:
    return date(number // 12, number % 12 + 1, 1)


@dataclass(frozen=True, slots=True)
class Period:
    """The days from ``first`` to ``last``, read in the IANA ``zone``."""

    first: date
    last: date
    zone: str

    @property
    def starts_at(self) -> datetime:
        """Its first instant."""
        return first_instant(self.first, self.zone)

    @property
    def ends_at(self) -> datetime:
        """The instant at which its last day is over."""
        return end_of_last_day(self.last, self.zone)

    def holds(self, instant: datetime) -> bool:
        """Whether an instant lies in it."""
        return self.starts_at <= instant < self.ends_at


@dataclass(frozen=True, slots=True)
class Split:
    """What became of the time that was planned: it could run, TikTok did not run it, or it ran without rights.

    A stretch with several reasons counts once, under the one that is named first.
    """

    planned: timedelta
    covered: timedelta
    lost: Mapping[Reason, timedelta]
    unpermitted: Mapping[Reason, timedelta]

    @property
    def lost_in_all(self) -> timedelta:
        """All that did not run."""
        return sum(self.lost.values(), _NOTHING)

    @property
    def unpermitted_in_all(self) -> timedelta:
        """All that ran without rights."""
        return sum(self.unpermitted.values(), _NOTHING)


def split(
    gaps: Iterable[Gap], *, starts_at: datetime, ends_at: datetime | None, within: tuple[datetime, datetime]
) -> Split | None:
    """Divide the part of a flight ``[starts_at, ends_at)`` that lies in ``within``; None if none does."""
    shared = overlap(starts_at, ends_at, *within)
    if shared is None or shared[0] is None or shared[1] is None:
        return None
    lost: dict[Reason, timedelta] = {}
    unpermitted: dict[Reason, timedelta] = {}
    for gap in clip(gaps, *shared):
        assert gap.starts_at is not None
        assert gap.ends_at is not None
        kept, reason = lost if gap.stops_itself else unpermitted, limiting(gap)
        kept[reason] = kept.get(reason, _NOTHING) + (gap.ends_at - gap.starts_at)
    planned = shared[1] - shared[0]
    gone = sum((*lost.values(), *unpermitted.values()), _NOTHING)
    return Split(planned, planned - gone, lost, unpermitted)


def total(parts: Iterable[Split]) -> Split:
    """Many flights as one."""
    planned = covered = _NOTHING
    lost: dict[Reason, timedelta] = {}
    unpermitted: dict[Reason, timedelta] = {}
    for part in parts:
        planned += part.planned
        covered += part.covered
        for kept, lengths in ((lost, part.lost), (unpermitted, part.unpermitted)):
            for reason, length in lengths.items():
                kept[reason] = kept.get(reason, _NOTHING) + length
    return Split(planned, covered, lost, unpermitted)


@dataclass(frozen=True, slots=True)
class Burnt:
    """What passed of a code's window before an ad ran on it: ``length``, over ``at`` that instant.

    ``is_unused``: no ad ever ran in the window, so all of it is burnt, when it ends.
    """

    at: datetime
    length: timedelta
    is_unused: bool


def burnt(
    *, starts_at: datetime, ends_at: datetime, flights: Iterable[tuple[datetime, datetime | None]]
) -> Burnt | None:
    """What a window ``[starts_at, ends_at)`` lost before the first of ``flights``; None for an empty window.

    A flight that runs already when the code is generated (a replacement) burns nothing.
    """
    if ends_at <= starts_at:
        return None
    shared = (overlap(start, end, starts_at, ends_at) for start, end in flights)
    begins = [each[0] for each in shared if each is not None and each[0] is not None]
    if not begins:
        return Burnt(ends_at, ends_at - starts_at, is_unused=True)
    first = min(begins)
    return Burnt(first, first - starts_at, is_unused=False)


def days(length: timedelta) -> Decimal:
    """A length in days to be said, rounded half up to a tenth: ``2.5``, ``14``."""
    rounded = _exact(length).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return rounded.quantize(Decimal(1)) if rounded == rounded.to_integral_value() else rounded


def row_days(length: timedelta) -> Decimal:
    """A length in days for a column: ``2.50``."""
    return _exact(length).quantize(Decimal("0.01"), ROUND_HALF_UP)


def _exact(length: timedelta) -> Decimal:
    return Decimal(length // timedelta.resolution) / Decimal(DAY // timedelta.resolution)


def started_days(length: timedelta) -> int:
    """A length in days, every day that began counted: how money is told (DOMAIN.md §6)."""
    return -(-length // DAY)


def middle(lengths: Sequence[timedelta]) -> timedelta | None:
    """The median, None of nothing."""
    if not lengths:
        return None
    ordered, half = sorted(lengths), len(lengths) // 2
    return ordered[half] if len(lengths) % 2 else (ordered[half - 1] + ordered[half]) / 2
