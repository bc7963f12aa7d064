"""What the list of posts shows of each, on the page and in a sheet."""

import csv
import io

import pytest
import time_machine
from django.urls import reverse

from brands.enums import Role
from posts.enums import Stage
from posts.operations.stages import StageReached, record_stages
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


def test_a_post_says_whether_it_may_run_and_how_far_it_is(world, client, url):
    post = world.post(world.creator("maya.glow"), title="Glow", details={"product": "Serum"})
    world.code(post, NOW - DAY, 30)
    world.right(world.day(-1), world.day(90), post=post)
    record_stages(stages=[StageReached(post, Stage.APPROVED, NOW)], **world.by)
    page = client.get(url).content.decode()
    assert "@maya.glow" in page
    assert "ready until 20 Dec" in page
    assert "Approved" in page
    assert "Serum" not in page  # a column for those who choose it


def test_a_sheet_holds_all_rows_that_match_and_only_the_columns_that_are_shown(world, client, url):
    maya = world.creator("maya")
    for number in range(3):
        world.post(maya, title=f"=Post {number}", details={"product": "Serum"})
    answer = client.get(url, {"export": "csv", "sort": "title", "q": "post"})
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert rows[0][:2] == ["Post", "May it run?"]
    assert [row[0] for row in rows[1:]] == ["'=Post 0", "'=Post 1", "'=Post 2"]
    assert "Product" not in rows[0]
