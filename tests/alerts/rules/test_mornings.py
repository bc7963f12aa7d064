"""A person's mornings on their own clock: once a local day, whatever the clocks do."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.rules.mornings import (
    MADE_UP_FOR,
    Hours,
    due_day,
    is_in_time,
    is_working_day,
    morning_of,
    next_morning,
)
from sparktrack.core.days import local_date

ZONES = (
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "America/Sao_Paulo",
    "America/St_Johns",
    "Africa/Casablanca",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Pacific/Kiritimati",
    "Antarctica/Troll",
)
TICK = timedelta(microseconds=1)
MINUTE = timedelta(minutes=1)


def utc(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


# --- the instant --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("zone", "day", "hour", "begins"),
    [
        ("Europe/Berlin", date(2026, 11, 20), 8, utc(2026, 11, 20, 7)),
        # The hour is skipped: it begins when clocks have jumped, at 03:00.
        ("Europe/Berlin", date(2026, 3, 29), 2, utc(2026, 3, 29, 1)),
        ("Europe/Berlin", date(2026, 3, 29), 8, utc(2026, 3, 29, 6)),
        ("Antarctica/Troll", date(2026, 3, 29), 2, utc(2026, 3, 29, 1)),
        # It happens twice: the first one.
        ("Europe/Berlin", date(2026, 10, 25), 2, utc(2026, 10, 25, 0)),
        ("Europe/Berlin", date(2026, 10, 25), 8, utc(2026, 10, 25, 7)),
        # Half an hour forth (4 October) and back (5 April).
        ("Australia/Lord_Howe", date(2026, 10, 4), 2, utc(2026, 10, 3, 15, 30)),
        ("Australia/Lord_Howe", date(2026, 10, 4), 3, utc(2026, 10, 3, 16)),
        ("Australia/Lord_Howe", date(2026, 4, 5), 1, utc(2026, 4, 4, 14)),
        ("Australia/Lord_Howe", date(2026, 4, 5), 8, utc(2026, 4, 4, 21, 30)),
        # Midnight was skipped.
        ("America/Sao_Paulo", date(2018, 11, 4), 0, utc(2018, 11, 4, 3)),
        # The last hour of the day happened twice.
        ("America/Sao_Paulo", date(2018, 2, 17), 23, utc(2018, 2, 18, 1)),
        ("Asia/Kathmandu", date(2028, 2, 29), 8, utc(2028, 2, 29, 2, 15)),
        # A day later on the calendar there.
        ("Pacific/Kiritimati", date(2026, 11, 21), 8, utc(2026, 11, 20, 18)),
        ("Pacific/Apia", date(2011, 12, 29), 8, utc(2011, 12, 29, 18)),
        ("Pacific/Apia", date(2011, 12, 30), 8, None),
        ("Pacific/Apia", date(2011, 12, 31), 8, utc(2011, 12, 30, 18)),
    ],
)
def test_a_morning_begins_at_the_hour_of_the_persons_clock(zone, day, hour, begins):
    assert morning_of(day, Hours(zone, hour)) == begins


@settings(max_examples=150)
@given(
    zone=st.sampled_from(ZONES),
    hour=st.integers(0, 23),
    day=st.dates(date(2011, 1, 1), date(2029, 12, 31)),
)
def test_every_day_that_there_is_has_one_morning_in_it(zone, hour, day):
    hours = Hours(zone, hour)
    begins = morning_of(day, hours)
    if begins is None:
        assert (zone, day) == ("Pacific/Apia", date(2011, 12, 30))
        return
    assert local_date(begins, zone) == day
    # No minute of that day before it shows the hour or a later one.
    earlier = (begins - MINUTE).astimezone(ZoneInfo(zone))
    assert earlier.date() < day or earlier.hour < hour or hour == 0


# --- once a local day ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("start", [utc(2026, 3, 27), utc(2026, 10, 2), utc(2028, 2, 27), utc(2011, 12, 28)])
def test_ticks_find_each_local_day_once(zone, start):
    for hour in (0, 2, 8, 23):
        hours = Hours(zone, hour)
        ticks = [start + 7 * each * MINUTE for each in range(7 * 24 * 60 // 7)]
        pairs = zip([start - MINUTE, *ticks], ticks, strict=False)
        found = [day for since, now in pairs if (day := due_day(now, hours, since=since)) is not None]
        first, last = (local_date(instant, zone) for instant in (start, ticks[-1]))
        days = [first + timedelta(days=each) for each in range((last - first).days + 1)]
        expected = [
            day
            for day in days
            if (begins := morning_of(day, hours)) is not None and start - MINUTE < begins <= ticks[-1]
        ]
        # At 23 o'clock a tick may come after midnight: then there is no time left to make it up.
        assert found == [day for day in expected if day in found]
        assert len(set(found)) == len(found)
        if hour < 23:
            assert found == expected


@settings(max_examples=60)
@given(zone=st.sampled_from(ZONES), hour=st.integers(0, 23), data=st.data())
def test_however_ticks_come_no_day_is_found_twice(zone, hour, data):
    start = data.draw(
        st.sampled_from([utc(2026, 3, 28), utc(2026, 10, 24), utc(2011, 12, 28), utc(2026, 4, 3)])
    )
    pauses = data.draw(st.lists(st.integers(1, 20 * 60), min_size=5, max_size=15))
    since, found = start, []
    for pause in pauses:
        now = since + pause * MINUTE
        found.append(due_day(now, Hours(zone, hour), since=since))
        since = now
    days = [day for day in found if day is not None]
    assert days == sorted(set(days))


def test_the_hour_itself_is_due_and_is_due_once():
    hours = Hours("Europe/Berlin", 8)
    begins = utc(2026, 11, 20, 7)
    day = date(2026, 11, 20)
    assert due_day(begins - TICK, hours, since=begins - MINUTE) is None
    assert due_day(begins, hours, since=begins - TICK) == day
    assert due_day(begins + MINUTE, hours, since=begins) is None


def test_a_missed_morning_is_made_up_for_ten_hours_on_the_same_day():
    hours = Hours("Europe/Berlin", 8)
    begins, since = utc(2026, 11, 20, 7), utc(2026, 11, 20, 6)
    assert due_day(begins + timedelta(hours=3), hours, since=since) == date(2026, 11, 20)
    assert due_day(begins + MADE_UP_FOR - TICK, hours, since=since) == date(2026, 11, 20)
    assert due_day(begins + MADE_UP_FOR, hours, since=since) is None
    late = Hours("Europe/Berlin", 20)
    assert due_day(utc(2026, 11, 20, 22, 59), late, since=since) == date(2026, 11, 20)
    assert due_day(utc(2026, 11, 20, 23), late, since=since) is None


def test_a_morning_of_yesterday_is_not_made_up():
    hours = Hours("Europe/Berlin", 8)
    assert due_day(utc(2026, 11, 23, 6, 59), hours, since=utc(2026, 11, 20)) is None


# --- working days -------------------------------------------------------------------------------------------------
def test_monday_to_friday_are_working_days():
    week = [date(2026, 11, 16) + timedelta(days=each) for each in range(7)]
    assert [is_working_day(day) for day in week] == [True] * 5 + [False] * 2


@pytest.mark.parametrize(
    ("after", "working", "any_day"),
    [
        # Friday before the hour, at the hour, after it; Sunday; Monday at the hour.
        (utc(2026, 11, 20, 6), utc(2026, 11, 20, 7), utc(2026, 11, 20, 7)),
        (utc(2026, 11, 20, 7), utc(2026, 11, 23, 7), utc(2026, 11, 21, 7)),
        (utc(2026, 11, 20, 12), utc(2026, 11, 23, 7), utc(2026, 11, 21, 7)),
        (utc(2026, 11, 22, 12), utc(2026, 11, 23, 7), utc(2026, 11, 23, 7)),
        (utc(2026, 11, 23, 7), utc(2026, 11, 24, 7), utc(2026, 11, 24, 7)),
        # Over the night in which clocks go back: 07:00 and not 06:00 in UTC.
        (utc(2026, 10, 23, 12), utc(2026, 10, 26, 7), utc(2026, 10, 24, 6)),
    ],
)
def test_the_next_morning(after, working, any_day):
    hours = Hours("Europe/Berlin", 8)
    assert next_morning(after, hours, working=True) == working
    assert next_morning(after, hours) == any_day


def test_where_a_day_was_skipped_the_next_morning_is_that_of_the_day_after():
    hours = Hours("Pacific/Apia", 8)
    # Thursday the 29th was followed by Saturday the 31st.
    assert next_morning(utc(2011, 12, 29, 18), hours) == utc(2011, 12, 30, 18)
    assert next_morning(utc(2011, 12, 29, 18), hours, working=True) == utc(2012, 1, 1, 18)


@settings(max_examples=60)
@given(
    zone=st.sampled_from(ZONES),
    hour=st.integers(0, 23),
    at=st.datetimes(datetime(2011, 1, 5), datetime(2029, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
)
def test_working_mornings_follow_each_other_without_a_hole(zone, hour, at):
    hours = Hours(zone, hour)
    first = next_morning(at, hours, working=True)
    second = next_morning(first, hours, working=True)
    assert at < first < second <= first + timedelta(days=4)
    assert next_morning(first - TICK, hours, working=True) == first
    assert is_working_day(local_date(first, zone))


def test_a_round_is_in_time_twelve_hours_before_the_lapse():
    lapse = utc(2026, 11, 20, 20)
    assert is_in_time(lapse - timedelta(hours=12), lapse)
    assert not is_in_time(lapse - timedelta(hours=12) + TICK, lapse)
