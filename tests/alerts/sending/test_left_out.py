"""What a message leaves out because it did not hold at that moment was not told: it is told when it holds again."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core import mail

from alerts.enums import DeliveryState, Outcome
from alerts.models import Alert, Delivery
from alerts.operations.mornings import send_mornings
from alerts.operations.raising import raise_alerts
from alerts.sending import engine
from brands.enums import Role
from brands.models import Membership
from campaigns.operations.flights import pause_flights, resume_flights
from tests.alerts import scenes
from tests.world import DAY, World

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 11, 16, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
EIGHT = timedelta(hours=8)


@pytest.fixture
def world():
    world = World(now=MONDAY)
    world.manager = world.member(Role.MANAGER)
    scenes.mornings_made(MONDAY)
    return world


def running(world, *, ends_at):
    """A running flight whose code ends then; its creator's manager is the world's."""
    post = world.post(world.creator(details={"manager": world.manager}))
    world.code(post, ends_at - 90 * DAY, days=90)
    world.right((MONDAY - 60 * DAY).date(), date(2028, 1, 1), post=post)
    return world.flight(post, (MONDAY - 60 * DAY).date())


def pause(world, flight, now):
    pause_flights(brand=world.brand, flights=[flight], now=now, actor=world.actor)


def resume(world, flight, now):
    resume_flights(brand=world.brand, flights=[flight], now=now, actor=world.actor)


def tick(now):
    """What beat does each minute."""
    raise_alerts(now=now)
    send_mornings(now=now)
    engine.deliver(clock=lambda: now)


def told(flight):
    handle = flight.post.creator.handle
    return sum(handle in each.message().as_string() for each in mail.outbox)


def test_a_summary_leaves_out_a_paused_flight_that_is_told_when_it_is_resumed(world):
    stays, leaves = (running(world, ends_at=MONDAY - 2 * DAY) for _ in range(2))
    raise_alerts(now=MONDAY)
    pause(world, leaves, MONDAY)
    engine.deliver(clock=lambda: MONDAY)
    assert (told(stays), told(leaves)) == (1, 0)
    tick(MONDAY + MINUTE)
    assert Alert.objects.get(hits__flight=leaves).outcome == Outcome.CANCELLED
    resume(world, leaves, MONDAY + 2 * MINUTE)
    tick(MONDAY + 3 * MINUTE)
    tick(MONDAY + 4 * MINUTE)
    assert (told(stays), told(leaves)) == (1, 1)


def test_a_morning_mail_leaves_out_what_the_next_one_tells(world):
    stays, leaves = (running(world, ends_at=MONDAY + 6 * DAY) for _ in range(2))
    raise_alerts(now=MONDAY + EIGHT)
    send_mornings(now=MONDAY + EIGHT)
    pause(world, leaves, MONDAY + EIGHT)
    engine.deliver(clock=lambda: MONDAY + EIGHT)
    tick(MONDAY + EIGHT + MINUTE)
    resume(world, leaves, MONDAY + EIGHT + 2 * MINUTE)
    tick(MONDAY + EIGHT + 3 * MINUTE)
    assert (told(stays), told(leaves)) == (1, 0)
    tick(MONDAY + DAY + EIGHT)
    assert told(leaves) == 1


def test_a_message_that_was_cancelled_between_two_passes_is_made_up_for(world):
    flight = running(world, ends_at=MONDAY - 2 * DAY)
    raise_alerts(now=MONDAY)
    pause(world, flight, MONDAY)
    engine.deliver(clock=lambda: MONDAY)
    resume(world, flight, MONDAY)
    assert Delivery.objects.get().state == DeliveryState.CANCELLED
    tick(MONDAY + MINUTE)
    tick(MONDAY + 2 * MINUTE)
    assert told(flight) == 1


def test_what_was_written_before_its_reader_left_a_brand_is_not_repeated_but_told_without_it(world):
    other = World(now=MONDAY)
    other.manager = world.manager
    membership = Membership.objects.create(
        user=world.manager, brand=other.brand, role=Role.MANAGER, created_at=MONDAY
    )
    stays, secret = running(world, ends_at=MONDAY - 2 * DAY), running(other, ends_at=MONDAY - 2 * DAY)
    raise_alerts(now=MONDAY)
    Delivery.objects.filter(user=world.manager).update(message=b"written before", attempts=1)
    membership.delete()
    tick(MONDAY + MINUTE)
    tick(MONDAY + 2 * MINUTE)
    assert (told(stays), told(secret)) == (1, 0)
    assert "written before" not in "".join(each.message().as_string() for each in mail.outbox)


def test_a_message_to_somebody_who_may_only_read_by_now_is_not_tried_for_ever(world):
    flight = running(world, ends_at=MONDAY - 2 * DAY)
    raise_alerts(now=MONDAY)
    world.manager.memberships.update(role=Role.VIEWER)
    for minute in range(4):
        tick(MONDAY + minute * MINUTE)
    assert told(flight) == 0
    assert Delivery.objects.count() == 1
