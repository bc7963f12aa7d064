"""The tour of a new member: five steps, on demo data where there are, ended and begun again."""

import re

import pytest
import time_machine
from django.urls import reverse

from brands.enums import Role
from brands.models import AuditEntry, Membership
from brands.operations.invitations import Invite, accept_invitation, invite_people
from campaigns.demo import SLUG
from tests.campaigns.scenes import stops
from tests.factories import UserFactory
from tests.world import NOW, World, client_of
from workplace.models import Preference
from workplace.tour import STEPS

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def world():
    return World(name="Northbeam")


@pytest.fixture
def jonas(world):
    return world.member(Role.BUYER)


@pytest.fixture
def client(jonas):
    return client_of(jonas)


def press(client, wish, **values):
    return client.post(reverse("tour"), {"do": wish, **values})


def shown(client, url):
    """The step that a page shows: its number and title; None without a tour."""
    page = client.get(url).content.decode()
    card = page.partition('<aside class="tour"')[2].partition("</aside>")[0]
    found = re.search(r"Step (\d) of (\d)", card)
    return (int(found[1]), re.search(r'id="tour-title">([^<]+)<', card)[1]) if found else None


def offered(client, world):
    return "New here?" in client.get(reverse("yours", args=[world.brand.slug])).content.decode()


def test_five_steps_on_the_own_brand_and_the_end(world, client, jonas):
    post = stops(world, buyer=jonas).post
    slug = world.brand.slug
    assert offered(client, world)
    answer = press(client, "begin", brand=slug)
    places = []
    for number, step in enumerate(STEPS, start=1):
        places.append(answer["Location"])
        assert shown(client, places[-1]) == (number, step.title)
        answer = press(client, "next")
    assert places == [
        f"/b/{slug}/",
        f"/b/{slug}/posts/{post.pk}/",
        "/planner/",
        f"/b/{slug}/alerts/",
        f"/b/{slug}/yours/",
    ]
    assert answer["Location"] == f"/b/{slug}/yours/"
    assert shown(client, f"/b/{slug}/") is None
    assert Preference.objects.get(user=jonas).tour_ended_at == NOW
    assert not offered(client, world)


def test_back_ended_and_begun_again(world, client, jonas):
    press(client, "begin", brand=world.brand.slug)
    press(client, "next")
    assert shown(client, press(client, "back")["Location"])[0] == 1
    assert shown(client, "/account/")[0] == 1
    press(client, "end")
    assert shown(client, "/account/") is None
    assert not offered(client, world)
    assert "Take the tour again" in client.get(reverse("yours", args=[world.brand.slug])).content.decode()
    assert shown(client, press(client, "begin")["Location"])[0] == 1


def test_without_a_post_the_board_is_shown_again(world, client):
    press(client, "begin", brand=world.brand.slug)
    assert press(client, "next")["Location"] == f"/b/{world.brand.slug}/"


def test_it_need_not_be_taken(world, client, jonas):
    assert press(client, "end", brand=world.brand.slug)["Location"] == f"/b/{world.brand.slug}/yours/"
    assert Preference.objects.get(user=jonas).tour_ended_at == NOW
    for wish in ("next", "back", "", "fly"):
        assert press(client, wish).status_code == 302
    assert shown(client, "/account/") is None


@pytest.fixture
def demo():
    world = World(name="Demo", slug=SLUG)
    AuditEntry.objects.create(
        brand=world.brand, at=NOW, actor_kind="system", actor_label="load_demo", action="brand.added"
    )
    world.member(Role.ADMIN)
    return world


def test_where_there_is_a_demo_brand_it_goes_through_that(world, client, jonas, demo):
    post = stops(demo).post
    assert press(client, "begin", brand=world.brand.slug)["Location"] == f"/b/{SLUG}/"
    assert "on the data of a demo brand" in client.get(f"/b/{SLUG}/").content.decode()
    assert press(client, "next")["Location"] == f"/b/{SLUG}/posts/{post.pk}/"
    guest = Membership.objects.get(brand=demo.brand, user=jonas)
    assert guest.role == "viewer"
    assert press(client, "end")["Location"] == f"/b/{world.brand.slug}/yours/"
    assert client.get(f"/b/{SLUG}/").status_code == 404
    actions = AuditEntry.objects.filter(brand=demo.brand, actor_id=str(jonas.pk)).order_by("pk")
    assert list(actions.values_list("action", flat=True)) == ["member.joined", "member.removed"]


def test_who_belongs_to_the_demo_brand_stays_there(demo):
    viewer = UserFactory()
    (issued,) = invite_people(invites=[Invite(viewer.email, Role.VIEWER)], **demo.by)
    accept_invitation(token=issued.token, user=viewer, now=NOW, actor=demo.actor)
    client = client_of(viewer)
    press(client, "begin", brand=SLUG)
    press(client, "end")
    assert client.get(f"/b/{SLUG}/").status_code == 200


def test_a_stranger_has_no_tour():
    client = client_of(UserFactory())
    assert press(client, "begin")["Location"] == "/"
    assert not Preference.objects.exists()
