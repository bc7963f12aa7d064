"""What was made sure of before the launch of a flight."""

from collections.abc import Collection
from datetime import datetime

from brands.models import Brand
from brands.operations.audit import plain
from brands.operations.edits import Edit, edit_rows, locked, reread
from campaigns.enums import Check
from campaigns.models import Flight
from sparktrack.core.actors import Actor


def tick_checks(
    *, brand: Brand, flight: Flight, checks: Collection[Check], now: datetime, actor: Actor
) -> list[Flight]:
    """Exactly ``checks`` are ticked for this flight; what was ticked before keeps who did it and when.

    Returns the flight if that changed anything.
    """
    with locked(brand):
        row = reread(Flight, brand, [flight])[flight.pk]
        ticked = {
            check.value: row.checklist.get(check.value) or {"by": str(actor.user_id or ""), "at": plain(now)}
            for check in Check
            if check in checks
        }
        return edit_rows(
            Flight,
            brand=brand,
            edits=[Edit(row, {"checklist": ticked})],
            editable=frozenset({"checklist"}),
            action="flight.checked",
            now=now,
            actor=actor,
        )
