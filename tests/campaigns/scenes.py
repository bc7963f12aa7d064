"""For every section of the board a flight (or post) that stands in it now, in a ``World``."""

from collections.abc import Callable, Sequence
from typing import Any

from authorizations.operations.posts import PostDraft, add_posts
from authorizations.operations.recording import CodeDraft, record_codes
from authorizations.operations.rights import RightDraft, grant_rights
from campaigns.enums import Section
from campaigns.models import Flight
from campaigns.operations.flights import FlightDraft, pause_flights, plan_flights
from posts.models import Post
from tests.world import DAY, World, spark_code


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


def many_posts(world: World, titles: Sequence[str]) -> list[Post]:
    """Posts of one creator, without anything else."""
    creator = world.creator()
    return add_posts(drafts=[PostDraft(creator, title=title) for title in titles], **world.by)


def many_flights(
    world: World, titles: Sequence[str], *, code_days: Callable[[int], int] | None = None, **flight: Any
) -> None:
    """Flights of 100 days, each of a post of its own whose code ends ``code_days(place)`` from now; None: unplanned.

    ``flight``: fields of all of them.
    """
    posts = many_posts(world, titles)
    dates: dict[str, Any] = {}
    if code_days is not None:
        starts_at, dates = world.now - DAY, {"starts_on": world.day(-1), "ends_on": world.day(100)}
        windows = [code_days(place) + 1 for place in range(len(posts))]
        codes = [
            CodeDraft(post, spark_code(), starts_at=starts_at, window_days=days)
            for post, days in zip(posts, windows, strict=True)
        ]
        record_codes(drafts=codes, **world.by)
        rights = [RightDraft(post=post, starts_on=world.day(-30), paid_amplification=True) for post in posts]
        grant_rights(drafts=rights, **world.by)
    campaign = world.campaign()
    plan_flights(drafts=[FlightDraft(post, campaign, **dates, **flight) for post in posts], **world.by)


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
