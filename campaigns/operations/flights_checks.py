"""What was made sure of before the launch of flights."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from brands.models import Brand
from brands.operations.audit import plain
from brands.operations.edits import Edit, edit_rows, locked, reread
from campaigns.enums import Check
from campaigns.models import Flight
from sparktrack.core.actors import Actor


def tick_checks(
    *, brand: Brand, flight: Flight, checks: Collection[Check], now: datetime, actor: Actor
) -> list[Flight]:
    """``tick_checks_of`` one flight; returns it if that changed anything."""
    return tick_checks_of(brand=brand, flights=[(flight, checks)], now=now, actor=actor)


def tick_checks_of(
    *, brand: Brand, flights: Sequence[tuple[Flight, Collection[Check]]], now: datetime, actor: Actor
) -> list[Flight]:
    """Exactly these checks are ticked for each flight; what was ticked before keeps who did it and when.

    Returns the flights that changed.
    """
    tick = {"by": str(actor.user_id or ""), "at": plain(now)}
    with locked(brand):
        rows = reread(Flight, brand, [flight for flight, _ in flights])
        return edit_rows(
            Flight,
            brand=brand,
            edits=(
                Edit(row := rows[flight.pk], {"checklist": _ticked(row, checks, tick)})
                for flight, checks in flights
            ),
            editable=frozenset({"checklist"}),
            action="flight.checked",
            now=now,
            actor=actor,
        )


def _ticked(flight: Flight, checks: Collection[Check], tick: dict[str, Any]) -> dict[str, Any]:
    return {check.value: flight.checklist.get(check.value) or tick for check in Check if check in checks}
