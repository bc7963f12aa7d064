"""Flights of a sheet: a flight is known by post, campaign and start."""

from decimal import Decimal

import pytest

from authorizations.models import CodeUse
from campaigns.models import Campaign, Flight
from campaigns.operations.flights import Move, move_flights
from posts.models import Post
from tests.campaigns.importers.sheets import counts, post_url, row, said
from tests.factories import MembershipFactory, UserFactory
from tests.world import spark_code


@pytest.fixture
def take(desk):
    """Imports a row about always the same post."""
    same = {"creator_handle": "maya", "post_link": post_url()}
    return lambda **cells: desk.take(row(**{**same, **cells}))


def flights():
    """Campaign, start and end of the flights on file."""
    return [
        (
            flight.campaign.name,
            flight.starts_on and str(flight.starts_on),
            flight.ends_on and str(flight.ends_on),
        )
        for flight in Flight.objects.order_by("starts_on").select_related("campaign")
    ]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"campaign": "Q4"}, ("Q4", None, None)),
        ({"campaign": "Q4", "flight_start": "2026-11-01"}, ("Q4", "2026-11-01", None)),
        (
            {"campaign": "Q4", "flight_start": "2026-11-01", "flight_end": "2026-11-01"},
            ("Q4", "2026-11-01", "2026-11-01"),
        ),
        ({"flight_start": "2026-11-01"}, ("Without campaign", "2026-11-01", None)),
    ],
)
def test_flight_is_planned_as_the_row_states_it_and_again_without_change(take, cells, expected):
    first = take(**cells)
    assert counts(first, "created") == {"creators": 1, "posts": 1, "campaigns": 1, "flights": 1}
    assert flights() == [expected]

    assert take(**cells).report["unchanged"] == first.report["created"]


def test_flight_without_a_campaign_is_remarked(take):
    assert any("Without campaign" in note for note in take(flight_start="2026-11-01").report["notes"])


def test_campaign_is_found_in_other_capitals(take):
    take(campaign="Q4 Glow", flight_start="2026-11-01")

    outcome = take(campaign="q4  glow", flight_start="2026-11-01")

    assert counts(outcome, "created") == {}
    assert Campaign.objects.get().name == "Q4 Glow"


def test_end_spend_and_buyer_follow_the_sheet_and_empty_cells_change_nothing(desk, take):
    tom = MembershipFactory(
        brand=desk.brand, user__email="tom@northbeam.example", user__full_name="Tom Ash"
    ).user
    take(campaign="Q4", flight_start="2026-11-01", flight_end="2026-11-30", daily_budget="$200")
    assert Flight.objects.get().daily_spend == Decimal(200)

    assert counts(take(campaign="Q4", flight_start="2026-11-01"), "updated") == {}
    changed = take(
        campaign="Q4",
        flight_start="2026-11-01",
        flight_end="2026-12-15",
        daily_budget="250/day",
        owner="tom  ASH",
    )

    assert counts(changed, "updated") == {"flights": 1}
    flight = Flight.objects.get()
    assert (str(flight.ends_on), flight.daily_spend, flight.buyer) == ("2026-12-15", Decimal(250), tom)
    assert counts(take(campaign="Q4", owner="TOM@northbeam.example"), "updated") == {}


def test_person_of_another_brand_is_no_buyer_here(desk, take):
    UserFactory(email="eve@other.example")

    outcome = take(campaign="Q4", owner="eve@other.example")

    assert said(outcome, "warnings") == [(2, "Owner", "unknown_owner")]
    assert Flight.objects.get().buyer is None


def test_name_that_two_members_share_is_nobody(desk, take):
    for _ in range(2):
        MembershipFactory(brand=desk.brand, user__full_name="Sam Fox")

    assert said(take(campaign="Q4", owner="Sam Fox"), "warnings") == [(2, "Owner", "unknown_owner")]


def test_unplanned_flight_is_planned_when_the_sheet_has_its_start(take):
    take(campaign="Q4")

    outcome = take(campaign="Q4", flight_start="2026-11-01", flight_end="2026-11-30")

    assert counts(outcome, "updated") == {"flights": 1}
    assert flights() == [("Q4", "2026-11-01", "2026-11-30")]


def test_campaign_alone_makes_no_second_flight_of_one_that_was_planned_since(desk, take):
    take(campaign="Q4")
    flight = Flight.objects.get()
    from datetime import date

    move_flights(moves=[Move(flight, date(2026, 11, 1), None)], **desk.world.by)

    outcome = take(campaign="Q4")

    assert (outcome.report["unchanged"]["flights"], counts(outcome, "created")) == (1, {})


def test_flights_of_other_starts_and_campaigns_stand_side_by_side(take):
    for campaign, start in (("Q4", "2026-11-01"), ("Q4", "2026-12-01"), ("BFCM", "2026-12-02")):
        take(campaign=campaign, flight_start=start)

    assert flights() == [("Q4", "2026-11-01", None), ("Q4", "2026-12-01", None), ("BFCM", "2026-12-02", None)]


def test_ad_account_of_the_brand_is_taken_and_an_unknown_one_kept_as_a_note(desk):
    account = desk.world.account(name="US main", advertiser_id="712345", time_zone="Asia/Tokyo")
    header = (
        "Handle",
        "Link",
        "Code",
        "Auth date",
        "Days",
        "Status",
        "Campaign",
        "Flight start",
        "Ad account",
    )
    same = ["maya", post_url(), spark_code(), "2026-10-05", "30", "applied", "Q4", "2026-11-01"]

    unknown = desk.take([*same, "EU main"], header=header)
    assert said(unknown, "warnings") == [(2, "Ad account", "kept_as_note")]
    assert Post.objects.get().notes == "Ad account: EU main"
    assert Flight.objects.get().ad_account is None

    for name in ("us MAIN", "712345"):
        desk.take([*same, name], header=header)
        flight = Flight.objects.get()
        assert flight.ad_account == account
        assert flight.starts_at.hour == 15  # midnight in Tokyo
    assert set(CodeUse.objects.values_list("ad_account", flat=True)) == {None, account.pk}
