"""Requests for codes: noted once, answered by the code that comes, withdrawn."""

import pytest
import time_machine
from django.urls import reverse

from authorizations.models import CodeRequest
from authorizations.operations.posts import change_method
from authorizations.operations.requests import RequestDraft, request_codes
from brands.enums import Role, TokenScope
from posts.enums import Method
from tests.api.parity import left_in
from tests.api.scripts import person, script
from tests.world import DAY, NOW, World, client_of, spark_code

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def world():
    return World()


def pointers(answer):
    return [error["pointer"] for error in answer.json()["errors"]]


def test_a_request_is_noted_and_the_code_that_comes_answers_it(world):
    post, buyer = world.post(), person(world, Role.BUYER)
    answer = buyer.post("code-requests", {"post": str(post.pk), "window_days": 60})
    row = CodeRequest.objects.get()
    assert answer.status_code == 201
    assert answer.json() == {
        "id": str(row.pk),
        "post": str(post.pk),
        "supersedes": None,
        "window_days": 60,
        "state": "open",
        "asked_at": "2026-11-21T14:05:00Z",
        "asked_by": str(row.asked_by_id),
        "answered_by": None,
        "answered_at": None,
        "withdrawn_at": None,
    }
    caller = script(world)
    again = caller.post("code-requests", {"post": str(post.pk), "window_days": 30})
    assert (again.status_code, "Asked already" in again.json()["detail"]) == (422, True)
    code = caller.post("codes", {"post": str(post.pk), "code": spark_code(), "window_days": 60}).json()
    shown = caller.get(f"code-requests/{row.pk}").json()
    assert (shown["state"], shown["answered_by"]) == ("answered", code["id"])
    renewal = caller.post("code-requests", {"post": str(post.pk), "window_days": 60}).json()
    assert renewal["supersedes"] == code["id"]
    withdrawn = caller.post(f"code-requests/{renewal['id']}/withdraw", {}).json()
    assert (withdrawn["state"], withdrawn["withdrawn_at"]) == ("withdrawn", "2026-11-21T14:05:00Z")
    assert caller.post(f"code-requests/{renewal['id']}/withdraw", {}).status_code == 422
    first = caller.post("code-requests", {"post": str(post.pk), "window_days": 60, "supersedes": None})
    assert first.json()["supersedes"] is None
    assert caller.delete(f"code-requests/{row.pk}").status_code == 405


def test_requests_are_found(world, django_assert_max_num_queries):
    posts = world.posts(3)
    rows = request_codes(drafts=[RequestDraft(post, 30) for post in posts], **world.by)
    caller = script(world, TokenScope.READ)
    caller.get("code-requests")

    def number(query):
        return len(caller.get(f"code-requests?{query}").json()["results"])

    with django_assert_max_num_queries(2):
        assert number("fields=state") == 3
    assert [number("state=open"), number("state=answered"), number(f"post={posts[0].pk}")] == [3, 0, 1]
    assert [number(f"creator={posts[1].creator.handle}"), number("q=nobody")] == [1, 0]
    assert caller.get("code-requests?state=lost").status_code == 400
    assert caller.post(f"code-requests/{rows[0].pk}/withdraw", {}).status_code == 403
    assert caller.post("code-requests", {}).status_code == 403


def test_what_nobody_is_asked_for_is_refused(world):
    linked, post = world.posts(2)
    change_method(posts=[linked], method=Method.LINKED_ACCOUNT, **world.by)
    foreign = World()
    theirs = foreign.code(foreign.post(), NOW - DAY)
    caller = script(world)
    for body, status, pointer in (
        ({"post": str(linked.pk), "window_days": 30}, 422, "/0"),
        ({"post": str(theirs.post_id), "window_days": 30}, 400, "/0/post"),
        ({"post": str(post.pk), "window_days": 30, "supersedes": str(theirs.pk)}, 400, "/0/supersedes"),
        ({"post": str(post.pk), "window_days": 0}, 400, "/0/window_days"),
        ({"post": str(post.pk)}, 400, "/0/window_days"),
    ):
        answer = caller.post("code-requests/bulk", [body])
        assert (answer.status_code, pointers(answer)) == (status, [pointer]), body
    assert not CodeRequest.objects.exists()
    (row,) = request_codes(drafts=[RequestDraft(theirs.post, 30)], **foreign.by)
    assert caller.post(f"code-requests/{row.pk}/withdraw", {}).status_code == 404


def test_the_page_and_the_endpoint_leave_the_same():
    paged, asked = World(), World()
    for world in (paged, asked):
        post = world.post()
        world.code(post, NOW - DAY)
        if world is asked:
            caller = script(world)
            row = caller.post("code-requests", {"post": str(post.pk), "window_days": 30}).json()
            caller.post(f"code-requests/{row['id']}/withdraw", {})
            continue
        client = client_of(world.member(Role.BUYER))
        for route, data in (("ask-code", {"window_days": "30"}), ("withdraw-request", {})):
            url = reverse(route, args=[world.brand.slug, post.pk])
            assert client.post(url, data).status_code == 302
    left = [left_in(world.brand, CodeRequest) for world in (paged, asked)]
    told = [[each for each in said if each[0].startswith("request.")] for _, said in left]
    assert (left[0][0], told[0]) == (left[1][0], told[1])
