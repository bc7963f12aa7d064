"""Excel and OpenDocument workbooks, read with python-calamine after ``check_archive`` let them pass."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from sparktrack.core.cells import Cell, has_lost_digits
from sparktrack.core.tabular.limits import BROKEN, LOCKED, Limits, UnusableFile
from sparktrack.core.tabular.sheets import SheetFile


class Workbook(SheetFile):
    """An XLSX, XLSM or ODS file that has been checked. Cells show values, not formulas."""

    def __init__(self, file: BinaryIO, limits: Limits) -> None:
        file.seek(0)
        with _clear_errors():
            self._book = CalamineWorkbook.from_filelike(file)
        sheets = [sheet for sheet in self._book.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
        sheets.sort(key=lambda sheet: sheet.visible != SheetVisibleEnum.Visible)
        super().__init__(file, tuple(sheet.name for sheet in sheets), limits)
        if not self.sheets:
            raise UnusableFile("The workbook has no sheet with cells.")
        self._loaded: tuple[str, CalamineSheet] | None = None

    def _all_rows(self, sheet: str | None) -> Iterator[tuple[int, list[Cell]]]:
        name = self.sheets[0] if sheet is None else sheet
        if self._loaded is None or self._loaded[0] != name:
            self._loaded = None  # one sheet in memory at a time
            with _clear_errors():
                self._loaded = (name, self._book.get_sheet_by_name(name))
        for number, cells in enumerate(self._loaded[1].iter_rows(), start=1):
            yield number, [_plain(cell) for cell in cells]

    def close(self) -> None:
        """Let go of the file and of the sheet in memory."""
        self._loaded = None
        self._book.close()
        super().close()


def _plain(cell: Cell) -> Cell:
    """Whole numbers as int: sheets know only floats. An id that lost digits stays a float."""
    if isinstance(cell, float) and cell.is_integer() and not has_lost_digits(cell):
        return int(cell)
    return cell


@contextmanager
def _clear_errors() -> Iterator[None]:
    try:
        yield
    except PasswordError:
        raise UnusableFile(LOCKED) from None
    except CalamineError:
        raise UnusableFile(BROKEN) from None
    except BaseException as error:
        # A panic of the reader on a damaged file is no Exception; anything else (Ctrl-C) goes on.
        if type(error).__name__ == "PanicException":
            raise UnusableFile(BROKEN) from None
        raise
