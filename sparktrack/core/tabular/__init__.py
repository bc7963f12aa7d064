"""Reading any sheet a team has, and writing sheets that are safe to open.

``open_sheets`` → ``SheetFile.rows()`` → ``find_header`` → ``Header.record()`` is the way in; ``write_csv``,
``csv_pieces`` and ``write_xlsx`` are the way out.
"""

from sparktrack.core.tabular.headers import Header, choose_sheet, find_header, fold_name, match_columns
from sparktrack.core.tabular.limits import LIMITS, Limits, UnusableFile
from sparktrack.core.tabular.reading import open_sheets
from sparktrack.core.tabular.safety import escape_formula, unescape_formula
from sparktrack.core.tabular.sheets import Row, SheetFile
from sparktrack.core.tabular.writing import CannotWrite, Value, csv_pieces, write_csv, write_xlsx

__all__ = [
    "LIMITS",
    "CannotWrite",
    "Header",
    "Limits",
    "Row",
    "SheetFile",
    "UnusableFile",
    "Value",
    "choose_sheet",
    "csv_pieces",
    "escape_formula",
    "find_header",
    "fold_name",
    "match_columns",
    "open_sheets",
    "unescape_formula",
    "write_csv",
    "write_xlsx",
]
