import io

import pytest

from sparktrack.core.tabular import (
    Header,
    Row,
    UnusableFile,
    choose_sheet,
    find_header,
    fold_name,
    match_columns,
    open_sheets,
)

ALIASES = {
    "code": ["spark code", "ad code", "auth code"],
    "post": ["post link", "video url", "link", "url"],
    "handle": ["creator", "creator handle", "handle", "username", "@"],
    "name": ["creator name"],
    "email": ["email"],
    "end": ["expires", "expiry", "spark_code_expiry_date"],
    "rights_end": ["rights expiry"],
    "comments": ["comments"],
    "notes": ["notes", "comment"],
    "fee": ["fee"],
}
NAMES = ["Handle", "Video URL", "auth_code", "Expires", "Comment"]


def fields(*names, overrides=None):
    return {
        names[index]: field for index, field in match_columns(names, ALIASES, overrides=overrides).items()
    }


@pytest.mark.parametrize(
    "name", ["Spark code", "SPARK_CODE", "spark-code:", "SparkCode", " Spark  Code ", "Ｓpark code"]
)
def test_case_spaces_and_punctuation_of_a_header_do_not_matter(name):
    assert fields(name) == {name: "code"}


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("Rights expiry", "rights_end"),
        ("Expiry", "end"),
        ("spark_code_expiry_date", "end"),
        ("Creator name", "name"),
        ("Creator", "handle"),
        ("@", "handle"),
        ("E-mail", "email"),
        ("Comments", "comments"),
        ("Comment", "notes"),
        ("Spark code (paste here)", "code"),
        ("TikTok username", "handle"),
        ("Spark code expires", "end"),
        ("Creator fee [EUR]", "fee"),
    ],
)
def test_the_longest_alias_wins(name, field):
    assert fields(name) == {name: field}


@pytest.mark.parametrize(
    "name", ["#", "Status", "Campaign start", "Curl", "Code", "Linked", "", "  ", "Link to nothing"]
)
def test_an_unknown_name_is_never_guessed(name):
    assert fields(name) == {}


def test_a_field_takes_the_column_that_says_it_best_and_leaves_the_others_alone():
    assert fields("Drive link", "Post link", "URL", "Creator handle", "Creator") == {
        "Post link": "post",
        "Creator handle": "handle",
    }
    assert match_columns(["Link", "Link"], ALIASES) == {0: "post"}


def test_what_was_asked_for_wins_over_every_alias():
    assert fields("Expires", "Week 47", "Post link", overrides={"week 47": "end", "POST LINK": "notes"}) == {
        "Week 47": "end",
        "Post link": "notes",
    }


def test_the_header_is_found_under_title_lines():
    rows = [
        Row(1, ["Spark codes, our creators"]),
        Row(3, ["link"]),
        Row(4, [*NAMES, "", "Mood "]),
        Row(5, ["x"] * 7),
    ]
    header = find_header(rows, ALIASES)
    assert header
    assert header.row == 4
    assert header.columns == {
        "Handle": "handle", "Video URL": "post", "auth_code": "code", "Expires": "end", "Comment": "notes",
    }  # fmt: skip
    assert header.unmapped == ["Mood"]
    assert header.column_name("code") == "auth_code"
    assert header.column_name("fee") == ""


def test_the_first_of_equal_headers_counts_and_a_sheet_without_one_has_none():
    header = find_header([Row(2, NAMES), Row(9, NAMES)], ALIASES)
    assert header
    assert header.row == 2
    assert find_header([Row(1, ["Link"]), Row(2, [46322, "https://x", True])], ALIASES) is None
    assert find_header([Row(number, [number]) for number in range(1, 60)] + [Row(60, NAMES)], ALIASES) is None


@pytest.fixture
def header():
    return Header(2, ("Handle", "Mood", "", "Link"), {0: "handle", 3: "post"})


def test_a_row_is_taken_apart_by_the_header(header):
    cells = ["luca", " good ", "more", "https://x", "behind", ""]
    assert header.record(cells) == {"handle": "luca", "post": "https://x"}
    assert header.extras(cells) == {"Mood": "good", "column 3": "more", "column 5": "behind"}
    assert header.record(["luca"]) == {"handle": "luca", "post": ""}
    assert header.extras(["luca"]) == {}


def test_rows_below_leave_out_titles_and_repeated_headers(header):
    repeated = ["handle", "MOOD ", "", "link", ""]
    rows = [
        Row(1, ["title"]),
        Row(2, list(header.names)),
        Row(3, ["luca"]),
        Row(4, repeated),
        Row(7, ["maya", "", "", ""]),
    ]
    assert [row.number for row in header.below(rows)] == [3, 7]


def test_rows_below_are_limited(header):
    rows = [Row(number, ["x"]) for number in range(3, 6)]
    assert len(list(header.below(rows, limit=3))) == 3
    with pytest.raises(UnusableFile, match="more than 2 rows"):
        list(header.below(rows, limit=2))


def test_the_sheet_with_the_best_score_is_chosen():
    class Sheets:
        sheets = ("READ ME", "Codes", "Archive")

        def rows(self, sheet):
            return iter({"READ ME": [Row(1, ["Link"])]}.get(sheet, [Row(1, NAMES)]))

    def score(rows):
        header = find_header(rows, ALIASES)
        return len(header.fields) if header else 0

    assert choose_sheet(Sheets(), score) == "Codes"
    with open_sheets(io.BytesIO(b"a,b")) as file:
        assert choose_sheet(file, score) is None


def test_folding_keeps_names_of_punctuation_only():
    assert [fold_name(name) for name in ("Exp. Date", "auth_code", " @ ", "#")] == [
        "expdate",
        "authcode",
        "@",
        "#",
    ]
