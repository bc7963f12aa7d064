"""What alerts add to other pages: the bell, the marks of a board, the part on the page of a post."""

import re
from html import unescape

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from alerts.enums import AlertKind, DeliveryState
from alerts.models import Alert, Heartbeat
from alerts.operations.saying import acknowledge, snooze
from brands.enums import Role
from tests.alerts import scenes
from tests.campaigns.scenes import stops
from tests.world import DAY, NOW, World, client_of

pytestmark = pytest.mark.django_db

PART = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def world():
    with time_machine.travel(NOW, tick=False):
        yield World(name="Northbeam", time_zone="America/New_York")


@pytest.fixture
def mara(world):
    return world.member(Role.MANAGER, full_name="Mara Okafor")


@pytest.fixture
def client(mara):
    return client_of(mara)


def said_in(response):
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


# --- The bell -------------------------------------------------------------------------------------------------------
def ring(client):
    return said_in(client.get(reverse("bell")))


def test_the_bell_counts_what_is_open_for_me_in_all_my_brands(world, mara, client):
    assert ring(client) == "Your alerts"
    flight = stops(world)
    rows = [scenes.alert(world, flight, lapses_at=world.now + (3 + days) * DAY) for days in range(5)]
    for row in rows:
        scenes.told(row, mara)
    scenes.alert(world, stops(world))  # of which somebody else hears
    other = World()
    scenes.told(scenes.alert(other, stops(other)), mara)  # she left that brand
    acknowledge(alerts=[rows[0]], by=mara, **world.by)
    snooze(alerts=[rows[1]], until=world.now + DAY, reason="x", by=mara, **world.by)
    scenes.closed(rows[2], world.now)
    assert ring(client) == "2 for you : open alerts"
    other.brand.memberships.create(user=mara, role=Role.BUYER, created_at=NOW)
    assert ring(client) == "3 for you : open alerts"


def test_the_bell_stops_counting_at_nine_and_asks_once(world, mara, client):
    flight = stops(world)
    for days in range(11):
        scenes.told(scenes.alert(world, flight, lapses_at=world.now + (3 + days) * DAY), mara)
    ring(client)
    with CaptureQueriesContext(connection) as captured:
        assert ring(client) == "9+ for you : open alerts"
    # The session, the person, and what is asked.
    assert len(captured) == 3


def test_who_was_logged_out_hears_nothing():
    answer = Client().get(reverse("bell"))
    assert (answer.status_code, answer.content) == (204, b"")


def test_every_page_has_the_bell_as_a_link_and_asks_nothing_for_it(world, client):
    page = client.get(reverse("board", args=[world.brand.slug])).content.decode()
    bell = re.search(r'<a class="bell".*?</a>', page, re.DOTALL)[0]
    assert 'href="/alerts/"' in bell
    assert 'hx-get="/alerts/bell/"' in bell
    with CaptureQueriesContext(connection) as captured:
        client.get(reverse("board", args=[world.brand.slug]))
    assert not [query for query in captured.captured_queries if "alerts_" in query["sql"]]


# --- The board ------------------------------------------------------------------------------------------------------
def marks(client, world, *posts, **options):
    query = {"posts": ",".join(str(post) for post in posts)}
    return client.get(reverse("alerts-of-board", args=[world.brand.slug], query=query), **{**PART, **options})


def marked(response):
    found = re.findall(
        r'data-post="([^"]+)" data-campaign="([^"]+)">(.*?)</li>', response.content.decode(), re.DOTALL
    )
    return {
        (post, unescape(campaign)): " ".join(re.sub(r"<[^>]+>", " ", mark).split())
        for post, campaign, mark in found
    }


def test_flights_of_a_board_are_marked_with_what_was_said(world, mara, client):
    flights = [stops(world) for _ in range(6)]
    rows = [scenes.alert(world, flight, lapses_at=world.now + 9 * DAY) for flight in flights[:5]]
    scenes.told(rows[0], mara)
    scenes.told(rows[3], mara, state=DeliveryState.FAILED)
    scenes.waiting(rows[4], mara)
    scenes.alert(world, flights[0], kind=AlertKind.RIGHTS, lapses_at=world.now + 20 * DAY)
    acknowledge(alerts=[rows[1]], by=mara, **world.by)
    snooze(alerts=[rows[2]], until=world.now + 4 * DAY, reason="x", by=mara, **world.by)
    answer = marks(client, world, *(flight.post_id for flight in flights))
    found = {
        campaign: marked(answer).get((str(flight.post_id), campaign))
        for flight in flights
        for campaign in [str(flight.campaign)]
    }
    assert list(found.values()) == [
        "warned 3 days before +1",
        "Mara has it",
        "snoozed to Wed 25 Nov, 09:05 EST",
        "alert 3 days before",
        "alert 3 days before",
        None,
    ]


def test_only_the_posts_that_are_asked_for_and_of_the_brand_are_marked(world, client):
    flight, other = stops(world), World()
    foreign = stops(other)
    scenes.alert(world, flight)
    scenes.alert(other, foreign)
    assert not marked(marks(client, world, foreign.post_id, "x"))
    assert len(marked(marks(client, world, flight.post_id, foreign.post_id))) == 1


def test_the_marks_take_the_same_queries_for_one_and_many(world, client):
    flights = [stops(world) for _ in range(4)]
    posts = [flight.post_id for flight in flights]

    def queries(number):
        for flight in flights[Alert.objects.count() : number]:
            scenes.alert(world, flight)
        with CaptureQueriesContext(connection) as captured:
            assert len(marked(marks(client, world, *posts))) == number
        return len(captured)

    queries(1)
    assert queries(1) == queries(4)


def test_a_board_says_that_warnings_do_not_go_out(world, client):
    assert "Warnings" not in said_in(marks(client, world))
    Heartbeat.objects.create(name="deliver", at=world.now - DAY)
    assert "Warnings stand still since Fri 20 Nov, 09:05 EST" in said_in(marks(client, world))
    page = client.get(reverse("alerts", args=[world.brand.slug]))
    assert "Warnings stand still since" in said_in(page)


def test_an_address_of_a_part_leads_to_the_list(world, client):
    answer = client.get(reverse("alerts-of-board", args=[world.brand.slug]))
    assert answer["Location"] == f"/b/{world.brand.slug}/alerts/"
    post = stops(world).post_id
    answer = client.get(reverse("alerts-of-post", args=[world.brand.slug, post]))
    assert answer["Location"] == f"/b/{world.brand.slug}/alerts/?post={post}"
    assert client.get(answer["Location"]).status_code == 200


def test_board_and_post_ask_for_their_part_and_have_a_link_without_scripts(world, client):
    flight = stops(world)
    board = client.get(reverse("board", args=[world.brand.slug])).content.decode()
    assert f'hx-get="/b/{world.brand.slug}/alerts/of-board/"' in board
    assert re.search(rf'<noscript>.*href="/b/{world.brand.slug}/alerts/".*</noscript>', board, re.DOTALL)
    post = client.get(reverse("post", args=[world.brand.slug, flight.post_id])).content.decode()
    assert f'hx-get="/b/{world.brand.slug}/alerts/of-post/{flight.post_id}/"' in post
    assert f'href="/b/{world.brand.slug}/alerts/?post={flight.post_id}"' in post


# --- The page of a post ---------------------------------------------------------------------------------------------
def part(client, world, post):
    return client.get(reverse("alerts-of-post", args=[world.brand.slug, post]), **PART)


def test_a_post_shows_its_open_alerts_and_what_can_be_said(world, mara, client):
    flight = stops(world)
    assert "No warning is open." in said_in(part(client, world, flight.post_id))
    row = scenes.alert(world, flight, lapses_at=world.now + 9 * DAY)
    scenes.told(row, mara)
    scenes.alert(world, stops(world))
    answer = part(client, world, flight.post_id)
    said = said_in(answer)
    assert "Alerts 1" in said
    assert "told Mara" in said
    assert "I have it: acknowledge" in said
    assert "Snooze it" in said
    html = answer.content.decode()
    back = unescape(re.search(r"hx-vals='([^']+)'", html)[1])
    address = reverse("alerts-of-post", args=[world.brand.slug, flight.post_id])
    assert address in back.encode().decode("unicode_escape")
    url = reverse("alerts-acknowledge", args=[world.brand.slug])
    done = client.post(url, {"alert": row.pk, "back": address}, follow=True, **PART)
    assert "1 alert acknowledged." in said_in(done)
    assert "Mara has it since" in said_in(done)


def test_viewers_read_it_only(world):
    viewer = client_of(world.member(Role.VIEWER))
    flight = stops(world)
    scenes.alert(world, flight)
    assert "<form" not in part(viewer, world, flight.post_id).content.decode()
