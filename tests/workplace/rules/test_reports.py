"""The arithmetic of reports: every planned instant is counted once, however periods are cut."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from authorizations.enums import Reason
from authorizations.rules import RIGHTS_REASONS, Gap
from workplace.rules.reports import (
    Burnt,
    Period,
    Preset,
    burnt,
    days,
    middle,
    preset_days,
    row_days,
    split,
    started_days,
    total,
)

START = datetime(2026, 10, 1, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)

hours = st.integers(-50, 150).map(lambda number: START + number * HOUR)
ends = st.none() | hours


@st.composite
def gaps(draw):
    """Disjoint gaps in order, as they are stored: the first may be from ever, the last for ever."""
    at = sorted(draw(st.sets(hours, max_size=8)))
    found = []
    for begin, end in zip(at[::2], at[1::2], strict=False):
        reasons = draw(st.sets(st.sampled_from(list(Reason)), min_size=1, max_size=3))
        found.append(Gap(begin, end, tuple(sorted(reasons))))
    if found and draw(st.booleans()):
        found[0] = Gap(None, found[0].ends_at, found[0].reasons)
    if found and draw(st.booleans()):
        found[-1] = Gap(found[-1].starts_at, None, found[-1].reasons)
    return found


@given(gaps(), hours, ends, st.tuples(hours, hours, hours).map(sorted))
@settings(max_examples=150)
def test_what_is_covered_lost_and_without_rights_is_what_was_planned(found, starts_at, ends_at, cuts):
    first, between, last = cuts

    def part(since, until):
        return split(found, starts_at=starts_at, ends_at=ends_at, within=(since, until))

    whole = part(first, last)
    halves = [each for each in (part(first, between), part(between, last)) if each]
    if whole is None:
        assert not halves
        return
    assert whole.planned == whole.covered + whole.lost_in_all + whole.unpermitted_in_all
    assert min([whole.covered, *whole.lost.values(), *whole.unpermitted.values()]) >= timedelta()
    assert whole.planned <= last - first
    assert RIGHTS_REASONS.issuperset(whole.unpermitted)
    # A period that is cut in two counts the same.
    assert total(halves) == whole


def test_a_stretch_counts_once_under_the_reason_that_is_named_first():
    both = Gap(START, START + DAY, (Reason.CODE_EXPIRED, Reason.RIGHTS_EXPIRED))
    rights = Gap(START + DAY, START + 3 * DAY, (Reason.RIGHTS_EXPIRED,))
    found = split([both, rights], starts_at=START, ends_at=None, within=(START, START + 4 * DAY))
    assert found.lost == {Reason.CODE_EXPIRED: DAY}
    assert found.unpermitted == {Reason.RIGHTS_EXPIRED: 2 * DAY}
    assert found.covered == DAY


@given(hours, hours, st.lists(st.tuples(hours, ends), max_size=4))
@settings(max_examples=100)
def test_what_is_burnt_lies_inside_the_window(starts_at, ends_at, flights):
    found = burnt(starts_at=starts_at, ends_at=ends_at, flights=flights)
    if ends_at <= starts_at:
        assert found is None
        return
    assert timedelta() <= found.length <= ends_at - starts_at
    assert found.at == starts_at + found.length
    ran = [
        instant
        for number in range((ends_at - starts_at) // HOUR)
        for instant in [starts_at + number * HOUR]
        if any(begin <= instant and (end is None or instant < end) for begin, end in flights)
    ]
    assert found.is_unused is not bool(ran)
    assert found.at == min(ran, default=ends_at)


def test_a_replacement_of_an_ad_that_runs_burns_nothing():
    window = {"starts_at": START, "ends_at": START + 30 * DAY}
    assert burnt(**window, flights=[(START - 9 * DAY, None)]) == Burnt(START, timedelta(), is_unused=False)


@pytest.mark.parametrize(
    ("preset", "first", "last"),
    [
        (Preset.THIS_MONTH, "2026-11-01", "2026-11-30"),
        (Preset.LAST_MONTH, "2026-10-01", "2026-10-31"),
        (Preset.THIS_QUARTER, "2026-10-01", "2026-12-31"),
        (Preset.LAST_QUARTER, "2026-07-01", "2026-09-30"),
    ],
)
def test_periods_by_name(preset, first, last):
    found = preset_days(preset, today=date(2026, 11, 22))
    assert found == (date.fromisoformat(first), date.fromisoformat(last))


@given(st.dates(date(2000, 7, 1), date(2900, 1, 1)))
@settings(max_examples=50)
def test_periods_follow_each_other_without_a_gap(today):
    for last, this in (
        (Preset.LAST_MONTH, Preset.THIS_MONTH),
        (Preset.LAST_QUARTER, Preset.THIS_QUARTER),
    ):
        first, end = preset_days(this, today=today)
        assert first <= today <= end
        assert preset_days(last, today=today)[1] + DAY == first


def test_a_month_in_which_clocks_are_set_back_is_an_hour_longer():
    october = Period(date(2026, 10, 1), date(2026, 10, 31), "Europe/Berlin")
    assert october.ends_at - october.starts_at == 31 * DAY + HOUR
    assert october.holds(october.starts_at)
    assert not october.holds(october.ends_at)


def test_lengths_are_rounded_only_where_they_are_said():
    assert [days(length) for length in (14 * DAY, 36 * HOUR, HOUR, timedelta())] == [
        14,
        Decimal("1.5"),
        0,
        0,
    ]
    assert str(days(10 * DAY)) == "10"
    assert str(row_days(36 * HOUR)) == "1.50"
    assert [started_days(length) for length in (timedelta(), HOUR, DAY, DAY + HOUR)] == [0, 1, 1, 2]
    assert middle([]) is None
    assert middle([3 * DAY, DAY, 2 * DAY]) == 2 * DAY
    assert middle([3 * DAY, DAY]) == 2 * DAY
