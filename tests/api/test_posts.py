"""``posts`` of the API: links that fill them in, their verdict and numbers, and all that is done to them."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from brands.enums import AttachmentSubject, Role, TokenScope
from brands.operations.attachments import Link, Subject, attach_links
from creators.models import Creator
from posts.models import Post
from posts.operations.briefs import add_briefs
from tests.api.scripts import person, script
from tests.audit import entries
from tests.world import DAY, World, client_of

pytestmark = pytest.mark.django_db

ID = "7301184422019655681"
LONG = f"https://www.tiktok.com/@maya/video/{ID}"
BORN = "2023-11-14T05:24:28Z"  # the upper half of the id, in seconds since 1970


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


def brief_of(world, title="Glow"):
    return add_briefs(drafts=[{"title": title}], **world.by)[0]


# --- Reading ---------------------------------------------------------------------------------------------------------
def test_a_post_with_its_verdict_stage_and_numbers(world, caller):
    brief = brief_of(world)
    post = world.post(
        world.creator("maya"),
        brief=brief,
        title="Glow",
        url=LONG,
        tiktok_post_id=ID,
        details={"notes": "Nice"},
    )
    world.code(post, world.now - DAY, days=30)
    world.right(world.day(-2), world.day(60), post=post)
    world.flight(post, world.day(1), world.day(9))
    caller.post(f"posts/{post.pk}/metrics", {"views": 1000, "likes": 50, "comments": 5})
    row = caller.get(f"posts/{post.pk}").json()
    lapse = (world.now + 29 * DAY).isoformat().replace("+00:00", "Z")
    assert row == {
        "id": str(post.pk),
        "creator": str(post.creator_id),
        "handle": "maya",
        "brief": str(brief.pk),
        "title": "Glow",
        "url": LONG,
        "tiktok_post_id": ID,
        "posted_at": BORN,
        **dict.fromkeys(("caption", "product", "sku", "hook_angle", "offer", "use_case", "landing_page"), ""),
        **dict.fromkeys(("lane", "hand_off_note", "comment_quality", "shipment_reference", "draft_link"), ""),
        "notes": "Nice",
        "draft_due_on": None,
        "post_due_on": None,
        "due_on": None,
        "payment_state": "none",
        "replaces": None,
        "method": "code",
        "unavailable_from": None,
        "stage": "posted",
        "verdict": "lapses",
        "runnable_until": lapse,
        "reasons": ["code_expired"],
        "gaps": row["gaps"],
        "flights": 1,
        "metrics": {
            "at": "2026-11-21T14:05:00Z",
            "source": "person",
            "views": 1000,
            "likes": 50,
            "comments": 5,
            "shares": None,
            "saves": None,
        },
        "engagement": "5.50",
        "strong": False,
        "created_at": "2026-11-21T14:05:00Z",
    }
    assert row["gaps"][0] == {
        "starts_at": lapse,
        "ends_at": row["gaps"][1]["starts_at"],
        "reasons": ["code_expired"],
    }


@pytest.mark.once
def test_notes_and_payment_are_for_those_who_may_read_them(world):
    notes, fees = {"hand_off_note", "notes", "comment_quality"}, {"payment_state"}
    post = world.post(details=dict.fromkeys(notes, "a canary"))
    for caller, hidden in (
        (person(world, Role.VIEWER), notes | fees),
        (script(world, TokenScope.READ), notes | fees),
        (person(world, Role.BUYER), set()),
    ):
        for shown in (caller.get(f"posts/{post.pk}"), caller.get("posts")):
            row = shown.json().get("results", [shown.json()])[0]
            assert (notes | fees) - set(row) == hidden
            assert ("canary" in shown.content.decode()) == (not hidden)
        assert caller.get("posts?payment=due").status_code == (400 if hidden else 200)


def test_a_list_takes_as_many_queries_however_long_it_is(world, caller):
    caller.get("posts")
    for more in (1, 2, 47):
        posts = world.posts(more)
        world.codes(posts, world.now)
        with CaptureQueriesContext(connection) as seen:
            assert caller.get("posts?limit=200").status_code == 200
        assert len(seen) == 5
    for fields in ("title", "handle,stage,due_on"):
        with CaptureQueriesContext(connection) as seen:
            rows = caller.get(f"posts?fields={fields}&sort=due").json()["results"]
        assert set(rows[0]) == {"id", *fields.split(",")}
        assert len(seen) == 2
        assert '"caption"' not in seen[-1]["sql"]


def test_a_list_is_narrowed_as_the_page_is(world, caller):
    brief = brief_of(world)
    for title, details in (("A", {"lane": "ready_for_spark"}), ("B", {"use_case": "unboxing"}), ("C", {})):
        world.post(title=title, brief=brief if title != "C" else None, details=details)
    client = client_of(world.member(Role.MANAGER))
    page = reverse("posts", args=[world.brand.slug])
    for query in (
        "sort=title",
        "lane=ready_for_spark",
        "use_case=unboxing",
        "brief=glow",
        "stage=none",
        "q=b",
    ):
        shown = [line.name for line in client.get(f"{page}?{query}").context["listed"].lines]
        found = [row["title"] for row in caller.get(f"posts?{query}").json()["results"]]
        assert shown == found, query


# --- Adding and changing ---------------------------------------------------------------------------------------------
def test_a_link_fills_in_whose_it_is_its_id_and_its_day(world, caller):
    assert refusal(caller.post("posts", {"link": LONG})) == (
        "/handle",
        "@maya is not on file yet. Send new_creator: true to put them on file as a new creator.",
    )
    answer = caller.post(
        "posts", {"link": f"Here it is: {LONG}?lang=en", "new_creator": True, "title": "Glow"}
    )
    row = answer.json()
    assert answer.status_code == 201, row
    assert {name: row[name] for name in ("handle", "url", "tiktok_post_id", "posted_at", "stage")} == {
        "handle": "maya",
        "url": LONG,
        "tiktok_post_id": ID,
        "posted_at": BORN,
        "stage": "posted",
    }
    again = caller.post("posts", {"link": LONG})
    assert refusal(again) == ("/link", f"The post {ID} is already on file.")
    assert (Post.objects.count(), Creator.objects.count()) == (1, 1)


WRONG: tuple[tuple[dict[str, object], str, int], ...] = (
    ({}, "/handle", 422),
    ({"handle": "iris", "link": LONG}, "/handle", 422),
    ({"link": "https://www.instagram.com/reel/abc/"}, "/link", 400),
    ({"link": "nothing"}, "/link", 400),
    ({"link": 5}, "/link", 400),
    ({"handle": "iris", "tiktok_post_id": "12"}, "/tiktok_post_id", 400),
    ({"handle": "iris", "lane": "fast"}, "/lane", 400),
    ({"handle": "iris", "draft_due_on": "2026-02-30"}, "/draft_due_on", 400),
    ({"handle": "iris", "draft_due_on": "1999-12-31"}, "/draft_due_on", 400),
    ({"handle": "iris", "posted_at": "2026-11-21T12:00:00"}, "/posted_at", 400),
    ({"handle": "iris", "posted_at": "9999-12-31T23:59:59Z"}, "/posted_at", 400),
    ({"handle": "iris", "draft_link": "javascript:alert(1)"}, "/draft_link", 400),
    ({"handle": "iris", "url": LONG}, "/url", 400),
    ({"handle": "iris", "replaces": ID}, "/replaces", 400),
)


@pytest.mark.once
def test_what_makes_no_post_is_named(world, caller):
    world.creator("iris")
    for body, pointer, status in WRONG:
        assert refusal(caller.post("posts", body), status)[0] == pointer, body
    assert not Post.objects.exists()


def test_rows_of_another_brand_cannot_be_named(world, caller):
    other = World()
    theirs = other.post(brief=brief_of(other))
    mine = world.post()
    right, flight = other.right(other.day(0), post=theirs), other.flight(theirs, other.day(1))
    for body in (
        {"creator": str(theirs.creator_id)},
        {"handle": mine.creator.handle, "brief": str(theirs.brief_id)},
    ):
        assert refusal(caller.post("posts", body), 400)[0] in {"/creator", "/brief"}
    assert refusal(caller.patch(f"posts/{mine.pk}", {"brief": str(theirs.brief_id)}), 400)[0] == "/brief"
    for name, row in (("rights", right), ("flights", flight)):
        assert refusal(caller.post(f"posts/{mine.pk}/redo", {name: [str(row.pk)]}), 400)[0].startswith(
            f"/{name}"
        )
    for action in ("stage", "unavailable", "available", "metrics", "redo"):
        assert caller.post(f"posts/{theirs.pk}/{action}", {"stage": "posted", "views": 1}).status_code == 404
    assert Post.objects.count() == 2


def test_many_posts_at_once_with_their_creators(world, caller):
    world.creator("iris")
    items = [
        {"handle": "maya", "new_creator": True, "title": "A"},
        {"handle": "@Maya", "new_creator": True, "title": "B"},
        {"handle": "iris", "title": "C"},
    ]
    rows = caller.post("posts/bulk", items).json()["results"]
    assert [(row["handle"], row["title"]) for row in rows] == [("maya", "A"), ("maya", "B"), ("iris", "C")]
    wrong = [{"handle": "iris"}, {"handle": "nobody"}, {"link": LONG, "handle": "iris"}]
    answer = caller.post("posts/bulk", wrong)
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/1/handle", "/2/handle"]
    brief = brief_of(world)
    edits = [{"id": row["id"], "brief": str(brief.pk), "method": "account_level"} for row in rows[:2]]
    edits.append({"id": rows[2]["id"], "link": LONG.replace("maya", "iris"), "lane": "ready_for_spark"})
    changed = caller.patch("posts/bulk", edits).json()["results"]
    assert [row["brief"] for row in changed] == [str(brief.pk)] * 2 + [None]
    assert [row["method"] for row in changed] == ["account_level", "account_level", "code"]
    assert (changed[2]["tiktok_post_id"], changed[2]["posted_at"]) == (ID, BORN)


def test_many_links_take_as_many_queries_as_few(world, caller):
    caller.get("posts")  # notes that the token was used
    numbers = []
    for start, number in ((0, 2), (2, 30)):
        links = [
            f"https://www.tiktok.com/@who{start}/video/{int(ID) + start + more}" for more in range(number)
        ]
        with CaptureQueriesContext(connection) as seen:
            answer = caller.post("posts/bulk", [{"link": link, "new_creator": True} for link in links])
        assert answer.status_code == 201, answer.json()
        numbers.append(len(seen))
    assert numbers[0] == numbers[1]


def test_a_link_that_is_changed_takes_id_and_day_along(world, caller):
    post = world.post(world.creator("maya"))
    path = f"posts/{post.pk}"
    assert refusal(caller.patch(path, {"link": LONG.replace("maya", "iris")})) == (
        "/link",
        "The link is of @iris, not of @maya.",
    )
    assert caller.patch(path, {"link": LONG}).json()["posted_at"] == BORN
    other = "7301184422019655999"
    assert refusal(caller.patch(path, {"link": LONG, "tiktok_post_id": other})) == (
        "/tiktok_post_id",
        f"The link says {ID}.",
    )
    taken = world.post(tiktok_post_id=other)
    assert refusal(caller.patch(path, {"tiktok_post_id": other}))[0] == "/tiktok_post_id"
    assert refusal(caller.patch(path, {"link": LONG.replace(ID, other)}))[0] == "/link"
    cleared = caller.patch(path, {"link": "", "posted_at": None}).json()
    assert (cleared["url"], cleared["tiktok_post_id"], cleared["posted_at"]) == ("", ID, None)
    assert taken.pk != post.pk


def test_what_others_need_is_not_deleted(world, caller):
    coded, proved, free = world.post(), world.post(), world.post(title="Glow")
    world.code(coded, world.now)
    subject = Subject(AttachmentSubject.POST, proved.pk)
    attach_links(subject=subject, links=[Link("https://a.example", "Contract")], **world.by)
    for post, kind in ((coded, "authorizationcode"), (proved, "attachment")):
        answer = caller.delete(f"posts/{post.pk}")
        assert (answer.status_code, [each["type"] for each in answer.json()["dependents"]]) == (409, [kind])
    assert caller.delete(f"posts/{free.pk}").status_code == 204
    assert [entry.object_label for entry in entries(world.brand, "post.deleted")] == ["Glow"]
