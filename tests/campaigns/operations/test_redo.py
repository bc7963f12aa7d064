"""A changed creative is a new post: what goes with it, all of it or nothing."""

import pytest

from authorizations.models import AuthorizationCode, PostGap, UsageRight
from authorizations.windows import Term
from brands.enums import Role
from brands.operations.edits import OtherBrandError
from campaigns.models import Flight
from campaigns.operations.flights import FlightError, launch_flights, run_flights_anyway
from campaigns.operations.redo import Redo, RedoError, redo_post
from posts.enums import Method
from posts.models import Post
from posts.operations.briefs import add_briefs
from posts.operations.posts import DuplicatePostError
from sparktrack.tiktok.links import parse_post_link
from tests.audit import changes
from tests.world import World

pytestmark = pytest.mark.django_db

LINK = parse_post_link("https://www.tiktok.com/@maya/video/7301184422019655681")


@pytest.fixture
def world():
    return World()


@pytest.fixture
def old(world):
    (brief,) = add_briefs(drafts=[{"title": "Glow"}], **world.by)
    details = {
        "product": "Serum",
        "hook_angle": "Before work",
        "lane": "ready_for_spark",
        "caption": "Old words",
    }
    return world.post(
        world.creator("maya"), brief=brief, title="Glow", method=Method.LINKED_ACCOUNT, details=details
    )


def redone(world, old, **fields):
    return redo_post(redo=Redo(old, "Glow, recut", **fields), **world.by)


def test_the_new_post_is_about_the_same_and_replaces_the_old_one(world, old):
    new = redone(world, old, link=LINK)
    stored = Post.objects.get(pk=new.pk)
    assert stored.replaces == old
    assert (stored.creator, stored.brief, stored.method) == (old.creator, old.brief, old.method)
    assert (stored.product, stored.hook_angle, stored.lane) == ("Serum", "Before work", "ready_for_spark")
    assert (stored.caption, stored.payment_state) == ("", "none")
    assert stored.tiktok_post_id == "7301184422019655681"
    assert stored.posted_at is not None
    assert PostGap.objects.filter(post=new).exists(), "its coverage is known from the start"


def test_chosen_rights_are_copied_with_their_days_and_codes_stay(world, old):
    approver = world.member(Role.ADMIN)
    kept = world.right(
        world.day(-5), post=old, term=Term(days=90), contract_reference="C-7", approved_by=approver
    )
    world.right(world.day(-5), world.day(9), post=old)
    world.code(old, world.now)
    new = redone(world, old, rights=[kept])
    (copy,) = UsageRight.objects.filter(post=new)
    for name in (
        "starts_on",
        "starts_at",
        "ends_at",
        "term_days",
        "paid_amplification",
        "approved_by",
    ):
        assert getattr(copy, name) == getattr(kept, name), name
    assert copy.contract_reference == "C-7"
    assert UsageRight.objects.filter(post=old).count() == 2
    assert not AuthorizationCode.objects.filter(post=new).exists()


def test_what_was_paid_once_stays_with_the_old_right(world, old):
    kept = world.right(world.day(-5), world.day(40), post=old, fee=900, spend_cap=5000)
    new = redone(world, old, rights=[kept])
    copy = UsageRight.objects.get(post=new)
    assert (copy.fee, copy.spend_cap) == (None, None)
    kept.refresh_from_db()
    assert (kept.fee, kept.spend_cap) == (900, 5000)


def test_an_approver_who_left_is_not_named_again(world, old):
    approver = world.member(Role.ADMIN)
    kept = world.right(world.day(-5), world.day(9), post=old, approved_by=approver)
    approver.memberships.all().delete()
    new = redone(world, old, rights=[kept])
    assert UsageRight.objects.get(post=new).approved_by is None


def test_chosen_flights_are_planned_with_the_new_creative_and_looked_at_again(world, old):
    moved, stays = (world.flight(old, world.day(3), world.day(9)) for _ in range(2))
    run_flights_anyway(flights=[moved], reason="Agreed", approver=world.member(Role.ADMIN), **world.by)
    Flight.objects.update(checklist={"music": {"by": "x", "at": "y"}})
    new = redone(world, old, flights=[moved])
    moved.refresh_from_db()
    stays.refresh_from_db()
    assert (moved.post, moved.starts_on, moved.checklist, moved.run_anyway_reason) == (
        new,
        world.day(3),
        {},
        "",
    )
    assert stays.post == old
    ((before, after),) = changes(world.brand, "flight.moved_to_redo")
    assert (before["post"], after["post"]) == (str(old.pk), str(new.pk))


def test_nothing_happens_where_one_part_is_refused(world, old):
    right = world.right(world.day(-5), world.day(9), post=old)
    waiting, launched = (world.flight(old, world.day(0), world.day(9)) for _ in range(2))
    launch_flights(flights=[launched], **world.by)
    with pytest.raises(FlightError, match="was launched meanwhile"):
        redone(world, old, rights=[right], flights=[waiting, launched])
    assert Post.objects.count() == 1
    assert UsageRight.objects.count() == 1
    assert set(Flight.objects.values_list("post", flat=True)) == {old.pk}
    assert not changes(world.brand, "post.added")[1:]


def test_what_belongs_elsewhere_is_refused(world, old):
    other = world.post(world.creator("liam"), url=LINK.url, tiktok_post_id=LINK.post_id)
    with pytest.raises(RedoError, match="do not belong to this post"):
        redone(world, old, rights=[world.right(world.day(0), world.day(9), post=other)])
    with pytest.raises(FlightError, match="of another post"):
        redone(world, old, flights=[world.flight(other, world.day(1))])
    with pytest.raises(DuplicatePostError):
        redone(world, old, link=LINK)
    stranger = World()
    with pytest.raises(OtherBrandError):
        redone(world, old, rights=[stranger.right(world.day(0), world.day(9), post=stranger.post())])
    assert Post.objects.for_brand(world.brand).count() == 2
