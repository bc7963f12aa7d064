"""That a creator was asked is noted on the page of the post, and in the list for many."""

from datetime import timedelta

import pytest
from django.urls import reverse

from authorizations.models import CodeRequest
from authorizations.operations.posts import change_method
from authorizations.operations.requests import RequestDraft, request_codes
from brands.enums import Role
from posts.enums import Method
from tests.world import DAY, NOW, World, client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(time_machine):
    world = World()
    time_machine.move_to(world.now, tick=False)
    return world


@pytest.fixture
def client(world):
    return client_of(world.member(Role.BUYER, full_name="Mia Brandt", email="mia@x.example"))


def address(world, name, *args):
    return reverse(name, args=[world.brand.slug, *args])


def section(client, post):
    """What the page of the post says below its codes."""
    page = client.get(post.get_absolute_url()).content.decode()
    return page.partition('id="ask"')[2].partition("</section>")[0]


def ask(world, *posts, ago=0 * DAY):
    return request_codes(drafts=[RequestDraft(post, 30) for post in posts], **{**world.by, "now": NOW - ago})


def change_of(answer):
    return answer.content.decode().split('name="change" value="')[1].split('"')[0]


def undo(world, client, change):
    return client.post(address(world, "undo"), {"change": change}, follow=True).content.decode()


def states():
    return [
        (row.window_days, row.is_open, row.withdrawn_at is not None)
        for row in CodeRequest.objects.order_by("pk")
    ]


def test_it_is_noted_shown_and_withdrawn(world, client, time_machine):
    post = world.post(title="Glow")
    code = world.code(post, NOW - 20 * DAY)
    assert "Note that you asked" in section(client, post)
    noted = client.post(address(world, "ask-code", post.pk), {"window_days": "60"}, follow=True)
    assert "was asked for 60 days." in noted.content.decode()
    assert CodeRequest.objects.get().supersedes == code
    time_machine.move_to(NOW + timedelta(hours=3, minutes=5))
    shown = " ".join(section(client, post).split())
    assert "3 h 5 min ago" in shown
    assert "by Mia, for 60 days, in place of the" in shown
    assert "Note that you asked" not in shown
    again = client.post(address(world, "ask-code", post.pk), {"window_days": "7"}, follow=True)
    assert "Asked already on Sat 21 Nov by Mia." in again.content.decode()
    page = client.get(post.get_absolute_url()).content.decode()
    assert "The creator was asked for a code, 60 days" in page
    gone = client.post(address(world, "withdraw-request", post.pk), follow=True)
    assert states() == [(60, False, True)]
    assert "There is no open request" in (
        client.post(address(world, "withdraw-request", post.pk), follow=True).content.decode()
    )
    assert "Taken back: 1 row as before." in undo(world, client, change_of(gone))
    assert states() == [(60, True, False)]


def test_the_days_are_those_that_the_flight_needs_else_those_of_the_brand(world, client):
    post, planned = world.posts(2)
    world.flight(planned, world.day(-1), world.day(50))
    assert '<option value="30" selected>' in section(client, post)
    assert '<option value="60" selected>' in section(client, planned)


def test_what_nobody_can_ask_for_is_refused(world, client):
    post, linked = world.posts(2)
    change_method(posts=[linked], method=Method.LINKED_ACCOUNT, **world.by)
    for days in ("", "14", "x\0"):
        answer = client.post(address(world, "ask-code", post.pk), {"window_days": days}, follow=True)
        assert "Choose for how many days you asked." in answer.content.decode()
    answer = client.post(address(world, "ask-code", linked.pk), {"window_days": "30"}, follow=True)
    assert "needs no code" in answer.content.decode()
    assert not section(client, linked)
    assert not CodeRequest.objects.exists()


def test_who_may_only_read_sees_it_and_notes_nothing(world):
    post, asked = world.posts(2)
    ask(world, asked, ago=DAY)
    viewer = client_of(world.member(Role.VIEWER))
    assert "1 d ago" in section(viewer, asked)
    assert "<form" not in section(viewer, asked) + section(viewer, post)


def test_a_post_of_another_brand_is_not_there(world, client):
    stranger = World().post()
    for name in ("ask-code", "withdraw-request"):
        assert client.post(address(world, name, stranger.pk), {"window_days": "30"}).status_code == 404


def test_many_are_noted_at_once_but_for_those_that_were_asked_and_all_is_taken_back(world, client):
    posts = world.posts(3)
    linked = world.post()
    change_method(posts=[linked], method=Method.LINKED_ACCOUNT, **world.by)
    ask(world, posts[0])
    code = world.code(posts[1], NOW - 9 * DAY)
    chosen = {"do": "asked", "asked-days": "60", "id": [post.pk for post in (*posts, linked)]}
    answer = client.post(address(world, "posts"), chosen, follow=True)
    page = answer.content.decode()
    assert "the creators of 2 posts were asked for 60 days. 2 posts left out" in page
    assert states() == [(30, True, False), (60, True, False), (60, True, False)]
    assert CodeRequest.objects.get(post=posts[1]).supersedes == code
    again = client.post(address(world, "posts"), chosen)
    assert again.status_code == 422
    assert "All of these were asked for already" in again.content.decode()
    world.code(posts[2], NOW)
    back = undo(world, client, change_of(answer))
    assert "Taken back: 1 row as before. 1 stay: somebody has changed them since." in back
    assert states() == [(30, True, False), (60, False, True), (60, False, False)]


def test_an_extension_that_is_taken_back_lets_the_request_wait_again(world, client):
    post = world.post()
    code = world.code(post, NOW - 20 * DAY)
    ask(world, post, ago=2 * DAY)
    chosen = {"do": "extend", "extend-days": "30", "id": [code.pk]}
    answer = client.post(address(world, "codes"), chosen, follow=True)
    assert CodeRequest.objects.get().answered_by == code
    undo(world, client, change_of(answer))
    assert states() == [(30, True, False)]
    code.refresh_from_db()
    assert code.window_days == 30
