"""The peaks that a brand plans for."""

from datetime import date, datetime

from brands.models import Brand
from brands.operations.audit import Change, record_changes
from brands.operations.deleting import delete_rows
from brands.operations.edits import locked
from sparktrack.core.actors import Actor
from sparktrack.core.refusals import RefusedError
from workplace.models import SavedPeak

# More than anybody plans for; all of them stand on one page.
MOST_PEAKS = 40
LONGEST_NAME = 60
LONGEST_DAYS = 92


class PeakRefusedError(RefusedError):
    """A peak that cannot be kept; the message says why in the user's words."""


def save_peak(
    *, brand: Brand, name: str, first_on: date, last_on: date, now: datetime, actor: Actor
) -> SavedPeak:
    """Keep a named period of days in the brand's zone; the one of the same name gets these days.

    Raises PeakRefusedError without a name, for days that make no peak, or when there are too many.
    """
    said = " ".join(name.split())
    if not said or not said.isprintable():
        raise PeakRefusedError("Give the peak a name to keep it.", field="name")
    if len(said) > LONGEST_NAME:
        raise PeakRefusedError(f"A name has at most {LONGEST_NAME} characters.", field="name")
    if last_on < first_on:
        raise PeakRefusedError("The peak ends before it starts.", field="last")
    if (last_on - first_on).days >= LONGEST_DAYS:
        raise PeakRefusedError(f"A peak lasts at most {LONGEST_DAYS} days.", field="last")
    days = {"first_on": first_on, "last_on": last_on}
    with locked(brand):
        own = SavedPeak.objects.for_brand(brand)
        row: SavedPeak | None = own.filter(name=said).first()
        if row is None:
            if own.count() >= MOST_PEAKS:
                raise PeakRefusedError(
                    f"There are {MOST_PEAKS} peaks already: delete one first.", field="name"
                )
            row = SavedPeak(brand=brand, name=said, first_on=first_on, last_on=last_on, created_at=now)
            row.save(force_insert=True)
            record_changes(brand, [Change("peak.kept", row, after=days)], now=now, actor=actor)
            return row
        before = {"first_on": row.first_on, "last_on": row.last_on}
        if before != days:
            row.first_on, row.last_on = first_on, last_on
            row.save(update_fields=["first_on", "last_on"])
            record_changes(
                brand, [Change("peak.moved", row, before=before, after=days)], now=now, actor=actor
            )
    return row


def delete_peaks(*, brand: Brand, peaks: list[SavedPeak], now: datetime, actor: Actor) -> int:
    """Forget these peaks; flights stay as they are. Returns how many."""
    return delete_rows(SavedPeak, brand=brand, rows=peaks, action="peak.deleted", now=now, actor=actor)
