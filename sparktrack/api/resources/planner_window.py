"""``planner/window``: which window to ask a creator for, before anything is on file. As the page of the planner."""

import re
from datetime import datetime, timedelta
from typing import Any

from django.urls import path
from drf_spectacular.utils import (
    OpenApiExample,
    extend_schema,
    extend_schema_field,
    extend_schema_serializer,
)
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from brands.models import Brand
from brands.rules import Action
from campaigns.forms.planner import PlannerForm
from campaigns.planner import Advice, Plan, PlannedRights, Preset, advise
from campaigns.planner_words import planner_answer
from sparktrack.api.bodies import Body, Choice, Day, Text, Zone
from sparktrack.api.fields import InstantField, as_instant
from sparktrack.api.reading import refuse_unknown
from sparktrack.api.resource import BrandView
from sparktrack.api.resources.brands import WindowDays
from sparktrack.api.resources.flight_answers import FlightGap
from sparktrack.core.days import last_full_day, local_date

_CLOCK = r"([01][0-9]|2[0-3]):[0-5][0-9]"
_OF_DATES = ("rights_from", "rights_to")
_ASKED = {
    "starts_on": "2026-12-01",
    "ends_on": "2026-12-31",
    "generated_on": "2026-11-24",
    "time": "18:30",
    "zone": "America/New_York",
    "account_zone": "Europe/Berlin",
    "rights": "dates",
    "rights_from": "2026-12-01",
    "rights_to": "2026-12-24",
    "longest": 60,
}
_ANSWERED = {
    "days": 60,
    "headline": "Ask for 60 days, not 30",
    "why": (
        "60 days last until Sat 23 Jan 2027, 18:30 EST, 23 days longer than the flight. "
        "30 days would end 7 days before the flight does. But rights end Thu 24 Dec: pause it that day."
    ),
    "message": (
        "Hi! Could you please generate an ad code for 60 days for your post on Tue 24 Nov, 18:30 EST, and send it "
        "to us? In the TikTok app: open the post, •••, Ad settings, Ad authorization on, choose 60 days, "
        "Generate code. We would run it from Tue 1 Dec to Thu 31 Dec. Thank you!"
    ),
    "notes": [
        {
            "title": "Rights end Thu 24 Dec: pause it that day",
            "text": (
                "No paid right covers Fri 25 Dec to Thu 31 Dec (7 days). TikTok does not know the contract: "
                "extend the rights before you launch."
            ),
        },
        {
            "title": "5 days are gone before launch",
            "text": (
                "The clock starts when the creator generates: 5 of its 60 days pass before launch. "
                "The latest sensible day is Sun 29 Nov."
            ),
        },
    ],
    "generated_at": "2026-11-24T23:30:00Z",
    "starts_at": "2026-11-30T23:00:00Z",
    "ends_at": "2026-12-31T23:00:00Z",
    "windows": [
        {
            "days": days,
            "ends_at": f"{day}T23:30:00Z",
            "last_full_day": day,
            "lasts": not short,
            "short_by_seconds": short,
            "spare_seconds": spare,
        }
        for days, day, short, spare in (
            (7, "2026-12-01", 2590200, 0),
            (30, "2026-12-24", 603000, 0),
            (60, "2027-01-23", 0, 1989000),
        )
    ],
    "before_flight_seconds": 516600,
    "late_seconds": 0,
    "best_day": "2026-11-29",
    "days_then": None,
    "later": None,
    "second_code": None,
    "rights_cover": False,
    "rights_gaps": [
        {
            "starts_at": "2026-12-24T23:00:00Z",
            "ends_at": "2026-12-31T23:00:00Z",
            "reasons": ["rights_expired"],
            "stops_itself": False,
        }
    ],
}


@extend_schema_field({"type": "string", "pattern": f"^{_CLOCK}$"})
class ClockTime(Text):
    """Hour and minute on the clock of a place."""

    default_error_messages = {"clock": "This is not a time. Write it as 18:30."}

    def to_internal_value(self, data: Any) -> str:
        """The time, as it was written."""
        if not isinstance(data, str) or not re.fullmatch(_CLOCK, data):
            self.fail("clock")
        return data


@extend_schema_serializer(examples=[OpenApiExample("A flight in December", _ASKED, request_only=True)])
class WindowPlan(Body):
    """A flight, when the creator generates the code, and what the contract says."""

    starts_on = Day(help_text="The first day of the flight.")
    ends_on = Day(help_text="Its last day.")
    generated_on = Day(required=False, help_text="When the creator generates the code; else today.")
    time = ClockTime(required=False, help_text="At which time, such as 18:30; else as that day begins.")
    zone = Zone(required=False, help_text="The creator’s time zone; else the brand’s.")
    account_zone = Zone(required=False, help_text="The ad account’s time zone; else the brand’s.")
    rights = Choice(PlannedRights, required=False, help_text="For paid ads; untracked unless you say so.")
    rights_from = Day(required=False, help_text="Only with rights: dates.")
    rights_to = Day(required=False, help_text="Their last day. Only with rights: dates.")
    longest = WindowDays(required=False, help_text="The longest that the creator agrees to; else 365.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Days of rights belong to rights that have days."""
        stray = [name for name in _OF_DATES if name in attrs]
        if stray and attrs.get("rights") is not PlannedRights.DATES:
            raise ValidationError(
                {name: [f"Only with rights: {PlannedRights.DATES.value}."] for name in stray}
            )
        return attrs


class WindowLine(serializers.Serializer[Any]):
    """A window that the creator can choose. ``short_by_seconds`` or ``spare_seconds`` is 0, or both are."""

    days = serializers.IntegerField()
    ends_at = InstantField()
    last_full_day = serializers.DateField(help_text="In the zone of the ad account.")
    lasts = serializers.BooleanField(help_text="To the end of the flight.")
    short_by_seconds = serializers.IntegerField(help_text="By which it ends before the flight.")
    spare_seconds = serializers.IntegerField(help_text="By which it outlasts the flight.")


class LaterDays(serializers.Serializer[Any]):
    """Days of the creator."""

    first = serializers.DateField()
    last = serializers.DateField()


class SecondCode(serializers.Serializer[Any]):
    """A second code, generated on the last whole day of the first."""

    on = serializers.DateField(help_text="The last day on which to generate it.")
    days = serializers.IntegerField(allow_null=True, help_text="Its window; null: too short as well.")
    codes = serializers.IntegerField(help_text="Codes in all.")


class WindowNote(serializers.Serializer[Any]):
    """Something else to know."""

    title = serializers.CharField()
    text = serializers.CharField()


@extend_schema_serializer(
    examples=[OpenApiExample("60 days, but the rights end", _ANSWERED, response_only=True)]
)
class WindowAnswer(serializers.Serializer[Any]):
    """What to ask for: the shortest window that lasts to the end of the flight."""

    days = serializers.IntegerField(
        allow_null=True, help_text="null: none lasts. Then later or second_code says what helps."
    )
    headline = serializers.CharField(help_text="The answer in words, as the page says it.")
    why = serializers.CharField()
    message = serializers.CharField(help_text="What to write to the creator; may be empty.")
    notes = WindowNote(many=True)
    generated_at = InstantField()
    starts_at = InstantField(help_text="Of the flight.")
    ends_at = InstantField(help_text="Of the flight.")
    windows = WindowLine(many=True, help_text="Those that the creator agrees to, the shortest first.")
    before_flight_seconds = serializers.IntegerField(help_text="Of the window that pass before the flight.")
    late_seconds = serializers.IntegerField(help_text="Of the flight that pass before the code.")
    best_day = serializers.DateField(help_text="The creator’s last whole day before the flight.")
    days_then = serializers.IntegerField(
        allow_null=True, help_text="The window that would do on best_day, if a shorter one does."
    )
    later = LaterDays(allow_null=True, help_text="When the longest window can be generated so that it lasts.")
    second_code = SecondCode(allow_null=True)
    rights_cover = serializers.BooleanField(allow_null=True, help_text="All of the flight; null: untracked.")
    rights_gaps = FlightGap(many=True, help_text="Stretches of the flight that no right covers.")


class WindowView(BrandView):
    """Which window to ask for."""

    needs = {"post": Action.VIEW}

    @extend_schema(operation_id="planner_window", request=WindowPlan, responses={200: WindowAnswer})
    def post(self, request: Request) -> Response:
        """Judges windows of 7, 30, 60 and 365 days for a flight. Nothing is stored."""
        refuse_unknown(request.query_params, ())
        now, values = self.request.now, self.read_body(WindowPlan)
        plan = _plan(self.request.brand, values, now)
        advice = advise(plan)
        words = planner_answer(plan, advice, time_known="time" in values, now=now)
        said = {"headline": words.headline, "why": words.why, "message": words.message}
        notes = [{"title": note.title, "text": note.text} for note in words.notes]
        return Response({"days": advice.days, **said, "notes": notes, **_told(plan, advice)})


def _plan(brand: Brand, values: dict[str, Any], now: datetime) -> Plan:
    """What was asked, by the form of the page, which begins as it does there. Raises ValidationError."""
    zone = values.get("zone", brand.time_zone)
    begun = {"zone": zone, "account_zone": brand.time_zone, "generated_on": local_date(now, zone)}
    form = PlannerForm({name: str(value) for name, value in {**begun, **values}.items()})
    if not form.is_valid() or form.plan is None:
        raise ValidationError({name: [str(each) for each in found] for name, found in form.errors.items()})
    return form.plan


def _told(plan: Plan, advice: Advice) -> dict[str, Any]:
    later, second = advice.later, advice.replacement
    return {
        "generated_at": as_instant(plan.generated_at),
        "starts_at": as_instant(plan.starts_at),
        "ends_at": as_instant(plan.ends_at),
        "windows": [_window(plan, preset) for preset in advice.presets],
        "before_flight_seconds": _seconds(advice.burnt),
        "late_seconds": _seconds(advice.late),
        "best_day": advice.best_day,
        "days_then": advice.days_then,
        "later": later and {"first": later.first, "last": later.last},
        "second_code": second and {"on": second.on, "days": second.days, "codes": second.codes},
        "rights_cover": None if plan.rights is PlannedRights.UNTRACKED else not advice.rights_gaps,
        "rights_gaps": FlightGap(advice.rights_gaps, many=True).data,
    }


def _window(plan: Plan, preset: Preset) -> dict[str, Any]:
    return {
        "days": preset.days,
        "ends_at": as_instant(preset.ends_at),
        "last_full_day": last_full_day(preset.ends_at, plan.account_zone),
        "lasts": not preset.short_by,
        "short_by_seconds": _seconds(preset.short_by),
        "spare_seconds": _seconds(preset.spare),
    }


def _seconds(length: timedelta) -> int:
    return length // timedelta(seconds=1)


urlpatterns = [path("planner/window", WindowView.as_view(), name="api-planner-window")]
