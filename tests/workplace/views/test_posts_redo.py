"""Redoing a post: chosen, looked at, done; both posts lead to each other."""

import pytest
from django.urls import reverse

from authorizations.models import UsageRight
from brands.enums import Role
from campaigns.models import Flight
from campaigns.operations.flights import launch_flights
from posts.models import Post
from tests.world import World, client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(time_machine):
    world = World()
    time_machine.move_to(world.now, tick=False)
    return world


@pytest.fixture
def old(world):
    post = world.post(world.creator("maya"), title="Glow")
    world.code(post, world.now)
    return post


@pytest.fixture
def client(world):
    return client_of(world.member(Role.MANAGER))


def redo(world, post):
    return reverse("redo-post", args=[world.brand.slug, post.pk])


def test_a_post_is_redone_after_a_look_at_what_happens(world, old, client, django_assert_max_num_queries):
    right = world.right(world.day(-5), world.day(60), post=old, contract_reference="C-7")
    campaign = world.campaign("Winter")
    waiting = world.flight(old, world.day(3), world.day(9), campaign=campaign)
    launched = world.flight(old, world.day(-3), world.day(9))
    launch_flights(flights=[launched], **world.by)
    url = redo(world, old)
    with django_assert_max_num_queries(16):
        page = client.get(url).content.decode()
    assert "Rights C-7" in page
    assert "Winter: Tue 24 Nov – Mon 30 Nov" in page
    assert "checked" not in page, "nothing is agreed before somebody says so"
    chosen = {
        "title": "Glow, recut",
        "link": "tiktok.com/@maya/video/7301184422019655681",
        "rights": right.pk,
        "flights": waiting.pk,
    }
    look = client.post(url, chosen).content.decode()
    for words in (
        "“Glow, recut” of @maya is put on file. It replaces “Glow”.",
        "1 right is copied to it, with the same days:",
        "1 flight is planned with it, with the same dates:",
        "1 launched flight stays with the old post",
        "1 code stays with the old post: TikTok ties a code to one video.",
        "The new post needs a code of its own before it can run.",
    ):
        assert words in look
    assert Post.objects.count() == 1
    again = client.post(url, {**chosen, "back": "1"})
    assert again.status_code == 200
    assert 'value="Glow, recut"' in again.content.decode()
    done = client.post(url, {**chosen, "sure": "1"}, follow=True)
    new = Post.objects.get(replaces=old)
    assert done.redirect_chain == [(new.get_absolute_url(), 302)]
    assert old.get_absolute_url() in done.content.decode()
    assert new.get_absolute_url() in client.get(old.get_absolute_url()).content.decode()
    assert set(Flight.objects.filter(post=new)) == {waiting}
    assert UsageRight.objects.filter(post=new).count() == 1
    assert "It was redone before" in client.get(url).content.decode()


def test_a_fee_stays_with_the_old_right_and_reports_count_it_once(world, old, client):
    right = world.right(world.day(-3), world.day(40), post=old, fee=900)
    free = world.right(world.day(-3), world.day(30), post=old)
    stays = "Fee and spend cap stay with the rights of the old post"
    assert stays not in client.post(redo(world, old), {"title": "Recut", "rights": free.pk}).content.decode()
    assert stays in client.post(redo(world, old), {"title": "Recut", "rights": right.pk}).content.decode()
    client.post(redo(world, old), {"title": "Recut", "rights": right.pk, "sure": "1"})
    assert UsageRight.objects.filter(post__replaces=old).count() == 1
    report = client.get(reverse("reports", args=[world.brand.slug])).content.decode()
    assert "$900" in report
    assert "$1,800" not in report


def test_what_changed_since_the_look_is_refused_and_nothing_is_done(world, old, client):
    waiting = world.flight(old, world.day(0), world.day(9))
    chosen = {"title": "Recut", "flights": waiting.pk, "sure": "1"}
    launch_flights(flights=[waiting], **world.by)
    answer = client.post(redo(world, old), chosen)
    assert answer.status_code == 422
    assert "was launched or moved meanwhile" in answer.content.decode()
    assert Post.objects.count() == 1


@pytest.mark.parametrize(
    ("link", "words"),
    [
        ("https://www.tiktok.com/@liam/video/7301184422019655681", "The link is of @liam, not of @maya."),
        ("https://www.tiktok.com/@maya/video/7301184422019655682", "is already on file."),
        ("https://youtu.be/abcdefg", "YouTube"),
    ],
)
def test_a_link_that_cannot_be_the_new_one_is_said_beside_it(world, old, client, link, words):
    world.post(old.creator, tiktok_post_id="7301184422019655682")
    answer = client.post(redo(world, old), {"title": "Recut", "link": link, "sure": "1"})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert Post.objects.count() == 2


def test_rights_and_flights_of_others_cannot_be_taken(world, old, client):
    other = World()
    theirs = other.post(title="Canary")
    right = other.right(other.day(-1), other.day(9), post=theirs)
    flight = other.flight(theirs, other.day(1))
    world.right(world.day(-1), world.day(9), post=old)
    answer = client.post(
        redo(world, old), {"title": "x", "rights": right.pk, "flights": flight.pk, "sure": "1"}
    )
    assert answer.status_code == 422
    assert "Canary" not in answer.content.decode()
    assert Post.objects.for_brand(world.brand).count() == 1
