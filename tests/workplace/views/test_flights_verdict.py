"""The verdict while a flight is planned, before anything is stored."""

from datetime import UTC, date, datetime

import pytest

from brands.enums import Role
from campaigns.models import Campaign, Flight
from posts.enums import MetricsSource
from posts.operations.metrics import Metrics, record_metrics
from tests.workplace.flightdesk import LINK, address, asked
from tests.world import World, client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(time_machine):
    world = World(tracks_rights=False, time_zone="America/New_York")
    time_machine.move_to(world.now, tick=False)
    return world


@pytest.fixture
def buyer(world):
    return world.member(Role.BUYER, full_name="Priya Raman")


@pytest.fixture
def post(world):
    post = world.post(world.creator("maya"), title="Morning pour", url=LINK, tiktok_post_id=LINK[-19:])
    world.code(post, world.now, 7)
    return post


def test_the_verdict_changes_with_the_dates_and_says_how_many_days_to_ask_for(world, buyer, post):
    client = client_of(buyer)

    def said(**values):
        answer = client.get(address(world, "check/"), asked(world, **values), HTTP_HX_REQUEST="true")
        assert answer.status_code == 200
        return " ".join(answer.content.decode().split())

    assert "Covered to the end" in said(starts_on=1, ends_on=4)
    late = said(starts_on=1, ends_on=25, daily_spend="100")
    assert "Stops Sat 28 Nov, 09:05 EST" in late
    assert "Ask @maya for 30 days. Generated today, 7 days would end 19 days before the flight does." in late
    assert "≈ $1,900" in late
    assert "/planner/?starts_on=2026-11-22&amp;ends_on=2026-12-16" in late
    assert "Even 365 days, generated today, end" in said(starts_on=1, ends_on=500)
    assert "no end, so the longest window" in said(starts_on=1)
    assert "Give it a first day" in said()
    assert "The flight ends before it starts." in said(starts_on=5, ends_on=4)
    assert "Choose a post" in said(post="")
    assert not Flight.objects.exists()
    assert not Campaign.objects.exists()


def test_without_javascript_a_button_checks_and_stores_nothing(world, buyer, post):
    data = asked(world, starts_on=1, ends_on=4, ad_name="mine")
    answer = client_of(buyer).post(address(world, "add/"), data | {"check": "dates"})
    assert answer.status_code == 200
    assert "Covered to the end" in answer.content.decode()
    assert 'value="mine"' in answer.content.decode()
    named = client_of(buyer).post(address(world, "add/"), data | {"check": "name"}).content.decode()
    assert 'name="ad_name" value="20261122_maya_655681"' in named
    assert not Flight.objects.exists()


def test_days_are_those_of_the_ad_account_and_it_says_so(world, buyer, post):
    account = world.account(name="Kiwi", time_zone="Pacific/Auckland")
    data = asked(world, starts_on=1, ends_on=4, ad_account=account.pk)
    said = client_of(buyer).get(address(world, "check/"), data).content.decode()
    assert "Days of Kiwi (Pacific/Auckland)" in said
    assert client_of(buyer).post(address(world, "add/"), data).status_code == 302
    row = Flight.objects.get()
    assert (row.starts_on, row.starts_at) == (date(2026, 11, 22), datetime(2026, 11, 21, 11, tzinfo=UTC))


def test_rights_that_end_are_told_without_saying_that_the_ad_stops(buyer, world):
    brand = World(time_zone="America/New_York")
    post = brand.post(brand.creator("noah"), title="Kettle")
    brand.code(post, brand.now, 365)
    brand.right(brand.day(-9), brand.day(5), post=post)
    data = {"post": "Kettle", "starts_on": brand.day(1), "ends_on": brand.day(20)}
    said = client_of(brand.member(Role.BUYER)).get(address(brand, "check/"), data).content.decode()
    assert "Rights end Thu 26 Nov: pause it that day" in said
    assert "Agree the rights for paid use from Fri 27 Nov to Fri 11 Dec: " in said
    assert "Stops" not in said


@pytest.mark.parametrize(
    ("numbers", "said"),
    [
        (None, "No numbers are noted for this post. A strong organic post here has 50,000 views"),
        ({"views": 1200, "likes": 12}, "It has 1,200 views, 1.0 % engagement"),
        ({"views": 90_000, "likes": 2000, "comments": 900}, ""),
    ],
)
def test_a_flight_without_traction_is_warned_of_but_not_refused(world, buyer, post, numbers, said):
    if numbers:
        record_metrics(metrics=[Metrics(post, world.now, MetricsSource.PERSON, numbers)], **world.by)
    data = asked(world, starts_on=1, ends_on=4)
    shown = client_of(buyer).get(address(world, "check/"), data).content.decode()
    assert ("Planned without traction" in shown) is bool(said)
    assert said in shown
    assert client_of(buyer).post(address(world, "add/"), data).status_code == 302


def test_days_of_the_past_are_judged_from_now_on(world, buyer, post):
    said = client_of(buyer).get(address(world, "check/"), asked(world, starts_on=-30, ends_on=-3))
    assert "This flight has ended" in said.content.decode()
