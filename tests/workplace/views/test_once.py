"""A form that makes something makes it once, however often it is sent."""

import pytest
from django.test import RequestFactory

from brands.enums import Role
from creators.operations import CreatorDraft, add_creators
from sparktrack.core.ids import uuid7
from tests.world import NOW, World
from workplace.once import actor_of_page, made_by

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return World()


def sent(world, user, once):
    request = RequestFactory().post("/", {"once": once})
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
