"""What belongs together in a text: each code with its link, its days, the handle it stands beside."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

A = TypeVar("A")
B = TypeVar("B")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Found(Generic[T]):
    """Something in a text, from ``start`` to ``end``."""

    start: int
    end: int
    value: T


_BOUNDARY: Final = re.compile(
    r"\n[ \t]*(?=\n)"  # an empty line
    r"|\n(?=[ \t]*(?:[-*•–]|\d{1,2}[.)])[ \t])"  # a line of a list
    r"|\n(?=[ \t]*\[?\d{1,4}[./-]\d{1,2}[./-]\d{1,4},? )"  # a line of a chat: [20/11/2026, 14:03] Maya:
)
_FURTHER: Final = 400  # characters that a boundary counts for, and a line
_LINE: Final = 120
_CLOSE: Final = 200

_Score = tuple[int, int]


class Layout:
    """How far apart things stand in a text."""

    def __init__(self, text: str) -> None:
        """``text``: what the positions of things count in."""
        self._boundaries = [found.start() for found in _BOUNDARY.finditer(text)]
        self._lines = [index for index, letter in enumerate(text) if letter == "\n"]

    def distance(self, one: Found[A], other: Found[B]) -> int:
        """Characters between two things; lines and paragraphs count for more."""
        first, second = sorted(((one.start, one.end), (other.start, other.end)))
        lines = bisect_right(self._lines, second[0]) - bisect_left(self._lines, first[1] - 1)
        boundaries = bisect_right(self._boundaries, second[0]) - bisect_left(self._boundaries, first[1] - 1)
        lines, boundaries = max(lines, 0), max(boundaries, 0)
        return max(second[0] - first[1], 0) + _LINE * lines + _FURTHER * boundaries

    def aligned(self, codes: Sequence[Found[A]], others: Sequence[Found[B]]) -> list[Found[B] | None]:
        """For each code its own of ``others``: as many pairs as there can be in their order, the nearest of those."""
        rows: list[list[tuple[_Score, bool]]] = [[((0, 0), False)] * (len(others) + 1)]
        # What comes first in the message comes first in each pair, where distances say nothing.
        leads = bool(codes and others and others[0].start < codes[0].start)
        for code in codes:
            above = rows[-1]
            row = [((0, 0), False)]
            for column, other in enumerate(others):
                pairs, cost = above[column][0]
                tie = 0 if (other.start < code.start) is leads else 1
                paired = (pairs - 1, cost + 2 * self.distance(code, other) + tie)
                apart = min(above[column + 1][0], row[column][0])
                row.append((paired, True) if paired <= apart else (apart, False))
            rows.append(row)
        found: list[Found[B] | None] = []
        column = len(others)
        for number in range(len(codes), 0, -1):
            while (
                column
                and not rows[number][column][1]
                and rows[number][column][0] == rows[number][column - 1][0]
            ):
                column -= 1
            if column and rows[number][column][1]:
                column -= 1
                found.append(others[column])
            else:
                found.append(None)
        return found[::-1]

    def rivals(self, code: Found[A], own: Found[B], spare: Sequence[Found[B]]) -> bool:
        """Whether a link that nobody took stands about as near to the code as its own."""
        reach = self.distance(code, own) + _CLOSE
        return any(item.value != own.value and self.distance(code, item) <= reach for item in spare)

    def nearest_handle(self, code: Found[A], handles: Sequence[Found[str]]) -> str:
        """The creator named in the same paragraph as a code, else the last one named above it, else the only one."""
        near = min(handles, key=lambda item: self.distance(code, item), default=None)
        if near is None or self.distance(code, near) < _FURTHER or len({item.value for item in handles}) == 1:
            return near.value if near else ""
        above = [item for item in handles if item.start < code.start]
        return above[-1].value if above else ""
