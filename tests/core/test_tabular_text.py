import io

import pytest

from sparktrack.core.tabular import Limits, UnusableFile, open_sheets, sheets


def rows(content: bytes, limits: Limits | None = None):
    with open_sheets(io.BytesIO(content), limits=limits or Limits()) as file:
        return [tuple(row) for row in file.rows()]


TABLE = [["Handle", "Näme"], ["luca", "Zoë – ok"]]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"]
)
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_encoding_delimiter_and_line_end_gives_the_same_table(encoding, delimiter, end):
    text = "".join(delimiter.join(cells) + end for cells in TABLE)
    assert rows(text.encode(encoding)) == [(1, TABLE[0]), (2, TABLE[1])]


def test_rows_are_numbered_by_the_line_on_which_they_begin():
    content = b'title\n\nlink,note\nx,"one\r\ntwo\nthree"\n,\ny,\n'
    assert rows(content) == [
        (1, ["title"]),
        (3, ["link", "note"]),
        (4, ["x", "one\r\ntwo\nthree"]),
        (8, ["y", ""]),
    ]


def test_lines_without_anything_to_see_are_left_out():
    assert rows("a,b\n , \u200b\n\n;;\nc,d\n".encode())[0::2] == [(1, ["a", "b"]), (5, ["c", "d"])]


def test_commas_inside_cells_do_not_hide_the_semicolons():
    content = b"Codes, all of them\nh;i;j\n" + b"a;x, y;1,50\n" * 20
    assert rows(content)[1:3] == [(2, ["h", "i", "j"]), (3, ["a", "x, y", "1,50"])]


def test_excels_own_first_line_names_the_delimiter_and_is_no_row():
    assert rows(b"sep=|\na,b|c\n") == [(2, ["a,b", "c"])]


def test_a_table_of_one_column_is_a_table():
    assert rows(b"#abc\n#def") == [(1, ["#abc"]), (2, ["#def"])]


def test_one_apostrophe_before_a_formula_is_taken_off():
    assert rows(b"'=1+1,''@x,'plain,'\n") == [(1, ["=1+1", "'@x", "'plain", "'"])]


def test_rows_can_be_read_again_from_the_top():
    with open_sheets(io.BytesIO(b"a,b\nc,d\n")) as file:
        first = next(file.rows())
        assert [first, *list(file.rows())[1:]] == list(file.rows())


def test_a_quotation_mark_that_is_never_closed_is_named_and_swallows_nothing():
    with pytest.raises(UnusableFile, match="Line 3: a quotation mark is opened here and never closed"):
        rows(b'a,b\n1,2\n"3,4\n5,6\n7,8')


@pytest.mark.parametrize(
    "content",
    [bytes(range(256)), b"a,b\n\0,1\n", b"a;b\n\x81;1", "a\tb".encode("utf-16") + b"\0", b"\xff\xfe\x00"],
)
def test_binary_data_is_no_table(content):
    with pytest.raises(UnusableFile, match="no sheet that can be read"):
        rows(content)


@pytest.mark.parametrize(
    ("content", "limits", "message"),
    [
        (b"x" * 101, Limits(file_bytes=100), "larger than"),
        (b"a,b\n" * 103, Limits(rows=2), "more than 2 rows"),
        (b"a" + b"," * 10, Limits(columns=10), "Row 1 has more than 10 columns"),
        (b"a,b,c\n" * 4, Limits(cells=11), "more than 11 cells"),
        (b"x" * 50, Limits(line_characters=40), "Line 1 is longer than 40 characters"),
        (
            b"a,b\n" + b"x" * 50 + b",y",
            Limits(cell_characters=40),
            "Line 2: a cell is longer than 40 characters",
        ),
        (b'a,b\n"' + b"x\n" * 70_000 + b'",y', Limits(cell_characters=200_000), "Line 2: a cell is longer"),
    ],
)
def test_every_limit_gives_one_clear_line(content, limits, message):
    with pytest.raises(UnusableFile, match=message) as refused:
        rows(content, limits)
    assert "\n" not in refused.value.message


def test_a_text_table_has_no_named_sheets():
    with open_sheets(io.BytesIO(b"a,b")) as file:
        assert file.sheets == ()
        with pytest.raises(UnusableFile, match="no named sheets"):
            file.rows("Codes")


def test_a_file_of_line_breaks_is_not_read_to_its_end(monkeypatch):
    assert sheets._MOST_LINES == 1_048_576
    monkeypatch.setattr(sheets, "_MOST_LINES", 10_000)
    with pytest.raises(UnusableFile, match="more than 10,000 rows"):
        rows(b"a,b\n" + b"\r" * 11_000 + b"c,d\n")
