"""Typed dates and their instants in every kind of zone (DOMAIN.md §4): skipped days, doubled hours, halves of hours."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sparktrack.core.days import end_of_last_day, first_instant, last_full_day, local_date

ZONES = [
    "UTC",
    "Europe/Berlin",
    "Europe/London",
    "America/New_York",
    "America/Los_Angeles",
    "America/St_Johns",
    "America/Sao_Paulo",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Africa/Cairo",
    "Asia/Beirut",
    "America/Havana",
    "Atlantic/Azores",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Pacific/Kiritimati",
]
DAYS = st.dates(date(2000, 1, 2), date(2040, 12, 30))
IN_SOME_ZONE = st.sampled_from(ZONES)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "zone", "instant"),
    [
        (date(2026, 11, 21), "UTC", "2026-11-21T00:00"),
        (date(2026, 11, 21), "Europe/Berlin", "2026-11-20T23:00"),
        (date(2026, 7, 1), "Europe/Berlin", "2026-06-30T22:00"),
        (date(2026, 3, 29), "Europe/Berlin", "2026-03-28T23:00"),
        (date(2026, 3, 30), "Europe/Berlin", "2026-03-29T22:00"),
        (date(2026, 10, 25), "Europe/Berlin", "2026-10-24T22:00"),
        (date(2026, 10, 26), "Europe/Berlin", "2026-10-25T23:00"),
        (date(2026, 11, 1), "America/New_York", "2026-11-01T04:00"),
        (date(2026, 11, 2), "America/New_York", "2026-11-02T05:00"),
        (date(2026, 3, 8), "America/New_York", "2026-03-08T05:00"),
        (date(2026, 11, 21), "America/Los_Angeles", "2026-11-21T08:00"),
        (date(2026, 11, 21), "Asia/Kolkata", "2026-11-20T18:30"),
        (date(2026, 11, 21), "Asia/Kathmandu", "2026-11-20T18:15"),
        (date(2026, 11, 21), "Pacific/Kiritimati", "2026-11-20T10:00"),
        (date(2026, 11, 21), "Pacific/Apia", "2026-11-20T11:00"),
        # Lord Howe moves its clocks by half an hour.
        (date(2026, 10, 4), "Australia/Lord_Howe", "2026-10-03T13:30"),
        (date(2026, 10, 5), "Australia/Lord_Howe", "2026-10-04T13:00"),
        (date(2026, 4, 6), "Australia/Lord_Howe", "2026-04-05T13:30"),
        # Clocks skip midnight: the day begins at 01:00.
        (date(2018, 11, 4), "America/Sao_Paulo", "2018-11-04T03:00"),
        (date(2024, 3, 31), "Asia/Beirut", "2024-03-30T22:00"),
        (date(2024, 4, 26), "Africa/Cairo", "2024-04-25T22:00"),
        # Midnight comes twice: the first one counts.
        (date(2026, 11, 1), "America/Havana", "2026-11-01T04:00"),
        # Clocks went back from 00:01 to 23:01: the day began for a minute, and then again.
        (date(2010, 11, 7), "America/St_Johns", "2010-11-07T02:30"),
        # Apia had no 30 December 2011: it begins and ends with the 31st.
        (date(2011, 12, 29), "Pacific/Apia", "2011-12-29T10:00"),
        (date(2011, 12, 30), "Pacific/Apia", "2011-12-30T10:00"),
        (date(2011, 12, 31), "Pacific/Apia", "2011-12-30T10:00"),
        (date(2028, 2, 29), "Europe/Berlin", "2028-02-28T23:00"),
    ],
)
def test_a_day_begins_at_its_first_instant(day, zone, instant):
    assert first_instant(day, zone) == utc(instant)
    assert first_instant(day, zone).utcoffset() == timedelta(0)


@given(day=DAYS, zone=IN_SOME_ZONE)
def test_the_first_instant_is_on_the_day_and_the_microsecond_before_is_not(day, zone):
    start = first_instant(day, zone)
    # Where a day was skipped its first instant is that of the next one.
    assert local_date(start, zone) in {day, day + timedelta(days=1)}
    assert local_date(start - timedelta(microseconds=1), zone) < day


@given(day=DAYS, zone=IN_SOME_ZONE)
def test_days_follow_each_other_without_hole_or_overlap(day, zone):
    length = end_of_last_day(day, zone) - first_instant(day, zone)
    assert end_of_last_day(day, zone) == first_instant(day + timedelta(days=1), zone)
    assert timedelta(0) <= length <= timedelta(hours=25)


def test_a_day_has_as_many_hours_as_its_clocks_say():
    def hours(day: date, zone: str) -> float:
        return (end_of_last_day(day, zone) - first_instant(day, zone)) / timedelta(hours=1)

    assert hours(date(2026, 3, 29), "Europe/Berlin") == 23
    assert hours(date(2026, 10, 25), "Europe/Berlin") == 25
    assert hours(date(2026, 10, 4), "Australia/Lord_Howe") == 23.5
    assert hours(date(2026, 4, 5), "Australia/Lord_Howe") == 24.5
    assert hours(date(2011, 12, 30), "Pacific/Apia") == 0
    assert hours(date(2026, 11, 21), "Pacific/Apia") == 24


@pytest.mark.parametrize(
    ("end", "zone", "last"),
    [
        ("2026-11-26T05:00", "America/New_York", date(2026, 11, 25)),  # exactly midnight there
        ("2026-11-26T04:59:59", "America/New_York", date(2026, 11, 24)),
        ("2026-11-26T18:00", "America/New_York", date(2026, 11, 25)),
        ("2026-11-26T00:00", "UTC", date(2026, 11, 25)),
        ("2026-11-25T23:59:59.999999", "UTC", date(2026, 11, 24)),
        ("2018-11-04T03:00", "America/Sao_Paulo", date(2018, 11, 3)),  # a day that began at 01:00
        ("2011-12-30T10:00", "Pacific/Apia", date(2011, 12, 29)),  # the day before never was
        ("2011-12-30T22:00", "Pacific/Apia", date(2011, 12, 29)),
        ("2026-03-29T12:00", "Europe/Berlin", date(2026, 3, 28)),
        ("2028-03-01T00:00", "UTC", date(2028, 2, 29)),
    ],
)
def test_the_last_full_day_is_whole_before_the_end(end, zone, last):
    assert last_full_day(utc(end), zone) == last


@given(day=DAYS, zone=IN_SOME_ZONE)
def test_what_ends_with_a_day_has_it_as_its_last_full_one(day, zone):
    end = end_of_last_day(day, zone)
    if end > first_instant(day, zone):
        assert last_full_day(end, zone) == day


def test_a_date_is_read_from_the_wall_clock_of_the_zone():
    instant = datetime(2026, 11, 21, 23, 30, tzinfo=UTC)
    assert local_date(instant, "UTC") == date(2026, 11, 21)
    assert local_date(instant, "Europe/Berlin") == date(2026, 11, 22)
    assert local_date(instant.astimezone(ZoneInfo("Asia/Tokyo")), "America/New_York") == date(2026, 11, 21)
