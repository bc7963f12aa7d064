"""What is said again in the morning: what must be paused, what was put off."""

from datetime import date

import pytest

from alerts.enums import AlertKind, DeliveryKind, Wish
from alerts.models import Alert, AlertWish, Delivery, Notice
from alerts.operations.saying import acknowledge, snooze
from brands.enums import Role
from campaigns.operations.flights import pause_flights
from tests.alerts import scenes
from tests.alerts.morningdesk import EIGHT, HOUR, MINUTE, MONDAY, go_on, mails, running, steps
from tests.world import DAY, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    world = World(now=MONDAY)
    scenes.mornings_made(MONDAY)
    return world


@pytest.fixture
def buyer(world):
    return world.member(Role.BUYER)


@pytest.fixture
def manager(world):
    return world.member(Role.MANAGER)


@pytest.fixture
def admin(world):
    return world.member(Role.ADMIN)


# --- must pause ---------------------------------------------------------------------------------------------------
def test_must_pause_is_said_every_morning_to_all_until_it_is_paused(world, manager, buyer, admin):
    """Rights end on Thursday at midnight: at once then, and every morning, on Saturday and Sunday too."""
    thursday = MONDAY + 3 * DAY
    flight = running(world, manager=manager, buyer=buyer, rights_until=date(2026, 11, 18))
    scenes.mornings_made(thursday - MINUTE)
    assert go_on(thursday) == [0]
    assert {each.user for each in Delivery.objects.filter(kind=DeliveryKind.ALERT)} == {manager, buyer, admin}
    alerts = list(Alert.objects.all())
    acknowledge(alerts=alerts, by=manager, **world.by)  # does not end it
    assert go_on(*(thursday + EIGHT + day * DAY for day in range(5))) == [3] * 5
    assert [steps(each) for each in mails(buyer)] == [[(0, True)]] * 5
    assert [
        each.isoweekday()
        for each in Notice.objects.filter(user=buyer, repeat_on__isnull=False)
        .values_list("repeat_on", flat=True)
        .order_by("repeat_on")
    ] == [4, 5, 6, 7, 1]
    pause_flights(flights=[flight], **world.by)
    assert go_on(thursday + EIGHT + 5 * DAY) == [0]


def test_must_pause_of_the_weekend_takes_no_digest_along(world, manager):
    saturday = MONDAY + 5 * DAY
    running(world, manager=manager, rights_until=date(2026, 11, 20))
    running(world, manager=manager, ends_at=saturday + 13 * DAY)
    scenes.mornings_made(saturday - MINUTE)
    assert go_on(saturday, saturday + EIGHT, saturday + 2 * DAY + EIGHT) == [0, 1, 1]
    assert [steps(each) for each in mails(manager)] == [[(0, True)], [(0, True), (14, False)]]


def test_who_was_told_just_now_is_not_told_again_by_the_morning(world, manager):
    manager.time_zone = "Etc/GMT-8"  # it is 8:00 there when the rights end
    manager.save()
    running(world, manager=manager, rights_until=date(2026, 11, 16))
    scenes.mornings_made(MONDAY + DAY - MINUTE)
    assert go_on(MONDAY + DAY, MONDAY + 2 * DAY) == [0, 1]


def test_what_tiktok_stops_is_not_said_again(world, manager):
    running(world, manager=manager, ends_at=MONDAY + 5 * HOUR)
    assert go_on(MONDAY + 5 * HOUR, MONDAY + EIGHT, MONDAY + DAY + EIGHT) == [0, 0, 0]
    assert mails(manager, DeliveryKind.ALERT).count() == 1


def test_admins_may_choose_not_to_hear_of_it_again(world, manager, admin):
    AlertWish.objects.create(user=admin, kind=AlertKind.RIGHTS, wish=Wish.NOTHING)
    AlertWish.objects.create(user=manager, kind=AlertKind.RIGHTS, wish=Wish.NOTHING)
    running(world, manager=manager, rights_until=date(2026, 11, 15))
    assert go_on(MONDAY, MONDAY + EIGHT) == [0, 1]
    assert not Delivery.objects.filter(user=admin).exists()


# --- snoozed ------------------------------------------------------------------------------------------------------
def test_the_end_of_a_snooze_is_said_in_the_next_morning_once(world, manager):
    running(world, manager=manager, ends_at=MONDAY + 13 * DAY)
    go_on(MONDAY + EIGHT)
    snooze(
        alerts=list(Alert.objects.all()), by=manager, until=MONDAY + 3 * DAY, reason="On holiday", **world.by
    )
    days = [MONDAY + day * DAY + EIGHT for day in range(1, 5)]
    assert go_on(*days) == [0, 0, 1, 0]
    assert steps(mails(manager).last()) == [(14, True)]


def test_a_snooze_that_ends_on_saturday_is_said_on_monday(world, manager):
    running(world, manager=manager, ends_at=MONDAY + 13 * DAY)
    go_on(MONDAY + EIGHT)
    snooze(
        alerts=list(Alert.objects.all()), by=manager, until=MONDAY + 5 * DAY, reason="On holiday", **world.by
    )
    assert go_on(*(MONDAY + day * DAY + EIGHT for day in range(4, 9))) == [0, 0, 0, 1, 0]


def test_who_acknowledged_is_not_told_of_the_end_of_a_snooze(world, manager):
    running(world, manager=manager, ends_at=MONDAY + 13 * DAY)
    go_on(MONDAY + EIGHT)
    alerts = list(Alert.objects.all())
    snooze(alerts=alerts, by=manager, until=MONDAY + 2 * DAY, reason="On holiday", **world.by)
    acknowledge(alerts=alerts, by=manager, **world.by)
    assert go_on(MONDAY + 2 * DAY + EIGHT) == [0]
