"""Months, their weeks, and which line stands where on a day."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from authorizations.enums import Reason
from authorizations.rules import Gap
from campaigns.phrases import Tone
from workplace.enums import Happening
from workplace.rules.calendar import MOST_LINES, Event, Month, NoMonthError, agenda_page, lapses, month_days

NOVEMBER = Month(date(2026, 11, 1))
START = datetime(2026, 11, 1, tzinfo=UTC)
DAY = timedelta(days=1)


@given(st.dates(date(2000, 2, 1), date(2998, 12, 31)))
@settings(max_examples=60)
def test_weeks_hold_every_day_of_a_month_once_and_begin_on_mondays(day):
    month = Month.of(day)
    weeks = month.weeks()
    days = [each for week in weeks for each in week]
    assert all(len(week) == 7 and week[0].weekday() == 0 for week in weeks)
    assert [each for each in days if month.first <= each <= month.last] == [
        month.first + number * DAY for number in range(month.last.day)
    ]
    assert weeks[0][-1] >= month.first
    assert weeks[-1][0] <= month.last
    assert month.plus(1).plus(-1) == month == Month.parse(str(month))
    assert month.plus(1).first == month.last + DAY
    assert month.away_from(month.plus(-14)) == month.plus(-14).away_from(month) == 14


def test_a_month_says_its_name():
    assert NOVEMBER.name == "November 2026"
    assert Month.parse("2027-02").last == date(2027, 2, 28)


@pytest.mark.parametrize(
    "text", ["", "2026", "2026-13", "2026-00", "1999-12", "3000-01", "2026-1", "٢٠٢٦-١١"]
)
def test_other_texts_are_no_month(text):
    with pytest.raises(NoMonthError):
        Month.parse(text)


def event(kind, day=22, *, at=None, title="", **more):
    return Event(kind, date(2026, 11, day), at, kind.value, title, **more)


def days_of(*events):
    weeks = month_days(NOVEMBER, events, today=date(2026, 11, 22))
    return {day.on: day for week in weeks for day in week}


def test_what_is_most_urgent_stands_first_and_what_is_done_last():
    later, sooner = (START + 21 * DAY + timedelta(hours=hours) for hours in (9, 8))
    shuffled = [
        event(Happening.DRAFT, is_done=True),
        event(Happening.ENDS),
        event(Happening.STOPS, at=later),
        event(Happening.STARTS, title="b"),
        event(Happening.STARTS, title="a"),
        event(Happening.STOPS, at=sooner),
        event(Happening.PAUSE),
        event(Happening.STOPS),
        event(Happening.POST),
    ]
    day = days_of(*shuffled)[date(2026, 11, 22)]
    assert [(each.kind, each.at, each.title) for each in day.events] == [
        (Happening.STOPS, None, ""),
        (Happening.STOPS, sooner, ""),
        (Happening.STOPS, later, ""),
        (Happening.PAUSE, None, ""),
        (Happening.STARTS, None, "a"),
        (Happening.STARTS, None, "b"),
        (Happening.ENDS, None, ""),
        (Happening.POST, None, ""),
        (Happening.DRAFT, None, ""),
    ]
    assert day.is_today
    assert day.events[-1].tone is Tone.IDLE


@pytest.mark.parametrize(("number", "shown", "more"), [(0, 0, 0), (MOST_LINES, MOST_LINES, 0), (9, 3, 6)])
def test_what_does_not_fit_is_counted(number, shown, more):
    day = days_of(*[event(Happening.ENDS) for _ in range(number)])[date(2026, 11, 22)]
    assert (len(day.first), day.more) == (shown, more)


def test_days_of_neighbours_show_nothing():
    found = days_of(Event(Happening.ENDS, date(2026, 10, 31), None, "", ""))
    assert found[date(2026, 10, 31)].is_outside
    assert not found[date(2026, 10, 31)].events


def gap(start, end, *reasons):
    at = [None if days is None else START + days * DAY for days in (start, end)]
    return Gap(*at, tuple(sorted(reasons or (Reason.CODE_EXPIRED,))))


def lapsed(*gaps, end=30):
    ends_at = None if end is None else START + end * DAY
    found = lapses(gaps, starts_at=START, ends_at=ends_at)
    assert not [each for each in found if each.was_stopped]
    return [(each.gap.starts_at - START).days for each in found]


def test_a_stretch_that_goes_on_for_another_reason_lapses_once():
    assert lapsed(gap(2, 4), gap(4, 6, Reason.CODE_EXPIRED, Reason.RIGHTS_EXPIRED), gap(9, None)) == [2, 9]


def test_an_ad_that_comes_back_without_rights_is_news():
    stopped, unpermitted = gap(2, 4), gap(4, 6, Reason.RIGHTS_EXPIRED)
    assert [
        (each.gap, each.was_stopped) for each in lapses([stopped, unpermitted], starts_at=START, ends_at=None)
    ] == [
        (stopped, False),
        (unpermitted, True),
    ]
    assert lapsed(gap(2, 4, Reason.RIGHTS_EXPIRED), gap(4, 6)) == [2]


def test_a_flight_that_lacks_something_from_its_start_lapses_there():
    assert lapsed(gap(None, 3), gap(3, 5, Reason.NO_CODE)) == [0]


def test_gaps_outside_of_the_flight_are_no_lapse():
    assert lapsed(gap(None, 0), gap(30, None)) == []
    assert lapsed(gap(30, None), end=None) == [30]


@pytest.mark.parametrize(("each_day", "shown"), [(2, 2), (3, 1), (8, 2), (1, 1), (4, 2)])
def test_a_full_month_shows_fewer_lines_of_each_day_and_counts_the_rest(each_day, shown):
    month = Month(date(2026, 12, 1))
    days = [month.first + timedelta(number) for number in range(31)]
    events = [
        Event(Happening.ENDS, on, None, "Flight ends", str(place)) for on in days for place in range(each_day)
    ]
    drawn = [day for week in month_days(month, events, today=days[0]) for day in week if not day.is_outside]
    assert {len(day.first) for day in drawn} == {shown}
    assert {len(day.first) + day.more for day in drawn} == {each_day}


def test_the_agenda_opens_where_today_is_and_every_line_is_on_a_page():
    month = Month(date(2026, 11, 1))
    days = [month.first + timedelta(number) for number in range(30)]
    events = [Event(Happening.ENDS, on, None, "Flight ends", f"{place}") for on in days for place in range(7)]
    weeks = month_days(month, events, today=days[20])
    opened = agenda_page(weeks, today=days[20])
    assert (opened.number, opened.pages) == (140 // 50 + 1, 5)
    assert days[20] in [day.on for day in opened.days]
    pages = [agenda_page(weeks, today=days[20], number=number) for number in range(1, 6)]
    assert [sum(len(day.events) for day in page.days) for page in pages] == [50, 50, 50, 50, 10]
    found = [(day.on, event.title) for page in pages for day in page.days for event in day.events]
    assert len(set(found)) == 210
    assert agenda_page(weeks, today=days[0], number=99).number == 5
    (only,) = agenda_page(weeks, today=days[20], only=days[3]).days
    assert len(only.events) == 7
    assert agenda_page([], today=days[0]).days == []
