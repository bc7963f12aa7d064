"""Posts by stage: cards that move, two people at once, undo, what is bounded."""

import re

import pytest
from django.urls import reverse

from brands.enums import Role
from posts.enums import Stage
from posts.models import StageEvent
from posts.operations.briefs import add_briefs
from posts.operations.stages import StageReached, record_stages
from tests.world import DAY, World, client_of
from workplace.queries import posts_stages

pytestmark = pytest.mark.django_db

HTMX = {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": "stages"}


@pytest.fixture
def world(time_machine):
    world = World()
    time_machine.move_to(world.now, tick=False)
    return world


@pytest.fixture
def client(world):
    return client_of(world.member(Role.MANAGER))


@pytest.fixture
def url(world):
    return reverse("post-stages", args=[world.brand.slug])


def reach(world, post, stage):
    record_stages(stages=[StageReached(post, stage, world.now - DAY)], **world.by)


def board(answer):
    """Titles by the words of their column."""
    text = answer.content.decode()
    found = {}
    for part in re.findall(r"<section.*?</section>", text, re.DOTALL):
        name = re.search(r"<h2[^>]*>\s*(.*?) <span", part, re.DOTALL)[1]
        found[name] = re.findall(r"<li.*?<a [^>]*>(.*?)</a>", part, re.DOTALL)
    return {name: titles for name, titles in found.items() if titles}


def test_posts_stand_in_the_column_of_their_stage_what_is_due_first_on_top(world, client, url):
    maya = world.creator("maya")
    (brief,) = add_briefs(drafts=[{"title": "Winter"}], **world.by)
    late = world.post(maya, title="Late", brief=brief, details={"draft_due_on": world.day(-2)})
    soon = world.post(maya, title="Soon", details={"draft_due_on": world.day(3)})
    reach(world, world.post(maya, title="Whenever"), Stage.BRIEFED)
    for post in (soon, late):
        reach(world, post, Stage.BRIEFED)
    reach(world, world.post(maya, title="Fine", details={"draft_due_on": world.day(-9)}), Stage.APPROVED)
    world.post(maya, title="New")
    world.post(maya, title="Live", tiktok_post_id="7301184422019655681")
    answer = client.get(url)
    assert board(answer) == {
        "Not begun": ["New"],
        "Briefed": ["Late", "Soon", "Whenever"],
        "Approved": ["Fine"],
        "Posted": ["Live"],
    }
    text = answer.content.decode()
    assert text.count("mark warn") == 1
    assert "Draft was due" in text
    assert "@maya · Winter" in text
    assert text.count('draggable="true"') == 5, "what is on TikTok stays"
    assert list(board(client.get(url, {"due": "overdue"})).values()) == [["Late"]]
    assert list(board(client.get(url, {"due": "week"})).values()) == [["Soon"]]
    assert list(board(client.get(url, {"brief": '"Winter"'})).values()) == [["Late"]]
    assert client.get(url, {"colour": "red"}).status_code == 400
    assert client.get(url, {"creator": "not a handle!"}).status_code == 400


def test_a_card_moves_on_and_what_was_done_is_taken_back(world, client, url):
    post = world.post(title="Glow")
    answer = client.post(url, {"step": f"{post.pk}::draft_received"}, follow=True)
    assert board(answer) == {"Draft received": ["Glow"]}
    change = answer.content.decode().split('name="change" value="')[1].split('"')[0]
    undo = reverse("undo", args=[world.brand.slug])
    assert (
        "Taken back: 1 row as before." in client.post(undo, {"change": change}, follow=True).content.decode()
    )
    assert board(client.get(url)) == {"Not begun": ["Glow"]}
    assert (
        "Somebody has changed all of it since"
        in client.post(undo, {"change": change}, follow=True).content.decode()
    )


def test_htmx_gets_the_board_alone_with_what_was_moved_and_the_undo(world, client, url):
    post = world.post(title="Glow")
    answer = client.post(f"{url}?show=briefed", {"step": f"{post.pk}::briefed"}, **HTMX)
    text = answer.content.decode()
    assert "<html" not in text
    assert f'data-moved="p-{post.pk}"' in text
    assert "Glow: briefed." in text
    assert 'form="undo-stage" name="change"' in text
    back = client.post(url, {"step": f"{post.pk}:briefed:"}, **HTMX).content.decode()
    assert "Glow: not begun." in back
    assert 'form="undo"' not in back, "moving back has taken it back already"
    assert not StageEvent.objects.exists()


def test_chosen_cards_go_together(world, client, url):
    one, two = world.post(title="One"), world.post(title="Two")
    reach(world, two, Stage.BRIEFED)
    data = {"card": [f"{one.pk}:", f"{two.pk}:briefed"], "to": "product_shipped"}
    assert board(client.post(url, data, follow=True)) == {"Product shipped": ["Two", "One"]}


def test_the_second_of_two_people_sees_where_it_is_now(world, client, url):
    post = world.post(title="Glow")
    client_of(world.member(Role.MANAGER)).post(url, {"step": f"{post.pk}::approved"})
    answer = client.post(url, {"step": f"{post.pk}::briefed"})
    assert answer.status_code == 409
    assert "moved Glow meanwhile: it is at “Approved”" in answer.content.decode()
    assert board(answer) == {"Approved": ["Glow"]}
    assert StageEvent.objects.count() == 1


def test_what_nobody_can_mean_is_refused_and_changes_nothing(world, client, url):
    post, live = world.post(title="Glow"), world.post(title="Live", tiktok_post_id="7301184422019655681")
    theirs = World().post(title="Canary")
    for data, words in (
        ({}, "Choose a post first."),
        ({"step": f"{theirs.pk}::briefed"}, "not there any more"),
        ({"step": f"{post.pk}::party"}, "Choose a stage of the list."),
        ({"step": "x"}, "Choose a stage of the list."),
        ({"card": f"{post.pk}:"}, "Choose a stage of the list."),
        ({"step": f"{live.pk}:posted:approved"}, "it stays posted"),
    ):
        answer = client.post(url, data)
        assert answer.status_code == 422, data
        assert words in answer.content.decode()
        assert "Canary" not in answer.content.decode()
    viewer = client_of(world.member(Role.VIEWER))
    assert viewer.post(url, {"step": f"{post.pk}::briefed"}).status_code == 403
    assert 'name="card"' not in viewer.get(url).content.decode()
    assert not StageEvent.objects.exists()


def test_a_board_is_bounded_and_says_how_many_more_there_are(
    world, client, url, django_assert_max_num_queries, monkeypatch
):
    title = "A title of some length that people would write"
    (brief,) = add_briefs(drafts=[{"title": "A brief with a title of its own"}], **world.by)
    for number, stage in enumerate(Stage):
        for post in world.posts(14, title=title, brief=brief, details={"draft_due_on": world.day(number)}):
            reach(world, post, stage)
        with django_assert_max_num_queries(10):
            client.get(url)
    answer = client.get(f"{url}?q=title")
    text = answer.content.decode()
    assert sum(map(len, board(answer).values())) == 6 * 12
    assert f'href="/b/{world.brand.slug}/posts/?q=title&amp;stage=approved">2 more</a>' in text
    monkeypatch.setattr(posts_stages, "MOST_CARDS", 8)
    assert len(client.get(url).content) < 60_000, "with 48 cards"
    assert len(client.get(url, {"show": "approved"}).content) < 60_000
    more = client.get(reverse("posts", args=[world.brand.slug]), {"q": "title", "stage": "approved"})
    assert more.context["listed"].count == 14


def test_an_empty_board_says_the_next_step(client, url):
    assert "Add the first post" in client.get(url).content.decode()
    assert "Nothing fits these filters" in client.get(url, {"q": "x"}).content.decode()
