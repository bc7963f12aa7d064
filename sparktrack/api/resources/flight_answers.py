"""A flight as callers get it: what is stored, and what the stored gaps of its post say of it."""

from datetime import datetime
from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from authorizations.enums import Reason, Verdict
from authorizations.rules import Gap
from campaigns.enums import Check, FlightStatus
from campaigns.models import Flight
from campaigns.queries.lines import JudgedFlight
from sparktrack.api.answers import Answer
from sparktrack.api.fields import InstantField, as_instant
from sparktrack.core.days import last_full_day
from sparktrack.core.models import choices


class FlightGap(serializers.Serializer[Any]):
    """A stretch in which it may not run. No end: for ever. ``stops_itself``: TikTok stops it, nobody has to."""

    starts_at = InstantField()
    ends_at = InstantField(allow_null=True)
    reasons = serializers.ListField(child=serializers.ChoiceField(choices(Reason)))
    stops_itself = serializers.BooleanField()

    def to_representation(self, instance: Gap) -> dict[str, Any]:
        """The gap as JSON; a list of flights has hundreds."""
        return {
            "starts_at": None if instance.starts_at is None else as_instant(instance.starts_at),
            "ends_at": None if instance.ends_at is None else as_instant(instance.ends_at),
            "reasons": instance.reasons,
            "stops_itself": instance.stops_itself,
        }


# What is worked out of the dates of a flight and the gaps of its post.
_DATES = ("starts_at", "ends_at", "launched_at", "paused_at", "ended_at", "daily_spend")
_ACCOUNT = ("ad_account__time_zone", "ad_account__currency")
JUDGED = (
    "state",
    "verdict",
    "runnable_until",
    "last_full_day",
    "reasons",
    "gaps",
    "blocked_since",
    "stops_itself",
    "must_pause",
    "uncovered_days",
    "at_risk",
    "currency",
    "time_zone",
)

_EXAMPLE = {
    "id": "019b0f6e-7c1a-7000-8000-00000000f001",
    "post": "019b0f6e-7c1a-7000-8000-00000000a001",
    "post_title": "Morning pour",
    "handle": "maya.makes",
    "campaign_name": "Winter",
    "starts_on": "2026-11-01",
    "ends_on": "2026-12-24",
    "daily_spend": "120.00",
    "state": "live",
    "verdict": "lapses",
    "runnable_until": "2026-12-01T14:05:00Z",
    "last_full_day": "2026-11-30",
    "reasons": ["code_expired"],
    "gaps": [
        {
            "starts_at": "2026-12-01T14:05:00Z",
            "ends_at": "2026-12-25T00:00:00Z",
            "reasons": ["code_expired"],
            "stops_itself": True,
        }
    ],
    "blocked_since": None,
    "stops_itself": True,
    "must_pause": False,
    "uncovered_days": 24,
    "at_risk": "2880.00",
    "currency": "EUR",
    "time_zone": "Europe/Berlin",
}


@extend_schema_serializer(examples=[OpenApiExample("A flight, in part", _EXAMPLE, response_only=True)])
class FlightAnswer(Answer):
    """A flight with its verdict, as of now or of ``at``. Days are read in its ``time_zone``, that of the ad account.

    Without dates there is no verdict. ``reasons`` and ``stops_itself`` are those of the first gap; ``gaps`` begin now
    at the earliest. ``at_risk`` is what the ``uncovered_days`` would spend or lose, in ``currency``.
    """

    post_title = serializers.CharField(source="post")
    creator = serializers.UUIDField(source="post.creator_id")
    handle = serializers.CharField(source="post.creator.handle", help_text="Of the creator, without @.")
    campaign_name = serializers.CharField(source="campaign.name")
    responsible_buyer = serializers.UUIDField(
        allow_null=True, help_text="Its own buyer, else the campaign’s."
    )
    checklist = serializers.ListField(
        child=serializers.ChoiceField(choices(Check)), help_text="What was made sure of before the launch."
    )
    tiktok_ad_ids = serializers.ListField(child=serializers.CharField())
    state = serializers.ChoiceField(choices(FlightStatus))
    verdict = serializers.ChoiceField(choices(Verdict), allow_null=True)
    runnable_until = InstantField(allow_null=True)
    last_full_day = serializers.DateField(
        allow_null=True, help_text="The last whole day before runnable_until."
    )
    reasons = serializers.ListField(child=serializers.ChoiceField(choices(Reason)))
    gaps = FlightGap(many=True)
    blocked_since = InstantField(allow_null=True)
    stops_itself = serializers.BooleanField(allow_null=True)
    must_pause = serializers.BooleanField(help_text="Only rights are missing: somebody has to pause it.")
    uncovered_days = serializers.IntegerField()
    at_risk = serializers.DecimalField(max_digits=20, decimal_places=2, allow_null=True)
    currency = serializers.CharField()
    time_zone = serializers.CharField()

    reads = {
        "post_title": ("post__title", "post__tiktok_post_id", "post__url"),
        "creator": ("post__creator",),
        "campaign_name": ("campaign__name",),
        "responsible_buyer": ("buyer", "campaign__buyer"),
        **dict.fromkeys(JUDGED, ("post", *_DATES, *_ACCOUNT)),
    }

    class Meta:
        model = Flight
        fields = (
            "id",
            "post",
            "post_title",
            "creator",
            "handle",
            "campaign",
            "campaign_name",
            "buyer",
            "responsible_buyer",
            "ad_account",
            "starts_on",
            "ends_on",
            "starts_at",
            "ends_at",
            "daily_spend",
            "spend_source",
            "call_to_action",
            "landing_page",
            "ad_name",
            "tiktok_ad_ids",
            "checklist",
            "launched_at",
            "paused_at",
            "ended_at",
            "run_anyway_reason",
            "run_anyway_by",
            "run_anyway_at",
            "created_at",
            *JUDGED,
        )
        read_only_fields = fields


def told(line: JudgedFlight) -> dict[str, Any]:
    """The fields that are worked out, of a judged flight."""
    first, coverage = line.first_gap, line.coverage
    until: datetime | None = coverage.runnable_until if coverage else None
    return {
        "state": line.status,
        "verdict": coverage.verdict if coverage else None,
        "runnable_until": until,
        "last_full_day": last_full_day(until, line.zone) if until else None,
        "reasons": first.reasons if first else (),
        "gaps": coverage.gaps if coverage else (),
        "blocked_since": line.blocked_since,
        "stops_itself": first.stops_itself if first else None,
        "must_pause": line.must_pause,
        "uncovered_days": line.uncovered_days,
        "at_risk": line.at_risk,
        "currency": line.currency,
        "time_zone": line.zone,
    }
