from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sparktrack.core.cells import (
    BadNumber,
    cell_text,
    has_lost_digits,
    is_blank,
    masked,
    parse_count,
    parse_money,
    parse_yes_no,
    quoted,
)


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("  maya \u200b\ufeff", "maya"),
        ("\u00a0two words\r\n", "two words"),
        (30, "30"),
        (30.0, "30"),
        (0.5, "0.5"),
        (True, "TRUE"),
        (date(2026, 11, 5), "2026-11-05"),
        (datetime(2026, 11, 5, 14, 30), "2026-11-05 14:30:00"),  # noqa: DTZ001 - a sheet's wall time
        ("", ""),
    ],
)
def test_cell_text_is_what_a_person_sees(cell, text):
    assert cell_text(cell) == text


def test_blank_means_nothing_to_see():
    assert all(is_blank(cell) for cell in ("", "  ", "\u200b", "\u00a0\n\ufeff"))
    assert not any(is_blank(cell) for cell in ("0", 0, False, ".", "\u200bx"))


@pytest.mark.parametrize("cell", [7.701324184336997e18, 7701324184336990000, "7.70132E+18", "7,70132E+18"])
def test_an_id_that_a_spreadsheet_rounded_is_noticed(cell):
    assert has_lost_digits(cell)


@pytest.mark.parametrize(
    "cell", ["7701324184336996944", 770132418433699, 30.0, True, "", "1E+5", "https://x/7.7E+18"]
)
def test_whole_ids_and_other_numbers_are_not_taken_for_rounded(cell):
    assert not has_lost_digits(cell)


@pytest.mark.parametrize(
    ("cell", "amount"),
    [
        ("200", "200.00"),
        ("$1,200.50", "1200.50"),
        ("1.200,50", "1200.50"),
        ("1.200,50 €", "1200.50"),
        ("1 200,5 EUR", "1200.50"),
        ("1'200.50 CHF", "1200.50"),
        ("US$ 50", "50.00"),
        ("€200/day", "200.00"),
        ("200 USD per day", "200.00"),
        ("1,200", "1200.00"),
        ("1.200", "1200.00"),
        ("1.200.300", "1200300.00"),
        ("1,2", "1.20"),
        ("0.125", "0.13"),
        ("0", "0.00"),
        (200, "200.00"),
        (66.666666, "66.67"),
        (1.125, "1.13"),
    ],
)
def test_money_is_read_in_both_ways_of_writing(cell, amount):
    assert str(parse_money(cell)) == amount


@pytest.mark.parametrize(
    "cell",
    [
        "",
        "abc",
        "-5",
        -5,
        "1,200,30",
        "1.2.3",
        "1e5",
        "1.2k",
        float("inf"),
        float("nan"),
        True,
        "٣",
        date(2026, 1, 1),
        "9" * 10,
        "9" * 40,
        "$",
        "10-20",
        "1.200.50",
    ],
)
def test_what_is_no_amount_is_refused(cell):
    with pytest.raises(BadNumber, match="money"):
        parse_money(cell)


@given(st.decimals(min_value=0, max_value=10**8, places=2))
def test_every_amount_survives_english_and_german_grouping(amount):
    english = f"{amount:,.2f}"
    german = english.translate(str.maketrans(",.", ".,"))
    assert parse_money(english) == parse_money(german) == parse_money(f"${amount}") == amount


@pytest.mark.parametrize(
    ("cell", "count"),
    [("12,345", 12345), ("12.345", 12345), ("12.3k", 12300), ("1.2M", 1200000), (12345, 12345), ("0", 0)],
)
def test_counts_are_read(cell, count):
    assert parse_count(cell) == count


@pytest.mark.parametrize("cell", ["", "1.5", "x", "-3", "1.2.3k", "12.3456k", 1.5, True, "9" * 14])
def test_what_is_no_count_is_refused(cell):
    with pytest.raises(BadNumber):
        parse_count(cell)


@pytest.mark.parametrize(
    "cell",
    [
        "yes",
        "Y",
        "TRUE",
        "1",
        1,
        1.0,
        True,
        "✓",
        "Paid",
        "Organic + paid social",
        "approved",
        "paid ads",
        "Yes, paid",
        "both",
    ],
)
def test_yes_in_all_its_words(cell):
    assert parse_yes_no(cell) is True


@pytest.mark.parametrize(
    "cell",
    ["no", "N", "FALSE", "0", 0, False, "Organic only", "organic", "no paid ads", "not approved", "unpaid"],
)
def test_no_in_all_its_words(cell):
    assert parse_yes_no(cell) is False


@pytest.mark.parametrize("cell", ["", "maybe", "paid, tbd", "pending", 2, "usage rights", date(2026, 1, 1)])
def test_other_words_say_neither_yes_nor_no(cell):
    assert parse_yes_no(cell) is None


def test_a_message_shortens_a_cell_and_never_shows_a_code():
    code = "#UfWQTWfwZYzArcJWq+DuAsVZ1MmJOUtqf+nJ/KSZeJRNvZtQsi8iBatjY2DvpJ0="
    assert quoted(code) == "“…pJ0=”"
    assert quoted(f"code: {code} thanks") == "“code: …pJ0= thanks”"
    assert len(quoted("word " * 50)) == 62


@given(st.one_of(st.text(), st.floats(), st.integers(), st.booleans()))
def test_no_cell_makes_the_number_readers_stumble(cell):
    for read in (parse_money, parse_count):
        with suppress(BadNumber):
            assert read(cell) >= Decimal(0)
    parse_yes_no(cell)
    has_lost_digits(cell)


def test_a_code_with_unseen_characters_in_it_is_masked_in_messages():
    code = "#" + "aB3/" * 15 + "xyz="
    hidden = code[:9] + "\u200b" + code[9:30] + "\u2060" + code[30:]
    assert masked(f"see {hidden} 👨\u200d👩") == "see …xyz= 👨👩"
    assert masked("👨\u200d👩 at noon") == "👨\u200d👩 at noon"
