"""What every kind of sheet file offers."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from types import TracebackType
from typing import BinaryIO, Final, NamedTuple, Self

from sparktrack.core.cells import Cell, is_blank
from sparktrack.core.tabular.limits import TOO_MANY_ROWS, Limits, UnusableFile
from sparktrack.core.tabular.safety import unescape_formula

# Titles and headers come on top of the rows that a sheet may have; Header.below() counts the rows themselves.
_HEADING_ROWS: Final = 100
# No spreadsheet has more, blank ones included: reading on through millions of line breaks would only take time.
_MOST_LINES: Final = 1_048_576


class Row(NamedTuple):
    """One row with content."""

    number: int  # 1-based, the sheet row or the line (of its beginning) that a person sees
    cells: list[Cell]  # blank cells are ""; rows may differ in length


class SheetFile(ABC):
    """An opened sheet file; close it, or use it in ``with``. Iterate over one sheet at a time."""

    def __init__(self, file: BinaryIO, sheets: tuple[str, ...], limits: Limits) -> None:
        self.sheets = sheets  # names in the order of the file, visible ones first; none for a text table
        self._file = file
        self._limits = limits

    def rows(self, sheet: str | None = None) -> Iterator[Row]:
        """The rows of ``sheet`` (default: the first) that have any content, again from the top at every call.

        One ``'`` before a character that begins a formula is taken off, as the writers put it there. Raises
        UnusableFile for an unknown sheet and as soon as a limit is passed.
        """
        if sheet is not None and sheet not in self.sheets:
            known = ", ".join(f"“{name}”" for name in self.sheets)
            raise UnusableFile(
                f"There is no sheet “{sheet}”; the file has {known}."
                if known
                else "This kind of file has no named sheets."
            )
        return self._checked(self._all_rows(sheet))

    @abstractmethod
    def _all_rows(self, sheet: str | None) -> Iterator[tuple[int, list[Cell]]]:
        """All rows of a known sheet, blank ones too or not, as they come."""

    def _checked(self, rows: Iterator[tuple[int, list[Cell]]]) -> Iterator[Row]:
        limits, count, total = self._limits, 0, 0
        for number, cells in rows:
            if number > _MOST_LINES:
                raise UnusableFile(TOO_MANY_ROWS.format(_MOST_LINES))
            if all(map(is_blank, cells)):
                continue
            count += 1
            total += len(cells)
            if count > limits.rows + _HEADING_ROWS:
                raise UnusableFile(TOO_MANY_ROWS.format(limits.rows))
            if total > limits.cells:
                raise UnusableFile(
                    f"The sheet has more than {limits.cells:,} cells; split it and import the parts."
                )
            if len(cells) > limits.columns:
                raise UnusableFile(f"Row {number} has more than {limits.columns:,} columns.")
            yield Row(number, [unescape_formula(cell) if isinstance(cell, str) else cell for cell in cells])

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
