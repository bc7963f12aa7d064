"""Writing sheets row by row, with flat memory, safe to open in any spreadsheet program."""

import codecs
import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from shutil import copyfileobj
from tempfile import TemporaryDirectory, TemporaryFile
from typing import BinaryIO, Final

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from sparktrack.core.cells import Refusal
from sparktrack.core.tabular.safety import escape_formula

Value = str | int | bool | Decimal | date | datetime | None

# Rows of CSV that are handed on at once.
_PIECE: Final = 200

_XLSX_ROWS: Final = 1_048_576
_XLSX_TEXT: Final = 32_767
_XLSX_DIGITS: Final = 15
_XLSX_OPTIONS: Final = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}


class CannotWrite(Refusal):
    """The rows do not fit into this format."""


def write_csv(stream: BinaryIO, header: Sequence[str], rows: Iterable[Sequence[Value]]) -> int:
    """Write CSV (comma, CR LF, UTF-8 with the mark Excel wants) and return the number of rows below the header.

    Texts that could be formulas get one leading ``'``. Dates are ISO, instants RFC 3339 in UTC with ``Z``; an instant
    without zone is a ValueError. The stream stays open.
    """
    count = 0

    def counted() -> Iterator[Sequence[Value]]:
        nonlocal count
        for row in rows:
            yield row
            count += 1

    stream.writelines(csv_pieces(header, counted()))
    return count


def csv_pieces(header: Sequence[str], rows: Iterable[Sequence[Value]]) -> Iterator[bytes]:
    """The same CSV as ``write_csv`` in pieces of some hundred rows, made while they are asked for."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([escape_formula(name) for name in header])
    mark = codecs.BOM_UTF8
    for number, row in enumerate(rows, start=1):
        writer.writerow([_text(value) for value in row])
        if number % _PIECE == 0:
            yield mark + text.getvalue().encode()
            mark = b""
            text.seek(0)
            text.truncate()
    yield mark + text.getvalue().encode()


def write_xlsx(
    stream: BinaryIO, header: Sequence[str], rows: Iterable[Sequence[Value]], *, sheet: str = "Tracker"
) -> int:
    """Write one XLSX sheet and return the number of rows below the header; the same texts as ``write_csv``.

    Numbers are numbers up to 15 digits, all else is text. Raises CannotWrite for a text of more than 32,767
    characters or more rows than a sheet has. The stream gets nothing before all rows are there, and stays open.
    """
    with TemporaryFile() as whole, TemporaryDirectory() as folder:
        book = Workbook(whole, {**_XLSX_OPTIONS, "tmpdir": folder})
        try:
            worksheet = book.add_worksheet(sheet)
            count = _write_rows(worksheet, header, rows, bold=book.add_format({"bold": True}))
        finally:
            book.close()  # also lets go of the rows already written when one is refused
        whole.seek(0)
        copyfileobj(whole, stream)
    return count


def _write_rows(
    worksheet: Worksheet, header: Sequence[str], rows: Iterable[Sequence[Value]], *, bold: Format
) -> int:
    worksheet.freeze_panes(1, 0)
    for column, name in enumerate(header):
        worksheet.write_string(0, column, escape_formula(name), bold)
    number = 0
    for number, row in enumerate(rows, start=1):
        if number >= _XLSX_ROWS:
            raise CannotWrite(f"A sheet holds {_XLSX_ROWS:,} rows; export CSV instead.")
        _write_row(worksheet, number, row)
    return number


def _write_row(worksheet: Worksheet, number: int, row: Sequence[Value]) -> None:
    for column, value in enumerate(row):
        if value is None or value == "":
            continue
        if isinstance(value, int | Decimal) and not isinstance(value, bool) and _fits_number(value):
            worksheet.write_number(number, column, value)
            continue
        text = _text(value)
        if len(text) > _XLSX_TEXT:
            raise CannotWrite(
                f"Row {number + 1} has a text longer than {_XLSX_TEXT:,} characters; export CSV instead."
            )
        worksheet.write_string(number, column, text)


def _fits_number(value: int | Decimal) -> bool:
    return len(Decimal(value).as_tuple().digits) <= _XLSX_DIGITS


def _text(value: Value) -> str:
    if isinstance(value, str):
        return escape_formula(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError("An instant needs a zone.")
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, date) else str(value)
