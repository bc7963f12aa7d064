"""The events of a month, on both databases."""

from collections import Counter
from datetime import date

import pytest

from authorizations.operations.codes import Use, mark_applied
from campaigns.models import Flight
from posts.models import Post
from tests.campaigns.scenes import SCENES, ready_post
from tests.world import DAY, NOW, World
from workplace.enums import Happening
from workplace.queries.calendar import Asked, month_events
from workplace.rules.calendar import Month

pytestmark = pytest.mark.django_db

NOVEMBER = Month(date(2026, 11, 1))


@pytest.fixture
def world():
    world = World()
    for scene in SCENES.values():
        scene(world)
    world.post(title="Due", details={"draft_due_on": date(2026, 11, 30), "post_due_on": date(2026, 12, 1)})
    return world


def asked(world, kind=None, posts=None):
    flights = Flight.objects.for_brand(world.brand)
    if posts is not None:
        flights = flights.filter(post__in=posts)
    return Asked(world.brand, flights, posts, kind)


def kinds(world, month=NOVEMBER, **more):
    found = month_events(asked(world, **more), month, viewer_zone="UTC", now=NOW)
    assert not found.is_cut
    return Counter(event.kind for event in found.events)


def test_every_scene_of_the_board_stands_in_its_month(world):
    assert kinds(world) == {
        # Seven whose code was generated after midnight of their first day, or never; one that stops on the 26th.
        Happening.STOPS: 8,
        # Rights that end in five days; rights that had ended before the code came, and their last day.
        Happening.PAUSE: 2,
        Happening.RIGHTS: 1,
        # The paused one runs into nothing.
        Happening.STARTS: 1,
        Happening.DRAFT: 1,
    }
    assert kinds(world, NOVEMBER.plus(1)) == {Happening.ENDS: 7, Happening.POST: 1}
    assert kinds(world, NOVEMBER.plus(2)) == {Happening.STOPS: 1}


def test_one_kind_is_the_same_as_among_all(world):
    everything = kinds(world)
    for kind in Happening:
        alone = kinds(world, kind=kind)
        assert set(alone) <= {kind}
        # Alone they say also what another line says among all.
        assert alone[kind] >= everything[kind]
    assert kinds(world, kind=Happening.RIGHTS) == {Happening.RIGHTS: 2}
    assert kinds(world, kind=Happening.STARTS) == {Happening.STARTS: 8}


def test_only_flights_rights_and_deliverables_of_the_posts_asked_for(world):
    assert kinds(world, posts=Post.objects.for_brand(world.brand).filter(title="Due")) == {Happening.DRAFT: 1}
    assert kinds(world, posts=Post.objects.filter(title="Nothing")) == {}


def test_a_replacement_that_nobody_applied_is_a_stop(world):
    flight = world.flight(ready_post(world), world.day(-9), world.day(30))
    old = world.code(flight.post, NOW - 25 * DAY, days=30)
    mark_applied(uses=[Use(old)], **world.by)
    before = kinds(world)
    new = world.code(flight.post, NOW - DAY, days=60, supersedes=old)
    assert kinds(world) == before + Counter([Happening.STOPS])
    only = Post.objects.filter(pk=flight.post_id)
    (event,) = (
        event
        for event in month_events(asked(world, posts=only), NOVEMBER, viewer_zone="UTC", now=NOW).events
        if event.head == "Apply the new code"
    )
    assert event.at == NOW + 5 * DAY
    mark_applied(uses=[Use(new)], **world.by)
    assert kinds(world) == before


def test_queries_are_constant(world, django_assert_num_queries):
    for _ in range(2):
        with django_assert_num_queries(5):
            kinds(world)
        for scene in SCENES.values():
            scene(world)
