"""The inputs of coverage read from the database: which rights count, whose links, how many queries (DOMAIN.md §6)."""

from datetime import date, timedelta

import pytest

from authorizations.enums import RightTrigger
from authorizations.inputs import load_inputs
from authorizations.models import AuthorizationCode
from authorizations.operations.links import LinkDraft, open_links
from authorizations.operations.posts import set_own_account
from authorizations.rules import Code, Right, Window
from authorizations.windows import Term
from posts.enums import Method
from posts.operations.briefs import add_briefs
from tests.world import DAY, NOW, World

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 21)


@pytest.fixture
def world():
    return World()


def inputs_of(world, post):
    world.brand.refresh_from_db()
    return load_inputs(world.brand, [post.pk])[post.pk]


def test_codes_come_with_revocation_and_rejection(world):
    post = world.post()
    world.code(post, NOW - DAY, 7)
    world.code(post, NOW, 30)
    AuthorizationCode.objects.filter(starts_at=NOW).update(revoked_at=NOW + DAY, rejected_at=NOW)
    assert set(inputs_of(world, post).codes) == {
        Code(NOW - DAY, NOW + 6 * DAY),
        Code(NOW, NOW + 30 * DAY, NOW + DAY, rejected=True),
    }


@pytest.mark.parametrize(
    ("held_by", "counts"),
    [
        ({"post", "brief", "creator"}, "post"),
        ({"brief", "creator"}, "brief"),
        ({"creator"}, "creator"),
        ({"post", "creator"}, "post"),
        (set(), None),
    ],
)
def test_the_rights_that_count_are_those_of_the_nearest_holder(world, held_by, counts):
    creator = world.creator()
    brief = add_briefs(drafts=[{"title": "Glow"}], **world.by)[0]
    post = world.post(creator, brief=brief)
    holders = {"post": post, "brief": brief, "creator": creator}
    terms = {name: number for number, name in enumerate(holders, start=1)}
    for name in held_by:
        world.right(TODAY, **{name: holders[name]}, term=Term(days=terms[name]))
    lengths = [(right.ends_at - right.starts_at).days for right in inputs_of(world, post).rights]
    assert lengths == ([terms[counts]] if counts else [])


def test_a_right_that_waits_for_its_trigger_covers_nothing_yet_hides_the_wider_ones(world):
    post = world.post()
    world.right(TODAY, creator=post.creator)
    world.right(None, post=post, trigger=RightTrigger.DELIVERY)
    assert list(inputs_of(world, post).rights) == []


@pytest.mark.parametrize(
    ("paid", "channels", "counts"),
    [
        (True, [], True),
        (True, ["tiktok"], True),
        (True, ["Instagram", " TikTok "], True),
        (True, ["Instagram"], False),
        (False, ["TikTok"], False),
    ],
)
def test_a_paid_right_allows_amplification_on_tiktok(world, paid, channels, counts):
    post = world.post()
    world.right(TODAY, post=post, paid_amplification=paid, channels=channels)
    assert [right.paid for right in inputs_of(world, post).rights] == [counts]


def test_an_open_right_has_no_end(world):
    post = world.post()
    right = world.right(TODAY, post=post)
    assert list(inputs_of(world, post).rights) == [Right(right.starts_at, None, paid=True)]


def test_links_are_the_windows_of_posts_of_another_method_only(world):
    creator = world.creator()
    coded, linked = world.post(creator), world.post(creator, method=Method.LINKED_ACCOUNT)
    open_links(drafts=[LinkDraft(creator, world.account(), NOW)], **world.by)
    assert inputs_of(world, linked).links == [Window(NOW, None)]
    assert (inputs_of(world, linked).needs_code, inputs_of(world, linked).links_required) == (False, True)
    assert (inputs_of(world, coded).needs_code, inputs_of(world, coded).links_required) == (True, False)


@pytest.mark.parametrize("own", [True, False])
@pytest.mark.parametrize("tracks", [True, False])
@pytest.mark.parametrize("held_by", ["post", "creator", None])
def test_who_needs_code_and_rights(own, tracks, held_by):
    world = World(tracks_rights=tracks)
    post = world.post()
    if held_by:
        world.right(TODAY, **{held_by: post if held_by == "post" else post.creator})
    set_own_account(creators=[post.creator], own=own, **world.by)
    found = inputs_of(world, post)
    assert found.needs_code is not own
    assert found.needs_rights is (tracks and not (own and held_by != "post"))


def test_a_post_that_is_gone_says_since_when(world):
    post = world.post(unavailable_from=NOW - timedelta(hours=2))
    assert inputs_of(world, post).unavailable_from == NOW - timedelta(hours=2)


def test_only_posts_of_the_brand_are_read_and_only_its_rows(world):
    other = World()
    ours, theirs = world.post(), other.post()
    other.code(theirs, NOW)
    assert set(load_inputs(world.brand, [ours.pk, theirs.pk])) == {ours.pk}
    assert load_inputs(world.brand, []) == {}


def test_four_queries_however_many_posts(world, django_assert_num_queries):
    creators = [world.creator() for _ in range(4)]
    posts = [world.post(creator, method=Method.LINKED_ACCOUNT) for creator in creators for _ in range(5)]
    for post in posts:
        world.code(post, NOW)
        world.right(TODAY, post=post)
    world.brand.refresh_from_db()
    for some in (posts[:1], posts):
        with django_assert_num_queries(4):
            assert len(load_inputs(world.brand, [post.pk for post in some])) == len(some)
