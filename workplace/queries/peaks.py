"""The peaks of a brand: those that it keeps, and the week of Black Friday that everybody knows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from brands.models import Brand
from workplace.models import SavedPeak


@dataclass(frozen=True, slots=True)
class Peak:
    """A named period; ``last`` is its last day. Days are read in the zone of the brand. ``pk``: it is kept."""

    name: str
    first: date
    last: date
    pk: UUID | None = None

    def is_like(self, other: "Peak") -> bool:
        """Whether it is the same period under the same name."""
        return (self.name, self.first, self.last) == (other.name, other.first, other.last)


def usual_peak(today: date) -> Peak:
    """The week of Black Friday up to Cyber Monday, of this year, or of the next once it has passed.

    Black Friday is the day after the fourth Thursday of November.
    """
    this = _week_of_black_friday(today.year)
    return this if this.last >= today else _week_of_black_friday(today.year + 1)


def _week_of_black_friday(year: int) -> Peak:
    first = date(year, 11, 1)
    thanksgiving = first + timedelta((3 - first.weekday()) % 7 + 21)
    return Peak(f"BFCM {year}", thanksgiving - timedelta(3), thanksgiving + timedelta(4))


def peaks_of(brand: Brand, usual: Peak) -> list[Peak]:
    """The peaks that ``brand`` keeps and the ``usual`` one, in the order of their days; one query.

    Who keeps the usual one under its name, with days of their own, sees theirs.
    """
    rows = SavedPeak.objects.for_brand(brand)
    found = [Peak(row.name, row.first_on, row.last_on, row.pk) for row in rows]
    if not any(usual.name.casefold() == peak.name.casefold() for peak in found):
        found.append(usual)
    return sorted(found, key=lambda peak: (peak.first, peak.last, peak.name))


def next_peak(peaks: Sequence[Peak], *, today: date) -> Peak:
    """The first of them that is not over, else the last of all."""
    return next((peak for peak in peaks if peak.last >= today), peaks[-1])
