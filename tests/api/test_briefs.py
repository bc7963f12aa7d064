"""``briefs`` of the API: written, read, counted, deleted while nothing was made for them."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from brands.enums import Role, TokenScope
from posts.models import Brief
from posts.operations.briefs import add_briefs
from tests.api.parity import left_in
from tests.api.scripts import person, script
from tests.audit import entries
from tests.world import World, client_of

pytestmark = pytest.mark.django_db

ALL = {
    "title": "Winter skin",
    "product_truth": "It has 5 % urea.",
    "audience_problem": "Dry hands",
    "claim_boundaries": "Nothing about healing",
    "tone_examples": "As to a friend",
    "usage_days": 90,
    "usage_paid": True,
}


@pytest.fixture
def world(time_machine):
    world = World()
    time_machine.move_to(world.now, tick=False)
    return world


@pytest.fixture
def caller(world):
    return script(world)


def briefs(world, *titles):
    return add_briefs(drafts=[{"title": title} for title in titles], **world.by)


def pointer(answer, status):
    assert answer.status_code == status, answer.content
    (error,) = answer.json()["errors"]
    return error["pointer"]


def test_a_brief_is_written_changed_and_deleted(world, caller):
    answer = caller.post("briefs", ALL)
    row = Brief.objects.get()
    whole = {"id": str(row.pk), **ALL, "posts": 0, "created_at": "2026-11-21T14:05:00Z"}
    assert (answer.status_code, answer.json()) == (201, whole)
    assert caller.get(f"briefs/{row.pk}").json() == whole
    changes = {"usage_days": None, "usage_paid": False, "tone_examples": ""}
    assert caller.patch(f"briefs/{row.pk}", changes).json() == {**whole, **changes}
    world.post(brief=row, title="Glow")
    assert caller.get(f"briefs/{row.pk}").json()["posts"] == 1
    held = caller.delete(f"briefs/{row.pk}")
    assert (held.status_code, held.json()["dependents"][0]["name"]) == (409, "Glow")
    (free,) = briefs(world, "Summer")
    assert caller.delete(f"briefs/{free.pk}").status_code == 204
    assert [entry.object_label for entry in entries(world.brand, "brief.deleted")] == ["Summer"]


@pytest.mark.once
def test_what_cannot_be_is_named(world, caller):
    (row,) = briefs(world, "Glow")
    for body, at, status in (
        ({}, "/title", 400),
        ({"title": ""}, "/title", 400),
        ({"title": "Glow"}, "/title", 422),
        ({"title": "x" * 201}, "/title", 400),
        ({"title": "A", "usage_days": 0}, "/usage_days", 400),
        ({"title": "A", "usage_days": 36_501}, "/usage_days", 400),
        ({"title": "A", "usage_days": "90"}, "/usage_days", 400),
        ({"title": "A", "usage_paid": "yes"}, "/usage_paid", 400),
        ({"title": "A", "posts": 5}, "/posts", 400),
        ({"title": "A", "tone_examples": "x" * 10_001}, "/tone_examples", 400),
    ):
        assert pointer(caller.post("briefs", body), status) == at, body
    assert Brief.objects.get() == row
    other = briefs(World(), "Theirs")[0]
    for answer in (caller.get(f"briefs/{other.pk}"), caller.patch(f"briefs/{other.pk}", {"title": "Mine"})):
        assert answer.status_code == 404
    assert person(world, Role.BUYER).patch(f"briefs/{row.pk}", {"title": "B"}).status_code == 403
    assert script(world, TokenScope.READ).delete(f"briefs/{row.pk}").status_code == 403


def test_many_briefs_may_exchange_nothing_but_their_own_titles(world, caller):
    one, two = briefs(world, "One", "Two")
    answer = caller.patch(
        "briefs/bulk", [{"id": str(one.pk), "usage_days": 5}, {"id": str(two.pk), "title": "One"}]
    )
    assert pointer(answer, 422) == "/1/title"
    one.refresh_from_db()
    assert one.usage_days is None


def test_a_list_is_narrowed_as_the_page_is_and_counts_in_one_query(world, caller):
    add_briefs(drafts=[{"title": "A", "usage_paid": True}, {"title": "B", "usage_paid": False}], **world.by)
    client = client_of(world.member(Role.VIEWER))
    page = reverse("briefs", args=[world.brand.slug])
    for query in ("", "sort=title", "paid=True", "paid=False", "q=b"):
        shown = [line.name for line in client.get(f"{page}?{query}").context["listed"].lines]
        assert shown == [row["title"] for row in caller.get(f"briefs?{query}").json()["results"]], query
    for more in (1, 48):
        for brief in briefs(world, *(f"{more}.{number}" for number in range(more))):
            world.post(brief=brief) if more == 1 else None
        with CaptureQueriesContext(connection) as seen:
            assert caller.get("briefs?limit=200").status_code == 200
        assert len(seen) == 3
    with CaptureQueriesContext(connection) as seen:
        caller.get("briefs?fields=title")
    assert len(seen) == 2


@pytest.mark.once
def test_page_and_endpoint_leave_the_same(time_machine):
    page, api = World(), World()
    time_machine.move_to(page.now, tick=False)
    client, caller = client_of(page.member(Role.MANAGER)), person(api, Role.MANAGER)
    assert (
        client.post(reverse("add-brief", args=[page.brand.slug]), {**ALL, "usage_paid": "True"}).status_code
        == 302
    )
    assert caller.post("briefs", ALL).status_code == 201
    ours, theirs = (Brief.objects.get(brand=each.brand) for each in (page, api))
    edit = reverse("edit-brief", args=[page.brand.slug, ours.pk])
    was = client.get(edit).context["form"].initial["was"]
    assert client.post(edit, {**ALL, "usage_paid": "False", "usage_days": "", "was": was}).status_code == 302
    assert caller.patch(f"briefs/{theirs.pk}", {"usage_paid": False, "usage_days": None}).status_code == 200
    assert left_in(page.brand, Brief) == left_in(api.brand, Brief)
