"""What a sheet may cost to read. Checked before anything is unpacked (QUALITY.md §2, "Sheets in")."""

from dataclasses import dataclass
from typing import Final

from sparktrack.core.cells import Refusal

MEBIBYTE: Final = 1024 * 1024

BROKEN: Final = "The file is damaged and cannot be read; open it in a spreadsheet program and save it again."
LOCKED: Final = "The file is protected with a password; save it without the password and try again."
NO_SHEET: Final = "The file is no sheet that can be read; save it as .xlsx, .ods or .csv (UTF-8)."
TOO_MANY_ROWS: Final = "The sheet has more than {:,} rows; split it and import the parts."


class UnusableFile(Refusal):
    """The file cannot be read as a sheet; ``message`` says why and what to do, in one sentence."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Upper bounds; the defaults hold 50,000 rows of a wide tracker."""

    file_bytes: int = 50 * MEBIBYTE
    rows: int = 50_000  # rows with content below the header, in one sheet
    columns: int = 1_000
    cells: int = (
        4_000_000  # of the rectangle around all content of a sheet: that is what the reader allocates
    )
    text_bytes: int = 100 * MEBIBYTE  # text of all cells of a sheet, repetitions included
    cell_characters: int = 100_000
    line_characters: int = 1_000_000
    archive_entries: int = 2_000
    unpacked_bytes: int = 300 * MEBIBYTE
    unpacked_ratio: int = 150  # unpacked to packed, for files that unpack to more than 20 MB


LIMITS: Final = Limits()
