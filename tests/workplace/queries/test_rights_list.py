"""Rights in their list: a dangerous cell only of posts for which they count, and why there is no code."""

from datetime import timedelta

import pytest

from authorizations.operations.codes import reject_codes, revoke_codes
from authorizations.operations.links import LinkDraft, open_links
from posts.enums import Method
from posts.operations.briefs import add_briefs
from sparktrack.core.days import first_instant
from sparktrack.core.wording import TimeWords
from tests.world import DAY, NOW, World
from workplace.queries.rights_list import right_lines, rights_of
from workplace.queries.rights_outlook import Cell
from workplace.rights_words import stops_words

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return World()


@pytest.fixture
def brief(world):
    return add_briefs(drafts=[{"title": "Gifts"}], **world.by)[0]


def found(world):
    """The dangerous cell of each right, by its contract."""
    lines = right_lines(world.brand, list(rights_of(world.brand, NOW)), NOW)
    return {line.right.contract_reference: line.danger and line.danger.cell for line in lines}


def said(world):
    """The words for the cell without a code, by the contract of the right."""
    times = TimeWords(now=NOW, zone=world.brand.time_zone, viewer_zone=world.brand.time_zone)
    return {
        line.right.contract_reference: stops_words(
            line.danger.reason, line.danger.code_from, times, linked=line.danger.linked
        )
        for line in right_lines(world.brand, list(rights_of(world.brand, NOW)), NOW)
        if line.danger and line.danger.cell is Cell.STOPS
    }


def test_a_post_speaks_only_for_the_nearest_rights_that_it_has(world, brief):
    maya = world.creator("maya")
    post = world.post(maya, brief=brief)
    world.code(post, NOW - 40 * DAY, days=30)
    holds = {"starts_on": world.day(-30), "ends_on": world.day(60)}
    world.right(**holds, creator=maya, contract_reference="creator")
    assert found(world) == {"creator": Cell.STOPS}
    world.right(**holds, brief=brief, contract_reference="brief")
    assert found(world) == {"creator": None, "brief": Cell.STOPS}
    world.right(**holds, post=post, contract_reference="post")
    assert found(world) == {"creator": None, "brief": None, "post": Cell.STOPS}
    # Another one of both, without rights of its own: here those of the brief count.
    world.code(world.post(maya, brief=brief), NOW - 40 * DAY, days=30)
    assert found(world) == {"creator": None, "brief": Cell.STOPS, "post": Cell.STOPS}
    world.code(world.post(maya), NOW - 40 * DAY, days=30)
    assert found(world) == dict.fromkeys(("creator", "brief", "post"), Cell.STOPS)


def test_rights_that_ended_are_not_blamed_where_nearer_ones_ended_later(world, brief):
    maya = world.creator("maya")
    post = world.post(maya, brief=brief)
    world.code(post, NOW - DAY, days=30)
    world.right(world.day(-90), world.day(-40), creator=maya, contract_reference="creator")
    world.right(world.day(-90), world.day(-30), brief=brief, contract_reference="brief")
    assert found(world) == {"creator": None, "brief": Cell.SPENDS}
    world.right(world.day(-90), world.day(-20), post=post, contract_reference="post")
    assert found(world) == {"creator": None, "brief": None, "post": Cell.SPENDS}


def test_the_cell_says_what_is_the_matter_with_the_code(world):
    names = ("none", "rejected", "later", "over", "revoked", "ends")
    posts = {name: world.post(title=name) for name in names}
    for name, post in posts.items():
        world.right(world.day(-3), world.day(60), post=post, contract_reference=name)
    reject_codes(codes=[world.code(posts["rejected"], NOW + DAY)], error="typo", **world.by)
    # Of two codes to come the first one that is not rejected counts.
    reject_codes(codes=[world.code(posts["later"], NOW + DAY)], error="typo", **world.by)
    world.code(posts["later"], NOW + 6 * DAY + timedelta(hours=2))
    world.code(posts["later"], NOW + 9 * DAY)
    world.code(posts["over"], NOW - 40 * DAY)
    revoke_codes(codes=[world.code(posts["revoked"], NOW - 9 * DAY)], at=NOW - DAY, **world.by)
    world.code(posts["ends"], NOW - 9 * DAY)
    assert said(world) == {
        "none": "Rights valid, no code yet",
        "rejected": "Rights valid, no code yet",
        "later": "Rights valid, code starts Fri 27 Nov",
        "over": "Rights valid, code over",
        "revoked": "Rights valid, code revoked",
        "ends": "Rights valid, code over",
    }


def test_rights_that_have_not_begun_miss_no_code_yet(world):
    later, never, now_on = (world.post(title=name) for name in ("later", "never", "now"))
    for post in (later, never, now_on):
        world.right(world.day(-3), world.day(40), post=post, contract_reference=f"first {post}")
    world.right(world.day(9), world.day(60), post=later, contract_reference="later")
    # A code comes before these begin: they never hold without one.
    world.code(never, NOW + DAY, days=365)
    world.right(world.day(9), world.day(60), post=never, contract_reference="never")
    rows = {right.contract_reference: right.stops_at for right in rights_of(world.brand, NOW)}
    assert rows["later"] == first_instant(world.day(9), world.brand.time_zone)
    assert rows["never"] is None
    assert rows["first later"] < NOW
    assert rows["first never"] < NOW
    assert found(world)["later"] is Cell.STOPS


def test_a_post_of_a_linked_account_lacks_the_link_not_a_code(world):
    post = world.post(method=Method.LINKED_ACCOUNT)
    world.right(world.day(-3), world.day(60), post=post, contract_reference="linked")
    assert said(world) == {}
    ended = LinkDraft(post.creator, world.account(), NOW - 9 * DAY, NOW - DAY)
    open_links(drafts=[ended], **world.by)
    assert said(world) == {"linked": "Rights valid, account link over"}
