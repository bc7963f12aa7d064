"""The list of flights: states as on the board, filters, and what is done with many at once."""

import re

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from brands.enums import Role
from brands.models import AuditEntry
from campaigns.enums import FlightStatus
from campaigns.models import Flight
from campaigns.operations.flights import end_flights, pause_flights
from campaigns.queries.verdicts import with_gaps
from campaigns.sections import Choice, first_places
from tests.campaigns.scenes import SCENES
from tests.workplace.flightdesk import listing, one_of_each_state, shown
from tests.world import World, client_of
from workplace.queries.flights_list import flight_rows, flights_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(time_machine):
    world = World(tracks_rights=False)
    time_machine.move_to(world.now, tick=False)
    return world


@pytest.fixture
def buyer(world):
    return world.member(Role.BUYER, full_name="Priya Raman")


@pytest.fixture
def flights(world, buyer):
    return one_of_each_state(world)


FILTERED = [
    ({"state": "live"}, ["Live"]),
    ({"state": "planned"}, ["Coming"]),
    ({"state": "paused"}, ["Paused"]),
    ({"state": "unplanned"}, ["Unplanned"]),
    ({"state": "ended"}, ["Ended"]),
    ({"cover": "limited"}, ["Coming"]),
    ({"cover": "covered"}, ["Live", "Paused"]),
    ({"q": "winter liv"}, ["Live"]),
    ({"creator": "@paused"}, ["Paused"]),
    ({"campaign": "wint"}, ["Live", "Coming"]),
    ({"sort": "first_day"}, ["Ended", "Live", "Paused", "Coming", "Unplanned"]),
]


def test_what_is_next_comes_first_page_after_page(world, buyer, monkeypatch):
    """Those that run by their end, those to come by their start, the ended ones from the last on."""
    monkeypatch.setattr("workplace.lists.pages.PER_PAGE", 2)
    days = {
        "Runs on": (-3, None),
        "Ends soon": (-1, 2),
        "Ends later": (-9, 5),
        "Starts later": (8, 20),
        "Starts soon": (1, 30),
        "Over long ago": (-30, -20),
        "Over lately": (-30, -2),
        "Ended early": (-30, 9),
    }
    made = {
        title: world.flight(
            world.post(title=title), *(day if day is None else world.day(day) for day in each)
        )
        for title, each in days.items()
    }
    end_flights(flights=[made["Ended early"]], **world.by)
    seen, after = [], ""
    while True:
        page = listing(world, buyer, **({"after": after} if after else {}))
        seen += shown(page)
        after = page.context["listed"].next_cursor
        if not after:
            break
    assert seen == [
        "Ends soon",
        "Ends later",
        "Runs on",
        "Starts soon",
        "Starts later",
        "Ended early",
        "Over lately",
        "Over long ago",
    ]


def test_an_ended_flight_says_so_once_and_its_last_day(world, buyer, flights):
    answer = listing(world, buyer, state="ended").content.decode()
    assert '<span class="mark idle">Ended</span><small>last day Thu 19 Nov</small>' in answer


def test_filters_and_orders(world, buyer, flights):
    for query, names in FILTERED:
        assert shown(listing(world, buyer, **query)) == names, query


def test_states_and_sections_are_those_of_the_rules_and_the_board(world, buyer):
    account = world.account()
    for scene in SCENES.values():
        scene(world, buyer=buyer, ad_account=account)
    found = with_gaps(flights_of(world.brand, world.now), world.brand, now=world.now)
    found = found.annotate(state_now=F("state_now"), limited=F("limited"))
    rows = flight_rows(world.brand, list(found), world.now)
    assert len(rows) > 8
    for row in rows:
        assert row.flight.state_now == row.line.status, row.name
        if row.line.status not in {FlightStatus.ENDED, FlightStatus.UNPLANNED}:
            assert row.flight.limited == bool(row.line.coverage.gaps), row.name
    board = first_places(Choice(world.brand), now=world.now, lines=99).places
    assert {row.pk: row.section for row in rows if row.section} == {
        place.flight_id: place.section for place in board
    }


@pytest.mark.parametrize(
    ("do", "action"),
    [
        ("pause", "flight.paused"),
        ("resume", "flight.resumed"),
        ("buyer", "flight.edited"),
        ("end", "flight.ended"),
    ],
)
def test_what_is_done_with_many_is_taken_back_at_once(world, buyer, flights, do, action):
    chosen = [flights["paused"]] if do == "resume" else [flights["live"], flights["coming"]]
    before = {row["id"]: row for row in Flight.objects.values()}
    client, slug = client_of(buyer), world.brand.slug
    sent = {"do": do, "id": [flight.pk for flight in chosen], "buyer-buyer": buyer.pk}
    assert client.post(f"/b/{slug}/flights/", sent).status_code == 302
    (change,) = set(
        AuditEntry.objects.filter(action=action, actor_id=buyer.pk).values_list("request_id", flat=True)
    )
    after = {row["id"]: row for row in Flight.objects.values()}
    assert {pk for pk, row in after.items() if row != before[pk]} == {flight.pk for flight in chosen}
    client.post(f"/b/{slug}/undo/", {"change": change})
    assert {row["id"]: {**row, "paused_at": bool(row["paused_at"])} for row in Flight.objects.values()} == {
        pk: {**row, "paused_at": bool(row["paused_at"])} for pk, row in before.items()
    }


def test_moving_many_begins_with_the_preview_page(world, buyer, flights):
    sent = {"do": "move", "id": [flights["live"].pk, flights["coming"].pk]}
    page = client_of(buyer).post(f"/b/{world.brand.slug}/flights/", sent).content.decode()
    assert "Look at it" in page
    assert page.count('name="seen"') == 2


def test_nothing_of_another_brand_is_listed_filtered_or_changed(world, buyer, flights):
    other = World()
    theirs = other.flight(other.post(title="Secretive"), other.day(1), campaign=other.campaign("Theirs"))
    text = listing(world, buyer, more="").content.decode()
    assert "Secretive" not in text
    assert "Theirs" not in text
    assert shown(listing(world, buyer, campaign="Theirs")) == []
    client_of(buyer).post(f"/b/{world.brand.slug}/flights/", {"do": "end", "id": [theirs.pk]})
    theirs.refresh_from_db()
    assert theirs.ended_at is None


def test_as_many_queries_for_fifty_as_for_three(world, buyer):
    client, url, counts = client_of(buyer), f"/b/{world.brand.slug}/flights/", []
    client.get(url)
    for more in (3, 48):
        for post in world.posts(more):
            world.flight(post, world.day(-1), world.day(20))
        with CaptureQueriesContext(connection) as queries:
            page = client.get(url)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 11  # three of them: session, person, brand
    assert len(page.content) < 60_000


def test_an_ended_flight_among_many_does_not_keep_the_others_from_being_noted(world):
    posts = world.posts(2)
    going, over = (world.flight(post, world.day(-1), world.day(9)) for post in posts)
    end_flights(flights=[over], **world.by)
    client = client_of(world.member(Role.BUYER))
    url = reverse("flights", args=[world.brand.slug])
    answer = client.post(url, {"do": "pause", "id": [going.pk, over.pk]}, follow=True)
    page = answer.content.decode()
    assert "1 flight paused" in page
    assert "1 flight had ended." in page
    assert 'form="undo"' in page
    again = client.post(url, {"do": "pause", "id": [going.pk]}, follow=True)
    assert 'form="undo"' not in again.content.decode()


def test_many_are_duplicated_from_a_day_on_and_that_is_taken_back(world, buyer, flights):
    live, paused = flights["live"], flights["paused"]
    Flight.objects.filter(pk=live.pk).update(ad_name="Glow 1", call_to_action="Shop now", buyer=buyer)
    before = list(Flight.objects.order_by("pk").values())
    client, url = client_of(buyer), f"/b/{world.brand.slug}/flights/"
    sent = {"do": "duplicate", "id": [live.pk, paused.pk], "duplicate-starts_on": str(world.day(30))}
    page = client.post(url, sent, follow=True).content.decode()
    assert "2 flights planned once more, without ad names." in page
    copy, other = Flight.objects.exclude(pk__in=[row["id"] for row in before]).order_by("pk")
    assert (copy.post_id, copy.campaign_id, copy.buyer_id) == (live.post_id, live.campaign_id, buyer.pk)
    assert (copy.starts_on, copy.ends_on) == (world.day(30), world.day(52))
    assert (copy.call_to_action, copy.ad_name, copy.daily_spend) == ("Shop now", "", live.daily_spend)
    assert (other.post_id, other.paused_at) == (paused.post_id, None)
    # One of them was changed since: it stays.
    pause_flights(flights=[other], **world.by)
    change = re.search(r'name="change" value="([^"]+)"', page)[1]
    said = client.post(f"/b/{world.brand.slug}/undo/", {"change": change}, follow=True).content.decode()
    assert "Taken back: 1 row as before. 1 stay" in said
    assert list(Flight.objects.exclude(pk=other.pk).order_by("pk").values()) == before
    assert AuditEntry.objects.filter(action="flight.taken_back", object_id=copy.pk).exists()


def test_copies_without_a_day_have_the_days_of_their_flights_and_odd_days_are_refused(world, buyer, flights):
    client, url = client_of(buyer), f"/b/{world.brand.slug}/flights/"
    chosen = {"do": "duplicate", "id": [each.pk for each in flights.values()]}
    assert client.post(url, {**chosen, "duplicate-starts_on": "soon"}).status_code == 422
    assert client.post(url, {**chosen, "duplicate-starts_on": "2999-12-31"}).status_code == 422
    assert Flight.objects.count() == len(flights)
    client.post(url, chosen)
    made = Flight.objects.exclude(pk__in=[each.pk for each in flights.values()])
    days = {(row.post_id, row.starts_on, row.ends_on) for row in made}
    assert days == {(each.post_id, each.starts_on, each.ends_on) for each in flights.values()}
    viewer = client_of(world.member(Role.VIEWER))
    assert viewer.post(url, chosen).status_code == 403
