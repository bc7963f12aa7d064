"""What holds for every write on flights: nothing, another brand, twice, very many."""

from datetime import timedelta

import pytest
from django.db import connection

from brands.operations.edits import Edit, OtherBrandError
from campaigns.enums import Check
from campaigns.models import Flight
from campaigns.operations.flights import (
    FlightDraft,
    Move,
    assign_ad_account,
    edit_flights,
    end_flights,
    launch_flights,
    move_flights,
    pause_flights,
    plan_flights,
    resume_flights,
    run_flights_anyway,
)
from campaigns.operations.flights_checks import tick_checks_of
from tests.audit import entries
from tests.campaigns.flightrows import FIRST, LAST, state
from tests.world import NOW, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return World(time_zone="America/New_York")


@pytest.fixture
def flight(world):
    return world.flight(world.post(), FIRST, LAST)


OPERATIONS = {
    "flight.moved": lambda world, flights: move_flights(
        moves=[Move(flight, FIRST, FIRST) for flight in flights], **world.by
    ),
    "flight.edited": lambda world, flights: edit_flights(
        edits=[Edit(flight, {"ad_name": "x"}) for flight in flights], **world.by
    ),
    "flight.account_assigned": lambda world, flights: assign_ad_account(
        flights=flights, ad_account=world.tokyo, **world.by
    ),
    "flight.checked": lambda world, flights: tick_checks_of(
        flights=[(flight, [Check.MUSIC]) for flight in flights], **world.by
    ),
    "flight.launched": lambda world, flights: launch_flights(flights=flights, **world.by),
    "flight.paused": lambda world, flights: pause_flights(flights=flights, **world.by),
    "flight.resumed": lambda world, flights: resume_flights(flights=flights, **world.by),
    "flight.ended": lambda world, flights: end_flights(flights=flights, **world.by),
    "flight.run_anyway": lambda world, flights: run_flights_anyway(
        flights=flights, reason="x", approver=world.boss, **world.by
    ),
}
every_operation = pytest.mark.parametrize("action", OPERATIONS)


@pytest.fixture
def ready(world):
    world.tokyo = world.account(time_zone="Asia/Tokyo")
    world.boss = world.member()
    return world


def some_flights(world, number, action):
    campaign, post = world.campaign(), world.post()
    account = world.account()
    drafts = [FlightDraft(post, campaign, None, account, FIRST, LAST) for _ in range(number)]
    flights = plan_flights(drafts=drafts, **world.by)
    if action == "flight.resumed":
        Flight.objects.update(paused_at=NOW - timedelta(hours=1))
    return flights


@every_operation
def test_nothing_is_a_sequence_too(ready, action):
    assert OPERATIONS[action](ready, []) == []
    assert entries(ready.brand) == []


@every_operation
def test_a_flight_of_another_brand_is_refused_and_nothing_of_the_call_is_written(ready, action):
    ours, foreign = some_flights(ready, 1, action), some_flights(World(), 1, action)
    before = [state(flight) for flight in (*ours, *foreign)]
    with pytest.raises(OtherBrandError):
        OPERATIONS[action](ready, [*ours, *foreign])
    assert [state(flight) for flight in (*ours, *foreign)] == before
    assert entries(ready.brand, action) == []


@every_operation
def test_a_flight_twice_in_a_call_is_changed_and_noted_once(ready, action):
    flights = some_flights(ready, 2, action)
    assert OPERATIONS[action](ready, [*flights, *flights]) == flights
    assert OPERATIONS[action](ready, flights) == []
    noted = entries(ready.brand, action)
    assert [(entry.object_kind, entry.object_id) for entry in noted] == [
        ("flight", flight.pk) for flight in flights
    ]


@every_operation
def test_sixty_flights_take_as_many_queries_as_three(ready, action, django_assert_max_num_queries):
    def queries(number):
        flights = some_flights(ready, number, action)
        with django_assert_max_num_queries(1000) as counted:
            OPERATIONS[action](ready, flights)
        return sum("SAVEPOINT" not in query["sql"] for query in counted.captured_queries)

    few = queries(3)
    assert queries(60) - few <= (0 if connection.vendor == "postgresql" else 1)
    assert few <= 10


def test_planning_sixty_flights_takes_as_many_queries_as_three(ready, django_assert_max_num_queries):
    post, campaign = ready.post(), ready.campaign()

    def queries(number):
        drafts = [FlightDraft(post, campaign, ready.boss, ready.tokyo, FIRST) for _ in range(number)]
        with django_assert_max_num_queries(1000) as counted:
            plan_flights(drafts=drafts, **ready.by)
        return sum("SAVEPOINT" not in query["sql"] for query in counted.captured_queries)

    few = queries(3)
    assert queries(60) - few <= (0 if connection.vendor == "postgresql" else 2)
