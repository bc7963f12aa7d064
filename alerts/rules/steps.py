"""Which step of the warnings of a lapse is due (DOMAIN.md §7). Plain Python: no Django, no clock; instants are UTC.

``alerts.queries.lapses`` asks the same of all flights at once in SQL, by the instants of ``reaches``.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

# The steps at and after the lapse: found within a week of it, or later than that.
AT_LAPSE = 0
STOPPED = -1
# A lapse is "at the lapse" for so long; who learns of it later learns that it stopped.
FRESH_FOR = timedelta(days=7)
# Steps up to this one go into the morning round: what lies before the next round belongs into this one.
LONGEST_IN_ROUND = 6


@dataclass(frozen=True, slots=True)
class Reach:
    """A step of so many days, and the last instant of a lapse for which it is due now."""

    step: int
    until: datetime


def reaches(
    steps: Iterable[int], *, now: datetime, ahead: datetime | None = None, beyond: datetime | None = None
) -> tuple[Reach, ...]:
    """How far each step of a brand reaches at ``now``, tightest first; steps of less than a day are none.

    With ``ahead``, the next morning of the round, a step of the round is due already if its instant lies before that.
    ``beyond`` is the one after that: where the round of ``ahead`` will say a tighter step already, the wider one is due
    now, so that the two do not share a morning (3 days and 1 day before a Monday are Thursday and Friday).
    """
    found = []
    tighter: int | None = None
    for step in sorted({step for step in steps if step > AT_LAPSE}):
        days = timedelta(days=step)
        until = now + days
        if ahead is not None and step <= LONGEST_IN_ROUND:
            until = max(until, ahead + days - timedelta.resolution)
            if beyond is not None and tighter is not None:
                until = max(until, beyond + timedelta(days=tighter) - timedelta.resolution)
        found.append(Reach(step, until))
        tighter = step
    return tuple(found)


def due_step(lapses_at: datetime, found: Iterable[Reach], *, now: datetime) -> int | None:
    """The tightest step that is due for a lapse at ``now``; None while it is further away than all of ``found``."""
    if lapses_at <= now:
        return AT_LAPSE if now < lapses_at + FRESH_FOR else STOPPED
    return min((reach.step for reach in found if lapses_at <= reach.until), default=None)


def is_skipped(step: int, window: timedelta | None) -> bool:
    """Whether a step says nothing new: it is longer than half the window it would warn about (None: of no window)."""
    return step > AT_LAPSE and window is not None and 2 * timedelta(days=step) > window
