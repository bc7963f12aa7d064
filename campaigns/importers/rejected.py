"""The rows that an import leaves out, to be mended and uploaded again."""

import io
from collections.abc import Iterator
from datetime import datetime

from brands.models import Brand
from campaigns.enums import ImportState, RowOutcome
from campaigns.importers.columns import REASON, chosen_columns, tracker_header
from campaigns.importers.looking import kept_sheet
from campaigns.importers.memory import remembered_columns, with_remembered
from campaigns.importers.reading import body
from campaigns.models import ImportRow, ImportRun
from campaigns.operations.imports import WrongStateError, record_rejected_download
from campaigns.wishes import Wishes
from sparktrack.core.actors import Actor
from sparktrack.core.cells import Cell, cell_text
from sparktrack.core.tabular import UnusableFile, Value, open_sheets

_HAVE_A_PREVIEW = (ImportState.PREVIEWED, ImportState.APPLYING, ImportState.APPLIED, ImportState.UNDONE)


def rejected_rows(
    run: ImportRun, *, brand: Brand, now: datetime, actor: Actor
) -> tuple[list[str], Iterator[list[Value]]]:
    """Header and rows of a sheet with the rows left out, as they were uploaded, and a reason; for ``write_csv``.

    Codes are in it in clear, so the download is audited; send it with ``Cache-Control: no-store``. Skipped rows are
    none of them: nothing is to be mended there. Raises WrongStateError before a preview, SheetGoneError when the sheet
    is no longer kept.
    """
    if run.state not in _HAVE_A_PREVIEW:
        raise WrongStateError(run)
    content = kept_sheet(run)
    reasons = _reasons(run)
    record_rejected_download(brand=brand, run=run, rows=len(reasons), now=now, actor=actor)
    wishes = Wishes.from_json(run.wishes)
    wanted = with_remembered(chosen_columns(wishes.columns), remembered_columns(brand))
    file = open_sheets(io.BytesIO(content))
    sheet = run.sheet or None
    header = tracker_header(file.rows(sheet), wanted)
    if header is None:
        raise UnusableFile("The sheet has no header any more.")
    width = len(header.names)

    def rows() -> Iterator[list[Value]]:
        with file:
            for row in body(file, sheet, header):
                if row.number in reasons:
                    cells = [_value(cell) for cell in row.cells]
                    yield [*cells, *[""] * (width - len(cells)), reasons[row.number]]

    return [*header.names, REASON], rows()


def _reasons(run: ImportRun) -> dict[int, str]:
    """Row → why it was left out."""
    rows = ImportRow.objects.filter(brand=run.brand_id, run=run, outcome=RowOutcome.ERROR)
    return {
        row.number: " ".join(
            f"{message['column']}: {message['message']}" if message["column"] else message["message"]
            for message in row.messages
            if message["error"]
        )
        for row in rows.order_by("number").iterator(chunk_size=1_000)
    }


def _value(cell: Cell) -> Value:
    """A cell as it came, as text that reads the same again."""
    return cell if isinstance(cell, str) else cell_text(cell)
