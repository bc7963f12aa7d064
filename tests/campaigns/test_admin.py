from datetime import timedelta
from decimal import Decimal

import pytest

from authorizations.models import PostGap
from authorizations.operations.gaps import differences
from brands.models import AdAccount, AuditEntry, Brand
from campaigns.models import Campaign, Flight
from posts.models import Post
from tests.adminpages import add_url, change_url, errors, list_url, saved, staff_client, submit
from tests.world import NOW, World

pytestmark = pytest.mark.django_db

TODAY = NOW.date()
DAY = timedelta(days=1)


@pytest.fixture
def client():
    return staff_client()


@pytest.fixture
def world():
    return World()


def actions_on(row):
    return set(AuditEntry.objects.filter(object_id=row.pk).values_list("action", flat=True))


def choose(client, action, *flights):
    chosen = {"action": action, "_selected_action": [str(flight.pk) for flight in flights]}
    return client.post(list_url(Flight), chosen, follow=True).content.decode()


def test_a_campaign_is_added_and_renamed(client, world):
    assert saved(submit(client, add_url(Campaign), brand=world.brand, name="BFCM"))
    campaign = Campaign.objects.get()
    assert saved(submit(client, change_url(campaign), name="Q4"))
    assert errors(submit(client, add_url(Campaign), brand=world.brand, name="Q4"))
    assert actions_on(campaign) == {"campaign.added", "campaign.edited"}


def test_a_flight_is_planned_moved_and_edited(client, world):
    post, campaign = world.post(), world.campaign()
    typed = {"post": post, "campaign": campaign, "starts_on": TODAY, "ends_on": TODAY}
    assert saved(submit(client, add_url(Flight), **typed, daily_spend="120"))
    flight = Flight.objects.get()
    midnight = NOW.replace(hour=0, minute=0)
    assert (flight.starts_at, flight.ends_at, flight.spend_source) == (midnight, midnight + DAY, "typed")
    changes = {"ends_on": TODAY + 9 * DAY, "daily_spend": "80", "tiktok_ad_ids": "17, 18"}
    assert saved(submit(client, change_url(flight), **changes))
    flight.refresh_from_db()
    assert (flight.ends_at, flight.daily_spend) == (midnight + 10 * DAY, Decimal(80))
    assert flight.tiktok_ad_ids == ["17", "18"]
    assert actions_on(flight) == {"flight.planned", "flight.moved", "flight.edited"}


@pytest.mark.parametrize(
    "changes",
    [{"ends_on": TODAY - DAY}, {"starts_on": None, "ends_on": TODAY}, {"daily_spend": "-1"}],
    ids=["ends before it starts", "end without start", "negative spend"],
)
def test_what_makes_no_flight_is_said_in_the_form(client, world, changes):
    flight = world.flight(world.post(), TODAY, TODAY + DAY)
    assert errors(submit(client, change_url(flight), **changes))
    assert actions_on(flight) == {"flight.planned"}


def test_the_days_of_a_flight_follow_its_ad_account_and_the_accounts_zone(client, world):
    account = world.account(time_zone="America/New_York")
    flight = world.flight(world.post(), TODAY)
    assert saved(submit(client, change_url(flight), ad_account=account))
    flight.refresh_from_db()
    assert flight.starts_at.hour == 5
    assert saved(submit(client, change_url(account), time_zone="Asia/Tokyo", name="Tokyo"))
    flight.refresh_from_db()
    assert flight.starts_at.hour == 15
    assert AdAccount.objects.get(pk=account.pk).name == "Tokyo"


def test_a_flight_of_another_brands_account_is_said_in_the_form(client, world):
    flight = world.flight(world.post(), TODAY)
    assert "does not belong" in str(errors(submit(client, change_url(flight), ad_account=World().account())))


def test_somebody_takes_responsibility_for_running_anyway(client, world):
    flight = world.flight(world.post(), TODAY)
    assert saved(submit(client, change_url(flight), run_anyway_reason="Agreed by mail"))
    flight.refresh_from_db()
    assert (flight.run_anyway_by.email, flight.run_anyway_reason) == ("root@example.com", "Agreed by mail")
    assert errors(submit(client, change_url(flight), run_anyway_reason=""))


def test_flights_of_several_brands_are_launched_paused_resumed_and_ended_from_the_list(client, world):
    first, second = world.flight(world.post(), TODAY), (other := World()).flight(other.post(), TODAY)
    for action in ("launch", "pause", "resume", "end"):
        assert "Flights changed: 2." in choose(client, action, first, second)
    done = {"flight.planned", "flight.launched", "flight.paused", "flight.resumed", "flight.ended"}
    assert actions_on(first) == actions_on(second) == done


def test_a_refused_action_changes_no_flight_at_all(client, world):
    unplanned, other = world.flight(world.post(), None), World()
    planned = other.flight(other.post(), TODAY)
    assert "Nothing was changed. This flight has no start date yet" in choose(
        client, "launch", planned, unplanned
    )
    assert actions_on(planned) == {"flight.planned"}


def test_a_brands_zone_and_rights_tracking_move_days_and_gaps(client, world):
    post = world.post()
    right = world.right(TODAY, post=post)
    flight = world.flight(post, TODAY)
    assert saved(submit(client, change_url(world.brand), time_zone="America/New_York", digest_hour=9))
    for row in (right, flight):
        row.refresh_from_db()
        assert row.starts_at.hour == 5
    assert saved(submit(client, change_url(world.brand), tracks_rights=False))
    assert list(PostGap.objects.values_list("reasons", flat=True)) == ["no_code"]
    assert differences(Brand.objects.get(), Post.objects.values_list("pk", flat=True)) == []
    assert actions_on(world.brand) >= {
        "brand.zone_changed",
        "brand.rights_tracking_set",
        "brand.settings_changed",
    }


def test_a_zone_there_is_not_is_said_in_the_form(client, world):
    account = world.account()
    for row in (world.brand, account):
        assert "is no time zone" in str(errors(submit(client, change_url(row), time_zone="Mars/Base")))
