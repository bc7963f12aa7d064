"""``flights/preview-move``: what other dates would do to flights, before they get them. Nothing is written."""

from typing import Any

from django.db.models import prefetch_related_objects
from django.urls import path
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from authorizations.enums import Reason, Verdict
from brands.rules import Action
from campaigns.models import Flight
from campaigns.moves import FARTHEST, MoveBy, Shift
from campaigns.queries.lines import JudgedFlight
from sparktrack.api.bodies import Body, Day, Whole
from sparktrack.api.fields import InstantField, OwnedListField
from sparktrack.api.reading import refuse_unknown
from sparktrack.api.resource import BrandView
from sparktrack.api.resources.flight_answers import told
from sparktrack.api.resources.planning_shapes import MONEY, sums
from sparktrack.api.resources.reports_shapes import Amount
from sparktrack.core.models import choices
from workplace.queries.flights_move import Change, MoveLine, at_risk, move_preview

_FLIGHT = "019b0f6e-7c1a-7000-8000-00000000f001"


@extend_schema_serializer(
    examples=[OpenApiExample("Two weeks later", {"flights": [_FLIGHT], "days": 14}, request_only=True)]
)
class PreviewMoveBody(Body):
    """Which flights, and how: all by ``days``, or so that the first begins on ``starts_on``, or all to ``ends_on``."""

    flights = OwnedListField(Flight, allow_empty=False)
    days = Whole(
        min_value=-FARTHEST, max_value=FARTHEST, required=False, help_text="Later; earlier, if negative."
    )
    starts_on = Day(required=False, help_text="Of the first; the others keep their distance.")
    ends_on = Day(required=False, help_text="The last day of all; their first days stay.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Exactly one way."""
        if len(attrs.keys() - {"flights"}) != 1:
            raise ValidationError("Say one of days, starts_on and ends_on.")
        return attrs


class MoveSide(serializers.Serializer[Any]):
    """A flight with its old or its new dates, in the fields of ``flights``."""

    starts_on = serializers.DateField(allow_null=True)
    ends_on = serializers.DateField(allow_null=True)
    verdict = serializers.ChoiceField(choices(Verdict), allow_null=True)
    runnable_until = InstantField(allow_null=True)
    last_full_day = serializers.DateField(allow_null=True)
    reasons = serializers.ListField(child=serializers.ChoiceField(choices(Reason)))
    uncovered_days = serializers.IntegerField()
    at_risk = serializers.DecimalField(max_digits=20, decimal_places=2, allow_null=True)
    currency = serializers.CharField()
    time_zone = serializers.CharField()


class MoveAnswer(serializers.Serializer[Any]):
    """What a move does to one flight: it ``loses`` or ``gains`` coverage, ``keeps`` it, or ``lacks`` some anyway.

    It ``stays`` as it is where it cannot be moved, as ``why_not`` says.
    """

    id = serializers.UUIDField()
    change = serializers.ChoiceField(choices(Change))
    why_not = serializers.CharField()
    keeps_start = serializers.BooleanField(help_text="Only its end moves: it has begun, or that was asked.")
    before = MoveSide()
    after = MoveSide()


_SIDE = {
    "starts_on": "2026-12-01",
    "ends_on": "2026-12-14",
    "verdict": "covered",
    "runnable_until": "2026-12-14T23:00:00Z",
    "last_full_day": "2026-12-14",
    "reasons": [],
    "uncovered_days": 0,
    "at_risk": "0.00",
    "currency": "EUR",
    "time_zone": "Europe/Berlin",
}
_LATER = {
    **_SIDE,
    "starts_on": "2026-12-15",
    "ends_on": "2026-12-28",
    "verdict": "lapses",
    "runnable_until": "2026-12-21T14:05:00Z",
    "last_full_day": "2026-12-20",
    "reasons": ["code_expired"],
    "uncovered_days": 8,
    "at_risk": "960.00",
}


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "One that loses coverage",
            {
                "results": [
                    {
                        "id": _FLIGHT,
                        "change": "loses",
                        "why_not": "",
                        "keeps_start": False,
                        "before": _SIDE,
                        "after": _LATER,
                    }
                ],
                "at_risk_before": [],
                "at_risk_after": MONEY,
            },
            response_only=True,
        )
    ]
)
class MovePreview(serializers.Serializer[Any]):
    """The flights in the order in which they were named; money of those that move, by currency."""

    results = MoveAnswer(many=True)
    at_risk_before = Amount(many=True)
    at_risk_after = Amount(many=True)


class FlightMoves(BrandView):
    """The page that moves many flights, as far as its preview."""

    needs = {"post": Action.PLAN_FLIGHTS}

    @extend_schema(operation_id="flights_preview_move", request=PreviewMoveBody, responses={200: MovePreview})
    def post(self, request: Request) -> Response:
        """Judges up to 500 flights as they are and as they would be; nothing is stored.

        To move them, send the dates of ``after`` to ``flights/bulk``.
        """
        refuse_unknown(request.query_params, ())
        said = self.read_body(PreviewMoveBody)
        flights: list[Flight] = said["flights"]
        prefetch_related_objects(flights, "ad_account")
        lines = move_preview(self.request.brand, flights, _shift(said), now=self.request.now)
        going = [line for line in lines if line.change is not Change.STAYS]
        found = {
            "results": [_told(line) for line in lines],
            "at_risk_before": sums(at_risk(line.before for line in going)),
            "at_risk_after": sums(at_risk(line.after for line in going)),
        }
        return Response(MovePreview().to_representation(found))


def _shift(said: dict[str, Any]) -> Shift:
    if "days" in said:
        return Shift(MoveBy.DAYS, said["days"])
    if "starts_on" in said:
        return Shift(MoveBy.START, on=said["starts_on"])
    return Shift(MoveBy.END, on=said["ends_on"])


def _told(line: MoveLine) -> dict[str, Any]:
    return {
        "id": line.flight.pk,
        "change": line.change,
        "why_not": line.moved.why_not,
        "keeps_start": line.moved.keeps_start,
        "before": _side(line.flight, line.before),
        "after": _side(line.moved, line.after),
    }


def _side(dates: Any, judged: JudgedFlight) -> dict[str, Any]:
    return {"starts_on": dates.starts_on, "ends_on": dates.ends_on, **told(judged)}


urlpatterns = [path("flights/preview-move", FlightMoves.as_view(), name="api-flights-preview-move")]
