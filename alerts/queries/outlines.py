"""What very many alerts still stand for, in outline: which of them hold, and what that does to the flights they hit."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from alerts.enums import AlertKind
from alerts.models import Alert, AlertFlight
from alerts.queries.lapses import lapses_of
from alerts.queries.standing import is_hit

_FLIGHT = ("starts_at", "launched_at", "daily_spend")


@dataclass(frozen=True, slots=True, kw_only=True)
class HitOutline:
    """A flight that an alert still hits.

    ``fails``: it may not run now or, if it has not begun, from its start on; else it lapses later. ``is_halted``: it
    lacks rights now, but TikTok has stopped it already for want of a code or the post.
    """

    fails: bool
    is_live: bool
    is_halted: bool
    daily_spend: Decimal | None


def outlines(alerts: Collection[Alert], *, now: datetime) -> dict[UUID, list[HitOutline]]:
    """The flights that each of these alerts, of any brands, still hits at ``now``; none: it is not in it.

    It says what ``standing`` would say, in two queries and without a model.
    """
    of_id = {alert.pk: alert for alert in alerts}
    hits = AlertFlight.objects.filter(alert__in=list(of_id)).values_list(
        "alert_id", "flight_id", *(f"flight__{name}" for name in _FLIGHT)
    )
    rows = list(hits)
    brands = {alert.brand_id for alert in alerts}
    fails = lapses_of(brands, {flight_id for _, flight_id, *_ in rows}, now=now)
    found: dict[UUID, list[HitOutline]] = {}
    for alert_id, flight_id, starts_at, launched_at, daily_spend in rows:
        alert = of_id[alert_id]
        fails_at = fails.get((flight_id, AlertKind(alert.kind)))
        if fails_at is None or not is_hit(alert, fails_at, now):
            continue
        is_live = starts_at <= now or (launched_at is not None and launched_at <= now)
        stopped = any(
            (at := fails.get((flight_id, side))) is not None and at <= now
            for side in (AlertKind.CODE, AlertKind.POST)
        )
        found.setdefault(alert_id, []).append(
            HitOutline(
                fails=fails_at <= max(now, starts_at),
                is_live=is_live,
                is_halted=alert.kind == AlertKind.RIGHTS and is_live and fails_at <= now and stopped,
                daily_spend=daily_spend,
            )
        )
    return found
