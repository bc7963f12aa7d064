"""``planner/peak``: which flights survive a peak, such as the week of Black Friday, and why others do not.

The query of the page of the peak.
"""

from typing import Any

from django.urls import path
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    extend_schema,
    extend_schema_serializer,
)
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from authorizations.enums import Reason, Verdict
from authorizations.rules import judge
from sparktrack.api.fields import InstantField, as_instant
from sparktrack.api.reading import OF_PARTS, next_page, read_form, read_limit, refuse_unknown
from sparktrack.api.resource import BrandView
from sparktrack.api.resources.flight_answers import FlightGap
from sparktrack.api.resources.planning_shapes import MONEY, CountAnswer, Row, sums
from sparktrack.api.resources.reports_shapes import Amount
from sparktrack.core.days import last_full_day, local_date
from sparktrack.core.models import choices
from workplace.forms.flights_peak import PeakForm
from workplace.operations.peaks import LONGEST_DAYS
from workplace.queries.flights_peak import (
    COUNTED,
    GROUPS,
    MOST_ASKED,
    NoSuchPlaceError,
    PeakLine,
    peak_answer,
    place_of,
)
from workplace.queries.peaks import Peak, next_peak, peaks_of, usual_peak

_DAYS = ("from", "to")
_OF_DAYS = [
    OpenApiParameter(
        "from",
        {"type": "string", "format": "date"},
        description="Its first day; without both days: the next peak that is kept, or the week of Black Friday.",
    ),
    OpenApiParameter(
        "to", {"type": "string", "format": "date"}, description=f"Its last day: {LONGEST_DAYS} days at most."
    ),
]
_SUMS = {
    "name": "BFCM 2026",
    "first": "2026-11-23",
    "last": "2026-11-30",
    "time_zone": "Europe/Berlin",
    "is_over": False,
    "newest_only": False,
    **{name: {"count": 1, "count_is_bound": False} for name in GROUPS},
    "at_risk": MONEY,
}
_LINE = {
    "post": "019b0f6e-7c1a-7000-8000-00000000a001",
    "post_title": "Morning pour",
    "creator": "019aa1e0-4c70-7a41-8c0e-7d1f4b1f2a90",
    "handle": "maya.makes",
    "flight": "019b0f6e-7c1a-7000-8000-00000000f001",
    "campaign": "019b0f6e-7c1a-7000-8000-00000000c001",
    "campaign_name": "Winter",
    "starts_at": "2026-11-22T23:00:00Z",
    "ends_at": "2026-11-30T23:00:00Z",
    "needed_until": "2026-12-24T23:00:00Z",
    "verdict": "lapses",
    "runnable_until": "2026-11-26T14:05:00Z",
    "last_full_day": "2026-11-25",
    "reasons": ["code_expired"],
    "stops_itself": True,
    "gaps": [
        {
            "starts_at": "2026-11-26T14:05:00Z",
            "ends_at": "2026-11-30T23:00:00Z",
            "reasons": ["code_expired"],
            "stops_itself": True,
        }
    ],
    "lasts_already": False,
    "at_risk": "600.00",
    "currency": "EUR",
    "time_zone": "Europe/Berlin",
}


@extend_schema_serializer(examples=[OpenApiExample("BFCM", _SUMS, response_only=True)])
class PeakSumsAnswer(serializers.Serializer[Any]):
    """How many survive. ``newest_only``: of posts without a flight only the newest 5,000 were looked at."""

    name = serializers.CharField(help_text="Empty for days that are kept under no name.")
    first = serializers.DateField()
    last = serializers.DateField()
    time_zone = serializers.CharField(help_text="Of the brand, in which these days are read.")
    is_over = serializers.BooleanField(help_text="Nothing is judged any more.")
    newest_only = serializers.BooleanField()
    falling = CountAnswer(help_text="Planned, and something ends or is missing in the peak.")
    ending = CountAnswer(help_text="Planned to end before its last day, and nothing is missing until then.")
    surviving = CountAnswer(help_text="Planned to its last day, and nothing is missing.")
    ready = CountAnswer(help_text="Would survive: posts without a flight in the peak.")
    lacking = CountAnswer(help_text="No flight in the peak, and something is missing.")
    at_risk = Amount(many=True, allow_null=True, help_text="Of those that fall short; null: too many to add.")


class PeakLineAnswer(serializers.Serializer[Any]):
    """A flight in the peak, or a post without one.

    From ``starts_at`` to ``ends_at`` is the part of the peak that counts: what lies ahead, and inside the flight. The
    verdict and ``gaps`` are those of that part, ``reasons`` and ``stops_itself`` those of the first gap.
    """

    post = serializers.UUIDField()
    post_title = serializers.CharField()
    creator = serializers.UUIDField()
    handle = serializers.CharField()
    flight = serializers.UUIDField(allow_null=True)
    campaign = serializers.UUIDField(allow_null=True)
    campaign_name = serializers.CharField(help_text="Empty without a flight.")
    starts_at = InstantField()
    ends_at = InstantField()
    needed_until = InstantField(help_text="Until when a code should last.")
    verdict = serializers.ChoiceField(choices(Verdict))
    runnable_until = InstantField(allow_null=True, help_text="null: it may not even begin.")
    last_full_day = serializers.DateField(allow_null=True)
    reasons = serializers.ListField(child=serializers.ChoiceField(choices(Reason)))
    stops_itself = serializers.BooleanField(allow_null=True, help_text="Else a person has to pause it.")
    gaps = FlightGap(many=True)
    lasts_already = serializers.BooleanField(help_text="The first gap has begun already.")
    at_risk = serializers.DecimalField(
        max_digits=20,
        decimal_places=2,
        allow_null=True,
        help_text="null: nothing is missing, or nobody gave the spend of a day.",
    )
    currency = serializers.CharField()
    time_zone = serializers.CharField(help_text="In which the days of a flight are read.")


@extend_schema_serializer(
    examples=[OpenApiExample("One that falls short", {"results": [_LINE], "next": None}, response_only=True)]
)
class PeakLinesPage(serializers.Serializer[Any]):
    """A page of one group."""

    results = PeakLineAnswer(many=True)
    next = serializers.URLField(allow_null=True, help_text="The next page; null on the last.")


class PeakView(BrandView):
    """A view of what survives a peak."""

    def peak(self) -> Peak:
        """The days that were asked for, else the next peak. Raises ValidationError."""
        query, brand = self.request.query_params, self.request.brand
        today = local_date(self.request.now, brand.time_zone)
        peaks = peaks_of(brand, usual_peak(today))
        if not query.keys() & set(_DAYS):
            return next_peak(peaks, today=today)
        typed = {name: query[word] for name, word in (("first", "from"), ("last", "to")) if word in query}
        values = read_form(PeakForm(typed), query, first="from", last="to")
        days = (values["first"], values["last"])
        return next((peak for peak in peaks if (peak.first, peak.last) == days), Peak("", *days))


class PeakSums(PeakView):
    """The sums of a peak."""

    @extend_schema(operation_id="planner_peak", responses={200: PeakSumsAnswer}, parameters=_OF_DAYS)
    def get(self, request: Request) -> Response:
        """How many flights survive a peak, and how many posts could."""
        refuse_unknown(request.query_params, _DAYS)
        peak, brand = self.peak(), self.request.brand
        # What those that fall short have at risk is added up from their lines; nobody reads the others.
        found = peak_answer(brand, peak, now=self.request.now, group="falling", limit=MOST_ASKED)
        return Response(
            {
                "name": peak.name,
                "first": peak.first,
                "last": peak.last,
                "time_zone": brand.time_zone,
                "is_over": found.over,
                "newest_only": found.newest_only,
                **{name: _count(found.counts[name]) for name in GROUPS},
                "at_risk": None if found.at_risk is None else sums(found.at_risk),
            }
        )


class PeakLines(PeakView):
    """The lines of one group."""

    @extend_schema(
        operation_id="planner_peak_lines",
        responses={200: PeakLinesPage},
        parameters=[
            OpenApiParameter(
                "group",
                {"type": "string", "enum": list(GROUPS), "default": GROUPS[0]},
                description="Which of them.",
            ),
            *_OF_DAYS,
            *OF_PARTS,
        ],
    )
    def get(self, request: Request) -> Response:
        """The flights or posts of one group: those of flights by their first day, posts the newest first."""
        query = request.query_params
        refuse_unknown(query, (*_DAYS, "group", "limit", "cursor"))
        group, limit = query.get("group", GROUPS[0]), read_limit(query)
        if group not in GROUPS:
            raise ValidationError({"?group": [f"One of: {', '.join(GROUPS)}."]})
        brand, peak, now = self.request.brand, self.peak(), self.request.now
        try:
            after = place_of(query["cursor"]) if "cursor" in query else None
            found = peak_answer(brand, peak, now=now, group=group, after=after, limit=limit, count=())
        except NoSuchPlaceError:
            raise ValidationError(
                {"?cursor": ["This page of the peak cannot be found. Begin at the first one."]}
            ) from None
        results = [self._line(line) for line in found.lines[group]]
        further = str(found.after) if found.after else ""
        days = {"from": peak.first, "to": peak.last}
        return Response({"results": results, "next": next_page(self.request, further, **days)})

    def _line(self, line: PeakLine) -> Row:
        post, flight, first = line.post, line.flight, line.gaps[0] if line.gaps else None
        coverage = judge(line.gaps, starts_at=line.starts_at, ends_at=line.ends_at, now=line.starts_at)
        until = coverage.runnable_until
        return {
            "post": post.pk,
            "post_title": str(post),
            "creator": post.creator_id,
            "handle": post.creator.handle,
            "flight": flight.pk if flight else None,
            "campaign": flight.campaign_id if flight else None,
            "campaign_name": flight.campaign.name if flight else "",
            "starts_at": as_instant(line.starts_at),
            "ends_at": as_instant(line.ends_at),
            "needed_until": as_instant(line.until),
            "verdict": coverage.verdict.value,
            "runnable_until": until and as_instant(until),
            "last_full_day": last_full_day(until, line.zone) if until else None,
            "reasons": [reason.value for reason in first.reasons] if first else [],
            "stops_itself": first.stops_itself if first else None,
            "gaps": FlightGap(line.gaps, many=True).data,
            "lasts_already": line.lacks_now,
            "at_risk": f"{line.at_risk.amount:.2f}" if line.at_risk else None,
            "currency": self.request.brand.currency_of(flight.ad_account if flight else None),
            "time_zone": line.zone,
        }


def _count(number: int) -> Row:
    return {"count": min(number, COUNTED), "count_is_bound": number > COUNTED}


urlpatterns = [
    path("planner/peak", PeakSums.as_view(), name="api-planner-peak"),
    path("planner/peak/lines", PeakLines.as_view(), name="api-planner-peak-lines"),
]
