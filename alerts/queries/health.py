"""How the engine is: for probes, for the terminal, and for pages that must say when warnings cannot be sent."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, Min, Q

from alerts.enums import DeliveryState
from alerts.models import Delivery, Heartbeat
from alerts.rules.health import AWAY, DELIVER, MAIL_AWAY, SILENT, Signs, problems, seconds

_DAY = timedelta(days=1)
# Before a page frightens people: a deployment takes a moment.
_STANDS_STILL = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """Numbers, and what is wrong in words; nothing of anybody."""

    problems: list[str]
    held: bool
    heartbeats: dict[str, int | None] = field(default_factory=dict)  # seconds ago
    due: int
    oldest_due: int | None  # seconds
    sending: int
    failed_last_day: int
    expired_last_day: int
    mail_away: int | None  # seconds

    @property
    def is_well(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems

    def numbers(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "status": "ok" if self.is_well else "trouble",
            "problems": self.problems,
            "held": self.held,
            "heartbeat_seconds": self.heartbeats,
            "due": self.due,
            "oldest_due_seconds": self.oldest_due,
            "sending": self.sending,
            "failed_last_day": self.failed_last_day,
            "expired_last_day": self.expired_last_day,
            "mail_away_seconds": self.mail_away,
        }


def alerts_health(*, now: datetime) -> Health:
    """How the engine is at ``now`` (the database's clock). Three queries."""
    beats = dict(Heartbeat.objects.values_list("name", "at"))
    away = beats.get(MAIL_AWAY)
    under_way = Delivery.objects.filter(state__in=[DeliveryState.DUE, DeliveryState.SENDING]).aggregate(
        due=Count("pk", filter=Q(state=DeliveryState.DUE, due_at__lte=now)),
        oldest=Min("due_at", filter=Q(state=DeliveryState.DUE, due_at__lte=now)),
        sending=Count("pk", filter=Q(state=DeliveryState.SENDING)),
    )
    given_up = Delivery.objects.filter(
        state__in=[DeliveryState.FAILED, DeliveryState.EXPIRED], finished_at__gt=now - _DAY
    ).aggregate(
        failed=Count("pk", filter=Q(state=DeliveryState.FAILED)),
        expired=Count("pk", filter=Q(state=DeliveryState.EXPIRED)),
    )
    signs = Signs(
        now=now,
        beats=beats,
        oldest_due_at=under_way["oldest"],
        mail_away_since=away,
        held=settings.HOLD_ALERTS,
    )
    return Health(
        problems=problems(signs),
        held=signs.held,
        heartbeats={name: seconds(now - beats[name]) if name in beats else None for name in SILENT},
        due=under_way["due"],
        oldest_due=seconds(now - under_way["oldest"]) if under_way["oldest"] else None,
        sending=under_way["sending"],
        failed_last_day=given_up["failed"],
        expired_last_day=given_up["expired"],
        mail_away=seconds(now - away) if away else None,
    )


@dataclass(frozen=True, slots=True)
class MailTrouble:
    """Warnings cannot be sent ``since``: no mail server answers, or (``stands_still``) nobody sends."""

    since: datetime
    stands_still: bool = False


def mail_trouble(*, now: datetime) -> MailTrouble | None:
    """What pages say above everything else, if anything; one query. An engine that never ran says nothing."""
    beats = dict(Heartbeat.objects.filter(name__in=[MAIL_AWAY, DELIVER]).values_list("name", "at"))
    sent_at, away = beats.get(DELIVER), beats.get(MAIL_AWAY)
    if sent_at and now - sent_at > _STANDS_STILL:
        return MailTrouble(min(sent_at, away) if away else sent_at, stands_still=True)
    return MailTrouble(away) if away and now - away > AWAY else None
