"""The flights of a campaign as its page shows them."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from brands.enums import Role
from tests.world import DAY, World, client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(time_machine):
    world = World(tracks_rights=False, currency="USD")
    time_machine.move_to(world.now, tick=False)
    return world


@pytest.fixture
def buyer(world):
    return world.member(Role.BUYER, full_name="Priya Raman")


def page(world, user, campaign):
    return client_of(user).get(f"/b/{world.brand.slug}/campaigns/{campaign.pk}/")


def test_rights_that_end_never_stop_an_ad(world, buyer):
    brand = World(time_zone="UTC")
    post = brand.post(title="Rightful")
    brand.code(post, brand.now, 365)
    brand.right(brand.day(-9), brand.day(4), post=post)
    flight = brand.flight(post, brand.day(-1), brand.day(30))
    text = page(brand, brand.member(Role.BUYER), flight.campaign).content.decode()
    assert "pause it that day" in text
    assert "Stops" not in text.split("</header>")[1]


def test_as_many_queries_for_fifty_flights_as_for_one(world, buyer):
    campaign = world.campaign()
    client = client_of(buyer)
    client.get(f"/b/{world.brand.slug}/campaigns/{campaign.pk}/")  # a session notes its first page
    counts = []
    for posts in (world.posts(1), world.posts(2), world.posts(47)):
        world.codes(posts, world.now - 20 * DAY)
        for post in posts:
            world.flight(post, world.day(-3), world.day(20), campaign=campaign)
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(f"/b/{world.brand.slug}/campaigns/{campaign.pk}/")
        counts.append(len(queries))
    assert len(set(counts)) == 1
    assert counts[0] <= 12
    assert len(answer.content) <= 60_000
