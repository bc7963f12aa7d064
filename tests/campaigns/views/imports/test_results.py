"""The page of an applied import."""

import pytest
import time_machine
from django.urls import reverse

from posts.models import Post
from tests.campaigns.importdesk import Pages, good, tsv
from tests.world import NOW, World

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def pages():
    return Pages(World(time_zone="America/New_York"))


def test_the_result_links_each_thing_to_its_post(pages):
    run = pages.applied(tsv(good(1)))
    page = pages.get("import", run)
    post = Post.objects.get()
    assert reverse("post", args=[pages.world.brand.slug, post.pk]) in page.content.decode()
    assert [
        thing.noun for thing in pages.get("import", run, kind="authorizationcode").context["touched"]
    ] == ["code"]
    assert pages.get("import", run, kind="nonsense", after="x").status_code == 200
