"""One code of a paste: what it belongs to, for how long, since when; and what would become of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django import forms

from authorizations.enums import EndSource
from authorizations.operations.arrivals import Arrival, NewPost
from authorizations.rules import PRESET_DAYS
from authorizations.windows import MAX_DAYS, WindowError, code_window
from campaigns.forms.planner import DayField
from campaigns.phrases import Tone
from posts.models import Post
from sparktrack.core.days import local_date
from sparktrack.core.wording import TimeWords, count
from sparktrack.tiktok.links import PostLink, posted_at
from workplace.forms.codes_paste import (
    TODAY,
    UNKNOWN,
    YESTERDAY,
    instant_of,
    time_field,
    typed_handle,
    when_choices,
)
from workplace.forms.codes_places import Places
from workplace.queries.codes_paste import Desk, Pasted

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Note:
    """Something to know about a code before it is saved."""

    tone: Tone
    text: str


class PastedForm(forms.Form):
    """One code of a paste. After ``judge`` it knows what would become of it: ``arrival`` is what to record, None as
    long as something is missing or forbids it."""

    keep = forms.BooleanField(label="Save this code", required=False)
    post = forms.ChoiceField(
        label="Post",
        required=False,
        error_messages={"invalid_choice": "Choose one of these posts."},
    )
    handle = forms.CharField(
        label="Creator", required=False, max_length=120, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    days = forms.IntegerField(
        label="Days",
        required=False,
        min_value=1,
        max_value=MAX_DAYS,
        widget=forms.NumberInput(attrs={"list": "presets", "inputmode": "numeric"}),
        error_messages={"invalid": "Write a number of days."},
    )
    when = forms.ChoiceField(label="Generated", required=False)
    on = DayField(label="On", required=False)
    at = forms.TimeField()
    replaces = forms.BooleanField(label="It replaces the code there", required=False)

    def __init__(
        self, *args: Any, item: Pasted, desk: Desk, links: tuple[PostLink, ...], may_add: bool, today: date,
        times: TimeWords, **kwargs: Any,
    ) -> None:  # fmt: skip
        """``may_add``: this person may put posts and creators on file. ``today`` is the day in the brand's zone."""
        self.item, self.desk, self.today, self.times = item, desk, today, times
        super().__init__(*args, **kwargs)
        self.fields["at"] = time_field(desk.brand.time_zone)
        self._places = places = Places(item, desk, links, handle=self._typed_handle(), may_add=may_add)
        self.known, self.link = places.known, places.link
        for name, offered in (
            ("post", [("", "Choose the post"), *places.labels(times)]),
            ("when", [("", "Choose"), *when_choices(today)]),
        ):
            field: Any = self.fields[name]
            field.choices = offered
        self.initial = {
            "keep": True,
            "post": places.first(),
            "handle": item.handle,
            "days": item.days or (self.known.window_days if self.known else None),
            "replaces": True,
            **self.initial,
        }
        self.arrival: Arrival | None = None
        self.title, self.tone = "New code", Tone.OK
        self.ends = ""
        self.expires_at: datetime | None = None
        self.notes: list[Note] = []
        self.foreign: Post | None = None
        self._kept = False  # what is not to be saved may lack whatever it likes
        if not self.is_bound:
            self._judge(self.initial)

    def _typed_handle(self) -> str:
        said = self.initial.get("handle") or self.item.handle
        return typed_handle(self.data.get(self.add_prefix("handle"), "") if self.is_bound else said)

    @property
    def where(self) -> Post | NewPost | None:
        """The post that is chosen."""
        return self._places.offered.get(str(self["post"].value() or ""))

    @property
    def choosable(self) -> list[Post | NewPost]:
        """The posts that can be chosen."""
        return list(self._places.offered.values())

    @property
    def is_choice(self) -> bool:
        """Whether there is anything to choose from; else the post is simply said."""
        return self.known is None and (len(self._places.offered) != 1 or self.link is None)

    @property
    def asks_creator(self) -> bool:
        """Whether the message does not say whose code it is."""
        return self.known is None and self.desk.own is None and not (self.link and self.link.handle)

    def clean(self) -> dict[str, Any]:
        """Judges what was chosen; what is missing stands beside its field."""
        values: dict[str, Any] = super().clean() or {}
        self._kept = bool(values.get("keep"))
        self._judge(values)
        if self._kept and self.foreign is not None:
            self.add_error(None, f"This code is already on file for another post: {self.foreign}.")
        return values

    def _judge(self, values: Mapping[str, Any]) -> None:
        where = self._places.offered.get(values.get("post") or "")
        self._say_what_is_odd()
        if self.known is not None:
            self._judge_known(values)
            return
        self._say_of_the_link(where)
        if isinstance(where, NewPost):
            self.title = "New code, new post"
            if not where.of:
                self._wrong("handle", "Say whose post this is: the short link does not.")
                return
            if where.of not in self.desk.creators:
                self.notes.append(Note(Tone.IDLE, f"@{where.of} is put on file as a new creator."))
        if where is None:
            self.title, self.tone = "Which post?", Tone.WARN
            self._wrong("post", self._places.why_none())
            if not self._kept:
                self.notes.append(Note(Tone.IDLE, self._places.why_none()))
        start = self._start(values, where)
        days = values.get("days")
        if not days and "days" not in self.errors:
            self._wrong("days", "Say for how many days the code is good.")
        if start is None or not days or where is None:
            return
        starts_on, starts_at = start
        try:
            window = code_window(
                zone=self.desk.brand.time_zone, starts_on=starts_on, starts_at=starts_at, window_days=days
            )
        except WindowError as error:
            self._wrong("days", error.message)
            return
        assumed = values.get("when") == UNKNOWN
        self.expires_at = window.expires_at
        self.ends = f"{'about ' if assumed else ''}{self.times.end(window.expires_at)}"
        self._say_of_the_window(
            where, local_date(window.starts_at, self.desk.brand.time_zone), window.expires_at, days
        )
        last = self.desk.last.get(where.pk) if isinstance(where, Post) else None
        self.arrival = Arrival(
            post=where,
            code=self.item.code.value,
            starts_on=starts_on,
            starts_at=starts_at,
            window_days=days,
            start_assumed=assumed,
            end_source=EndSource.ASSUMED if assumed else EndSource.COMPUTED,
            replaces=last is not None and bool(values.get("replaces")),
        )

    def _judge_known(self, values: Mapping[str, Any]) -> None:
        """A code that is on file: of another post, the same again, or longer than it was."""
        assert self.known is not None
        said = self.desk.by_link.get(self.link) if self.link else self.desk.own
        if said != self.known.post and (self.item.sure if self.link else said is not None):
            self.title, self.tone, self.foreign = "On file for another post", Tone.STOP, self.known.post
            return
        days = values.get("days") or self.known.window_days
        end = self.known.starts_at + days * _DAY
        longer = end > self.known.expires_at
        self.expires_at = end if longer else self.known.expires_at
        self.title, self.tone = ("Longer than on file", Tone.OK) if longer else ("On file already", Tone.IDLE)
        now_ends = self.times.end(self.known.expires_at)
        if longer:
            self.ends = self.times.end(end)
            self.notes.append(
                Note(Tone.IDLE, f"Until now it ends {now_ends}. The days count from its start on file.")
            )
        else:
            self.notes.append(Note(Tone.IDLE, f"It ends {now_ends}: nothing changes."))
        if self.known.rejected_at or self.known.revoked_at:
            state = "refused by TikTok" if self.known.rejected_at else "revoked"
            self.notes.append(Note(Tone.WARN, f"This code was {state}: saving it again does not mend that."))
        self.arrival = Arrival(
            post=self.known.post,
            code=self.item.code.value,
            window_days=days,
            start_assumed=True,
            end_source=EndSource.CREATOR,
        )

    @property
    def replaced(self) -> str:
        """The code that a new one takes over from, in words; empty if there is none."""
        where = self.where
        last = self.desk.last.get(where.pk) if isinstance(where, Post) and self.known is None else None
        return f"It replaces the {last}, which ends {self.times.end(last.expires_at)}" if last else ""

    def _start(
        self, values: Mapping[str, Any], where: Post | NewPost | None
    ) -> tuple[date | None, datetime | None] | None:
        """Start date, or instant where a time is known; None as long as it is not said."""
        if values.get("when") == UNKNOWN:
            # DOMAIN.md §4: the day its creator was asked, else the day before the code arrived.
            asked = self.desk.starts.get(where.pk) if isinstance(where, Post) else None
            return asked or self.today - _DAY, None
        day, at = self._day(values), values.get("at")
        if day is None or at is None:
            return None if day is None else (day, None)
        instant = instant_of(day, at, self.desk.brand.time_zone)
        if instant > self.times.now:
            self._wrong("at", "This time is still to come.")
            return None
        return None, instant

    def _day(self, values: Mapping[str, Any]) -> date | None:
        when = values.get("when")
        if not when:
            self._wrong("when", "Say when the creator generated the code.")
            return None
        day = {TODAY: self.today, YESTERDAY: self.today - _DAY}.get(when, values.get("on"))
        if day is None and "on" not in self.errors:
            self._wrong("on", "Say on which day.")
        elif day is not None and day > self.today:
            self._wrong("on", "This day is still to come.")
            return None
        return day

    def _wrong(self, field: str, words: str) -> None:
        if self._kept:
            self.add_error(field, words)

    def _say_what_is_odd(self) -> None:
        if self.item.code.odd:
            self.notes.append(
                Note(Tone.WARN, "It does not look like TikTok’s codes (# and 64 characters): is it whole?")
            )

    def _say_of_the_link(self, where: Post | NewPost | None) -> None:
        if not self.item.sure:
            self.notes.append(Note(Tone.WARN, "Another link stands as near to this code: check the post."))
        handle = self.link.handle if self.link else ""
        if not handle or not isinstance(where, Post) or handle == where.creator.handle:
            return
        if handle in where.creator.former_handles:
            text = f"The link names @{handle}, a former handle of @{where.creator.handle}."
        else:
            text = f"The link names @{handle}; the post on file is of @{where.creator.handle}."
        self.notes.append(Note(Tone.WARN, text))

    def _say_of_the_window(self, where: Post | NewPost, start: date, end: datetime, days: int) -> None:
        if isinstance(where, Post):
            born = where.posted_at
        else:
            born = posted_at(where.link.post_id) if where.link.post_id else None
        if born and start < local_date(born, self.desk.brand.time_zone):
            self.notes.append(
                Note(Tone.WARN, "The code starts before the post was made: is it the right post?")
            )
        if end <= self.times.now:
            self.notes.append(Note(Tone.WARN, "With these days the code has ended already."))
        elif days not in PRESET_DAYS:
            self.notes.append(
                Note(Tone.IDLE, f"The app offers no period of {count(days, 'day')}: an extended code?")
            )
