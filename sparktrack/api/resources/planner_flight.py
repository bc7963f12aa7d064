"""``planner/flight``: may a post run on days that are not planned yet, and what to ask for. As the form of a flight."""

from typing import Any

from django.urls import path
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from authorizations.enums import Reason, Verdict
from brands.models import AdAccount
from brands.rules import Action
from campaigns.models import Flight
from campaigns.operations.flights import flight_dates
from campaigns.queries.lines import FlightDates
from posts.enums import Method
from posts.models import Post
from sparktrack.api.bodies import Body, Day, Money
from sparktrack.api.fields import InstantField, OwnedField
from sparktrack.api.reading import refuse_unknown
from sparktrack.api.resource import BrandView
from sparktrack.api.resources.flight_answers import FlightGap, told
from sparktrack.core.days import last_full_day
from sparktrack.core.models import choices
from sparktrack.core.wording import TimeWords
from workplace.flights_words import CODE_HELPS, planned_words, traction_warning
from workplace.queries.flights import PlannedFlight, planned_flight

# What is taken from the flight that is named, unless it is sent.
_OF_FLIGHT = ("post", "ad_account", "starts_on", "ends_on", "daily_spend")
_NOTHING = FlightDates(None, None, None, None, None, None)


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Four weeks",
            {
                "post": "019b0f6e-7c1a-7000-8000-00000000a001",
                "starts_on": "2026-12-01",
                "ends_on": "2026-12-28",
                "daily_spend": "120.00",
            },
            request_only=True,
        )
    ]
)
class FlightIdea(Body):
    """A flight of ``post``; or other days, another account or spend for ``flight``."""

    post = OwnedField(Post, required=False)
    flight = OwnedField(Flight, required=False, help_text="What is not sent stays as it is there.")
    ad_account = OwnedField(
        AdAccount, allow_null=True, required=False, help_text="In whose zone days are read."
    )
    starts_on = Day(
        allow_null=True, required=False, help_text="None: as if it flew from now on, without end."
    )
    ends_on = Day(allow_null=True, required=False, help_text="The last day; none: without end.")
    daily_spend = Money(allow_null=True, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A post, or a flight, which has one."""
        if ("post" in attrs) == ("flight" in attrs):
            raise serializers.ValidationError("Say either post or flight.")
        return attrs


class Shortfall(serializers.Serializer[Any]):
    """A window that is too short."""

    days = serializers.IntegerField()
    short_by_seconds = serializers.IntegerField(help_text="Generated now, it ends so long before the flight.")


class WindowToAsk(serializers.Serializer[Any]):
    """The shortest window that lasts to the end of the flight, were its code generated now."""

    days = serializers.IntegerField(allow_null=True, help_text="null: even the longest is too short.")
    shorter = Shortfall(many=True)


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Its code ends before",
            {
                "starts_at": "2026-11-30T23:00:00Z",
                "ends_at": "2026-12-28T23:00:00Z",
                "verdict": "lapses",
                "runnable_until": "2026-12-20T09:30:00Z",
                "last_full_day": "2026-12-19",
                "reasons": ["code_expired"],
                "gaps": [
                    {
                        "starts_at": "2026-12-20T09:30:00Z",
                        "ends_at": "2026-12-28T23:00:00Z",
                        "reasons": ["code_expired"],
                        "stops_itself": True,
                    }
                ],
                "stops_itself": True,
                "apply_by": None,
                "window": {
                    "days": 60,
                    "shorter": [
                        {"days": 7, "short_by_seconds": 2624100},
                        {"days": 30, "short_by_seconds": 636900},
                    ],
                },
                "asks": [
                    (
                        "Ask @maya.makes for 60 days. "
                        "Generated today, 30 days would end 8 days before the flight does."
                    )
                ],
                "traction_warning": "",
                "uncovered_days": 9,
                "at_risk": "1080.00",
                "currency": "EUR",
                "time_zone": "Europe/Berlin",
            },
            response_only=True,
        )
    ]
)
class FlightIdeaAnswer(serializers.Serializer[Any]):
    """What such a flight could expect, from now on. The fields mean what they mean of ``flights``."""

    starts_at = InstantField(allow_null=True)
    ends_at = InstantField(allow_null=True)
    verdict = serializers.ChoiceField(choices(Verdict))
    runnable_until = InstantField(allow_null=True)
    last_full_day = serializers.DateField(allow_null=True)
    reasons = serializers.ListField(child=serializers.ChoiceField(choices(Reason)))
    gaps = FlightGap(many=True)
    stops_itself = serializers.BooleanField(allow_null=True)
    apply_by = InstantField(
        allow_null=True,
        help_text="Of a flight just as it is planned: until then its new code must be applied.",
    )
    window = WindowToAsk(allow_null=True, help_text="null: no code would help, or the flight has no end.")
    asks = serializers.ListField(
        child=serializers.CharField(), help_text="What to ask for, in words, as the page says it."
    )
    traction_warning = serializers.CharField(help_text="Empty where the numbers of the post are strong.")
    uncovered_days = serializers.IntegerField()
    at_risk = serializers.DecimalField(max_digits=20, decimal_places=2, allow_null=True)
    currency = serializers.CharField()
    time_zone = serializers.CharField()


class FlightIdeas(BrandView):
    """Flights that somebody thinks about."""

    needs = {"post": Action.PLAN_FLIGHTS}

    @extend_schema(operation_id="planner_flight", request=FlightIdea, responses={200: FlightIdeaAnswer})
    def post(self, request: Request) -> Response:
        """Judges a flight of a post on file before it is planned, or moved. Nothing is stored."""
        refuse_unknown(request.query_params, ())
        brand, now, values = self.request.brand, self.request.now, self.read_body(FlightIdea)
        row: Flight | None = values.get("flight")
        asked: dict[str, Any] = {name: values.get(name, getattr(row, name, None)) for name in _OF_FLIGHT}
        account: AdAccount | None = asked["ad_account"]
        post: Post = asked["post"]
        zone = brand.zone_of(account)
        days = flight_dates(asked["starts_on"], asked["ends_on"], zone)
        dates = (FlightDates.of(row) if row else _NOTHING)._replace(
            starts_at=days["starts_at"], ends_at=days["ends_at"], daily_spend=asked["daily_spend"]
        )
        same = row is not None and (dates, account) == (FlightDates.of(row), row.ad_account)
        planned = planned_flight(brand, post, dates, account, now=now, stored=row if same else None)
        times = TimeWords(now=now, zone=zone, viewer_zone=zone, contract_zone=brand.time_zone)
        words = planned_words(planned, times)
        warns = dates.launched_at is None
        found = {
            **_judged(planned),
            "starts_at": planned.line.starts_at,
            "ends_at": planned.line.ends_at,
            "apply_by": planned.apply_by,
            "window": _window(planned),
            "asks": words.asks,
            "traction_warning": traction_warning(planned.traction, brand) if warns else "",
        }
        return Response(FlightIdeaAnswer(found).data)


def _judged(planned: PlannedFlight) -> dict[str, Any]:
    """The verdict; while there is no first day, that of the post from now on."""
    line, idle = planned.line, planned.idle
    if line.coverage is not None:
        return told(line)
    first, until = (idle.gaps[0] if idle.gaps else None), idle.runnable_until
    return {
        **told(line),
        "verdict": idle.verdict,
        "runnable_until": until,
        "last_full_day": last_full_day(until, line.zone) if until else None,
        "reasons": first.reasons if first else (),
        "gaps": idle.gaps,
        "stops_itself": first.stops_itself if first else None,
    }


def _window(planned: PlannedFlight) -> dict[str, Any] | None:
    """What to ask for, if a code is what is missing; None also for posts that run by an account link."""
    advice, coverage = planned.advice, planned.line.coverage
    missing = {reason for gap in coverage.gaps for reason in gap.reasons} if coverage else set()
    if advice is None or planned.post.method != Method.CODE or not missing & CODE_HELPS:
        return None
    shorter = [
        {"days": days, "short_by_seconds": int(short.total_seconds())} for days, short in advice.shortfalls
    ]
    return {"days": advice.days, "shorter": shorter}


urlpatterns = [path("planner/flight", FlightIdeas.as_view(), name="api-planner-flight")]
