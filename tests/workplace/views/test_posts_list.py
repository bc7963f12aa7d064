"""The list of posts: its pages, its weight, and whose posts are in it."""

import base64
import json

import pytest
import time_machine
from django.urls import reverse

from brands.enums import Role
from sparktrack.core.ids import uuid7
from tests.world import DAY, NOW, World, client_of
from workplace.lists import pages

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def world():
    return World()


@pytest.fixture
def client(world):
    return client_of(world.member(Role.MANAGER))


@pytest.fixture
def url(world):
    return reverse("posts", args=[world.brand.slug])


@pytest.mark.parametrize("sort", ["newest", "title", "creator"])
def test_pages_by_key_show_every_post_once(world, client, url, monkeypatch, sort):
    monkeypatch.setattr(pages, "PER_PAGE", 2)
    maya = world.creator("maya")
    for title in ("B", "A", "a", "A", "B"):
        world.post(maya, title=title)
    seen, query = [], {"sort": sort}
    while True:
        answer = client.get(url, query)
        seen += [line.pk for line in answer.context["listed"].lines]
        cursor = answer.context["listed"].next_cursor
        if not cursor:
            break
        query = {"sort": sort, "after": cursor}
    assert len(seen) == len(set(seen)) == 5


def test_the_number_of_queries_is_the_same_for_one_post_and_for_fifty(
    world, client, url, django_assert_max_num_queries
):
    client.get(url)
    for number in (1, 49):
        for post in world.posts(number, title="Post"):
            world.code(post, NOW - DAY)
        with django_assert_max_num_queries(14):
            assert client.get(url).status_code == 200


def test_fifty_lines_are_a_small_page(world, client, url):
    for post in world.posts(50, title="A title of some length that people would write"):
        world.code(post, NOW - DAY)
    assert len(client.get(url).content) < 60_000


def test_posts_of_another_brand_are_in_no_page_and_no_sheet(world, client, url):
    other = World()
    other.post(other.creator("stranger"), title="Canary")
    for query in ({}, {"q": "canary"}, {"creator": "stranger"}, {"export": "csv"}):
        answer = client.get(url, query)
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        assert b"Canary" not in content.replace(b'value="canary"', b"")


@pytest.mark.parametrize("cursor", ["W" * 5000, "W1tbW1tb", "eyJhIjoxfQ", "\0", "bnVsbA"])
def test_a_place_in_the_list_that_nobody_made_is_refused(client, url, cursor):
    assert client.get(url, {"after": cursor}).status_code == 400


@pytest.mark.parametrize("value", ["x", {"a": 1}, "a\0", "\ud800", 7])
@pytest.mark.parametrize("sort", ["newest", "title"])
def test_a_place_with_a_value_that_nobody_made_is_refused(client, url, sort, value):
    words = json.dumps([sort, value, str(uuid7())]).encode()
    cursor = base64.urlsafe_b64encode(words).decode()
    refused = not (sort == "title" and value == "x")
    assert (client.get(url, {"sort": sort, "after": cursor}).status_code == 400) == refused
