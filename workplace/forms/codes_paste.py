"""The paste box: what was pasted, and when codes were generated, as people say it."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms

from sparktrack.core.cells import Refusal
from sparktrack.core.wording import weekday
from sparktrack.tiktok.links import parse_handle
from sparktrack.tiktok.messages import LONGEST
from workplace.forms.fields import TimeField

TODAY, YESTERDAY, ON_A_DAY, UNKNOWN = "today", "yesterday", "day", "unknown"
_DAY = timedelta(days=1)


def when_choices(today: date) -> list[tuple[str, str]]:
    """When a code was generated, as one may answer."""
    return [
        (TODAY, f"Today, {weekday(today, year=today.year)}"),
        (YESTERDAY, f"Yesterday, {weekday(today - _DAY, year=today.year)}"),
        (ON_A_DAY, "On another day"),
        (UNKNOWN, "I don’t know"),
    ]


def time_field(zone: str) -> forms.TimeField:
    """A time of day on the clock of the IANA ``zone``."""
    where = f"On the clock of {zone.replace('_', ' ')}."
    return TimeField(label="At, if known", help_text=where, required=False)


class PasteForm(forms.Form):
    """A message, and when its codes were generated. What is missing is asked on the preview, where codes are sealed:
    this form refuses a message without codes and one that is too long."""

    message = forms.CharField(
        label="The message",
        help_text="A chat, a mail, lines of a sheet: links and codes in any order, several at once.",
        max_length=LONGEST,
        strip=False,
        widget=forms.Textarea(
            attrs={"rows": 9, "autocomplete": "off", "spellcheck": "false", "data-submit-keys": ""}
        ),
        error_messages={
            "required": "Paste a message that holds a code.",
            "max_length": f"This is longer than {LONGEST:,} characters: paste a part of it.",
        },
    )
    when = forms.ChoiceField(
        label="When did the creator generate the codes?",
        help_text="Its clock starts then, not when it reaches you. The next page asks for each code.",
        required=False,
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["when"]
        field.choices = when_choices(today)


def typed_handle(text: str) -> str:
    """The handle in what somebody typed; empty for what is none."""
    try:
        return parse_handle(text)
    except Refusal:
        return ""


def instant_of(day: date, at: time, zone: str) -> datetime:
    """The instant (UTC) of a day and a time on the clock of the IANA ``zone``."""
    return datetime.combine(day, at, ZoneInfo(zone)).astimezone(UTC)
