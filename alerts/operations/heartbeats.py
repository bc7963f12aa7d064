"""Signs of life of the engine's parts, by the clock of the database."""

from datetime import datetime

from alerts.models import Heartbeat
from alerts.rules.health import MAIL_AWAY


def beat(name: str, *, now: datetime) -> None:
    """The part ``name`` has done its work at ``now``."""
    Heartbeat.objects.update_or_create(name=name, defaults={"at": now})


def note_mail(*, away: bool, now: datetime) -> None:
    """The mail server cannot be reached since ``now`` (an earlier instant stays), or it can again."""
    if away:
        Heartbeat.objects.get_or_create(name=MAIL_AWAY, defaults={"at": now})
    else:
        Heartbeat.objects.filter(name=MAIL_AWAY).delete()
