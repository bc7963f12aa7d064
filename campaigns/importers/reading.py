"""A file of a person → the clean rows of one tracker sheet."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import chain

from campaigns.importers.cleaning import RowCleaner
from campaigns.importers.columns import DATES, Field, refuse_missing, tracker_header, tracker_score
from campaigns.importers.messages import Message, Problem
from campaigns.importers.rows import RowValues
from sparktrack.core.cells import Cell, cell_text
from sparktrack.core.dates import DateOrder, date_evidence
from sparktrack.core.tabular import Header, Row, SheetFile, UnusableFile, choose_sheet, fold_name

_NO_HEADER = (
    "No header row was found{where}: a tracker has columns such as “Creator handle”, “Post link” and “Spark code”; "
    "name yours with --map."
)
_NO_POST = (
    "The sheet has no column for the post (such as “Post link”); name it with --map “Your header=post_url”."
)


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What a person says of the file; what is not said is found out."""

    sheet: str | None = None
    date_order: DateOrder | None = None
    columns: Mapping[str, Field] = field(default_factory=dict)  # header → field


@dataclass(slots=True)
class Tracker:
    """One sheet, read."""

    sheet: str | None  # None for a text table
    header: Header
    date_order: DateOrder | None
    count: int  # rows that are neither blank nor a header
    rows: list[RowValues]  # emptied when they are planned: a big sheet is not kept twice

    @property
    def columns(self) -> dict[str, str]:
        """Field → header."""
        return {mapped: self.header.names[index] for index, mapped in self.header.fields.items()}


def read_tracker(file: SheetFile, options: ReadOptions, *, zone: str) -> Tracker:
    """Read the sheet that is most like a tracker, or the one asked for; ``zone`` is the brand's.

    Raises UnusableFile if it has no header or no column for the post, ColumnRefused if a wish names a missing column.
    """
    sheet = options.sheet or choose_sheet(file, partial(tracker_score, asked=options.columns))
    header = tracker_header(file.rows(sheet), options.columns)
    if header is None:
        raise UnusableFile(_NO_HEADER.format(where=f" in the sheet “{sheet}”" if sheet else ""))
    refuse_missing(header.names, options.columns)
    fields = set(header.fields.values())
    if not fields & {Field.POST_URL, Field.POST_ID, Field.TITLE}:
        raise UnusableFile(_NO_POST)
    order = options.date_order or date_evidence(_date_cells(file, sheet, header)).order
    cleaner = RowCleaner(header, order=order, zone=zone)
    rows = list(_clean(cleaner, _body(file, sheet, header)))
    return Tracker(sheet, header, order, len(rows), rows)


def _body(file: SheetFile, sheet: str | None, header: Header) -> Iterator[Row]:
    """The rows below the header, without repetitions of it."""
    first = min(header.fields)
    name = fold_name(header.names[first])
    for row in file.rows(sheet):
        # Most rows are told from the header by one cell.
        again = len(row.cells) > first and fold_name(cell_text(row.cells[first])) == name
        if row.number > header.row and not (again and header.is_repeated_by(row.cells)):
            yield row


def _date_cells(file: SheetFile, sheet: str | None, header: Header) -> Iterator[Cell]:
    indexes = [index for index, mapped in header.fields.items() if mapped in DATES]
    return chain.from_iterable(
        (row.cells[index] for index in indexes if index < len(row.cells))
        for row in _body(file, sheet, header)
    )


def _clean(cleaner: RowCleaner, rows: Iterator[Row]) -> Iterator[RowValues]:
    """Each row, understood; a row that was there before, cell for cell, is only noted."""
    seen: dict[bytes, int] = {}
    for row in rows:
        first = seen.setdefault(_digest(row.cells), row.number)
        if first == row.number:
            yield cleaner.clean(row)
        else:
            message = Message(row.number, "", Problem.DUPLICATE_ROW, f"The same as row {first}.")
            yield RowValues(row.number, messages=[message], skipped=True)


def _digest(cells: list[Cell]) -> bytes:
    text = "\x1f".join(map(cell_text, cells)).rstrip("\x1f")
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
