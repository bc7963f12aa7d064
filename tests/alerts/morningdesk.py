"""Mornings as tests let them come: flights that end, hours that pass, mails that are read."""

from datetime import UTC, date, datetime, timedelta

from alerts.enums import DeliveryKind, DeliveryState
from alerts.models import Delivery
from alerts.operations.mornings import send_mornings
from alerts.operations.raising import raise_alerts
from tests.world import DAY

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
# Monday, before anybody's hour.
MONDAY = datetime(2026, 11, 16, tzinfo=UTC)
EIGHT = 8 * HOUR


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
