"""The list of creators: how each kept to what was agreed, and who is found."""

import pytest
import time_machine

from authorizations.operations.codes import reject_codes
from authorizations.operations.requests import RequestDraft, request_codes
from brands.enums import Role
from tests.workplace.creatordesk import address, busy
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


def test_the_list_says_how_a_creator_kept_to_what_was_agreed(world, client):
    busy(world)
    world.creator("new.one")
    page = client.get(address(world, "creators")).content.decode()
    assert "@maya.glow" in page
    assert "2 of 3" in page
    assert "3 posts without a code" in page
    assert ">2 days<" in page
    assert "2 creators" in page


def test_a_right_without_tiktok_among_its_channels_covers_no_ads(world, client):
    maya = world.creator("maya")
    world.right(world.day(-1), world.day(30), creator=maya, channels=["Instagram"])
    client.post(address(world, "list-columns", "creators"), {"column": ["rights"]})
    assert "yes" not in client.get(address(world, "creators")).context["table"]
    world.right(world.day(-1), world.day(30), creator=maya, channels=["TikTok"])
    assert "yes" in client.get(address(world, "creators")).context["table"]


@pytest.mark.parametrize(("tag", "found"), [("Schön", True), ("schön", True), ("Sch", False), ("[", False)])
def test_tags_are_found_whole_in_any_script(world, client, tag, found):
    world.creator("maya", details={"tags": ["Schön", "hair"]})
    page = client.get(address(world, "creators"), {"tag": tag})
    assert bool(page.context["listed"].lines) == found


def test_list_and_page_say_how_long_a_creator_takes_to_answer(world, client):
    maya = world.creator("maya")
    for days in (1, 2, 9):
        post = world.post(maya)
        request_codes(drafts=[RequestDraft(post, 30)], **{**world.by, "now": NOW - 10 * DAY})
        world.code(post, NOW - (10 - days) * DAY)
    refused = world.post(maya)
    request_codes(drafts=[RequestDraft(refused, 30)], **{**world.by, "now": NOW - 10 * DAY})
    reject_codes(codes=[world.code(refused, NOW)], error="No.", **world.by)
    assert ">2 days</td>" in client.get(address(world, "creators")).context["table"]
    assert "<b>2 days</b> <span>to answer a request</span>" in (
        client.get(address(world, "creator", maya.pk)).content.decode()
    )
