"""``calendar``: what stops, starts, ends and is due from one day to another. The page's query."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django import forms
from django.urls import path
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    extend_schema,
    extend_schema_serializer,
)
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from authorizations.enums import Reason
from campaigns.forms.planner import DayField
from sparktrack.api.fields import InstantField, as_instant
from sparktrack.api.reading import OF_PARTS, next_page, read_form, read_limit, read_place, refuse_unknown
from sparktrack.api.resource import BrandView
from sparktrack.api.resources.board import PEOPLE
from sparktrack.api.resources.planning_shapes import Row
from sparktrack.core.days import local_date
from sparktrack.core.models import choices
from workplace.enums import Happening
from workplace.forms.calendar import CalendarFilter
from workplace.queries.calendar import ending_codes, events_between
from workplace.rules.calendar import Event, Month, in_order

# As many as a month has: what is read of each kind is bounded.
MOST_DAYS = 31
_FILTERS = ("buyer", "campaign", "creator", "kind")
_PARAMETERS = [
    OpenApiParameter(
        "from",
        {"type": "string", "format": "date"},
        description="The first day; without both days: this month.",
    ),
    OpenApiParameter(
        "to", {"type": "string", "format": "date"}, description=f"The last day: {MOST_DAYS} days at most."
    ),
    *PEOPLE,
    OpenApiParameter(
        "kind", {"type": "string", "enum": [kind.value for kind in Happening]}, description="Only this kind."
    ),
    *OF_PARTS,
]


class DaysForm(forms.Form):
    """From a day to a day, a month at most."""

    first = DayField()
    last = DayField()

    def clean(self) -> dict[str, Any]:
        """The last day is not before the first, nor too far behind it."""
        values: dict[str, Any] = super().clean() or {}
        first, last = values.get("first"), values.get("last")
        if first and last and last < first:
            self.add_error("last", "The last day lies before the first.")
        elif first and last and (last - first).days >= MOST_DAYS:
            self.add_error("last", f"Ask for {MOST_DAYS} days at most.")
        return values


class EventAnswer(serializers.Serializer[Any]):
    """One thing that happens, on the day on which the page shows it."""

    day = serializers.DateField()
    happens_at = InstantField(allow_null=True, help_text="Its instant; null: it is due on that day.")
    kind = serializers.ChoiceField(choices(Happening))
    head = serializers.CharField(help_text="What happens.")
    title = serializers.CharField(help_text="The post, or what the right is on.")
    about = serializers.CharField(help_text="Creator, campaign and buyer.")
    says = serializers.CharField(help_text="A sentence about it; may be empty.")
    reasons = serializers.ListField(
        child=serializers.ChoiceField(choices(Reason)), help_text="Of the gap that begins."
    )
    is_done = serializers.BooleanField(help_text="Nobody need care any more.")
    post = serializers.UUIDField(allow_null=True)
    flight = serializers.UUIDField(allow_null=True)
    code = serializers.UUIDField(allow_null=True, help_text="The code that ends.")
    right = serializers.UUIDField(allow_null=True, help_text="The right that ends.")


_EVENT = {
    "day": "2026-12-01",
    "happens_at": "2026-12-01T14:05:00Z",
    "kind": "stops",
    "head": "Stops",
    "title": "Morning pour",
    "about": "@maya.makes · Winter · Priya",
    "says": "The code of @maya.makes ends.",
    "reasons": ["code_expired"],
    "is_done": False,
    "post": "019b0f6e-7c1a-7000-8000-00000000a001",
    "flight": "019b0f6e-7c1a-7000-8000-00000000f001",
    "code": "019a9f54-6f3a-7d21-b0c9-8a7b6c5d4e3f",
    "right": None,
}
_PAGE = {
    "first": "2026-12-01",
    "last": "2026-12-31",
    "time_zone": "Europe/Berlin",
    "is_cut": False,
    "results": [_EVENT],
    "next": None,
}


@extend_schema_serializer(examples=[OpenApiExample("December, in part", _PAGE, response_only=True)])
class CalendarAnswer(serializers.Serializer[Any]):
    """What happens on some days, day after day, the most urgent of each first.

    Days of codes and flights are those of the ad account, or where an instant is known those of ``time_zone``, as are
    days of rights. ``is_cut``: more happens than could be read; ask for fewer days, or for one kind.

    Without ``kind`` some is said once: not the start of a flight that cannot start, nor the end of rights on a day on
    which ads of that post must be paused for it. A page begins after so many events as came before it: what appears or
    goes between two pages shifts the rest. Whoever must miss nothing asks for so few days that a page holds them.
    """

    first = serializers.DateField()
    last = serializers.DateField()
    time_zone = serializers.CharField(help_text="Of the brand.")
    is_cut = serializers.BooleanField()
    results = EventAnswer(many=True)
    next = serializers.URLField(allow_null=True, help_text="The next page; null on the last.")


class Calendar(BrandView):
    """The calendar of the brand."""

    @extend_schema(responses={200: CalendarAnswer}, parameters=_PARAMETERS)
    def get(self, request: Request) -> Response:
        """What happens from one day to another, a page of it."""
        query, brand = request.query_params, self.request.brand
        refuse_unknown(query, ("from", "to", *_FILTERS, "limit", "cursor"))
        limit, start = read_limit(query), read_place(query.get("cursor", "0"))
        first, last = self._days(query)
        chosen = CalendarFilter({name: query[name] for name in _FILTERS if name in query}, brand=brand)
        read_form(chosen.form, query)
        found = events_between(chosen.asked, first, last, viewer_zone=brand.time_zone, now=self.request.now)
        events = in_order(found.events)
        shown = events[start : start + limit]
        codes = ending_codes(brand, shown)
        further = str(start + limit) if len(events) > start + limit else ""
        return Response(
            {
                "first": first,
                "last": last,
                "time_zone": brand.time_zone,
                "is_cut": found.is_cut,
                "results": [_said(event, codes) for event in shown],
                "next": next_page(self.request, further, **{"from": first, "to": last}),
            }
        )

    def _days(self, query: Mapping[str, str]) -> tuple[date, date]:
        if not {"from", "to"} & query.keys():
            month = Month.of(local_date(self.request.now, self.request.brand.time_zone))
            return month.first, month.last
        days = {name: query[word] for name, word in (("first", "from"), ("last", "to")) if word in query}
        values = read_form(DaysForm(days), query, first="from", last="to")
        return values["first"], values["last"]


def _said(event: Event, codes: Mapping[tuple[UUID, datetime], UUID]) -> Row:
    code = None
    if event.kind is Happening.STOPS and event.post_id and event.happens_at:
        code = codes.get((event.post_id, event.happens_at))
    return {
        "day": event.on,
        "happens_at": event.happens_at and as_instant(event.happens_at),
        "kind": event.kind.value,
        "head": event.head,
        "title": event.title,
        "about": event.about,
        "says": event.says,
        "reasons": [reason.value for reason in event.reasons],
        "is_done": event.is_done,
        "post": event.post_id,
        "flight": event.flight_id,
        "code": code,
        "right": event.right_id,
    }


urlpatterns = [path("calendar", Calendar.as_view(), name="api-calendar")]
