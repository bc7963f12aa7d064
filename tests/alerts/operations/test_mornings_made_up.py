"""Mornings that were missed, and mails that could not be sent or made."""

import pytest

from alerts.enums import DeliveryKind, DeliveryState, Form
from alerts.models import Delivery, Heartbeat, Notice
from alerts.operations import mornings
from alerts.operations.mornings import send_mornings
from alerts.operations.raising import raise_alerts
from brands.enums import Role
from campaigns.operations.flights import pause_flights
from tests.alerts import scenes
from tests.alerts.morningdesk import EIGHT, HOUR, MINUTE, MONDAY, go_on, mails, running, sent, steps
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


# --- once, and constant -------------------------------------------------------------------------------------------
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
