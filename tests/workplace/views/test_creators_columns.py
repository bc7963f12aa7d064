"""The posts of a creator, with their numbers."""

import pytest
import time_machine

from authorizations.operations.links import LinkDraft, open_links
from brands.enums import Role
from creators.models import Creator
from posts.enums import MetricsSource
from posts.operations.metrics import Metrics, record_metrics
from tests.workplace.creatordesk import address, busy
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


def test_the_page_has_posts_numbers_rights_links_and_former_handles(world, client):
    maya = busy(world)
    Creator.objects.filter(pk=maya.pk).update(former_handles=["maya.old"])
    post = maya.posts.order_by("pk")[0]
    numbers = {"views": 10_000, "likes": 400, "comments": 90, "shares": 10}
    record_metrics(metrics=[Metrics(post, NOW, MetricsSource.PERSON, numbers)], **world.by)
    world.right(world.day(-1), world.day(30), creator=maya)
    open_links(drafts=[LinkDraft(maya, world.account(name="US"), NOW)], **world.by)
    page = client.get(address(world, "creator", maya.pk)).content.decode()
    for words in ("formerly", "@maya.old", "10,000", "5.0 %", "maya@example.com", "Mon 21 Dec", "US: from"):
        assert words in page, words
