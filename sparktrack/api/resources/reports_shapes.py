"""What a report looks like to scripts: its figures, and the rows behind each.

Days are lengths of 24 hours, to a hundredth; money is told per currency; ``reason`` is what a gap is named after.
"""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from authorizations.enums import Reason
from sparktrack.api.fields import InstantField
from sparktrack.core.models import choices


def _days(**options: Any) -> serializers.FloatField:
    return serializers.FloatField(min_value=0, **options)


def _amount(**options: Any) -> serializers.DecimalField:
    return serializers.DecimalField(max_digits=20, decimal_places=2, **options)


class ReasonDays(serializers.Serializer[Any]):
    """Days that went one way; the longest first."""

    reason = serializers.ChoiceField(choices(Reason))
    days = _days()


class Amount(serializers.Serializer[Any]):
    """Money."""

    currency = serializers.CharField()
    amount = _amount()


class FigureAnswer(serializers.Serializer[Any]):
    """A figure, and in one sentence what it counts."""

    title = serializers.CharField()
    definition = serializers.CharField()


class ActivatedFigure(FigureAnswer):
    """Posts that ran for the first time."""

    posts = serializers.IntegerField()


class AskedFigure(FigureAnswer):
    """Codes asked for, and what came."""

    asked = serializers.IntegerField()
    answered = serializers.IntegerField()
    median_days = _days(allow_null=True, help_text="To the answer; null without one.")
    generated = serializers.IntegerField(help_text="Codes that began in the period, asked for or not.")


class BurntFigure(FigureAnswer):
    """Days of codes on which nothing ran."""

    codes = serializers.IntegerField()
    days = _days()
    median_days = _days(allow_null=True, help_text="Of a code; null without one.")
    unused = serializers.IntegerField(help_text="Codes that ended without an ad.")


class LostFigure(FigureAnswer):
    """Planned days on which nothing ran."""

    planned_days = _days()
    days = _days()
    reasons = ReasonDays(many=True)


class UnpermittedFigure(FigureAnswer):
    """Days on which ads ran without rights."""

    flights = serializers.IntegerField()
    days = _days()
    reasons = ReasonDays(many=True)
    money = Amount(many=True, help_text="Expected spend of a day times these days.")


class UnusedFigure(FigureAnswer):
    """Rights that were paid for in vain so far."""

    rights = serializers.IntegerField()
    fees = Amount(many=True)


class RenewalsFigure(FigureAnswer):
    """Rights that end soon, seen from today."""

    rights = serializers.IntegerField()
    needed = serializers.IntegerField(help_text="With a flight that goes on after the last day.")
    fees = Amount(many=True, required=False, help_text="Only for those who may read fees.")


_REPORT = {
    "first": "2026-10-01",
    "last": "2026-10-31",
    "time_zone": "Europe/Berlin",
    "counted_until": "2026-10-31T23:00:00Z",
    "lost": {
        "title": "Flight-days lost",
        "definition": "Time in which flights of this period should have run and TikTok did not run them.",
        "planned_days": 330.5,
        "days": 3.25,
        "reasons": [{"reason": "code_expired", "days": 3.25}],
    },
}


@extend_schema_serializer(examples=[OpenApiExample("October, in part", _REPORT, response_only=True)])
class ReportAnswer(serializers.Serializer[Any]):
    """The figures of a period; it ends now at the latest. What is behind one: ``reports/<figure>``."""

    first = serializers.DateField()
    last = serializers.DateField()
    time_zone = serializers.CharField()
    counted_until = InstantField()
    activated = ActivatedFigure()
    asked = AskedFigure()
    burnt = BurntFigure()
    lost = LostFigure()
    without_rights = UnpermittedFigure()
    unused_rights = UnusedFigure(required=False, help_text="Only for those who may read fees.")
    renewals = RenewalsFigure()


class PostRow(serializers.Serializer[Any]):
    """A row about a post."""

    post = serializers.UUIDField()
    title = serializers.CharField()
    handle = serializers.CharField()


class ActivatedRow(PostRow):
    """A post whose first flight began."""

    first_ran_at = InstantField()


class AskedRow(PostRow):
    """A code that was asked for."""

    asked_at = InstantField()
    window_days = serializers.IntegerField(help_text="Days that were asked for.")
    answered_at = InstantField(allow_null=True)
    days = _days(allow_null=True, help_text="To the answer.")


class BurntRow(PostRow):
    """A code whose first days passed without an ad."""

    generated_at = InstantField()
    first_used_at = InstantField(allow_null=True, help_text="null: it ended without an ad.")
    ends_at = InstantField()
    days = _days(help_text="That passed before the first use, or all.")


class LostRow(PostRow):
    """A flight and one reason for which it did not run."""

    campaign = serializers.CharField()
    planned_days = _days()
    reason = serializers.ChoiceField(choices(Reason))
    days = _days()


class UnpermittedRow(PostRow):
    """A flight that ran without rights."""

    campaign = serializers.CharField()
    reasons = serializers.ListField(child=serializers.ChoiceField(choices(Reason)))
    days = _days()
    money = _amount(allow_null=True, help_text="null: nobody said what a day costs.")
    currency = serializers.CharField()
    run_anyway = serializers.BooleanField(help_text="Somebody decided to run it anyway.")


class UnusedRow(serializers.Serializer[Any]):
    """A right that no flight has used."""

    right = serializers.UUIDField()
    name = serializers.CharField(help_text="What it is on.")
    first_day = serializers.DateField()
    last_day = serializers.DateField(allow_null=True, help_text="null: open.")
    fee = _amount(required=False, allow_null=True)
    currency = serializers.CharField(required=False)


class RenewalRow(UnusedRow):
    """A right that ends soon. The fee is for those who may read fees."""

    needed = serializers.BooleanField(help_text="A flight goes on after the last day.")


_POST = {"post": "019aa1e0-5b1c-7f3a-9d55-2f8a3f6f0b11", "title": "Harness", "handle": "lena.paws"}
_RIGHT = {
    "right": "019aa1e0-6a0d-7f61-9a2b-4b8f5f2d3c10",
    "name": "Harness · @lena.paws",
    "first_day": "2026-10-01",
    "last_day": "2026-12-10",
    "fee": "300.00",
    "currency": "EUR",
}
# Figure → a row of it in the document.
EXAMPLES: dict[str, dict[str, Any]] = {
    "activated": {**_POST, "first_ran_at": "2026-10-04T22:00:00Z"},
    "asked": {
        **_POST,
        "asked_at": "2026-09-30T22:00:00Z",
        "window_days": 30,
        "answered_at": "2026-10-03T06:00:00Z",
        "days": 2.33,
    },
    "burnt": {
        **_POST,
        "generated_at": "2026-10-02T22:00:00Z",
        "first_used_at": "2026-10-04T22:00:00Z",
        "ends_at": "2026-10-09T22:00:00Z",
        "days": 2.0,
    },
    "lost": {**_POST, "campaign": "Autumn", "planned_days": 10.0, "reason": "code_expired", "days": 5.0},
    "without-rights": {
        **_POST,
        "campaign": "Autumn",
        "reasons": ["rights_expired"],
        "days": 4.0,
        "money": "400.00",
        "currency": "EUR",
        "run_anyway": False,
    },
    "unused-rights": _RIGHT,
    "renewals": {**_RIGHT, "needed": True},
}
