"""Half-open stretches: what two share, and values laid over each other."""

from datetime import UTC, datetime, timedelta

import pytest

from sparktrack.core.intervals import overlap, stretches

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
TICK = timedelta(microseconds=1)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("first", "second", "shared"),
    [
        ((NOON, NOON + 2 * DAY), (NOON + DAY, NOON + 3 * DAY), (NOON + DAY, NOON + 2 * DAY)),
        ((NOON, NOON + 3 * DAY), (NOON + DAY, NOON + 2 * DAY), (NOON + DAY, NOON + 2 * DAY)),
        ((None, NOON), (NOON - DAY, None), (NOON - DAY, NOON)),
        ((None, None), (NOON, NOON + DAY), (NOON, NOON + DAY)),
        ((None, None), (None, None), (None, None)),
        ((None, NOON), (None, NOON - DAY), (None, NOON - DAY)),
        ((NOON, None), (NOON + DAY, None), (NOON + DAY, None)),
        ((NOON, NOON + DAY), (NOON + DAY - TICK, None), (NOON + DAY - TICK, NOON + DAY)),
    ],
)
def test_overlap_is_what_both_hold_whichever_comes_first(first, second, shared):
    assert overlap(*first, *second) == shared
    assert overlap(*second, *first) == shared


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ((NOON, NOON + DAY), (NOON + DAY, None)),
        ((None, NOON), (NOON, NOON + DAY)),
        ((NOON, NOON + DAY), (NOON + 2 * DAY, NOON + 3 * DAY)),
        ((None, None), (NOON, NOON)),
        ((NOON, None), (NOON + DAY, NOON)),
    ],
)
def test_stretches_that_only_touch_or_are_empty_share_nothing(first, second):
    assert overlap(*first, *second) is None
    assert overlap(*second, *first) is None


def test_values_that_never_change_are_one_stretch_over_all_time():
    assert stretches([("a", ()), ("b", ())], "".join) == [(None, None, "ab")]


def test_stretches_change_where_the_combined_value_changes():
    upper = ("a", [(NOON, "b"), (NOON + 2 * DAY, "c")])
    lower = ("x", [(NOON + DAY, "y")])
    assert stretches([upper, lower], "".join) == [
        (None, NOON, "ax"),
        (NOON, NOON + DAY, "bx"),
        (NOON + DAY, NOON + 2 * DAY, "by"),
        (NOON + 2 * DAY, None, "cy"),
    ]


def test_changes_at_one_instant_make_no_stretch_between_them():
    both = [("a", [(NOON, "b")]), ("b", [(NOON, "a")])]
    assert stretches(both, "".join) == [(None, NOON, "ab"), (NOON, None, "ba")]
    assert stretches(both, lambda values: "".join(sorted(values))) == [(None, None, "ab")]


def test_a_change_that_does_not_show_in_the_combined_value_is_not_a_boundary():
    timeline = (1, [(NOON, 3), (NOON + DAY, 4)])
    odd_then_even = [(None, NOON + DAY, 1), (NOON + DAY, None, 0)]
    assert stretches([timeline], lambda values: values[0] % 2) == odd_then_even
