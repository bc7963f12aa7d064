"""Codes of the API: recorded, extended, replaced, revoked, revealed, as the pages do it."""

import re

import pytest
import time_machine
from django.core.cache import cache
from django.urls import reverse

from authorizations.models import AuthorizationCode
from authorizations.operations.requests import RequestDraft, request_codes
from authorizations.secrets import open_code
from brands.enums import Role, TokenScope
from tests.api.coderows import left_behind
from tests.api.scripts import person, script
from tests.world import DAY, NOW, World, client_of, spark_code

pytestmark = pytest.mark.django_db

SECRET = "#CanaryCanaryCanary0123456789+/abcdefghijklmnopqrstuvwxyzABCDEFg="


@pytest.fixture(autouse=True)
def _now():
    cache.clear()
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def world():
    return World(time_zone="America/New_York")


@pytest.fixture
def code(world):
    return world.code(world.post(title="Routine"), NOW - 10 * DAY, 30, code=SECRET)


def pointers(answer):
    return [error["pointer"] for error in answer.json()["errors"]]


def test_a_code_is_shown_by_its_ending(world, code):
    account = world.account()
    caller = script(world)
    assert caller.post(f"codes/{code.pk}/apply", {"ad_account": str(account.pk)}).status_code == 200
    answer = caller.get(f"codes/{code.pk}")
    assert answer.status_code == 200
    assert answer.json() == {
        "id": str(code.pk),
        "post": str(code.post_id),
        "creator": str(code.post.creator_id),
        "ending": SECRET[-4:],
        "status": "active",
        "starts_on": None,
        "starts_at": "2026-11-11T14:05:00Z",
        "start_assumed": False,
        "expires_on": None,
        "expires_at": "2026-12-11T14:05:00Z",
        "ends_at": "2026-12-11T14:05:00Z",
        "window_days": 30,
        "end_source": "computed",
        "last_checked_at": None,
        "revoked_at": None,
        "rejected_at": None,
        "rejected_error": "",
        "supersedes": None,
        "has_source_post_code": False,
        "applied_to": [{"ad_account": str(account.pk), "at": "2026-11-21T14:05:00Z"}],
        "created_at": "2026-11-21T14:05:00Z",
    }
    assert person(world, Role.VIEWER).get(f"codes/{code.pk}").json()["ending"] == SECRET[-4:]
    assert caller.delete(f"codes/{code.pk}").status_code == 405


def test_codes_are_found_as_their_list_finds_them(world, code):
    account = world.account()
    other = world.code(world.post(), NOW - 40 * DAY, 30)
    caller = script(world)
    caller.post("code-uses", {"code": str(other.pk), "ad_account": str(account.pk)})

    def found(query):
        return [row["id"] for row in caller.get(f"codes?{query}").json()["results"]]

    for query in (
        "status=active",
        "expires_before=2026-12-31&status=active",
        f"post={code.post_id}",
        "ending=EFg%3D",
        f"creator={code.post.creator.handle}",
        "applied_to=none",
        "source=computed&status=active",
    ):
        assert found(query) == [str(code.pk)], query
    assert found(f"applied_to={account.pk}") == [str(other.pk)]
    assert found("expires_before=2026-11-15") == [str(other.pk)]
    assert found(f"post={World().post().pk}") == []
    assert caller.get("codes?post=nobody").status_code == 400
    trimmed = caller.get("codes?fields=status,creator,applied_to&sort=creator").json()["results"][0]
    assert set(trimmed) == {"id", "status", "creator", "applied_to"}


@pytest.mark.parametrize("query", ["", "?fields=ending", "?sort=creator&limit=2"])
def test_lists_take_as_many_queries_whatever_their_length(world, django_assert_max_num_queries, query):
    caller = script(world)
    caller.get("codes")  # the first use of a token is written down
    world.codes(world.posts(3), NOW - DAY)
    with django_assert_max_num_queries(4):
        assert caller.get(f"codes{query}").status_code == 200
    world.codes(world.posts(20), NOW - DAY)
    with django_assert_max_num_queries(4):
        assert caller.get(f"codes{query}").status_code == 200


def test_a_new_code_is_recorded_and_the_same_again_is_told_of(world):
    post, caller = world.post(), script(world)
    body = {"post": str(post.pk), "code": SECRET, "starts_on": "2026-11-20", "window_days": 30}
    answer = caller.post("codes", body)
    assert answer.status_code == 201
    row = AuthorizationCode.objects.get(brand=world.brand)
    assert answer["Location"] == f"/api/v1/codes/{row.pk}"
    assert answer["ETag"]
    said = answer.json()
    assert (said["id"], said["outcome"], said["status"]) == (str(row.pk), "created", "active")
    assert (said["starts_on"], said["starts_at"]) == ("2026-11-20", "2026-11-20T05:00:00Z")
    assert open_code(row) == SECRET
    again = caller.post("codes", body)
    assert (again.status_code, again.json()["outcome"]) == (200, "repeated")
    longer = caller.post("codes", {**body, "window_days": 60})
    assert (longer.status_code, longer.json()["outcome"]) == (200, "extended")
    assert longer.json()["expires_at"] == "2027-01-19T05:00:00Z"
    assert AuthorizationCode.objects.count() == 1


def test_a_code_without_a_start_counts_from_the_day_its_creator_was_asked(world):
    asked, other = world.post(), world.post()
    by = {**world.by, "now": NOW - 3 * DAY}
    request_codes(drafts=[RequestDraft(asked, 30)], **by)
    caller = script(world)
    bodies = [{"post": str(post.pk), "code": spark_code(), "window_days": 30} for post in (asked, other)]
    rows = caller.post("codes/bulk", bodies).json()["results"]
    assert [row["starts_on"] for row in rows] == ["2026-11-18", "2026-11-20"]
    assert {(row["start_assumed"], row["end_source"]) for row in rows} == {(True, "assumed")}


def test_many_codes_are_recorded_or_none(world):
    posts, caller = world.posts(2), script(world)
    bodies = [
        {"post": str(post.pk), "code": spark_code(), "starts_on": "2026-11-20", "window_days": 30}
        for post in posts
    ]
    refused = caller.post("codes/bulk", [bodies[0], {**bodies[0], "post": str(posts[1].pk)}])
    assert (refused.status_code, pointers(refused)) == (422, ["/1/code"])
    assert not AuthorizationCode.objects.exists()
    answer = caller.post("codes/bulk", [*bodies, bodies[0]])
    assert answer.status_code == 201
    assert [row["outcome"] for row in answer.json()["results"]] == ["created", "created", "repeated"]
    assert caller.post("codes/bulk", bodies).status_code == 200


def test_what_makes_no_code_is_said_beside_its_field(world):
    body = {"post": str(world.post().pk), "code": SECRET, "starts_on": "2026-11-20", "window_days": 30}
    caller = script(world)
    for change, status, pointer in (
        ({"code": "…k2Y="}, 400, "/code"),
        ({"code": " "}, 400, "/code"),
        ({"code": "#\ud800"}, 400, "/code"),
        ({"window_days": None}, 400, "/window_days"),
        ({"window_days": 36_501}, 400, "/window_days"),
        ({"window_days": "30"}, 400, "/window_days"),
        ({"starts_at": "2026-11-20T10:00:00Z"}, 400, "/starts_at"),
        ({"expires_on": "2026-12-20"}, 400, "/expires_on"),
        ({"end_source": "tiktok"}, 400, "/end_source"),
        ({"status": "active"}, 400, "/status"),
        ({"starts_on": "2026-11-22"}, 422, "/starts_on"),
        ({"starts_on": "0001-01-01"}, 400, "/starts_on"),
    ):
        answer = caller.post("codes", {**body, **change})
        assert (answer.status_code, pointers(answer)) == (status, [pointer]), change
    assert not AuthorizationCode.objects.exists()


def test_nothing_of_another_brand_is_named(world, code):
    foreign = World()
    theirs = foreign.code(foreign.post(), NOW - DAY)
    caller = script(world)
    body = {"post": str(theirs.post_id), "code": spark_code(), "window_days": 30}
    assert pointers(caller.post("codes", body)) == ["/post"]
    body = {"post": str(code.post_id), "code": spark_code(), "window_days": 30, "supersedes": str(theirs.pk)}
    assert pointers(caller.post("codes", body)) == ["/supersedes"]
    assert pointers(caller.post(f"codes/{code.pk}/apply", {"ad_account": str(foreign.account().pk)})) == [
        "/ad_account"
    ]
    kept = list(AuthorizationCode.objects.order_by("pk").values())
    for path in ("extend", "replace", "revoke", "unrevoke", "verify", "correct", "reject", "apply", "reveal"):
        assert caller.post(f"codes/{theirs.pk}/{path}", {}).status_code == 404, path
    assert caller.get(f"codes/{theirs.pk}").status_code == 404
    assert list(AuthorizationCode.objects.order_by("pk").values()) == kept


def test_each_action_needs_its_leave(world, code):
    viewer, buyer = person(world, Role.VIEWER), person(world, Role.BUYER)
    reader = script(world, TokenScope.READ)
    for path in ("extend", "replace", "revoke", "unrevoke", "verify", "correct", "reject", "apply", "reveal"):
        for caller in (viewer, reader):
            assert caller.post(f"codes/{code.pk}/{path}", {}).status_code == 403, path
        wants = 403 if path in {"verify", "correct", "reject"} else (200, 400, 422)
        assert buyer.post(f"codes/{code.pk}/{path}", {}).status_code in (
            wants if isinstance(wants, tuple) else (wants,)
        ), path
    assert viewer.post("codes", {}).status_code == 403
    assert reader.post("codes/bulk", []).status_code == 403


def test_a_pasted_and_a_sent_code_leave_the_same():
    paged, asked = World(time_zone="America/New_York"), World(time_zone="America/New_York")
    code = spark_code()
    post = paged.post(tiktok_post_id="7301184422019655681")
    client = client_of(paged.member(Role.MANAGER))
    url = reverse("paste-codes", args=[paged.brand.slug])
    link = f"https://www.tiktok.com/@{post.creator.handle}/video/7301184422019655681"
    page = client.post(url, {"message": f"{link} {code} 30 days", "when": "yesterday"})
    sealed = re.search(r'name="sealed"\s+value="([^"]+)"', page.content.decode())[1]
    (form,) = page.context["forms"]
    filled = {f"0-{name}": form[name].value() for name in form.fields}
    data = {name: value for name, value in filled.items() if value not in (None, False, "")}
    assert client.post(url, {"sealed": sealed, "do": "save", **data}).status_code == 302
    body = {"post": str(asked.post().pk), "code": code, "starts_on": "2026-11-20", "window_days": 30}
    assert script(asked).post("codes", body).status_code == 201
    assert left_behind(paged) == left_behind(asked)
