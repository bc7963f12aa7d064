"""``findings``: what is wrong now and soon, and what in the data cannot be trusted. The page's query, its lines."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.urls import path
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from authorizations.enums import EndSource
from campaigns.models import ImportRun
from campaigns.queries.duplicates import Duplicate, PastedTwice, Same
from campaigns.queries.findings import Drift, Findings, Found, FoundFlights, UnverifiedEnd, findings
from sparktrack.api.fields import InstantField, as_instant
from sparktrack.api.reading import read_form, refuse_unknown
from sparktrack.api.resource import BrandView
from sparktrack.api.resources.planning_shapes import (
    FLIGHT,
    MONEY,
    CountAnswer,
    FlightInShort,
    Row,
    in_short,
    sums,
)
from sparktrack.api.resources.reports_shapes import Amount
from sparktrack.core.models import choices

_EXAMPLE = {
    "as_of": "2026-11-21T14:05:00Z",
    "flights": 41,
    "next_at": "2026-12-01T14:05:00Z",
    "stops": {
        "count": 1,
        "at_risk": MONEY,
        "a_day": [{"currency": "EUR", "amount": "120.00"}],
        "lines": [FLIGHT],
    },
    "unverified": {
        "count": 1,
        "count_is_bound": False,
        "lines": [
            {
                "post": "019b0f6e-7c1a-7000-8000-00000000a001",
                "post_title": "Morning pour",
                "handle": "maya.makes",
                "code": "019a9f54-6f3a-7d21-b0c9-8a7b6c5d4e3f",
                "ends_at": "2026-12-01T14:05:00Z",
                "end_source": "creator",
                "start_assumed": False,
            }
        ],
    },
}


class FlightsFound(serializers.Serializer[Any]):
    """Flights of which the same is to be said. ``lines``: the first of them, 20 at most."""

    count = serializers.IntegerField()
    at_risk = Amount(many=True)
    a_day = Amount(many=True)
    lines = FlightInShort(many=True)


class PostFound(serializers.Serializer[Any]):
    """Something about a post."""

    post = serializers.UUIDField()
    post_title = serializers.CharField()
    handle = serializers.CharField()


class UnverifiedLine(PostFound):
    """A code that a flight needs and whose end nobody read at TikTok or in Ads Manager."""

    code = serializers.UUIDField()
    ends_at = InstantField()
    end_source = serializers.ChoiceField(choices(EndSource))
    start_assumed = serializers.BooleanField()


class DriftLine(PostFound):
    """A post that no flight runs, of which one side is over and the other goes on."""

    rights_over = serializers.BooleanField(help_text="The code goes on without rights; else the other way.")
    since = InstantField()
    until = InstantField(allow_null=True, help_text="Until when the other side goes on; null: open.")
    again = serializers.BooleanField(help_text="After that both hold again.")


class DuplicateLine(serializers.Serializer[Any]):
    """Things that may be one."""

    same = serializers.ChoiceField(choices(Same))
    name = serializers.CharField(help_text="What they share.")
    handles = serializers.ListField(child=serializers.CharField())
    posts = serializers.ListField(child=serializers.UUIDField(), help_text="To look at.")
    campaign_name = serializers.CharField(help_text="Of two flights; else empty.")
    starts_on = serializers.DateField(allow_null=True)
    ends_on = serializers.DateField(allow_null=True)


class PastedLine(serializers.Serializer[Any]):
    """What an import said about a row, or a code, that the sheet has twice."""

    row = serializers.IntegerField()
    text = serializers.CharField()


class UnverifiedFound(CountAnswer):
    """Ends that nobody verified. ``lines``: those that end first, 20 at most."""

    lines = UnverifiedLine(many=True)


class DriftFound(CountAnswer):
    """Rights and codes that drifted apart. ``lines``: 20 at most."""

    lines = DriftLine(many=True)


class DuplicatesFound(CountAnswer):
    """Perhaps the same thing twice. ``lines``: 20 at most."""

    lines = DuplicateLine(many=True)


class PastedFound(CountAnswer):
    """Twice in the sheet. ``lines``: 20 at most."""

    lines = PastedLine(many=True)


@extend_schema_serializer(examples=[OpenApiExample("Findings, in part", _EXAMPLE, response_only=True)])
class FindingsAnswer(serializers.Serializer[Any]):
    """What was found, each kind with how many there are and the first of them. Without rights kept: no drift."""

    as_of = InstantField()
    flights = serializers.IntegerField(help_text="Those that are not over.")
    next_at = InstantField(allow_null=True, help_text="When the next flight stops or must be paused.")
    without_rights = FlightsFound(help_text="They run without rights.")
    blocked = FlightsFound(help_text="They should run and may not.")
    stops = FlightsFound(help_text="They stop within 14 days.")
    must_pause = FlightsFound(help_text="They must be paused within 14 days.")
    waiting = FlightsFound(help_text="They start within 14 days and lack a code.")
    too_short = FlightsFound(help_text="Their code ends before they do, later than that.")
    unverified = UnverifiedFound()
    idle_unverified = CountAnswer(help_text="Codes with such an end that no flight needs.")
    drifted = DriftFound()
    duplicates = DuplicatesFound()
    pasted_twice = PastedFound(help_text="In the newest import, or in that which was asked about.")


class ImportForm(forms.Form):
    """Which import the findings are about."""

    run = forms.UUIDField(required=False)


class FindingsView(BrandView):
    """What was found."""

    @extend_schema(
        responses={200: FindingsAnswer},
        parameters=[
            OpenApiParameter(
                "import",
                {"type": "string", "format": "uuid"},
                description="Only about the posts that this import touched.",
            )
        ],
    )
    def get(self, request: Request) -> Response:
        """What to do first, and what nobody can trust."""
        refuse_unknown(request.query_params, ("import",))
        return Response(_said(findings(self.request.brand, now=self.request.now, run=self._run())))

    def _run(self) -> ImportRun | None:
        query = self.request.query_params
        form = ImportForm({"run": query["import"]} if "import" in query else {})
        pk = read_form(form, query, run="import")["run"]
        if pk is None:
            return None
        run: ImportRun | None = ImportRun.objects.for_brand(self.request.brand).filter(pk=pk).first()
        if run is None:
            raise ValidationError({"?import": ["No import of this brand has this id."]})
        return run


def _said(found: Findings) -> Row:
    flights = ("without_rights", "blocked", "stops", "must_pause", "waiting", "too_short")
    return {
        "as_of": as_instant(found.now),
        "flights": found.flights,
        "next_at": found.next_at and as_instant(found.next_at),
        **{name: _flights(getattr(found, name)) for name in flights},
        "unverified": _lines(found.unverified, _unverified),
        "idle_unverified": _count(found.idle_unverified),
        "drifted": _lines(found.drifted, _drift),
        "duplicates": _lines(found.duplicates, _duplicate),
        "pasted_twice": _lines(found.pasted_twice, _pasted),
    }


def _flights(found: FoundFlights) -> Row:
    return {
        "count": found.count,
        "at_risk": sums(found.at_risk),
        "a_day": sums(found.a_day),
        "lines": in_short(found.lines),
    }


def _count(found: Found[Any]) -> Row:
    return {"count": found.count, "count_is_bound": found.is_bound}


def _lines(found: Found[Any], said: Callable[[Any], Row]) -> Row:
    return {**_count(found), "lines": [said(line) for line in found.lines]}


def _post(pk: UUID, title: str, handle: str) -> Row:
    return {"post": pk, "post_title": title, "handle": handle}


def _unverified(end: UnverifiedEnd) -> Row:
    return {
        **_post(end.post_id, end.title, end.handle),
        "code": end.code_id,
        "ends_at": as_instant(end.ends_at),
        "end_source": end.source.value,
        "start_assumed": end.start_assumed,
    }


def _drift(drift: Drift) -> Row:
    return {
        **_post(drift.post_id, drift.title, drift.handle),
        "rights_over": drift.rights_over,
        "since": as_instant(drift.since),
        "until": drift.until and as_instant(drift.until),
        "again": drift.again,
    }


def _duplicate(twice: Duplicate) -> Row:
    return {
        "same": twice.same.value,
        "name": twice.name,
        "handles": twice.handles,
        "posts": twice.posts,
        "campaign_name": twice.campaign,
        "starts_on": twice.starts_on,
        "ends_on": twice.ends_on,
    }


def _pasted(twice: PastedTwice) -> Row:
    return {"row": twice.row, "text": twice.text}


urlpatterns = [path("findings", FindingsView.as_view(), name="api-findings")]
