"""Creators as tests set them up."""

from django.urls import reverse

from tests.world import DAY, NOW


def address(world, route, *args):
    return reverse(route, args=[world.brand.slug, *args])


def busy(world):
    """A creator with two posts on time, one late, one to come; one has a code."""
    maya = world.creator("maya.glow", details={"display_name": "Maya", "email": "maya@example.com"})
    for number, (due, came) in enumerate([(-5, -6), (-5, -5), (-5, -3), (5, None)]):
        post = world.post(
            maya,
            title=f"Post {number}",
            posted_at=None if came is None else NOW + came * DAY,
            details={"post_due_on": world.day(due)},
        )
        if number == 1:
            world.code(post, NOW - 3 * DAY, 30)
    return maya
