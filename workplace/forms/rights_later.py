"""What happens to rights that are on file: agreed for longer, ended early, begun."""

from datetime import date
from typing import Any

from django import forms

from authorizations.models import UsageRight
from authorizations.operations.terms import longer_term
from authorizations.windows import Term
from campaigns.forms.planner import DayField
from workplace.forms.rights import DAYS, LAST_DAY, MONTHS, TERMS, term_from


class LongerForm(forms.Form):
    """So much longer than now, or until another day."""

    term = forms.ChoiceField(
        label="By how much?",
        choices=[(DAYS, "Days more"), (MONTHS, "Calendar months more"), *TERMS[2:4]],
        widget=forms.RadioSelect,
        initial=DAYS,
    )
    length = forms.IntegerField(label="How many", required=False, min_value=1, max_value=3_650)
    ends_on = DayField(label="New last day", required=False)

    def clean(self) -> dict[str, Any]:
        """Asks for the number or the day that belongs to the answer."""
        values = super().clean() or {}
        term = values.get("term")
        if term in {DAYS, MONTHS} and values.get("length") is None and "length" not in self.errors:
            self.add_error("length", "Say how many.")
        if term == LAST_DAY and values.get("ends_on") is None and "ends_on" not in self.errors:
            self.add_error("ends_on", "Say which day.")
        return values

    def term_for(self, right: UsageRight) -> Term:
        """The new term of ``right``. Raises WindowError where that makes none. Call it for a valid form."""
        values = self.cleaned_data
        typed = term_from(values["term"], values["length"], values["ends_on"])
        return longer_term(right, typed) if typed.days or typed.months else typed


class EndForm(forms.Form):
    """The rights end early."""

    ends_on = DayField(label="Last day")


class HappenedForm(forms.Form):
    """What starts the term of the rights has happened."""

    happened_on = DayField(label="It happened on")

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        """``today``: in the zone of the brand."""
        super().__init__(*args, **kwargs)
        self._today = today

    def clean_happened_on(self) -> date:
        """A day that has come."""
        day: date = self.cleaned_data["happened_on"]
        if day > self._today:
            raise forms.ValidationError("That day has not come.")
        return day
