"""Posts move through their stages; what was noted by mistake is taken back."""

from dataclasses import replace
from datetime import timedelta

import pytest

from brands.enums import Role
from posts.enums import Stage
from posts.models import StageEvent
from posts.operations.stages import (
    StageError,
    StageMove,
    StageOvertakenError,
    StageReached,
    move_stages,
    record_stages,
    take_back_stages,
)
from sparktrack.core.actors import Actor, ActorKind
from tests.audit import changes, entries
from tests.world import DAY, NOW, World

pytestmark = pytest.mark.django_db

SHIPPED, DRAFT, REVISION, APPROVED = (
    Stage.PRODUCT_SHIPPED,
    Stage.DRAFT_RECEIVED,
    Stage.REVISION_ASKED,
    Stage.APPROVED,
)


@pytest.fixture
def world():
    return World()


def move(world, post, to, was, *, after=timedelta(0)):
    by = {**world.by, "now": world.now + after}
    return move_stages(moves=[StageMove(post, to, was)], **by)


def stages(post):
    return list(StageEvent.objects.filter(post=post).order_by("at").values_list("stage", flat=True))


def test_a_move_on_is_a_stage_that_was_reached(world):
    post = world.post(title="Glow")
    assert move(world, post, DRAFT, None)
    assert move(world, post, DRAFT, DRAFT, after=DAY) == []
    assert stages(post) == [DRAFT]
    assert changes(world.brand, "post.stage_reached") == [({}, {"stage": DRAFT, "at": world.now.isoformat()})]


def test_moving_back_to_where_it_came_from_takes_the_mistake_away(world):
    post = world.post(title="Glow")
    hour = timedelta(hours=1)
    move(world, post, DRAFT, None)
    move(world, post, APPROVED, DRAFT, after=hour)
    move(world, post, DRAFT, APPROVED, after=2 * hour)
    assert stages(post) == [DRAFT]
    move(world, post, None, DRAFT, after=3 * hour)
    assert stages(post) == []
    assert [before["stage"] for before, _ in changes(world.brand, "post.stage_taken_back")] == [
        APPROVED,
        DRAFT,
    ]


def test_a_second_draft_is_not_a_mistake_and_neither_is_what_was_done_days_ago(world):
    post = world.post(title="Glow")
    move(world, post, DRAFT, None)
    move(world, post, REVISION, DRAFT, after=DAY)
    move(world, post, DRAFT, REVISION, after=DAY + timedelta(hours=1))
    assert stages(post) == [DRAFT, REVISION, DRAFT]
    move(world, post, APPROVED, DRAFT, after=2 * DAY)
    move(world, post, DRAFT, APPROVED, after=4 * DAY)
    assert stages(post)[-2:] == [APPROVED, DRAFT]
    with pytest.raises(StageError, match="began more than a day ago"):
        move(world, post, None, DRAFT, after=6 * DAY)


def test_the_second_of_two_people_is_told_and_nothing_of_theirs_is_done(world):
    one, two = world.post(title="One"), world.post(title="Two")
    move(world, one, DRAFT, None)
    moves = [StageMove(two, SHIPPED, None), StageMove(one, SHIPPED, None)]
    with pytest.raises(StageOvertakenError, match="moved One meanwhile: it is at “Draft received”"):
        move_stages(moves=moves, **world.by)
    assert stages(one) == [DRAFT]
    assert stages(two) == []


def test_what_is_on_tiktok_stays_posted(world):
    post = world.post(title="Live", tiktok_post_id="7301184422019655681")
    with pytest.raises(StageError, match="Live is on TikTok"):
        move(world, post, APPROVED, Stage.POSTED)
    assert stages(post) == []


def test_only_the_last_stage_is_taken_back(world):
    post = world.post(title="Glow")
    move(world, post, SHIPPED, None)
    first = StageEvent.objects.get(post=post)
    move(world, post, DRAFT, SHIPPED, after=DAY)
    with pytest.raises(StageOvertakenError, match="moved Glow since"):
        take_back_stages(events=[first], **world.by)
    assert stages(post) == [SHIPPED, DRAFT]


def test_who_moved_it_is_remembered(world):
    post = world.post(title="Glow")
    person = world.member()
    actor = replace(world.actor, kind=ActorKind.USER, id=str(person.pk), label=person.email)
    move_stages(moves=[StageMove(post, DRAFT, None)], **{**world.by, "actor": actor})
    assert StageEvent.objects.get().by == person


def test_stages_are_noted_once_with_who(world):
    post, person = world.post(), world.member(Role.MANAGER)
    by = {**world.by, "actor": Actor(ActorKind.USER, id=str(person.pk), label=person.email)}
    reached = [StageReached(post, Stage.BRIEFED, NOW), StageReached(post, Stage.POSTED, NOW)]
    rows = record_stages(stages=[*reached, reached[0]], **by)
    assert {(row.stage, row.at, row.by) for row in StageEvent.objects.all()} == {
        ("briefed", NOW, person),
        ("posted", NOW, person),
    }
    assert len(rows) == 2
    assert record_stages(stages=reached, **by) == []
    (later,) = record_stages(stages=[*reached, StageReached(post, Stage.BRIEFED, NOW + DAY)], **by)
    assert later.at == NOW + DAY
    assert changes(world.brand, "post.stage_reached") == [
        ({}, {"stage": "briefed", "at": NOW.isoformat()}),
        ({}, {"stage": "posted", "at": NOW.isoformat()}),
        ({}, {"stage": "briefed", "at": (NOW + DAY).isoformat()}),
    ]
    assert {entry.object_id for entry in entries(world.brand, "post.stage_reached")} == {post.pk}
