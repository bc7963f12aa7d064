"""``campaigns`` of the API: read with the numbers of their flights, added, changed, deleted, as the pages do it."""

import html
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from brands.enums import Role, TokenScope
from campaigns.models import Campaign
from tests.api.parity import left_in
from tests.api.scripts import person, script
from tests.workplace.flightdesk import one_of_each_state
from tests.world import World, client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(time_machine):
    world = World(tracks_rights=False)
    time_machine.move_to(world.now, tick=False)
    return world


def told(answer):
    return answer.status_code, [(each.get("pointer"), each["detail"]) for each in answer.json()["errors"]]


def test_a_campaign_is_added_read_changed_and_deleted(world):
    caller, buyer = script(world), world.member(Role.BUYER)
    made = caller.post("campaigns", {"name": "Winter", "objective": "Traffic", "buyer": str(buyer.pk)})
    assert made.status_code == 201
    row = made.json()
    assert row == {
        "id": row["id"],
        "name": "Winter",
        "objective": "Traffic",
        "buyer": str(buyer.pk),
        "flights": {"live": 0, "planned": 0, "paused": 0, "unplanned": 0, "ended": 0},
        "created_at": "2026-11-21T14:05:00Z",
    }
    changed = caller.patch(f"campaigns/{row['id']}", {"name": "Spring", "buyer": None})
    assert changed.json() == row | {"name": "Spring", "buyer": None}
    assert caller.get("campaigns").json() == {"results": [changed.json()], "next": None}
    assert caller.delete(f"campaigns/{row['id']}").status_code == 204
    assert not Campaign.objects.exists()


def test_numbers_of_flights_by_state_in_as_many_statements_for_many(world):
    one_of_each_state(world)
    caller = script(world, TokenScope.READ)
    caller.get("campaigns")
    numbers = []
    for more in (0, 20):
        for _ in range(more):
            world.campaign()
        with CaptureQueriesContext(connection) as sent:
            rows = caller.get("campaigns?limit=200&sort=name").json()["results"]
        numbers.append(len(sent))
    assert rows[-1]["name"] == "Winter"
    assert rows[-1]["flights"] == {"live": 1, "planned": 1, "paused": 0, "unplanned": 0, "ended": 0}
    assert sum(sum(row["flights"].values()) for row in rows) == 5
    assert numbers[0] == numbers[1] <= 5
    assert set(caller.get("campaigns?fields=name&limit=1").json()["results"][0]) == {"id", "name"}


def test_lists_are_narrowed_as_the_page_is(world):
    buyer, caller = world.member(Role.BUYER), script(world)
    wanted = caller.post("campaigns", {"name": "Winter Drop", "buyer": str(buyer.pk)}).json()["id"]
    world.campaign("Spring")
    World().campaign("Winter elsewhere")
    for query in ("q=drop%20winter", f"buyer={buyer.pk}", "sort=name&q=winter"):
        assert [row["id"] for row in caller.get(f"campaigns?{query}").json()["results"]] == [wanted], query


def test_what_is_refused_says_where(world):
    caller, used = script(world), world.campaign("Winter")
    flight = world.flight(world.post(), None, campaign=used)
    said = "There is a campaign called Winter already."
    assert told(caller.post("campaigns", {"name": "Winter"})) == (422, [("/name", said)])
    assert told(caller.post("campaigns/bulk", [{"name": "Spring"}, {"name": "Winter"}])) == (
        422,
        [("/1/name", said)],
    )
    for body, pointer in (
        ({}, "/name"),
        ({"name": ""}, "/name"),
        ({"name": "x" * 121}, "/name"),
        ({"name": 1}, "/name"),
        ({"name": "x", "color": "red"}, "/color"),
        ({"name": "x", "buyer": str(World().member().pk)}, "/buyer"),
        ({"name": "x", "buyer": str(world.member(Role.VIEWER).pk)}, "/buyer"),
    ):
        status, errors = told(caller.post("campaigns", body))
        assert (status, errors[0][0]) == (400, pointer), body
    answer = caller.delete(f"campaigns/{used.pk}")
    assert (answer.status_code, [each["id"] for each in answer.json()["dependents"]]) == (
        409,
        [str(flight.pk)],
    )
    assert list(Campaign.objects.for_brand(world.brand)) == [used]


def test_campaigns_of_others_and_for_those_who_only_look(world):
    theirs, own = World().campaign(), world.campaign("Winter")
    assert script(world).get(f"campaigns/{theirs.pk}").status_code == 404
    assert script(world).patch(f"campaigns/{theirs.pk}", {"name": "x"}).status_code == 404
    assert script(world).delete(f"campaigns/{theirs.pk}").status_code == 404
    for caller in (script(world, TokenScope.READ), person(world, Role.VIEWER)):
        assert caller.get(f"campaigns/{own.pk}").json()["name"] == "Winter"
        assert caller.patch(f"campaigns/{own.pk}", {"name": "x"}).status_code == 403
        assert caller.post("campaigns", {"name": "x"}).status_code == 403
        assert caller.delete(f"campaigns/{own.pk}").status_code == 403


def test_many_campaigns_are_changed_at_once(world):
    caller = script(world)
    ids = [str(world.campaign().pk) for _ in range(2)]
    changes = [{"id": pk, "name": name} for pk, name in zip(ids, ("A", "B"), strict=True)]
    rows = caller.patch("campaigns/bulk", changes).json()["results"]
    assert [row["name"] for row in rows] == ["A", "B"]
    assert caller.delete("campaigns/bulk", [{"id": pk} for pk in ids]).status_code == 204


@pytest.mark.parametrize("kind", ["add", "change"])
def test_a_page_and_its_endpoint_leave_the_same(world, kind):
    paged, asked = World(), World()
    rows = {each: each.campaign("Winter") for each in (paged, asked)}
    values = {"name": "Spring", "objective": "Traffic"}
    client = client_of(paged.member(Role.MANAGER))
    url = f"/b/{paged.brand.slug}/campaigns/" + ("add/" if kind == "add" else f"{rows[paged].pk}/edit/")
    was = re.search(r'name="was"\s+value="([^"]*)"', client.get(url).content.decode())
    assert client.post(url, {"was": html.unescape(was[1]) if was else "", **values}).status_code == 302
    caller = script(asked)
    if kind == "add":
        assert caller.post("campaigns", values).status_code == 201
    else:
        assert caller.patch(f"campaigns/{rows[asked].pk}", values).status_code == 200
    assert left_in(paged.brand, Campaign) == left_in(asked.brand, Campaign)
