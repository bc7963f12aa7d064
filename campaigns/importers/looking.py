"""A first look at a sheet, before anybody said what its columns are; and how an upload comes in."""

import hashlib
import io
from collections.abc import Collection
from datetime import datetime
from functools import partial
from itertools import islice
from typing import Any

from brands.models import Brand
from campaigns.importers.cells import clean_text, one_line
from campaigns.importers.columns import Field, tracker_header, tracker_score
from campaigns.importers.memory import remembered_columns, with_remembered
from campaigns.importers.preview import masked_cells
from campaigns.importers.reading import ambiguity, body, date_cells
from campaigns.models import ImportRun
from campaigns.operations.imports import SheetGoneError, Upload, keep_look, keep_upload
from campaigns.secrets import open_sheet
from sparktrack.core.actors import Actor
from sparktrack.core.dates import date_evidence
from sparktrack.core.secrets import UndecryptableError
from sparktrack.core.tabular import Header, Row, SheetFile, choose_sheet, fold_name, open_sheets

PASTED = "pasted.tsv"
_SAMPLE_ROWS = 200
_SAMPLES = 3
_SAMPLE_LENGTH = 60
_FIRST_ROWS = 12


def receive_sheet(content: bytes, *, file_name: str, brand: Brand, now: datetime, actor: Actor) -> ImportRun:
    """Look at an uploaded file (or pasted text, ``PASTED``) and keep it; what it is, its content says.

    Raises UnusableFile with one sentence for the person: too large, a bomb, locked, no sheet. A sheet without a header
    is kept all the same: the person says which columns mean what. Raises BrandBusyError.
    """
    look = look_at(content, brand=brand)
    upload = Upload(file_name, hashlib.sha256(content).hexdigest(), content, look)
    return keep_upload(brand=brand, upload=upload, now=now, actor=actor)


def look_again(run: ImportRun, *, brand: Brand, sheet: str) -> ImportRun:
    """Look at another sheet of the kept workbook. Raises UnusableFile, WrongStateError, SheetGoneError."""
    return keep_look(brand=brand, run=run, look=look_at(kept_sheet(run), brand=brand, sheet=sheet))


def kept_sheet(run: ImportRun) -> bytes:
    """The kept file. Raises SheetGoneError, also when its key is gone."""
    if run.kept_bytes is None:
        raise SheetGoneError
    try:
        content = open_sheet(run.pieces.order_by("number").iterator(chunk_size=8))
    except UndecryptableError:
        raise SheetGoneError from None
    if len(content) != run.kept_bytes:
        raise SheetGoneError
    return content


def look_at(content: bytes, *, brand: Brand, sheet: str = "") -> dict[str, Any]:
    """What a person must see to say what the columns mean; as JSON can hold it, codes masked.

    ``sheets``: names, best first seen first; ``sheet``: the one looked at (None for a text table); ``header_row``;
    ``columns``: ``[{"header", "field" (guess, "" = to the notes), "remembered", "samples": [texts]}]`` in the order of
    the sheet, columns without a name left out; ``date_order``: what the dates show, or None; ``date_question``: a cell
    that can be read in two ways (``{"row", "column", "text", "readings": {order: ISO date}}``), or None. Without a
    header ``header_row`` is None and ``first_rows`` holds the texts of the first rows. Raises UnusableFile.
    """
    known = with_remembered({}, remembered_columns(brand))
    with open_sheets(io.BytesIO(content)) as file:
        chosen = sheet or choose_sheet(file, partial(tracker_score, asked=known))
        header = tracker_header(file.rows(chosen), known)
        found: dict[str, Any] = {"sheets": list(file.sheets), "sheet": chosen}
        if header is None:
            first = [[_shown(cell) for cell in row.cells] for row in islice(file.rows(chosen), _FIRST_ROWS)]
            return {**found, "header_row": None, "columns": [], "first_rows": first}
        return {**found, **_described(file, chosen, header, {fold_name(name) for name in known})}


def _described(file: SheetFile, sheet: str | None, header: Header, known: set[str]) -> dict[str, Any]:
    samples: dict[int, list[str]] = {index: [] for index in range(len(header.names))}
    codes = {index for index, field in header.fields.items() if field == Field.CODE}
    for row in islice(body(file, sheet, header), _SAMPLE_ROWS):
        _take_samples(row, samples, codes)
    columns = [
        {
            "header": name,
            "field": header.fields.get(index, ""),
            "remembered": fold_name(name) in known,
            "samples": samples[index],
        }
        for index, name in enumerate(header.names)
        if name
    ]
    order = date_evidence(cell for _, _, cell in date_cells(file, sheet, header)).order
    question = None if order else ambiguity(file, sheet, header)
    return {
        "header_row": header.row,
        "columns": columns,
        "date_order": order.value if order else None,
        "date_question": question,
    }


def _take_samples(row: Row, samples: dict[int, list[str]], codes: Collection[int]) -> None:
    for index, text in enumerate(masked_cells(row.cells, codes)):
        kept = samples.get(index)
        if kept is not None and len(kept) < _SAMPLES and (text := _shown(text)) and text not in kept:
            kept.append(text)


def _shown(cell: Any) -> str:
    text = one_line(clean_text(cell))
    return text if len(text) <= _SAMPLE_LENGTH else text[: _SAMPLE_LENGTH - 1] + "…"
