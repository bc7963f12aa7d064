"""From a code that lapses to the mail that says so, with everything in between as it is."""

from datetime import timedelta

import pytest
from django.core import mail

from alerts.models import Alert, Delivery
from alerts.operations.raising import raise_alerts
from alerts.sending.engine import deliver
from authorizations.operations.codes import Extension, extend_codes
from brands.enums import Role
from tests.world import DAY, NOW, World

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def world():
    """A running flight whose code lapses now, its buyer, and an admin."""
    world = World(tracks_rights=False)
    world.member(Role.ADMIN)
    world.buyer = world.member(Role.BUYER)
    post = world.post()
    world.last_code = world.code(post, NOW - 30 * DAY, 30)
    world.running = world.flight(post, world.day(-5), world.day(20), buyer=world.buyer)
    return world


def send(now):
    return deliver(clock=lambda: now)


def test_a_lapse_is_told_once_to_everybody_who_must_know(world):
    now = NOW + MINUTE
    for _ in range(2):
        raise_alerts(now=now)
        send(now)
    told = [sent.to[0] for sent in mail.outbox]
    assert world.buyer.email in told
    assert len(told) == len(set(told)) == Delivery.objects.filter(state="sent").count() >= 2
    assert all("Stop" in sent.subject for sent in mail.outbox)


def test_what_was_renewed_between_raising_and_sending_is_not_sent(world):
    raise_alerts(now=NOW + MINUTE)
    assert Delivery.objects.filter(state="due").exists()
    world.now = NOW + 2 * MINUTE
    extend_codes(extensions=[Extension(world.last_code, 30)], **world.by)
    send(NOW + 3 * MINUTE)
    assert mail.outbox == []
    assert set(Delivery.objects.values_list("state", flat=True)) == {"cancelled"}


def test_after_26_hours_without_beat_only_the_most_urgent_step_is_sent(world):
    raise_alerts(now=NOW - 4 * DAY)
    send(NOW - 4 * DAY)
    mail.outbox.clear()
    back = NOW - DAY + 26 * HOUR  # the one-day step passed meanwhile, and the lapse
    raise_alerts(now=back)
    send(back)
    assert Alert.objects.filter(step=1).count() == 0
    assert Alert.objects.filter(step=0, closed_at=None).count() == 1
    told = [sent.to[0] for sent in mail.outbox]
    assert len(told) == len(set(told)) >= 2
