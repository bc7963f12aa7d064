"""The tightest step that is due, how far ahead a morning looks, and what is skipped."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.rules.steps import AT_LAPSE, STOPPED, Reach, due_step, is_skipped, reaches

NOW = datetime(2028, 2, 29, 8, 0, tzinfo=UTC)  # a leap day
DAY = timedelta(days=1)
TICK = timedelta.resolution
USUAL = (30, 14, 7, 3, 1)


def step(lapses_at, *, steps=USUAL, now=NOW, **mornings):
    """The step that is due for this lapse."""
    return due_step(lapses_at, reaches(steps, now=now, **mornings), now=now)


@pytest.mark.parametrize(("days", "wider"), [(30, None), (14, 30), (7, 14), (3, 7), (1, 3)])
def test_a_step_is_due_from_its_very_instant_on(days, wider):
    assert step(NOW + days * DAY) == days
    assert step(NOW + days * DAY + TICK) == wider
    assert step(NOW + days * DAY - TICK) == days


def test_at_the_lapse_and_a_week_later():
    assert step(NOW + TICK) == 1
    assert step(NOW) == AT_LAPSE
    assert step(NOW - 7 * DAY + TICK) == AT_LAPSE
    assert step(NOW - 7 * DAY) == STOPPED


def test_after_days_without_a_pass_only_the_tightest_counts():
    assert step(NOW + 2 * DAY) == 3
    assert step(NOW + timedelta(hours=5)) == 1


def test_steps_come_in_any_order_once_and_from_a_day_on():
    assert reaches((3, 30, 3, 0, -1), now=NOW) == (Reach(3, NOW + 3 * DAY), Reach(30, NOW + 30 * DAY))
    assert reaches((), now=NOW) == ()
    assert step(NOW + DAY, steps=()) is None


def test_a_morning_looks_ahead_for_the_steps_of_the_round_only():
    monday = NOW + 3 * DAY
    # Before the next round, not with it: that one can say it itself.
    assert step(monday + DAY - TICK, ahead=monday) == 1
    assert step(monday + DAY, ahead=monday) == 3
    assert step(monday + 3 * DAY - TICK, ahead=monday) == 3
    assert step(monday + 3 * DAY, ahead=monday) == 7
    assert step(NOW + 7 * DAY + TICK, ahead=monday) == 14
    assert step(monday + 6 * DAY - TICK, steps=(6,), ahead=monday) == 6


def test_steps_that_would_share_a_morning_are_said_on_two():
    """It is Thursday; Friday's round says what lapses a day after the weekend, so the wider warning goes now."""
    friday = NOW + DAY
    monday = friday + 3 * DAY
    mornings = {"ahead": friday, "beyond": monday}
    assert step(monday + DAY - TICK, **mornings) == 3
    assert step(monday + DAY, **mornings) == 7
    assert step(friday + DAY - TICK, **mornings) == 1
    assert step(friday + DAY, **mornings) == 3
    # In the middle of the week nothing is said earlier, nor are lines of the digest.
    midweek = {"ahead": NOW + DAY, "beyond": NOW + 2 * DAY}
    assert reaches(USUAL, now=NOW, **midweek) == reaches(USUAL, now=NOW, ahead=NOW + DAY)
    assert reaches((9, 3), now=NOW, **mornings)[1] == Reach(9, NOW + 9 * DAY)


def test_a_morning_that_is_over_looks_no_less_far_than_now():
    assert step(NOW + DAY, ahead=NOW - DAY) == 1


@given(
    away=st.timedeltas(min_value=-10 * DAY, max_value=40 * DAY),
    steps=st.sets(st.integers(1, 40)),
    back=st.timedeltas(min_value=timedelta(0), max_value=DAY),
)
def test_time_makes_steps_tighter_and_never_wider(away, steps, back):
    earlier, later = (step(NOW + away, steps=steps, now=now) for now in (NOW - back, NOW))
    assert later is None or later == STOPPED or NOW + away - later * DAY <= NOW
    assert earlier is None or (later is not None and later <= earlier)


@pytest.mark.parametrize(
    ("window", "said"),
    [
        (7 * DAY, [3, 1]),
        (30 * DAY, [14, 7, 3, 1]),
        (60 * DAY, [30, 14, 7, 3, 1]),
        (60 * DAY - TICK, [14, 7, 3, 1]),
        (DAY, []),
        (None, [30, 14, 7, 3, 1]),
    ],
)
def test_a_step_longer_than_half_the_window_is_skipped(window, said):
    assert [each for each in USUAL if not is_skipped(each, window)] == said


def test_what_has_happened_is_never_skipped():
    assert not is_skipped(AT_LAPSE, TICK)
    assert not is_skipped(STOPPED, TICK)
