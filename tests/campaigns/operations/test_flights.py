"""Flights: planned, put on another account, edited."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from authorizations.windows import WindowError
from brands.enums import Role
from brands.models import AdAccount, Brand
from brands.operations.edits import Edit, NotAMemberError, OtherBrandError
from campaigns.enums import SpendSource
from campaigns.models import Flight
from campaigns.operations.flights import (
    FlightDraft,
    FlightError,
    assign_ad_account,
    edit_flights,
    plan_flights,
)
from tests.audit import changes, entries
from tests.campaigns.flightrows import FIRST, LAST, stored
from tests.factories import UserFactory
from tests.world import DAY, NOW, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return World(time_zone="America/New_York")


@pytest.fixture
def flight(world):
    return world.flight(world.post(), FIRST, LAST)


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
