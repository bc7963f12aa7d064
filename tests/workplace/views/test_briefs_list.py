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


def test_an_empty_list_says_what_a_brief_is_and_leads_to_the_first_one_whoever_may_write_it(world, client):
    url = address(world, "briefs")
    empty = client.get(url).content.decode()
    assert "No brief yet" in empty
    assert address(world, "add-brief") in empty
    viewer = client_of(world.member(Role.VIEWER)).get(url).content.decode()
    assert "No brief yet" in viewer
    assert address(world, "add-brief") not in viewer
    briefs(world, "Winter")
    nothing = client.get(url, {"q": "summer"}).content.decode()
    assert "Nothing fits these filters" in nothing
    assert "No brief yet" not in nothing


def test_a_search_reads_what_a_brief_says_and_a_sheet_has_what_is_shown(world, client):
    briefs(world, "Winter", product_truth="It has 5 % urea.", usage_days=30, usage_paid=True)
    briefs(world, "Summer", audience_problem="Dry hands")
    url = address(world, "briefs")
    for text, titles in (("urea", ["Winter"]), ("dry hands", ["Summer"]), ("dry urea", [])):
        assert [line.name for line in client.get(url, {"q": text}).context["listed"].lines] == titles, text
    answer = client.get(url, {"q": "urea", "export": "csv"})
    sheet = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert sheet[0] == "Brief,Usage,Posts,Made"
    assert sheet[1].startswith('Winter,"30 days, paid",0,')
    assert len(sheet) == 2
