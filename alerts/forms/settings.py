"""Settings of a brand's warnings, and what a person chose about their mails."""

from typing import Any

from django import forms

from alerts.enums import AlertKind, Wish
from alerts.words import WISHES
from brands.models import Brand
from brands.operations.brands import MAX_STEP, MOST_STEPS

# Offered as chips, beside the days that the brand has; the last day is always among them.
_OFFERED = (60, 30, 21, 14, 10, 7, 5, 3, 2)
_LAST_DAY = 1

HOURS = [(hour, f"{hour:02}:00") for hour in range(24)]


class WarningsForm(forms.Form):
    """When a brand is warned, and from when on a code counts as about to end."""

    steps = forms.TypedMultipleChoiceField(
        label="Warn this many days before",
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="The last day always has a warning, and so has the lapse itself.",
    )
    more = forms.CharField(
        label="Other days",
        max_length=60,
        required=False,
        help_text="Numbers with commas between them, such as 45, 90.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "text"}),
    )
    digest_hour = forms.TypedChoiceField(
        label="Morning mail at",
        coerce=int,
        choices=HOURS,
        help_text="On each person's own clock, unless they chose another hour.",
    )
    expiring_days = forms.IntegerField(
        label="A code is about to end this many days before its end",
        min_value=1,
        max_value=MAX_STEP,
        help_text="For short windows sooner: a quarter of the window, at least 2 days.",
    )

    def __init__(self, *args: Any, brand: Brand, **kwargs: Any) -> None:
        kwargs.setdefault(
            "initial",
            {
                "steps": brand.warning_steps,
                "digest_hour": brand.digest_hour,
                "expiring_days": brand.expiring_days,
            },
        )
        super().__init__(*args, **kwargs)
        offered = sorted({*_OFFERED, *brand.warning_steps} - {_LAST_DAY}, reverse=True)
        field = self.fields["steps"]
        assert isinstance(field, forms.TypedMultipleChoiceField)
        field.choices = [(step, str(step)) for step in offered]

    def clean_more(self) -> list[int]:
        """The days that were typed. Raises ValidationError for anything but whole days."""
        found = []
        for text in self.cleaned_data["more"].replace(";", ",").replace(" ", ",").split(","):
            if not text:
                continue
            if not (text.isascii() and text.isdecimal() and 1 <= int(text) <= MAX_STEP):
                raise forms.ValidationError(f"{text} is not a whole number of days from 1 to {MAX_STEP}.")
            found.append(int(text))
        return found

    def clean(self) -> dict[str, Any]:
        """Raises ValidationError for too many days."""
        cleaned = super().clean() or {}
        if len(self._all_steps(cleaned)) > MOST_STEPS:
            self.add_error("steps", f"At most {MOST_STEPS} days: more than that nobody reads.")
        return cleaned

    @property
    def values(self) -> dict[str, Any]:
        """What the operation wants."""
        cleaned = self.cleaned_data
        return {
            "warning_steps": sorted(self._all_steps(cleaned), reverse=True),
            "digest_hour": cleaned["digest_hour"],
            "expiring_days": cleaned["expiring_days"],
        }

    @staticmethod
    def _all_steps(cleaned: dict[str, Any]) -> set[int]:
        return {*cleaned.get("steps", []), *cleaned.get("more", []), _LAST_DAY}


_ASKED = {
    AlertKind.CODE: "Codes that end",
    AlertKind.RIGHTS: "Rights that end",
    AlertKind.POST: "Posts that go private",
    AlertKind.APPLY: "Replacements to apply",
}


class ChoicesForm(forms.Form):
    """A person's hour, and how they hear of each kind of alert."""

    hour = forms.TypedChoiceField(
        label="Morning mail at",
        coerce=int,
        empty_value=None,
        required=False,
        help_text="One mail for all your brands, and only when there is something to say.",
    )

    def __init__(self, *args: Any, default_hour: int, **kwargs: Any) -> None:
        """``default_hour``: of who chose none, the digest hour of their first brand."""
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        field = self.fields["hour"]
        assert isinstance(field, forms.TypedChoiceField)
        field.choices = [("", f"As the brand has it ({default_hour:02}:00)"), *HOURS]
        for kind, label in _ASKED.items():
            self.fields[kind.value] = forms.ChoiceField(
                label=label,
                choices=[(wish.value, words) for wish, words in WISHES.items()],
                widget=forms.RadioSelect,
            )

    @property
    def wishes(self) -> dict[AlertKind, Wish]:
        """What was chosen for each kind."""
        return {kind: Wish(self.cleaned_data[kind.value]) for kind in AlertKind}
