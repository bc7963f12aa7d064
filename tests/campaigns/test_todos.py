"""What is left to do about a post."""

from datetime import date

import pytest

from authorizations.operations.codes import Use, mark_applied
from campaigns.queries.post import post_page
from tests.world import DAY, NOW, World

pytestmark = pytest.mark.django_db


def hints(post, title, now=NOW):
    """The hints of the to-dos with this title."""
    page = post_page(post.brand, post.pk, now=now)
    return [todo.hint for todo in page.todos if todo.title == title]


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ("A", "", "not in Ads Manager yet"),
        ("?", "", "not in Ads Manager yet"),
        ("AB", "A", "not in every ad account of the old one yet"),
        ("A", "A", None),
        ("AB", "?", None),
        ("?", "A", None),
    ],
)
def test_replacement_must_be_applied_wherever_the_old_code_is_in_use(old, new, where):
    world = World(time_zone="America/New_York")
    accounts = {"A": world.account(), "B": world.account(), "?": None}
    post = world.post()
    first = world.code(post, NOW - 3 * DAY, days=7)
    second = world.code(post, NOW, days=60, supersedes=first)
    uses = [Use(first, accounts[name]) for name in old] + [Use(second, accounts[name]) for name in new]
    mark_applied(uses=uses, **world.by)

    by = "apply it before Wed 25 Nov, 09:05 EST"
    assert hints(post, "Apply the replacement") == ([f"The {second} is {where}: {by}."] if where else [])
    assert hints(post, "Apply the code") == []


def test_replacement_of_a_code_that_has_ended_must_be_applied_now():
    world = World()
    post = world.post()
    first = world.code(post, NOW - 8 * DAY, days=7)
    second = world.code(post, NOW - DAY, days=60, supersedes=first)
    mark_applied(uses=[Use(first)], **world.by)

    assert hints(post, "Apply the replacement") == [f"The {second} is not in Ads Manager yet: apply it now."]


def test_code_of_a_planned_post_must_be_applied_once():
    world = World()
    post = world.post()
    code = world.code(post, NOW - DAY)
    assert hints(post, "Apply the code") == []

    world.flight(post, date(2026, 12, 1))
    assert hints(post, "Apply the code") == [f"Nobody noted that the {code} was taken to Ads Manager."]

    mark_applied(uses=[Use(code)], **world.by)
    assert hints(post, "Apply the code") == []
