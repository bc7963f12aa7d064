"""The board of the API: the numbers of the page."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from authorizations.operations.codes import Use, mark_applied
from brands.enums import Role, TokenScope
from campaigns.filters import FlightFilter
from campaigns.queries.board import board
from campaigns.sections import FLIGHT_SECTIONS
from tests.api.scripts import person, script
from tests.campaigns.scenes import SCENES, many_flights, ready_post, stops
from tests.world import DAY, NOW, World

pytestmark = pytest.mark.django_db

NOBODY = "00000000000000000000000000000000"


@pytest.fixture
def world(time_machine):
    time_machine.move_to(NOW, tick=False)
    return World()


def test_the_headline_the_sections_and_what_is_next(world):
    flight = stops(world)
    world.post(title="Idle")
    answer = script(world, TokenScope.READ).get("board").json()
    money = [{"currency": "USD", "amount": "1600.00"}]
    a_day = [{"currency": "USD", "amount": "100.00"}]
    (line,) = answer["sections"][0]["first"]
    assert answer == {
        "as_of": "2026-11-21T14:05:00Z",
        "without_rights": 0,
        "blocked": 0,
        "stopping_soon": 1,
        "must_pause_soon": 0,
        "covered": 0,
        "a_day_at_risk": a_day,
        "a_day_without_rights": [],
        "sections": [
            {"section": "stops", "count": 1, "count_is_bound": False, "at_risk": money, "first": [line]},
            {"section": "inventory", "count": 1, "count_is_bound": False, "at_risk": [], "first": []},
        ],
    }
    row = script(world, TokenScope.READ).get(f"flights/{flight.pk}").json()
    assert line.pop("apply_by") is None
    assert line == {name: row[name] for name in line}
    assert (line["runnable_until"], line["reasons"]) == ("2026-11-26T14:05:00Z", ["code_expired"])


def test_it_has_the_numbers_of_the_page_however_it_is_narrowed(world):
    buyer, campaign = world.member(Role.BUYER), world.campaign("Winter")
    for scene in SCENES.values():
        scene(world, daily_spend=70)
        scene(world, buyer=buyer, campaign=campaign)
    creator = world.creator("maya")
    world.post(creator, title="Idle")
    reader = person(world, Role.VIEWER)
    queries = (
        {},
        {"buyer": str(buyer.pk)},
        {"campaign": str(campaign.pk)},
        {"creator": "@maya"},
        {"q": "idle"},
        {"reason": "code_expired"},
        {"reason": "not_applied"},
        {"lapses_within": "0"},
        {"lapses_within": "14"},
    )
    for query in queries:
        chosen = FlightFilter(query, brand=world.brand)
        assert chosen.is_valid()
        posts = None if chosen.needs_flights else chosen.posts(now=NOW)
        page = board(chosen.choice(now=NOW), posts, now=NOW)
        found = reader.get("board?" + "&".join(f"{name}={value}" for name, value in query.items())).json()
        assert [(each["section"], each["count"]) for each in found["sections"]] == [
            (each.section.value, each.count) for each in page.counts
        ], query
        assert [[line["id"] for line in each["first"]] for each in found["sections"]] == [
            [str(line.flight_id) for line in each.lines if hasattr(line, "flight_id")]
            for each in page.sections
        ], query
        assert (found["blocked"], found["stopping_soon"]) == (page.sums.blocked, page.sums.stopping_soon)
        assert found["a_day_at_risk"] == [
            {"currency": each.currency, "amount": f"{each.amount:.2f}"} for each in page.sums.a_day
        ]
    assert len(reader.get("board").json()["sections"]) == 10


def test_every_flight_of_a_section_is_reached_in_the_order_of_the_page(world):
    for scene in SCENES.values():
        for number in range(3):
            scene(world, daily_spend=10 * number)
    late = world.flight(ready_post(world), world.day(-9), world.day(30))
    old = world.code(late.post, NOW - 25 * DAY, days=30)
    mark_applied(uses=[Use(old)], **world.by)
    world.code(late.post, NOW - DAY, days=60, supersedes=old)
    reader = script(world, TokenScope.READ)
    chosen = FlightFilter({}, brand=world.brand)
    assert chosen.is_valid()
    found = {}
    for each in board(chosen.choice(now=NOW), None, now=NOW).sections:
        lines, path = [], f"board/lines?section={each.section}&limit=2"
        while path:
            page = reader.get(path).json()
            lines += page["results"]
            path = page["next"] and page["next"].partition("/api/v1/")[2]
        assert [line["id"] for line in lines] == [str(line.flight_id) for line in each.lines], each.section
        found[each.section.value] = lines
    assert found.keys() == set(FLIGHT_SECTIONS)
    # No other answer about flights says of these that something happens.
    (line,) = reader.get("board/lines?section=stops&reason=not_applied").json()["results"]
    assert (line["id"], line["verdict"], bool(line["apply_by"])) == (str(late.pk), "covered", True)
    for query, parameter in (
        ("", "section"),
        ("section=inventory", "section"),
        ("section=stops&cursor=x", "cursor"),
        ("section=stops&cursor=", "cursor"),
        (f"section=stops&cursor={2**63}~{NOBODY}", "cursor"),
        ("section=stops&limit=0", "limit"),
        ("section=stops&q=%00", "q"),
        ("section=stops&buyer=", "buyer"),
        ("section=stops&sort=money", "sort"),
    ):
        answer = reader.get(f"board/lines?{query}")
        assert (answer.status_code, answer.json()["errors"][0]["parameter"]) == (400, parameter), query
    assert script(World()).get("board/lines?section=stops").json() == {"results": [], "next": None}


def test_nothing_of_another_brand_is_counted_and_odd_questions_are_refused(world):
    other = World()
    foreign = stops(other, buyer=other.member(Role.BUYER))
    reader = script(world, TokenScope.READ)
    assert reader.get("board").json()["sections"] == []
    for query, parameter in (
        (f"campaign={foreign.campaign_id}", "campaign"),
        (f"buyer={foreign.buyer_id}", "buyer"),
        ("buyer=", "buyer"),
        ("reason=weather", "reason"),
        ("lapses_within=-1", "lapses_within"),
        ("lapses_within=1e99", "lapses_within"),
        ("lapses_within=NaN", "lapses_within"),
        ("lapses_within=%20", "lapses_within"),
        ("creator=%20%2F", "creator"),
        ("q=%00", "q"),
        ("section=stops", "section"),
        ("sort=money", "sort"),
    ):
        answer = reader.get(f"board?{query}")
        assert (answer.status_code, answer.json()["errors"][0]["parameter"]) == (400, parameter), query
    assert reader.post("board", {}).status_code == 405


def test_it_costs_the_same_however_many_fly(world):
    reader, counts = script(world, TokenScope.READ), []
    reader.get("board")  # notes that the token was used
    for more in (1, 12):
        many_flights(world, [f"Post {number}" for number in range(more)], code_days=lambda place: place + 3)
        with CaptureQueriesContext(connection) as queries:
            found = reader.get("board").json()["sections"][0]
        with CaptureQueriesContext(connection) as of_lines:
            assert len(reader.get("board/lines?section=stops").json()["results"]) == found["count"]
        counts.append((len(queries), len(of_lines)))
    assert counts[0] == counts[1] <= (8, 6)
    assert (found["count"], len(found["first"])) == (13, 8)
