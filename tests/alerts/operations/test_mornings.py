"""A person's one mail of the day: from rows of lapses to rows of messages, by the real raising."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alerts.enums import AlertKind, DeliveryKind, DeliveryState, Form, Wish
from alerts.models import Alert, AlertWish, Delivery, Heartbeat, MorningHour, Notice
from alerts.operations import mornings
from alerts.operations.mornings import send_mornings
from alerts.operations.raising import raise_alerts
from alerts.operations.saying import acknowledge, snooze
from brands.enums import Role
from brands.models import Membership, User
from campaigns.operations.flights import pause_flights
from tests.alerts import scenes
from tests.factories import MembershipFactory
from tests.world import DAY, World

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
# Monday, before anybody's hour.
MONDAY = datetime(2026, 11, 16, tzinfo=UTC)
EIGHT = 8 * HOUR


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


def running(world, *, manager=None, buyer=None, ends_at=None, rights_until=None):
    """A flight without end that runs; its code ends at ``ends_at``, its rights have ``rights_until`` as last day."""
    post = world.post(world.creator(details={"manager": manager}))
    begin = world.now - 60 * DAY
    if ends_at is None:
        world.code(post, begin, days=365)
    else:
        world.code(post, ends_at - 90 * DAY, days=90)
    if rights_until is not None:
        world.right(begin.date(), rights_until, post=post)
    else:
        world.right(begin.date(), date(2028, 1, 1), post=post)
    return world.flight(post, begin.date(), buyer=buyer)


def go_on(*times, delivers=True):
    """What beat does at these instants; mornings made at each."""
    made = []
    for now in times:
        raise_alerts(now=now)
        made.append(send_mornings(now=now))
        if delivers:
            sent(*Delivery.objects.filter(state=DeliveryState.DUE))
    return made


def mails(user, kind=DeliveryKind.MORNING):
    return Delivery.objects.filter(user=user, kind=kind).order_by("dated_at")


def steps(mail):
    """Steps of the alerts that a mail speaks of, and whether it is said again."""
    return sorted(
        (each.alert.step, each.repeat_on is not None) for each in mail.notices.select_related("alert")
    )


def sent(*deliveries, state=DeliveryState.SENT):
    ids = [each.pk for each in deliveries]
    Delivery.objects.filter(pk__in=ids).update(state=state, finished_at=MONDAY, message=None)


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


# --- nothing ran --------------------------------------------------------------------------------------------------
def test_a_missed_morning_is_made_up_until_the_evening_and_not_the_next_day(world, manager):
    running(world, manager=manager, ends_at=MONDAY + 13 * DAY)
    assert go_on(MONDAY + 11 * HOUR, MONDAY + 12 * HOUR) == [1, 0]
    running(world, manager=manager, ends_at=MONDAY + 12 * DAY)
    assert go_on(MONDAY + DAY + EIGHT + 10 * HOUR) == [0]
    assert go_on(MONDAY + 2 * DAY + EIGHT) == [1]
    assert [each.key for each in mails(manager)] == ["morning:2026-11-16", "morning:2026-11-18"]


def test_a_round_that_cannot_wait_any_more_goes_at_once(world, manager):
    """Nothing ran from Monday on; on Tuesday evening the next morning is too late for Wednesday noon."""
    running(world, manager=manager, ends_at=MONDAY + 2 * DAY + 19 * HOUR)
    raise_alerts(now=MONDAY + HOUR)
    assert set(Notice.objects.values_list("form", flat=True)) == {Form.ROUND}
    scenes.mornings_made(MONDAY + DAY + 18 * HOUR)
    assert send_mornings(now=MONDAY + DAY + 19 * HOUR) == 0
    notice = Notice.objects.get()
    assert notice.form == Form.AT_ONCE
    assert notice.delivery.kind == DeliveryKind.ALERT
    assert send_mornings(now=MONDAY + DAY + 19 * HOUR + MINUTE) == 0
    assert Delivery.objects.count() == 1


def test_the_first_morning_ever_is_made_up_too(world, manager):
    scenes.mornings_made(MONDAY)
    scenes.Heartbeat.objects.all().delete()
    running(world, manager=manager, ends_at=MONDAY + 13 * DAY)
    assert go_on(MONDAY + 9 * HOUR) == [1]


@pytest.mark.parametrize("state", [DeliveryState.FAILED, DeliveryState.EXPIRED])
def test_what_a_mail_could_not_say_is_said_again_until_one_is_sent(world, manager, state):
    running(world, manager=manager, ends_at=MONDAY + 13 * DAY)
    go_on(MONDAY + EIGHT, delivers=False)
    sent(mails(manager).get(), state=state)
    assert go_on(MONDAY + DAY + EIGHT, delivers=False) == [1]
    sent(mails(manager).last(), state=state)
    assert go_on(MONDAY + 2 * DAY + EIGHT, MONDAY + 3 * DAY + EIGHT) == [1, 0]
    assert [steps(each) for each in mails(manager)] == [[(14, False)], [(14, True)], [(14, True)]]


def test_a_mail_nobody_could_send_until_the_next_morning_gives_its_lines_to_that(world, manager):
    running(world, manager=manager, ends_at=MONDAY + 13 * DAY)
    times = MONDAY + EIGHT, MONDAY + DAY + EIGHT - MINUTE, MONDAY + DAY + EIGHT
    assert go_on(*times, delivers=False) == [1, 0, 1]
    assert steps(mails(manager).last()) == [(14, True)]


def test_what_could_not_be_said_at_once_is_said_in_the_morning(world, manager):
    """The mail server refused for good when it stopped; on Saturday that is worth a mail, too."""
    friday = MONDAY + 4 * DAY
    running(world, manager=manager, ends_at=friday + 12 * HOUR)
    scenes.mornings_made(friday + 11 * HOUR)
    go_on(friday + 12 * HOUR, delivers=False)
    sent(mails(manager, DeliveryKind.ALERT).get(), state=DeliveryState.FAILED)
    assert go_on(friday + DAY + EIGHT, friday + 2 * DAY + EIGHT) == [1, 0]
    assert steps(mails(manager).get()) == [(0, True)]


def test_what_could_not_be_said_and_is_over_is_left(world, manager):
    flight = running(world, manager=manager, ends_at=MONDAY + 13 * DAY)
    go_on(MONDAY + EIGHT, delivers=False)
    sent(mails(manager).get(), state=DeliveryState.FAILED)
    pause_flights(flights=[flight], **world.by)
    assert go_on(MONDAY + DAY + EIGHT) == [0]


def test_a_mail_that_was_sent_keeps_its_lines(world, manager):
    running(world, manager=manager, ends_at=MONDAY + 13 * DAY)
    go_on(MONDAY + EIGHT)
    sent(mails(manager).get())
    assert go_on(MONDAY + DAY + EIGHT) == [0]


def test_what_is_resolved_before_the_morning_is_not_said(world, manager):
    flight = running(world, manager=manager, ends_at=MONDAY + 13 * DAY)
    raise_alerts(now=MONDAY)
    pause_flights(flights=[flight], **world.by)
    assert go_on(MONDAY + EIGHT) == [0]


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


def test_before_the_first_morning_ever_a_warning_that_cannot_wait_goes_at_once(world, manager):
    running(world, manager=manager, ends_at=MONDAY + 3 * DAY + 10 * HOUR)
    raise_alerts(now=MONDAY + 20 * HOUR)
    assert Notice.objects.get().form == Form.ROUND
    Heartbeat.objects.all().delete()
    assert send_mornings(now=MONDAY + 20 * HOUR) == 0
    Heartbeat.objects.all().delete()
    send_mornings(now=MONDAY + 3 * DAY + HOUR)
    assert Notice.objects.get().form == Form.AT_ONCE


def test_a_mail_that_cannot_be_made_keeps_nobody_else_from_theirs(world, manager, buyer, monkeypatch):
    for person in (manager, buyer):
        running(world, manager=person, ends_at=MONDAY + 13 * DAY)
    raise_alerts(now=MONDAY)
    mail_of = mornings._mail

    def broken(morning, now):
        if morning.person.user_id == buyer.pk:
            raise LookupError("something about this person")
        return mail_of(morning, now)

    monkeypatch.setattr(mornings, "_mail", broken)
    with pytest.raises(LookupError):
        send_mornings(now=MONDAY + EIGHT)
    assert (mails(manager).count(), mails(buyer).count()) == (1, 0)
    monkeypatch.undo()
    assert send_mornings(now=MONDAY + EIGHT + MINUTE) == 1
