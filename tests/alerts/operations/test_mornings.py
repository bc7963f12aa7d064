"""A person's one mail of the day: from rows of lapses to rows of messages, by the real raising."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alerts.enums import DeliveryKind, DeliveryState
from alerts.models import Alert, Delivery, MorningHour
from alerts.operations.mornings import send_mornings
from alerts.operations.raising import raise_alerts
from alerts.operations.saying import acknowledge
from brands.enums import Role
from brands.models import Membership, User
from tests.alerts import scenes
from tests.alerts.morningdesk import EIGHT, HOUR, MINUTE, MONDAY, go_on, mails, running, sent, steps
from tests.factories import MembershipFactory
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


# --- when ---------------------------------------------------------------------------------------------------------
def test_digest_and_round_come_in_one_mail_at_the_hour(world, manager, admin):
    running(world, manager=manager, ends_at=MONDAY + 13 * DAY)
    running(world, manager=manager, ends_at=MONDAY + 3 * DAY + HOUR)
    assert go_on(MONDAY + HOUR, MONDAY + EIGHT - MINUTE) == [0, 0]
    assert go_on(MONDAY + EIGHT, MONDAY + EIGHT + MINUTE) == [1, 0]
    [mail] = mails(manager)
    assert steps(mail) == [(3, False), (14, False)]
    assert mail.key == "morning:2026-11-16"
    assert (mail.dated_at, mail.due_at) == (MONDAY + EIGHT, MONDAY + EIGHT)
    assert mail.send_before == MONDAY + DAY + EIGHT
    assert not mails(admin).exists()


def test_no_news_no_mail(world, manager):
    running(world, manager=manager, ends_at=MONDAY + 13 * DAY)
    days = [MONDAY + day * DAY + EIGHT for day in range(4)]
    assert go_on(*days) == [1, 0, 0, 0]


def test_what_comes_after_the_morning_waits_for_the_next_one(world, manager):
    assert go_on(MONDAY + EIGHT) == [0]
    running(world, manager=manager, ends_at=MONDAY + 13 * DAY)
    assert go_on(*(MONDAY + EIGHT + each * HOUR for each in range(1, 12))) == [0] * 11
    assert go_on(MONDAY + DAY + EIGHT) == [1]


def test_a_warning_of_the_weekend_comes_on_friday(world, manager):
    """Three days before Tuesday noon is Saturday noon; a day before Monday 7:00 is Sunday 7:00."""
    friday = MONDAY + 4 * DAY + EIGHT
    tuesday = running(world, manager=manager, ends_at=MONDAY + 8 * DAY + 12 * HOUR)
    monday = running(world, manager=manager, ends_at=MONDAY + 7 * DAY + 7 * HOUR)
    thursday = running(world, manager=manager, ends_at=MONDAY + 10 * DAY + EIGHT)
    scenes.mornings_made(friday - MINUTE)
    assert go_on(friday) == [1]
    found = {each.subject_id: each.step for each in Alert.objects.filter(closed_at=None)}
    assert found == {tuesday.post_id: 3, monday.post_id: 1, thursday.post_id: 7}
    assert steps(mails(manager).get()) == [(1, False), (3, False), (7, False)]
    assert go_on(friday + DAY, friday + 2 * DAY) == [0, 0]
    assert not Delivery.objects.exclude(kind=DeliveryKind.MORNING).exists()


def test_two_warnings_before_a_monday_do_not_share_the_friday(world, manager):
    """Three days before Monday noon is Friday noon, a day before is Sunday noon: Thursday and Friday."""
    thursday = MONDAY + 3 * DAY + EIGHT
    running(world, manager=manager, ends_at=MONDAY + 7 * DAY + 12 * HOUR)
    scenes.mornings_made(thursday - MINUTE)
    assert go_on(thursday, thursday + DAY, thursday + 2 * DAY, thursday + 3 * DAY) == [1, 1, 0, 0]
    assert [steps(each) for each in mails(manager)] == [[(3, False)], [(1, False)]]
    assert not mails(manager, DeliveryKind.ALERT).exists()


def test_saturday_and_sunday_bring_no_digest(world, manager):
    saturday = MONDAY + 5 * DAY + EIGHT
    scenes.mornings_made(saturday - HOUR)
    running(world, manager=manager, ends_at=MONDAY + 15 * DAY)
    assert go_on(saturday, saturday + DAY, saturday + 2 * DAY) == [0, 0, 1]


def test_each_person_has_their_own_hour_and_zone(world, manager, buyer):
    manager.time_zone = "America/New_York"
    manager.save()
    MorningHour.objects.create(user=buyer, hour=6)
    running(world, manager=manager, ends_at=MONDAY + 13 * DAY)
    running(world, manager=buyer, ends_at=MONDAY + 13 * DAY)
    hours = [MONDAY + hour * HOUR for hour in range(1, 24)]
    made = dict(zip(range(1, 24), go_on(*hours), strict=True))
    assert {hour: count for hour, count in made.items() if count} == {6: 1, 13: 1}


def test_one_mail_for_two_brands_at_the_hour_of_the_first_by_name(world, manager):
    other = World(now=MONDAY, name="Aa first", time_zone="Asia/Kolkata", digest_hour=9)
    MembershipFactory(brand=other.brand, user=manager, role=Role.MANAGER)
    for each in (world, other):
        running(each, manager=manager, ends_at=MONDAY + 13 * DAY)
    assert go_on(MONDAY + 3 * HOUR + 29 * MINUTE, MONDAY + 3 * HOUR + 30 * MINUTE, MONDAY + EIGHT) == [
        0,
        1,
        0,
    ]
    assert {each.brand_id for each in mails(manager).get().notices.all()} == {world.brand.pk, other.brand.pk}


def test_what_waited_for_somebody_who_left_is_told_to_who_answers_now(world, manager, admin):
    running(world, manager=manager, ends_at=MONDAY + 13 * DAY)
    raise_alerts(now=MONDAY)
    other = World(now=MONDAY)
    MembershipFactory(brand=other.brand, user=manager, role=Role.MANAGER)
    Membership.objects.filter(user=manager, brand=world.brand).delete()
    assert go_on(MONDAY + EIGHT) == [1]
    assert (mails(manager).count(), mails(admin).count()) == (0, 1)


def test_what_somebody_took_upon_them_before_the_morning_causes_no_mail_but_rides_along(world, manager):
    running(world, manager=manager, ends_at=MONDAY + 13 * DAY)
    raise_alerts(now=MONDAY)
    acknowledge(
        brand=world.brand, alerts=list(Alert.objects.all()), by=manager, now=MONDAY + HOUR, actor=world.actor
    )
    assert go_on(MONDAY + EIGHT) == [0]
    running(world, manager=manager, ends_at=MONDAY + 12 * DAY)
    assert go_on(MONDAY + DAY + EIGHT) == [1]
    assert mails(manager).get().notices.count() == 2


def test_a_clock_that_was_far_ahead_once_silences_no_morning(world, manager):
    assert send_mornings(now=MONDAY + 3 * DAY + 9 * HOUR) == 0
    running(world, manager=manager, ends_at=MONDAY + 13 * DAY)
    assert go_on(MONDAY + EIGHT, MONDAY + EIGHT + MINUTE, MONDAY + DAY + EIGHT) == [1, 0, 0]


def test_a_zone_that_nobody_knows_any_more_keeps_nobody_from_their_mail(world, manager, buyer):
    User.objects.filter(pk=buyer.pk).update(time_zone="US/Gone")
    running(world, manager=manager, buyer=buyer, ends_at=MONDAY - 2 * DAY)
    assert raise_alerts(now=MONDAY).deliveries == 2
    running(world, manager=manager, ends_at=MONDAY + 13 * DAY)
    assert go_on(MONDAY + EIGHT) == [1]


def test_who_is_inactive_gets_nothing(world, manager):
    running(world, manager=manager, ends_at=MONDAY + 13 * DAY)
    raise_alerts(now=MONDAY)
    manager.is_active = False
    manager.save()
    assert send_mornings(now=MONDAY + EIGHT) == 0


# --- once, and constant -------------------------------------------------------------------------------------------
def test_twice_at_the_same_instant_makes_one_mail(world, manager):
    running(world, manager=manager, ends_at=MONDAY + 13 * DAY)
    assert go_on(MONDAY + EIGHT) == [1]
    scenes.mornings_made(MONDAY)  # whoever came second had not seen that the first was done
    assert send_mornings(now=MONDAY + EIGHT) == 0
    assert mails(manager).count() == 1


def test_a_change_of_hour_or_zone_brings_no_second_mail_of_the_day(world, manager):
    running(world, manager=manager, ends_at=MONDAY + 13 * DAY)
    assert go_on(MONDAY + EIGHT) == [1]
    MorningHour.objects.create(user=manager, hour=10)
    running(world, manager=manager, ends_at=MONDAY + 12 * DAY)
    assert go_on(MONDAY + 10 * HOUR) == [0]
    manager.time_zone = "America/New_York"
    manager.save()
    assert go_on(MONDAY + 15 * HOUR, MONDAY + DAY + 15 * HOUR) == [0, 1]


def test_as_many_queries_for_six_people_of_three_brands_as_for_two_of_one(world, manager, buyer):
    counts = []
    days = [MONDAY + day * DAY + EIGHT for day in range(3)]
    for number, worlds in enumerate([[world], [World(now=MONDAY), World(now=MONDAY)]]):
        for each in worlds:
            for member in (manager, buyer) if each is world else (each.member(), each.member()):
                running(each, manager=member, rights_until=date(2026, 11, 15))
        go_on(days[number])
        for each in (world, *worlds):
            running(each, manager=each.brand.memberships.first().user, ends_at=days[number] + 14 * DAY)
        raise_alerts(now=days[number + 1])
        with CaptureQueriesContext(connection) as queries:
            assert send_mornings(now=days[number + 1]) == 2 + 4 * number
        sent(*Delivery.objects.filter(state=DeliveryState.DUE))
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_idle_it_asks_three_questions_and_notes_the_time(world, manager, django_assert_num_queries):
    scenes.mornings_made(MONDAY + 9 * HOUR)
    running(world, manager=manager, ends_at=MONDAY + 13 * DAY)
    with django_assert_num_queries(4):
        send_mornings(now=MONDAY + 10 * HOUR)
