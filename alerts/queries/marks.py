"""What the lines of a board say about alerts of their flights."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from alerts.enums import AlertState
from alerts.models import Alert, AlertFlight
from alerts.queries.lines import state_of
from brands.models import Brand


@dataclass(frozen=True, slots=True)
class Mark:
    """The open alert of a flight that lapses first, and how many others are open."""

    flight_id: UUID
    alert: Alert
    state: AlertState
    others: int


def flight_marks(brand: Brand, flights: Collection[UUID], *, now: datetime) -> list[Mark]:
    """A mark for each of these flights of the brand that an open alert hits; one query."""
    hits = (
        AlertFlight.objects.for_brand(brand)
        .filter(flight__in=flights, alert__closed_at__isnull=True)
        .select_related("alert__acknowledged_by")
        .order_by("alert__lapses_at", "alert")
    )
    by_flight: dict[UUID, list[Alert]] = {}
    for hit in hits:
        by_flight.setdefault(hit.flight_id, []).append(hit.alert)
    return [
        Mark(flight, alerts[0], state_of(alerts[0], now=now), len(alerts) - 1)
        for flight, alerts in by_flight.items()
    ]
