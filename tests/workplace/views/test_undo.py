"""What the last click changed is taken back: by whom, until when, and never over somebody else."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from brands.enums import Role
from tests.workplace.postdesk import lanes
from tests.world import DAY, NOW, World, client_of

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


def move(client, world, url, post, lane):
    """The id of the change that moved ``post`` to ``lane``."""
    answer = client.post(url, {"do": "lane", "lane-lane": lane, "id": post.pk}, follow=True)
    return answer.content.decode().split('name="change" value="')[1].split('"')[0]


def undo(client, world, change):
    return client.post(
        reverse("undo", args=[world.brand.slug]), {"change": change}, follow=True
    ).content.decode()


def test_what_somebody_changed_since_stays(world, client, url):
    post = world.post(title="One")
    change = move(client, world, url, post, "ready_for_spark")
    move(client, world, url, post, "keep_out_of_paid")
    assert "Somebody has changed all of it since" in undo(client, world, change)
    assert lanes(world) == {"One": "keep_out_of_paid"}


def test_only_who_did_it_takes_it_back_and_only_for_a_day(world, url):
    manager = world.member(Role.MANAGER)
    client = client_of(manager)
    post = world.post(title="One")
    change = move(client, world, url, post, "ready_for_spark")
    colleague = client_of(world.member(Role.MANAGER))
    assert "nothing to take back" in undo(colleague, world, change)
    later = NOW + DAY + timedelta(seconds=1)
    with time_machine.travel(later, tick=False):
        client.force_login(manager, backend="allauth.account.auth_backends.AuthenticationBackend")
        assert "nothing to take back" in undo(client, world, change)
    assert lanes(world) == {"One": "ready_for_spark"}
    client = client_of(manager)
    assert "Taken back" in undo(client, world, change)
    assert "Somebody has changed all of it since" in undo(client, world, change)


def test_undo_of_nothing_is_refused(world, client):
    assert "nothing to take back" in undo(client, world, "\0")


def test_undo_pressed_again_takes_nothing_from_a_colleague(world, client, url):
    post = world.post(title="One")
    change = move(client, world, url, post, "ready_for_spark")
    assert "Taken back" in undo(client, world, change)
    colleague = client_of(world.member(Role.MANAGER))
    move(colleague, world, url, post, "ready_for_spark")
    assert "Somebody has changed all of it since" in undo(client, world, change)
    assert lanes(world) == {"One": "ready_for_spark"}
