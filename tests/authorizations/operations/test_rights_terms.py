"""How long rights last: extended, ended, put right, longer."""

from datetime import date

import pytest

from authorizations.enums import RightTrigger
from authorizations.operations.rights import (
    Correction,
    NewTerm,
    correct_rights,
    end_rights,
    extend_rights,
)
from authorizations.operations.terms import longer_term
from authorizations.windows import Term, WindowError
from sparktrack.core.days import first_instant
from tests.audit import changes, entries
from tests.authorizations.rightrows import LAST, NOVEMBER, midnight, state, stored
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


def term_of(right):
    row = stored(right)
    return Term(row.ends_on, row.term_days, row.term_months, row.perpetual)


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
