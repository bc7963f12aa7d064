"""The list of posts, and with it what all lists share."""

import base64
import csv
import io
import json
from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from brands.enums import Role
from posts.enums import Lane, Stage
from posts.models import Post
from posts.operations.stages import StageReached, record_stages
from sparktrack.core.ids import uuid7
from tests.world import DAY, NOW, World, client_of
from workplace.enums import Place
from workplace.lists import pages

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


def titles(response):
    """The posts of the page, in order."""
    return [line.name for line in response.context["listed"].lines]


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


def test_a_post_that_is_on_tiktok_was_posted(world, client, url):
    world.post(title="Live", tiktok_post_id="7301184422019655681")
    world.post(title="Planned")
    assert titles(client.get(url, {"stage": "posted"})) == ["Live"]


def test_filters_are_in_the_address_and_can_be_taken_away_one_by_one(world, client, url):
    world.post(world.creator("maya"), title="One", details={"lane": Lane.READY_FOR_SPARK})
    world.post(world.creator("liam"), title="Two", details={"lane": Lane.READY_FOR_SPARK})
    world.post(world.creator("noah"), title="Three")
    answer = client.get(url, {"lane": "ready_for_spark", "creator": "@maya", "sort": "title"})
    assert titles(answer) == ["One"]
    page = answer.content.decode()
    assert "Creator: maya" in page
    assert f'href="{url}?lane=ready_for_spark&amp;sort=title"' in page
    assert "1 post<" in page


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"colour": "red"}, "There is no filter called colour."),
        ({"after": "nowhere"}, "This page of the list cannot be found."),
        ({"creator": "not a handle!"}, "Please look at these fields"),
        ({"lane": "fast"}, "Please look at these fields"),
    ],
)
def test_an_address_that_means_nothing_is_said_in_words(client, url, query, words):
    answer = client.get(url, query)
    assert answer.status_code == 400
    assert words in answer.content.decode()


@pytest.mark.parametrize("sort", ["newest", "title", "creator"])
def test_pages_by_key_show_every_post_once(world, client, url, monkeypatch, sort):
    monkeypatch.setattr(pages, "PER_PAGE", 2)
    maya = world.creator("maya")
    for title in ("B", "A", "a", "A", "B"):
        world.post(maya, title=title)
    seen, query = [], {"sort": sort}
    while True:
        answer = client.get(url, query)
        seen += [line.pk for line in answer.context["listed"].lines]
        cursor = answer.context["listed"].next_cursor
        if not cursor:
            break
        query = {"sort": sort, "after": cursor}
    assert len(seen) == len(set(seen)) == 5


def test_the_number_of_queries_is_the_same_for_one_post_and_for_fifty(
    world, client, url, django_assert_max_num_queries
):
    client.get(url)
    for number in (1, 49):
        for post in world.posts(number, title="Post"):
            world.code(post, NOW - DAY)
        with django_assert_max_num_queries(14):
            assert client.get(url).status_code == 200


def test_fifty_lines_are_a_small_page(world, client, url):
    for post in world.posts(50, title="A title of some length that people would write"):
        world.code(post, NOW - DAY)
    assert len(client.get(url).content) < 60_000


def test_a_sheet_holds_all_rows_that_match_and_only_the_columns_that_are_shown(world, client, url):
    maya = world.creator("maya")
    for number in range(3):
        world.post(maya, title=f"=Post {number}", details={"product": "Serum"})
    answer = client.get(url, {"export": "csv", "sort": "title", "q": "post"})
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert rows[0][:2] == ["Post", "May it run?"]
    assert [row[0] for row in rows[1:]] == ["'=Post 0", "'=Post 1", "'=Post 2"]
    assert "Product" not in rows[0]


def test_posts_of_another_brand_are_in_no_page_and_no_sheet(world, client, url):
    other = World()
    other.post(other.creator("stranger"), title="Canary")
    for query in ({}, {"q": "canary"}, {"creator": "stranger"}, {"export": "csv"}):
        answer = client.get(url, query)
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        assert b"Canary" not in content.replace(b'value="canary"', b"")


# --- Many at once ----------------------------------------------------------------------------------------------------
def lanes(world):
    return dict(Post.objects.for_brand(world.brand).values_list("title", "lane"))


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


# --- Views and columns -----------------------------------------------------------------------------------------------
def test_columns_are_chosen_and_remembered_for_this_person(world, client, url):
    world.post(title="One", details={"product": "Serum"})
    address = reverse("list-columns", args=[world.brand.slug, "posts"])
    client.post(address, {"column": ["product", "lane"]}, HTTP_REFERER=f"http://testserver{url}")
    page = client.get(url).content.decode()
    assert "Serum" in page
    assert "May it run?</th>" not in page
    other = client_of(world.member(Role.MANAGER)).get(url).content.decode()
    assert "May it run?</th>" in other
    client.post(address, {"usual": "1"})
    assert "May it run?</th>" in client.get(url).content.decode()


def save_view(client, world, **fields):
    return client.post(reverse("list-view-save", args=[world.brand.slug, "posts"]), fields, follow=True)


def test_a_view_keeps_filters_and_columns_and_can_open_the_list(world, client, url):
    world.post(world.creator("maya"), title="One", details={"product": "Serum"})
    world.post(world.creator("liam"), title="Two")
    answer = save_view(client, world, name="Maya", query="creator=maya", column=["product"])
    assert titles(answer) == ["One"]
    assert "Serum" in answer.content.decode()
    view = answer.context["setting"].current
    assert titles(client.get(url)) == ["Two", "One"]
    client.post(reverse("list-view", args=[world.brand.slug, view.pk]), {"do": "open"})
    assert titles(client.get(url, follow=True)) == ["One"]
    assert titles(client.get(url, {"view": "all"})) == ["Two", "One"]


def test_a_view_is_seen_by_others_only_when_it_is_shared_and_changed_by_its_owner(world, client):
    saved = save_view(client, world, name="Mine", query="q=a")
    view = saved.context["setting"].current
    address = reverse("list-view", args=[world.brand.slug, view.pk])
    colleague = client_of(world.member(Role.MANAGER))
    assert colleague.post(address, {"do": "delete"}).status_code == 404
    client.post(address, {"do": "share"})
    views = reverse("list-views", args=[world.brand.slug, "posts"])
    assert "Mine" in colleague.get(views).content.decode()
    refused = colleague.post(address, {"do": "delete"}, follow=True)
    assert "This view belongs to somebody else." in refused.content.decode()
    client_of(world.member(Role.ADMIN)).post(address, {"do": "delete"})
    assert "Mine" not in client.get(views).content.decode()


@pytest.mark.parametrize("name", ["", "  ", "x" * 81])
def test_a_view_needs_a_name_that_fits(world, client, name):
    answer = save_view(client, world, name=name, query="")
    assert "name" in answer.content.decode()
    assert not answer.context["setting"].views if answer.context.get("setting") else True


# --- Undo ------------------------------------------------------------------------------------------------------------
def move(client, world, url, post, lane):
    """The id of the change that moved ``post`` to ``lane``."""
    answer = client.post(url, {"do": "lane", "lane-lane": lane, "id": post.pk}, follow=True)
    return answer.content.decode().split('name="change" value="')[1].split('"')[0]


def undo(client, world, change):
    return client.post(
        reverse("undo", args=[world.brand.slug]), {"change": change}, follow=True
    ).content.decode()


def test_what_somebody_changed_since_stays(world, client, url):
    post = world.post(title="One")
    change = move(client, world, url, post, "ready_for_spark")
    move(client, world, url, post, "keep_out_of_paid")
    assert "Somebody has changed all of it since" in undo(client, world, change)
    assert lanes(world) == {"One": "keep_out_of_paid"}


def test_only_who_did_it_takes_it_back_and_only_for_a_day(world, url):
    manager = world.member(Role.MANAGER)
    client = client_of(manager)
    post = world.post(title="One")
    change = move(client, world, url, post, "ready_for_spark")
    colleague = client_of(world.member(Role.MANAGER))
    assert "nothing to take back" in undo(colleague, world, change)
    later = NOW + DAY + timedelta(seconds=1)
    with time_machine.travel(later, tick=False):
        client.force_login(manager, backend="allauth.account.auth_backends.AuthenticationBackend")
        assert "nothing to take back" in undo(client, world, change)
    assert lanes(world) == {"One": "ready_for_spark"}
    client = client_of(manager)
    assert "Taken back" in undo(client, world, change)
    assert "Somebody has changed all of it since" in undo(client, world, change)


# --- What must not be told, and what nobody types --------------------------------------------------------------------
def test_who_may_not_read_payments_cannot_ask_for_them_either(world, url):
    world.post(title="Paid", details={"payment_state": "paid"})
    viewer = client_of(world.member(Role.VIEWER))
    answer = viewer.get(url, {"payment": "paid"})
    assert answer.status_code == 400
    assert "There is no filter called payment." in answer.content.decode()
    assert "Payment" not in viewer.get(url).content.decode()
    buyer = client_of(world.member(Role.BUYER))
    assert titles(buyer.get(url, {"payment": "paid"})) == ["Paid"]


@pytest.mark.parametrize("cursor", ["W" * 5000, "W1tbW1tb", "eyJhIjoxfQ", "\0", "bnVsbA"])
def test_a_place_in_the_list_that_nobody_made_is_refused(client, url, cursor):
    assert client.get(url, {"after": cursor}).status_code == 400


@pytest.mark.parametrize(
    ("route", "fields"),
    [
        ("list-view-save", {"name": "a\0", "query": "q=a"}),
        ("list-view-save", {"name": "a", "query": "q=\0", "column": "\0"}),
        ("list-columns", {"column": "a\0"}),
    ],
)
def test_what_nobody_types_is_not_kept(world, client, url, route, fields):
    address = reverse(route, args=[world.brand.slug, "posts"])
    assert client.post(address, fields).status_code == 302
    assert client.get(url).status_code == 200


def test_undo_of_nothing_is_refused(world, client):
    assert "nothing to take back" in undo(client, world, "\0")


def test_a_view_keeps_filters_and_nothing_else(world, client, url):
    world.post(title="One")
    saved = save_view(client, world, name="Sheet", query="q=one&export=csv&after=x&view=all")
    view = saved.context["setting"].current
    assert view.query == "q=one"
    client.post(reverse("list-view", args=[world.brand.slug, view.pk]), {"do": "open"})
    assert titles(client.get(url, follow=True)) == ["One"]


def test_who_chooses_columns_in_a_view_leaves_the_view_with_its_filters(world, client, url):
    world.post(title="One", details={"product": "Serum"})
    saved = save_view(client, world, name="Short", query="q=one", column=["stage"])
    view = saved.context["setting"].current
    answer = client.post(
        reverse("list-columns", args=[world.brand.slug, "posts"]),
        {"column": ["product"]},
        HTTP_REFERER=f"http://testserver{url}?q=one&view={view.pk}",
    )
    assert answer["Location"] == f"http://testserver{url}?q=one"
    assert "Serum" in client.get(url, {"q": "one"}).content.decode()


def test_every_list_has_its_views(world, client):
    for place in Place:
        answer = client.get(reverse("list-views", args=[world.brand.slug, place.value]))
        assert answer.status_code == 200, place


@pytest.mark.parametrize("value", ["x", {"a": 1}, "a\0", "\ud800", 7])
@pytest.mark.parametrize("sort", ["newest", "title"])
def test_a_place_with_a_value_that_nobody_made_is_refused(client, url, sort, value):
    words = json.dumps([sort, value, str(uuid7())]).encode()
    cursor = base64.urlsafe_b64encode(words).decode()
    refused = not (sort == "title" and value == "x")
    assert (client.get(url, {"sort": sort, "after": cursor}).status_code == 400) == refused


def test_all_that_match_under_an_address_that_means_nothing_is_nothing(world, client, url):
    world.post(title="One")
    for query in ("lanee=x", "lane=fast"):
        answer = client.post(f"{url}?{query}", {"do": "lane", "lane-lane": "ready_for_spark", "all": "1"})
        assert answer.status_code == 422
    assert lanes(world) == {"One": ""}


def test_undo_pressed_again_takes_nothing_from_a_colleague(world, client, url):
    post = world.post(title="One")
    change = move(client, world, url, post, "ready_for_spark")
    assert "Taken back" in undo(client, world, change)
    colleague = client_of(world.member(Role.MANAGER))
    move(colleague, world, url, post, "ready_for_spark")
    assert "Somebody has changed all of it since" in undo(client, world, change)
    assert lanes(world) == {"One": "ready_for_spark"}


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
