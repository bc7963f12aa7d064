"""What is done to a post by the API: stages, gone and back, numbers, redone; and that pages leave the same."""

import pytest
from django.urls import reverse

from authorizations.models import AuthorizationCode, UsageRight
from brands.enums import Role
from campaigns.models import Flight
from creators.models import Creator
from posts.enums import Method, Stage
from posts.models import MetricsSnapshot, Post, StageEvent
from posts.operations.briefs import add_briefs
from tests.api.parity import left_in
from tests.api.scripts import person, script
from tests.world import World, client_of

pytestmark = pytest.mark.django_db

ID = "7301184422019655681"
LONG = f"https://www.tiktok.com/@maya/video/{ID}"


@pytest.fixture
def world(time_machine):
    world = World()
    time_machine.move_to(world.now, tick=False)
    return world


@pytest.fixture
def caller(world):
    return script(world)


def refusal(answer, status=422):
    """The pointer and the words of the one error."""
    assert answer.status_code == status, answer.content
    (error,) = answer.json()["errors"]
    return error["pointer"], error["detail"]


def test_a_post_goes_through_its_stages(world, caller):
    path = f"posts/{world.post().pk}"
    assert caller.post(f"{path}/stage", {"stage": "briefed"}).json()["stage"] == "briefed"
    moved = caller.post(f"{path}/stage", {"stage": "draft_received", "was": "briefed"})
    assert moved.json()["stage"] == "draft_received"
    assert (
        "Somebody has moved"
        in refusal(caller.post(f"{path}/stage", {"stage": "approved", "was": "briefed"}))[1]
    )
    # Back to where it came from within a day: the stage was noted by mistake.
    assert caller.post(f"{path}/stage", {"stage": "briefed"}).json()["stage"] == "briefed"
    assert caller.post(f"{path}/stage", {"stage": None}).json()["stage"] is None
    earlier = {"stage": "product_shipped", "at": "2026-11-20T09:00:00+01:00"}
    assert caller.post(f"{path}/stage", earlier).json()["stage"] == "product_shipped"
    event = StageEvent.objects.get()
    assert (event.stage, event.at.isoformat()) == ("product_shipped", "2026-11-20T08:00:00+00:00")
    assert refusal(caller.post(f"{path}/stage", {**earlier, "at": "2026-11-22T00:00:00Z"}))[0] == "/at"
    for body, pointer in (({}, "/stage"), ({"stage": "x"}, "/stage"), ({**earlier, "was": None}, "/at")):
        assert refusal(caller.post(f"{path}/stage", body), 400)[0] == pointer
    live = world.post(tiktok_post_id=ID)
    assert "it stays posted" in refusal(caller.post(f"posts/{live.pk}/stage", {"stage": "approved"}))[1]


def test_a_post_is_gone_and_back(world):
    post = world.post()
    caller, path = person(world, Role.BUYER), f"posts/{post.pk}"
    assert caller.post(f"{path}/unavailable", {}).json()["unavailable_from"] == "2026-11-21T14:05:00Z"
    since = {"since": "2026-11-20T00:00:00Z"}
    gone = caller.post(f"{path}/unavailable", since).json()
    assert (gone["unavailable_from"], gone["verdict"]) == ("2026-11-20T00:00:00Z", "blocked")
    assert "post_unavailable" in gone["reasons"]
    assert caller.post(f"{path}/unavailable", {}).json()["unavailable_from"] == "2026-11-20T00:00:00Z"
    assert refusal(caller.post(f"{path}/unavailable", {"since": "2026-12-01T00:00:00Z"}))[0] == "/since"
    assert caller.post(f"{path}/available", {}).json()["unavailable_from"] is None
    assert person(world, Role.VIEWER).post(f"{path}/available", {}).status_code == 403
    assert caller.post(f"{path}/stage", {"stage": "approved"}).status_code == 403


def test_numbers_are_noted_once_for_an_instant(world, caller):
    path = f"posts/{world.post().pk}"
    earlier = {"at": "2026-11-20T00:00:00Z", "source": "tiktok", "views": 10}
    assert caller.post(f"{path}/metrics", earlier).json()["metrics"]["views"] == 10
    assert refusal(caller.post(f"{path}/metrics", earlier)) == (
        "/at",
        "Numbers of this instant are on file already.",
    )
    assert caller.post(f"{path}/metrics", {"views": 12}).json()["metrics"]["views"] == 12
    for body in (
        {},
        {"at": "2026-11-20T00:00:00Z"},
        {"views": -1},
        {"views": 10**13},
        {"views": "5"},
        {"views": 5.0},
    ):
        assert caller.post(f"{path}/metrics", body).status_code == 400, body
    assert refusal(caller.post(f"{path}/metrics", {"views": 1, "source": "sheet"}), 400)[0] == "/source"
    assert MetricsSnapshot.objects.count() == 2


def test_a_redone_post_is_a_new_one_with_its_rights_and_flights(world, caller):
    old = world.post(world.creator("maya"), title="Glow", url=LONG, tiktok_post_id=ID, method=Method.CODE)
    world.code(old, world.now)
    right = world.right(world.day(0), world.day(60), post=old)
    flight, launched = world.flight(old, world.day(5)), world.flight(old, world.day(1))
    Flight.objects.filter(pk=launched.pk).update(launched_at=world.now)
    for body, pointer in (
        ({"link": LONG}, "/link"),
        ({"link": LONG.replace("maya", "iris")}, "/link"),
        ({"flights": [str(launched.pk)]}, "/flights"),
        ({"rights": [str(world.right(world.day(0), creator=old.creator).pk)]}, "/rights"),
    ):
        assert refusal(caller.post(f"posts/{old.pk}/redo", body))[0] == pointer
    assert Post.objects.count() == 1
    body = {"title": "Glow, second cut", "rights": [str(right.pk)] * 2, "flights": [str(flight.pk)]}
    first = caller.post(f"posts/{old.pk}/redo", body, idempotency_key="redo")
    again = caller.post(f"posts/{old.pk}/redo", body, idempotency_key="redo")
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    new = Post.objects.get(replaces=old)
    assert first["Location"] == f"/api/v1/posts/{new.pk}"
    assert (first.json()["replaces"], first.json()["title"]) == (str(old.pk), "Glow, second cut")
    assert UsageRight.objects.filter(post=new).count() == 1
    assert list(Flight.objects.filter(post=new)) == [flight]
    assert not AuthorizationCode.objects.filter(post=new).exists()


@pytest.mark.once
def test_page_and_endpoint_leave_the_same(time_machine):
    page, api = World(), World()
    time_machine.move_to(page.now, tick=False)
    client, caller = client_of(page.member(Role.MANAGER)), person(api, Role.MANAGER)
    ours, theirs = (add_briefs(drafts=[{"title": "Glow"}], **world.by)[0] for world in (page, api))

    def address(name, *args):
        return reverse(name, args=[page.brand.slug, *args])

    said = {
        "link": LONG,
        "title": "Glow",
        "lane": "ready_for_spark",
        "method": "linked_account",
        "payment_state": "due",
        "notes": "Nice",
        "post_due_on": "2026-12-01",
    }
    form = {**said, "handle": "maya", "new_creator": "maya", "brief": ours.pk}
    assert client.post(address("add-post"), form).status_code == 302
    assert caller.post("posts", {**said, "new_creator": True, "brief": str(theirs.pk)}).status_code == 201
    assert left_in(page.brand, Post, Creator) == left_in(api.brand, Post, Creator)

    mine, other = (Post.objects.get(brand=world.brand) for world in (page, api))
    edit = address("edit-post", mine.pk)
    was = client.get(edit).context["form"].initial["was"]
    changes = {"title": "Glow!", "method": "code", "payment_state": "paid", "lane": ""}
    stored = {**form, "tiktok_post_id": ID, "posted_on": "2023-11-14", **changes, "brief": ""}
    assert client.post(edit, {**stored, "was": was}).status_code == 302
    assert caller.patch(f"posts/{other.pk}", {**changes, "brief": None}).status_code == 200
    assert left_in(page.brand, Post) == left_in(api.brand, Post)

    was = client.get(address("note-numbers", mine.pk)).context["form"].initial["was"]
    client.post(address("note-numbers", mine.pk), {"views": "1.2K", "at": "2026-11-21T14:05", "was": was})
    client.post(address("mark-gone", mine.pk))
    client.post(address("mark-back", mine.pk))
    caller.post(f"posts/{other.pk}/metrics", {"views": 1200})
    caller.post(f"posts/{other.pk}/unavailable", {})
    caller.post(f"posts/{other.pk}/available", {})
    client.post(address("redo-post", mine.pk), {"title": "Again", "sure": "1"})
    caller.post(f"posts/{other.pk}/redo", {"title": "Again"})
    drafts = [Post.objects.get(brand=world.brand, title="Again") for world in (page, api)]
    client.post(address("note-stage", drafts[0].pk), {"stage": Stage.BRIEFED, "was": ""})
    caller.post(f"posts/{drafts[1].pk}/stage", {"stage": "briefed"})
    models = (Post, StageEvent, MetricsSnapshot)
    assert left_in(page.brand, *models) == left_in(api.brand, *models)
    assert len(left_in(page.brand, *models)[0]) == 4
