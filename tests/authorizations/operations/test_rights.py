"""Usage rights: granted, extended, ended, triggered, described."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import connection

from authorizations.enums import RightTrigger
from authorizations.models import UsageRight
from authorizations.operations.rights import (
    Correction,
    NewTerm,
    RightDraft,
    correct_rights,
    edit_rights,
    end_rights,
    extend_rights,
    grant_rights,
    trigger_rights,
)
from authorizations.operations.terms import longer_term
from authorizations.windows import Term, WindowError
from brands.enums import Role
from brands.operations.edits import Edit, NotAMemberError, OtherBrandError
from posts.operations.briefs import add_briefs
from sparktrack.core.days import first_instant
from tests.audit import changes, entries
from tests.authorizations.test_gaps import reasons_now
from tests.world import DAY, NOW, World

pytestmark = pytest.mark.django_db

NOVEMBER = date(2026, 11, 1)
LAST = date(2026, 11, 30)


@pytest.fixture
def world():
    return World(time_zone="America/New_York")


@pytest.fixture
def post(world):
    """Has a code, so that only rights matter."""
    post = world.post()
    world.code(post, NOW - DAY)
    return post


def midnight(day):
    """In New York after daylight saving ended."""
    return datetime(day.year, day.month, day.day, 5, tzinfo=UTC)


def stored(right):
    return UsageRight.objects.get(pk=right.pk)


def state(right):
    return UsageRight.objects.filter(pk=right.pk).values().get()


def term_of(right):
    row = stored(right)
    return Term(row.ends_on, row.term_days, row.term_months, row.perpetual)


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


# --- extend ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("old", "new", "end"),
    [
        (Term(ends_on=LAST), Term(ends_on=date(2026, 12, 31)), midnight(date(2027, 1, 1))),
        (Term(days=10), Term(days=40), midnight(date(2026, 12, 11))),
        (Term(days=10), Term(months=2), midnight(date(2027, 1, 1))),
        (Term(ends_on=LAST), Term(perpetual=True), None),
        (Term(), Term(ends_on=LAST), midnight(date(2026, 12, 1))),  # states what was not stated
        (Term(), Term(perpetual=True), None),
    ],
)
def test_a_longer_term_is_agreed_or_an_open_one_stated(world, post, old, new, end):
    right = world.right(NOVEMBER, post=post, term=old)
    (row,) = extend_rights(terms=[NewTerm(right, new)], **world.by)
    assert (row, row.ends_at, term_of(right)) == (right, end, new)
    assert stored(right).ends_at == end
    assert len(entries(world.brand, "right.extended")) == 1


def test_an_extension_is_noted_with_before_and_after(world, post):
    right = world.right(NOVEMBER, LAST, post=post)
    extend_rights(terms=[NewTerm(right, Term(months=3))], **world.by)
    ((before, after),) = changes(world.brand, "right.extended")
    assert before == {"ends_on": "2026-11-30", "term_months": None, "ends_at": "2026-12-01T05:00:00+00:00"}
    assert after == {"ends_on": None, "term_months": 3, "ends_at": "2027-02-01T05:00:00+00:00"}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (Term(ends_on=LAST), Term(ends_on=date(2026, 11, 29))),
        (Term(ends_on=LAST), Term(days=30)),  # the same last day in other words
        (Term(days=40), Term(days=39)),
        (Term(perpetual=True), Term(ends_on=LAST)),
        (Term(ends_on=LAST), Term()),  # "not stated" is no agreement
        (Term(), Term()),
        (Term(ends_on=LAST), Term(ends_on=date(2026, 10, 1))),
    ],
)
def test_a_term_that_is_not_longer_is_refused(world, post, old, new):
    other = world.right(NOVEMBER, LAST, post=post)
    right = world.right(NOVEMBER, post=post, term=old)
    before = state(right), state(other)
    with pytest.raises(WindowError):
        extend_rights(terms=[NewTerm(other, Term(perpetual=True)), NewTerm(right, new)], **world.by)
    assert (state(right), state(other)) == before
    assert entries(world.brand, "right.extended") == []


def test_the_term_that_is_there_leaves_no_trace(world, post):
    right = world.right(NOVEMBER, LAST, post=post)
    assert extend_rights(terms=[NewTerm(right, Term(ends_on=LAST))], **world.by) == []
    assert entries(world.brand, "right.extended") == []


def test_two_terms_of_one_right_follow_each_other(world, post):
    right = world.right(NOVEMBER, LAST, post=post)
    longer, longest = Term(ends_on=date(2026, 12, 31)), Term(ends_on=date(2027, 1, 31))
    extend_rights(terms=[NewTerm(right, longer), NewTerm(right, longest)], **world.by)
    assert term_of(right) == longest
    with pytest.raises(WindowError):
        extend_rights(terms=[NewTerm(right, Term(perpetual=True)), NewTerm(right, longest)], **world.by)


def test_the_term_of_a_right_that_has_not_begun_may_become_any(world, post):
    right = world.right(None, post=post, trigger=RightTrigger.POSTING, term=Term(days=90))
    extend_rights(terms=[NewTerm(right, Term(days=30))], **world.by)
    assert (term_of(right), stored(right).starts_at) == (Term(days=30), None)


# --- end ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "old", [Term(ends_on=LAST), Term(days=30), Term(months=1), Term(perpetual=True), Term()]
)
def test_rights_end_with_their_last_day_whatever_was_agreed(world, post, old):
    right = world.right(NOVEMBER, post=post, term=old)
    end_rights(rights=[right], ends_on=date(2026, 11, 20), **world.by)
    assert term_of(right) == Term(ends_on=date(2026, 11, 20))
    assert stored(right).ends_at == midnight(date(2026, 11, 21))
    assert reasons_now(world, post) == "rights_expired"
    assert len(entries(world.brand, "right.ended")) == 1
    assert end_rights(rights=[right], ends_on=date(2026, 11, 20), **world.by) == []


def test_ending_rights_never_lengthens_them(world, post):
    right = world.right(NOVEMBER, LAST, post=post)
    before = state(right)
    with pytest.raises(WindowError, match="extend them instead"):
        end_rights(rights=[right], ends_on=date(2026, 12, 1), **world.by)
    assert state(right) == before


def test_rights_cannot_end_before_they_began(world, post):
    right = world.right(NOVEMBER, post=post)
    waiting = world.right(None, post=post, trigger=RightTrigger.DELIVERY)
    for one, words in ((right, "end before they start"), (waiting, "not started yet")):
        with pytest.raises(WindowError, match=words):
            end_rights(rights=[one], ends_on=date(2026, 10, 31), **world.by)
    end_rights(rights=[right], ends_on=NOVEMBER, **world.by)
    assert stored(right).ends_at == midnight(date(2026, 11, 2))


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


# --- every operation ---------------------------------------------------------------------------------------------
OPERATIONS = {
    "right.extended": lambda rights, by: extend_rights(
        terms=[NewTerm(right, Term(perpetual=True)) for right in rights], **by
    ),
    "right.ended": lambda rights, by: end_rights(rights=rights, ends_on=date(2026, 11, 9), **by),
    "right.triggered": lambda rights, by: trigger_rights(rights=rights, happened_on=date(2026, 11, 9), **by),
    "right.edited": lambda rights, by: edit_rights(
        edits=[Edit(right, {"contract_reference": "C-8"}) for right in rights], **by
    ),
}
every_operation = pytest.mark.parametrize("action", OPERATIONS)


def some_rights(world, number):
    stated = {"trigger": RightTrigger.POSTING, "term": Term(days=30), "paid_amplification": True}
    drafts = [RightDraft(post=post, starts_on=NOVEMBER, **stated) for post in world.posts(number)]
    return grant_rights(drafts=drafts, **world.by)


@every_operation
def test_nothing_is_a_sequence_too(world, action):
    assert OPERATIONS[action]([], world.by) == []
    assert entries(world.brand) == []


@every_operation
def test_a_right_of_another_brand_is_refused_and_nothing_of_the_call_is_written(world, action):
    ours, foreign = some_rights(world, 1), some_rights(World(), 1)
    before = [state(right) for right in (*ours, *foreign)]
    with pytest.raises(OtherBrandError):
        OPERATIONS[action]([*ours, *foreign], world.by)
    assert [state(right) for right in (*ours, *foreign)] == before
    assert entries(world.brand, action) == []


@every_operation
def test_every_change_is_noted_once_on_its_row(world, action):
    rights = some_rights(world, 2)
    assert OPERATIONS[action]([*rights, *rights], world.by) == rights
    noted = entries(world.brand, action)
    assert [(entry.object_kind, entry.object_id) for entry in noted] == [
        ("usageright", right.pk) for right in rights
    ]


@every_operation
def test_sixty_rights_take_as_many_queries_as_three(world, action, django_assert_max_num_queries):
    def queries(number):
        rights = some_rights(world, number)
        with django_assert_max_num_queries(1000) as counted:
            OPERATIONS[action](rights, world.by)
        return sum("SAVEPOINT" not in query["sql"] for query in counted.captured_queries)

    few = queries(3)
    assert queries(60) - few <= (0 if connection.vendor == "postgresql" else 2)
    assert few <= 14


def test_an_approver_is_written_without_a_query_a_row(world, django_assert_max_num_queries):
    approver = world.member(Role.ADMIN)
    rights = some_rights(world, 20)
    edit_rights(
        edits=[Edit(right, {"approved_by": world.member(Role.ADMIN)}) for right in rights], **world.by
    )
    with django_assert_max_num_queries(20):
        edit_rights(edits=[Edit(right, {"approved_by": approver}) for right in rights], **world.by)
    assert changes(world.brand, "right.edited")[-1][1] == {"approved_by": str(approver.pk)}


def test_only_members_approve(world, post):
    stranger = World().member(Role.ADMIN)
    with pytest.raises(NotAMemberError) as refused:
        world.right(NOVEMBER, post=post, approved_by=stranger)
    assert refused.value.field == "approved_by"
    right = world.right(NOVEMBER, post=post)
    with pytest.raises(NotAMemberError):
        edit_rights(edits=[Edit(right, {"approved_by": stranger})], **world.by)
    assert UsageRight.objects.get().approved_by is None


# --- correct -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("said", "bounds"),
    [
        ((RightTrigger.FIXED, date(2026, 11, 5), Term(days=10)), (date(2026, 11, 5), date(2026, 11, 15))),
        ((RightTrigger.FIXED, NOVEMBER, Term()), (NOVEMBER, None)),
        ((RightTrigger.POSTING, date(2026, 11, 5), Term(months=1)), (date(2026, 11, 5), date(2026, 12, 5))),
        ((RightTrigger.DELIVERY, None, Term(days=10)), (None, None)),
    ],
)
def test_a_time_that_was_noted_wrongly_is_put_right_in_either_direction(world, post, said, bounds):
    right = world.right(LAST, LAST, post=post)
    fixes = [Correction(right, *said)]
    correct_rights(corrections=fixes, **world.by)
    row = stored(right)
    assert (row.trigger, row.starts_on, term_of(right)) == said
    assert (row.starts_at, row.ends_at) == tuple(
        day and first_instant(day, "America/New_York") for day in bounds
    )
    assert len(entries(world.brand, "right.corrected")) == 1
    assert correct_rights(corrections=fixes, **world.by) == []


def test_a_corrected_right_is_judged_anew_and_one_without_sense_refused(world, post):
    right = world.right(NOVEMBER, LAST, post=post)
    correct_rights(corrections=[Correction(right, RightTrigger.FIXED, NOVEMBER, Term(days=5))], **world.by)
    assert reasons_now(world, post) == "rights_expired"
    before = state(right)
    for trigger, day, term in (
        (RightTrigger.FIXED, None, Term()),
        (RightTrigger.FIXED, LAST, Term(ends_on=NOVEMBER)),
    ):
        with pytest.raises(WindowError):
            correct_rights(corrections=[Correction(right, trigger, day, term)], **world.by)
    assert state(right) == before


# --- longer ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("old", "more", "longer"),
    [
        (Term(days=90), Term(days=30), Term(days=120)),
        (Term(months=3), Term(months=6), Term(months=9)),
        # From the day after the last one, as if the extension were a right of its own.
        (Term(ends_on=LAST), Term(months=1), Term(ends_on=date(2026, 12, 31))),
        (Term(ends_on=LAST), Term(days=1), Term(ends_on=date(2026, 12, 1))),
        (Term(days=30), Term(months=1), Term(ends_on=date(2026, 12, 31))),
        (Term(months=1), Term(days=31), Term(ends_on=date(2026, 12, 31))),
    ],
)
def test_a_longer_term_counts_on_from_the_old_one(world, post, old, more, longer):
    right = world.right(NOVEMBER, post=post, term=old)
    assert longer_term(right, more) == longer
    extend_rights(terms=[NewTerm(right, longer)], **world.by)


@pytest.mark.parametrize("old", [Term(), Term(perpetual=True)])
def test_what_has_no_end_cannot_become_longer(world, post, old):
    with pytest.raises(WindowError, match="no end"):
        longer_term(world.right(NOVEMBER, post=post, term=old), Term(days=30))


def test_a_right_that_has_not_begun_grows_in_the_unit_of_its_term(world, post):
    waiting = world.right(None, post=post, trigger=RightTrigger.POSTING, term=Term(days=90))
    assert longer_term(waiting, Term(days=30)) == Term(days=120)
    with pytest.raises(WindowError, match="unit of their term"):
        longer_term(waiting, Term(months=1))
