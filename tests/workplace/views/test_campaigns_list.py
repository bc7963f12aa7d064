"""The list of campaigns: flights, those at risk, money, what happens first."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from brands.enums import Role
from campaigns.operations.flights import end_flights, pause_flights
from tests.world import DAY, World, client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(time_machine):
    world = World(tracks_rights=False)
    time_machine.move_to(world.now, tick=False)
    return world


def test_each_campaign_says_how_many_are_at_risk_and_what_is_first(world):
    winter, spring, empty = (world.campaign(name) for name in ("Winter", "Spring", "Empty"))
    stops, fine = world.post(title="Stops"), world.post(title="Fine")
    world.code(stops, world.now - 26 * DAY, 30)
    world.code(fine, world.now, 365)
    for campaign, post in ((winter, stops), (winter, fine), (spring, fine)):
        world.flight(post, world.day(-1), world.day(20), campaign=campaign)
    pause_flights(flights=[world.flight(stops, world.day(-1), world.day(20), campaign=spring)], **world.by)
    end_flights(flights=[world.flight(stops, world.day(-1), world.day(20), campaign=empty)], **world.by)
    other = World()
    other.flight(other.post(title="Secretive"), other.day(1), campaign=other.campaign("Theirs"))
    text = client_of(world.member(Role.VIEWER)).get(f"/b/{world.brand.slug}/campaigns/").content.decode()
    rows = {
        re.search(r">([^<]+)</a>", row)[1]: " ".join(re.sub(r"<[^>]+>", " ", row).split())
        for row in text.split("<tbody>")[1].split("</tbody>")[0].split("<tr>")[1:]
    }
    assert list(rows) == ["Empty", "Spring", "Winter"]
    assert rows["Winter"] == "Winter Code ends Stops, in 4 d 2 1 ≈ $1,700"
    assert rows["Spring"] == "Spring Nothing at risk 2"
    assert rows["Empty"] == "Empty"
    assert "Theirs" not in text


def test_an_empty_brand_is_told_what_a_campaign_is_and_search_narrows(world):
    buyer = client_of(world.member(Role.BUYER))
    url = f"/b/{world.brand.slug}/campaigns/"
    assert "A campaign is a budget line" in buyer.get(url).content.decode()
    world.campaign("Winter")
    world.campaign("Spring")
    assert "Spring" not in buyer.get(url, {"q": "win"}).content.decode().split("<tbody>")[1]
    sheet = b"".join(buyer.get(url, {"export": "csv", "sort": "name"}).streaming_content).decode("utf-8-sig")
    assert [line.split(",")[0] for line in sheet.splitlines()] == ["Campaign", "Spring", "Winter"]


def test_as_many_queries_for_fifty_as_for_one(world):
    client, url, counts = client_of(world.member(Role.BUYER)), f"/b/{world.brand.slug}/campaigns/", []
    client.get(url)
    for more in (1, 49):
        for post in world.posts(more):
            world.flight(post, world.day(-1), world.day(20))
        with CaptureQueriesContext(connection) as queries:
            page = client.get(url)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 11  # three of them: session, person, brand
    assert len(page.content) < 60_000
