import csv
import io
import tracemalloc
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sparktrack.core.cells import is_blank
from sparktrack.core.tabular import (
    CannotWrite,
    escape_formula,
    open_sheets,
    unescape_formula,
    write_csv,
    write_xlsx,
)

HEADER = ["handle", "notes", "=odd"]
FORMULA_STARTS = tuple("=+-@'\t\r\n")
# Lone surrogates cannot be stored, NUL and the two non-characters cannot be typed.
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0\ufffe\uffff")) | st.builds(
    str.__add__, st.sampled_from(FORMULA_STARTS), st.text("=+-@'\t\r\n ab,;\"", max_size=6)
)


def written(write, rows, header=HEADER):
    stream = io.BytesIO()
    count = write(stream, header, rows)
    assert not stream.closed
    return count, stream.getvalue()


def read_back(content):
    with open_sheets(io.BytesIO(content)) as file:
        return [row.cells for row in file.rows()]


@given(TEXTS)
def test_unescaping_gives_back_exactly_what_was_escaped(text):
    escaped = escape_formula(text)
    assert unescape_formula(escaped) == text
    assert not escaped.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    assert len(escaped) - len(text) == text.startswith(FORMULA_STARTS)


@pytest.mark.parametrize("text", ["'", "'plain", "plain", "", "''"])
def test_an_apostrophe_that_protects_nothing_stays(text):
    assert unescape_formula(text) == (text if text != "''" else "'")


@pytest.mark.parametrize("write", [write_csv, write_xlsx])
@given(rows=st.lists(st.tuples(TEXTS, TEXTS, TEXTS), max_size=5))
def test_what_is_written_is_read_back_to_the_character(write, rows):
    visible = [list(row) for row in rows if not all(map(is_blank, row))]  # readers leave blank rows out
    _, content = written(write, visible)
    assert read_back(content) == [HEADER, *visible]


@pytest.mark.parametrize("write", [write_csv, write_xlsx])
def test_no_cell_in_the_file_itself_begins_like_a_formula(write):
    texts = [f"{start}cmd|' /C calc'!A0" for start in FORMULA_STARTS]
    _, content = written(write, [texts], header=texts)
    if write is write_csv:
        cells = [
            cell for row in csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")) for cell in row
        ]
    else:
        sheet = openpyxl.load_workbook(io.BytesIO(content)).active
        assert {cell.data_type for row in sheet for cell in row} == {"s"}
        cells = [cell.value for row in sheet for cell in row]
    assert len(cells) == 2 * len(texts)
    assert all(cell.startswith("'") for cell in cells)


VALUES = [
    "maya",
    date(2026, 11, 5),
    datetime(2026, 11, 5, 10, 30, tzinfo=timezone(timedelta(hours=2))),
    datetime(2026, 11, 5, 10, 30, 0, 5, tzinfo=UTC),
    Decimal("1200.50"),
    -5,
    7701324184336996944,
    True,
    False,
    None,
]


def test_csv_holds_dates_as_typed_and_instants_in_utc():
    count, content = written(write_csv, [VALUES], header=["x"] * len(VALUES))
    assert count == 1
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.splitlines(keepends=True)[1].decode() == (
        "maya,2026-11-05,2026-11-05T08:30:00Z,2026-11-05T10:30:00.000005Z,1200.50,-5,7701324184336996944,yes,no,\r\n"
    )


def test_xlsx_holds_the_same_and_numbers_as_numbers():
    count, content = written(write_xlsx, [VALUES], header=["x"] * len(VALUES))
    assert count == 1
    assert read_back(content)[1] == [
        "maya", "2026-11-05", "2026-11-05T08:30:00Z", "2026-11-05T10:30:00.000005Z", 1200.5, -5, "7701324184336996944",
        "yes", "no", "",
    ]  # fmt: skip


@pytest.mark.parametrize("write", [write_csv, write_xlsx])
def test_an_instant_without_zone_is_never_written(write):
    with pytest.raises(ValueError, match="zone"):
        written(write, [[datetime(2026, 11, 5)]])  # noqa: DTZ001 - that is the point


def test_a_text_too_long_for_a_cell_is_refused_and_not_cut():
    stream = io.BytesIO()
    with pytest.raises(CannotWrite, match="Row 3 has a text longer"):
        write_xlsx(stream, HEADER, [["x"], ["x" * 32_768]])
    assert not stream.getvalue()
    assert read_back(written(write_csv, [["x" * 32_768]])[1])[1] == ["x" * 32_768]


@pytest.mark.parametrize("write", [write_csv, write_xlsx])
def test_memory_stays_flat_however_many_rows_are_written(write, tmp_path):
    # Not the peak of a process: a child begins with that of its parent, and would never get there.
    peaks = []
    for count in (300, 1_500):
        tracemalloc.start()
        with (tmp_path / "out").open("wb") as stream:
            assert write(stream, ["a"] * 10, ([f"text {number}"] * 10 for number in range(count))) == count
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] - peaks[0] < 100_000  # bytes
