"""Which row is the header, which column is what, and which sheet is meant."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from sparktrack.core.cells import Cell, cell_text, is_blank
from sparktrack.core.tabular.limits import LIMITS, TOO_MANY_ROWS, UnusableFile
from sparktrack.core.tabular.sheets import Row, SheetFile

_IN_BRACKETS: Final = re.compile(r"\([^)]*\)|\[[^\]]*\]")
_NO_WORD: Final = re.compile(r"[\W_]+")
_NO_CELL: Final = ""


@dataclass(frozen=True, slots=True)
class Header:
    """The header row of a sheet and what its columns mean."""

    row: int  # 1-based, as a person sees it
    names: tuple[str, ...]  # as they stand in the sheet, trimmed
    fields: Mapping[int, str]  # column index from 0 → field

    @property
    def columns(self) -> dict[str, str]:
        """Header name → field, for the report."""
        return {self.names[index]: field for index, field in sorted(self.fields.items())}

    @property
    def unmapped(self) -> list[str]:
        """The names of columns without a field, in the order of the sheet."""
        return [name for index, name in enumerate(self.names) if name and index not in self.fields]

    def below(self, rows: Iterable[Row], *, limit: int = LIMITS.rows) -> Iterator[Row]:
        """The rows under the header, repetitions of it left out. Raises UnusableFile after ``limit`` rows."""
        count = 0
        for row in rows:
            if row.number > self.row and not self.is_repeated_by(row.cells):
                count += 1
                if count > limit:
                    raise UnusableFile(TOO_MANY_ROWS.format(limit))
                yield row

    def record(self, cells: Sequence[Cell]) -> dict[str, Cell]:
        """Field → cell of one row; "" where the row is shorter than the header."""
        return {
            field: cells[index] if index < len(cells) else _NO_CELL for index, field in self.fields.items()
        }

    def extras(self, cells: Sequence[Cell]) -> dict[str, str]:
        """Header name → text of the filled cells in unmapped columns; cells beyond the header are ``column 9``."""
        names = self.names
        return {
            (names[index] if index < len(names) and names[index] else f"column {index + 1}"): cell_text(cell)
            for index, cell in enumerate(cells)
            if index not in self.fields and not is_blank(cell)
        }

    def column_name(self, field: str) -> str:
        """The name of the column that holds ``field``; "" if none does."""
        return next((self.names[index] for index, mapped in self.fields.items() if mapped == field), "")

    def is_repeated_by(self, cells: Sequence[Cell]) -> bool:
        """True if a row says the header again, as sheets pasted together do."""
        texts = _trimmed([cell_text(cell) for cell in cells])
        return len(texts) == len(self.names) and all(
            ours == theirs or fold_name(ours) == fold_name(theirs)
            for ours, theirs in zip(self.names, texts, strict=True)
        )


class _Match(NamedTuple):
    rank: int  # 3 asked for, 2 the whole name, 1 the whole name without brackets, 0 the end of the name
    length: int
    column: int
    field: str


def fold_name(name: str) -> str:
    """A header name without case, spaces and punctuation; a name of punctuation only (``@``, ``#``) stays."""
    return "".join(_words(name)) or name.strip()


def match_columns(
    names: Sequence[str], aliases: Mapping[str, Iterable[str]], *, overrides: Mapping[str, str] | None = None
) -> dict[int, str]:
    """Column index → field for a row of header ``names``.

    ``aliases``: field → names it goes by. A name matches whole, or by its last words (``TikTok username``), the
    longest alias first: "rights expiry" is not taken for "expiry". ``overrides``: header name → field, wins over
    all. A field takes one column, the best and then the leftmost; other columns that would fit stay unmapped.
    """
    fields_by_name = {fold_name(alias): field for field, known in aliases.items() for alias in known}
    asked = {fold_name(name): field for name, field in (overrides or {}).items()}
    matches = (
        match
        for column, name in enumerate(names)
        if name and (match := _match(column, name, fields_by_name, asked))
    )
    taken: dict[str, int] = {}
    for match in sorted(matches, key=lambda match: (-match.rank, -match.length, match.column)):
        taken.setdefault(match.field, match.column)
    return {column: field for field, column in sorted(taken.items(), key=lambda item: item[1])}


def find_header(
    rows: Iterable[Row],
    aliases: Mapping[str, Iterable[str]],
    *,
    overrides: Mapping[str, str] | None = None,
    minimum: int = 2,
    within: int = 50,
) -> Header | None:
    """The row among the first ``within`` that names most fields, at least ``minimum``; the first of equals.

    Title lines above it and blank lines do not matter. None if no row is a header.
    """
    known = {field: tuple(names) for field, names in aliases.items()}
    best: Header | None = None
    for count, (number, cells) in enumerate(rows):
        if count == within:
            break
        names = _trimmed([cell_text(cell) if isinstance(cell, str) else "" for cell in cells])
        fields = match_columns(names, known, overrides=overrides)
        if len(fields) >= minimum and (best is None or len(fields) > len(best.fields)):
            best = Header(number, tuple(names), fields)
    return best


def choose_sheet(file: SheetFile, score: Callable[[Iterable[Row]], int]) -> str | None:
    """The sheet with the highest ``score`` of its rows, the first of equals; None for a file without sheets (CSV).

    ``score`` gets the rows of one sheet, reads as many as it wants, and returns 0 for "nothing of mine".
    """
    scores = [(score(file.rows(sheet)), sheet) for sheet in file.sheets]
    return max(scores, key=lambda scored: scored[0])[1] if scores else None


def _words(name: str) -> list[str]:
    return [word for word in _NO_WORD.split(unicodedata.normalize("NFKC", name).casefold()) if word]


def _match(
    column: int, name: str, fields_by_name: Mapping[str, str], asked: Mapping[str, str]
) -> _Match | None:
    folded = fold_name(name)
    for rank, known in ((3, asked), (2, fields_by_name)):
        if folded in known:
            return _Match(rank, len(folded), column, known[folded])
    words = _words(_IN_BRACKETS.sub(" ", name))
    for start in range(len(words)):
        ending = "".join(words[start:])
        if ending in fields_by_name:
            return _Match(0 if start else 1, len(ending), column, fields_by_name[ending])
    return None


def _trimmed(texts: list[str]) -> list[str]:
    """Without the blank cells at the end."""
    while texts and not texts[-1]:
        texts.pop()
    return texts
