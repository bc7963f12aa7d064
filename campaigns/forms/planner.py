"""What the planner is asked; all of it can stand in a link."""

from datetime import UTC, date, datetime, time
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django import forms

from authorizations.rules import PRESET_DAYS
from brands.forms import ZoneField
from campaigns.planner import Plan, PlannedRights
from sparktrack.core.days import first_instant, local_date
from sparktrack.core.zones import zone_names

FIRST_YEAR, LAST_YEAR = 2000, 2100

_RIGHTS = (
    (PlannedRights.UNTRACKED.value, "Not tracked here"),
    (PlannedRights.DATES.value, "From a day to a day"),
    (PlannedRights.PERPETUAL.value, "Perpetual"),
    (PlannedRights.UNSTATED.value, "No end stated"),
)


class DayField(forms.DateField):
    """A day as browsers send it, of the years 2000 to 2100."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateInput(
            format="%Y-%m-%d",
            attrs={"type": "date", "min": f"{FIRST_YEAR}-01-01", "max": f"{LAST_YEAR}-12-31"},
        )
        messages = {"invalid": "This is not a day. Write it as 2026-11-30.", "required": "Say which day."}
        super().__init__(
            input_formats=["%Y-%m-%d"], widget=widget, error_messages=messages, localize=False, **kwargs
        )

    def clean(self, value: Any) -> date | None:
        """The day. Raises ValidationError for what is none, or one of another time."""
        day: date | None = super().clean(value)
        if day is not None and not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise forms.ValidationError(f"Choose a year from {FIRST_YEAR} to {LAST_YEAR}.")
        return day


class PlannerForm(forms.Form):
    """A flight, the day on which the creator generates the code, and what the contract says."""

    starts_on = DayField(label="First day of the flight")
    ends_on = DayField(label="Last day")
    generated_on = DayField(label="Code generated on")
    time = forms.TimeField(
        label="At (if known)",
        required=False,
        input_formats=["%H:%M", "%H:%M:%S"],
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
        error_messages={"invalid": "This is not a time. Write it as 18:30."},
    )
    zone = ZoneField(label="Creator’s time zone")
    account_zone = ZoneField(label="Ad account’s time zone")
    rights = forms.ChoiceField(
        label="Usage rights for paid ads",
        choices=_RIGHTS,
        required=False,
        error_messages={"invalid_choice": "Choose one of the four."},
    )
    rights_from = DayField(label="Rights from", required=False)
    rights_to = DayField(label="Rights to (last day)", required=False)
    longest = forms.ChoiceField(
        label="Longest the creator agrees to",
        choices=[(str(days), f"{days} days") for days in reversed(PRESET_DAYS)],
        required=False,
        error_messages={"invalid_choice": "Choose 7, 30, 60 or 365 days."},
    )

    plan: Plan | None = None

    @property
    def zones(self) -> tuple[str, ...]:
        """Names to choose from."""
        return zone_names()

    def link(self) -> str:
        """What was asked as a query string, in the order of the fields; call it after ``is_valid()``."""
        asked = ((name, self[name].value()) for name in self.fields)
        return urlencode([(name, value) for name, value in asked if value])

    def clean(self) -> dict[str, Any]:
        """Puts what was asked into ``plan``; a mistake stands beside its field."""
        values: dict[str, Any] = super().clean() or {}
        values["rights"] = PlannedRights(values.get("rights") or PlannedRights.UNTRACKED)
        self._check_rights(values)
        starts_on, ends_on = values.get("starts_on"), values.get("ends_on")
        if starts_on and ends_on and ends_on < starts_on:
            self.add_error("ends_on", "The flight ends before it starts.")
        at = self._generated_at(values)
        if self.errors or at is None:
            return values
        plan = Plan(
            starts_on=values["starts_on"],
            ends_on=values["ends_on"],
            generated_at=at,
            zone=values["zone"],
            account_zone=values["account_zone"],
            rights=values["rights"],
            rights_from=values["rights_from"],
            rights_to=values["rights_to"],
            longest=int(values["longest"] or max(PRESET_DAYS)),
        )
        if plan.ends_at <= plan.starts_at:
            self.add_error("ends_on", _skipped(plan.ends_on, plan.account_zone))
        elif plan.ends_at <= at:
            self.add_error("generated_on", "The flight is over before that.")
        elif any(
            right.ends_at is not None and right.ends_at <= right.starts_at for right in plan.paid_rights
        ):
            self.add_error("rights_to", _skipped(values["rights_to"], plan.account_zone))
        else:
            self.plan = plan
        return values

    def _check_rights(self, values: dict[str, Any]) -> None:
        if values["rights"] is not PlannedRights.DATES:
            # Days that were typed for another answer do not count; they stay in the form.
            values["rights_from"] = values["rights_to"] = None
            return
        start, end = values.get("rights_from"), values.get("rights_to")
        for name in ("rights_from", "rights_to"):
            if values.get(name) is None and name not in self.errors:
                self.add_error(name, "Say which day.")
        if start and end and end < start:
            self.add_error("rights_to", "The rights end before they start.")

    def _generated_at(self, values: dict[str, Any]) -> datetime | None:
        """The instant of generation; without a time the first of its day, so that no window is overstated."""
        day, zone, clock = values.get("generated_on"), values.get("zone"), values.get("time")
        if day is None or not zone:
            return None
        if clock is None:
            at = first_instant(day, zone)
            if local_date(at, zone) != day:
                self.add_error("generated_on", _skipped(day, zone))
            return at
        at = datetime.combine(day, time(clock.hour, clock.minute), ZoneInfo(zone))
        utc = at.astimezone(UTC)
        if utc.astimezone(ZoneInfo(zone)).replace(tzinfo=None) != at.replace(tzinfo=None):
            self.add_error("time", f"Clocks in {zone} skipped {clock:%H:%M} that day.")
        return utc


def _skipped(day: date, zone: str) -> str:
    return f"There was no {day.day} {day:%B %Y} in {zone}: clocks skipped that day."
