"""Flights that lapse, and what was raised and told of them."""

from datetime import timedelta

from alerts.enums import DeliveryState
from alerts.models import Alert, Delivery
from alerts.operations.raising import Raised
from tests.world import DAY, NOW

HOUR = timedelta(hours=1)
NOTHING = Raised()


def running(world, *, code_days=5, rights_days=None, code_window=366, **flight):
    """A running flight whose code ends ``code_days`` from now, and its post's rights ``rights_days`` from now."""
    post = world.post()
    world.code(post, NOW + (code_days - code_window) * DAY, days=code_window)
    world.right(world.day(-400), None if rights_days is None else world.day(rights_days), post=post)
    return world.flight(post, world.day(-1), world.day(40), buyer=world.buyer, **flight)


def code_of(flight):
    """The first code of its post."""
    return flight.post.codes.order_by("pk").first()


def shown():
    """``(kind, step, outcome, flights)`` of every alert, oldest first."""
    return [
        (alert.kind, alert.step, alert.outcome, alert.hits.count()) for alert in Alert.objects.order_by("pk")
    ]


def sent(alert=None):
    """Every message that is due was accepted (or those of ``alert``)."""
    due = Delivery.objects.filter(state=DeliveryState.DUE)
    if alert is not None:
        due = due.filter(notices__alert=alert)
    return Delivery.objects.filter(pk__in=list(due.values_list("pk", flat=True))).update(
        state=DeliveryState.SENT, finished_at=NOW
    )


def told(alert):
    """Who is to hear of it."""
    return set(alert.notices.values_list("user", flat=True))
