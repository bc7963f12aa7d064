"""Flights that wait for somebody to accept an invitation."""

from collections import defaultdict
from datetime import datetime

from brands.models import Brand, Membership
from brands.operations.edits import BrandBusyError, Edit
from campaigns.models import Flight
from campaigns.operations.flights import edit_flights
from sparktrack.core.actors import Actor

_AT_ONCE = 1_000


def give_flights_to_accepted(*, now: datetime, actor: Actor) -> int:
    """Whoever accepted becomes the buyer of flights of all brands that have none; how many flights were given.

    A flight that somebody gave a buyer meanwhile keeps them. A busy brand is left for the next time.
    """
    waiting = Flight.objects.filter(buyer_invited__accepted_at__isnull=False, buyer=None)
    flights: dict[Brand, list[Flight]] = defaultdict(list)
    for flight in waiting.select_related("brand", "buyer_invited").order_by("pk")[:_AT_ONCE]:
        flights[flight.brand].append(flight)
    given = 0
    for brand, rows in flights.items():
        members = {
            membership.user.email: membership.user
            for membership in Membership.objects.for_brand(brand).select_related("user")
        }
        edits = [
            Edit(row, {"buyer": buyer})
            for row in rows
            if row.buyer_invited and (buyer := members.get(row.buyer_invited.email))
        ]
        try:
            given += len(edit_flights(brand=brand, edits=edits, now=now, actor=actor))
        except BrandBusyError:
            continue
    return given
