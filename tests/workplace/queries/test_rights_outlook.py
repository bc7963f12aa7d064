"""What a right would cover before it is on file, and where it and the codes part ways."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authorizations.enums import Reason, RightTrigger
from authorizations.models import PostGap
from authorizations.operations.posts import attach_brief
from authorizations.operations.rights import Correction, RightDraft, correct_rights, grant_rights
from authorizations.rules import Gap
from authorizations.windows import Term
from posts.operations.briefs import add_briefs
from sparktrack.core.wording import TimeWords
from tests.world import DAY, NOW, World
from workplace.queries.rights_outlook import Cell, Typed, outlook, stretches_of
from workplace.rights_words import outlook_words, term_words

pytestmark = pytest.mark.django_db

TODAY = NOW.date()


@pytest.fixture
def world():
    return World()


def times(world):
    return TimeWords(now=NOW, zone=world.brand.time_zone, viewer_zone="UTC")


def of_file(world, post):
    """The cells that follow from the stored gaps of a post."""
    gaps = [
        Gap(gap.starts_at, gap.ends_at, tuple(map(Reason, gap.reasons.split(","))))
        for gap in PostGap.objects.for_brand(world.brand).filter(post=post)
    ]
    gaps.sort(key=lambda gap: (gap.starts_at is not None, gap.starts_at))
    return stretches_of(post, gaps, now=NOW)


def cells(found):
    return [(each.cell, each.starts_at, each.ends_at) for each in found]


def said(world, typed, trigger=RightTrigger.FIXED):
    words = outlook_words(outlook(world.brand, typed, now=NOW), trigger, times(world))
    return words, {cell.cell: [each.words for each in cell.posts] for cell in words.cells}


# --- The two dangerous cells ------------------------------------------------------------------------------------------
def test_a_code_that_outlives_the_rights_spends_without_permission(world):
    post = world.post()
    world.code(post, NOW - DAY, days=31)
    words, found = said(world, Typed(post, TODAY, Term(days=5), paid=True))
    assert words.answer == "Covers ads from Sat 21 Nov until Wed 25 Nov"
    assert "Pause by then" in words.why
    assert found[Cell.SPENDS] == [
        "from Thu 26 Nov, until Mon 21 Dec, 14:05 UTC (25 days): pause by Wed 25 Nov"
    ]
    assert found[Cell.STOPS] == []
    spends = next(cell for cell in words.cells if cell.cell is Cell.SPENDS)
    assert spends.title == "Code valid, rights over"
    assert "spends without permission" in spends.meaning


def test_rights_that_outlive_the_code_leave_an_ad_that_stops_by_itself(world):
    post = world.post()
    world.code(post, NOW - DAY, days=6)
    words, found = said(world, Typed(post, TODAY, Term(days=30), paid=True))
    assert found[Cell.SPENDS] == []
    assert found[Cell.STOPS] == ["from Thu 26 Nov, 14:05 UTC, until Sun 20 Dec (24 days): code ends"]
    assert found[Cell.NOTHING] == ["from Mon 21 Dec, without end"]
    stops = next(cell for cell in words.cells if cell.cell is Cell.STOPS)
    assert (stops.title, "stops by itself" in stops.meaning) == ("Rights valid, code over", True)


def test_rights_that_are_over_while_the_code_holds_say_pause_now(world):
    post = world.post()
    world.code(post, NOW - DAY, days=31)
    words, found = said(world, Typed(post, TODAY - 10 * DAY, Term(days=5), paid=True))
    assert words.answer.startswith("Covered ads from")
    assert found[Cell.SPENDS][0].endswith("pause it now")
    assert "stop" not in found[Cell.SPENDS][0]


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ({"starts_on": None, "term": Term(days=30), "paid": True}, "Covers nothing yet"),
        ({"starts_on": TODAY, "term": Term(), "paid": False}, "Covers no ads on TikTok"),
        ({"starts_on": TODAY, "term": Term(), "paid": True, "channels": ["Meta"]}, "Covers no ads on TikTok"),
        ({"starts_on": TODAY, "term": Term(), "paid": True}, "Covers ads from Sat 21 Nov, without end"),
        (
            {"starts_on": TODAY, "term": Term(perpetual=True), "paid": True},
            "Covers ads from Sat 21 Nov, without end",
        ),
        (
            {"starts_on": date(2026, 11, 30), "term": Term(months=3), "paid": True},
            "Covers ads from Mon 30 Nov until Sun 28 Feb 2027",
        ),
    ],
)
def test_the_answer_names_first_and_last_full_day(world, typed, answer):
    words, _ = said(world, Typed(world.post(), **typed), RightTrigger.POSTING)
    assert words.answer == answer


def test_a_post_without_a_code_says_so(world):
    _, found = said(world, Typed(world.post(), TODAY, Term(days=30), paid=True))
    assert found[Cell.STOPS] == ["there is no code yet"]


# --- Many posts -------------------------------------------------------------------------------------------------------
def test_posts_with_closer_rights_are_named_and_left_out(world):
    (brief,) = add_briefs(drafts=[{"title": "Glow"}], **world.by)
    creator = world.creator()
    posts = [world.post(creator, title=f"Post {number}") for number in range(4)]
    attach_brief(posts=[posts[1]], brief=brief, **world.by)
    world.right(TODAY, post=posts[0])
    world.right(TODAY, brief=brief)
    world.codes(posts, NOW - DAY)
    found = outlook(world.brand, Typed(creator, TODAY, Term(days=5), paid=True), now=NOW)
    assert {each.post for each in found.stretches} == {posts[2], posts[3]}
    assert (found.posts, found.closer) == (4, 2)
    words = outlook_words(found, RightTrigger.FIXED, times(world))
    assert "4 posts so far" in words.of_posts
    assert "2 posts of them: closer rights count there" in words.of_posts


def test_the_number_of_queries_does_not_grow(world, django_assert_max_num_queries):
    creator = world.creator()
    for number in (1, 3, 50):
        posts = [world.post(creator) for _ in range(number if number < 50 else 3)]
        world.codes(posts, NOW - DAY)
        with django_assert_max_num_queries(8):
            outlook(world.brand, Typed(creator, TODAY, Term(days=5), paid=True), now=NOW)


# --- What it says is what holds once it is on file --------------------------------------------------------------------
_days = st.integers(-40, 60)
_terms = st.one_of(
    st.just(Term()),
    st.just(Term(perpetual=True)),
    st.integers(1, 80).map(lambda days: Term(days=days)),
    st.integers(1, 4).map(lambda months: Term(months=months)),
    _days.map(lambda days: Term(ends_on=TODAY + timedelta(days=days))),
)


_rights = st.fixed_dictionaries(
    {
        "zone": st.sampled_from(["UTC", "America/New_York", "Pacific/Apia", "Australia/Lord_Howe"]),
        "starts": st.none() | _days,
        "term": _terms,
        "paid": st.booleans(),
        "channels": st.sampled_from([[], ["TikTok"], ["Meta"]]),
        "windows": st.lists(st.tuples(st.integers(-30, 30), st.sampled_from([7, 30, 60])), max_size=2),
        "level": st.sampled_from(["post", "brief", "creator"]),
        "others": st.booleans(),
        "is_change": st.booleans(),
    }
)


@given(_rights)
def test_what_the_form_says_it_will_cover_is_what_is_covered_after_saving(drawn):
    world = World(time_zone=drawn["zone"])
    (brief,) = add_briefs(drafts=[{"title": "Glow"}], **world.by)
    creator = world.creator()
    posts = [world.post(creator) for _ in range(2)]
    attach_brief(posts=posts, brief=brief, **world.by)
    if drawn["others"]:
        world.right(TODAY - 3 * DAY, TODAY + 9 * DAY, post=posts[1])
    for start, days in drawn["windows"]:
        world.codes(posts, NOW + start * DAY, days=days)
    holder = {"post": posts[0], "brief": brief, "creator": creator}[drawn["level"]]
    starts, term = drawn["starts"], drawn["term"]
    starts_on = None if starts is None else TODAY + timedelta(days=starts)
    if starts_on and term.ends_on and term.ends_on < starts_on:
        term = Term()
    trigger = RightTrigger.POSTING
    details = {"paid_amplification": drawn["paid"], "channels": drawn["channels"]}
    row = None
    if drawn["is_change"]:
        row = world.right(TODAY, TODAY + 2 * DAY, **{drawn["level"]: holder}, **details)
    typed = Typed(holder, starts_on, term, drawn["paid"], drawn["channels"], instead=row and row.pk)
    promised = outlook(world.brand, typed, now=NOW)

    if row:
        (row,) = correct_rights(corrections=[Correction(row, trigger, starts_on, term)], **world.by)
    else:
        draft = RightDraft(
            **{drawn["level"]: holder}, trigger=trigger, starts_on=starts_on, term=term, **details
        )
        (row,) = grant_rights(drafts=[draft], **world.by)
    assert (promised.starts_at, promised.ends_at) == (row.starts_at, row.ends_at)
    assert term_words(row, times(world))
    for post in {each.post for each in promised.stretches}:
        assert cells(each for each in promised.stretches if each.post == post) == cells(of_file(world, post))
