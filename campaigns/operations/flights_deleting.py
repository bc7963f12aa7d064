"""Deleting flights that were planned by mistake."""

from collections.abc import Sequence
from datetime import datetime

from brands.models import Brand
from brands.operations.deleting import delete_rows
from brands.operations.edits import locked, reread
from campaigns.models import Flight
from campaigns.operations.flights import FlightError
from sparktrack.core.actors import Actor


def delete_flights(*, brand: Brand, flights: Sequence[Flight], now: datetime, actor: Actor) -> int:
    """Delete flights that never ran; returns how many.

    Raises FlightError for one that was launched, or whose first day has come: what ran, or may have, is not forgotten.
    """
    with locked(brand):
        for row in reread(Flight, brand, flights).values():
            if row.launched_at is not None:
                raise FlightError("This flight was launched: end it instead.")
            if row.starts_at is not None and row.starts_at <= now:
                raise FlightError("This flight has begun: end it instead.")
        return delete_rows(Flight, brand=brand, rows=flights, action="flight.deleted", now=now, actor=actor)
