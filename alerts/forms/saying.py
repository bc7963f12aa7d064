"""What people say about a lapse."""

from datetime import date, datetime, timedelta
from typing import Any

from django import forms

from alerts.models import Alert
from alerts.operations.saying import LAST_WARNING
from alerts.rules.people import EVERYBODY_FROM
from sparktrack.core.days import first_instant, local_date
from sparktrack.core.wording import weekday


class SnoozeForm(forms.Form):
    """Until which day a lapse need not be mentioned, and why; the day is one of the brand's zone."""

    until = forms.DateField(label="Until", widget=forms.DateInput(attrs={"type": "date"}))
    reason = forms.CharField(
        label="Why",
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Say why it can wait: others read it."},
    )

    def __init__(self, *args: Any, alert: Alert, zone: str, now: datetime, **kwargs: Any) -> None:
        """``zone`` is the IANA zone of the brand."""
        kwargs.setdefault("auto_id", f"snooze-{alert.pk}-%s")
        super().__init__(*args, **kwargs)
        self._zone, self._now, self._step = zone, now, alert.step
        self.first_day = local_date(now, zone) + timedelta(days=1)
        self.last_day = local_date(alert.lapses_at - LAST_WARNING, zone)
        self.fields["until"].widget.attrs |= {
            "min": self.first_day.isoformat(),
            "max": self.last_day.isoformat(),
        }

    @property
    def is_possible(self) -> bool:
        """Whether a day is left: on the last one before the lapse nothing is put off."""
        return self._step > EVERYBODY_FROM and self.first_day <= self.last_day

    def clean_until(self) -> datetime:
        """The first instant of the day. Raises ValidationError for one that has come or that is too late."""
        day: date = self.cleaned_data["until"]
        if day < self.first_day:
            raise forms.ValidationError("Take a day that is still to come.")
        if day > self.last_day:
            last = weekday(self.last_day, year=self._now.year)
            raise forms.ValidationError(f"A day before the lapse everybody is told: take {last} or earlier.")
        return first_instant(day, self._zone)
