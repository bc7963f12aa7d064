"""A period with a name."""

from typing import Any

from django import forms

from campaigns.filters import SearchField
from campaigns.forms.planner import DayField
from workplace.operations.peaks import LONGEST_DAYS


class PeakForm(forms.Form):
    """From a day to a day, in the zone of the brand; all of it stands in the address."""

    name = SearchField(label="Name", required=False)
    first = DayField(label="First day")
    last = DayField(label="Last day")

    def clean(self) -> dict[str, Any]:
        """A peak of one day to three months."""
        values: dict[str, Any] = super().clean() or {}
        first, last = values.get("first"), values.get("last")
        if first and last and last < first:
            self.add_error("last", "The peak ends before it starts.")
        elif first and last and (last - first).days >= LONGEST_DAYS:
            self.add_error("last", f"A peak lasts at most {LONGEST_DAYS} days.")
        return values
