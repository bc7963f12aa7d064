"""``flights/preview-move`` of the API: what the page of a move shows before anything moves."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from brands.enums import Role
from campaigns.models import Flight
from tests.api.scripts import person, script
from tests.world import DAY, World, client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(time_machine):
    world = World(tracks_rights=False, time_zone="America/New_York")
    time_machine.move_to(world.now, tick=False)
    return world


@pytest.fixture
def flight(world):
    post = world.post()
    world.code(post, world.now - DAY, 30)
    return world.flight(
        post,
        world.day(5),
        world.day(20),
        ad_account=world.account(time_zone="Europe/Berlin"),
        daily_spend=100,
    )


def preview(caller, flights, **move):
    return caller.post("flights/preview-move", {"flights": [str(each.pk) for each in flights], **move})


def test_each_flight_is_told_as_it_is_and_as_it_would_be(world, flight):
    over = world.flight(world.post(), world.day(-9), world.day(-3))
    before = list(Flight.objects.values())
    answer = preview(script(world), [over, flight], days=14)
    assert answer.status_code == 200, answer.json()
    told = answer.json()
    stays, moved = told["results"]
    assert (stays["change"], stays["why_not"], stays["id"]) == ("stays", "it is over", str(over.pk))
    assert stays["before"] == stays["after"]
    assert (moved["change"], moved["why_not"], moved["keeps_start"]) == ("loses", "", False)
    side = {
        "starts_on": world.day(5).isoformat(),
        "ends_on": world.day(20).isoformat(),
        "verdict": "covered",
        "runnable_until": f"{world.day(20).isoformat()}T23:00:00Z",
        "last_full_day": world.day(20).isoformat(),
        "reasons": [],
        "uncovered_days": 0,
        "at_risk": "0.00",
        "currency": "USD",
        "time_zone": "Europe/Berlin",
    }
    assert moved["before"] == side
    after = moved["after"]
    assert (after["starts_on"], after["ends_on"]) == (world.day(19).isoformat(), world.day(34).isoformat())
    assert (after["verdict"], after["reasons"]) == ("lapses", ["code_expired"])
    assert after["last_full_day"] == world.day(28).isoformat()
    assert told["at_risk_before"] == []
    assert told["at_risk_after"] == [{"currency": "USD", "amount": after["at_risk"]}]
    assert list(Flight.objects.values()) == before
    page = client_of(world.member(Role.BUYER)).get(
        f"/b/{world.brand.slug}/flights/move/",
        {"flight": [over.pk, flight.pk], "by": "days", "days": "14"},
    )
    assert page.context["answer"]["headline"] == "1 of 1 flight loses coverage"
    dates = {name: after[name] for name in ("starts_on", "ends_on")}
    (row,) = script(world).patch("flights/bulk", [{"id": str(flight.pk), **dates}]).json()["results"]
    assert {name: row[name] for name in after} == after


def test_the_first_begins_or_all_end_on_a_day(world, flight):
    later = world.flight(world.post(), world.day(8), world.day(9))
    caller = person(world, Role.BUYER)
    both = preview(caller, [later, flight], starts_on=world.day(6).isoformat()).json()["results"]
    assert [row["after"]["starts_on"] for row in both] == [world.day(9).isoformat(), world.day(6).isoformat()]
    both = preview(caller, [later, flight], ends_on=world.day(12).isoformat()).json()["results"]
    assert {row["after"]["ends_on"] for row in both} == {world.day(12).isoformat()}
    assert all(row["keeps_start"] for row in both)


def test_what_makes_no_sense_is_refused_and_only_planners_ask(world, flight):
    caller, day = script(world), world.day(6).isoformat()
    for move in (
        {},
        {"days": 1, "starts_on": day},
        {"days": 731},
        {"days": "1"},
        {"ends_on": None},
        {"by": 1},
    ):
        assert preview(caller, [flight], **move).status_code == 400, move
    assert caller.post("flights/preview-move", {"flights": [], "days": 1}).status_code == 400
    other = World()
    foreign = preview(caller, [flight, other.flight(other.post(), other.day(1))], days=1)
    assert (foreign.status_code, foreign.json()["errors"][0]["pointer"]) == (400, "/flights")
    assert preview(person(world, Role.VIEWER), [flight], days=1).status_code == 403


def test_many_cost_as_many_statements_as_one(world, flight):
    caller, spent = script(world), []
    preview(caller, [flight], days=1)
    many = [
        world.flight(post, world.day(5), world.day(9), ad_account=world.account()) for post in world.posts(20)
    ]
    for flights in ([flight], [flight, *many]):
        with CaptureQueriesContext(connection) as found:
            assert len(preview(caller, flights, days=7).json()["results"]) == len(flights)
        spent.append(len(found))
    assert spent[0] == spent[1] <= 8
