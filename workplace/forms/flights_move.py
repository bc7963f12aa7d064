"""How flights are moved: by days, to a new start, to a new end."""

from typing import Any

from django import forms

from campaigns.forms.planner import DayField
from campaigns.moves import FARTHEST, MoveBy, Shift

_WAYS = [
    (MoveBy.DAYS.value, "All by so many days"),
    (MoveBy.START.value, "So that the first of them starts on a day; the others keep their distance"),
    (MoveBy.END.value, "All end on the same last day; their first days stay"),
]


class MoveForm(forms.Form):
    """One of three ways; the value that it needs is asked for."""

    by = forms.ChoiceField(
        label="Move them",
        choices=_WAYS,
        initial=MoveBy.DAYS.value,
        widget=forms.RadioSelect,
        error_messages={"required": "Say how.", "invalid_choice": "Choose one of the three."},
    )
    days = forms.IntegerField(
        label="Days later",
        min_value=-FARTHEST,
        max_value=FARTHEST,
        required=False,
        localize=False,
        help_text="Earlier with a minus: -7.",
        error_messages={"invalid": "Write a whole number: 7, or -7 for earlier."},
    )
    on = DayField(label="On the day", required=False)

    shift: Shift | None = None

    def clean(self) -> dict[str, Any]:
        """Puts what was asked into ``shift``."""
        values: dict[str, Any] = super().clean() or {}
        if not values.get("by"):
            return values
        by = MoveBy(values["by"])
        if by is MoveBy.DAYS and "days" not in self.errors and not values.get("days"):
            self.add_error("days", "Say by how many days.")
        elif by is not MoveBy.DAYS and "on" not in self.errors and values.get("on") is None:
            self.add_error("on", "Say which day.")
        if not {"days" if by is MoveBy.DAYS else "on"} & self.errors.keys():
            self.shift = Shift(by, values.get("days") or 0, values.get("on"))
        return values
