"""Peaks of the API: those that the brand keeps, and what survives one, as the page of the peak says it."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from brands.enums import Role, TokenScope
from brands.models import AuditEntry
from sparktrack.core.ids import uuid7
from tests.api.parity import left_in
from tests.api.scripts import Caller, person, script
from tests.world import World, client_of
from workplace.models import SavedPeak
from workplace.queries.flights_peak import GROUPS, peak_answer
from workplace.queries.peaks import Peak

pytestmark = pytest.mark.django_db

SALE = {"name": "Singles day", "first_on": "2026-11-24", "last_on": "2026-11-25"}


@pytest.fixture
def world(time_machine):
    world = World(tracks_rights=False)
    time_machine.move_to(world.now, tick=False)
    return world


def flown(world, **days):
    """A flight for each name, of a post whose code lasts for so many days from now; None: no flight, no code."""
    posts = {name: world.post(world.creator(name), title=name.title()) for name in days}
    for name, post in posts.items():
        if days[name] is not None:
            world.code(post, world.now, days[name])
            world.flight(post, world.day(-1), world.day(30))
    return posts


def test_a_peak_is_kept_moved_and_deleted(world):
    buyer = person(world, Role.BUYER)
    answer = buyer.post("peaks", SALE)
    kept = SavedPeak.objects.get()
    row = {"id": str(kept.pk), **SALE, "created_at": "2026-11-21T14:05:00Z"}
    assert (answer.status_code, answer.json()) == (201, row)
    assert answer["Location"] == f"/api/v1/peaks/{kept.pk}"
    moved = buyer.post("peaks", {**SALE, "name": " Singles  day ", "last_on": "2026-11-26"})
    row["last_on"] = "2026-11-26"
    assert (moved.status_code, moved.json()) == (200, row)
    reader = script(world, TokenScope.READ)
    assert reader.get("peaks").json() == {"results": [row], "next": None}
    assert reader.get("peaks?q=singles&fields=name").json()["results"] == [
        {"id": row["id"], "name": "Singles day"}
    ]
    assert reader.get("peaks?q=summer&count=true").json()["count"] == 0
    assert reader.get(f"peaks/{kept.pk}").json() == row
    for reads in (reader, person(world, Role.VIEWER)):
        assert reads.post("peaks", SALE).status_code == 403
        assert reads.delete(f"peaks/{kept.pk}").status_code == 403
    assert buyer.delete(f"peaks/{kept.pk}", if_match=answer["ETag"]).status_code == 412
    assert buyer.delete(f"peaks/{kept.pk}", if_match=moved["ETag"]).status_code == 204
    assert not SavedPeak.objects.exists()
    told = AuditEntry.objects.filter(object_id=kept.pk).order_by("pk").values_list("action", flat=True)
    assert list(told) == ["peak.kept", "peak.moved", "peak.deleted"]


@pytest.mark.parametrize(
    ("change", "status", "pointer"),
    [
        ({"name": "   "}, 400, "/name"),
        ({"name": "x" * 61}, 400, "/name"),
        ({"name": 5}, 400, "/name"),
        ({"name": "\0"}, 400, "/name"),
        ({"name": "Sale\u202e"}, 422, "/name"),
        ({"first_on": "soon"}, 400, "/first_on"),
        ({"first_on": "0001-01-01"}, 400, "/first_on"),
        ({"last_on": None}, 400, "/last_on"),
        ({"last_on": "2026-11-23"}, 422, "/last_on"),
        ({"last_on": "2027-02-24"}, 422, "/last_on"),
        ({"brand": "x"}, 400, "/brand"),
    ],
)
def test_what_is_no_peak_is_refused_where_it_is_wrong(world, change, status, pointer):
    answer = script(world).post("peaks", {**SALE, **change})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (status, pointer), answer.json()
    assert not SavedPeak.objects.exists()


def test_peaks_of_another_brand_are_not_there_and_one_request_is_done_once(world):
    writer, stranger = script(world), script(World())
    first = writer.post("peaks", SALE, idempotency_key="a")
    again = writer.post("peaks", SALE, idempotency_key="a")
    assert (again.status_code, again.json()) == (201, first.json())
    assert again["Idempotency-Replayed"] == "true"
    own = f"peaks/{first.json()['id']}"
    assert [stranger.get(own).status_code, stranger.delete(own).status_code] == [404, 404]
    assert stranger.get("peaks").json()["results"] == []
    assert writer.patch(own, {"name": "Other"}).status_code == 405


def test_page_and_endpoint_keep_and_forget_the_same(time_machine):
    page, api = World(), World()
    time_machine.move_to(page.now, tick=False)
    people = [each.member(Role.BUYER) for each in (page, api)]
    form = {"name": SALE["name"], "first": SALE["first_on"], "last": SALE["last_on"]}
    url = f"/b/{page.brand.slug}/peak/"
    browser, caller = client_of(people[0]), Caller(client_of(people[1]), api.brand.slug)
    for last in ("2026-11-25", "2026-11-27"):
        assert browser.post(f"{url}keep/", {**form, "last": last}).status_code == 302
        assert caller.post("peaks", {**SALE, "last_on": last}).status_code in {200, 201}
        assert left_in(page.brand, SavedPeak) == left_in(api.brand, SavedPeak)
    browser.post(f"{url}{SavedPeak.objects.get(brand=page.brand).pk}/delete/")
    caller.delete(f"peaks/{SavedPeak.objects.get(brand=api.brand).pk}")
    rows, told = left_in(api.brand, SavedPeak)
    assert (rows, told) == left_in(page.brand, SavedPeak)
    assert (rows, len(told)) == ([], 3)


def test_the_sums_of_a_peak_are_those_of_the_page(world):
    flown(world, ada=365, bea=4, cy=4, idle=None)
    reader = script(world, TokenScope.READ)
    none = {"count": 0, "count_is_bound": False}
    assert reader.get("planner/peak?from=2026-11-23&to=2026-11-30").json() == {
        "name": "BFCM 2026",
        "first": "2026-11-23",
        "last": "2026-11-30",
        "time_zone": world.brand.time_zone,
        "is_over": False,
        "newest_only": False,
        "falling": {"count": 2, "count_is_bound": False},
        "ending": none,
        "surviving": {"count": 1, "count_is_bound": False},
        "ready": none,
        "lacking": {"count": 1, "count_is_bound": False},
        "at_risk": [{"currency": "USD", "amount": "1200.00"}],
    }
    # Without days it is the next peak, and one that is kept comes first.
    assert reader.get("planner/peak").json()["name"] == "BFCM 2026"
    script(world).post("peaks", {**SALE, "first_on": "2026-11-22", "last_on": "2026-11-22"})
    assert reader.get("planner/peak").json()["name"] == "Singles day"
    over = reader.get("planner/peak?from=2026-05-03&to=2026-05-09").json()
    assert (over["name"], over["is_over"], over["falling"], over["at_risk"]) == ("", True, none, [])


def test_the_lines_of_a_group_say_until_when_why_and_what_it_costs(world):
    posts = flown(world, ada=365, bea=4)
    reader = script(world, TokenScope.READ)
    (line,) = reader.get("planner/peak/lines?group=falling").json()["results"]
    flight = posts["bea"].flights.get()
    assert line == {
        "post": str(posts["bea"].pk),
        "post_title": "Bea",
        "creator": str(posts["bea"].creator_id),
        "handle": "bea",
        "flight": str(flight.pk),
        "campaign": str(flight.campaign_id),
        "campaign_name": flight.campaign.name,
        "starts_at": "2026-11-23T00:00:00Z",
        "ends_at": "2026-12-01T00:00:00Z",
        "needed_until": "2026-12-22T00:00:00Z",
        "verdict": "lapses",
        "runnable_until": "2026-11-25T14:05:00Z",
        "last_full_day": "2026-11-24",
        "reasons": ["code_expired"],
        "stops_itself": True,
        "gaps": [
            {
                "starts_at": "2026-11-25T14:05:00Z",
                "ends_at": "2026-12-01T00:00:00Z",
                "reasons": ["code_expired"],
                "stops_itself": True,
            }
        ],
        "lasts_already": False,
        "at_risk": "600.00",
        "currency": "USD",
        "time_zone": world.brand.time_zone,
    }
    (alive,) = reader.get("planner/peak/lines?group=surviving").json()["results"]
    told = [alive[name] for name in ("verdict", "runnable_until", "reasons", "gaps", "at_risk")]
    assert told == ["covered", "2026-12-01T00:00:00Z", [], [], None]
    assert reader.get("planner/peak/lines").json()["results"] == [line]


def test_every_line_of_the_page_is_reached_in_pages(world):
    flown(world, **{f"maker{number}": 4 for number in range(6)})
    world.posts(5)
    reader = script(world, TokenScope.READ)
    peak = Peak("", date(2026, 11, 23), date(2026, 11, 30))
    for group in GROUPS:
        found = peak_answer(world.brand, peak, now=world.now, group=group)
        seen, path, pages = [], f"planner/peak/lines?group={group}&limit=2", 0
        while path:
            answer, pages = reader.get(path).json(), pages + 1
            seen += [(line["post"], line["flight"]) for line in answer["results"]]
            path = answer["next"] and answer["next"].partition("/api/v1/")[2]
        assert len(seen) == len(set(seen))
        assert pages == max(1, -(-len(seen) // 2))
        assert set(seen) == {
            (str(line.post.pk), str(line.flight.pk) if line.flight else None) for line in found.lines[group]
        }, group
    assert len(seen) == 5


def test_pages_go_on_by_first_day_whatever_becomes_of_what_was_read(world):
    flights = []
    # The later they begin the earlier they fall short.
    for number in range(6):
        post = world.post()
        world.code(post, world.now, 9 - number)
        flights.append(world.flight(post, world.day(number - 1), world.day(30)))
    writer, places = script(world), {str(flight.pk): number for number, flight in enumerate(flights)}

    def page(path):
        answer = writer.get(path).json()
        return [places[line["flight"]] for line in answer["results"]], answer["next"]

    days = f"from={world.day(1)}&to={world.day(9)}"
    assert page(f"planner/peak/lines?{days}") == ([0, 1, 2, 3, 4, 5], None)
    first, following = page("planner/peak/lines?limit=2")
    # Another peak comes first by now, and the flight that ends the page was moved, or is gone.
    writer.post("peaks", {**SALE, "first_on": "2026-11-21", "last_on": "2026-11-21"})
    assert writer.patch(f"flights/{flights[1].pk}", {"starts_on": str(world.day(5))}).status_code == 200
    second, following = page(following.partition("/api/v1/")[2])
    assert (first, second) == ([0, 1], [2, 3])
    assert writer.delete(f"flights/{flights[3].pk}").status_code == 204
    third, following = page(following.partition("/api/v1/")[2])
    assert third == [4, 5]
    # Where it was moved to it has not been read.
    assert page(following.partition("/api/v1/")[2]) == ([1], None)


def test_odd_days_groups_and_places_are_refused(world):
    reader = script(world, TokenScope.READ)
    for query, parameter in (
        ("from=2026-11-23", "to"),
        ("to=2026-11-23", "from"),
        ("from=&to=2026-11-23", "from"),
        ("from=2026-11-23&to=2026-11-22", "to"),
        ("from=2026-11-23&to=2027-02-23", "to"),
        ("from=0001-01-01&to=0001-01-02", "from"),
        ("from=9999-12-31&to=9999-12-31", "from"),
        ("from=2026-11-23%00&to=2026-11-30", "from"),
        ("name=BFCM", "name"),
    ):
        for path in ("planner/peak", "planner/peak/lines"):
            answer = reader.get(f"{path}?{query}")
            assert (answer.status_code, answer.json()["errors"][0]["parameter"]) == (400, parameter), query
    other = World()
    foreign = other.flight(other.post(), other.day(1))
    for query in (
        "group=dreams",
        "group=",
        "cursor=x",
        f"cursor={uuid7()}",
        "limit=0",
        f"cursor={foreign.pk}",
        f"cursor=0001-01-01T00:00:00%2B14:00,{foreign.pk}",
        f"cursor=2026-11-21T00:00:00,{foreign.pk}",
        "cursor=2026-11-21T00:00:00Z,x",
    ):
        assert reader.get(f"planner/peak/lines?{query}").status_code == 400, query


def test_a_peak_costs_the_same_however_many_fly_in_it(world):
    reader, counts = script(world, TokenScope.READ), []
    reader.get("planner/peak")  # notes that the token was used
    for more in (1, 20):
        for post in world.posts(more):
            world.code(post, world.now, 4)
            world.flight(post, world.day(-1), world.day(20))
        with CaptureQueriesContext(connection) as queries:
            for path in (
                "planner/peak",
                "planner/peak/lines?group=falling",
                "planner/peak/lines?group=ready",
            ):
                assert reader.get(path).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 20
