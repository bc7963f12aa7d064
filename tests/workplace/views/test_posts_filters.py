"""What posts are narrowed by, and who may ask for what."""

import pytest
import time_machine
from django.urls import reverse

from brands.enums import Role
from posts.enums import Lane
from tests.workplace.postdesk import titles
from tests.world import NOW, World, client_of

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


def test_a_post_that_is_on_tiktok_was_posted(world, client, url):
    world.post(title="Live", tiktok_post_id="7301184422019655681")
    world.post(title="Planned")
    assert titles(client.get(url, {"stage": "posted"})) == ["Live"]


def test_filters_are_in_the_address_and_can_be_taken_away_one_by_one(world, client, url):
    world.post(world.creator("maya"), title="One", details={"lane": Lane.READY_FOR_SPARK})
    world.post(world.creator("liam"), title="Two", details={"lane": Lane.READY_FOR_SPARK})
    world.post(world.creator("noah"), title="Three")
    answer = client.get(url, {"lane": "ready_for_spark", "creator": "@maya", "sort": "title"})
    assert titles(answer) == ["One"]
    page = answer.content.decode()
    assert "Creator: maya" in page
    assert f'href="{url}?lane=ready_for_spark&amp;sort=title"' in page
    assert "1 post<" in page


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"colour": "red"}, "There is no filter called colour."),
        ({"after": "nowhere"}, "This page of the list cannot be found."),
        ({"creator": "not a handle!"}, "Please look at these fields"),
        ({"lane": "fast"}, "Please look at these fields"),
    ],
)
def test_an_address_that_means_nothing_is_said_in_words(client, url, query, words):
    answer = client.get(url, query)
    assert answer.status_code == 400
    assert words in answer.content.decode()


def test_who_may_not_read_payments_cannot_ask_for_them_either(world, url):
    world.post(title="Paid", details={"payment_state": "paid"})
    viewer = client_of(world.member(Role.VIEWER))
    answer = viewer.get(url, {"payment": "paid"})
    assert answer.status_code == 400
    assert "There is no filter called payment." in answer.content.decode()
    assert "Payment" not in viewer.get(url).content.decode()
    buyer = client_of(world.member(Role.BUYER))
    assert titles(buyer.get(url, {"payment": "paid"})) == ["Paid"]
