"""``flights`` of the API: the answer of each, filters that agree with it, and everything that the pages do."""

import itertools
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from authorizations.enums import Reason, Verdict
from brands.enums import Role, TokenScope
from brands.operations.audit import Change, record_changes
from brands.rules import Action
from campaigns.enums import FlightStatus, Section
from campaigns.models import Flight
from campaigns.operations.flights import end_flights, launch_flights
from campaigns.queries import changes
from campaigns.queries.lines import flight_lines, stored_gaps
from sparktrack.api.resources.flights import Flights
from tests.api.scripts import script
from tests.campaigns.scenes import SCENES, blocked, ready_post
from tests.world import DAY, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(time_machine):
    world = World()
    time_machine.move_to(world.now, tick=False)
    return world


def everything(caller, query=""):
    """All flights that a query finds, page by page, by id."""
    found, address = {}, f"flights?limit=7&{query}"
    while address:
        page = caller.get(address)
        assert page.status_code == 200, page.json()
        found |= {row["id"]: row for row in page.json()["results"]}
        address = page.json()["next"]
        address = address and address.partition("/api/v1/")[2]
    return found


def test_a_flight_with_all_that_there_is_to_say(world):
    buyer = world.member(Role.BUYER)
    flight = SCENES[Section.STOPS](world, buyer=buyer)
    stops_at = world.now + 5 * DAY
    assert script(world, TokenScope.READ).get(f"flights/{flight.pk}").json() == {
        "id": str(flight.pk),
        "post": str(flight.post_id),
        "post_title": str(flight.post),
        "creator": str(flight.post.creator_id),
        "handle": flight.post.creator.handle,
        "campaign": str(flight.campaign_id),
        "campaign_name": flight.campaign.name,
        "buyer": str(buyer.pk),
        "responsible_buyer": str(buyer.pk),
        "ad_account": None,
        "starts_on": "2026-11-20",
        "ends_on": "2026-12-11",
        "starts_at": "2026-11-20T00:00:00Z",
        "ends_at": "2026-12-12T00:00:00Z",
        "daily_spend": "100.00",
        "spend_source": "typed",
        "call_to_action": "",
        "landing_page": "",
        "ad_name": "",
        "tiktok_ad_ids": [],
        "checklist": [],
        "launched_at": None,
        "paused_at": None,
        "ended_at": None,
        "run_anyway_reason": "",
        "run_anyway_by": None,
        "run_anyway_at": None,
        "created_at": "2026-11-21T14:05:00Z",
        "state": "live",
        "verdict": "lapses",
        "runnable_until": "2026-11-26T14:05:00Z",
        "last_full_day": "2026-11-25",
        "reasons": ["code_expired"],
        "gaps": [
            {
                "starts_at": stops_at.isoformat().replace("+00:00", "Z"),
                "ends_at": "2026-12-12T00:00:00Z",
                "reasons": ["code_expired"],
                "stops_itself": True,
            }
        ],
        "blocked_since": None,
        "stops_itself": True,
        "must_pause": False,
        "uncovered_days": 16,
        "at_risk": "1600.00",
        "currency": world.brand.currency,
        "time_zone": world.brand.time_zone,
    }


# --- The numbers of the pages ----------------------------------------------------------------------------------------
def test_verdict_and_money_are_those_of_the_board_and_of_the_flight_page(world):
    for scene in SCENES.values():
        scene(world, ad_account=world.account(currency="USD", time_zone="America/New_York"))
    rows = everything(script(world))
    flights = list(Flight.objects.select_related("ad_account"))
    lines = flight_lines(
        world.brand,
        flights,
        stored_gaps(world.brand, {each.post_id for each in flights}, after=world.now),
        now=world.now,
    )
    assert len(rows) == len(SCENES)
    for line in lines:
        row = rows[str(line.flight.pk)]
        first = line.first_gap
        assert row["state"] == line.status
        assert row["verdict"] == (line.coverage and line.coverage.verdict)
        assert row["reasons"] == list(first.reasons if first else ())
        assert len(row["gaps"]) == len(line.coverage.gaps if line.coverage else ())
        assert row["stops_itself"] == (first.stops_itself if first else None)
        assert row["must_pause"] == line.must_pause
        assert (row["blocked_since"] is None) == (line.blocked_since is None)
        assert Decimal(row["at_risk"]) == line.at_risk
        assert (row["currency"], row["time_zone"]) == ("USD", "America/New_York")


def test_a_flight_without_a_buyer_is_its_campaigns(world):
    buyer = world.member(Role.BUYER)
    campaign = world.campaign()
    campaign.buyer = buyer
    campaign.save()
    flight = world.flight(world.post(), None, campaign=campaign)
    row = script(world).get(f"flights/{flight.pk}").json()
    assert (row["buyer"], row["responsible_buyer"]) == (None, str(buyer.pk))
    fewer = script(world).get("flights?fields=responsible_buyer").json()["results"]
    assert fewer == [{"id": str(flight.pk), "responsible_buyer": str(buyer.pk)}]


# --- What lists can be narrowed by -----------------------------------------------------------------------------------
def crowd(world):
    """A flight of every section, and those that stand at edges."""
    for scene in SCENES.values():
        scene(world)
    end_flights(flights=[SCENES[Section.STOPS](world)], **world.by)
    end_flights(flights=[SCENES[Section.UNPLANNED](world)], **world.by)
    # Asked before it was ended, it was covered until then: what ends later does not matter.
    whole = world.post()
    world.code(whole, world.now - 20 * DAY, days=25)
    world.right(world.day(-30), post=whole)
    end_flights(flights=[world.flight(whole, world.day(-12), world.day(20))], **world.by)
    world.flight(ready_post(world, code_days=9), world.day(-9), world.day(-2))
    world.flight(ready_post(world, code_days=9), world.day(9), world.day(30))
    world.flight(ready_post(world, code_days=4), world.day(9), world.day(30))
    world.flight(ready_post(world, code_days=9, rights_days=9), world.day(3), None)
    # Ended before its first day, by a clock that goes ahead.
    early = SCENES[Section.WAITING](world)
    Flight.objects.filter(pk=early.pk).update(ended_at=world.now + DAY)
    launch_flights(flights=[SCENES[Section.WAITING](world)], **world.by)
    two = world.post()
    world.code(two, world.now - DAY, days=3)
    world.code(two, world.now + 5 * DAY, days=3)
    world.right(world.day(-30), world.day(6), post=two)
    world.flight(two, world.day(-1), world.day(20))


def instant(at):
    return at.isoformat().replace("+00:00", "Z")


def lapses(row, first, second):
    return row["verdict"] == "lapses" and first <= row["runnable_until"] < second


def claims(rows, at):
    """Filters, and what the fields of a row must say for it to be found."""
    edges = sorted({row["runnable_until"] for row in rows.values() if row["verdict"] == "lapses"})
    return [
        *(({"verdict": each}, lambda row, each=each: row["verdict"] == each) for each in Verdict),
        *(({"reason": each}, lambda row, each=each: each in row["reasons"]) for each in Reason),
        *(({"state": each}, lambda row, each=each: row["state"] == each) for each in FlightStatus),
        *(
            ({"lapses_within": days}, lambda row, end=at + days * DAY: lapses(row, "", instant(end)))
            for days in (0, 5, 6, 100)
        ),
        *(
            ({"lapses_between": f"{first},{second}"}, lambda row, edge=(first, second): lapses(row, *edge))
            for first, second in itertools.pairwise(edges)
        ),
    ]


def test_every_filter_agrees_with_the_fields_now_and_at_any_instant(world):
    crowd(world)
    caller, seen = script(world, TokenScope.READ), set()
    for later in (timedelta(), -9 * DAY, 9 * DAY):
        at = world.now + later
        rows = {row["id"]: row for row in caller.get(f"flights?limit=200&at={instant(at)}").json()["results"]}
        assert len(rows) > len(SCENES)
        for query, says_so in claims(rows, at):
            filters = Flights.shelf.filter_for(query, world.brand, at, {Action.VIEW}, script=True)
            assert filters.form.is_valid()
            found = {str(pk) for pk in filters.qs.values_list("pk", flat=True)}
            assert found == {pk for pk, row in rows.items() if says_so(row)}, (query, later)
            seen.update(found and query.values())
    assert {*Verdict, *FlightStatus} <= seen
    assert set(everything(caller, "verdict=lapses")) == set(everything(caller, "lapses_within=3650"))


def test_as_of_another_instant(world):
    stops, paused = SCENES[Section.STOPS](world), SCENES[Section.PAUSED](world)
    caller, later = script(world), instant(world.now + 7 * DAY)
    row = caller.get(f"flights/{stops.pk}?at={later}").json()
    assert (row["verdict"], row["runnable_until"]) == ("blocked", None)
    assert row["blocked_since"] == instant(world.now + 5 * DAY)
    assert [gap["starts_at"] for gap in row["gaps"]] == [later]
    before = caller.get(f"flights/{paused.pk}?at={instant(world.now - timedelta(hours=1))}").json()
    assert (before["state"], before["paused_at"]) == ("live", instant(world.now))


def test_by_buyer_campaign_and_creator(world):
    buyer, campaign = world.member(Role.BUYER), world.campaign("Winter")
    post = ready_post(world, creator=world.creator("maya"))
    wanted = world.flight(post, None, campaign=campaign, buyer=buyer)
    world.flight(ready_post(world), None)
    other = World()
    theirs = other.campaign()
    for query in (f"buyer={buyer.pk}", f"campaign={campaign.pk}", "campaign=wint", "creator=@maya"):
        assert list(everything(script(world), query)) == [str(wanted.pk)], query
    assert everything(script(world), f"campaign={theirs.pk}") == {}


def test_what_was_changed_since_also_by_post_code_right_link_and_campaign(world, time_machine):
    """A flight is there again when anything was changed that its answer may come from, and not else."""
    flights = {name: world.flight(ready_post(world), world.day(-1), world.day(9)) for name in "abcdefg"}
    account = world.account()
    time_machine.shift(DAY)
    caller, since = script(world), world.now + DAY
    assert everything(caller, f"updated_since={instant(since)}") == {}
    world.now = since
    ids = {name: str(flight.pk) for name, flight in flights.items()}
    assert caller.patch(f"flights/{ids['a']}", {"ad_name": "A"}).status_code == 200
    world.code(flights["b"].post, world.now)
    world.right(world.day(0), post=flights["c"].post)
    world.right(world.day(0), creator=flights["d"].post.creator)
    campaign = flights["e"].campaign_id
    assert caller.patch(f"campaigns/{campaign}", {"name": "Spring"}).status_code == 200
    assert caller.patch(f"flights/{ids['f']}", {"ad_account": str(account.pk)}).status_code == 200
    with CaptureQueriesContext(connection) as sent:
        found = everything(caller, f"updated_since={instant(since)}&fields=ad_name")
    assert set(found) == {ids[name] for name in "abcdef"}
    assert len([each for each in sent if "campaigns_flight" in each["sql"]]) == 1
    # Rows that an undone import took away name no post any more.
    undone = Change("import.undone", world.brand)
    record_changes(world.brand, [undone], now=world.now + DAY, actor=world.actor)
    assert set(everything(caller, f"updated_since={instant(since + DAY)}&fields=ad_name")) == set(
        ids.values()
    )


@pytest.mark.parametrize("named", [300, 1])
def test_what_was_changed_since_takes_five_statements_at_most(world, monkeypatch, named):
    monkeypatch.setattr(changes, "MOST_NAMED", named)
    for _ in range(3):
        blocked(world)
    caller = script(world)
    caller.get("flights")  # notes that the token was used
    with CaptureQueriesContext(connection) as sent:
        found = caller.get(f"flights?updated_since={instant(world.now)}").json()["results"]
    assert len(found) == 3
    assert len(sent) <= 5


NO_SENSE = {
    "verdict=good": "verdict",
    "reason=rain": "reason",
    "lapses_within=-1": "lapses_within",
    "lapses_within=soon": "lapses_within",
    "lapses_between=2026-11-21T14:05:00Z": "lapses_between",
    "lapses_between=2026-11-21T14:05:00Z,2026-11-20T14:05:00Z": "lapses_between",
    "at=2026-11-21T14:05:00": "at",
    "at=0001-01-01T00:00:00Z": "at",
    "at=": "at",
    "color=red": "color",
}


def test_a_filter_that_makes_no_sense_is_refused(world):
    caller = script(world)
    for query, parameter in NO_SENSE.items():
        answer = caller.get(f"flights?{query}")
        assert answer.status_code == 400, query
        assert answer.json()["errors"][0]["parameter"] == parameter


def test_as_many_statements_for_many_as_for_one(world):
    caller, numbers = script(world), []
    caller.get("flights")  # notes that the token was used
    for more in (1, 2, 47):
        for post in world.posts(more):
            world.flight(post, world.day(-1), world.day(20), ad_account=world.account())
        with CaptureQueriesContext(connection) as sent:
            assert len(caller.get("flights?limit=200").json()["results"]) == Flight.objects.count()
        numbers.append(len(sent))
    assert len(set(numbers)) == 1
    assert numbers[0] <= 5
