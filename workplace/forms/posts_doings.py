"""Small things that are noted about a post: its numbers and what the comments say, its stage, that it is gone."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms

from campaigns.forms.planner import FIRST_YEAR
from posts.enums import Stage
from posts.models import Post
from posts.operations.metrics import NUMBERS
from sparktrack.core.models import choices
from workplace.forms.careful import CarefulForm

# Nobody has seen more, and a database counts no further than that by far.
_MOST = 10**12
_LONGEST = 20
_CLOCK = "%Y-%m-%dT%H:%M"
_NAMES = ("views", "likes", "comments", "shares", "saves")
assert set(_NAMES) == NUMBERS


class CountField(forms.IntegerField):
    """A count as people paste it: ``184,200``, ``184 200``; also ``1.2M`` and ``15.3K`` as TikTok shows them."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            required=False,
            min_value=0,
            max_value=_MOST,
            widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
            error_messages={"invalid": "Write a whole number, or 15.3K as TikTok shows it."},
            **kwargs,
        )

    def to_python(self, value: Any) -> int | None:
        """The number. Raises ValidationError for what is none."""
        text = "".join(str(value or "").split()).upper()
        if len(text) > _LONGEST:
            raise forms.ValidationError(self.error_messages["invalid"])
        factor = {"K": 1_000, "M": 1_000_000, "B": 1_000_000_000}.get(text[-1:], 0)
        if not factor:
            return super().to_python(text.replace(",", ""))
        whole, _, part = text[:-1].replace(",", ".").partition(".")
        if not whole.isascii() or not whole.isdigit() or (part and not part.isascii()) or len(part) > 3:
            raise forms.ValidationError(self.error_messages["invalid"])
        if part and not part.isdigit():
            raise forms.ValidationError(self.error_messages["invalid"])
        return super().to_python(int(whole) * factor + (int(part) * factor // 10 ** len(part) if part else 0))


class NumbersForm(CarefulForm):
    """The numbers of a post at an instant, and what its comments are like. At least one of them."""

    views = CountField(label="Views")
    likes = CountField(label="Likes")
    comments = CountField(label="Comments")
    shares = CountField(label="Shares")
    saves = CountField(label="Saves")
    at = forms.DateTimeField(
        label="Read at",
        input_formats=[_CLOCK, "%Y-%m-%d %H:%M"],
        widget=forms.DateTimeInput(format=_CLOCK, attrs={"type": "datetime-local"}),
        error_messages={
            "invalid": "This is not a time. Write it as 2026-11-30T18:30.",
            "required": "Say when you read them.",
        },
    )
    comment_quality = forms.CharField(
        label="What the comments say",
        required=False,
        max_length=5000,
        help_text="Do people ask where to buy, or about something else? The buyer reads it.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, data: Any = None, *, post: Post, zone: str, now: datetime) -> None:
        """``zone``: on whose clock the time is read (IANA)."""
        self._now, self._zone = now, ZoneInfo(zone)
        stored = {"comment_quality": post.comment_quality}
        initial = {"at": now.astimezone(self._zone).replace(tzinfo=None)}
        super().__init__(data, row=post, stored=stored, initial=initial, now=now)
        self.fields["at"].help_text = f"On the clock of {zone.replace('_', ' ')}."

    def clean_at(self) -> datetime:
        """The instant (UTC). Raises ValidationError for one to come; the minute of now counts as now."""
        at: datetime = self.cleaned_data["at"].replace(tzinfo=self._zone)
        if at.year < FIRST_YEAR:
            raise forms.ValidationError(f"Choose a year from {FIRST_YEAR} on.")
        if at > self._now + timedelta(minutes=1):
            raise forms.ValidationError("This time is still to come.")
        return self._now if at >= self._now.replace(second=0, microsecond=0) else at

    def clean(self) -> dict[str, Any]:
        """Raises ValidationError where nothing is said."""
        values = super().clean()
        if not self.errors and not self.numbers and "comment_quality" not in self.changes:
            raise forms.ValidationError("Write at least one number.")
        return values

    @property
    def numbers(self) -> dict[str, int]:
        """The numbers that were given, by the names of their fields."""
        return {name: value for name in _NAMES if (value := self.cleaned_data.get(name)) is not None}


class StageForm(forms.Form):
    """The stage that a post reached, and the one at which it was seen."""

    stage = forms.ChoiceField(choices=choices(Stage), error_messages={"invalid_choice": "Choose a stage."})
    was = forms.ChoiceField(choices=[("", ""), *choices(Stage)], required=False)

    @property
    def to(self) -> Stage:
        """Where it goes."""
        return Stage(self.cleaned_data["stage"])

    @property
    def seen(self) -> Stage | None:
        """Where it was."""
        return Stage(text) if (text := self.cleaned_data["was"]) else None
