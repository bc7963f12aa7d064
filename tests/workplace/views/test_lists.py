"""Saved views and columns, as every list has them."""

import pytest
import time_machine
from django.urls import reverse

from brands.enums import Role
from tests.workplace.postdesk import titles
from tests.world import NOW, World, client_of
from workplace.enums import Place

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


def test_columns_are_chosen_and_remembered_for_this_person(world, client, url):
    world.post(title="One", details={"product": "Serum"})
    address = reverse("list-columns", args=[world.brand.slug, "posts"])
    client.post(address, {"column": ["product", "lane"]}, HTTP_REFERER=f"http://testserver{url}")
    page = client.get(url).content.decode()
    assert "Serum" in page
    assert "May it run?</th>" not in page
    other = client_of(world.member(Role.MANAGER)).get(url).content.decode()
    assert "May it run?</th>" in other
    client.post(address, {"usual": "1"})
    assert "May it run?</th>" in client.get(url).content.decode()


def save_view(client, world, **fields):
    return client.post(reverse("list-view-save", args=[world.brand.slug, "posts"]), fields, follow=True)


def test_a_view_keeps_filters_and_columns_and_can_open_the_list(world, client, url):
    world.post(world.creator("maya"), title="One", details={"product": "Serum"})
    world.post(world.creator("liam"), title="Two")
    answer = save_view(client, world, name="Maya", query="creator=maya", column=["product"])
    assert titles(answer) == ["One"]
    assert "Serum" in answer.content.decode()
    view = answer.context["setting"].current
    assert titles(client.get(url)) == ["Two", "One"]
    client.post(reverse("list-view", args=[world.brand.slug, view.pk]), {"do": "open"})
    assert titles(client.get(url, follow=True)) == ["One"]
    assert titles(client.get(url, {"view": "all"})) == ["Two", "One"]


def test_a_view_is_seen_by_others_only_when_it_is_shared_and_changed_by_its_owner(world, client):
    saved = save_view(client, world, name="Mine", query="q=a")
    view = saved.context["setting"].current
    address = reverse("list-view", args=[world.brand.slug, view.pk])
    colleague = client_of(world.member(Role.MANAGER))
    assert colleague.post(address, {"do": "delete"}).status_code == 404
    client.post(address, {"do": "share"})
    views = reverse("list-views", args=[world.brand.slug, "posts"])
    assert "Mine" in colleague.get(views).content.decode()
    refused = colleague.post(address, {"do": "delete"}, follow=True)
    assert "This view belongs to somebody else." in refused.content.decode()
    client_of(world.member(Role.ADMIN)).post(address, {"do": "delete"})
    assert "Mine" not in client.get(views).content.decode()


@pytest.mark.parametrize("name", ["", "  ", "x" * 81])
def test_a_view_needs_a_name_that_fits(world, client, name):
    answer = save_view(client, world, name=name, query="")
    assert "name" in answer.content.decode()
    assert not answer.context["setting"].views if answer.context.get("setting") else True


@pytest.mark.parametrize(
    ("route", "fields"),
    [
        ("list-view-save", {"name": "a\0", "query": "q=a"}),
        ("list-view-save", {"name": "a", "query": "q=\0", "column": "\0"}),
        ("list-columns", {"column": "a\0"}),
    ],
)
def test_what_nobody_types_is_not_kept(world, client, url, route, fields):
    address = reverse(route, args=[world.brand.slug, "posts"])
    assert client.post(address, fields).status_code == 302
    assert client.get(url).status_code == 200


def test_a_view_keeps_filters_and_nothing_else(world, client, url):
    world.post(title="One")
    saved = save_view(client, world, name="Sheet", query="q=one&export=csv&after=x&view=all")
    view = saved.context["setting"].current
    assert view.query == "q=one"
    client.post(reverse("list-view", args=[world.brand.slug, view.pk]), {"do": "open"})
    assert titles(client.get(url, follow=True)) == ["One"]


def test_who_chooses_columns_in_a_view_leaves_the_view_with_its_filters(world, client, url):
    world.post(title="One", details={"product": "Serum"})
    saved = save_view(client, world, name="Short", query="q=one", column=["stage"])
    view = saved.context["setting"].current
    answer = client.post(
        reverse("list-columns", args=[world.brand.slug, "posts"]),
        {"column": ["product"]},
        HTTP_REFERER=f"http://testserver{url}?q=one&view={view.pk}",
    )
    assert answer["Location"] == f"http://testserver{url}?q=one"
    assert "Serum" in client.get(url, {"q": "one"}).content.decode()


def test_every_list_has_its_views(world, client):
    for place in Place:
        answer = client.get(reverse("list-views", args=[world.brand.slug, place.value]))
        assert answer.status_code == 200, place
