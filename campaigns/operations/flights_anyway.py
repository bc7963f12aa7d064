"""Somebody takes the responsibility for a flight that lacks something."""

from datetime import datetime

from brands.models import Brand, User
from brands.operations.edits import locked
from campaigns.models import Flight
from campaigns.operations.flights import FlightError, run_flights_anyway
from campaigns.queries.lines import flight_lines, stored_gaps
from sparktrack.core.actors import Actor


def approve_flight(
    *, brand: Brand, flight: Flight, reason: str, approver: User, now: datetime, actor: Actor
) -> None:
    """``flight`` (loaded with its ad account) runs in spite of its gap; the verdict stays as it is.

    Raises FlightError for a flight that lacks nothing, has no dates yet or is over, and as ``run_flights_anyway``.
    """
    with locked(brand):
        gaps = stored_gaps(brand, [flight.post_id], after=now)
        (line,) = flight_lines(brand, [flight], gaps, now=now)
        if line.first_gap is None:
            raise FlightError("Nothing keeps this flight from running now: there is nothing to approve.")
        run_flights_anyway(
            brand=brand, flights=[flight], reason=reason, approver=approver, now=now, actor=actor
        )
