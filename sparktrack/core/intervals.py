"""Half-open stretches of time `[start, end)` and values that change at instants.

Instants are aware datetimes. As a start, None means "since always"; as an end, "for ever". No clock.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeAlias, TypeVar

T = TypeVar("T")
R = TypeVar("R")

# A value over all time: what holds since always, then its changes in ascending order, one per instant.
Timeline: TypeAlias = tuple[T, Sequence[tuple[datetime, T]]]


def overlap(
    start: datetime | None, end: datetime | None, lower: datetime | None, upper: datetime | None
) -> tuple[datetime | None, datetime | None] | None:
    """Return what `[start, end)` and `[lower, upper)` share, or None when they share no instant."""
    first = lower if start is None or (lower is not None and lower > start) else start
    last = upper if end is None or (upper is not None and upper < end) else end
    if first is not None and last is not None and last <= first:
        return None
    return first, last


def stretches(
    timelines: Sequence[Timeline[T]], combine: Callable[[tuple[T, ...]], R]
) -> list[tuple[datetime | None, datetime | None, R]]:
    """Lay timelines over each other and return the maximal stretches of equal combined value, in order.

    `combine` gets the value of every timeline, in the order given. The stretches cover all time: the first
    starts at None, the last ends at None, each begins where the one before ends. n log n in all changes.
    """
    values = [first for first, _ in timelines]
    # A timeline changes once per instant, so the sort never has to compare two values.
    changes = sorted((at, side, value) for side, (_, steps) in enumerate(timelines) for at, value in steps)
    result: list[tuple[datetime | None, datetime | None, R]] = []
    start: datetime | None = None
    current = combine(tuple(values))
    last = len(changes) - 1
    for index, (at, side, value) in enumerate(changes):
        values[side] = value
        if index < last and changes[index + 1][0] == at:
            continue  # Others change at this instant too: only what holds after all of them counts.
        combined = combine(tuple(values))
        if combined != current:
            result.append((start, at, current))
            start, current = at, combined
    result.append((start, None, current))
    return result
