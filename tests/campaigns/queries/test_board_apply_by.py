"""A replacement that is not applied where the old code is in use stands among the stops, and its verdict stays."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from authorizations.enums import Reason
from authorizations.operations.codes import Use, mark_applied, reject_codes, revoke_codes
from campaigns.enums import Section, Sort
from campaigns.operations.flights import pause_flights
from campaigns.queries.board import board
from campaigns.queries.post import post_page
from campaigns.sections import Choice
from tests.campaigns.sections_oracle import assert_sections_agree
from tests.world import DAY, NOW, World


@pytest.fixture
def world(db):
    return World()


def replaced(world, *, old_days=5, old_in=(None,), new_in=(), rights_days=None, **flight):
    """A flight for twenty days whose code ends in ``old_days`` and is replaced by one that lasts."""
    post = world.post()
    old = world.code(post, NOW - 30 * DAY, days=30 + old_days)
    new = world.code(post, NOW - DAY, days=60, supersedes=old)
    world.right(world.day(-30), rights_days and world.day(rights_days), post=post)
    uses = [Use(old, account) for account in old_in] + [Use(new, account) for account in new_in]
    mark_applied(uses=uses, **world.by)
    days = {"starts_on": world.day(-10), "ends_on": world.day(20), "daily_spend": Decimal(100), **flight}
    return world.flight(post, **days), old, new


def section_of(world, **choice):
    """The only section of the board."""
    (shown,) = board(Choice(world.brand, **choice), None, now=NOW).sections
    return shown


def test_it_is_listed_among_the_stops_with_the_end_of_the_old_code(world):
    flight, old, _ = replaced(world)
    shown = section_of(world)
    assert shown.section is Section.STOPS
    assert [(line.flight_id, line.apply_by) for line in shown.lines] == [(flight.pk, old.expires_at)]
    # The verdict does not change: no day is uncovered, no money is at risk.
    assert shown.lines[0].coverage.gaps == ()
    assert shown.money == []
    assert_sections_agree(world.brand, NOW)


def test_headline_and_filters_know_it(world):
    replaced(world)
    assert board(Choice(world.brand), None, now=NOW).sums.stopping_soon == 1
    assert section_of(world, gap_before=NOW + 6 * DAY).count == 1
    assert not board(Choice(world.brand, gap_before=NOW + 5 * DAY), None, now=NOW).sections
    assert section_of(world, unapplied=True).count == 1
    assert not board(Choice(world.brand, reason=Reason.CODE_EXPIRED), None, now=NOW).sections


def test_it_is_sorted_with_the_other_stops_by_when_it_stops(world):
    later, sooner = replaced(world, old_days=9)[0], replaced(world, old_days=3)[0]
    post = world.post()
    world.code(post, NOW - DAY, days=7)
    world.right(world.day(-30), post=post)
    between = world.flight(post, world.day(-1), world.day(20))
    assert [line.flight_id for line in section_of(world).lines] == [sooner.pk, between.pk, later.pk]


def test_once_the_old_code_has_ended_it_still_stands_there(world):
    _, old, _ = replaced(world, old_days=-2)
    (line,) = section_of(world).lines
    assert line.apply_by == old.expires_at < NOW


def test_applying_the_replacement_ends_it(world):
    _, _, new = replaced(world)
    mark_applied(uses=[Use(new)], **world.by)
    assert section_of(world).section is Section.COVERED


@pytest.mark.parametrize(
    ("change", "said"), [(revoke_codes, {"at": NOW}), (reject_codes, {"error": "Invalid"})]
)
def test_a_replacement_that_is_no_use_is_not_asked_for(change, said, world):
    _, old, new = replaced(world)
    change(codes=[new], **said, **world.by)
    (line,) = section_of(world).lines
    assert line.apply_by is None
    assert line.coverage.gaps[0].starts_at == old.expires_at


def test_what_comes_first_counts(world):
    # The rights end before the old code: pause it then. After it: apply the new one first.
    replaced(world, rights_days=2)
    replaced(world, rights_days=9)
    shown = {each.section: each.count for each in board(Choice(world.brand), None, now=NOW).sections}
    assert shown == {Section.MUST_PAUSE: 1, Section.STOPS: 1}


def test_only_the_account_in_which_the_old_code_is_in_use_needs_it(world):
    here, there = world.account(), world.account()
    replaced(world, old_in=[here], ad_account=here)
    replaced(world, old_in=[here], ad_account=there)
    replaced(world, old_in=[here, there], new_in=[there], ad_account=there)
    shown = {each.section: each.count for each in board(Choice(world.brand), None, now=NOW).sections}
    assert shown == {Section.STOPS: 1, Section.COVERED: 2}


def newer(world, flight, accounts, *, supersedes=None, days=60):
    """One more code of the flight's post, generated an hour ago and in use in ``accounts``."""
    code = world.code(flight.post, NOW - timedelta(hours=1), days=days, supersedes=supersedes)
    mark_applied(uses=[Use(code, account) for account in accounts], **world.by)
    return code


def titles(world, flight):
    """What the post page says is to be applied."""
    todos = post_page(world.brand, flight.post_id, now=NOW).todos
    return [todo.title for todo in todos if todo.title.startswith("Apply the ")]


@pytest.mark.parametrize("of", ["the replacement", "the old code", "none"])
def test_where_a_newer_code_took_over_the_one_in_between_is_not_asked_for(of, world):
    here = world.account()
    flight, old, between = replaced(world, old_in=[here], ad_account=here)
    newer(world, flight, [here], supersedes={"the replacement": between, "the old code": old}.get(of))
    assert section_of(world).section is Section.COVERED
    assert [line.apply_by for line in post_page(world.brand, flight.post_id, now=NOW).flight_lines] == [None]
    assert titles(world, flight) == []
    assert_sections_agree(world.brand, NOW)


def test_a_newer_code_in_another_account_leaves_it_to_be_done(world):
    here, there = world.account(), world.account()
    flight, old, between = replaced(world, old_in=[here, there], ad_account=here)
    newer(world, flight, [there], supersedes=between)
    (line,) = section_of(world).lines
    assert line.apply_by == old.expires_at
    assert titles(world, flight) == ["Apply the replacement"]
    assert_sections_agree(world.brand, NOW)


@pytest.mark.parametrize("useless", ["shorter", "revoked", "rejected"])
def test_a_newer_code_that_is_no_use_does_not_take_over(useless, world):
    flight, old, between = replaced(world)
    last = newer(world, flight, [None], supersedes=between, days=4 if useless == "shorter" else 60)
    if useless == "revoked":
        revoke_codes(codes=[last], at=NOW, **world.by)
    if useless == "rejected":
        reject_codes(codes=[last], error="Invalid", **world.by)
    (line,) = section_of(world).lines
    assert line.apply_by == old.expires_at
    assert titles(world, flight) == ["Apply the replacement"]
    assert_sections_agree(world.brand, NOW)


def test_a_flight_that_the_old_code_does_not_end_in_needs_nothing(world):
    replaced(world, ends_on=world.day(3))
    replaced(world, starts_on=world.day(6))
    assert {each.section for each in board(Choice(world.brand), None, now=NOW).sections} == {Section.COVERED}


def test_paused_flights_wait(world):
    flight, _, _ = replaced(world)
    pause_flights(flights=[flight], **world.by)
    (line,) = section_of(world).lines
    assert section_of(world).section is Section.PAUSED
    assert line.apply_by is None


@pytest.mark.parametrize(
    ("old_in", "new_in"), [("A", ""), ("?", ""), ("AB", "A"), ("A", "A"), ("AB", "?"), ("?", "A")]
)
def test_the_post_page_asks_for_the_same(old_in, new_in, world):
    accounts = {"A": world.account(), "B": world.account(), "?": None}
    named = {"old_in": [accounts[each] for each in old_in], "new_in": [accounts[each] for each in new_in]}
    flight, _, _ = replaced(world, **named)
    todos = [todo.title for todo in post_page(world.brand, flight.post_id, now=NOW).todos]
    assert ("Apply the replacement" in todos) is (section_of(world).section is Section.STOPS)


ACCOUNTS = st.sets(st.sampled_from("AB?"), max_size=3)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=12)
@given(
    made=st.lists(
        st.tuples(
            st.integers(-4, 30),  # days until the old code ends
            ACCOUNTS,
            ACCOUNTS,
            # Days that are left of a newer code, where it is in use, whether it was rejected there.
            st.none() | st.tuples(st.integers(1, 30), ACCOUNTS, st.booleans()),
            st.sampled_from("AB?"),  # the account of the flight
            st.sampled_from([None, 3, 12]),  # days until the rights end
            st.integers(-10, 8),  # its first day
            st.sampled_from([None, 9, 20]),  # its last day
            st.sampled_from([None, Decimal(0), Decimal("12.34"), Decimal("99.99")]),
            st.sampled_from(["b.one", "a.two", "c.three"]),
            st.sampled_from(["Zeta", "alpha", "Beta"]),
        ),
        min_size=1,
        max_size=5,
    ),
    hours=st.integers(-48, 48),
)
def test_every_order_is_that_of_the_rules(made, hours, db):
    world = World()
    accounts = {"A": world.account(), "B": world.account(currency="EUR"), "?": None}
    creators, campaigns = {}, {}
    for old_days, old_in, new_in, newest, account, rights, first, last, spend, handle, name in made:
        creator = creators.setdefault(handle, None) or world.creator(handle)
        campaign = campaigns.setdefault(name, None) or world.campaign(name)
        creators[handle], campaigns[name] = creator, campaign
        post = world.post(creator)
        old = world.code(post, NOW - 30 * DAY, days=30 + old_days)
        new = world.code(post, NOW - DAY, days=60, supersedes=old)
        world.right(world.day(-30), rights and world.day(rights), post=post)
        uses = [Use(old, accounts[each]) for each in old_in] + [Use(new, accounts[each]) for each in new_in]
        mark_applied(uses=uses, **world.by)
        if newest is not None:
            days, used, rejected = newest
            third = world.code(post, NOW - timedelta(hours=1), days=days, supersedes=new)
            mark_applied(uses=[Use(third, accounts[each]) for each in used], **world.by)
            reject_codes(codes=[third] if rejected else [], error="Invalid", **world.by)
        world.flight(
            post,
            world.day(first),
            last and world.day(last),
            campaign=campaign,
            ad_account=accounts[account],
            daily_spend=spend,
        )
    assert_sections_agree(world.brand, NOW + timedelta(hours=hours), sorts=Sort)
