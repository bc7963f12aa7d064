"""What the board, the findings and the peak share: flights in short, counts, and money by currency."""

from collections.abc import Iterable, Mapping
from typing import Any

from rest_framework import serializers

from authorizations.enums import Reason, Verdict
from campaigns.enums import FlightStatus
from campaigns.queries.board import MoneySum
from campaigns.queries.lines import BoardLine
from sparktrack.api.fields import InstantField
from sparktrack.api.resources.flight_answers import told
from sparktrack.core.models import choices

Row = dict[str, Any]


class CountAnswer(serializers.Serializer[Any]):
    """How many."""

    count = serializers.IntegerField()
    count_is_bound = serializers.BooleanField(help_text="There are more than were counted.")


class FlightInShort(serializers.Serializer[Any]):
    """A flight as the board tells it; the rest of it is at ``flights/{id}``, where these fields are as well.

    But for ``apply_by``: until then the new code must be applied where the old one is in use, before anything else
    happens.
    """

    id = serializers.UUIDField()
    post = serializers.UUIDField()
    post_title = serializers.CharField()
    handle = serializers.CharField()
    campaign_name = serializers.CharField()
    state = serializers.ChoiceField(choices(FlightStatus))
    verdict = serializers.ChoiceField(choices(Verdict), allow_null=True)
    runnable_until = InstantField(allow_null=True)
    last_full_day = serializers.DateField(allow_null=True)
    reasons = serializers.ListField(child=serializers.ChoiceField(choices(Reason)))
    blocked_since = InstantField(allow_null=True)
    stops_itself = serializers.BooleanField(allow_null=True)
    must_pause = serializers.BooleanField()
    apply_by = InstantField(allow_null=True)
    daily_spend = serializers.DecimalField(max_digits=12, decimal_places=2, allow_null=True)
    uncovered_days = serializers.IntegerField()
    at_risk = serializers.DecimalField(max_digits=20, decimal_places=2, allow_null=True)
    currency = serializers.CharField()
    time_zone = serializers.CharField()


FLIGHT: Mapping[str, Any] = {
    "id": "019b0f6e-7c1a-7000-8000-00000000f001",
    "post": "019b0f6e-7c1a-7000-8000-00000000a001",
    "post_title": "Morning pour",
    "handle": "maya.makes",
    "campaign_name": "Winter",
    "state": "live",
    "verdict": "lapses",
    "runnable_until": "2026-12-01T14:05:00Z",
    "last_full_day": "2026-11-30",
    "reasons": ["code_expired"],
    "blocked_since": None,
    "stops_itself": True,
    "must_pause": False,
    "apply_by": None,
    "daily_spend": "120.00",
    "uncovered_days": 24,
    "at_risk": "2880.00",
    "currency": "EUR",
    "time_zone": "Europe/Berlin",
}
MONEY = [{"currency": "EUR", "amount": "2880.00"}]


def in_short(lines: Iterable[BoardLine]) -> list[Row]:
    """Lines of the board as JSON."""
    rows: list[Row] = [
        {
            "id": line.flight_id,
            "post": line.post_id,
            "post_title": line.title,
            "handle": line.handle,
            "campaign_name": line.campaign,
            "apply_by": line.apply_by,
            "daily_spend": line.daily_spend,
            **told(line),
        }
        for line in lines
    ]
    shape = FlightInShort()
    return [shape.to_representation(row) for row in rows]


def sums(amounts: Iterable[MoneySum]) -> list[Row]:
    """Money by currency as JSON."""
    return [{"currency": each.currency, "amount": f"{each.amount:.2f}"} for each in amounts]
