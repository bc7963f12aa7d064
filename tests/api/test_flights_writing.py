"""``flights`` of the API: planned, changed, moved, noted, deleted, as the pages do it."""

import html
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from brands.enums import Role, TokenScope
from brands.models import AuditEntry
from campaigns.enums import Section
from campaigns.models import Flight
from tests.api.parity import left_in
from tests.api.scripts import person, script
from tests.campaigns.scenes import SCENES
from tests.world import World, client_of
from workplace.queries.flights_sheet import launch_sheet

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(time_machine):
    world = World(tracks_rights=False, time_zone="America/New_York")
    time_machine.move_to(world.now, tick=False)
    return world


@pytest.fixture
def flight(world):
    return world.flight(world.post(), world.day(5), world.day(9), ad_name="First")


def day(world, days):
    return world.day(days).isoformat()


def told(answer):
    """Pointers and words of what was refused."""
    return answer.status_code, [(each.get("pointer"), each["detail"]) for each in answer.json()["errors"]]


# --- Planning --------------------------------------------------------------------------------------------------------
def test_a_flight_is_planned_with_all_that_it_may_say(world):
    account = world.account(time_zone="Europe/Berlin", currency="EUR")
    buyer, post, campaign = world.member(Role.BUYER), world.post(), world.campaign()
    body = {
        "post": str(post.pk),
        "campaign": str(campaign.pk),
        "buyer": str(buyer.pk),
        "ad_account": str(account.pk),
        "starts_on": day(world, 1),
        "ends_on": day(world, 4),
        "daily_spend": "120.50",
        "call_to_action": "Shop now",
        "landing_page": "https://shop.example/pour",
        "ad_name": "Pour_1",
        "tiktok_ad_ids": ["1800000000000000001"],
        "checklist": ["music", "region"],
    }
    made = script(world).post("flights", body)
    assert made.status_code == 201, made.json()
    assert made["Location"].endswith(f"/api/v1/flights/{made.json()['id']}")
    assert {name: made.json()[name] for name in body} == body
    assert (made.json()["starts_at"], made.json()["currency"]) == ("2026-11-21T23:00:00Z", "EUR")
    assert made.json()["verdict"] == "blocked"


def test_many_are_planned_changed_and_deleted_at_once(world):
    caller, campaign = script(world), str(world.campaign().pk)
    accounts = [str(world.account().pk) for _ in range(2)]
    posts = [str(post.pk) for post in world.posts(3)]
    made = caller.post("flights/bulk", [{"post": post, "campaign": campaign} for post in posts])
    ids = [row["id"] for row in made.json()["results"]]
    assert (made.status_code, [row["post"] for row in made.json()["results"]]) == (201, posts)
    changes = [
        {"id": ids[2], "ad_account": accounts[0], "starts_on": day(world, 3), "checklist": ["caption"]},
        {"id": ids[0], "ad_account": accounts[1], "ad_name": "A"},
        {"id": ids[1], "ad_account": None, "daily_spend": 7},
    ]
    changed = caller.patch("flights/bulk", changes).json()["results"]
    assert [(row["id"], row["ad_account"]) for row in changed] == [
        (ids[2], accounts[0]),
        (ids[0], accounts[1]),
        (ids[1], None),
    ]
    assert (changed[0]["starts_on"], changed[0]["checklist"]) == (day(world, 3), ["caption"])
    assert (changed[1]["ad_name"], changed[2]["daily_spend"]) == ("A", "7.00")
    assert caller.delete("flights/bulk", [{"id": pk} for pk in ids]).status_code == 204
    assert not Flight.objects.exists()
    assert AuditEntry.objects.filter(action="flight.deleted").count() == 3


def test_of_many_each_that_is_refused_is_named_and_nothing_is_written(world, flight):
    caller = script(world)
    good = {"post": str(flight.post_id), "campaign": str(flight.campaign_id)}
    bad = {**good, "starts_on": day(world, 5), "ends_on": day(world, 4)}
    answer = caller.post("flights/bulk", [good, bad, {**good, "ends_on": day(world, 4)}])
    assert told(answer) == (
        422,
        [
            ("/1/ends_on", "The flight ends before it starts."),
            ("/2/starts_on", "A flight with an end needs a start."),
        ],
    )
    assert Flight.objects.count() == 1


def test_what_is_of_another_brand_is_not_there(world, flight):
    other, caller = World(), script(world)
    theirs = other.flight(other.post(), None)
    stranger = other.member()
    assert caller.get(f"flights/{theirs.pk}").status_code == 404
    assert caller.patch(f"flights/{theirs.pk}", {"ad_name": "x"}).status_code == 404
    for action in ("launch", "pause", "resume", "end", "reopen", "duplicate"):
        assert caller.post(f"flights/{theirs.pk}/{action}").status_code == 404, action
    assert caller.post(f"flights/{theirs.pk}/move", {"days": 1}).status_code == 404
    foreign = {
        "post": theirs.post_id,
        "campaign": theirs.campaign_id,
        "ad_account": other.account().pk,
        "buyer": stranger.pk,
    }
    own = {"post": str(flight.post_id), "campaign": str(flight.campaign_id)}
    for name, pk in foreign.items():
        status, errors = told(caller.post("flights", {**own, name: str(pk)}))
        assert (status, [pointer for pointer, _ in errors]) == (400, [f"/{name}"]), name
    assert Flight.objects.filter(brand=world.brand).count() == 1


NO_SENSE = [
    ({"color": "red"}, "/color"),
    ({"post": None}, "/post"),
    ({"state": "live"}, "/state"),
    ({"brand": "x"}, "/brand"),
    ({"launched_at": "2026-11-21T14:05:00Z"}, "/launched_at"),
    ({"starts_on": "0001-01-01"}, "/starts_on"),
    ({"daily_spend": -1}, "/daily_spend"),
    ({"ad_name": "coffee \u2615\ufe0f \U0001f600"}, "/ad_name"),
    ({"ad_name": "a\u0000b"}, "/ad_name"),
    ({"checklist": ["weather"]}, "/checklist/0"),
    ({"tiktok_ad_ids": [1]}, "/tiktok_ad_ids/0"),
    ({"campaign": None}, "/campaign"),
]


def test_what_makes_no_sense_is_refused_at_its_place(world, flight):
    caller = script(world)
    for body, pointer in NO_SENSE:
        status, errors = told(caller.patch(f"flights/{flight.pk}", body))
        assert (status, errors[0][0]) == (400, pointer), body
    assert Flight.objects.get().ad_name == "First"


def test_a_buyer_is_somebody_who_plans_flights(world, flight):
    viewer = world.member(Role.VIEWER)
    status, errors = told(script(world).patch(f"flights/{flight.pk}", {"buyer": str(viewer.pk)}))
    assert (status, errors[0][0]) == (400, "/buyer")


def test_who_may_not_plan_writes_nothing(world, flight):
    for caller in (script(world, TokenScope.READ), person(world, Role.VIEWER)):
        own = f"flights/{flight.pk}"
        answers = [caller.patch(own, {"ad_name": "x"}), caller.delete(own), caller.post("flights", {})]
        answers += [
            caller.post(f"{own}/{action}", {})
            for action in ("launch", "pause", "resume", "end", "reopen", "move", "run-anyway", "duplicate")
        ]
        assert {answer.status_code for answer in answers} == {403}
    assert person(world, Role.BUYER).post(f"flights/{flight.pk}/run-anyway", {}).status_code == 403
    assert list(Flight.objects.values_list("ad_name", "launched_at")) == [("First", None)]


# --- What is done with one -------------------------------------------------------------------------------------------
def test_what_was_done_in_ads_manager_is_noted(world, flight):
    caller, now = script(world), "2026-11-21T14:05:00Z"
    for action, noted in (
        ("launch", {"launched_at": now, "state": "live"}),
        ("pause", {"paused_at": now, "state": "paused"}),
        ("resume", {"paused_at": None, "state": "live"}),
        ("end", {"ended_at": now, "state": "ended", "verdict": "ended"}),
        ("reopen", {"ended_at": None, "state": "live"}),
    ):
        answer = caller.post(f"flights/{flight.pk}/{action}")
        assert answer.status_code == 200
        assert {name: answer.json()[name] for name in noted} == noted, action
    assert caller.post(f"flights/{flight.pk}/launch", {"at": now}).status_code == 400
    assert caller.post(f"flights/{flight.pk}/end").status_code == 200
    assert told(caller.post(f"flights/{flight.pk}/pause")) == (
        422,
        [("", "This flight was ended: plan a new one.")],
    )


def test_a_flight_is_moved_by_days_or_to_dates(world, flight):
    caller, own = script(world), f"flights/{flight.pk}/move"

    def moved(body):
        answer = caller.post(own, body)
        assert answer.status_code == 200, answer.json()
        return answer.json()["starts_on"], answer.json()["ends_on"]

    assert moved({"days": 3}) == (day(world, 8), day(world, 12))
    assert moved({"ends_on": day(world, 20)}) == (day(world, 8), day(world, 20))
    assert moved({"starts_on": day(world, 1), "ends_on": None}) == (day(world, 1), None)
    assert told(caller.post(own, {"days": -9})) == (
        422,
        [("/days", "It stays: it would begin in the past.")],
    )
    for body in ({}, {"days": 1, "starts_on": day(world, 1)}, {"days": "1"}, {"days": 1.5}):
        assert caller.post(own, body).status_code == 400, body


def test_somebody_takes_the_responsibility(world):
    blocked, covered = (SCENES[section](world) for section in (Section.BLOCKED, Section.COVERED))
    manager, buyer = world.member(Role.MANAGER), world.member(Role.BUYER)
    caller, own, reason = (
        script(world),
        f"flights/{blocked.pk}/run-anyway",
        {"reason": "The code is on its way."},
    )
    assert told(caller.post(own, reason)) == (
        400,
        [("/approver", "Say who approved it: a script cannot.")],
    )
    status, errors = told(caller.post(own, {**reason, "approver": str(buyer.pk)}))
    assert (status, errors[0][0]) == (422, "/approver")
    status, errors = told(person(world).post(f"flights/{covered.pk}/run-anyway", reason))
    assert (status, errors[0][1]) == (
        422,
        "Nothing keeps this flight from running now: there is nothing to approve.",
    )
    noted = caller.post(own, {**reason, "approver": str(manager.pk)}).json()
    assert (noted["run_anyway_reason"], noted["run_anyway_by"]) == (reason["reason"], str(manager.pk))
    assert noted["verdict"] == "blocked"


def test_another_flight_like_this_one(world, flight):
    copy = script(world).post(f"flights/{flight.pk}/duplicate", {"starts_on": day(world, 7)})
    assert copy.status_code == 201
    row = copy.json()
    assert row["id"] != str(flight.pk)
    assert (row["post"], row["daily_spend"], row["ad_name"]) == (str(flight.post_id), "100.00", "")
    assert (row["starts_on"], row["ends_on"]) == (day(world, 7), day(world, 9))


def test_only_what_never_ran_is_deleted(world, flight):
    caller, own = script(world), f"flights/{flight.pk}"
    began = world.flight(world.post(), world.day(-1))
    assert told(caller.delete(f"flights/{began.pk}")) == (
        422,
        [("", "This flight has begun: end it instead.")],
    )
    caller.post(f"{own}/launch")
    assert told(caller.delete(own)) == (422, [("", "This flight was launched: end it instead.")])
    planned = world.flight(world.post(), world.day(5))
    assert caller.delete(f"flights/{planned.pk}").status_code == 204
    assert set(Flight.objects.all()) == {flight, began}


def test_what_a_script_made_sure_of_is_on_the_launch_sheet(world, flight):
    assert script(world).patch(f"flights/{flight.pk}", {"checklist": ["music"]}).status_code == 200
    ticked = [each for each in launch_sheet(world.brand, flight.pk, now=world.now).checks if each.at]
    assert [(each.check, each.by) for each in ticked] == [("music", "a script")]


# --- As the pages do it ----------------------------------------------------------------------------------------------
def sent_by_page(world, path, data):
    """Fills in the form of a page as a browser does, and sends it."""
    client, url = client_of(world.member(Role.MANAGER)), f"/b/{world.brand.slug}/{path}"
    was = re.search(r'name="was"\s+value="([^"]*)"', client.get(url).content.decode())
    answer = client.post(url, {"was": html.unescape(was[1]) if was else "", **data})
    assert answer.status_code == 302, answer.content.decode()


def scene(world):
    return world.flight(
        world.post(world.creator("maya"), title="Morning pour"),
        world.day(5),
        world.day(9),
        campaign=world.campaign("Winter"),
    )


FORM = {"campaign": "Winter", "daily_spend": "80.50", "call_to_action": "Shop now", "ad_name": "Two"}
BODY = {"daily_spend": 80.5, "call_to_action": "Shop now", "ad_name": "Two"}


def dates(world):
    return {"starts_on": day(world, 6), "ends_on": day(world, 8)}


PARITY = {
    "add": (
        lambda world, _row: ("flights/add/", {"post": "morning maya", **FORM, **dates(world)}),
        lambda world, row: (
            "post",
            "flights",
            {"post": str(row.post_id), "campaign": str(row.campaign_id), **BODY, **dates(world)},
        ),
    ),
    "change": (
        lambda world, row: (f"flights/{row.pk}/", {**FORM, **dates(world)}),
        lambda world, row: (
            "patch",
            f"flights/{row.pk}",
            {**BODY, "campaign": str(row.campaign_id), **dates(world)},
        ),
    ),
    "launch": (
        lambda _world, row: (f"flights/{row.pk}/launch/", {}),
        lambda _world, row: ("post", f"flights/{row.pk}/launch", None),
    ),
    "pause": (
        lambda _world, row: (f"flights/{row.pk}/pause/", {}),
        lambda _world, row: ("post", f"flights/{row.pk}/pause", None),
    ),
    "end": (
        lambda _world, row: (f"flights/{row.pk}/end/", {}),
        lambda _world, row: ("post", f"flights/{row.pk}/end", None),
    ),
}


@pytest.mark.parametrize("kind", PARITY)
def test_a_page_and_its_endpoint_leave_the_same(time_machine, kind):
    time_machine.move_to(World().now, tick=False)
    form, sent = PARITY[kind]
    paged, asked = World(tracks_rights=False), World(tracks_rights=False)
    rows = {world: scene(world) for world in (paged, asked)}
    sent_by_page(paged, *form(paged, rows[paged]))
    method, path, body = sent(asked, rows[asked])
    assert getattr(script(asked), method)(path, body).status_code in {200, 201}
    assert left_in(paged.brand, Flight) == left_in(asked.brand, Flight)
    assert len(left_in(asked.brand)[1]) > 4


def test_many_cost_no_more_statements_than_one_to_read_back(world):
    caller, campaign, numbers = script(world), str(world.campaign().pk), []
    caller.get("flights")
    for number in (2, 20):
        body = [{"post": str(post.pk), "campaign": campaign} for post in world.posts(number)]
        with CaptureQueriesContext(connection) as sent:
            assert caller.post("flights/bulk", body).status_code == 201
        numbers.append(len(sent))
    assert numbers[0] == numbers[1]
