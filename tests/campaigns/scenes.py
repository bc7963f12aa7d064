"""For every section of the board a flight (or post) that stands in it now, in a ``World``."""

from collections.abc import Callable
from typing import Any

from campaigns.enums import Section
from campaigns.models import Flight
from campaigns.operations.flights import pause_flights
from posts.models import Post
from tests.world import DAY, World


def ready_post(world: World, *, code_days: int = 365, rights_days: int | None = None, **post: Any) -> Post:
    """A post with a code for ``code_days`` from now and a paid right for ``rights_days`` (None: end not stated)."""
    made = world.post(**post)
    world.code(made, world.now - DAY, days=code_days + 1)
    world.right(world.day(-30), None if rights_days is None else world.day(rights_days), post=made)
    return made


def without_rights(world: World, **flight: Any) -> Flight:
    """Running, its rights ended three days ago."""
    return world.flight(ready_post(world, rights_days=-3), world.day(-10), world.day(20), **flight)


def blocked(world: World, **flight: Any) -> Flight:
    """Should run, has no code."""
    post = world.post()
    world.right(world.day(-30), post=post)
    return world.flight(post, world.day(-1), world.day(20), **flight)


def stops(world: World, **flight: Any) -> Flight:
    """Running, the code ends in five days."""
    return world.flight(ready_post(world, code_days=5), world.day(-1), world.day(20), **flight)


def must_pause(world: World, **flight: Any) -> Flight:
    """Running, the rights end in five days."""
    return world.flight(ready_post(world, rights_days=5), world.day(-1), world.day(20), **flight)


def waiting(world: World, **flight: Any) -> Flight:
    """Starts in five days, has no code."""
    post = world.post()
    world.right(world.day(-30), post=post)
    return world.flight(post, world.day(5), world.day(20), **flight)


def runs_until(world: World, **flight: Any) -> Flight:
    """Evergreen, the code ends in sixty days."""
    return world.flight(ready_post(world, code_days=60), world.day(-1), None, **flight)


def covered(world: World, **flight: Any) -> Flight:
    """Code and rights last longer than the flight."""
    return world.flight(ready_post(world), world.day(-1), world.day(20), **flight)


def paused(world: World, **flight: Any) -> Flight:
    """Somebody paused it."""
    return pause_flights(flights=[stops(world, **flight)], **world.by)[0]


def unplanned(world: World, **flight: Any) -> Flight:
    """Has no dates yet."""
    return world.flight(ready_post(world), None, **flight)


SCENES: dict[Section, Callable[..., Flight]] = {
    Section.WITHOUT_RIGHTS: without_rights,
    Section.BLOCKED: blocked,
    Section.STOPS: stops,
    Section.MUST_PAUSE: must_pause,
    Section.WAITING: waiting,
    Section.RUNS_UNTIL: runs_until,
    Section.COVERED: covered,
    Section.PAUSED: paused,
    Section.UNPLANNED: unplanned,
}
