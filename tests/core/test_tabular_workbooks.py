import io
import struct
import subprocess
import sys
from datetime import date, datetime, timedelta
from pathlib import Path

import openpyxl
import pytest

from sparktrack.core.tabular import Limits, UnusableFile, open_sheets
from tests.sheetfiles import ods, ods_cell, xlsx, xlsx_parts, zipped

ROOT = Path(__file__).parents[2]
WALL_TIME = datetime(2026, 10, 27, 14, 30)  # noqa: DTZ001 - sheets know no zones
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def rows(content: bytes, limits: Limits | None = None):
    with open_sheets(io.BytesIO(content), limits=limits or Limits()) as file:
        return [tuple(row) for row in file.rows()]


def saved(book: openpyxl.Workbook) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def test_xlsx_cells_come_as_what_they_are():
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Codes of November"])
    sheet.append([])
    sheet.append(
        [
            " text ",
            30,
            0.5,
            True,
            date(2026, 10, 27),
            WALL_TIME,
            "27/10/2026",
            None,
            "'@x",
        ]
    )
    sheet.append([None, None, timedelta(hours=36), "=1+1"])
    assert rows(saved(book)) == [
        (1, ["Codes of November", *[""] * 8]),
        (
            3,
            [
                " text ",
                30,
                0.5,
                True,
                date(2026, 10, 27),
                WALL_TIME,
                "27/10/2026",
                "",
                "@x",
            ],
        ),
        (4, ["", "", timedelta(hours=36), *[""] * 6]),
    ]


def test_whole_numbers_are_ints_and_a_long_id_stays_recognisably_rounded():
    content = xlsx('<row r="1"><c r="A1"><v>30</v></c><c r="B1"><v>7701324184336996944</v></c></row>')
    (_, (days, post_id)) = rows(content)[0]
    assert (days, type(days)) == (30, int)
    assert isinstance(post_id, float)


def test_ods_cells_come_as_what_they_are():
    content = ods(
        '<table:table table:name="Codes"><table:table-row>'
        + ods_cell("luca")
        + ods_cell('a<text:s text:c="3"/>b')
        + '<table:table-cell office:value-type="date" office:date-value="2026-10-27"><text:p>27.10.</text:p>'
        '</table:table-cell><table:table-cell office:value-type="float" office:value="30"/>'
        '<table:table-cell table:number-columns-repeated="16380"/></table:table-row>'
        '<table:table-row table:number-rows-repeated="3"><table:table-cell/></table:table-row><table:table-row>'
        + ods_cell("x", repeated=2)
        + '</table:table-row><table:table-row table:number-rows-repeated="1048571">'
        '<table:table-cell table:number-columns-repeated="16384"/></table:table-row></table:table>'
    )
    assert rows(content) == [(1, ["luca", "a   b", date(2026, 10, 27), 30]), (5, ["x", "x", "", ""])]


def test_sheets_are_listed_visible_ones_first_and_read_by_name():
    book = openpyxl.Workbook()
    book.active.title = "archive"
    book.active.sheet_state = "hidden"
    book.active.append(["old"])
    book.create_sheet("Codes").append(["new"])
    with open_sheets(io.BytesIO(saved(book))) as file:
        assert file.sheets == ("Codes", "archive")
        assert [row.cells for row in file.rows()] == [["new"]]
        assert [row.cells for row in file.rows("archive")] == [["old"]]
        with pytest.raises(UnusableFile, match="There is no sheet “Kodes”; the file has “Codes”, “archive”"):
            file.rows("Kodes")


def test_cells_that_are_only_formatted_take_no_room():
    content = xlsx('<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576" s="0"/></row>')
    assert rows(content) == [(1, [1])]


def test_a_macro_workbook_is_read_like_any_other():
    parts = xlsx_parts('<row r="1"><c r="A1"><v>1</v></c></row>')
    assert rows(zipped({**parts, "xl/vbaProject.bin": b"\0macros"})) == [(1, [1])]


FAR = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576">{}</row>'
MANY_REFERENCES = "".join(
    f'<row r="{row}"><c r="A{row}" t="s"><v>0</v></c></row>' for row in range(1, 20_001)
)
CELL = ods_cell("x")
TABLE = '<table:table table:name="A">{}</table:table>'


def _row(cells: str, repeated: int = 1) -> str:
    return f'<table:table-row table:number-rows-repeated="{repeated}">{cells}</table:table-row>'


def _claiming(content: bytes, name: bytes, size: int) -> bytes:
    """The zip with another unpacked size of the entry ``name`` in its directory."""
    at = content.rindex(name) - 46
    assert content[at : at + 4] == b"PK\1\2"
    return content[: at + 24] + struct.pack("<L", size) + content[at + 28 :]


BOMBS = {
    "zeros": lambda: zipped({**xlsx_parts(""), "xl/worksheets/sheet1.xml": bytes(60_000_000)}),
    "lying": lambda: _claiming(
        zipped({**xlsx_parts(""), "xl/worksheets/sheet1.xml": b"<a>" + b" " * 60_000_000 + b"</a>"}),
        b"xl/worksheets/sheet1.xml",
        1000,
    ),
    "entries": lambda: zipped({**xlsx_parts(""), **{f"x{number}": "" for number in range(3000)}}),
    "directory": lambda: zipped({**xlsx_parts(""), **{f"{number:05}{'x' * 900}": "" for number in range(1500)}}),
    "far cell": lambda: xlsx(FAR.format('<c r="XFD1048576"><v>1</v></c>')),
    "far cell in its row": lambda: xlsx(FAR.format("<c/>" * 9 + "<c><is><t>1</t></is></c>")),
    "repeated text": lambda: xlsx(MANY_REFERENCES, shared=f"<si><t>{'x' * 30_000}</t></si>"),
    "long text": lambda: xlsx("", shared=f"<si><t>{'x' * 110_000_000}</t></si>"),
    "repeated columns": lambda: ods(TABLE.format(_row(ods_cell("x", repeated=50_000_000)))),
    "repeated rows": lambda: ods(TABLE.format(_row(ods_cell("x"), 50_000_000))),
    "gap": lambda: ods(TABLE.format(_row(CELL * 99) + _row("<table:table-cell/>", 10**6) + _row(CELL))),
    "many sheets": lambda: ods(TABLE.format(_row(ods_cell("x"), 3_000_000)) * 2),
    "repeated long text": lambda: ods(TABLE.format(_row(ods_cell("x" * 10_000), 30_000))),
    "spaces": lambda: ods(TABLE.format(_row(ods_cell('<text:s text:c="2000000000"/>')))),
}  # fmt: skip


def test_a_bomb_gives_one_clear_line_and_takes_no_memory(tmp_path):
    for name, bomb in BOMBS.items():
        (tmp_path / name).write_bytes(bomb())
    # Each bomb in a process of its own, whose peak is its own; what they import is imported once.
    program = """
import os, resource, sys
from pathlib import Path
from sparktrack.core.tabular import UnusableFile, open_sheets
for path in map(Path, sys.argv[1:]):
    if os.fork():
        assert os.wait()[1] == 0, path
        continue
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    try:
        open_sheets(path)
        message = ""
    except UnusableFile as refusal:
        message = refusal
    print(path.name, message, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before, sep="\\t", flush=True)
    os._exit(0)
"""
    run = subprocess.run(
        [sys.executable, "-c", program, *(tmp_path / name for name in BOMBS)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    answers = [line.split("\t") for line in run.stdout.splitlines()]
    assert [name for name, _, _ in answers] == list(BOMBS)
    for name, message, kilobytes in answers:
        assert message.endswith("."), name
        assert int(kilobytes) < 30_000, name
    assert not run.stderr


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"%PDF-1.7 ...", "no sheet"),
        (b"\x89PNG\r\n", "no sheet"),
        (b"\xef\xbb\xbf\n<HTML><table>", "web page"),
        (OLE + b"x" * 5000, "Old Excel files"),
        (OLE + b"x" * (2**20 - 12) + "EncryptedPackage".encode("utf-16-le"), "password"),
        (ods("", manifest="<encryption-data/>"), "password"),
        (_claiming(xlsx(""), b"xl/workbook.xml", 5), "unpacks to far more"),
        (zipped({"xl/workbook.bin": b""}), "xlsb"),
        (zipped({"Index/Document.iwa": b""}), "Numbers"),
        (zipped({"word/document.xml": "<w/>"}), "no sheet"),
        (b"PK\3\4", "damaged"),
        (xlsx("")[:-40], "damaged"),
        (xlsx("") + b"more", "damaged"),
        (xlsx("")[:-2] + b"\5\0", "damaged"),
        (xlsx("<row"), "damaged"),
        (xlsx('<row r="x"/>'), "damaged"),
        (xlsx('<row r="1"><c r="1A"><v>1</v></c></row>'), "damaged"),
        (xlsx('<row r="1"><c r="A1" t="s"><v>7</v></c></row>'), "damaged"),
        (zipped(xlsx_parts("", sheet_target="media/image1.png")), "damaged"),
        (zipped({**xlsx_parts(""), "XL/workbook.xml": "<x/>"}), "damaged"),
        (zipped({**xlsx_parts(""), "xl/workbook.xml": "<!DOCTYPE x><workbook/>"}), "damaged"),
        (zipped({**xlsx_parts(""), "xl/workbook.xml": "<workbook/>"}), "no sheet with cells"),
    ],
)
def test_a_file_that_cannot_be_used_says_why_in_one_line(content, message):
    with pytest.raises(UnusableFile, match=message) as refused:
        open_sheets(io.BytesIO(content))
    assert "\n" not in refused.value.message


def test_every_single_damaged_byte_gives_rows_or_a_clear_line():
    content = bytearray(xlsx('<row r="1"><c r="A1" t="s"><v>0</v></c></row>', shared="<si><t>x</t></si>"))
    for position in range(0, len(content), 3):
        damaged = bytearray(content)
        damaged[position] ^= 0x55
        try:
            rows(bytes(damaged))
        except UnusableFile as refusal:
            assert refusal.message.endswith(".")  # noqa: PT017 - rows are fine as well


def test_a_password_protected_zip_is_told_apart():
    content = bytearray(xlsx(""))
    at = content.index(b"PK\1\2")
    content[at + 8] |= 1
    with pytest.raises(UnusableFile, match="password"):
        open_sheets(io.BytesIO(bytes(content)))


def test_a_path_that_is_no_file_is_named(tmp_path):
    with pytest.raises(UnusableFile, match=r"There is no file .*nothing"):
        open_sheets(tmp_path / "nothing.csv")
    with pytest.raises(UnusableFile, match="is a folder"):
        open_sheets(tmp_path)
    with pytest.raises(UnusableFile, match="cannot be read"):
        open_sheets(Path("a\0b"))


def test_fifty_thousand_rows_pass_and_more_do_not():
    content = xlsx("".join(f'<row r="{n}"><c r="A{n}"><v>{n}</v></c></row>' for n in range(1, 50_102)))
    with pytest.raises(UnusableFile, match="more than 50,000 rows"):
        rows(content)
    assert len(rows(content, Limits(rows=50_001))) == 50_101
