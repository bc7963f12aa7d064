"""The flights and campaigns of somebody who leaves a brand."""

from datetime import datetime

from brands.models import Brand, User
from brands.operations.edits import Edit, locked, require_members
from campaigns.models import Campaign, Flight, OwnerName
from campaigns.operations.campaigns import edit_campaigns
from campaigns.operations.flights import edit_flights
from sparktrack.core.actors import Actor


def hand_over_flights(
    *, brand: Brand, leaving: User, to: User | None, now: datetime, actor: Actor
) -> list[Flight]:
    """``to`` (None: nobody) is the buyer of all flights of ``leaving``, of past ones too; returns them.

    Names in sheets that meant ``leaving`` mean ``to``; with nobody they are asked for again. Raises NotAMemberError.
    """
    with locked(brand):
        rows = Flight.objects.for_brand(brand).filter(buyer=leaving)
        edits = [Edit(row, {"buyer": to}) for row in rows]
        changed = edit_flights(brand=brand, edits=edits, now=now, actor=actor)
        require_members(brand, [to], field="flights")
        names = OwnerName.objects.for_brand(brand).filter(user=leaving)
        if to is None:
            names.delete()
        else:
            names.update(user=to)
    return changed


def hand_over_campaigns(
    *, brand: Brand, leaving: User, to: User | None, now: datetime, actor: Actor
) -> list[Campaign]:
    """``to`` (None: nobody) is the buyer of the campaigns of ``leaving``; returns them. Raises NotAMemberError."""
    with locked(brand):
        rows = Campaign.objects.for_brand(brand).filter(buyer=leaving)
        edits = [Edit(row, {"buyer": to}) for row in rows]
        return edit_campaigns(brand=brand, edits=edits, now=now, actor=actor)
