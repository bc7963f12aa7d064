"""The state of a flight and its place on the board (DOMAIN.md §5, §6)."""

from datetime import timedelta
from itertools import product

import pytest

from authorizations.enums import Reason, Verdict
from authorizations.rules import Coverage, Gap
from campaigns.enums import FlightStatus, Section
from campaigns.rules import (
    Replacement,
    apply_replacement_by,
    board_section,
    flight_end,
    flight_status,
)
from tests.world import DAY, NOW

TICK = timedelta(microseconds=1)


def status(**said):
    usual = {
        "starts_at": NOW - DAY,
        "ends_at": NOW + DAY,
        "launched_at": None,
        "paused_at": None,
        "ended_at": None,
    }
    return flight_status(**{**usual, **said}, now=NOW)


@pytest.mark.parametrize(
    ("ends_at", "ended_at", "end"),
    [
        (None, None, None),
        (NOW, None, NOW),
        (None, NOW, NOW),
        (NOW, NOW - DAY, NOW - DAY),
        (NOW - DAY, NOW, NOW - DAY),
    ],
)
def test_a_flight_is_over_at_its_end_or_when_somebody_ended_it_before(ends_at, ended_at, end):
    assert flight_end(ends_at, ended_at) == end


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({}, FlightStatus.LIVE),
        ({"starts_at": NOW}, FlightStatus.LIVE),
        ({"starts_at": NOW + TICK}, FlightStatus.PLANNED),
        ({"starts_at": NOW + DAY, "launched_at": NOW}, FlightStatus.LIVE),
        ({"starts_at": NOW + DAY, "launched_at": NOW + TICK}, FlightStatus.PLANNED),
        ({"ends_at": None}, FlightStatus.LIVE),
        ({"ends_at": NOW}, FlightStatus.ENDED),
        ({"ends_at": NOW + TICK}, FlightStatus.LIVE),
        ({"ended_at": NOW}, FlightStatus.ENDED),
        ({"ended_at": NOW + TICK}, FlightStatus.LIVE),
        ({"starts_at": NOW + DAY, "ended_at": NOW - DAY}, FlightStatus.ENDED),
        ({"paused_at": NOW - DAY}, FlightStatus.PAUSED),
        ({"paused_at": NOW - DAY, "starts_at": NOW + DAY}, FlightStatus.PAUSED),
        ({"paused_at": NOW - DAY, "ends_at": NOW}, FlightStatus.ENDED),
        ({"starts_at": None, "ends_at": None}, FlightStatus.UNPLANNED),
        ({"starts_at": None, "ends_at": None, "paused_at": NOW}, FlightStatus.UNPLANNED),
        ({"starts_at": None, "ends_at": None, "ended_at": NOW}, FlightStatus.ENDED),
    ],
)
def test_the_first_state_that_fits_is_the_state(said, expected):
    assert status(**said) is expected


def gap(start, *reasons):
    return Gap(start, None, tuple(sorted(reasons)))


def place(state, *gaps, verdict, evergreen=False):
    return board_section(state, Coverage(verdict, None, gaps), evergreen=evergreen, now=NOW)


CODE, RIGHTS, GONE = Reason.CODE_EXPIRED, Reason.RIGHTS_EXPIRED, Reason.POST_UNAVAILABLE
LIVE, PLANNED = FlightStatus.LIVE, FlightStatus.PLANNED


@pytest.mark.parametrize(
    ("state", "section"),
    [
        (FlightStatus.ENDED, None),
        (FlightStatus.UNPLANNED, Section.UNPLANNED),
        (FlightStatus.PAUSED, Section.PAUSED),
    ],
)
def test_a_flight_that_is_not_judged_has_its_own_place_whatever_its_gaps(state, section):
    for verdict in Verdict:
        assert place(state, gap(NOW, CODE), verdict=verdict) is section
    assert board_section(state, None, evergreen=False, now=NOW) is section


@pytest.mark.parametrize("state", [LIVE, PLANNED])
def test_a_covered_flight_is_covered(state):
    assert place(state, verdict=Verdict.COVERED) is Section.COVERED
    assert place(state, verdict=Verdict.COVERED, evergreen=True) is Section.COVERED


@pytest.mark.parametrize(
    ("reasons", "section"),
    [
        ((CODE,), Section.STOPS),
        ((GONE,), Section.STOPS),
        ((RIGHTS,), Section.MUST_PAUSE),
        ((CODE, RIGHTS), Section.STOPS),
        ((GONE, RIGHTS), Section.STOPS),
        ((Reason.PAID_NOT_ALLOWED,), Section.MUST_PAUSE),
    ],
)
@pytest.mark.parametrize("state", [LIVE, PLANNED])
def test_what_lapses_stops_by_itself_or_must_be_paused(state, reasons, section):
    assert place(state, gap(NOW + 3 * DAY, *reasons), verdict=Verdict.LAPSES) is section


def test_a_flight_without_end_runs_until_unless_it_lapses_within_thirty_days():
    for after, section in ((30 * DAY, Section.STOPS), (30 * DAY + TICK, Section.RUNS_UNTIL)):
        assert place(LIVE, gap(NOW + after, CODE), verdict=Verdict.LAPSES, evergreen=True) is section
        assert place(LIVE, gap(NOW + after, CODE), verdict=Verdict.LAPSES) is Section.STOPS


@pytest.mark.parametrize(
    ("state", "reasons", "section"),
    [
        (LIVE, (RIGHTS,), Section.WITHOUT_RIGHTS),  # the ad goes on spending
        (LIVE, (CODE,), Section.BLOCKED),
        (LIVE, (CODE, RIGHTS), Section.BLOCKED),  # TikTok stopped it
        (LIVE, (GONE,), Section.BLOCKED),
        (PLANNED, (Reason.NO_CODE,), Section.WAITING),
        (PLANNED, (Reason.CODE_NOT_STARTED, RIGHTS), Section.WAITING),
        (PLANNED, (RIGHTS,), Section.BLOCKED),
        (PLANNED, (GONE,), Section.BLOCKED),
        (PLANNED, (CODE, GONE), Section.WAITING),
    ],
)
def test_what_is_blocked_stands_by_whose_move_it_is(state, reasons, section):
    assert place(state, gap(NOW, *reasons), verdict=Verdict.BLOCKED) is section


def test_every_judged_flight_has_a_place():
    gaps = [gap(NOW, *reasons) for reasons in ((CODE,), (RIGHTS,), (GONE,), (CODE, RIGHTS, GONE))]
    for state, one, verdict, evergreen in product((LIVE, PLANNED), gaps, Verdict, (True, False)):
        assert place(state, one, verdict=verdict, evergreen=evergreen) in Section


# --- A replacement that is not applied -----------------------------------------------------------------------------
def apply_by(old="?", new="", *, account="A", ends=2, start=-1, end=9):
    """In days from now: by when a flight in ``account`` needs its replacement; ``?`` is an account nobody named."""
    names = {"?": None}
    replacement = Replacement(
        NOW + ends * DAY, [names.get(each, each) for each in old], [names.get(each, each) for each in new]
    )
    found = apply_replacement_by(
        [replacement],
        account=names.get(account, account),
        starts_at=None if start is None else NOW + start * DAY,
        ends_at=None if end is None else NOW + end * DAY,
    )
    return None if found is None else (found - NOW) // DAY


@pytest.mark.parametrize(
    ("old", "new", "account", "needs"),
    [
        ("A", "", "A", True),
        ("A", "", "B", False),
        ("A", "", "?", True),
        ("?", "", "A", True),
        ("?", "B", "A", False),
        ("AB", "B", "A", True),
        ("AB", "B", "B", False),
        ("AB", "B", "?", True),
        ("A", "?", "A", False),
        ("A", "A", "A", False),
        ("", "", "A", False),
    ],
)
def test_a_replacement_is_needed_where_the_old_code_may_be_in_use_and_the_new_one_is_not(
    old, new, account, needs
):
    assert (apply_by(old, new, account=account) is not None) is needs


@pytest.mark.parametrize(
    ("said", "days"),
    [
        ({}, 2),
        ({"end": None}, 2),
        ({"end": 2}, None),
        ({"start": 2}, None),
        ({"start": 1}, 2),
        ({"start": None}, None),
        ({"ends": -0.5}, -1),
        ({"ends": -1}, None),
    ],
)
def test_it_is_needed_only_if_the_old_code_ends_inside_the_flight(said, days):
    assert apply_by(**said) == days


def test_the_first_old_code_that_ends_counts():
    replacements = [Replacement(NOW + days * DAY, [None], []) for days in (5, 3, 8)]
    assert apply_replacement_by(replacements, account=None, starts_at=NOW, ends_at=None) == NOW + 3 * DAY


@pytest.mark.parametrize(
    ("verdict", "gaps", "section"),
    [
        (Verdict.COVERED, (), Section.STOPS),
        (Verdict.LAPSES, (gap(NOW + 3 * DAY, RIGHTS),), Section.STOPS),
        (Verdict.LAPSES, (gap(NOW + 2 * DAY, RIGHTS),), Section.MUST_PAUSE),
        (Verdict.LAPSES, (gap(NOW + DAY, RIGHTS),), Section.MUST_PAUSE),
        (Verdict.BLOCKED, (gap(NOW, RIGHTS),), Section.WITHOUT_RIGHTS),
    ],
)
def test_a_replacement_to_apply_is_a_stop_unless_something_else_comes_first(verdict, gaps, section):
    coverage = Coverage(verdict, None, gaps)
    by = NOW + 2 * DAY
    assert board_section(LIVE, coverage, evergreen=False, now=NOW, apply_by=by) is section
    assert board_section(FlightStatus.PAUSED, coverage, evergreen=False, now=NOW, apply_by=by) is (
        Section.PAUSED
    )
