"""The four tracker sheets, cleaned row by row, give the errors, posts and windows that a faithful import holds."""

import json
import time
from datetime import timedelta
from pathlib import Path

import pytest

from sparktrack.core.cells import Refusal, cell_text, is_blank, parse_yes_no
from sparktrack.core.dates import BadDate, BadWindow, date_evidence, parse_date, parse_window
from sparktrack.core.tabular import choose_sheet, find_header, open_sheets, write_csv
from sparktrack.tiktok.codes import clean_code
from sparktrack.tiktok.links import BadLink, OtherPlatform, parse_handle, parse_post_link

TRACKERS = Path(__file__).parents[1] / "data" / "trackers"
ALIASES = {
    "handle": ["creator handle", "handle", "influencer"],
    "post": ["post link", "tiktok link", "video url"],
    "code": ["spark code", "auth code", "ad code"],
    "start": ["authorization date", "code date", "generated"],
    "end": ["expires", "exp date"],
    "days": ["usage window", "duration"],
    "paid": ["paid usage approved", "rights type", "paid"],
    "rights_start": ["usage start", "rights start"],
    "rights_end": ["usage end", "rights expiry"],
}
DATES = ("start", "end", "rights_start", "rights_end")
NAMES = {BadLink: "bad_url", BadDate: "bad_date", BadWindow: "bad_window", OtherPlatform: "other_platform"}


def recognised(rows):
    header = find_header(rows, ALIASES)
    return len(header.fields) if header else 0


def read(path):
    """The sheet that was chosen, the records by row number, and the date evidence."""
    with open_sheets(path) as file:
        sheet = choose_sheet(file, recognised)
        header = find_header(file.rows(sheet), ALIASES)
        assert header
        records = {row.number: header.record(row.cells) for row in header.below(file.rows(sheet))}
    evidence = date_evidence(
        record[field] for record in records.values() for field in DATES if field in record
    )
    return sheet, records, evidence


def cleaned(record, order):
    """Post id, start and window of one row; raises what is wrong with it."""
    link, handle = parse_post_link(record["post"]), parse_handle(record["handle"])
    if link.handle and link.handle != handle:
        raise ValueError("handle_mismatch")
    start = parse_date(record["start"], order).day
    if is_blank(record.get("days", "")):
        days = (parse_date(record["end"], order).day - start) // timedelta(days=1)
    else:
        days = parse_window(record["days"])
    if days < 1:
        raise ValueError("end_before_start")
    code = clean_code(record["code"])
    assert not code.odd
    assert parse_yes_no(record["paid"]) is not None
    return link.post_id, code.value, {"starts_on": start.isoformat(), "window_days": days}


@pytest.mark.parametrize("name", ["tidy-tracker.csv", "messy-eu.csv", "messy-us.csv", "agency-workbook.xlsx"])
def test_a_tracker_cleans_to_what_a_faithful_import_holds(name):
    expected = json.loads((TRACKERS / f"{name}.expected.json").read_text())
    sheet, records, evidence = read(TRACKERS / name)
    assert sheet == expected.get("sheet")
    assert evidence.order == expected["date_order"]
    assert len(records) == expected["rows"]

    windows, refused, posts_by_code = {}, [], {}
    for row, record in records.items():
        try:
            post_id, code, window = cleaned(record, evidence.order)
        except Refusal as refusal:
            refused.append({"row": row, "code": NAMES[type(refusal)]})
        except ValueError as problem:
            refused.append({"row": row, "code": str(problem)})
        else:
            if posts_by_code.setdefault(code, post_id) == post_id:
                windows[post_id] = window
            else:
                refused.append({"row": row, "code": "duplicate_code"})
    assert refused == sorted(
        expected["errors"] + expected.get("skipped", []), key=lambda problem: problem["row"]
    )
    assert windows == expected["windows"]
    assert sorted(windows) == expected["post_ids"]


def test_twenty_thousand_rows_are_read_and_cleaned_in_seconds(tmp_path):
    path = tmp_path / "big.csv"
    _, records, _ = read(TRACKERS / "tidy-tracker.csv")
    fields = list(next(iter(records.values())))
    templates = [[cell_text(record[field]) for field in fields] for record in records.values()]
    with path.open("wb") as stream:
        write_csv(stream, [ALIASES[field][0] for field in fields], (templates[n % 60] for n in range(20_000)))
    began = time.process_time()
    _, records, evidence = read(path)
    for record in records.values():
        cleaned(record, evidence.order)
    assert len(records) == 20_000
    assert time.process_time() - began < 8  # about 1 s on the slowest machine tried
