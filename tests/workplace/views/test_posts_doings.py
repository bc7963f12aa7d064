"""What is noted about a post from its page: numbers, a stage, that it is gone or back."""

from datetime import timedelta

import pytest
from django.urls import reverse

from brands.enums import Role
from tests.world import World, client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(time_machine):
    world = World()
    time_machine.move_to(world.now, tick=False)
    return world


@pytest.fixture
def client(world):
    return client_of(world.member(Role.MANAGER, full_name="Tomas Vega"))


def address(world, name, *args):
    return reverse(name, args=[world.brand.slug, *args])


def stored_form(client, url):
    """What the browser would send back, unchanged."""
    form = client.get(url).context["form"]
    data = {name: form[name].value() for name in form.fields}
    return {name: "" if value is None else str(value) for name, value in data.items()}


def test_numbers_are_noted_as_tiktok_shows_them(world, client):
    post = world.post(title="Glow")
    url = address(world, "note-numbers", post.pk)
    now = world.now.strftime("%Y-%m-%dT%H:%M")
    was = {"was": stored_form(client, url)["was"]}
    numbers = {"views": "184,200", "likes": "15.3K", "comments": "1,2K", "saves": "1.2M"}
    answer = client.post(url, {**was, **numbers, "at": now}, follow=True)
    assert "184,200 views, 15,300 likes, 1,200 comments, 1,200,000 saves" in answer.content.decode()
    assert post.metrics.get().at == world.now
    client.post(url, {**was, "comment_quality": "Where to buy?", "at": now})
    was = {"was": stored_form(client, url)["was"], "comment_quality": "Where to buy?"}
    post.refresh_from_db()
    assert (post.comment_quality, post.metrics.count()) == ("Where to buy?", 1)
    later = (world.now + timedelta(hours=3)).strftime("%Y-%m-%dT%H:%M")
    for data, words in (
        ({"at": now}, "Write at least one number."),
        ({"views": "many", "at": now}, "Write a whole number"),
        ({"views": "1.x2K", "at": now}, "Write a whole number"),
        ({"views": "9" * 14, "at": now}, "less than or equal"),
        ({"views": "5", "at": later}, "This time is still to come."),
        ({"views": "5"}, "Say when you read them."),
        ({"views": "5", "at": now}, "Numbers of this minute are on file already."),
    ):
        wrong = client.post(url, {**was, **data})
        assert wrong.status_code == 422, data
        assert words in wrong.content.decode()
    assert post.metrics.count() == 1


def test_stage_and_absence_are_noted_on_the_post_page(world, client):
    post = world.post(title="Glow")
    stage = address(world, "note-stage", post.pk)
    assert (
        "Glow: approved."
        in client.post(stage, {"stage": "approved", "was": ""}, follow=True).content.decode()
    )
    late = client.post(stage, {"stage": "briefed", "was": ""}, follow=True)
    assert "moved Glow meanwhile" in late.content.decode()
    assert "Choose the stage" in client.post(stage, {"stage": "gone"}, follow=True).content.decode()
    buyer = client_of(world.member(Role.BUYER))
    gone = buyer.post(address(world, "mark-gone", post.pk), follow=True).content.decode()
    assert "is private or deleted" in gone
    assert "It can be seen again" in gone
    buyer.post(address(world, "mark-gone", post.pk))
    post.refresh_from_db()
    assert post.unavailable_from == world.now
    assert (
        "Nobody can see it any more"
        in buyer.post(address(world, "mark-back", post.pk), follow=True).content.decode()
    )


@pytest.mark.parametrize("field", [{"views": f"{'9' * 5000}K"}, {"views": "1", "at": "0001-01-01T00:00"}])
def test_numbers_that_nobody_saw_are_refused(world, client, field):
    post = world.post()
    fields = {"at": f"{world.now:%Y-%m-%dT%H:%M}", **field}
    assert client.post(address(world, "note-numbers", post.pk), fields).status_code == 422
