"""How big the sheets of a workbook become in memory, measured on its XML without building anything."""

from array import array
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Final
from xml.parsers import expat

from sparktrack.core.tabular.limits import LOCKED, Limits, UnusableFile

_LAST: Final = True
_LONGEST_SPACES: Final = 100_000
_LONGEST_INDEX: Final = 100  # characters of a reference to a shared text


class Measure:
    """Takes one XML part after the other and raises UnusableFile as soon as a sheet passes a limit."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits

    def take(self, pieces: Iterable[bytes]) -> None:
        """Measure one part. Raises ExpatError for broken XML, ValueError for nonsense in it."""
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartDoctypeDeclHandler = _refuse_doctype
        self._parser.StartElementHandler = self._start
        self._begin_part()
        try:
            for piece in pieces:
                self._parser.Parse(piece)
            self._parser.Parse(b"", _LAST)
        finally:
            del self._parser

    def _begin_part(self) -> None:
        raise NotImplementedError

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        raise NotImplementedError

    def _check_cells(self, rows: int, columns: int, farthest: str) -> None:
        if rows * columns > self._limits.cells:
            raise UnusableFile(
                f"A sheet spreads over {rows:,} rows and {columns:,} columns{farthest}; "
                "delete what lies far from the table and try again."
            )

    def _check_sum(self, cells: int) -> None:
        if cells > self._limits.cells:
            raise UnusableFile(
                f"The sheets have more than {self._limits.cells:,} cells together; it is too much to read."
            )

    def _check_text(self, weight: int) -> None:
        if weight > self._limits.text_bytes:
            raise UnusableFile("A sheet holds far more text than a tracker needs; it was not opened.")


class XlsxMeasure(Measure):
    """Each sheet by itself: the reader loads one at a time."""

    def __init__(self, limits: Limits) -> None:
        super().__init__(limits)
        self._shared = array("L")  # weight in bytes of each shared text
        self._shared_weight = 0

    def _begin_part(self) -> None:
        self._row = self._column = -1
        self._cell = self._row_digits = ""
        self._refers = False
        self._top = self._left = 1 << 30
        self._bottom = self._right = -1
        self._weight = self._text_weight = 0
        self._text: list[str] = []

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        tag = name if ":" not in name else name.rpartition(":")[2]
        if tag == "c":
            self._cell = attributes.get("r", "")
            self._column += 1
            self._refers = attributes.get("t") == "s"
        elif tag == "v":
            self._filled()
            if self._refers:
                self._collect(self._end_of_reference)
        elif tag == "is":
            self._filled()
        elif tag == "row":
            self._row_digits = attributes.get("r", "")
            self._row = int(self._row_digits) - 1 if self._row_digits else self._row + 1
            self._column = -1
        elif tag == "si":
            self._collect(self._end_of_shared)
        elif tag == "Relationship":
            _check_target(attributes.get("Type", ""), attributes.get("Target", "").lower())

    def _collect(self, at_end: Callable[[str], None]) -> None:
        self._text, self._text_weight = [], 0
        self._parser.CharacterDataHandler = self._characters
        self._parser.EndElementHandler = at_end

    def _characters(self, text: str) -> None:
        self._text_weight += len(text.encode())
        self._check_text(self._shared_weight + self._text_weight)
        if self._text_weight <= _LONGEST_INDEX:
            self._text.append(text)

    def _end_of_shared(self, name: str) -> None:
        if name.rpartition(":")[2] == "si":
            self._stop_collecting()
            self._shared.append(self._text_weight)
            self._shared_weight += self._text_weight

    def _end_of_reference(self, _: str) -> None:
        self._stop_collecting()
        index = "".join(self._text).strip()
        self._weight += self._shared[int(index)] if index else 0
        self._check_text(self._weight)

    def _stop_collecting(self) -> None:
        self._parser.CharacterDataHandler = self._parser.EndElementHandler = None

    def _filled(self) -> None:
        """The current cell has content: the rectangle must hold it."""
        if self._cell:
            letters = self._cell.rstrip("0123456789")
            self._column = _column(letters)
            digits = self._cell[len(letters) :]
            if digits != self._row_digits:  # hardly ever: a cell is in its row
                self._row, self._row_digits = int(digits) - 1, digits
        if self._top <= self._row <= self._bottom and self._left <= self._column <= self._right:
            return
        row, column = max(self._row, 0), max(self._column, 0)
        self._top, self._bottom = min(self._top, row), max(self._bottom, row)
        self._left, self._right = min(self._left, column), max(self._right, column)
        farthest = f" (there is something in {self._cell})" if self._cell else ""
        self._check_cells(self._bottom - self._top + 1, self._right - self._left + 1, farthest)


class OdsMeasure(Measure):
    """All sheets together: the reader loads them at once."""

    def _begin_part(self) -> None:
        self._parser.EndElementHandler = self._end
        self._sheets_before = self._weight = 0
        self._skipped = self._rows = self._width = 0
        self._begin_row(0)
        self._in_cell = False

    def _begin_row(self, repeated: int) -> None:
        self._repeated = repeated
        self._columns = self._filled_columns = self._row_weight = 0

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition(":")[2]
        if tag == "table":
            self._skipped = self._rows = self._width = 0
        elif tag == "table-row":
            self._begin_row(int(attributes.get("table:number-rows-repeated", 1)))
        elif tag in ("table-cell", "covered-table-cell"):
            self._in_cell = True
            self._cell_repeated = int(attributes.get("table:number-columns-repeated", 1))
            self._cell_weight = 0
            self._cell_filled = "office:value-type" in attributes or "table:formula" in attributes
            self._parser.CharacterDataHandler = self._characters
        elif tag == "s":
            spaces = int(attributes.get("text:c", 1))
            if not 0 <= spaces <= _LONGEST_SPACES:
                raise ValueError(spaces)
            self._characters(" " * spaces)
        elif tag == "encryption-data":
            raise UnusableFile(LOCKED)

    def _characters(self, text: str) -> None:
        if self._in_cell:
            self._cell_filled = True
            self._cell_weight += len(text.encode())

    def _end(self, name: str) -> None:
        tag = name.rpartition(":")[2]
        if tag in ("table-cell", "covered-table-cell"):
            self._in_cell = False
            self._parser.CharacterDataHandler = None
            self._columns += self._cell_repeated
            if self._cell_filled:
                self._filled_columns = self._columns
                self._row_weight += self._cell_weight * self._cell_repeated
                self._check_cells(1, self._filled_columns, "")
        elif tag == "table-row":
            self._end_row()
        elif tag == "table":
            self._sheets_before += self._rows * self._width

    def _end_row(self) -> None:
        # Blank rows and cells count only when something follows them.
        if not self._filled_columns:
            self._skipped += self._repeated
            return
        self._rows += self._skipped + self._repeated
        self._skipped = 0
        self._width = max(self._width, self._filled_columns)
        self._check_cells(self._rows, self._width, "")
        self._check_sum(self._sheets_before + self._rows * self._width)
        self._weight += self._row_weight * self._repeated
        self._check_text(self._weight)


def _check_target(kind: str, target: str) -> None:
    """Only parts named .xml are measured, and shared texts first only under their usual name: insist on both."""
    sheet, texts = kind.endswith("/worksheet"), kind.endswith("/sharedStrings")
    if (sheet and not target.endswith(".xml")) or (texts and not target.endswith("sharedstrings.xml")):
        raise ValueError(target)


@lru_cache(maxsize=1024)
def _column(letters: str) -> int:
    """``A`` → 0, ``AA`` → 26. Raises ValueError for anything but one to three letters."""
    if not (1 <= len(letters) <= 3 and letters.isascii() and letters.isalpha()):
        raise ValueError(letters)
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number - 1


def _refuse_doctype(*_: object) -> None:
    raise ValueError("A sheet has no document type.")
