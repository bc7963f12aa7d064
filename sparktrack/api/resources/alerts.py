"""``alerts``: what lapses, and what was said of it."""

from datetime import datetime
from typing import Any
from uuid import UUID

import django_filters
from django.db.models import Exists, OuterRef, Q, QuerySet
from drf_spectacular.utils import (
    OpenApiExample,
    extend_schema,
    extend_schema_field,
    extend_schema_serializer,
)
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from alerts.enums import AlertKind, AlertState
from alerts.models import Alert, AlertFlight
from alerts.operations.saying import acknowledge, reopen, snooze
from alerts.queries.lines import is_in, state_of
from alerts.queries.told import lapse_page
from brands.models import AuditEntry, Brand, User
from brands.rules import Action
from campaigns.models import Flight
from campaigns.operations.flights import pause_flights
from posts.querysets import search_words
from sparktrack.api.addresses import addresses
from sparktrack.api.answers import Answer
from sparktrack.api.bodies import Body, Text
from sparktrack.api.fields import InstantField, MemberField, OwnedListField
from sparktrack.api.resource import Resource
from sparktrack.core.clock import utc_now
from sparktrack.core.models import choices
from sparktrack.core.refusals import RefusedError
from workplace.lists.filters import ListFilter
from workplace.lists.keys import Sort, as_instant
from workplace.lists.pages import Shelf


class AlertListFilter(ListFilter):
    """What the alerts can be narrowed by."""

    state = django_filters.ChoiceFilter(method="in_state", choices=choices(AlertState), label="State")
    kind = django_filters.ChoiceFilter(choices=choices(AlertKind), label="Kind")
    post = django_filters.UUIDFilter(method="that_hit", label="Post whose flights it hits")
    flight = django_filters.UUIDFilter(method="that_hit", label="Flight that it hits")

    class Meta:
        model = Alert
        fields: tuple[str, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = utc_now()

    def changed_since(self, rows: QuerySet[Any], _name: str, value: datetime) -> QuerySet[Any]:
        """Those that were raised or closed then or later, or of which somebody said something."""
        said = AuditEntry.objects.for_brand(self.brand).filter(at__gte=value, object_id__isnull=False)
        return rows.filter(
            Q(raised_at__gte=value) | Q(closed_at__gte=value) | Q(pk__in=said.values("object_id"))
        )

    def search(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """Each word in the title or the handle of a post that it hits."""
        for word in search_words(value):
            named = Q(flight__post__title__icontains=word) | Q(flight__post__creator__handle__icontains=word)
            rows = rows.filter(Exists(AlertFlight.objects.filter(named, alert=OuterRef("pk"))))
        return rows

    def in_state(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """Those that are open, acknowledged, snoozed or closed now."""
        return rows.filter(is_in(AlertState(value), now=self.now))

    def that_hit(self, rows: QuerySet[Any], name: str, value: UUID) -> QuerySet[Any]:
        """Those of this flight, or of the flights of this post."""
        field = "flight__post" if name == "post" else "flight"
        return rows.filter(Exists(AlertFlight.objects.filter(alert=OuterRef("pk"), **{field: value})))


@extend_schema_field({"type": "array", "items": {"type": "string", "format": "uuid"}})
class FlightIds(serializers.ReadOnlyField):
    """The flights that a lapse hits."""


class AlertAnswer(Answer):
    """One step of the warnings of a lapse. ``subject_id``: the post, or for ``rights`` the right or the post."""

    state = serializers.ChoiceField(choices(AlertState), read_only=True)
    flights = FlightIds()

    class Meta:
        model = Alert
        fields = (
            "id",
            "kind",
            "subject_id",
            "lapses_at",
            "step",
            "state",
            "flights",
            "raised_at",
            "acknowledged_at",
            "acknowledged_by",
            "snoozed_until",
            "snoozed_by",
            "snooze_reason",
            "closed_at",
            "outcome",
        )
        read_only_fields = fields


class Taker(Body):
    """Who takes it upon them; a person may leave it out, a script says it."""

    by = MemberField(required=False)


class Snoozing(Taker):
    """Until when it need not be mentioned, and why."""

    until = InstantField()
    reason = Text(max_length=200)


@extend_schema_serializer(
    examples=[OpenApiExample("One", {"flights": ["019b0f6e-7c1a-7000-8000-00000000f001"]}, request_only=True)]
)
class PausedBody(Body):
    """Which flights were paused in Ads Manager; without ``flights`` all that run without rights."""

    flights = OwnedListField(Flight, required=False, allow_empty=False)


def _alerts_of(brand: Brand, _now: datetime) -> QuerySet[Alert]:
    return Alert.objects.for_brand(brand)


class Alerts(Resource):
    """The alerts of the brand."""

    shelf = Shelf(
        rows=_alerts_of,
        sorts=(
            Sort(key="next", label="Lapses first", field="lapses_at", parse=as_instant),
            Sort(key="newest", label="Newest first", field="pk", descending=True),
        ),
        filters=AlertListFilter,
    )
    answer = AlertAnswer
    needs = dict.fromkeys(("acknowledge", "snooze", "reopen", "paused"), Action.PLAN_FLIGHTS)

    def loaded(self, rows: Any, answer: Answer) -> Any:
        """With their state, and the flights that they hit: one query; each only if it is asked for."""
        hits: dict[UUID, list[str]] = {row.pk: [] for row in rows}
        if "flights" in answer.fields:
            found = AlertFlight.objects.for_brand(self.request.brand).filter(alert__in=hits)
            for alert, flight in found.order_by("pk").values_list("alert", "flight"):
                hits[alert].append(str(flight))
        for row in rows:
            row.flights = hits[row.pk]
            if "state" in answer.fields:
                row.state = state_of(row, now=self.request.now)
        return rows

    @extend_schema(request=Taker, responses={200: AlertAnswer})
    def acknowledge(self, request: Request, id: UUID) -> Response:  # noqa: A002 - the name in the address
        """Somebody takes the lapse upon them: quiet until the day before it."""
        return self.acted(id, lambda row: acknowledge(alerts=[row], by=self._by(Taker)["by"], **self.by))

    @extend_schema(request=Snoozing, responses={200: AlertAnswer})
    def snooze(self, request: Request, id: UUID) -> Response:  # noqa: A002
        """The lapse is not mentioned until an instant."""
        return self.acted(id, lambda row: snooze(alerts=[row], **self._by(Snoozing), **self.by))

    @extend_schema(request=None, responses={200: AlertAnswer})
    def reopen(self, request: Request, id: UUID) -> Response:  # noqa: A002
        """Nobody has the lapse, and nothing is put off."""
        self.read_body(Body)  # there is nothing to say
        return self.acted(id, lambda row: reopen(alerts=[row], **self.by))

    @extend_schema(request=PausedBody, responses={200: AlertAnswer})
    def paused(self, request: Request, id: UUID) -> Response:  # noqa: A002
        """The flights that the lapse lets run without rights were paused in Ads Manager."""

        def act(row: Alert) -> None:
            named = self.read_body(PausedBody).get("flights")
            line = lapse_page(self.request.brand, row.pk, now=self.request.now).line
            running = {each.flight.pk: each.flight for each in line.to_pause}
            wanted = running if named is None else [flight.pk for flight in named]
            if not running or any(pk not in running for pk in wanted):
                words = (
                    "None of its flights runs"
                    if named is None
                    else "Not all of these are flights of it that run"
                )
                raise RefusedError(f"{words} without rights.", field="" if named is None else "flights")
            pause_flights(flights=[running[pk] for pk in wanted], **self.by)

        return self.acted(id, act)

    def _by(self, body: type[Body]) -> dict[str, Any]:
        values = self.read_body(body)
        if "by" not in values:
            if not isinstance(self.request.user, User):
                raise serializers.ValidationError({"by": ["Say which member takes it: a script cannot."]})
            values["by"] = self.request.user
        return values


urlpatterns = addresses("alerts", Alerts, actions=("acknowledge", "snooze", "reopen", "paused"))
