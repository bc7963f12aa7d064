"""Yesterday's backup is restored: what was sent after it goes out once more, and when somebody says so."""

import pytest
from django.core import mail
from django.core.management import call_command

from alerts.models import Alert, Attempt, Delivery, Notice
from alerts.operations.raising import raise_alerts
from alerts.sending.engine import deliver
from brands.enums import Role
from tests.world import DAY, NOW, World

pytestmark = pytest.mark.django_db


def send(now):
    """All that is due: a pass may end before, on a busy machine."""
    while deliver(clock=lambda: now).more:
        pass


def told():
    """Who got which mail."""
    return sorted((sent.to[0], sent.subject) for sent in mail.outbox)


def test_each_mail_after_the_backup_is_repeated_once_and_not_before_it_is_allowed(tmp_path, settings):
    world = World(tracks_rights=False)
    world.member(Role.ADMIN)
    post = world.post()
    world.code(post, NOW - 30 * DAY, 30)
    world.flight(post, world.day(-5), world.day(20), buyer=world.member(Role.BUYER))
    backup = str(tmp_path / "alerts.json")
    raise_alerts(now=NOW)
    call_command("dumpdata", "alerts", output=backup, verbosity=0)
    send(NOW)
    first = told()
    assert len(first) == len(set(first)) >= 2
    for model in (Attempt, Notice, Delivery, Alert):
        model.objects.all().delete()
    call_command("loaddata", backup, verbosity=0)

    settings.HOLD_ALERTS = True
    for _ in range(2):
        raise_alerts(now=NOW + DAY / 24)
        send(NOW + DAY / 24)
    assert told() == first
    settings.HOLD_ALERTS = False
    for _ in range(2):
        raise_alerts(now=NOW + DAY / 12)
        send(NOW + DAY / 12)
    assert told() == sorted(first * 2)
    assert Delivery.objects.filter(state="sent").count() == len(first)
