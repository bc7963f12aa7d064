"""The list of briefs."""

import pytest
from django.urls import reverse

from brands.enums import Role
from posts.operations.briefs import add_briefs
from tests.world import World, client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(time_machine):
    world = World(name="Northbeam", window_days=60)
    time_machine.move_to(world.now, tick=False)
    return world


@pytest.fixture
def client(world):
    return client_of(world.member(Role.MANAGER))


def address(world, name, *args):
    return reverse(name, args=[world.brand.slug, *args])


def briefs(world, *titles, **fields):
    return add_briefs(drafts=[{"title": title, **fields} for title in titles], **world.by)


def test_the_list_says_what_a_brief_allows_and_leads_to_its_posts(
    world, client, django_assert_max_num_queries
):
    one, two = briefs(world, "One", "One and two", usage_days=30, usage_paid=True)
    posts = world.posts(2, title="Glow", brief=one)
    world.posts(1, title="Other", brief=two)
    url = address(world, "briefs")
    text = client.get(url, {"sort": "title"}).content.decode()
    assert "30 days, paid" in text
    link = text.split('data-label="Posts"><a href="')[1].split('"')[0].replace("&amp;", "&")
    assert {line.pk for line in client.get(link).context["listed"].lines} == {post.pk for post in posts}
    assert client.get(url, {"q": "two", "paid": "True"}).context["listed"].count == 1
    assert client.get(url, {"paid": "False"}).context["listed"].count == 0
    briefs(world, *(f"Brief {number} with a title of some length" for number in range(50)))
    with django_assert_max_num_queries(9):
        answer = client.get(url)
    assert len(answer.content) < 60_000
