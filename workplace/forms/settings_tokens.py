"""A new token for a script: its name, what it may, until when, from where."""

from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from brands.enums import TokenScope
from brands.models import Brand
from brands.operations.tokens import TokenDraft, clean_networks, end_on
from sparktrack.core.days import local_date
from sparktrack.core.refusals import RefusedError
from sparktrack.core.wording import count, weekday
from workplace.settings_words import SCOPES

# Days that a token usually lasts.
_LENGTHS = (30, 90, 365)
_NEVER, _OWN_DAY = "never", "day"


class TokenForm(forms.Form):
    """What is said of a token before it is made; its last day is one of the brand's zone."""

    name = forms.CharField(
        label="Name",
        max_length=120,
        help_text="What will use it, such as Nightly export. The audit says this name.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    scope = forms.ChoiceField(
        label="What may it do?",
        choices=[(scope.value, words) for scope, words in SCOPES.items()],
        initial=TokenScope.READ,
        widget=forms.RadioSelect,
    )
    ends = forms.ChoiceField(label="Until when?", initial=str(_LENGTHS[1]), widget=forms.RadioSelect)
    last_day = forms.DateField(
        label="Its last day",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    allowed_addresses = forms.CharField(
        label="Only from these addresses",
        required=False,
        max_length=5_000,
        help_text="One a line: 203.0.113.7, or a network such as 10.0.0.0/8. Empty: from anywhere.",
        widget=forms.Textarea(
            attrs={"rows": 3, "class": "mono", "autocomplete": "off", "spellcheck": "false"}
        ),
    )

    def __init__(self, *args: Any, brand: Brand, now: datetime, **kwargs: Any) -> None:
        """``now`` says which days lie ahead."""
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        self._zone, self._now = brand.time_zone, now
        self._today = local_date(now, self._zone)
        ends = self.fields["ends"]
        assert isinstance(ends, forms.ChoiceField)
        ends.choices = [
            *((str(days), f"{count(days, 'day')}: until {self._said(self._in(days))}") for days in _LENGTHS),
            (_OWN_DAY, "Until a day of your own"),
            (_NEVER, "For ever: until somebody revokes it"),
        ]
        self.fields["last_day"].help_text = f"It counts until that day is over in {self._zone}."

    def clean_allowed_addresses(self) -> list[str]:
        """Networks as they are stored. Raises ValidationError naming the first line that is none."""
        try:
            return clean_networks(self.cleaned_data["allowed_addresses"].splitlines())
        except RefusedError as refused:
            raise ValidationError(refused.message) from None

    def clean(self) -> dict[str, Any]:
        """Raises ValidationError beside the last day if it is asked for and cannot be; else it is not looked at."""
        cleaned: dict[str, Any] = self.cleaned_data
        if cleaned.get("ends") == _OWN_DAY and "last_day" in cleaned:
            day: date | None = cleaned["last_day"]
            if day is None:
                self.add_error("last_day", "Say which day.")
                return cleaned
            try:
                end_on(day, zone=self._zone, now=self._now)
            except RefusedError as refused:
                self.add_error("last_day", refused.message)
        return cleaned

    @property
    def draft(self) -> TokenDraft:
        """What a valid form asks for."""
        cleaned = self.cleaned_data
        ends = cleaned["ends"]
        last = None if ends == _NEVER else cleaned["last_day"] if ends == _OWN_DAY else self._in(int(ends))
        return TokenDraft(
            name=cleaned["name"],
            scope=TokenScope(cleaned["scope"]),
            expires_at=None if last is None else end_on(last, zone=self._zone, now=self._now),
            allowed_addresses=cleaned["allowed_addresses"],
        )

    def _in(self, days: int) -> date:
        return self._today + timedelta(days=days)

    def _said(self, day: date) -> str:
        return weekday(day, year=self._today.year)
