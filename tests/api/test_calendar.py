"""The calendar of the API: what the page shows of a month, as values."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from authorizations.operations.codes import reject_codes
from brands.enums import Role, TokenScope
from campaigns.models import Flight
from tests.api.scripts import person, script
from tests.campaigns.scenes import SCENES
from tests.world import DAY, NOW, World
from workplace.enums import Happening
from workplace.queries.calendar import Asked, month_events
from workplace.rules.calendar import Month, in_order

pytestmark = pytest.mark.django_db

NOVEMBER = "from=2026-11-01&to=2026-11-30"


@pytest.fixture
def world(time_machine):
    time_machine.move_to(NOW, tick=False)
    return World()


def events(caller, query):
    """All events, page by page."""
    found, path = [], f"calendar?{query}"
    while path:
        answer = caller.get(path).json()
        found += answer["results"]
        path = answer["next"] and answer["next"].partition("/api/v1/")[2]
    return found


def test_what_happens_has_its_day_its_instant_and_ids(world):
    creator = world.creator("maya")
    due = {"draft_due_on": date(2026, 12, 2)}
    post = world.post(creator, title="Morning pour", details=due)
    code = world.code(post, NOW - DAY, 11)
    right = world.right(world.day(-30), world.day(14), post=post)
    flight = world.flight(post, world.day(-1), world.day(20), campaign=world.campaign("Winter"))
    answer = script(world, TokenScope.READ).get("calendar?from=2026-12-01&to=2026-12-20").json()
    full = script(world, TokenScope.READ).get("calendar?from=2026-12-01&to=2026-12-20&limit=4").json()
    assert (full["results"], full["next"]) == (answer["results"], None)
    about = {"title": "Morning pour", "about": "@maya · Winter", "is_done": False, "post": str(post.pk)}
    stops, draft, pause, ends = answer.pop("results")
    assert answer == {
        "first": "2026-12-01",
        "last": "2026-12-20",
        "time_zone": world.brand.time_zone,
        "is_cut": False,
        "next": None,
    }
    assert stops == {
        **about,
        "day": "2026-12-01",
        "happens_at": "2026-12-01T14:05:00Z",
        "kind": "stops",
        "head": "Stops",
        "says": stops["says"],
        "reasons": ["code_expired"],
        "flight": str(flight.pk),
        "code": str(code.pk),
        "right": None,
    }
    assert draft == {
        **about,
        "about": "@maya",
        "day": "2026-12-02",
        "happens_at": None,
        "kind": "draft",
        "head": "Draft due",
        "says": "",
        "reasons": [],
        "flight": None,
        "code": None,
        "right": None,
    }
    # A replacement with the same end that TikTok refused does not end there.
    refused = world.code(post, NOW - DAY, 11)
    reject_codes(codes=[refused], error="auth_code_expired", **world.by)
    (first, *_) = (
        script(world, TokenScope.READ).get("calendar?from=2026-12-01&to=2026-12-01").json()["results"]
    )
    assert first == stops
    # The code is over by then: that the rights end as well stops nothing more.
    assert (pause["kind"], pause["day"], pause["right"]) == ("rights", "2026-12-05", str(right.pk))
    assert pause["happens_at"] == "2026-12-06T00:00:00Z"
    told = [ends[name] for name in ("kind", "day", "happens_at", "flight")]
    assert told == ["ends", "2026-12-11", "2026-12-12T00:00:00Z", str(flight.pk)]


def test_an_instant_is_on_the_day_that_it_is_in_the_brand(time_machine):
    time_machine.move_to(NOW, tick=False)
    world = World(time_zone="America/New_York")
    post = world.post()
    world.code(post, NOW - timedelta(hours=12), 10)  # until 2 in the morning of 1 December, by UTC
    world.right(world.day(-30), post=post)
    world.flight(post, world.day(-1), world.day(20), ad_account=world.account(time_zone="Asia/Tokyo"))
    (stop,) = events(script(world), "from=2026-11-30&to=2026-11-30")
    assert (stop["kind"], stop["day"]) == ("stops", "2026-11-30")
    assert stop["happens_at"] == "2026-12-01T02:05:00Z"


def test_it_is_the_calendar_of_the_page_in_its_order(world):
    for scene in SCENES.values():
        scene(world)
    world.post(title="Due", details={"draft_due_on": date(2026, 11, 30)})
    flights = Flight.objects.for_brand(world.brand)
    reader, zone = person(world, Role.VIEWER), world.brand.time_zone
    for kind in (None, *Happening):
        asked = Asked(world.brand, flights, None, kind)
        page = month_events(asked, Month(date(2026, 11, 1)), viewer_zone=zone, now=NOW).events
        only = f"&kind={kind}" if kind else ""
        found = events(reader, f"{NOVEMBER}&limit=3{only}")
        assert [(row["kind"], row["day"], row["head"], row["title"]) for row in found] == [
            (event.kind.value, event.on.isoformat(), event.head, event.title) for event in in_order(page)
        ], kind
    # Without days: this month.
    assert events(reader, "") == events(reader, NOVEMBER)


def test_only_what_was_asked_for_and_nothing_of_another_brand(world):
    buyer, campaign = world.member(Role.BUYER), world.campaign()
    wanted = SCENES["stops"](world, buyer=buyer, campaign=campaign)
    SCENES["stops"](world)
    reader = script(world, TokenScope.READ)
    handle = wanted.post.creator.handle
    for query in (f"buyer={buyer.pk}", f"campaign={campaign.pk}", f"creator=@{handle}"):
        found = events(reader, f"{NOVEMBER}&{query}")
        assert {row["flight"] for row in found} == {str(wanted.pk)}, query
    other = World()
    stranger = script(other, TokenScope.READ)
    assert events(stranger, NOVEMBER) == []
    for query, parameter in (
        (f"campaign={campaign.pk}", "campaign"),
        (f"buyer={buyer.pk}", "buyer"),
        ("buyer=", "buyer"),
        ("buyer=me", "buyer"),
        ("kind=party", "kind"),
        ("creator=%20%2F", "creator"),
        ("creator=%00", "creator"),
        ("month=2026-11", "month"),
        ("from=2026-11-01", "to"),
        ("to=2026-11-01", "from"),
        ("from=2026-11-02&to=2026-11-01", "to"),
        ("from=2026-11-01&to=2026-12-02", "to"),
        ("from=0001-01-01&to=0001-01-02", "from"),
        ("from=9999-12-30&to=9999-12-31", "from"),
        ("limit=201", "limit"),
        ("cursor=-1", "cursor"),
        ("cursor=99999999999999999999", "cursor"),
    ):
        answer = stranger.get(f"calendar?{query}")
        assert (answer.status_code, answer.json()["errors"][0]["parameter"]) == (400, parameter), query
    assert stranger.post("calendar", {}).status_code == 405


def test_pages_of_this_month_go_on_in_it_when_the_next_has_begun(world, time_machine):
    for _ in range(3):
        world.flight(world.post(), world.day(2), world.day(40))
    reader = script(world, TokenScope.READ)
    time_machine.move_to("2026-11-30T23:59:00Z", tick=False)
    page = reader.get("calendar?limit=2").json()
    time_machine.move_to("2026-12-01T00:01:00Z", tick=False)
    rest = reader.get(page["next"].partition("/api/v1/")[2]).json()
    assert [(each["first"], each["last"]) for each in (page, rest)] == [("2026-11-01", "2026-11-30")] * 2
    assert len({row["flight"] for row in page["results"] + rest["results"]}) == 3
    assert reader.get("calendar").json()["first"] == "2026-12-01"


def test_a_month_costs_the_same_however_much_happens(world, monkeypatch):
    reader, counts = script(world, TokenScope.READ), []
    reader.get("calendar")  # notes that the token was used
    for _ in range(2):
        for name in ("stops", "must_pause", "without_rights"):
            SCENES[name](world)
        with CaptureQueriesContext(connection) as queries:
            assert reader.get(f"calendar?{NOVEMBER}").json()["is_cut"] is False
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 8
    monkeypatch.setattr("workplace.queries.calendar.MOST_ROWS", 1)
    assert reader.get(f"calendar?{NOVEMBER}").json()["is_cut"] is True
