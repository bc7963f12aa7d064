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
    """The open alert of a flight that lapses first, and how many others are open; a board knows a flight by both."""

    post_id: UUID
    campaign: str
    alert: Alert
    state: AlertState
    others: int


def flight_marks(brand: Brand, posts: Collection[UUID], *, now: datetime) -> list[Mark]:
    """A mark for each flight of these posts of the brand that an open alert hits; one query."""
    hits = (
        AlertFlight.objects.for_brand(brand)
        .filter(flight__post__in=posts, flight__ended_at__isnull=True, alert__closed_at__isnull=True)
        .select_related("alert__acknowledged_by", "flight__campaign")
        .order_by("alert__lapses_at", "alert")
    )
    by_flight: dict[UUID, list[AlertFlight]] = {}
    for hit in hits:
        by_flight.setdefault(hit.flight_id, []).append(hit)
    return [
        Mark(
            post_id=found[0].flight.post_id,
            campaign=found[0].flight.campaign.name,
            alert=found[0].alert,
            state=state_of(found[0].alert, now=now),
            others=len(found) - 1,
        )
        for found in by_flight.values()
    ]
