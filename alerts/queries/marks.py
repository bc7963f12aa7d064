"""What the lines of a board say about alerts of their flights."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef

from alerts.enums import AlertState, DeliveryState
from alerts.models import Alert, AlertFlight, Notice
from alerts.queries.lines import state_of
from brands.models import Brand


@dataclass(frozen=True, slots=True)
class Mark:
    """The open alert of a flight that lapses first, and how many others are open; a board knows a flight by both.

    ``is_told``: a mail about it has reached somebody's server.
    """

    post_id: UUID
    campaign: str
    alert: Alert
    state: AlertState
    others: int
    is_told: bool


def flight_marks(brand: Brand, posts: Collection[UUID], *, now: datetime) -> list[Mark]:
    """A mark for each flight of these posts of the brand that an open alert hits; one query."""
    sent = Notice.objects.filter(alert=OuterRef("alert"), delivery__state=DeliveryState.SENT)
    hits = (
        AlertFlight.objects.for_brand(brand)
        .filter(flight__post__in=posts, flight__ended_at__isnull=True, alert__closed_at__isnull=True)
        .annotate(is_told=Exists(sent))
        .select_related("alert__acknowledged_by", "flight__campaign")
        .order_by("alert__lapses_at", "alert")
    )
    by_flight: dict[UUID, list[Any]] = {}  # with `is_told`
    for hit in hits:
        by_flight.setdefault(hit.flight_id, []).append(hit)
    return [
        Mark(
            post_id=found[0].flight.post_id,
            campaign=found[0].flight.campaign.name,
            alert=found[0].alert,
            state=state_of(found[0].alert, now=now),
            others=len(found) - 1,
            is_told=found[0].is_told,
        )
        for found in by_flight.values()
    ]
