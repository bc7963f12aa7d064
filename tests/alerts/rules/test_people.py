"""Who hears of an alert, and how: every sentence of DOMAIN.md §7, "To whom" and "How"."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.enums import AlertKind, Form, Wish
from alerts.rules.people import HitFlight, Member, Team, form_of, hearers, repeat_form
from brands.enums import Role

TODAY = date(2026, 11, 18)
DAY = timedelta(days=1)
BUYER, OTHER_BUYER, MANAGER, ADMIN, OTHER_ADMIN, VIEWER, OUTSIDER = (uuid4() for _ in range(7))
ROLES = {
    BUYER: Role.BUYER,
    OTHER_BUYER: Role.BUYER,
    MANAGER: Role.MANAGER,
    ADMIN: Role.ADMIN,
    OTHER_ADMIN: Role.ADMIN,
    VIEWER: Role.VIEWER,
}
RENEWALS = (AlertKind.CODE, AlertKind.RIGHTS, AlertKind.POST)


def team(*members: Member, without=()):
    """Everybody of ROLES; ``members`` replace their likes."""
    people = {user_id: Member(user_id, role) for user_id, role in ROLES.items() if user_id not in without}
    return Team(people | {member.user_id: member for member in members}, TODAY)


def flight(buyer=BUYER, campaign_buyer=OTHER_BUYER, manager=MANAGER):
    return HitFlight(uuid4(), buyer, campaign_buyer, manager)


def who(kind, step, *flights, of=None, acknowledged=False):
    return set(hearers(kind, step, flights or [flight()], of or team(), acknowledged=acknowledged))


# --- whose move it is ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize("step", [30, 14, 7, 3, 2])
@pytest.mark.parametrize("kind", RENEWALS)
def test_a_renewal_is_the_move_of_the_creators_manager(kind, step):
    assert who(kind, step) == {MANAGER}


@pytest.mark.parametrize("step", [30, 7, 2])
def test_to_apply_a_replacement_is_the_buyers_move(step):
    assert who(AlertKind.APPLY, step) == {BUYER}
    assert who(AlertKind.APPLY, step, flight(buyer=None)) == {OTHER_BUYER}


@pytest.mark.parametrize("kind", AlertKind)
def test_from_the_last_day_on_buyer_and_manager_hear(kind):
    assert who(kind, 1, acknowledged=True) == {BUYER, MANAGER}


@pytest.mark.parametrize("kind", AlertKind)
def test_admins_hear_on_the_last_day_if_nobody_acknowledged(kind):
    assert who(kind, 1) == {BUYER, MANAGER, ADMIN, OTHER_ADMIN}


@pytest.mark.parametrize("step", [0, -1])
@pytest.mark.parametrize("kind", AlertKind)
def test_admins_hear_of_the_lapse_and_of_stops_whoever_acknowledged(kind, step):
    assert who(kind, step, acknowledged=True) == {BUYER, MANAGER, ADMIN, OTHER_ADMIN}


def test_everybody_of_all_flights_that_are_hit_hears_once():
    flights = [flight(), flight(buyer=OTHER_BUYER), flight(manager=ADMIN)]
    assert who(AlertKind.RIGHTS, 7, *flights) == {MANAGER, ADMIN}
    assert who(AlertKind.RIGHTS, 1, *flights, acknowledged=True) == {BUYER, OTHER_BUYER, MANAGER, ADMIN}


# --- at least one person always -----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("hit", "heard"),
    [
        (flight(manager=None), {BUYER}),
        (flight(buyer=None, manager=None), {OTHER_BUYER}),
        (flight(buyer=OUTSIDER, manager=OUTSIDER), {OTHER_BUYER}),
        (flight(buyer=None, campaign_buyer=None, manager=None), {ADMIN, OTHER_ADMIN}),
        (flight(buyer=OUTSIDER, campaign_buyer=OUTSIDER, manager=OUTSIDER), {ADMIN, OTHER_ADMIN}),
        # Who may only read cannot renew anything.
        (flight(buyer=VIEWER, campaign_buyer=None, manager=VIEWER), {ADMIN, OTHER_ADMIN}),
    ],
)
@pytest.mark.parametrize("step", [30, 3, 1])
def test_without_a_manager_the_buyers_hear_then_the_admins(hit, heard, step):
    assert who(AlertKind.CODE, step, hit, acknowledged=True) == heard


@pytest.mark.parametrize(
    ("hit", "heard"),
    [
        (flight(buyer=None, campaign_buyer=None), {MANAGER}),
        (flight(buyer=None, campaign_buyer=None, manager=None), {ADMIN, OTHER_ADMIN}),
    ],
)
def test_without_a_buyer_the_manager_is_asked_to_apply_then_the_admins(hit, heard):
    assert who(AlertKind.APPLY, 3, hit) == heard


def test_somebody_hears_for_each_flight():
    flights = [flight(), flight(buyer=OTHER_BUYER, manager=None)]
    assert who(AlertKind.RIGHTS, 14, *flights) == {MANAGER, OTHER_BUYER}


def test_in_a_brand_with_nothing_but_admins_they_hear():
    only = Team({ADMIN: Member(ADMIN, Role.ADMIN)}, TODAY)
    assert who(AlertKind.CODE, 30, of=only) == {ADMIN}


def test_in_a_brand_in_which_nobody_can_act_nobody_hears():
    assert who(AlertKind.CODE, 0, of=Team({VIEWER: Member(VIEWER, Role.VIEWER)}, TODAY)) == set()


@settings(max_examples=80)
@given(
    kind=st.sampled_from(AlertKind),
    step=st.sampled_from([30, 14, 7, 3, 1, 0, -1]),
    hits=st.lists(
        st.tuples(*[st.sampled_from([None, BUYER, MANAGER, VIEWER, OUTSIDER])] * 3), min_size=1, max_size=4
    ),
    left=st.sets(st.sampled_from([BUYER, OTHER_BUYER, MANAGER, OTHER_ADMIN])),
    acknowledged=st.booleans(),
)
def test_somebody_always_hears_and_nobody_who_cannot_act(kind, step, hits, left, acknowledged):
    of = team(without=left)
    heard = hearers(kind, step, [HitFlight(uuid4(), *hit) for hit in hits], of, acknowledged=acknowledged)
    assert any(heard.values())
    assert heard.keys() <= of.members.keys() - {VIEWER}


# --- deputies -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("first", "last", "heard"),
    [
        (TODAY, TODAY, OTHER_BUYER),
        (TODAY - DAY, TODAY, OTHER_BUYER),
        (TODAY, TODAY + DAY, OTHER_BUYER),
        (TODAY + DAY, TODAY + 2 * DAY, MANAGER),
        (TODAY - 2 * DAY, TODAY - DAY, MANAGER),
        (None, TODAY, OTHER_BUYER),
        (None, TODAY - DAY, MANAGER),
        (TODAY, None, OTHER_BUYER),
        (None, None, OTHER_BUYER),
    ],
)
def test_the_deputy_hears_instead_on_the_days_of_absence_both_inclusive(first, last, heard):
    away = Member(MANAGER, Role.MANAGER, OTHER_BUYER, first, last)
    assert who(AlertKind.CODE, 7, of=team(away)) == {heard}


def test_a_deputy_who_left_or_may_only_read_stands_in_for_nobody():
    for deputy in (OUTSIDER, VIEWER):
        assert who(AlertKind.CODE, 7, of=team(Member(MANAGER, Role.MANAGER, deputy, TODAY, TODAY))) == {
            MANAGER
        }


def test_a_deputy_who_is_away_is_stood_in_for_and_two_who_name_each_other_do_not_hang():
    away = Member(MANAGER, Role.MANAGER, BUYER, TODAY, TODAY)
    too = Member(BUYER, Role.BUYER, OTHER_BUYER, TODAY, TODAY)
    assert who(AlertKind.CODE, 7, of=team(away, too)) == {OTHER_BUYER}
    back = Member(BUYER, Role.BUYER, MANAGER, TODAY, TODAY)
    assert who(AlertKind.CODE, 7, of=team(away, back)) == {BUYER}


def test_deputies_of_admins_and_buyers_hear_too():
    of = team(
        Member(ADMIN, Role.ADMIN, OTHER_ADMIN, TODAY, TODAY),
        Member(BUYER, Role.BUYER, OTHER_BUYER, TODAY, TODAY),
    )
    assert who(AlertKind.CODE, 0, of=of) == {OTHER_BUYER, MANAGER, OTHER_ADMIN}


def test_the_flights_of_who_is_away_are_the_deputys_own():
    away = Member(MANAGER, Role.MANAGER, OTHER_ADMIN, TODAY, TODAY)
    assert hearers(AlertKind.CODE, 0, [flight()], team(away)) == {
        BUYER: True,
        OTHER_ADMIN: True,
        ADMIN: False,
    }


# --- in which form ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("step", "in_round", "late"),
    [
        (30, Form.DIGEST, Form.DIGEST),
        (14, Form.DIGEST, Form.DIGEST),
        (7, Form.DIGEST, Form.DIGEST),
        (6, Form.ROUND, Form.AT_ONCE),
        (3, Form.ROUND, Form.AT_ONCE),
        (1, Form.ROUND, Form.AT_ONCE),
        (0, Form.AT_ONCE, Form.AT_ONCE),
        (-1, Form.AT_ONCE, Form.AT_ONCE),
    ],
)
def test_digest_lines_the_morning_round_and_at_once(step, in_round, late):
    assert form_of(step, Wish.USUAL, own=True, in_round=True) is in_round
    assert form_of(step, Wish.USUAL, own=False, in_round=False) is late


@pytest.mark.parametrize("step", [30, 7, 3, 2])
@pytest.mark.parametrize("own", [True, False])
def test_a_person_may_choose_the_digest_or_nothing(step, own):
    assert form_of(step, Wish.DIGEST, own=own, in_round=False) is Form.DIGEST
    assert form_of(step, Wish.NOTHING, own=own, in_round=False) is None


@pytest.mark.parametrize("wish", [Wish.DIGEST, Wish.NOTHING])
@pytest.mark.parametrize("step", [1, 0, -1])
def test_but_not_for_the_last_day_the_lapse_and_stops_of_their_own_flights(step, wish):
    assert form_of(step, wish, own=True, in_round=False) is Form.AT_ONCE
    assert repeat_form(step, wish, own=True) is Form.ROUND


@pytest.mark.parametrize("step", [1, 0, -1])
def test_admins_may_choose_less_of_what_is_not_their_own(step):
    assert form_of(step, Wish.DIGEST, own=False, in_round=False) is Form.DIGEST
    assert form_of(step, Wish.NOTHING, own=False, in_round=False) is None


def test_who_hears_because_nobody_else_is_there_hears_of_their_own():
    heard = hearers(AlertKind.CODE, 0, [flight(None, None, None)], team())
    assert heard == {ADMIN: True, OTHER_ADMIN: True}
