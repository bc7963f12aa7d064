"""What is done to many posts at once."""

import pytest
import time_machine
from django.urls import reverse

from brands.enums import Role
from brands.rules import POLICY, Action
from posts.enums import Stage
from posts.operations.briefs import add_briefs
from posts.operations.stages import StageReached, record_stages
from tests.workplace.postdesk import lanes
from tests.world import DAY, NOW, World, client_of
from workplace.lists import pages
from workplace.queries.posts import posts_of

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


def change_of(answer):
    return answer.content.decode().split('name="change" value="')[1].split('"')[0]


def test_chosen_posts_move_to_a_lane_and_back(world, client, url):
    posts = [world.post(title=title) for title in ("One", "Two", "Three")]
    chosen = {"do": "lane", "lane-lane": "ready_for_spark", "id": [posts[0].pk, posts[1].pk]}
    answer = client.post(url, chosen, follow=True)
    assert "2 posts moved to “Ready for Spark”." in answer.content.decode()
    assert lanes(world) == {"One": "ready_for_spark", "Two": "ready_for_spark", "Three": ""}
    change = answer.content.decode().split('name="change" value="')[1].split('"')[0]
    back = client.post(reverse("undo", args=[world.brand.slug]), {"change": change}, follow=True)
    assert "Taken back: 2 rows as before." in back.content.decode()
    assert lanes(world) == {"One": "", "Two": "", "Three": ""}


def test_all_that_match_are_meant_not_only_those_of_the_page(world, client, url, monkeypatch):
    monkeypatch.setattr(pages, "PER_PAGE", 1)
    maya, liam = world.creator("maya"), world.creator("liam")
    for number in range(3):
        world.post(maya, title=f"Maya {number}")
    world.post(liam, title="Liam")
    client.post(f"{url}?creator=maya", {"do": "lane", "lane-lane": "keep_out_of_paid", "all": "1"})
    assert lanes(world) == {
        "Maya 0": "keep_out_of_paid",
        "Maya 1": "keep_out_of_paid",
        "Maya 2": "keep_out_of_paid",
        "Liam": "",
    }


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"do": "lane", "lane-lane": "ready_for_spark"}, "No line was chosen."),
        ({"do": "dance", "id": "@"}, "Choose what to do with these lines."),
        ({"do": "lane", "lane-lane": "fast", "id": "@"}, "is not one of the available choices"),
    ],
)
def test_what_cannot_be_done_is_said_and_the_lines_stay_chosen(world, client, url, fields, words):
    post = world.post(title="One")
    answer = client.post(url, {**fields, **({"id": post.pk} if "id" in fields else {})})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in page
    assert (f'value="{post.pk}" aria-label="Choose One" checked' in page) == ("id" in fields)
    assert lanes(world) == {"One": ""}


def test_posts_of_others_are_not_changed_by_their_ids(world, client, url):
    other = World()
    theirs = other.post(title="Theirs")
    answer = client.post(url, {"do": "lane", "lane-lane": "ready_for_spark", "id": theirs.pk})
    assert answer.status_code == 422
    assert lanes(other) == {"Theirs": ""}


def test_who_may_only_read_sees_no_boxes_and_changes_nothing(world, url):
    post = world.post(title="One")
    viewer = client_of(world.member(Role.VIEWER))
    assert 'type="checkbox" name="id"' not in viewer.get(url).content.decode()
    answer = viewer.post(url, {"do": "lane", "lane-lane": "ready_for_spark", "id": post.pk})
    assert answer.status_code == 403
    assert lanes(world) == {"One": ""}


def test_all_that_match_under_an_address_that_means_nothing_is_nothing(world, client, url):
    world.post(title="One")
    for query in ("lanee=x", "lane=fast"):
        answer = client.post(f"{url}?{query}", {"do": "lane", "lane-lane": "ready_for_spark", "all": "1"})
        assert answer.status_code == 422
    assert lanes(world) == {"One": ""}


def test_the_same_page_sent_twice_changes_once(world, client, url):
    post = world.post(title="One", details={"post_due_on": world.day(1)})
    page = client.get(url).content.decode()
    once = page.split('name="once" value="')[1].split('"')[0]
    sent = {"do": "due", "due-days": "7", "due-which": "post_due_on", "id": post.pk, "once": once}
    client.post(url, sent)
    again = client.post(url, sent, follow=True)
    assert "done already" in again.content.decode()
    post.refresh_from_db()
    assert post.post_due_on == world.day(8)


@pytest.mark.parametrize(
    ("fields", "said", "name", "values"),
    [
        (
            {"do": "use_case", "use_case-use_case": "unboxing"},
            "2 posts changed: unboxing.",
            "use_case",
            ["", "unboxing"],
        ),
        (
            {"do": "payment", "payment-payment": "paid"},
            "2 posts changed. Payment: paid.",
            "payment_state",
            ["none", "paid"],
        ),
        (
            {"do": "stage", "stage-stage": "approved"},
            "2 posts: approved.",
            "stage_now",
            ["briefed", "approved"],
        ),
        (
            {"do": "due", "due-days": "-2", "due-which": "both"},
            "2 posts due 2 days earlier.",
            "draft_due_on",
            [3, 1],
        ),
        (
            {"do": "brief", "brief-brief": "@"},
            "2 posts attached to “Winter”.",
            "brief__title",
            [None, "Winter"],
        ),
    ],
)
def test_many_posts_are_changed_at_once_and_taken_back(world, client, url, fields, said, name, values):  # noqa: PLR0917
    (brief,) = add_briefs(drafts=[{"title": "Winter"}], **world.by)
    posts = [world.post(title=title, details={"draft_due_on": world.day(3)}) for title in ("One", "Two")]
    apart = world.post(title="Three", details={"draft_due_on": world.day(3)})
    record_stages(
        stages=[StageReached(post, Stage.BRIEFED, world.now - DAY) for post in (*posts, apart)], **world.by
    )
    before, after = (world.day(value) if isinstance(value, int) else value for value in values)

    def stored():
        return dict(posts_of(world.brand, world.now).values_list("title", name))

    data = {key: brief.pk if value == "@" else value for key, value in fields.items()}
    answer = client.post(url, {**data, "id": [post.pk for post in posts]}, follow=True)
    assert said in answer.content.decode()
    assert stored() == {"One": after, "Two": after, "Three": before}
    undo = reverse("undo", args=[world.brand.slug])
    back = client.post(undo, {"change": change_of(answer)}, follow=True)
    assert "Taken back: 2 rows as before." in back.content.decode()
    assert stored() == {"One": before, "Two": before, "Three": before}


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"do": "due", "due-days": "7", "due-which": "post_due_on"}, "has such a due date"),
        ({"do": "due", "due-days": "7000", "due-which": "both"}, "less than or equal to 365"),
        ({"do": "payment", "payment-payment": "none"}, "are like that already"),
        ({"do": "brief", "brief-brief": ""}, "are like that already"),
        ({"do": "stage", "stage-stage": "posted"}, "it stays posted"),
    ],
)
def test_what_cannot_be_done_to_many_posts_is_said(world, client, url, data, words):
    post = world.post(title="One", tiktok_post_id="7301184422019655681" if data["do"] == "stage" else "")
    answer = client.post(url, {**data, "id": post.pk})
    assert answer.status_code == 422
    assert words in answer.content.decode()


def test_whoever_may_change_payments_may_read_them():
    assert all(Action.READ_FEES in allowed for allowed in POLICY.values() if Action.WRITE_POSTS in allowed)
