"""A form that makes something makes it once, however often it is sent."""

import pytest
import time_machine
from django.test import RequestFactory
from django.urls import reverse

from brands.enums import Role
from campaigns.models import Flight
from creators.operations import CreatorDraft, add_creators
from sparktrack.core.ids import uuid7
from tests.world import NOW, World, client_of
from workplace.once import actor_of_page, made_by

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    with time_machine.travel(NOW, tick=False):
        yield World()


def sent(world, user, once, **typed):
    request = RequestFactory().post("/", {"once": once, **typed})
    request.user, request.brand, request.request_id = user, world.brand, "request-1"
    return request


def test_the_same_page_finds_what_it_made(world):
    kim, once = world.member(Role.MANAGER), str(uuid7())
    first = sent(world, kim, once)
    assert made_by(first, "creator") is None
    (row,) = add_creators(
        brand=world.brand, drafts=[CreatorDraft("maya")], now=NOW, actor=actor_of_page(first)
    )
    assert made_by(sent(world, kim, once), "creator") == row.pk
    assert made_by(sent(world, kim, once), "flight") is None
    assert made_by(sent(world, kim, str(uuid7())), "creator") is None
    assert made_by(sent(world, world.member(Role.MANAGER), once), "creator") is None


@pytest.mark.parametrize("once", ["", "x", "\0", "0" * 500])
def test_a_page_without_an_id_is_a_page_of_its_own(world, once):
    request = sent(world, world.member(Role.MANAGER), once)
    assert made_by(request, "creator") is None
    assert actor_of_page(request).request_id == "request-1"


def test_who_goes_back_and_types_something_else_makes_something_else(world):
    kim, once = world.member(Role.MANAGER), str(uuid7())
    first = sent(world, kim, once, handle="maya")
    add_creators(brand=world.brand, drafts=[CreatorDraft("maya")], now=NOW, actor=actor_of_page(first))
    assert made_by(sent(world, kim, once, handle="maya"), "creator") is not None
    assert made_by(sent(world, kim, once, handle="liam"), "creator") is None


def test_a_flight_planned_by_two_clicks_is_one(world):
    post = world.post(title="Glow", tiktok_post_id="7301184422019655681")
    client = client_of(world.member(Role.BUYER))
    url = reverse("add-flight", args=[world.brand.slug])
    page = client.get(url, {"post": post.pk})
    once = page.content.decode().split('name="once" value="')[1].split('"')[0]
    form = page.context["form"]
    typed = {name: form[name].value() or "" for name in form.fields}
    typed |= {"campaign": "Winter", "once": once}
    first, second = client.post(url, typed), client.post(url, typed)
    assert first.status_code == 302
    assert first["Location"] == second["Location"]
    assert Flight.objects.for_brand(world.brand).count() == 1


def test_a_page_whose_change_was_taken_back_does_it_again(world, time_machine):
    time_machine.move_to(world.now, tick=False)
    flight = world.flight(world.post(), world.day(-1), world.day(9))
    client, slug = client_of(world.member(Role.BUYER)), world.brand.slug
    url = reverse("flights", args=[slug])
    sent = {"do": "pause", "id": [flight.pk], "once": str(uuid7())}
    for _ in range(2):
        done = client.post(url, sent, follow=True).content.decode()
        assert "1 flight paused" in done
        assert "done already" in client.post(url, sent, follow=True).content.decode()
        change = done.split('name="change" value="')[1].split('"')[0]
        assert (
            "Taken back" in client.post(f"/b/{slug}/undo/", {"change": change}, follow=True).content.decode()
        )
        flight.refresh_from_db()
        assert flight.paused_at is None
    assert (
        "taken back already"
        in client.post(f"/b/{slug}/undo/", {"change": change}, follow=True).content.decode()
    )
