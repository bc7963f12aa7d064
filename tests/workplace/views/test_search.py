"""Ctrl K: going anywhere by a few letters."""

import pytest
from django.urls import reverse

from brands.enums import Role
from tests.world import World, client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return World()


@pytest.fixture
def client(world):
    return client_of(world.member(Role.BUYER))


def found(client, world, text, **headers):
    """The names in the answer, by group."""
    answer = client.get(reverse("search", args=[world.brand.slug]), {"q": text}, **headers)
    assert answer.status_code == 200
    return {group.title: [each.name for each in group.found] for group in answer.context["groups"]}


def test_every_word_counts_in_posts_creators_and_campaigns(world, client):
    maya = world.creator("maya.glow", details={"display_name": "Maya Winter"})
    world.post(maya, title="Winter skin")
    world.post(maya, title="Summer skin")
    world.campaign("Winter 26")
    assert found(client, world, "winter") == {
        "Posts": ["Winter skin"],
        "Creators": ["@maya.glow"],
        "Campaigns": ["Winter 26"],
    }
    assert found(client, world, "skin @maya win") == {"Posts": ["Winter skin"]}


def test_pages_are_found_by_role_and_all_of_them_before_a_word_is_typed(world, client):
    assert found(client, world, "boa") == {"Pages": ["Board"]}
    assert {"Board", "Posts", "Planner"} <= set(found(client, world, "")["Pages"])
    assert "Import" not in found(client, world, "")["Pages"]
    assert "Import" in found(client_of(world.member(Role.MANAGER)), world, "")["Pages"]


def test_who_types_finds_settings_and_help_too(world, client):
    assert found(client, world, "phone") == {"Pages": ["Help: phone steps for creators"]}
    assert found(client, world, "away") == {"Pages": ["While I am away"]}
    assert found(client, world, "audit") == {}
    assert found(client_of(world.member(Role.ADMIN)), world, "audit") == {"Pages": ["Audit"]}


def test_nothing_of_another_brand_is_found(world, client):
    other = World()
    other.post(other.creator("canary"), title="Canary")
    other.campaign("Canary")
    assert found(client, world, "canary") == {}


def test_the_dialog_gets_a_part_and_the_page_is_whole_without_javascript(world, client):
    world.post(title="<b>Bold</b>")
    url = reverse("search", args=[world.brand.slug])
    part = client.get(url, {"q": "bold"}, HTTP_HX_REQUEST="true").content.decode()
    whole = client.get(url, {"q": "bold"}).content.decode()
    assert "<html" not in part
    assert "<html" in whole
    for page in (part, whole):
        assert "&lt;b&gt;Bold" in page
    assert "Nothing is called" in client.get(url, {"q": "zzz\0"}).content.decode()


def test_the_number_of_queries_does_not_depend_on_what_is_found(world, client, django_assert_max_num_queries):
    world.posts(50, title="Post")
    with django_assert_max_num_queries(9):
        assert len(found(client, world, "post")["Posts"]) == 6
