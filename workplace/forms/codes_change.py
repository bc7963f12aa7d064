"""What can be said of a code on file: longer, read in Ads Manager, typed wrongly, revoked, refused by TikTok.

Each form knows its own words and calls one operation. It refuses when somebody changed the code since its reader
looked: two people who both extend by 30 days mean the same 30 days.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django import forms
from django.http import QueryDict

from authorizations.enums import EndSource
from authorizations.models import AuthorizationCode
from authorizations.operations.codes import (
    Correction,
    Extension,
    Verification,
    correct_codes,
    extend_codes,
    reject_codes,
    revoke_codes,
    unrevoke_codes,
    verify_codes,
)
from authorizations.windows import DAY, MAX_DAYS
from brands.models import AuditEntry, Brand
from brands.rules import Action
from campaigns.forms.planner import DayField
from sparktrack.core.actors import Actor
from sparktrack.core.cells import masked
from sparktrack.core.days import first_instant, local_date
from sparktrack.core.refusals import RefusedError
from sparktrack.core.wording import stretch
from workplace.forms.careful import CarefulForm
from workplace.forms.fields import TimeField

_STATE = ("starts_at", "expires_at", "revoked_at", "rejected_at")


class CodeForm(CarefulForm):
    """Something said of one code. ``title`` and ``verb`` are its heading and button; ``done`` what is said after."""

    title: ClassVar[str]
    lead: ClassVar[str]
    verb: ClassVar[str]
    done: ClassVar[str]
    needs: ClassVar[Action]
    danger: ClassVar[bool] = False

    def __init__(self, data: Any = None, *, brand: Brand, code: AuthorizationCode, now: datetime) -> None:
        self.brand, self.code, self.now = brand, code, now
        state = [str(getattr(code, name) or "") for name in _STATE]
        super().__init__(data, row=code, stored={"state": state}, now=now, initial=self.proposed())

    def proposed(self) -> dict[str, Any]:
        """What stands in the fields at first."""
        return {}

    def apply(self, values: Mapping[str, Any], actor: Actor) -> None:
        """Calls the operation. Raises RefusedError."""
        raise NotImplementedError

    def clean(self) -> dict[str, Any]:
        """Refuses if the code is another one than its reader saw."""
        was = self._was(str(self.data.get(self.add_prefix("was"), "")))
        values = super().clean()
        if was and was["state"] != self._stored["state"]:
            self.is_overtaken = True
            self.add_error(None, self._changed())
            data = QueryDict(mutable=True)
            data.update(self.data)
            data[self.add_prefix("was")] = self._seen()
            self.data = data
        return values

    def _changed(self) -> str:
        entry = (
            AuditEntry.objects.filter(brand_id=self.brand.pk, object_id=self.code.pk)
            .order_by("-at", "-pk")
            .first()
        )
        who = entry.actor_label if entry else "Somebody"
        ago = f" {stretch(self.now - entry.at)} ago" if entry else ""
        return f"{who} changed this code{ago}. It stands above as it is now: look at it, then save again."

    def zone_day(self, instant: datetime) -> date:
        """The day of an instant in the brand's zone."""
        return local_date(instant, self.brand.time_zone)

    def instant(self, day: date, at: time | None) -> datetime:
        """A day and a time on the clock of the brand; without a time the day's first instant."""
        if at is None:
            return first_instant(day, self.brand.time_zone)
        return datetime.combine(day, at, ZoneInfo(self.brand.time_zone)).astimezone(UTC)

    def operation(self, actor: Actor) -> dict[str, Any]:
        """The arguments that every operation takes."""
        return {"brand": self.brand, "now": self.now, "actor": actor}


class ExtendForm(CodeForm):
    """The same code is good for longer."""

    title, verb = "Extend the code", "Extend"
    lead = "The creator added days to the same code in the app. Ads that use it go on; nothing needs to be applied."
    done = "The {code} is extended."
    needs = Action.WRITE_CODES

    days = forms.IntegerField(
        label="By how many days",
        required=False,
        min_value=1,
        max_value=MAX_DAYS,
        widget=forms.NumberInput(attrs={"list": "presets", "inputmode": "numeric"}),
        error_messages={"invalid": "Write a number of days."},
    )
    ends_on = DayField(
        label="Or until", help_text="The day on which the app or Ads Manager says it ends.", required=False
    )
    source = forms.ChoiceField(
        label="Who says so",
        choices=[(EndSource.CREATOR, "The creator"), (EndSource.ADS_MANAGER, "I read it in Ads Manager")],
        widget=forms.RadioSelect,
        error_messages={"required": "Say who says so."},
    )

    def proposed(self) -> dict[str, Any]:
        """Mostly it is the creator who writes."""
        return {"source": EndSource.CREATOR}

    def clean(self) -> dict[str, Any]:
        """Days or a day, one of the two."""
        values = super().clean()
        if not self.errors and bool(values.get("days")) == bool(values.get("ends_on")):
            said = (
                "Say it in one way: days or a day."
                if values.get("days")
                else "Say by how many days, or until when."
            )
            self.add_error("days", said)
        return values

    def apply(self, values: Mapping[str, Any], actor: Actor) -> None:
        """The end moves; of a day by whole days, so that the time of day stays that of the code."""
        days = values["days"]
        end = None
        if not days:
            end = self.code.expires_at + (values["ends_on"] - self.zone_day(self.code.expires_at)).days * DAY
        item = Extension(self.code, days=days, expires_at=end, source=EndSource(values["source"]))
        extend_codes(extensions=[item], **self.operation(actor))


class VerifyForm(CodeForm):
    """The end as it was read in Ads Manager."""

    title, verb = "Check the end", "Save the end"
    lead = "What Ads Manager shows counts for more than any calculation. If the date on file is right, just save."
    done = "The end of the {code} is checked."
    needs = Action.CORRECT_CODES

    ends_on = DayField(label="It ends on")
    at = TimeField(label="At", required=False, help_text="If Ads Manager shows a time; on the brand’s clock.")

    def proposed(self) -> dict[str, Any]:
        """The end on file."""
        return {"ends_on": self.zone_day(self.code.expires_at)}

    def apply(self, values: Mapping[str, Any], actor: Actor) -> None:
        """A day without a time moves the end by whole days."""
        end = self.code.expires_at + (values["ends_on"] - self.zone_day(self.code.expires_at)).days * DAY
        if values["at"] is not None:
            end = self.instant(values["ends_on"], values["at"])
        item = Verification(self.code, end, source=EndSource.ADS_MANAGER)
        verify_codes(verifications=[item], **self.operation(actor))


class CorrectForm(CodeForm):
    """What was typed for the window was wrong."""

    title, verb = "Correct the window", "Save the window"
    lead = "When the creator generated it, and for how many days. The end follows."
    done = "The window of the {code} is corrected."
    needs = Action.CORRECT_CODES

    starts_on = DayField(label="Generated on")
    at = TimeField(label="At", required=False, help_text="If you know it; on the brand’s clock.")
    window_days = forms.IntegerField(
        label="Days",
        min_value=1,
        max_value=MAX_DAYS,
        widget=forms.NumberInput(attrs={"list": "presets", "inputmode": "numeric"}),
        error_messages={"required": "Say for how many days.", "invalid": "Write a number of days."},
    )

    def proposed(self) -> dict[str, Any]:
        """The window on file."""
        start = self.code.starts_at.astimezone(ZoneInfo(self.brand.time_zone))
        at = None if self.code.starts_on or not (start.hour or start.minute) else start.time()
        return {"starts_on": start.date(), "at": at, "window_days": self.code.window_days}

    def clean(self) -> dict[str, Any]:
        """Nobody generated a code tomorrow."""
        values = super().clean()
        day = values.get("starts_on")
        if day is not None and self.instant(day, values.get("at")) > self.now:
            self.add_error("starts_on", "This is still to come.")
        return values

    def apply(self, values: Mapping[str, Any], actor: Actor) -> None:
        """The window counts anew from its start."""
        day, at = values["starts_on"], values["at"]
        item = Correction(
            self.code,
            starts_on=day if at is None else None,
            starts_at=None if at is None else self.instant(day, at),
            window_days=values["window_days"],
        )
        correct_codes(corrections=[item], **self.operation(actor))


class RevokeForm(CodeForm):
    """The creator took the code back."""

    title, verb, danger = "Revoke the code", "Revoke", True
    lead = "The creator withdrew it, or switched ad authorization off. Ads that use it stop at that time."
    done = "The {code} is revoked."
    needs = Action.WRITE_CODES

    on = DayField(label="Since")
    at = TimeField(
        label="At",
        required=False,
        help_text="If you know it; on the brand’s clock. Else since now, or since the start of that day.",
    )

    def proposed(self) -> dict[str, Any]:
        """Today."""
        return {"on": self.zone_day(self.now)}

    def apply(self, values: Mapping[str, Any], actor: Actor) -> None:
        """Today without a time is now: nobody knows that it was gone this morning."""
        at = self.instant(values["on"], values["at"])
        if values["at"] is None and values["on"] == self.zone_day(self.now):
            at = self.now
        if self.code.revoked_at is not None:
            raise RefusedError("This code is revoked already.", field="on")
        revoke_codes(codes=[self.code], at=at, **self.operation(actor))


class UnrevokeForm(CodeForm):
    """The revocation was a mistake."""

    title, verb = "Take the revocation back", "It is good again"
    lead = "The code is good again until its own end. If authorization was switched off and on, ask for a new code."
    done = "The {code} counts again."
    needs = Action.WRITE_CODES

    def apply(self, _values: Mapping[str, Any], actor: Actor) -> None:
        """As if it had never been revoked."""
        if self.code.revoked_at is None:
            raise RefusedError("This code is not revoked.")
        unrevoke_codes(codes=[self.code], **self.operation(actor))


class RejectForm(CodeForm):
    """TikTok does not take the code."""

    title, verb, danger = "TikTok refused the code", "Mark as refused", True
    lead = "A refused code counts as not on file. If it is read in Ads Manager later, it counts again."
    done = "The {code} is marked as refused."
    needs = Action.CORRECT_CODES

    error = forms.CharField(
        label="TikTok’s error",
        help_text="As Ads Manager shows it. The error desk explains it.",
        max_length=300,
        error_messages={"required": "Say what TikTok answered."},
    )

    def proposed(self) -> dict[str, Any]:
        """What it was refused with before."""
        return {"error": self.code.rejected_error}

    def clean_error(self) -> str:
        """The words, as long as no code stands among them: everybody of the brand reads them."""
        words: str = self.cleaned_data["error"]
        return masked(words)

    def apply(self, values: Mapping[str, Any], actor: Actor) -> None:
        """TikTok's own words are kept."""
        reject_codes(codes=[self.code], error=values["error"], **self.operation(actor))
