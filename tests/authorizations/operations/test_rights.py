"""Usage rights: granted, triggered, described."""

from datetime import date
from decimal import Decimal

import pytest

from authorizations.enums import RightTrigger
from authorizations.models import UsageRight
from authorizations.operations.rights import (
    RightDraft,
    edit_rights,
    grant_rights,
    trigger_rights,
)
from authorizations.windows import Term, WindowError
from brands.enums import Role
from brands.operations.edits import Edit, OtherBrandError
from posts.operations.briefs import add_briefs
from tests.audit import changes, entries
from tests.authorizations.rightrows import LAST, NOVEMBER, midnight, stored
from tests.authorizations.test_gaps import reasons_now
from tests.world import DAY, NOW, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return World(time_zone="America/New_York")


@pytest.fixture
def post(world):
    """Has a code, so that only rights matter."""
    post = world.post()
    world.code(post, NOW - DAY)
    return post


# --- grant -------------------------------------------------------------------------------------------------------
def test_a_right_keeps_what_the_contract_says(world, post):
    approver = world.member(Role.ADMIN)
    details = {
        "channels": ["TikTok", "Instagram"],
        "territories": ["US"],
        "asset_owner": "creator",
        "comments_owner": "agency",
        "creator_may_remove": True,
        "fee": Decimal("1200.50"),
        "spend_cap": Decimal(9000),
        "contract_reference": "C-7",
        "granted_by": "Maya",
        "approved_by": approver,
        "approved_at": NOW,
        "paid_amplification": True,
    }
    (right,) = grant_rights(
        drafts=[RightDraft(post=post, starts_on=date(2026, 11, 10), term=Term(ends_on=LAST), **details)],
        **world.by,
    )
    row = stored(right)
    assert {name: getattr(row, name) for name in details} == details
    assert (row.starts_at, row.ends_at) == (midnight(date(2026, 11, 10)), midnight(date(2026, 12, 1)))
    assert reasons_now(world, post) == ""
    ((before, after),) = changes(world.brand, "right.granted")
    assert before == {}
    assert after == {
        "post": str(post.pk),
        "trigger": "fixed",
        "starts_on": "2026-11-10",
        "ends_on": "2026-11-30",
        "paid_amplification": True,
        "contract_reference": "C-7",
    }


@pytest.mark.parametrize("level", ["post", "brief", "creator"])
def test_a_right_counts_for_every_post_it_reaches(world, level):
    creator = world.creator()
    brief = add_briefs(drafts=[{"title": "Glow"}], **world.by)[0]
    posts = [world.post(creator, brief=brief) for _ in range(2)]
    for post in posts:
        world.code(post, NOW - DAY)
    holder = {"post": posts[0], "brief": brief, "creator": creator}[level]
    world.right(NOVEMBER, **{level: holder})
    assert [reasons_now(world, post) for post in posts] == ["", "no_rights" if level == "post" else ""]


@pytest.mark.parametrize("holders", [(), ("post", "brief"), ("post", "brief", "creator")])
def test_a_right_is_on_one_thing(world, post, holders):
    things = {
        "post": post,
        "brief": add_briefs(drafts=[{"title": "Glow"}], **world.by)[0],
        "creator": post.creator,
    }
    draft = RightDraft(starts_on=NOVEMBER, **{name: things[name] for name in holders})
    with pytest.raises(WindowError, match="one post, one brief or one creator"):
        grant_rights(drafts=[RightDraft(post=post, starts_on=NOVEMBER), draft], **world.by)
    assert not UsageRight.objects.exists()


@pytest.mark.parametrize(
    ("draft", "words"),
    [
        ({"starts_on": None}, "on which day"),
        ({"starts_on": NOVEMBER, "term": Term(ends_on=date(2026, 10, 31))}, "end before they start"),
        ({"starts_on": date(1026, 11, 1)}, "cannot be right"),
    ],
)
def test_a_right_without_bounds_that_make_sense_is_refused(world, post, draft, words):
    with pytest.raises(WindowError, match=words):
        grant_rights(
            drafts=[RightDraft(post=post, starts_on=NOVEMBER), RightDraft(post=post, **draft)], **world.by
        )
    assert not UsageRight.objects.exists()
    assert entries(world.brand, "right.granted") == []


def test_a_right_of_another_brand_is_refused_on_each_of_its_holders(world, post):
    other = World()
    creator = other.creator()
    brief = add_briefs(drafts=[{"title": "Glow"}], **other.by)[0]
    for holder in ({"post": other.post(creator)}, {"brief": brief}, {"creator": creator}):
        with pytest.raises(OtherBrandError):
            grant_rights(
                drafts=[RightDraft(post=post, starts_on=NOVEMBER), RightDraft(starts_on=NOVEMBER, **holder)],
                **world.by,
            )
    assert not UsageRight.objects.exists()


# --- trigger -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "trigger", [trigger for trigger in RightTrigger if trigger is not RightTrigger.FIXED]
)
def test_a_term_counts_from_the_day_its_trigger_happened(world, post, trigger):
    right = world.right(None, post=post, trigger=trigger, term=Term(days=30))
    assert reasons_now(world, post) == "no_rights"
    trigger_rights(rights=[right], happened_on=date(2026, 11, 20), **world.by)
    assert reasons_now(world, post) == ""
    assert (stored(right).starts_at, stored(right).ends_at) == (
        midnight(date(2026, 11, 20)),
        midnight(date(2026, 12, 20)),
    )
    assert changes(world.brand, "right.triggered") == [
        (
            {"starts_on": None, "starts_at": None, "ends_at": None},
            {
                "starts_on": "2026-11-20",
                "starts_at": "2026-11-20T05:00:00+00:00",
                "ends_at": "2026-12-20T05:00:00+00:00",
            },
        )
    ]


def test_a_trigger_said_again_corrects_the_day(world, post):
    right = world.right(None, post=post, trigger=RightTrigger.POSTING, term=Term(days=30))
    for day in (date(2026, 11, 20), date(2026, 11, 20), date(2026, 11, 25)):
        trigger_rights(rights=[right], happened_on=day, **world.by)
    assert stored(right).starts_on == date(2026, 11, 25)
    assert reasons_now(world, post) == "rights_not_started"
    assert len(entries(world.brand, "right.triggered")) == 2


def test_a_fixed_start_has_no_trigger(world, post):
    right = world.right(NOVEMBER, post=post)
    with pytest.raises(WindowError, match="fixes the start"):
        trigger_rights(rights=[right], happened_on=LAST, **world.by)
    assert stored(right).starts_on == NOVEMBER


def test_a_trigger_after_the_last_day_is_refused(world, post):
    right = world.right(None, LAST, post=post, trigger=RightTrigger.POSTING)
    with pytest.raises(WindowError, match="end before they start"):
        trigger_rights(rights=[right], happened_on=date(2026, 12, 1), **world.by)
    assert stored(right).starts_on is None


# --- edit --------------------------------------------------------------------------------------------------------
def test_what_a_right_says_besides_its_dates_is_edited_and_judged_anew(world, post):
    right = world.right(NOVEMBER, post=post)
    edit_rights(edits=[Edit(right, {"channels": ["Instagram"], "fee": Decimal(10)})], **world.by)
    assert reasons_now(world, post) == "paid_not_allowed"
    edit_rights(edits=[Edit(right, {"channels": ["Instagram", " tiktok "]})], **world.by)
    assert reasons_now(world, post) == ""
    edit_rights(edits=[Edit(right, {"paid_amplification": False})], **world.by)
    assert reasons_now(world, post) == "paid_not_allowed"
    assert changes(world.brand, "right.edited")[0] == (
        {"channels": [], "fee": None},
        {"channels": ["Instagram"], "fee": "10"},
    )


@pytest.mark.parametrize(
    "name", ["starts_on", "ends_on", "ends_at", "term_days", "trigger", "post", "brand", "id"]
)
def test_dates_and_holder_of_a_right_are_not_edited(world, post, name):
    right = world.right(NOVEMBER, post=post)
    with pytest.raises(ValueError, match=f"Not edited here: {name}"):
        edit_rights(edits=[Edit(right, {"fee": Decimal(10), name: None})], **world.by)
    assert stored(right).fee is None
