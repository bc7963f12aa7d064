"""What is left to do about a post."""

from datetime import date, timedelta

import pytest

from authorizations.enums import EndSource, RightTrigger
from authorizations.models import AuthorizationCode, UsageRight
from authorizations.operations.codes import Use, mark_applied
from brands.operations.edits import Edit
from campaigns.models import Flight
from campaigns.queries.post import post_page
from campaigns.todos import post_todos
from posts.enums import Lane, Stage
from posts.models import Post
from posts.operations.posts import edit_posts
from posts.operations.stages import StageReached, record_stages
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


def test_a_caption_that_changed_after_its_approval_is_to_be_read_again():
    world = World()
    post = world.post(details={"caption": "First"})

    def edit(caption, at):
        by = {**world.by, "now": at}
        edit_posts(edits=[Edit(post, {"caption": caption})], **by)

    edit("Second", NOW - 2 * DAY)
    record_stages(stages=[StageReached(post, Stage.APPROVED, NOW - DAY)], **world.by)
    edit_posts(edits=[Edit(post, {"title": "Other"})], **world.by)
    assert hints(post, "Read the caption again") == []
    edit("Third", NOW)
    assert hints(post, "Read the caption again") == ["It is another one than when the post was approved."]
    # Approved again as it is now.
    record_stages(stages=[StageReached(post, Stage.APPROVED, NOW + DAY)], **world.by)
    assert hints(post, "Read the caption again") == []


def test_the_first_caption_that_is_noted_is_no_change():
    world = World()
    post = world.post()
    record_stages(stages=[StageReached(post, Stage.APPROVED, NOW - DAY)], **world.by)
    edit_posts(edits=[Edit(post, {"caption": "As it went live"})], **world.by)
    assert hints(post, "Read the caption again") == []


# --- without a database: rows as they would be loaded ------------------------------------------------------------
def code(ending="k2Y=", **fields):
    usual = {"start_assumed": False, "end_source": EndSource.TIKTOK}
    return AuthorizationCode(ending=ending, starts_at=NOW, expires_at=NOW + 30 * DAY, **{**usual, **fields})


def right(**fields):
    usual = {"starts_at": NOW, "perpetual": True, "comments_owner": "agency"}
    return UsageRight(trigger=RightTrigger.FIXED, **{**usual, **fields})


READY = {
    "landing_page": "https://shop.example",
    "lane": Lane.READY_FOR_SPARK,
    "tiktok_post_id": "7690248111420345644",
}


def titles(post=None, *, codes=(), applied=(), rights=(), flights=()):
    found = post_todos(
        post or Post(**READY),
        codes=codes,
        uses={one.pk: [None] for one in applied},
        ends={one.pk: NOW + timedelta(days=30) for one in codes},
        rights=rights,
        flights=flights,
        now=NOW,
        zone="UTC",
    )
    return [todo.title for todo in found]


def test_a_post_in_order_has_nothing_to_do():
    one = code()
    assert titles(codes=[one], applied=[one], rights=[right()], flights=[Flight()]) == []
    assert titles() == []


@pytest.mark.parametrize(
    ("fields", "title"),
    [
        ({"start_assumed": True, "end_source": EndSource.ASSUMED}, "Ask when it was generated"),
        ({"end_source": EndSource.ASSUMED}, "Verify the end"),
        ({"end_source": EndSource.SHEET}, "Verify the end"),
        ({"end_source": EndSource.COMPUTED}, "Verify the end"),
        ({"end_source": EndSource.CREATOR}, "Verify the end"),
    ],
)
def test_an_end_that_nobody_read_is_to_be_verified(fields, title):
    assert titles(codes=[code(**fields)]) == [title]


@pytest.mark.parametrize("source", [EndSource.TIKTOK, EndSource.ADS_MANAGER])
def test_an_end_that_was_read_is_verified(source):
    assert titles(codes=[code(end_source=source)]) == []


def test_a_replaced_code_needs_no_verification_any_more():
    old = code("aaa=", end_source=EndSource.COMPUTED)
    new = code("bbb=", supersedes=old)
    assert titles(codes=[old, new], applied=[old, new]) == []


# --- rights ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"starts_at": None}, ["Note when the rights began"]),
        ({"perpetual": False}, ["State the term of the rights"]),
        ({"perpetual": False, "term_days": 30}, []),
        ({"perpetual": False, "term_months": 1}, []),
        ({"perpetual": False, "ends_on": NOW.date()}, []),
        ({"starts_at": None, "perpetual": False}, ["Note when the rights began"]),
        ({"creator_may_remove": True}, ["Mind that it may vanish"]),
        ({"creator_may_remove": False}, []),
        ({"comments_owner": ""}, ["Say who answers comments"]),
    ],
)
def test_what_a_contract_leaves_open_is_to_be_cleared(fields, expected):
    assert titles(rights=[right(**fields)]) == expected


def test_one_right_that_names_who_answers_comments_is_enough():
    assert titles(rights=[right(comments_owner=""), right()]) == []


# --- the post ----------------------------------------------------------------------------------------------------
def test_a_landing_page_is_missing_unless_the_post_or_every_flight_has_one():
    post = Post(**{**READY, "landing_page": ""})
    with_page, without = Flight(landing_page="https://shop.example"), Flight()
    assert titles(post, flights=[with_page, without]) == ["Add a landing page"]
    assert titles(post, flights=[with_page]) == titles(post) == []


@pytest.mark.parametrize("lane", ["", Lane.TEST_ORGANICALLY, Lane.KEEP_OUT_OF_PAID])
def test_a_post_that_flies_is_to_be_in_the_lane_for_it(lane):
    assert titles(Post(**{**READY, "lane": lane}), flights=[Flight()]) == ["Check the lane"]
    assert titles(Post(**{**READY, "lane": lane})) == []


def test_a_short_link_is_to_be_followed_once():
    assert titles(Post(**{**READY, "tiktok_post_id": "", "url": "https://vm.tiktok.com/ZM1/"})) == [
        "Paste the long link"
    ]
    assert titles(Post(**{**READY, "tiktok_post_id": ""})) == []  # not live yet
