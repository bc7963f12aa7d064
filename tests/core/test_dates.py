from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sparktrack.core.cells import Refusal
from sparktrack.core.dates import (
    AmbiguousDate,
    BadDate,
    BadWindow,
    DateOrder,
    When,
    date_evidence,
    parse_date,
    parse_window,
)

DMY, MDY, YMD = DateOrder
DAYS = st.dates(min_value=date(2000, 1, 1), max_value=date(2199, 12, 31))


@pytest.mark.parametrize(
    "cell",
    [
        date(2026, 10, 27),
        datetime(2026, 10, 27),  # noqa: DTZ001 - a sheet's wall time
        "2026-10-27",
        " 2026-10-27\u200b",
        "2026/10/27",
        "2026.10.27",
        "2026-10-27 00:00:00",
        "27.10.2026",
        "27. 10. 2026",
        "10/27/2026",
        "27-10-2026",
        "27 Oct 2026",
        "27th of October 2026",
        "27-Oct-26",
        "27 Oct '26",
        "Oct 27, 2026",
        "October 27 2026",
        "Tuesday, October 27, 2026",
        "Tue 27 Oct 2026",
        "2026 Oct 27",
        "20261027",
        20261027,
        46322,
        "46322",
    ],
)
def test_a_date_with_one_reading_needs_no_order(cell):
    assert parse_date(cell) == When(date(2026, 10, 27))


@pytest.mark.parametrize(
    ("cell", "order", "day"),
    [
        ("03/04/2026", DMY, date(2026, 4, 3)),
        ("03/04/2026", MDY, date(2026, 3, 4)),
        ("3.4.26", DMY, date(2026, 4, 3)),
        ("27-10-26", DMY, date(2026, 10, 27)),
        ("26-10-27", YMD, date(2026, 10, 27)),
        ("2026-03-04", DMY, date(2026, 3, 4)),
        ("13/05/2026", YMD, date(2026, 5, 13)),
        ("05/05/2026", YMD, date(2026, 5, 5)),
    ],
)
def test_the_order_decides_where_it_matters(cell, order, day):
    assert parse_date(cell, order).day == day


@pytest.mark.parametrize(
    ("cell", "order"),
    [
        ("03/04/2026", None),
        ("03/04/2026", YMD),
        ("3.4.2026 14:30", None),
        ("27.10.26", None),
        ("05-10-26", None),
    ],
)
def test_two_readings_without_an_order_are_never_guessed(cell, order):
    with pytest.raises(AmbiguousDate, match=r"“.*” can mean \d+ \w+ \d{4} or \d+ \w+ \d{4}"):
        parse_date(cell, order)


def test_the_same_day_in_both_readings_is_not_ambiguous():
    assert parse_date("05/05/2026") == When(date(2026, 5, 5))


@pytest.mark.parametrize(
    "cell",
    [
        "", "soon", "31/02/2026", "02/31/2026", "2026-02-30", "2026-13-01", "0/0/2026", "12/2026", "Dec 2026", "27.10.",
        "27/10-2026", "1999-12-31", "9999-12-31", "2200-01-01", "１2/10/2026", "2026-10-27T25:00Z",
        "2026-10-27 13:00 pm", "27.10.2026 25:00",
        "2026-10-27T10:00+25:00", "12:30", "20261301", "99 Oct 2026",
        "27 Okt 2026", "10000", "05.10.15", True,
        time(10), timedelta(days=3), float("inf"), float("nan"), -1, 0.5, 10**30, date(1999, 1, 1),
    ],
)  # fmt: skip
def test_what_is_no_date_is_refused(cell):
    with pytest.raises(BadDate):
        parse_date(cell)


@pytest.mark.parametrize(("cell", "order"), [("10/27/2026", DMY), ("27/10/2026", MDY), ("05.10.26", YMD)])
def test_a_date_that_does_not_exist_in_the_order_is_refused(cell, order):
    with pytest.raises(BadDate, match=r"in the order|is not a date"):
        parse_date(cell, order)


@pytest.mark.parametrize(
    ("cell", "instant"),
    [
        ("2026-10-27T14:30:00Z", datetime(2026, 10, 27, 14, 30, tzinfo=UTC)),
        ("2026-10-27t14:30:00z", datetime(2026, 10, 27, 14, 30, tzinfo=UTC)),
        ("2026-10-27 14:30:00.123456+02:00", datetime(2026, 10, 27, 12, 30, 0, 123456, tzinfo=UTC)),
        ("2026-10-27T00:30:00+05:30", datetime(2026, 10, 26, 19, 0, tzinfo=UTC)),
        ("27 Oct 2026 2:30 PM UTC", datetime(2026, 10, 27, 14, 30, tzinfo=UTC)),
        (
            datetime(2026, 10, 27, 1, tzinfo=timezone(timedelta(hours=2))),
            datetime(2026, 10, 26, 23, tzinfo=UTC),
        ),
    ],
)
def test_an_instant_is_kept_beside_the_day_as_written(cell, instant):
    assert parse_date(cell) == When(date(2026, 10, 27), instant=instant)


@pytest.mark.parametrize(
    "cell",
    [
        datetime(2026, 10, 27, 14, 30),  # noqa: DTZ001 - a sheet's wall time
        "2026-10-27 14:30",
        "27.10.2026 14:30:00",
        "10/27/2026, 2:30 PM",
        "Oct 27, 2026 at 2:30 p.m.",
        46322.604166666664,
        "46322.6041666667",
    ],
)
def test_a_wall_time_without_zone_is_kept_apart(cell):
    assert parse_date(cell) == When(date(2026, 10, 27), clock=time(14, 30))


def test_midnight_and_noon_on_a_twelve_hour_clock():
    assert parse_date("27 Oct 2026 12:15 am").clock == time(0, 15)
    assert parse_date("27 Oct 2026 12:15 pm").clock == time(12, 15)


@given(DAYS)
def test_every_way_of_writing_a_day_says_that_day(day):
    for text, order in (
        (day.isoformat(), None),
        (f"{day:%d/%m/%Y}", DMY),
        (f"{day.day}.{day.month}.{day.year}", DMY),
        (f"{day:%m-%d-%Y}", MDY),
        (f"{day:%Y/%m/%d}", MDY),
        (f"{day:%d %b %Y}", None),
        (f"{day:%B} {day.day}, {day.year}", None),
        (f"{day:%Y%m%d}", None),
    ):
        assert parse_date(text, order).day == day


@given(DAYS)
def test_without_order_the_day_is_right_or_refused(day):
    for text in (f"{day:%d/%m/%Y}", f"{day:%m/%d/%Y}"):
        try:
            assert parse_date(text).day == day
        except AmbiguousDate:
            assert day.day <= 12
            assert day.day != day.month


@given(st.datetimes(min_value=datetime(2000, 1, 2), max_value=datetime(2199, 12, 30), timezones=st.just(UTC)))  # noqa: DTZ001
def test_every_instant_survives_rfc_3339(instant):
    assert parse_date(instant.isoformat()).instant == instant
    assert parse_date(instant.isoformat().replace("+00:00", "Z")).instant == instant


@given(
    st.one_of(
        st.text(), st.floats(), st.integers(), st.from_regex(r"[0-9]{1,4}[./-][0-9]{1,2}[./-][0-9]{1,4}.*")
    )
)
def test_no_cell_makes_the_reader_stumble(cell):
    for order in (None, *DateOrder):
        with suppress(Refusal):
            assert parse_date(cell, order).day.year >= 2000
    date_evidence([cell])


@pytest.mark.parametrize(
    ("cells", "order"),
    [
        (["03/04/2026", "27.10.2026", "1 Dec 2026"], DMY),
        (["03/04/2026", "10/27/2026", ""], MDY),
        (["27.10.26", "05.10.26"], DMY),
        (["10/27/26"], MDY),
        (["03/04/2026", "27.10.2026 25:00"], None),
        (["03/04/2026 10:00", "28/09/2026 14:30"], DMY),
        (["03/04/2026", "05/05/2026", "soon", "31/02/2026"], None),
        (["2026-10-27", "2026/10/27", date(2026, 10, 27), 46322, 3.5, True], None),
        (["27.10.26"], None),
        ([], None),
    ],
)
def test_the_order_of_a_file_comes_from_its_own_cells(cells, order):
    evidence = date_evidence(cells)
    assert (evidence.order, evidence.contradictory) == (order, False)


def test_a_file_that_contradicts_itself_has_no_order_and_shows_why():
    evidence = date_evidence(["03/04/2026", "27.10.2026", "10/27/2026", "28.10.2026"])
    assert evidence.order is None
    assert evidence.contradictory
    assert evidence.examples == ("“27.10.2026”", "“10/27/2026”")


@given(st.lists(DAYS, min_size=1), st.sampled_from([(DMY, "%d/%m/%Y"), (MDY, "%m.%d.%Y")]))
def test_evidence_never_names_the_wrong_order(days, written):
    order, form = written
    evidence = date_evidence(day.strftime(form) for day in days)
    assert evidence.order in (None, order)
    assert not evidence.contradictory
    assert (evidence.order is None) == all(day.day <= 12 for day in days)


@pytest.mark.parametrize(
    ("cell", "days"),
    [
        ("30", 30), ("30d", 30), ("30 days", 30), ("7 Days", 7), ("30-day", 30), ("1 day", 1), (30, 30), (30.0, 30),
        ("30.0", 30), (" 60 days. ", 60), ("1 month", 30), ("a month", 30), ("2 months", 60), ("12 months", 365),
        ("18 months", 545), ("1 year", 365), ("one year", 365), ("1y", 365), ("2 weeks", 14), ("425", 425),
    ],
)  # fmt: skip
def test_windows_are_read_as_days(cell, days):
    assert parse_window(cell) == days


@pytest.mark.parametrize(
    "cell",
    [
        "",
        "soon",
        "0",
        0,
        "-30",
        -30,
        "a",
        "one",
        "1.5",
        1.5,
        "30/60",
        "30 - 60 days",
        "5 minutes",
        "99999",
        "1" * 30,
        True,
        date(2026, 1, 1),
        timedelta(days=30),
        "٣٠",
        float("nan"),
    ],
)
def test_what_is_no_window_is_refused(cell):
    with pytest.raises(BadWindow):
        parse_window(cell)


@given(st.text())
def test_any_text_is_a_window_of_at_least_a_day_or_refused(text):
    with suppress(BadWindow):
        assert parse_window(text) >= 1
