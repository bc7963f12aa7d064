"""What the API tells of a post over time: numbers, stages, deeds; the newest first, a page at a time."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from brands.enums import Role, TokenScope
from posts.enums import MetricsSource, Stage
from posts.operations.metrics import Metrics, record_metrics
from posts.operations.stages import StageReached, record_stages
from tests.api.scripts import person, script
from tests.world import DAY, World, client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(time_machine):
    world = World()
    time_machine.move_to(world.now, tick=False)
    return world


def statements(caller, path):
    with CaptureQueriesContext(connection) as found:
        assert caller.get(path).status_code == 200
    return len(found)


def test_numbers_come_the_newest_first_page_by_page(world):
    post, caller = world.post(), script(world, TokenScope.READ)
    path = f"posts/{post.pk}/metrics"
    assert caller.get(path).json() == {"results": [], "next": None}
    noted = [
        Metrics(post, world.now - day * DAY, source, {"views": 10 - day})
        for day in range(3)
        for source in (MetricsSource.SHEET, MetricsSource.TIKTOK)
    ]
    record_metrics(metrics=noted, **world.by)
    found, pages = [], 0
    while path:
        page = caller.get(path if pages else f"{path}?limit=4").json()
        found += page["results"]
        path, pages = (page["next"] or "").partition("/api/v1/")[2], pages + 1
    assert pages == 2
    assert [row["views"] for row in found] == [10, 10, 9, 9, 8, 8]
    assert {row["source"] for row in found[:2]} == {"sheet", "tiktok"}
    nothing = dict.fromkeys(("likes", "comments", "shares", "saves"))
    assert found[-1] == {
        "at": "2026-11-19T14:05:00Z",
        "source": found[-1]["source"],
        "views": 8,
        **nothing,
    }
    path = f"posts/{post.pk}/metrics"
    assert script(world).post(path, {"views": 11}).json()["metrics"]["views"] == 11
    assert statements(caller, f"{path}?limit=1") == statements(caller, path) <= 4
    for query in ("limit=0", "limit=201", "cursor=x", "fields=at", "sort=newest"):
        assert caller.get(f"{path}?{query}").status_code == 400, query


def test_stages_say_when_and_by_whom(world):
    post = world.post()
    record_stages(stages=[StageReached(post, Stage.BRIEFED, world.now - DAY)], **world.by)
    manager = person(world, Role.MANAGER)
    assert manager.post(f"posts/{post.pk}/stage", {"stage": "approved"}).status_code == 200
    member = manager._client.session["_auth_user_id"]
    caller = script(world, TokenScope.READ)
    assert caller.get(f"posts/{post.pk}/stages").json() == {
        "results": [
            {"stage": "approved", "at": "2026-11-21T14:05:00Z", "by": member},
            {"stage": "briefed", "at": "2026-11-20T14:05:00Z", "by": None},
        ],
        "next": None,
    }


def test_deeds_are_told_as_the_page_tells_them(world):
    post = world.post(title="Glow")
    world.code(post, world.now)
    world.now += timedelta(minutes=1)
    caller = script(world, TokenScope.READ)
    whole = caller.get(f"posts/{post.pk}/history").json()
    seen, path = [], f"posts/{post.pk}/history?limit=1"
    while path:
        part = caller.get(path).json()
        seen += part["results"]
        path = part["next"] and part["next"].partition("/api/v1/")[2]
    newest = whole["results"][0]
    assert (seen, whole["next"]) == (whole["results"], None)
    assert len(seen) > 1
    assert newest["by"] == "sparktrack"
    assert newest["action"].partition(".")[0] in {"code", "post"}
    page = client_of(world.member(Role.VIEWER)).get(reverse("post", args=[world.brand.slug, post.pk]))
    for deed in whole["results"]:
        assert deed["what"] in page.content.decode()
    other = World().post()
    for name in ("metrics", "stages", "history"):
        assert caller.get(f"posts/{other.pk}/{name}").status_code == 404
        assert script(world).delete(f"posts/{post.pk}/{name}").status_code == 405
