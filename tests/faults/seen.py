"""What a fault came to, and what faults share: mails that are due, and what became of them."""

from dataclasses import dataclass

from django.db import connection

from alerts.models import Alert, Delivery, Heartbeat, Notice
from campaigns.models import Flight
from sparktrack.core.clock import database_now
from tests.alerts.sending.post import messages
from tests.faults.sink import Sink, wait_until

_PATIENCE = 180.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One line of the table: the row of QUALITY that it answers, what is required, what was seen."""

    number: str
    fault: str
    required: str
    seen: str
    holds: bool


def forget() -> None:
    """No messages are left from the fault before."""
    Notice.objects.all().delete()
    Alert.objects.all().delete()
    Delivery.objects.all().delete()
    Flight.objects.all().delete()  # nothing lapses that was planned for another fault
    Heartbeat.objects.all().delete()


def due(number: int) -> None:
    """So many mails, due now."""
    messages(number, now=database_now())


def states() -> dict[str, int]:
    """How many messages are in which state."""
    found: dict[str, int] = {}
    for state in Delivery.objects.values_list("state", flat=True):
        found[state] = found.get(state, 0) + 1
    return found


def settled(number: int, *, seconds: float = _PATIENCE) -> bool:
    """Whether so many are on record as sent, before the time is up; a database may be away meanwhile."""

    def all_sent() -> bool:
        try:
            return Delivery.objects.filter(state="sent").count() == number
        except Exception:  # noqa: BLE001 - it is what this fault breaks
            connection.close()
            return False

    return wait_until(all_sent, seconds=seconds)


def told(number: int, server: Sink) -> str:
    """What became of so many mails, for the table."""
    lost = number - len(server.counts())
    differing = len(server.differing())
    return f"{lost} lost, {server.extra()} repeated" + (
        f", {differing} NOT the same bytes" if differing else ""
    )


def has_more(server: Sink, before: int) -> bool:
    """Whether it took more mails than ``before``."""
    return len(server.accepted) > before
