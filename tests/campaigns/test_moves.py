"""New dates for many flights at once."""

from datetime import date, timedelta

import pytest

from campaigns.moves import Dates, MoveBy, Shift, moved_dates

TODAY = date(2026, 11, 21)


def day(number):
    return TODAY + timedelta(number)


def flight(start, end, *, begun=None, over=False):
    has_begun = (start is not None and start <= 0) if begun is None else begun
    starts, ends = (None if each is None else day(each) for each in (start, end))
    return Dates(starts, ends, has_begun, over, TODAY)


def moved(shift, *flights):
    return [
        (
            each.starts_on and (each.starts_on - TODAY).days,
            each.ends_on and (each.ends_on - TODAY).days,
            each.why_not,
        )
        for each in moved_dates(flights, shift)
    ]


def test_by_days_both_ends_move_and_what_runs_keeps_its_first_day():
    shift = Shift(MoveBy.DAYS, days=7)
    assert moved(shift, flight(3, 9), flight(4, None), flight(-5, 5), flight(2, 8, begun=True)) == [
        (10, 16, ""),
        (11, None, ""),
        (-5, 12, ""),
        (2, 15, ""),
    ]


def test_to_a_new_start_the_others_keep_their_distance_to_the_first():
    shift = Shift(MoveBy.START, on=day(20))
    assert moved(shift, flight(9, 12), flight(5, None), flight(-5, 5), flight(1, 2, over=True)) == [
        (24, 27, ""),
        (20, None, ""),
        (-5, 5, "it runs already, so it cannot begin later"),
        (1, 2, "it is over"),
    ]


def test_to_a_new_end_all_end_together():
    shift = Shift(MoveBy.END, on=day(15))
    assert moved(shift, flight(3, 9), flight(-5, None), flight(20, 30), flight(3, 15)) == [
        (3, 15, ""),
        (-5, 15, ""),
        (20, 30, "it would end before it starts"),
        (3, 15, "these are its dates already"),
    ]


@pytest.mark.parametrize(
    ("days", "start", "end", "why_not"),
    [
        (-4, 3, 9, "it would begin in the past"),
        (-6, -9, 5, "it would end in the past"),
        (-6, -2, 2, "it would end before it starts"),
        (5, -9, None, "it runs already and has no end"),
        (5, None, None, "it has no dates yet"),
        (0, 3, 9, "these are its dates already"),
    ],
)
def test_what_cannot_be_moved_says_why_and_stays(days, start, end, why_not):
    assert moved(Shift(MoveBy.DAYS, days=days), flight(start, end)) == [(start, end, why_not)]
