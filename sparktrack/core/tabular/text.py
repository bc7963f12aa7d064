"""Comma, semicolon, tab and pipe separated text in the encodings that spreadsheets write."""

import codecs
import csv
import io
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import BinaryIO, Final

from sparktrack.core.cells import Cell
from sparktrack.core.tabular.limits import MEBIBYTE, NO_SHEET, Limits, UnusableFile
from sparktrack.core.tabular.sheets import SheetFile

_DELIMITERS: Final = (",", ";", "\t", "|")
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE_LINES: Final = 200
_END: Final = "\ue000end of the table\ue000"  # a record of its own, unless a quotation mark is still open


class TextTable(SheetFile):
    """A CSV or TSV file; encoding and delimiter are found out. It has no named sheets."""

    def __init__(self, file: BinaryIO, limits: Limits) -> None:
        super().__init__(file, (), limits)
        self.encoding = _encoding(file)
        sample = list(islice(self._lines(), _SAMPLE_LINES))
        first = sample[0].strip().casefold() if sample else ""
        # Excel's own first line "sep=;" names the delimiter and is no row.
        self._skips_first_line = len(first) == 5 and first.startswith("sep=")
        self.delimiter = first[4] if self._skips_first_line else _delimiter(sample)

    def _all_rows(self, sheet: str | None) -> Iterator[tuple[int, list[Cell]]]:
        assert sheet is None  # rows() knows that there are no names
        reader = csv.reader(self._ended_lines(), delimiter=self.delimiter)
        number = 1
        try:
            for cells in reader:
                if cells and _END in cells[-1]:
                    if cells != [_END]:
                        raise UnusableFile(
                            f"Line {number}: a quotation mark is opened here and never closed."
                        )
                    return
                if not (number == 1 and self._skips_first_line):
                    if any(len(cell) > self._limits.cell_characters for cell in cells):
                        raise UnusableFile(_long_cell(number, self._limits.cell_characters))
                    yield number, [*cells]
                number = reader.line_num + 1
        except csv.Error:
            raise UnusableFile(_long_cell(number, self._limits.cell_characters)) from None

    def _ended_lines(self) -> Iterator[str]:
        yield from self._lines()
        yield _END

    def _lines(self) -> Iterator[str]:
        """The lines with their ends as they are (LF, CR LF or CR)."""
        self._file.seek(0)
        stream = io.TextIOWrapper(self._file, self.encoding, newline="")
        longest = self._limits.line_characters
        try:
            number = 0
            while line := stream.readline(longest):
                number += 1
                if len(line) == longest and not line.endswith(("\r", "\n")):
                    raise UnusableFile(
                        f"Line {number} is longer than {longest:,} characters: this is no table."
                    )
                yield line
        finally:
            if not self._file.closed:
                stream.detach()


def _long_cell(number: int, longest: int) -> str:
    return f"Line {number}: a cell is longer than {longest:,} characters; perhaps a quotation mark is never closed."


def _encoding(file: BinaryIO) -> str:
    """The encoding in which the whole file can be read. Raises UnusableFile for binary data."""
    file.seek(0)
    head = file.read(4096)
    marked = next((encoding for mark, encoding in _MARKS if head.startswith(mark)), None)
    for encoding in (marked,) if marked else (*_unmarked_utf16(head), "utf-8", "cp1252"):
        if _decodes(file, encoding):
            return encoding
    raise UnusableFile(NO_SHEET)


def _unmarked_utf16(head: bytes) -> tuple[str, ...]:
    """UTF-16 without a mark: in a table nearly every second byte is 0."""
    half = len(head) // 2
    if half and head[1::2].count(0) > half * 0.7:
        return ("utf-16-le",)
    if half and head[0::2].count(0) > half * 0.7:
        return ("utf-16-be",)
    return ()


def _decodes(file: BinaryIO, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    file.seek(0)
    try:
        while chunk := file.read(MEBIBYTE):
            if "\0" in decoder.decode(chunk):
                return False
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True


def _delimiter(lines: list[str]) -> str:
    """The delimiter that makes most columns in most lines; the comma where none does."""
    scores: dict[str, int] = {}
    for delimiter in _DELIMITERS:
        try:
            widths = Counter(len(cells) for cells in csv.reader(lines, delimiter=delimiter))
        except csv.Error:
            continue
        scores[delimiter] = max((count * (width - 1) for width, count in widths.items()), default=0)
    return max(scores, key=lambda delimiter: scores[delimiter]) if scores else ","
