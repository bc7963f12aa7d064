"""Another zone: typed dates are read in it, instants that somebody read to the second stay (DOMAIN.md §4)."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from authorizations.enums import EndSource, RightTrigger
from authorizations.models import AuthorizationCode, UsageRight
from authorizations.operations.codes import Verification, verify_codes
from authorizations.operations.gaps import differences
from authorizations.operations.rights import RightDraft, grant_rights
from authorizations.windows import Term, WindowError
from brands.models import AdAccount, Brand
from brands.operations.edits import OtherBrandError
from campaigns.models import Flight
from campaigns.operations.flights import FlightDraft, FlightError, plan_flights
from campaigns.operations.zones import (
    UnknownZoneError,
    change_account_zone,
    change_account_zones,
    change_brand_zone,
)
from posts.models import Post
from sparktrack.core.days import end_of_last_day, first_instant
from tests.audit import changes, entries
from tests.world import DAY, World

pytestmark = pytest.mark.django_db

ZONES = [
    "UTC",
    "Europe/Berlin",
    "Europe/London",
    "America/New_York",
    "America/Los_Angeles",
    "America/St_Johns",
    "America/Sao_Paulo",
    "Asia/Kolkata",
    "Asia/Tokyo",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Pacific/Kiritimati",
]
START = date(2026, 11, 1)
LAST = date(2026, 11, 30)


@pytest.fixture
def world():
    return World(time_zone="UTC")


def to(world, zone):
    return change_brand_zone(zone=zone, **world.by)


def proof(world):
    brand = Brand.objects.get(pk=world.brand.pk)
    return differences(brand, list(Post.objects.for_brand(brand).values_list("pk", flat=True)))


def rows(*models):
    return [list(model.objects.order_by("pk").values()) for model in models]


# --- the brand ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("zone", ZONES)
def test_typed_dates_of_codes_rights_and_flights_are_read_in_the_new_zone(world, zone):
    post = world.post()
    code = world.code(post, None, 30, starts_on=START)
    dated = world.code(post, None, None, starts_on=START, expires_on=date(2026, 11, 11))
    right = world.right(START, LAST, post=post)
    months = world.right(START, post=post, term=Term(months=3))
    flight = world.flight(post, START, LAST)
    assert to(world, zone).time_zone == zone
    for row, days in ((code, 30), (dated, 10)):
        row.refresh_from_db()
        assert (row.starts_at, row.expires_at) == (
            first_instant(START, zone),
            first_instant(START, zone) + days * DAY,
        )
    for row, last in ((right, LAST), (months, date(2027, 1, 31)), (flight, LAST)):
        row.refresh_from_db()
        assert (row.starts_at, row.ends_at) == (first_instant(START, zone), end_of_last_day(last, zone))
    assert (dated.expires_on, right.ends_on, flight.ends_on) == (date(2026, 11, 11), LAST, LAST)
    assert proof(world) == []


def test_what_was_given_as_an_instant_does_not_move(world):
    post = world.post()
    start = datetime(2026, 11, 1, 9, 30, tzinfo=UTC)
    world.code(post, start, 30)
    world.code(post, start, None, expires_on=date(2026, 12, 24))
    verified = world.code(post, None, 30, starts_on=START)
    verify_codes(verifications=[Verification(verified, start + 30 * DAY, start)], **world.by)
    world.right(None, post=post, trigger=RightTrigger.POSTING, term=Term(days=30))
    world.flight(post, None)
    before = rows(AuthorizationCode, UsageRight, Flight)
    to(world, "Asia/Tokyo")
    assert rows(AuthorizationCode, UsageRight, Flight) == before
    assert changes(world.brand, "brand.zone_changed")[0][1]["rows_moved"] == 0


@pytest.mark.parametrize("source", [EndSource.TIKTOK, EndSource.ADS_MANAGER])
@pytest.mark.parametrize("difference", [timedelta(0), timedelta(seconds=-17)])
def test_an_end_that_was_read_stays_while_the_typed_start_moves(world, source, difference):
    code = world.code(world.post(), None, 30, starts_on=START)
    end = code.expires_at + difference
    verify_codes(verifications=[Verification(code, end, source=source)], **world.by)
    to(world, "America/New_York")
    code.refresh_from_db()
    assert (code.starts_at, code.expires_at) == (first_instant(START, "America/New_York"), end)
    assert proof(world) == []


def test_an_end_that_a_person_gave_as_an_instant_stays(world):
    end = datetime(2026, 11, 20, 17, 45, tzinfo=UTC)
    code = world.code(world.post(), None, None, starts_on=START, expires_at=end, end_source=EndSource.CREATOR)
    to(world, "America/New_York")
    code.refresh_from_db()
    assert (code.starts_at.hour, code.expires_at) == (4, end)


def test_a_start_that_would_come_after_an_end_that_stays_stays_too(world):
    code = world.code(world.post(), None, 1, starts_on=START)
    verify_codes(verifications=[Verification(code, code.starts_at + timedelta(hours=3))], **world.by)
    to(world, "America/New_York")
    code.refresh_from_db()
    assert (code.starts_at, code.expires_at.hour) == (datetime(2026, 11, 1, tzinfo=UTC), 3)


def test_flights_follow_their_account_where_it_has_a_zone_of_its_own(world):
    post = world.post()
    tokyo, unnamed = world.account(time_zone="Asia/Tokyo"), world.account()
    flights = [world.flight(post, START, LAST, ad_account=account) for account in (tokyo, unnamed, None)]
    to(world, "America/New_York")
    assert [Flight.objects.get(pk=flight.pk).starts_at.hour for flight in flights] == [15, 4, 4]


def test_a_zone_change_is_noted_with_how_many_rows_moved(world):
    post = world.post()
    world.code(post, None, 30, starts_on=START)
    world.right(START, post=post)
    world.flight(post, START)
    to(world, "Asia/Tokyo")
    assert changes(world.brand, "brand.zone_changed") == [
        ({"time_zone": "UTC"}, {"time_zone": "Asia/Tokyo", "rows_moved": 3})
    ]
    assert to(world, "Asia/Tokyo").time_zone == "Asia/Tokyo"
    assert len(entries(world.brand, "brand.zone_changed")) == 1


@pytest.mark.parametrize("zone", ["", "Berlin", "europe/berlin", "Mars/Base", "../etc/passwd", "UTC\n"])
def test_a_zone_that_is_none_is_refused(world, zone):
    with pytest.raises(UnknownZoneError):
        to(world, zone)
    assert Brand.objects.get().time_zone == "UTC"


def test_a_zone_without_a_day_that_counts_is_refused_and_nothing_moves(world):
    post, day = world.post(), date(2011, 12, 30)
    world.code(post, None, 30, starts_on=START)
    flight = world.flight(post, day, day)
    before = rows(AuthorizationCode, Flight, Brand)
    with pytest.raises(FlightError, match="There was no 2011-12-30"):
        to(world, "Pacific/Apia")
    assert rows(AuthorizationCode, Flight, Brand) == before
    Flight.objects.filter(pk=flight.pk).delete()
    world.right(day, day, post=post)
    with pytest.raises(WindowError, match="There was no 2011-12-30"):
        to(world, "Pacific/Apia")
    assert Brand.objects.get().time_zone == "UTC"


def test_other_brands_stay_where_they_are(world):
    other = World(time_zone="UTC")
    code = other.code(other.post(), None, 30, starts_on=START)
    to(world, "Asia/Tokyo")
    code.refresh_from_db()
    assert code.starts_at == datetime(2026, 11, 1, tzinfo=UTC)


# pytest-django gives all examples one transaction, so each fills a brand of its own.
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    home=st.sampled_from(ZONES),
    away=st.lists(st.sampled_from(ZONES), min_size=1, max_size=3),
    starts_on=st.dates(date(2024, 1, 1), date(2029, 12, 31)),
    days=st.integers(1, 400),
    read_after=st.none() | st.integers(3_600, 400 * 86_400),
)
def test_there_and_back_again_is_where_it_was(home, away, starts_on, days, read_after):
    world = World(time_zone=home)
    post = world.post()
    code = world.code(post, None, days, starts_on=starts_on)
    if read_after:
        end = code.starts_at + timedelta(seconds=read_after)
        verify_codes(verifications=[Verification(code, end)], **world.by)
    world.right(starts_on, post=post, term=Term(days=days))
    world.right(starts_on, starts_on, post=post)
    world.flight(post, starts_on, starts_on + timedelta(days=days))
    world.flight(post, starts_on)

    def now():
        return [
            list(model.objects.for_brand(world.brand).order_by("pk").values())
            for model in (AuthorizationCode, UsageRight, Flight)
        ]

    before = now()
    for zone in (*away, home):
        to(world, zone)
        assert proof(world) == []
    assert now() == before


# --- an account --------------------------------------------------------------------------------------------------
def test_an_accounts_zone_moves_its_flights_only(world):
    post = world.post()
    code = world.code(post, None, 30, starts_on=START)
    account = world.account()
    mine, others = world.flight(post, START, LAST, ad_account=account), world.flight(post, START, LAST)
    assert change_account_zone(ad_account=account, zone="Asia/Tokyo", **world.by).time_zone == "Asia/Tokyo"
    mine.refresh_from_db()
    assert (mine.starts_at, mine.ends_at) == (
        datetime(2026, 10, 31, 15, tzinfo=UTC),
        datetime(2026, 11, 30, 15, tzinfo=UTC),
    )
    for row in (others, code):
        row.refresh_from_db()
        assert row.starts_at == datetime(2026, 11, 1, tzinfo=UTC)
    assert changes(world.brand, "ad_account.zone_changed") == [
        ({"time_zone": ""}, {"time_zone": "Asia/Tokyo", "rows_moved": 1})
    ]


def test_an_account_without_a_zone_reads_in_that_of_the_brand_as_it_is_now(world):
    account = world.account(time_zone="Asia/Tokyo")
    flight = world.flight(world.post(), START, ad_account=account)
    to(world, "America/New_York")  # ``world.brand`` still says UTC
    change_account_zone(ad_account=account, zone="", **world.by)
    flight.refresh_from_db()
    assert flight.starts_at.hour == 4


def test_an_account_is_compared_as_it_is_now_not_as_it_was_loaded(world):
    account = world.account()
    flight = world.flight(world.post(), START, ad_account=account)
    change_account_zone(ad_account=account, zone="Asia/Tokyo", **world.by)
    assert account.time_zone == ""
    change_account_zone(ad_account=account, zone="", **world.by)
    flight.refresh_from_db()
    assert (flight.starts_at.hour, AdAccount.objects.get().time_zone) == (0, "")
    change_account_zone(ad_account=account, zone="", **world.by)
    assert len(entries(world.brand, "ad_account.zone_changed")) == 2


def test_accounts_move_at_once_each_its_own_flights(world):
    zones = ["Asia/Tokyo", "America/New_York", ""]
    accounts = [world.account() for _ in zones]
    flights = [world.flight(world.post(), START, ad_account=account) for account in accounts]
    moved = change_account_zones(zones=list(zip(accounts, zones, strict=True)), **world.by)
    assert [account.time_zone for account in moved] == zones
    for flight, hour in zip(flights, (15, 4, 0), strict=True):
        flight.refresh_from_db()
        assert flight.starts_at.hour == hour
    assert changes(world.brand, "ad_account.zone_changed") == [
        ({"time_zone": ""}, {"time_zone": zone, "rows_moved": 1}) for zone in zones[:2]
    ]
    assert change_account_zones(zones=[], **world.by) == []


def test_an_account_of_another_brand_or_a_zone_that_is_none_is_refused(world):
    foreign, ours = World().account(), world.account()
    with pytest.raises(OtherBrandError):
        change_account_zone(ad_account=foreign, zone="Asia/Tokyo", **world.by)
    with pytest.raises(UnknownZoneError):
        change_account_zone(ad_account=ours, zone="Tokyo", **world.by)
    assert set(AdAccount.objects.values_list("time_zone", flat=True)) == {""}


def test_sixty_rows_move_in_as_many_queries_as_three(django_assert_max_num_queries):
    def queries(number):
        world = World(time_zone="UTC")
        campaign, account = world.campaign(), world.account()
        posts = world.posts(number)
        world.codes(posts, None, 30, starts_on=START)
        rights = [RightDraft(post=post, starts_on=START, paid_amplification=True) for post in posts]
        grant_rights(drafts=rights, **world.by)
        flights = [FlightDraft(post, campaign, None, account, START) for post in posts]
        plan_flights(drafts=flights, **world.by)
        with django_assert_max_num_queries(1000) as counted:
            to(world, "Asia/Tokyo")
        return sum("SAVEPOINT" not in query["sql"] for query in counted.captured_queries)

    assert queries(60) - queries(3) <= (0 if connection.vendor == "postgresql" else 4)
