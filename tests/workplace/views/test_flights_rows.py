"""Flights before and after their move, as the preview shows them."""

import pytest

from brands.enums import Role
from campaigns.models import Flight
from tests.workplace.flightdesk import winter
from tests.world import World, client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(time_machine):
    world = World(tracks_rights=False)
    time_machine.move_to(world.now, tick=False)
    return world


@pytest.fixture
def buyer(world):
    return world.member(Role.BUYER)


@pytest.fixture
def campaign(world):
    return winter(world)


def address(world):
    return f"/b/{world.brand.slug}/flights/move/"


def test_one_sees_first_who_loses_coverage_and_what_to_ask_for(world, buyer, campaign):
    answer = client_of(buyer).get(address(world), {"campaign": campaign.pk, "by": "days", "days": "14"})
    text = " ".join(answer.content.decode().split())
    assert "1 of 3 flights loses coverage" in text
    assert "1 covered before and after · 1 not covered either way · 1 cannot move" in text
    assert "Ask @bea for 60 days: Bea (flight 10 Dec – 25 Dec)" in answer.content.decode().replace(
        "&#x27;", "'"
    )
    assert "stays: it has no dates yet" in text
    assert "Move 3 flights" in text
    assert set(Flight.objects.exclude(starts_on=None).values_list("starts_on", flat=True)) == {
        world.day(5),
        world.day(-9),
    }


def test_flights_of_several_campaigns_are_named_with_theirs_and_those_of_one_are_not(world, buyer, campaign):
    other = world.flight(world.post(world.creator("dee"), title="Dee"), world.day(5), world.day(20))
    asked = {"by": "days", "days": "3"}
    one = client_of(buyer).get(address(world), asked | {"campaign": campaign.pk}).content.decode()
    assert "@ada" in one
    assert "@ada · Winter" not in one
    chosen = [campaign.flights.get(post__title="Bea").pk, other.pk]
    both = client_of(buyer).get(address(world), asked | {"flight": chosen}).content.decode()
    assert "@bea · Winter" in both
    assert f"@dee · {other.campaign}" in both
    assert both.count('name="seen"') == 2
