"""``undo`` of the API: what one request changed is as it was; never over somebody else, never for somebody else."""

from datetime import timedelta

import pytest
from django.urls import reverse

from authorizations.models import CodeRequest
from authorizations.operations.requests import RequestDraft, request_codes
from brands.enums import Role, TokenScope
from campaigns.models import Flight
from posts.models import Post
from tests.api.parity import left_in
from tests.api.scripts import Caller, person, script
from tests.audit import entries
from tests.world import DAY, NOW, World, client_of, spark_code

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(time_machine):
    world = World()
    time_machine.move_to(world.now, tick=False)
    return world


def titles(world):
    return [post.title for post in Post.objects.for_brand(world.brand).order_by("pk")]


def renamed(caller, posts, title, **headers):
    """The id of the request that gave these posts a title."""
    body = [{"id": str(post.pk), "title": title} for post in posts]
    answer = caller.patch("posts/bulk", body, **headers)
    assert answer.status_code == 200, answer.content
    return answer["X-Request-ID"]


def undone(caller, request_id, **headers):
    return caller.post("undo", {"request_id": request_id}, **headers)


def refusal(answer):
    assert answer.status_code == 422, answer.content
    (error,) = answer.json()["errors"]
    assert error["pointer"] == "/request_id"
    return error["detail"]


def test_a_script_takes_back_what_it_changed_in_many_rows(world):
    posts, caller = [world.post(title=title) for title in "ABC"], script(world)
    change = renamed(caller, posts, "Z")
    person(world).patch(f"posts/{posts[1].pk}", {"title": "Y"})
    answer = undone(caller, change, idempotency_key="once")
    assert (answer.status_code, answer.json()) == (200, {"rows": 2, "changed_since": 1})
    assert titles(world) == ["A", "Y", "C"]
    assert undone(caller, change, idempotency_key="once").json() == answer.json()
    assert "changed all of it since" in refusal(undone(caller, change))
    assert entries(world.brand)[-1].request_id == f"undo-{change}"


def test_several_changes_of_one_row_by_one_request_all_go_back(world):
    flight = world.flight(world.post(), world.day(3), world.day(9))
    tokyo = world.account(time_zone="Asia/Tokyo")
    stood = Flight.objects.values().get()
    caller = script(world)
    body = {"ad_name": "N", "starts_on": str(world.day(4)), "ad_account": str(tokyo.pk)}
    for path, sent in ((f"flights/{flight.pk}", body), ("flights/bulk", [{"id": str(flight.pk), **body}])):
        answer = caller.patch(path, sent)
        assert answer.status_code == 200, answer.content
        assert Flight.objects.get().ad_account == tokyo
        taken = undone(caller, answer["X-Request-ID"])
        assert (taken.status_code, taken.json()) == (200, {"rows": 1, "changed_since": 0})
        assert Flight.objects.values().get() == stood
    # What somebody else set since still stays, and only that.
    change = caller.patch(f"flights/{flight.pk}", body)["X-Request-ID"]
    person(world).patch(f"flights/{flight.pk}", {"ad_name": "Mine"})
    assert undone(caller, change).json() == {"rows": 1, "changed_since": 1}
    assert Flight.objects.values().get() == {**stood, "ad_name": "Mine"}


def test_what_was_made_and_edited_by_one_request_goes_whole(world):
    caller = script(world)
    flight = {
        "post": str(world.post().pk),
        "campaign": str(world.campaign().pk),
        "tiktok_ad_ids": ["17600000001"],
    }
    made = caller.post("flights", flight)
    assert made.status_code == 201, made.content
    assert undone(caller, made["X-Request-ID"]).json() == {"rows": 1, "changed_since": 0}
    assert not Flight.objects.exists()


def test_nothing_is_put_in_the_place_of_what_is_gone_since(world):
    caller, (post, other) = script(world), world.posts(2)
    old, new = world.account(), world.account()
    flight = world.flight(post, world.day(3), world.day(9), ad_account=old)
    kept = world.flight(other, world.day(3), world.day(9))
    body = [{"id": str(row.pk), "ad_account": str(new.pk)} for row in (flight, kept)]
    moved = caller.patch("flights/bulk", body)
    assert moved.status_code == 200, moved.content
    old.delete()
    assert undone(caller, moved["X-Request-ID"]).json() == {"rows": 1, "changed_since": 1}
    accounts = {row.pk: row.ad_account for row in Flight.objects.select_related("ad_account")}
    assert accounts == {flight.pk: new, kept.pk: None}


def test_only_the_caller_takes_it_back_for_a_day_and_with_the_leave_that_it_needs(world, time_machine):
    post = world.post(title="A")
    caller, colleague = script(world), script(world)
    change = renamed(caller, [post], "Z")
    for other in (colleague, person(world, Role.ADMIN), script(World()), script(world, TokenScope.READ)):
        assert "nothing to take back" in refusal(undone(other, change))
    assert "nothing to take back" in refusal(undone(caller, "another-id"))
    for body in ({}, {"request_id": ""}, {"request_id": 5}, {"request_id": "a\0"}, {"request_id": "a" * 65}):
        assert caller.post("undo", body).status_code == 400, body
    time_machine.move_to(NOW + DAY + timedelta(seconds=1), tick=False)
    assert "nothing to take back" in refusal(undone(caller, change))
    assert titles(world) == ["Z"]


def test_a_colleague_who_chose_the_same_id_keeps_what_they_changed(world):
    post, caller = world.post(title="A"), script(world)
    change = renamed(caller, [post], "Z", x_request_id="nightly-1")
    assert change == "nightly-1"
    for title in ("Y", "Z"):
        renamed(script(world), [post], title, x_request_id="nightly-1")
    assert "changed all of it since" in refusal(undone(caller, change))
    assert titles(world) == ["Z"]
    flight = {"post": str(post.pk), "campaign": str(world.campaign().pk), "starts_on": "2026-12-01"}
    planned = caller.post("flights", flight, x_request_id="nightly-2")
    changed = person(world).patch(
        f"flights/{planned.json()['id']}", {"ad_name": "Mine"}, x_request_id="nightly-2"
    )
    assert (planned.status_code, changed.status_code) == (201, 200), (planned.content, changed.content)
    assert "changed all of it since" in refusal(undone(caller, "nightly-2"))


def test_what_cannot_be_taken_back_in_whole_stays_in_whole(world):
    post, caller = world.post(title="A"), script(world)
    change = caller.patch(f"posts/{post.pk}", {"title": "Z", "method": "linked_account"})["X-Request-ID"]
    assert "not taken back: post method changed." in refusal(undone(caller, change))
    assert titles(world) == ["Z"]
    # A code answers the request for it: without the code the request must not wait again.
    asked = world.post()
    request_codes(drafts=[RequestDraft(asked, 30)], **world.by)
    body = {"post": str(asked.pk), "code": spark_code(), "window_days": 30}
    answer = caller.post("codes", body)
    assert answer.status_code == 201
    assert "code recorded" in refusal(undone(caller, answer["X-Request-ID"]))
    assert not CodeRequest.objects.get().is_open


@pytest.mark.once
def test_page_and_endpoint_leave_the_same(time_machine):
    page, api = World(), World()
    time_machine.move_to(page.now, tick=False)
    member = page.member(Role.MANAGER)
    client, caller = client_of(member), person(api, Role.MANAGER)
    mine, theirs = (_two_posts(world) for world in (page, api))
    renamed(Caller(client, page.brand.slug), mine, "Z", x_request_id="of-the-page")
    renamed(caller, theirs, "Z", x_request_id="of-the-page")
    answer = client.post(reverse("undo", args=[page.brand.slug]), {"change": "of-the-page"}, follow=True)
    assert "2 rows as before" in answer.content.decode()
    assert undone(caller, "of-the-page").json()["rows"] == 2
    assert left_in(page.brand, Post) == left_in(api.brand, Post)


def _two_posts(world):
    maya = world.creator("maya")
    return [world.post(maya, title=title) for title in "AB"]
