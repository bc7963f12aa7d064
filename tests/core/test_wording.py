"""One way to say a time: days name their weekday, clocks their zone, ends from dates their last day."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sparktrack.core.wording import (
    TimeWords,
    clock,
    count,
    money,
    month,
    short_day,
    stretch,
    utc_clock,
    weekday,
)

NOW = datetime(2026, 11, 21, 19, 5, tzinfo=UTC)
TIMES = TimeWords(now=NOW, zone="America/New_York", viewer_zone="Europe/Berlin")


def test_a_day_names_its_year_only_when_it_is_another_one():
    assert short_day(date(2026, 11, 23), year=2026) == "23 Nov"
    assert weekday(date(2026, 11, 23), year=2026) == "Mon 23 Nov"
    assert weekday(date(2027, 1, 12), year=2026) == "Tue 12 Jan 2027"


def test_only_january_names_its_year_on_an_axis():
    assert [month(date(2026, 12, 1)), month(date(2027, 1, 1))] == ["Dec", "Jan 2027"]


@pytest.mark.parametrize(
    ("zone", "words"),
    [
        ("America/New_York", "Mon 23 Nov, 18:12 EST"),
        ("Europe/Berlin", "Tue 24 Nov, 00:12 CET"),
        ("America/Sao_Paulo", "Mon 23 Nov, 20:12 UTC-03"),
        ("Australia/Lord_Howe", "Tue 24 Nov, 10:12 UTC+11"),
        ("Asia/Kathmandu", "Tue 24 Nov, 04:57 UTC+05:45"),
        ("UTC", "Mon 23 Nov, 23:12 UTC"),
    ],
)
def test_a_clock_time_names_its_zone(zone, words):
    assert clock(datetime(2026, 11, 23, 23, 12, tzinfo=UTC), zone, now=NOW) == words


def test_the_two_hours_of_an_autumn_night_are_told_apart():
    first = datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
    assert clock(first, "America/New_York", now=NOW) == "Sun 1 Nov, 01:30 EDT"
    assert clock(first + timedelta(hours=1), "America/New_York", now=NOW) == "Sun 1 Nov, 01:30 EST"


def test_the_year_is_that_of_the_zone():
    new_year = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
    assert clock(new_year, "Europe/Berlin", now=new_year) == "Fri 1 Jan, 00:30 CET"


def test_utc_on_hover_always_names_the_year():
    assert utc_clock(datetime(2026, 11, 23, 23, 12, tzinfo=UTC)) == "Mon 23 Nov 2026, 23:12 UTC"


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(days=52, hours=5), "52 d"),
        (timedelta(days=2, hours=4, minutes=59), "2 d 4 h"),
        (timedelta(days=3, minutes=59), "3 d"),
        (timedelta(hours=23, minutes=59), "23 h"),
        (timedelta(hours=3, minutes=20), "3 h 20 min"),
        (timedelta(hours=3), "3 h"),
        (timedelta(minutes=40, seconds=59), "40 min"),
        (timedelta(seconds=59), "less than 1 min"),
    ],
)
def test_a_stretch_is_rounded_down(length, words):
    assert stretch(length) == words


@given(st.timedeltas(timedelta(minutes=1), timedelta(days=1000)))
def test_a_stretch_never_promises_more_time_than_there_is(length):
    units = {"d": timedelta(days=1), "h": timedelta(hours=1), "min": timedelta(minutes=1)}
    words = stretch(length).split()
    said = sum(
        (int(number) * units[unit] for number, unit in zip(words[::2], words[1::2], strict=True)), timedelta()
    )
    assert said <= length
    assert length - said < timedelta(days=1)


def test_counts_agree_with_their_noun():
    assert [count(1, "day"), count(0, "day"), count(1200, "flight")] == ["1 day", "0 days", "1,200 flights"]


@pytest.mark.parametrize(
    ("amount", "currency", "estimate", "words"),
    [
        ("1420", "USD", False, "$1,420"),
        ("1420.00", "EUR", False, "€1,420"),
        ("75.5", "GBP", False, "£75.50"),
        ("1200", "CHF", False, "CHF 1,200"),
        ("0", "USD", False, "$0"),
        ("4399.50", "USD", True, "≈ $4,400"),
        ("12000000", "JPY", True, "≈ ¥12,000,000"),
    ],
)
def test_money_has_one_form(amount, currency, estimate, words):
    assert money(Decimal(amount), currency, estimate=estimate) == words


def test_an_end_that_came_from_a_date_shows_its_last_day():
    midnight_in_new_york = datetime(2026, 11, 26, 5, tzinfo=UTC)
    assert TIMES.end(midnight_in_new_york) == "Wed 25 Nov"
    assert TIMES.short_end(midnight_in_new_york) == "25 Nov"


def test_any_other_end_shows_the_clock_of_the_reader():
    assert TIMES.end(datetime(2026, 11, 23, 23, 12, tzinfo=UTC)) == "Tue 24 Nov, 00:12 CET"
    assert TIMES.short_end(datetime(2026, 11, 23, 23, 12, tzinfo=UTC)) == "23 Nov"


def test_a_day_that_begins_after_midnight_still_came_from_a_date():
    # Santiago skips midnight on 6 September 2026: the day begins at 01:00.
    times = TimeWords(now=NOW, zone="America/Santiago", viewer_zone="UTC")
    assert times.end(datetime(2026, 9, 6, 4, tzinfo=UTC)) == "Sat 5 Sep"


def test_time_left_and_passed_are_seen_from_now():
    assert TIMES.left(NOW + timedelta(hours=5)) == "5 h"
    assert TIMES.passed(NOW - timedelta(days=2)) == "2 d"
    assert TIMES.full_days_left(datetime(2026, 11, 21, 5, tzinfo=UTC)) == "ends today"
