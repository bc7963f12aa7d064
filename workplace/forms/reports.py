"""Which period, and which figure's rows: from the address of a report."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django import forms

from brands.models import Brand
from workplace.enums import Figure
from workplace.rules.reports import Period, Preset, preset_days

PRESETS = {
    Preset.THIS_MONTH: "This month",
    Preset.LAST_MONTH: "Last month",
    Preset.THIS_QUARTER: "This quarter",
    Preset.LAST_QUARTER: "Last quarter",
}

# A year, and a leap year: longer ones are read from the export.
MOST_DAYS = 366
_EARLIEST, _LATEST = date(2000, 1, 1), date(2999, 12, 31)


class DayField(forms.DateField):
    """A day as browsers send it."""

    widget = forms.DateInput(attrs={"type": "date", "class": "input", "min": _EARLIEST, "max": _LATEST})

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(input_formats=["%Y-%m-%d"], required=False, **kwargs)
        self.error_messages["invalid"] = "A day is written like 2026-11-30."


class ReportForm(forms.Form):
    """``period`` by name, or the days ``from`` and ``to``; nothing: this month so far."""

    period = forms.ChoiceField(
        choices=[(each.value, words) for each, words in PRESETS.items()], required=False
    )
    figure = forms.ChoiceField(choices=[(each.value, each.value) for each in Figure], required=False)

    def __init__(self, data: Mapping[str, Any], *, brand: Brand, today: date) -> None:
        """``today``: the day it is in the zone of the brand."""
        super().__init__(data)
        self.brand, self.today = brand, today
        self.fields["from"] = DayField(label="From")  # a word of Python
        self.fields["to"] = DayField(label="To")

    def clean(self) -> dict[str, Any]:
        """The period must begin before it ends, and be no longer than a year."""
        values = super().clean() or {}
        unknown = sorted(set(self.data) - set(self.fields))
        if unknown:
            self.add_error(None, f"There is nothing called {unknown[0]} in a report.")
        first, last = values.get("from"), values.get("to")
        if "from" in self.errors or "to" in self.errors:
            return values
        if (first is None) != (last is None):
            self.add_error("to" if last is None else "from", "Name both days, the first and the last.")
        elif first is not None and last is not None:
            self._check(first, last)
        return values

    def _check(self, first: date, last: date) -> None:
        if not (first >= _EARLIEST and last <= _LATEST):
            self.add_error("from", "A report covers years from 2000 to 2999.")
        elif last < first:
            self.add_error("to", "The last day lies before the first.")
        elif last - first >= timedelta(days=MOST_DAYS):
            self.add_error("to", f"A report covers {MOST_DAYS} days at most.")

    @property
    def preset(self) -> Preset | None:
        """The period by its name; None for days that somebody chose. Call it after ``is_valid()``."""
        if self.cleaned_data["from"]:
            return None
        return Preset(self.cleaned_data["period"] or Preset.THIS_MONTH)

    @property
    def chosen(self) -> Period:
        """The period. Call it after ``is_valid()``."""
        if self.preset is None:
            return Period(self.cleaned_data["from"], self.cleaned_data["to"], self.brand.time_zone)
        return Period(*preset_days(self.preset, today=self.today), self.brand.time_zone)

    @property
    def figure_shown(self) -> Figure | None:
        """The figure whose rows are asked for. Call it after ``is_valid()``."""
        name = self.cleaned_data["figure"]
        return Figure(name) if name else None
