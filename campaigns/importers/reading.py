"""A file of a person → the clean rows of one tracker sheet."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from brands.models import Invitation, User
from campaigns.importers.cleaning import RowCleaner
from campaigns.importers.columns import DATES, Field, refuse_missing, tracker_header, tracker_score
from campaigns.importers.memory import with_remembered
from campaigns.importers.messages import Message, Problem
from campaigns.importers.rows import RowValues
from campaigns.wishes import Decision
from sparktrack.core.cells import Cell, cell_text
from sparktrack.core.dates import DateOrder, date_evidence, date_readings
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
    """What a person says of the file; what is not said is what earlier sheets of the brand taught, or is found out."""

    sheet: str | None = None
    date_order: DateOrder | None = None
    columns: Mapping[str, Field | None] = field(default_factory=dict)  # header → field, None = to the notes
    owners: Mapping[str, User | Invitation] = field(
        default_factory=dict
    )  # name as in the sheet → who is meant
    decisions: Mapping[int, Decision] = field(
        default_factory=dict
    )  # number of a row with a conflict → who wins
    undecided: Decision | None = None  # who wins where nobody said it; None: the row is refused


@dataclass(slots=True)
class Tracker:
    """One sheet, read."""

    sheet: str | None  # None for a text table
    header: Header
    date_order: DateOrder | None
    count: int  # rows that are neither blank nor a header
    rows: list[RowValues]  # emptied when they are planned: a big sheet is not kept twice
    # Without a date order: a cell that can be read in several ways (see ``ambiguity``).
    date_question: dict[str, Any] | None = None

    @property
    def columns(self) -> dict[str, str]:
        """Field → header."""
        return {mapped: self.header.names[index] for index, mapped in self.header.fields.items()}


def read_tracker(
    file: SheetFile,
    options: ReadOptions,
    *,
    zone: str,
    remembered: Mapping[str, Field | None] | None = None,
) -> Tracker:
    """Read the sheet that is most like a tracker, or the one asked for; ``zone`` is the brand's.

    A column is what is asked for, else what is ``remembered`` of its header, else what its name says. Raises
    UnusableFile if it has no header or no column for the post, ColumnRefused if a wish names a missing column.
    """
    wanted = with_remembered(options.columns, remembered or {})
    sheet = options.sheet or choose_sheet(file, partial(tracker_score, asked=wanted))
    header = tracker_header(file.rows(sheet), wanted)
    if header is None:
        raise UnusableFile(_NO_HEADER.format(where=f" in the sheet “{sheet}”" if sheet else ""))
    refuse_missing(header.names, options.columns)
    fields = set(header.fields.values())
    if not fields & {Field.POST_URL, Field.POST_ID, Field.TITLE}:
        raise UnusableFile(_NO_POST)
    order = options.date_order or date_evidence(cell for _, _, cell in date_cells(file, sheet, header)).order
    cleaner = RowCleaner(header, order=order, zone=zone)
    rows = list(_clean(cleaner, body(file, sheet, header)))
    return Tracker(sheet, header, order, len(rows), rows, None if order else ambiguity(file, sheet, header))


def body(file: SheetFile, sheet: str | None, header: Header) -> Iterator[Row]:
    """The rows below the header, without repetitions of it."""
    first = min(header.fields)
    name = fold_name(header.names[first])
    for row in file.rows(sheet):
        # Most rows are told from the header by one cell.
        again = len(row.cells) > first and fold_name(cell_text(row.cells[first])) == name
        if row.number > header.row and not (again and header.is_repeated_by(row.cells)):
            yield row


def date_cells(file: SheetFile, sheet: str | None, header: Header) -> Iterator[tuple[int, int, Cell]]:
    """Row number, column index and cell of all cells in columns of dates."""
    indexes = [index for index, mapped in header.fields.items() if mapped in DATES]
    for row in body(file, sheet, header):
        for index in indexes:
            if index < len(row.cells):
                yield row.number, index, row.cells[index]


def ambiguity(file: SheetFile, sheet: str | None, header: Header) -> dict[str, Any] | None:
    """The first date that means another day in another order, to be asked about; None if there is none.

    ``{"row", "column": header, "text", "readings": {order: ISO date}}``.
    """
    for number, index, cell in date_cells(file, sheet, header):
        readings = date_readings(cell)
        if len(set(readings.values())) > 1:
            return {
                "row": number,
                "column": header.names[index],
                "text": cell_text(cell),
                "readings": {order.value: day.isoformat() for order, day in readings.items()},
            }
    return None


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
