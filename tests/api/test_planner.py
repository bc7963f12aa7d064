"""The planner of the API: worked cases are judged as the rules do, windows and flights as the pages do."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from authorizations.operations.links import LinkDraft, open_links
from brands.enums import Role, TokenScope
from posts.enums import Method, MetricsSource
from posts.operations.metrics import Metrics, record_metrics
from sparktrack.api.resources.planner_flight import FlightIdea, FlightIdeaAnswer
from sparktrack.api.resources.planner_window import WindowAnswer, WindowPlan
from tests.access.stored import everything_stored
from tests.api.scripts import person, script
from tests.world import DAY, NOW, World, client_of

pytestmark = pytest.mark.django_db

CASES = [
    json.loads(line)
    for line in (Path(__file__).parents[1] / "data" / "vectors" / "coverage.jsonl").read_text().splitlines()
]
PATH = "planner/coverage"


@pytest.fixture
def reader():
    return script(World(), TokenScope.READ)


def test_all_worked_cases_are_answered_in_their_order(reader):
    for start in range(0, len(CASES), 1_000):
        part = CASES[start : start + 1_000]
        answers = reader.post(PATH, part).json()
        assert answers == [{"id": case["id"], **case["expected"]} for case in part]


def test_one_case_gets_one_answer_also_for_a_viewer():
    case = CASES[0]
    answer = person(World(), Role.VIEWER).post(PATH, case)
    assert answer.status_code == 200
    assert answer.json() == {"id": case["id"], **case["expected"]}


@pytest.mark.parametrize(
    ("sent", "pointer", "detail"),
    [
        ({}, "/id", "must be a text or an integer"),
        (5, "", "must be an object"),
        ([], "", "Send 1 to 1,000 cases."),
        ([CASES[0]] * 1_001, "", "Send 1 to 1,000 cases."),
        ([CASES[0], 5], "/1", "must be an object"),
        ({**CASES[0], "colour": 1}, "/colour", "unknown key"),
        (
            [CASES[0], {**CASES[0], "codes": [{"starts_at": "2026-04-18T09:00:00"}]}],
            "/1/codes/0/starts_at",
            "must be an instant with its zone, such as 2026-04-18T09:00:00Z",
        ),
    ],
)
def test_what_cannot_be_read_is_said_at_its_place(reader, sent, pointer, detail):
    answer = reader.post(PATH, sent)
    assert answer.status_code == 400
    (error,) = answer.json()["errors"]
    assert (error["pointer"], error["detail"]) == (pointer, detail)


@pytest.mark.parametrize(
    ("odd", "pointer"),
    [
        ({"a.b": 1}, ""),
        ({"a" + ".a" * 3_000: 1}, ""),
        ({"id": "\ud800"}, ""),
        ({"codes": [{"starts_at": "2026-04-18T09:00:00Z", "é: x": 1}]}, ""),
    ],
)
def test_names_and_texts_of_the_callers_own_are_no_places(reader, odd, pointer):
    answer = reader.post(PATH, {**CASES[0], **odd})
    assert answer.status_code == 400
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


def test_every_case_that_cannot_be_read_is_named(reader):
    errors = reader.post(PATH, [5, CASES[0], {}]).json()["errors"]
    assert [error["pointer"] for error in errors] == ["/0", "/2/id"]


def example_of(shape):
    """What the document shows."""
    (example,) = shape._spectacular_annotation["examples"]
    return example.value


@pytest.fixture
def world(time_machine):
    time_machine.move_to(NOW, tick=False)
    return World(time_zone="Europe/Berlin")


def errors_of(answer):
    return {error["pointer"]: error["detail"] for error in answer.json()["errors"]}


# --- planner/window -----------------------------------------------------------------------------------------------
def test_the_window_of_the_example_is_what_the_document_shows(world):
    answer = script(world, TokenScope.READ).post("planner/window", example_of(WindowPlan))
    assert answer.status_code == 200
    assert answer.json() == example_of(WindowAnswer)


def test_the_planner_of_the_api_says_what_the_page_says(world, client):
    caller = person(world, Role.VIEWER)
    asked = {"starts_on": "2026-11-01", "ends_on": "2026-12-30", "generated_on": "2026-10-03"}
    zones = {"zone": "Europe/Berlin", "account_zone": "America/New_York"}
    for more in (
        {},
        {"longest": 30},
        {"longest": 60, "generated_on": "2026-09-01"},
        {"rights": "perpetual", "time": "09:00"},
        {"starts_on": "2026-10-01", "ends_on": "2028-01-01"},
    ):
        page = client.get("/planner/", asked | zones | more)
        found = caller.post("planner/window", asked | zones | more).json()
        advice, words = page.context["advice"], page.context["answer"]
        assert found["days"] == advice.days
        assert [(line["days"], line["short_by_seconds"], line["lasts"]) for line in found["windows"]] == [
            (each.days, each.short_by.total_seconds(), not each.short_by) for each in advice.presets
        ]
        assert (found["headline"], found["why"], found["message"]) == (
            words.headline,
            words.why,
            words.message,
        )
        assert [note["title"] for note in found["notes"]] == [note.title for note in words.notes]
        assert (found["later"] is None, found["second_code"] is None) == (
            advice.later is None,
            advice.replacement is None,
        )
        assert found["rights_cover"] is (True if "rights" in more else None)


def test_days_and_zones_that_are_not_said_are_todays_and_the_brands(world):
    answer = script(world).post("planner/window", {"starts_on": "2026-11-22", "ends_on": "2026-11-27"})
    found = answer.json()
    assert (found["generated_at"], found["starts_at"]) == ("2026-11-20T23:00:00Z", "2026-11-21T23:00:00Z")
    assert (found["days"], found["ends_at"]) == (7, "2026-11-27T23:00:00Z")
    assert found["windows"][0]["spare_seconds"] == 0


@pytest.mark.parametrize(
    ("wrong", "errors"),
    [
        ({"colour": 1}, {"/colour": "There is no such field here."}),
        ({"ends_on": "2026-11-30"}, {"/ends_on": "The flight ends before it starts."}),
        ({"generated_on": "2027-02-01"}, {"/generated_on": "The flight is over before that."}),
        ({"time": "25:00"}, {"/time": "This is not a time. Write it as 18:30."}),
        ({"time": "18:30\n"}, {"/time": "This is not a time. Write it as 18:30."}),
        ({"zone": "Mars/Base"}, {"/zone": "There is no such time zone."}),
        ({"longest": 90}, {"/longest": "One of: 7, 30, 60, 365."}),
        ({"longest": "60"}, {"/longest": "A valid integer is required."}),
        ({"rights": "dates"}, {"/rights_from": "Say which day.", "/rights_to": "Say which day."}),
        ({"rights_to": "2026-12-01"}, {"/rights_to": "Only with rights: dates."}),
        ({"starts_on": "9999-12-31"}, {"/starts_on": "Choose a year from 2000 to 2100."}),
        (
            {"account_zone": "Pacific/Apia", "starts_on": "2011-12-30", "ends_on": "2011-12-30"},
            {"/ends_on": "There was no 30 December 2011 in Pacific/Apia: clocks skipped that day."},
        ),
    ],
)
def test_a_plan_that_makes_no_sense_is_refused_at_its_field(world, wrong, errors):
    asked = {"starts_on": "2026-12-01", "ends_on": "2026-12-31", **wrong}
    answer = script(world).post("planner/window", asked)
    assert (answer.status_code, errors_of(answer)) == (400, errors)


# --- planner/flight -----------------------------------------------------------------------------------------------
def test_a_flight_is_judged_before_it_is_planned_and_nothing_is_stored(world):
    post = world.post(world.creator("maya.makes"), title="Morning pour")
    world.code(post, datetime(2026, 11, 20, 9, 30, tzinfo=UTC), 30)
    world.right(world.day(-9), world.day(300), post=post)
    record_metrics(
        metrics=[Metrics(post, NOW, MetricsSource.PERSON, {"views": 90_000, "likes": 9_000})], **world.by
    )
    caller = person(world, Role.BUYER)
    rows, asked = everything_stored(), {**example_of(FlightIdea), "post": str(post.pk)}
    with CaptureQueriesContext(connection) as first:
        answer = caller.post("planner/flight", asked)
    assert answer.status_code == 200
    assert answer.json() == {**example_of(FlightIdeaAnswer), "currency": world.brand.currency}
    assert len(first) <= 10
    assert everything_stored() == rows
    typed = {name: asked[name] for name in ("post", "starts_on", "ends_on", "daily_spend")}
    page = client_of(world.member(Role.BUYER)).get(f"/b/{world.brand.slug}/flights/check/", typed)
    assert list(page.context["said"].asks) == answer.json()["asks"]
    # As it will be once it is planned.
    row = script(world).post("flights", {**asked, "campaign": str(world.campaign("Winter").pk)}).json()
    known = answer.json()
    same = ("starts_at", "verdict", "runnable_until", "gaps", "reasons", "uncovered_days", "at_risk")
    assert {name: known[name] for name in same} == {name: row[name] for name in same}


def test_other_days_of_a_flight_are_judged_and_it_stays_where_it_is(world):
    post = world.post(world.creator("maya.makes"))
    world.code(post, NOW, 7)
    world.right(world.day(-9), world.day(300), post=post)
    row = world.flight(post, world.day(1), world.day(4))
    account = world.account(name="Kiwi", time_zone="Pacific/Auckland")
    caller, rows = person(world), everything_stored()

    def found(**asked):
        answer = caller.post("planner/flight", {"flight": str(row.pk), **asked})
        assert answer.status_code == 200, answer.json()
        return answer.json()

    assert (found()["verdict"], found()["window"]) == ("covered", None)
    later = found(ends_on="2026-12-15")
    assert (later["verdict"], later["window"]["days"], later["starts_at"]) == (
        "lapses",
        30,
        "2026-11-21T23:00:00Z",
    )
    assert found(ad_account=str(account.pk))["starts_at"] == "2026-11-21T11:00:00Z"
    assert found(ends_on="2028-12-15")["window"]["days"] is None
    endless = found(ends_on=None)
    assert (endless["verdict"], endless["ends_at"], endless["window"]) == ("lapses", None, None)
    assert endless["asks"] == [
        "Ask @maya.makes for a code: the flight has no end, so the longest window lasts longest.",
        (
            "Agree the rights for paid use from Sat 18 Sep 2027 on: "
            "TikTok does not know the contract and would run the ad."
        ),
    ]
    idle = found(starts_on=None, ends_on=None)
    assert (idle["starts_at"], idle["verdict"], idle["runnable_until"]) == (
        None,
        "lapses",
        "2026-11-28T14:05:00Z",
    )
    assert everything_stored() == rows


def test_a_window_is_named_where_a_code_is_missing_only(world):
    post, linked = world.post(), world.post(method=Method.LINKED_ACCOUNT)
    open_links(drafts=[LinkDraft(linked.creator, world.account(), NOW - 9 * DAY, NOW + 9 * DAY)], **world.by)
    caller = person(world)
    days = {"starts_on": "2026-12-01", "ends_on": "2026-12-28"}

    def found(row):
        answer = caller.post("planner/flight", {"post": str(row.pk), **days}).json()
        return answer["reasons"], answer["window"] and answer["window"]["days"]

    assert found(post) == (["no_code", "no_rights"], 60)
    assert found(linked) == (["code_expired", "no_rights"], None)
    world.code(post, NOW, 365)
    assert found(post) == (["no_rights"], None)


def test_what_cannot_be_judged_is_said_at_its_place(world):
    post, strange = world.post(), World().post()
    caller = script(world)
    flight = world.flight(post, world.day(1), world.day(4))

    def refused(status, **asked):
        answer = caller.post("planner/flight", asked)
        assert answer.status_code == status
        return errors_of(answer)

    own = str(post.pk)
    either = {"": "Say either post or flight."}
    assert refused(400) == either == refused(400, post=own, flight=str(flight.pk))
    assert "/post" in refused(400, post=str(strange.pk))
    assert refused(422, post=own, ends_on="2026-12-01") == {
        "/starts_on": "A flight with an end needs a start."
    }
    assert refused(422, post=own, starts_on="2026-12-02", ends_on="2026-12-01") == {
        "/ends_on": "The flight ends before it starts."
    }
    for lesser in (script(world, TokenScope.READ), person(world, Role.VIEWER)):
        assert lesser.post("planner/flight", {"post": own}).status_code == 403
