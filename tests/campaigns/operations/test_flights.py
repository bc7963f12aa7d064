"""Flights: planned, moved, edited, launched, paused, resumed, ended, run anyway."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection

from authorizations.windows import WindowError
from brands.enums import Role
from brands.models import AdAccount, Brand
from brands.operations.edits import Edit, NotAMemberError, OtherBrandError
from campaigns.enums import SpendSource
from campaigns.models import Flight
from campaigns.operations.flights import (
    FlightDraft,
    FlightError,
    Move,
    assign_ad_account,
    edit_flights,
    end_flights,
    launch_flights,
    move_flights,
    pause_flights,
    plan_flights,
    resume_flights,
    run_flights_anyway,
)
from tests.audit import changes, entries
from tests.factories import UserFactory
from tests.world import DAY, NOW, World

pytestmark = pytest.mark.django_db

FIRST, LAST = date(2026, 12, 1), date(2026, 12, 20)


@pytest.fixture
def world():
    return World(time_zone="America/New_York")


@pytest.fixture
def flight(world):
    return world.flight(world.post(), FIRST, LAST)


def stored(flight):
    return Flight.objects.get(pk=flight.pk)


def state(flight):
    return Flight.objects.filter(pk=flight.pk).values().get()


def later(world, days=1):
    return {**world.by, "now": NOW + days * DAY}


# --- plan --------------------------------------------------------------------------------------------------------
def test_a_flight_keeps_what_is_said_and_its_last_day_is_inclusive(world):
    post, campaign, buyer, account = world.post(), world.campaign(), world.member(Role.BUYER), world.account()
    draft = FlightDraft(
        post, campaign, buyer, account, FIRST, LAST, Decimal("12.50"), None, "Shop", "x.example", "Ad"
    )
    (flight,) = plan_flights(drafts=[draft], **world.by)
    row = stored(flight)
    assert (row.post, row.campaign, row.buyer, row.ad_account) == (post, campaign, buyer, account)
    assert (row.starts_on, row.ends_on) == (FIRST, LAST)
    assert row.starts_at == datetime(2026, 12, 1, 5, tzinfo=UTC)
    assert row.ends_at == datetime(2026, 12, 21, 5, tzinfo=UTC)
    assert (row.daily_spend, row.spend_source, row.created_at) == (Decimal("12.50"), "typed", NOW)
    assert (row.call_to_action, row.landing_page, row.ad_name) == ("Shop", "x.example", "Ad")
    assert changes(world.brand, "flight.planned") == [
        (
            {},
            {
                "post": str(post.pk),
                "campaign": str(campaign.pk),
                "starts_on": "2026-12-01",
                "ends_on": "2026-12-20",
                "daily_spend": "12.50",
            },
        )
    ]


def test_dates_are_read_in_the_zone_of_the_account_else_of_the_brand(world):
    post, campaign = world.post(), world.campaign()
    tokyo, unnamed = world.account(time_zone="Asia/Tokyo"), world.account()
    drafts = [
        FlightDraft(post, campaign, ad_account=account, starts_on=FIRST) for account in (tokyo, unnamed, None)
    ]
    assert [row.starts_at for row in plan_flights(drafts=drafts, **world.by)] == [
        datetime(2026, 11, 30, 15, tzinfo=UTC),
        datetime(2026, 12, 1, 5, tzinfo=UTC),
        datetime(2026, 12, 1, 5, tzinfo=UTC),
    ]


def test_a_zone_that_changed_since_account_and_brand_were_loaded_counts(world):
    account, post, campaign = world.account(), world.post(), world.campaign()
    AdAccount.objects.update(time_zone="Asia/Tokyo")
    Brand.objects.update(time_zone="Europe/Berlin")
    drafts = [FlightDraft(post, campaign, ad_account=one, starts_on=FIRST) for one in (account, None)]
    assert [row.starts_at.hour for row in plan_flights(drafts=drafts, **world.by)] == [15, 23]
    (flight, _) = Flight.objects.order_by("pk")
    assign_ad_account(flights=[flight], ad_account=account, **world.by)
    assert stored(flight).starts_at.hour == 15


@pytest.mark.parametrize(("starts_on", "ends_on"), [(None, None), (FIRST, None), (FIRST, FIRST)])
def test_a_flight_may_lack_dates_or_have_one_day(world, starts_on, ends_on):
    row = stored(world.flight(world.post(), starts_on, ends_on))
    assert (row.starts_at is None, row.ends_at is None) == (starts_on is None, ends_on is None)
    if ends_on:
        assert row.ends_at - row.starts_at == DAY


def test_a_spend_may_come_from_a_report_or_not_be_known(world):
    row = stored(world.flight(world.post(), FIRST, spend_source=SpendSource.REPORT))
    assert row.spend_source == "report"
    assert stored(world.flight(world.post(), FIRST, daily_spend=None)).spend_source == ""


@pytest.mark.parametrize(
    ("said", "error", "words"),
    [
        ({"ends_on": LAST}, FlightError, "needs a start"),
        ({"starts_on": LAST, "ends_on": FIRST}, FlightError, "ends before it starts"),
        ({"daily_spend": Decimal("-0.01")}, FlightError, "must not be negative"),
        ({"starts_on": date(202, 12, 1)}, WindowError, "cannot be right"),
        ({"starts_on": FIRST, "ends_on": date(9999, 12, 31)}, WindowError, "cannot be right"),
    ],
)
def test_what_makes_no_flight_is_refused_and_nothing_of_the_call_is_written(world, said, error, words):
    post, campaign = world.post(), world.campaign()
    with pytest.raises(error, match=words):
        plan_flights(drafts=[FlightDraft(post, campaign), FlightDraft(post, campaign, **said)], **world.by)
    assert not Flight.objects.exists()
    assert entries(world.brand, "flight.planned") == []


def test_a_day_that_its_zone_skipped_is_refused(world):
    account = world.account(time_zone="Pacific/Apia")
    day = date(2011, 12, 30)
    with pytest.raises(FlightError, match="There was no 2011-12-30 in Pacific/Apia"):
        world.flight(world.post(), day, day, ad_account=account)
    flight = world.flight(world.post(), date(2011, 12, 29), date(2011, 12, 31), ad_account=account)
    assert flight.ends_at - flight.starts_at == 2 * DAY


def test_rows_of_another_brand_and_strangers_are_refused(world):
    other = World()
    post, campaign = world.post(), world.campaign()
    for draft in (
        FlightDraft(other.post(), campaign),
        FlightDraft(post, other.campaign()),
        FlightDraft(post, campaign, ad_account=other.account()),
    ):
        with pytest.raises(OtherBrandError):
            plan_flights(drafts=[FlightDraft(post, campaign), draft], **world.by)
    for stranger in (UserFactory(), other.member()):
        with pytest.raises(NotAMemberError) as refused:
            plan_flights(drafts=[FlightDraft(post, campaign, buyer=stranger)], **world.by)
        assert refused.value.field == "buyer"
    assert not Flight.objects.exists()


# --- move --------------------------------------------------------------------------------------------------------
def test_a_moved_flight_has_new_dates_and_instants(world, flight):
    (row,) = move_flights(moves=[Move(flight, date(2026, 6, 1), None)], **world.by)
    row = stored(row)
    assert (row.starts_on, row.ends_on, row.ends_at) == (date(2026, 6, 1), None, None)
    assert row.starts_at == datetime(2026, 6, 1, 4, tzinfo=UTC)
    assert changes(world.brand, "flight.moved") == [
        (
            {
                "starts_on": "2026-12-01",
                "ends_on": "2026-12-20",
                "starts_at": "2026-12-01T05:00:00+00:00",
                "ends_at": "2026-12-21T05:00:00+00:00",
            },
            {
                "starts_on": "2026-06-01",
                "ends_on": None,
                "starts_at": "2026-06-01T04:00:00+00:00",
                "ends_at": None,
            },
        )
    ]
    assert move_flights(moves=[Move(flight, date(2026, 6, 1), None)], **world.by) == []


def test_a_flight_may_lose_its_dates_until_it_is_launched(world, flight):
    move_flights(moves=[Move(flight, None, None)], **world.by)
    assert (stored(flight).starts_on, stored(flight).starts_at) == (None, None)
    move_flights(moves=[Move(flight, FIRST, LAST)], **world.by)
    launch_flights(flights=[flight], **world.by)
    with pytest.raises(FlightError, match="was launched"):
        move_flights(moves=[Move(flight, None, None)], **world.by)
    assert stored(flight).starts_on == FIRST


@pytest.mark.parametrize("dates", [(None, LAST), (LAST, FIRST)])
def test_a_move_to_no_dates_is_refused(world, flight, dates):
    other = world.flight(world.post(), FIRST)
    before = state(flight), state(other)
    with pytest.raises(FlightError):
        move_flights(moves=[Move(other, LAST, None), Move(flight, *dates)], **world.by)
    assert (state(flight), state(other)) == before


def test_of_two_moves_of_one_flight_the_last_counts(world, flight):
    assert move_flights(moves=[Move(flight, LAST, None), Move(flight, FIRST, FIRST)], **world.by) == [flight]
    assert (stored(flight).starts_on, stored(flight).ends_on) == (FIRST, FIRST)
    assert len(entries(world.brand, "flight.moved")) == 2


# --- account -----------------------------------------------------------------------------------------------------
def test_another_account_reads_the_dates_in_its_zone(world, flight):
    tokyo = world.account(time_zone="Asia/Tokyo")
    assign_ad_account(flights=[flight], ad_account=tokyo, **world.by)
    assert (stored(flight).ad_account, stored(flight).starts_at) == (
        tokyo,
        datetime(2026, 11, 30, 15, tzinfo=UTC),
    )
    before, after = changes(world.brand, "flight.account_assigned")[0]
    assert (before["ad_account"], after["ad_account"]) == (None, str(tokyo.pk))
    assert after["starts_at"] == "2026-11-30T15:00:00+00:00"
    assign_ad_account(flights=[flight], ad_account=None, **world.by)
    assert (stored(flight).ad_account, stored(flight).starts_at.hour) == (None, 5)


def test_an_account_of_another_brand_is_refused(world, flight):
    with pytest.raises(OtherBrandError):
        assign_ad_account(flights=[flight], ad_account=World().account(), **world.by)
    assert stored(flight).ad_account is None


# --- edit --------------------------------------------------------------------------------------------------------
def test_what_a_flight_says_is_edited_and_noted(world, flight):
    buyer = world.member(Role.BUYER)
    edit_flights(edits=[Edit(flight, {"buyer": buyer, "tiktok_ad_ids": ["17"], "ad_name": "A"})], **world.by)
    assert changes(world.brand, "flight.edited") == [
        (
            {"buyer": None, "tiktok_ad_ids": [], "ad_name": ""},
            {"buyer": str(buyer.pk), "tiktok_ad_ids": ["17"], "ad_name": "A"},
        )
    ]


def test_a_new_spend_was_typed_unless_its_source_is_said(world):
    flight = world.flight(world.post(), FIRST, daily_spend=None)
    for values, source in (
        ({"daily_spend": Decimal(5), "spend_source": "report"}, "report"),
        ({"daily_spend": Decimal(5)}, "report"),  # the same spend says nothing new
        ({"daily_spend": Decimal(6)}, "typed"),
        ({"daily_spend": None}, ""),
    ):
        edit_flights(edits=[Edit(flight, values)], **world.by)
        assert stored(flight).spend_source == source


def test_an_edit_is_refused_for_a_negative_spend_a_stranger_or_another_field(world, flight):
    other = world.flight(world.post(), FIRST)
    for error, values in (
        (FlightError, {"daily_spend": Decimal(-1)}),
        (NotAMemberError, {"buyer": World().member()}),
        (ValueError, {"starts_on": LAST}),
        (ValueError, {"ad_account": None}),
        (ValueError, {"launched_at": NOW}),
        (ValueError, {"post": None}),
    ):
        with pytest.raises(error):
            edit_flights(edits=[Edit(other, {"ad_name": "x"}), Edit(flight, values)], **world.by)
    assert stored(other).ad_name == ""
    assert entries(world.brand, "flight.edited") == []


# --- launch, pause, resume, end ----------------------------------------------------------------------------------
def test_a_flight_is_launched_paused_resumed_and_ended_each_at_its_first_instant(world, flight):
    launch_flights(flights=[flight], **world.by)
    assert launch_flights(flights=[flight], **later(world)) == []
    pause_flights(flights=[flight], **later(world))
    assert pause_flights(flights=[flight], **later(world, 2)) == []
    assert (stored(flight).launched_at, stored(flight).paused_at) == (NOW, NOW + DAY)
    resume_flights(flights=[flight], **later(world, 3))
    assert resume_flights(flights=[flight], **later(world, 4)) == []
    end_flights(flights=[flight], **later(world, 5))
    assert end_flights(flights=[flight], **later(world, 6)) == []
    row = stored(flight)
    assert (row.launched_at, row.paused_at, row.ended_at) == (NOW, None, NOW + 5 * DAY)
    assert changes(world.brand, "flight.launched") == [
        ({"launched_at": None}, {"launched_at": NOW.isoformat()})
    ]
    assert changes(world.brand, "flight.resumed") == [
        ({"paused_at": (NOW + DAY).isoformat()}, {"paused_at": None})
    ]


def test_a_flight_without_dates_is_not_launched(world, flight):
    unplanned = world.flight(world.post(), None)
    with pytest.raises(FlightError, match="plan it first"):
        launch_flights(flights=[flight, unplanned], **world.by)
    assert stored(flight).launched_at is None


@pytest.mark.parametrize("operation", [launch_flights, pause_flights, resume_flights])
def test_a_flight_that_was_ended_stays_so(world, flight, operation):
    running = world.flight(world.post(), FIRST)
    end_flights(flights=[flight], **world.by)
    before = state(running)
    with pytest.raises(FlightError, match="was ended"):
        operation(flights=[running, flight], **later(world))
    assert state(running) == before


# --- run anyway --------------------------------------------------------------------------------------------------
def test_running_anyway_has_a_reason_and_a_name(world, flight):
    boss = world.member()
    run_flights_anyway(flights=[flight], reason="  agreed by mail ", approver=boss, **world.by)
    row = stored(flight)
    assert (row.run_anyway_reason, row.run_anyway_by, row.run_anyway_at) == ("agreed by mail", boss, NOW)
    assert changes(world.brand, "flight.run_anyway")[0][1] == {
        "run_anyway_reason": "agreed by mail",
        "run_anyway_by": str(boss.pk),
        "run_anyway_at": NOW.isoformat(),
    }


@pytest.mark.parametrize("reason", ["", " \n", "x" * 501])
def test_running_anyway_without_a_reason_that_fits_is_refused(world, flight, reason):
    with pytest.raises(FlightError) as refused:
        run_flights_anyway(flights=[flight], reason=reason, approver=world.member(), **world.by)
    assert refused.value.field == "run_anyway_reason"
    assert stored(flight).run_anyway_at is None


@pytest.mark.parametrize("role", [Role.BUYER, Role.VIEWER, None])
def test_running_anyway_is_approved_by_somebody_who_may(world, flight, role):
    approver = world.member(role) if role else World().member()
    with pytest.raises(FlightError, match="may not approve") as refused:
        run_flights_anyway(flights=[flight], reason="agreed", approver=approver, **world.by)
    assert refused.value.field == "run_anyway_by"
    assert stored(flight).run_anyway_at is None


# --- every operation ---------------------------------------------------------------------------------------------
OPERATIONS = {
    "flight.moved": lambda world, flights: move_flights(
        moves=[Move(flight, FIRST, FIRST) for flight in flights], **world.by
    ),
    "flight.edited": lambda world, flights: edit_flights(
        edits=[Edit(flight, {"ad_name": "x"}) for flight in flights], **world.by
    ),
    "flight.account_assigned": lambda world, flights: assign_ad_account(
        flights=flights, ad_account=world.tokyo, **world.by
    ),
    "flight.launched": lambda world, flights: launch_flights(flights=flights, **world.by),
    "flight.paused": lambda world, flights: pause_flights(flights=flights, **world.by),
    "flight.resumed": lambda world, flights: resume_flights(flights=flights, **world.by),
    "flight.ended": lambda world, flights: end_flights(flights=flights, **world.by),
    "flight.run_anyway": lambda world, flights: run_flights_anyway(
        flights=flights, reason="x", approver=world.boss, **world.by
    ),
}
every_operation = pytest.mark.parametrize("action", OPERATIONS)


@pytest.fixture
def ready(world):
    world.tokyo = world.account(time_zone="Asia/Tokyo")
    world.boss = world.member()
    return world


def some_flights(world, number, action):
    campaign, post = world.campaign(), world.post()
    account = world.account()
    drafts = [FlightDraft(post, campaign, None, account, FIRST, LAST) for _ in range(number)]
    flights = plan_flights(drafts=drafts, **world.by)
    if action == "flight.resumed":
        Flight.objects.update(paused_at=NOW - timedelta(hours=1))
    return flights


@every_operation
def test_nothing_is_a_sequence_too(ready, action):
    assert OPERATIONS[action](ready, []) == []
    assert entries(ready.brand) == []


@every_operation
def test_a_flight_of_another_brand_is_refused_and_nothing_of_the_call_is_written(ready, action):
    ours, foreign = some_flights(ready, 1, action), some_flights(World(), 1, action)
    before = [state(flight) for flight in (*ours, *foreign)]
    with pytest.raises(OtherBrandError):
        OPERATIONS[action](ready, [*ours, *foreign])
    assert [state(flight) for flight in (*ours, *foreign)] == before
    assert entries(ready.brand, action) == []


@every_operation
def test_a_flight_twice_in_a_call_is_changed_and_noted_once(ready, action):
    flights = some_flights(ready, 2, action)
    assert OPERATIONS[action](ready, [*flights, *flights]) == flights
    assert OPERATIONS[action](ready, flights) == []
    noted = entries(ready.brand, action)
    assert [(entry.object_kind, entry.object_id) for entry in noted] == [
        ("flight", flight.pk) for flight in flights
    ]


@every_operation
def test_sixty_flights_take_as_many_queries_as_three(ready, action, django_assert_max_num_queries):
    def queries(number):
        flights = some_flights(ready, number, action)
        with django_assert_max_num_queries(1000) as counted:
            OPERATIONS[action](ready, flights)
        return sum("SAVEPOINT" not in query["sql"] for query in counted.captured_queries)

    few = queries(3)
    assert queries(60) - few <= (0 if connection.vendor == "postgresql" else 1)
    assert few <= 10


def test_planning_sixty_flights_takes_as_many_queries_as_three(ready, django_assert_max_num_queries):
    post, campaign = ready.post(), ready.campaign()

    def queries(number):
        drafts = [FlightDraft(post, campaign, ready.boss, ready.tokyo, FIRST) for _ in range(number)]
        with django_assert_max_num_queries(1000) as counted:
            plan_flights(drafts=drafts, **ready.by)
        return sum("SAVEPOINT" not in query["sql"] for query in counted.captured_queries)

    few = queries(3)
    assert queries(60) - few <= (0 if connection.vendor == "postgresql" else 2)
