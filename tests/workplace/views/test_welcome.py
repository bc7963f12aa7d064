"""What is yours in a brand."""

import re
from html import unescape

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from brands.enums import Role
from tests.alerts import scenes
from tests.campaigns.scenes import ready_post, stops, without_rights
from tests.world import NOW, World, client_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def world():
    return World(name="Northbeam")


def page_of(client, world):
    response = client.get(reverse("yours", args=[world.brand.slug]))
    assert response.status_code == 200
    return response.content.decode()


def words(page):
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page.partition("<main")[2])).split())


def test_flights_creators_and_alerts_of_mine_and_of_nobody_else(world):
    mara = world.member(Role.MANAGER, full_name="Mara")
    jonas = world.member(Role.BUYER, full_name="Jonas")
    creator = world.creator("maya.glow", details={"manager": mara})
    post = ready_post(world, code_days=5, creator=creator, title="Glow")
    flight = world.flight(post, world.day(-1), world.day(20), buyer=jonas)
    other = world.flight(ready_post(world, code_days=5, title="Elsewhere"), world.day(-1), world.day(20))
    alert = scenes.alert(world, flight)
    scenes.waiting(alert, mara)
    scenes.alert(world, other)
    for who, has_creator in ((mara, True), (jonas, False)):
        said = words(page_of(client_of(who), world))
        assert "1 flight stops mid-flight" in said
        assert "Glow" in said
        assert "Elsewhere" not in said
        assert ("@maya.glow 1 post" in said) is has_creator
        assert ("Look at 1 alert" in said) is has_creator
        assert "Say who stands in for you" in said


def test_what_to_do_next_is_in_the_order_of_urgency(world):
    jonas = world.member(Role.BUYER)
    world.member(Role.ADMIN)
    without_rights(world, buyer=jonas)
    stops(world, buyer=jonas)
    page = page_of(client_of(jonas), world)
    steps = re.findall(r'href="#(\w+)"', page.partition('class="steps"')[2].partition("</ol>")[0])
    assert steps == ["without_rights", "stops"]
    for place in steps:
        assert f'<section id="{place}"' in page


def test_a_new_brand_says_how_to_begin_as_far_as_the_role_may(world):
    admin = page_of(client_of(world.member(Role.ADMIN)), world)
    assert [name in admin for name in ("Import your sheet", "Name your ad accounts", "Invite your")] == [
        True
    ] * 3
    manager = page_of(client_of(world.member(Role.MANAGER)), world)
    assert [name in manager for name in ("Import your sheet", "Name your ad accounts")] == [True, False]
    viewer = words(page_of(client_of(world.member(Role.VIEWER)), world))
    assert "Import your sheet" not in viewer
    assert "Nothing is yours yet" in viewer


def test_it_takes_the_same_queries_however_much_is_mine(world):
    mara = world.member(Role.MANAGER)
    client = client_of(mara)
    page_of(client, world)
    counts = []
    for number in (1, 2, 7):
        for _ in range(number):
            creator = world.creator(details={"manager": mara})
            flight = world.flight(
                ready_post(world, code_days=5, creator=creator), world.day(-1), world.day(20), buyer=mara
            )
            scenes.waiting(scenes.alert(world, flight), mara)
        with CaptureQueriesContext(connection) as queries:
            page = page_of(client, world)
        counts.append(len(queries))
    assert len(set(counts)) == 1
    assert counts[0] <= 15
    assert len(page) < 60_000
