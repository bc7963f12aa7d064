"""Somebody asks a creator for a code: once at a time, said back with day and name, withdrawn if it was nothing."""

from datetime import timedelta

import pytest

from authorizations.models import CodeRequest
from authorizations.operations.posts import change_method
from authorizations.operations.recording import WrongPostError
from authorizations.operations.requests import (
    AlreadyAskedError,
    NoCodeNeededError,
    RequestDraft,
    assumed_starts,
    open_requests,
    request_codes,
    withdraw_requests,
)
from authorizations.windows import WindowError
from brands.enums import Role
from brands.models import AuditEntry
from brands.operations.edits import OtherBrandError
from posts.enums import Method
from sparktrack.core.actors import Actor, ActorKind
from tests.world import DAY, NOW, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return World()


def ask(world, *posts, days=30, **by):
    drafts = [RequestDraft(post, days) for post in posts]
    return request_codes(drafts=drafts, **{**world.by, **by})


def test_who_asked_for_what_and_when_is_kept_with_an_audit_entry(world):
    mia = world.member(Role.MANAGER, full_name="Mia Brandt")
    actor = Actor(ActorKind.USER, str(mia.pk), mia.email)
    post = world.post()
    code = world.code(post, NOW - 20 * DAY)
    (request,) = request_codes(drafts=[RequestDraft(post, 60, code)], **{**world.by, "actor": actor})
    request.refresh_from_db()
    assert (request.post, request.supersedes, request.window_days) == (post, code, 60)
    assert (request.asked_at, request.asked_by, request.is_open) == (NOW, mia, True)
    entry = AuditEntry.objects.get(action="request.made")
    assert (entry.object_id, entry.actor_id, entry.after["window_days"]) == (request.pk, str(mia.pk), 60)


def test_what_is_asked_already_is_not_asked_twice_and_nothing_else_is_noted(world):
    mia = world.member(Role.MANAGER, full_name="Mia Brandt")
    post, other = world.posts(2)
    ask(world, post, actor=Actor(ActorKind.USER, str(mia.pk), mia.email))
    with pytest.raises(AlreadyAskedError, match=r"^Asked already on Sat 21 Nov by \S+\.$"):
        ask(world, other, post, now=NOW + 2 * DAY)
    with pytest.raises(AlreadyAskedError):
        ask(world, other, other)
    assert CodeRequest.objects.get().post == post


def test_the_day_is_said_on_the_clock_of_the_brand():
    world = World(time_zone="Asia/Tokyo")
    post = world.post()
    ask(world, post, now=NOW.replace(hour=23))
    with pytest.raises(AlreadyAskedError, match="on Sun 22 Nov"):
        ask(world, post, now=NOW + 2 * DAY)


def test_nobody_asks_for_what_is_not_needed_or_not_theirs(world):
    linked, own = world.post(), world.post(world.creator(own_account=True))
    change_method(posts=[linked], method=Method.LINKED_ACCOUNT, **world.by)
    for post in (linked, own):
        with pytest.raises(NoCodeNeededError):
            ask(world, post)
    post = world.post()
    for days in (0, 10**6):
        with pytest.raises(WindowError):
            ask(world, post, days=days)
    with pytest.raises(WrongPostError):
        request_codes(drafts=[RequestDraft(post, 30, world.code(world.post(), NOW))], **world.by)
    with pytest.raises(OtherBrandError):
        ask(World(), post)
    assert not CodeRequest.objects.exists()


def test_a_request_that_is_withdrawn_makes_room_for_another(world):
    post = world.post()
    (first,) = ask(world, post)
    assert withdraw_requests(requests=[first], **{**world.by, "now": NOW + DAY}) != []
    assert withdraw_requests(requests=[first], **world.by) == []
    first.refresh_from_db()
    assert (first.withdrawn_at, first.is_open) == (NOW + DAY, False)
    (second,) = ask(world, post, now=NOW + 2 * DAY)
    assert open_requests(world.brand, [post.pk]) == {post.pk: second}
    with pytest.raises(OtherBrandError):
        withdraw_requests(requests=[second], **World().by)


def test_a_withdrawal_is_never_before_the_asking(world):
    (request,) = ask(world, world.post())
    (gone,) = withdraw_requests(requests=[request], **{**world.by, "now": NOW - timedelta(seconds=1)})
    assert gone.withdrawn_at == NOW


def test_queries_are_constant(world, django_assert_max_num_queries):
    for number in (1, 5):
        posts = world.posts(number)
        with django_assert_max_num_queries(11):
            ask(world, *posts)


def test_a_code_of_which_nobody_knows_the_day_counts_from_the_day_its_creator_was_asked():
    world = World(time_zone="America/New_York")
    asked, other = world.posts(2)
    ask(world, asked, now=NOW.replace(day=18, hour=3))
    starts = assumed_starts(world.brand, [asked.pk, other.pk], now=NOW)
    assert {post: str(day) for post, day in starts.items()} == {
        asked.pk: "2026-11-17",
        other.pk: "2026-11-20",
    }
    assert assumed_starts(world.brand, [], now=NOW) == {}
