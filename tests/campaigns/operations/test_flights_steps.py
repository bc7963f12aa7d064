"""Flights: moved, launched, paused, resumed, ended, run anyway."""

from datetime import UTC, date, datetime

import pytest

from brands.enums import Role
from campaigns.operations.flights import (
    FlightError,
    Move,
    end_flights,
    launch_flights,
    move_flights,
    pause_flights,
    resume_flights,
    run_flights_anyway,
)
from tests.audit import changes, entries
from tests.campaigns.flightrows import FIRST, LAST, state, stored
from tests.world import DAY, NOW, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return World(time_zone="America/New_York")


@pytest.fixture
def flight(world):
    return world.flight(world.post(), FIRST, LAST)


def later(world, days=1):
    return {**world.by, "now": NOW + days * DAY}


# --- move --------------------------------------------------------------------------------------------------------
def test_a_moved_flight_has_new_dates_and_instants(world, flight):
    (row,) = move_flights(moves=[Move(flight, date(2026, 6, 1), None)], **world.by)
    row = stored(row)
    assert (row.starts_on, row.ends_on, row.ends_at) == (date(2026, 6, 1), None, None)
    assert row.starts_at == datetime(2026, 6, 1, 4, tzinfo=UTC)
    assert changes(world.brand, "flight.moved") == [
        (
            {
                "starts_on": "2026-12-01",
                "ends_on": "2026-12-20",
                "starts_at": "2026-12-01T05:00:00+00:00",
                "ends_at": "2026-12-21T05:00:00+00:00",
            },
            {
                "starts_on": "2026-06-01",
                "ends_on": None,
                "starts_at": "2026-06-01T04:00:00+00:00",
                "ends_at": None,
            },
        )
    ]
    assert move_flights(moves=[Move(flight, date(2026, 6, 1), None)], **world.by) == []


def test_a_flight_may_lose_its_dates_until_it_is_launched(world, flight):
    move_flights(moves=[Move(flight, None, None)], **world.by)
    assert (stored(flight).starts_on, stored(flight).starts_at) == (None, None)
    move_flights(moves=[Move(flight, FIRST, LAST)], **world.by)
    launch_flights(flights=[flight], **world.by)
    with pytest.raises(FlightError, match="was launched"):
        move_flights(moves=[Move(flight, None, None)], **world.by)
    assert stored(flight).starts_on == FIRST


@pytest.mark.parametrize("dates", [(None, LAST), (LAST, FIRST)])
def test_a_move_to_no_dates_is_refused(world, flight, dates):
    other = world.flight(world.post(), FIRST)
    before = state(flight), state(other)
    with pytest.raises(FlightError):
        move_flights(moves=[Move(other, LAST, None), Move(flight, *dates)], **world.by)
    assert (state(flight), state(other)) == before


def test_of_two_moves_of_one_flight_the_last_counts(world, flight):
    assert move_flights(moves=[Move(flight, LAST, None), Move(flight, FIRST, FIRST)], **world.by) == [flight]
    assert (stored(flight).starts_on, stored(flight).ends_on) == (FIRST, FIRST)
    assert len(entries(world.brand, "flight.moved")) == 2


# --- launch, pause, resume, end ----------------------------------------------------------------------------------
def test_a_flight_is_launched_paused_resumed_and_ended_each_at_its_first_instant(world, flight):
    launch_flights(flights=[flight], **world.by)
    assert launch_flights(flights=[flight], **later(world)) == []
    pause_flights(flights=[flight], **later(world))
    assert pause_flights(flights=[flight], **later(world, 2)) == []
    assert (stored(flight).launched_at, stored(flight).paused_at) == (NOW, NOW + DAY)
    resume_flights(flights=[flight], **later(world, 3))
    assert resume_flights(flights=[flight], **later(world, 4)) == []
    end_flights(flights=[flight], **later(world, 5))
    assert end_flights(flights=[flight], **later(world, 6)) == []
    row = stored(flight)
    assert (row.launched_at, row.paused_at, row.ended_at) == (NOW, None, NOW + 5 * DAY)
    assert changes(world.brand, "flight.launched") == [
        ({"launched_at": None}, {"launched_at": NOW.isoformat()})
    ]
    assert changes(world.brand, "flight.resumed") == [
        ({"paused_at": (NOW + DAY).isoformat()}, {"paused_at": None})
    ]


def test_a_flight_without_dates_is_not_launched(world, flight):
    unplanned = world.flight(world.post(), None)
    with pytest.raises(FlightError, match="plan it first"):
        launch_flights(flights=[flight, unplanned], **world.by)
    assert stored(flight).launched_at is None


@pytest.mark.parametrize("operation", [launch_flights, pause_flights, resume_flights])
def test_a_flight_that_was_ended_stays_so(world, flight, operation):
    running = world.flight(world.post(), FIRST)
    end_flights(flights=[flight], **world.by)
    before = state(running)
    with pytest.raises(FlightError, match="was ended"):
        operation(flights=[running, flight], **later(world))
    assert state(running) == before


# --- run anyway --------------------------------------------------------------------------------------------------
def test_running_anyway_has_a_reason_and_a_name(world, flight):
    boss = world.member()
    run_flights_anyway(flights=[flight], reason="  agreed by mail ", approver=boss, **world.by)
    row = stored(flight)
    assert (row.run_anyway_reason, row.run_anyway_by, row.run_anyway_at) == ("agreed by mail", boss, NOW)
    assert changes(world.brand, "flight.run_anyway")[0][1] == {
        "run_anyway_reason": "agreed by mail",
        "run_anyway_by": str(boss.pk),
        "run_anyway_at": NOW.isoformat(),
    }


@pytest.mark.parametrize("reason", ["", " \n", "x" * 501])
def test_running_anyway_without_a_reason_that_fits_is_refused(world, flight, reason):
    with pytest.raises(FlightError) as refused:
        run_flights_anyway(flights=[flight], reason=reason, approver=world.member(), **world.by)
    assert refused.value.field == "run_anyway_reason"
    assert stored(flight).run_anyway_at is None


@pytest.mark.parametrize("role", [Role.BUYER, Role.VIEWER, None])
def test_running_anyway_is_approved_by_somebody_who_may(world, flight, role):
    approver = world.member(role) if role else World().member()
    with pytest.raises(FlightError, match="may not approve") as refused:
        run_flights_anyway(flights=[flight], reason="agreed", approver=approver, **world.by)
    assert refused.value.field == "run_anyway_by"
    assert stored(flight).run_anyway_at is None
