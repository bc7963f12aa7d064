"""From typed dates to instants (DOMAIN.md §4): windows of codes, terms of rights, in every kind of zone."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authorizations.windows import Term, WindowError, code_window, last_day, refuse_odd_year, right_bounds
from sparktrack.core.days import first_instant, local_date

ZONES = [
    "UTC",
    "Europe/Berlin",
    "Europe/London",
    "America/New_York",
    "America/Los_Angeles",
    "America/St_Johns",
    "America/Sao_Paulo",
    "Asia/Kolkata",
    "Asia/Tokyo",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Pacific/Kiritimati",
]
DAY = timedelta(days=1)
DAYS = st.dates(date(2015, 1, 1), date(2040, 12, 31))
every_zone = pytest.mark.parametrize("zone", ZONES)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


# --- windows of codes --------------------------------------------------------------------------------------------
@every_zone
@pytest.mark.parametrize("days", [7, 30, 60, 365])
@pytest.mark.parametrize(
    "starts_on",
    [date(2026, 3, 1), date(2026, 10, 1), date(2028, 2, 29), date(2027, 12, 31), date(2011, 12, 28)],
)
def test_a_window_is_days_of_24_hours_from_the_first_instant_of_its_day(zone, days, starts_on):
    window = code_window(zone=zone, starts_on=starts_on, window_days=days)
    assert window.starts_at == first_instant(starts_on, zone)
    assert window.expires_at - window.starts_at == timedelta(hours=24 * days)
    assert window.window_days == days


@pytest.mark.parametrize(
    ("zone", "starts_on", "days", "expires_at"),
    [
        # Clocks change inside: the expiry keeps its UTC time and so moves by an hour on the wall.
        ("Europe/Berlin", date(2026, 3, 28), 7, "2026-04-03T23:00"),
        ("Europe/Berlin", date(2026, 10, 24), 7, "2026-10-30T22:00"),
        ("America/New_York", date(2026, 10, 31), 30, "2026-11-30T04:00"),
        ("Australia/Lord_Howe", date(2026, 4, 1), 7, "2026-04-07T13:00"),
        ("UTC", date(2028, 2, 28), 7, "2028-03-06T00:00"),
        ("UTC", date(2027, 3, 1), 365, "2028-02-29T00:00"),
        ("Pacific/Apia", date(2011, 12, 29), 7, "2012-01-05T10:00"),
    ],
)
def test_daylight_saving_leap_days_and_skipped_days_move_no_expiry(zone, starts_on, days, expires_at):
    assert code_window(zone=zone, starts_on=starts_on, window_days=days).expires_at == utc(expires_at)


@given(starts_on=DAYS, days=st.integers(1, 400), zone=st.sampled_from(ZONES))
def test_an_expiry_date_counts_calendar_days_and_is_not_inclusive(starts_on, days, zone):
    by_days = code_window(zone=zone, starts_on=starts_on, window_days=days)
    by_date = code_window(zone=zone, starts_on=starts_on, expires_on=starts_on + timedelta(days=days))
    assert by_date == by_days


def test_an_expiry_date_beside_a_start_instant_counts_from_the_day_of_that_instant_in_the_zone():
    start = utc("2026-11-22T03:00")  # still the 21st in New York
    for zone, days in (("America/New_York", 9), ("UTC", 8)):
        window = code_window(zone=zone, starts_at=start, expires_on=date(2026, 11, 30))
        assert (window.window_days, window.expires_at) == (days, start + days * DAY)


def test_an_end_instant_stands_as_it_is_beside_the_days_that_were_asked_for():
    start, end = utc("2026-11-01T10:00"), utc("2026-12-01T09:59:30")
    window = code_window(zone="UTC", starts_at=start, expires_at=end)
    assert (window.starts_at, window.expires_at, window.window_days) == (start, end, 30)
    assert code_window(zone="UTC", starts_at=start, expires_at=end, window_days=60).window_days == 60


def test_an_end_wins_over_days():
    window = code_window(
        zone="UTC", starts_on=date(2026, 11, 1), window_days=30, expires_on=date(2026, 11, 11)
    )
    assert window.window_days == 10


def test_a_window_shorter_than_half_a_day_was_asked_for_as_one_day():
    start = utc("2026-11-01T10:00")
    assert code_window(zone="UTC", starts_at=start, expires_at=start + timedelta(minutes=1)).window_days == 1


START = {"starts_on": date(2026, 11, 21)}


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"window_days": 30}, "when the creator generated"),
        (START, "how many days"),
        ({**START, "window_days": 0}, "1 to 36,500 days"),
        ({**START, "window_days": -3}, "1 to 36,500 days"),
        ({**START, "window_days": 36_501}, "1 to 36,500 days, not 36,501"),
        ({**START, "window_days": 10**12}, "1 to 36,500 days"),
        ({**START, "expires_on": date(2026, 11, 21)}, "ends before it starts"),
        ({**START, "expires_on": date(2026, 11, 20)}, "ends before it starts"),
        ({**START, "expires_on": date(2150, 1, 1)}, "1 to 36,500 days"),
        ({**START, "expires_at": utc("2026-11-20T15:00")}, "ends before it starts"),
        ({**START, "expires_at": utc("2126-12-21T00:00")}, "1 to 36,500 days"),
        ({**START, "expires_at": utc("2026-12-21T00:00"), "window_days": -1}, "1 to 36,500 days, not -1"),
        ({"starts_on": date(1999, 12, 31), "window_days": 7}, "The year 1999"),
        ({"starts_on": date.max, "window_days": 7}, "The year 9999"),
        ({"starts_on": date.min, "window_days": 7}, "The year 1 "),
        ({"starts_at": datetime.max.replace(tzinfo=UTC), "window_days": 7}, "The year 9999"),
        ({**START, "expires_on": date.max}, "The year 9999"),
    ],
)
def test_what_is_no_window_is_refused_in_words(said, words):
    with pytest.raises(WindowError, match=words):
        code_window(zone="Asia/Tokyo", **said)


def test_the_longest_window_fits_from_the_last_day_of_all():
    window = code_window(zone="America/Los_Angeles", starts_on=date(2199, 12, 31), window_days=36_500)
    assert window.expires_at.year == 2299


def test_years_of_typing_mistakes_are_refused():
    refuse_odd_year(None, date(2000, 1, 1), date(2199, 12, 31), utc("2026-01-01"))
    for odd in (date(1999, 12, 31), date(2200, 1, 1), date(202, 11, 21)):
        with pytest.raises(WindowError, match="cannot be right"):
            refuse_odd_year(None, odd)


# --- terms of rights ---------------------------------------------------------------------------------------------
@every_zone
def test_the_last_day_of_a_right_is_inclusive(zone):
    start, end = right_bounds(date(2026, 11, 1), Term(ends_on=date(2026, 11, 25)), zone)
    assert start == first_instant(date(2026, 11, 1), zone)
    assert end == first_instant(date(2026, 11, 26), zone)
    assert local_date(end - timedelta(microseconds=1), zone) == date(2026, 11, 25)


@every_zone
def test_a_right_of_one_day_ends_where_the_next_begins(zone):
    day = date(2026, 3, 29)
    for term in (Term(ends_on=day), Term(days=1)):
        assert right_bounds(day, term, zone) == (first_instant(day, zone), first_instant(day + DAY, zone))


@pytest.mark.parametrize(
    ("starts_on", "term", "last"),
    [
        (date(2026, 11, 1), Term(days=30), date(2026, 11, 30)),
        (date(2028, 2, 1), Term(days=30), date(2028, 3, 1)),
        (date(2026, 1, 15), Term(months=1), date(2026, 2, 14)),
        (date(2026, 1, 1), Term(months=1), date(2026, 1, 31)),
        (date(2026, 2, 1), Term(months=1), date(2026, 2, 28)),
        (date(2028, 2, 1), Term(months=1), date(2028, 2, 29)),
        # A month without that day ends with its last one.
        (date(2026, 1, 31), Term(months=1), date(2026, 2, 28)),
        (date(2026, 1, 29), Term(months=1), date(2026, 2, 28)),
        (date(2026, 1, 28), Term(months=1), date(2026, 2, 27)),
        (date(2028, 1, 31), Term(months=1), date(2028, 2, 29)),
        (date(2028, 1, 30), Term(months=1), date(2028, 2, 29)),
        (date(2028, 1, 29), Term(months=1), date(2028, 2, 28)),
        (date(2026, 8, 31), Term(months=1), date(2026, 9, 30)),
        (date(2026, 8, 31), Term(months=3), date(2026, 11, 30)),
        (date(2028, 2, 29), Term(months=12), date(2029, 2, 28)),
        (date(2028, 2, 29), Term(months=48), date(2032, 2, 28)),
        (date(2027, 3, 1), Term(months=12), date(2028, 2, 29)),
        (date(2026, 12, 31), Term(months=2), date(2027, 2, 28)),
        (date(2026, 11, 21), Term(ends_on=date(2026, 12, 24)), date(2026, 12, 24)),
        (date(2026, 11, 21), Term(perpetual=True), None),
        (date(2026, 11, 21), Term(), None),
    ],
)
def test_a_term_has_a_last_day(starts_on, term, last):
    assert last_day(starts_on, term) == last
    start, end = right_bounds(starts_on, term, "UTC")
    assert start == datetime.combine(starts_on, datetime.min.time(), UTC)
    assert end == (None if last is None else datetime.combine(last + DAY, datetime.min.time(), UTC))


@given(starts_on=DAYS, months=st.integers(1, 60), zone=st.sampled_from(ZONES))
def test_a_longer_term_never_ends_earlier(starts_on, months, zone):
    _, end = right_bounds(starts_on, Term(months=months), zone)
    _, later = right_bounds(starts_on, Term(months=months + 1), zone)
    assert end < later


def test_a_right_whose_trigger_has_not_happened_has_no_instants():
    for term in (Term(), Term(days=30), Term(ends_on=date(2026, 1, 1)), Term(perpetual=True)):
        assert right_bounds(None, term, "UTC") == (None, None)


@pytest.mark.parametrize(
    "said",
    [
        {"ends_on": date(2026, 1, 1), "days": 3},
        {"days": 3, "months": 1},
        {"months": 1, "perpetual": True},
        {"ends_on": date(2026, 1, 1), "perpetual": True},
    ],
)
def test_an_end_is_said_in_one_way(said):
    with pytest.raises(WindowError, match="in one way"):
        Term(**said)


@pytest.mark.parametrize(
    "said", [{"days": 0}, {"days": -1}, {"days": 36_501}, {"months": 0}, {"months": 1217}]
)
def test_a_term_is_at_least_one_and_at_most_a_hundred_years(said):
    with pytest.raises(WindowError, match="not more than 100 years"):
        Term(**said)


def test_a_right_that_ends_before_it_starts_is_refused():
    with pytest.raises(WindowError, match="end before they start"):
        right_bounds(date(2026, 11, 21), Term(ends_on=date(2026, 11, 20)), "UTC")


def test_a_right_of_a_day_that_never_was_is_refused():
    with pytest.raises(WindowError, match="There was no 2011-12-30 in Pacific/Apia"):
        right_bounds(date(2011, 12, 30), Term(days=1), "Pacific/Apia")
    start, end = right_bounds(date(2011, 12, 29), Term(days=2), "Pacific/Apia")
    assert end - start == DAY


@pytest.mark.parametrize("odd", [date.min, date(1999, 1, 1), date(2200, 1, 1), date.max])
def test_a_right_in_an_odd_year_is_refused(odd):
    with pytest.raises(WindowError, match="cannot be right"):
        right_bounds(odd, Term(days=3), "Asia/Tokyo")
    with pytest.raises(WindowError, match="cannot be right"):
        right_bounds(date(2026, 1, 1), Term(ends_on=odd), "Asia/Tokyo")
