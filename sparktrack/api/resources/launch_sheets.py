"""``flights/{id}/launch-sheet``: what is typed into Ads Manager, and what to make sure of before it is switched on."""

from typing import Any
from uuid import UUID

from django.http import Http404
from django.urls import path
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from authorizations.enums import CodeStatus
from authorizations.models import UsageRight
from brands.rules import Action
from campaigns.enums import Check
from campaigns.models import Flight
from sparktrack.api.fields import InstantField, as_instant
from sparktrack.api.reading import refuse_unknown
from sparktrack.api.resource import BrandView
from sparktrack.api.resources.planning_shapes import Row
from sparktrack.core.models import choices
from workplace.flights_words import check_words
from workplace.queries.flights_sheet import LaunchSheet, SheetCode, Ticked, launch_sheet, proposed_name


class EntriesAnswer(serializers.Serializer[Any]):
    """What is typed into Ads Manager; empty: nobody said it. The days are those of ``time_zone``."""

    ad_account_name = serializers.CharField()
    advertiser_id = serializers.CharField()
    campaign_name = serializers.CharField()
    objective = serializers.CharField()
    ad_name = serializers.CharField(help_text="That of the flight, else by the template of the brand.")
    ad_name_is_proposed = serializers.BooleanField(help_text="By the template: nobody gave the flight one.")
    handle = serializers.CharField()
    post_url = serializers.CharField()
    tiktok_post_id = serializers.CharField()
    starts_on = serializers.DateField(allow_null=True)
    ends_on = serializers.DateField(allow_null=True)
    daily_spend = serializers.DecimalField(max_digits=12, decimal_places=2, allow_null=True)
    currency = serializers.CharField()
    call_to_action = serializers.CharField()
    landing_page = serializers.CharField()


class SheetCodeAnswer(serializers.Serializer[Any]):
    """A code that can be used, by its ending; ``codes/{id}/reveal`` gives it out."""

    id = serializers.UUIDField()
    ending = serializers.CharField()
    status = serializers.ChoiceField(choices(CodeStatus))
    ends_at = InstantField()
    is_applied = serializers.BooleanField(help_text="To the ad account of the flight, or to any without one.")
    has_source_post_code = serializers.BooleanField()


class SheetRightAnswer(serializers.Serializer[Any]):
    """A right that counts for the post."""

    id = serializers.UUIDField()
    paid_amplification = serializers.BooleanField()
    starts_at = InstantField(allow_null=True)
    ends_at = InstantField(allow_null=True)
    territories = serializers.ListField(child=serializers.CharField())
    channels = serializers.ListField(child=serializers.CharField())


class CheckAnswer(serializers.Serializer[Any]):
    """One thing to make sure of. ``known``: what is on file about it. Ticked by nobody: ``ticked_at`` is null."""

    check = serializers.ChoiceField(choices(Check))
    title = serializers.CharField()
    meaning = serializers.CharField()
    known = serializers.CharField()
    ticked_at = InstantField(allow_null=True)
    ticked_by = serializers.UUIDField(allow_null=True, help_text="null: nobody, or a script.")
    ticked_by_name = serializers.CharField()


_EXAMPLE = {
    "flight": "019b0f6e-7c1a-7000-8000-00000000f001",
    "post": "019b0f6e-7c1a-7000-8000-00000000a001",
    "needs_code": True,
    "apply_by": None,
    "entries": {
        "ad_account_name": "Northbeam US",
        "advertiser_id": "7000000000000000001",
        "campaign_name": "Winter",
        "objective": "",
        "ad_name": "20261122_maya_655681",
        "ad_name_is_proposed": True,
        "handle": "maya.makes",
        "post_url": "https://www.tiktok.com/@maya.makes/video/7301184422019655681",
        "tiktok_post_id": "7301184422019655681",
        "starts_on": "2026-11-22",
        "ends_on": "2026-11-30",
        "daily_spend": "120.00",
        "currency": "USD",
        "call_to_action": "Shop now",
        "landing_page": "https://northbeam.example",
    },
    "codes": [
        {
            "id": "019a9f54-6f3a-7d21-b0c9-8a7b6c5d4e3f",
            "ending": "k2Y=",
            "status": "active",
            "ends_at": "2026-12-10T05:00:00Z",
            "is_applied": True,
            "has_source_post_code": False,
        }
    ],
    "rights": [],
    "checks": [
        {
            "check": "music",
            "title": "Music",
            "meaning": "Original, or from the Commercial Music Library.",
            "known": "",
            "ticked_at": "2026-11-21T14:05:00Z",
            "ticked_by": "019a9f50-1a2b-7c3d-8e4f-5a6b7c8d9e0f",
            "ticked_by_name": "Priya Raman",
        }
    ],
    "open": 5,
    "time_zone": "America/New_York",
}


@extend_schema_serializer(examples=[OpenApiExample("A sheet, in part", _EXAMPLE, response_only=True)])
class LaunchSheetAnswer(serializers.Serializer[Any]):
    """The launch sheet of a flight. Whether it may run, and until when, says the flight itself.

    Checks are ticked by a PATCH of the flight: ``checklist`` names those that are.
    """

    flight = serializers.UUIDField()
    post = serializers.UUIDField()
    needs_code = serializers.BooleanField()
    apply_by = InstantField(allow_null=True, help_text="Until then the new code must be applied.")
    entries = EntriesAnswer()
    codes = SheetCodeAnswer(many=True, help_text="That which lasts longest first.")
    rights = SheetRightAnswer(many=True)
    checks = CheckAnswer(many=True)
    open = serializers.IntegerField(help_text="Checks that nobody ticked.")
    time_zone = serializers.CharField(help_text="Of the ad account.")


class LaunchSheets(BrandView):
    """The launch sheet of one flight."""

    needs = {"get": Action.PLAN_FLIGHTS}

    @extend_schema(operation_id="flights_launch_sheet", responses={200: LaunchSheetAnswer})
    def get(self, request: Request, id: UUID) -> Response:  # noqa: A002 - the name in the address
        """What is typed into Ads Manager, and what to make sure of before the ad is switched on."""
        refuse_unknown(request.query_params, ())
        try:
            sheet = launch_sheet(self.request.brand, id, now=self.request.now)
        except Flight.DoesNotExist:
            raise Http404 from None
        return Response(
            {
                "flight": sheet.flight.pk,
                "post": sheet.flight.post_id,
                "needs_code": sheet.needs_code,
                "apply_by": sheet.apply_by and as_instant(sheet.apply_by),
                "entries": self._entries(sheet),
                "codes": [_code(each) for each in sheet.codes],
                "rights": [_right(right) for right in sheet.rights],
                "checks": [_check(each, sheet) for each in sheet.checks],
                "open": sheet.open,
                "time_zone": sheet.line.zone,
            }
        )

    def _entries(self, sheet: LaunchSheet) -> Row:
        flight, post, account = sheet.flight, sheet.flight.post, sheet.flight.ad_account
        return {
            "ad_account_name": account.name if account else "",
            "advertiser_id": account.advertiser_id if account else "",
            "campaign_name": flight.campaign.name,
            "objective": flight.campaign.objective,
            "ad_name": flight.ad_name or proposed_name(self.request.brand, sheet),
            "ad_name_is_proposed": not flight.ad_name,
            "handle": post.creator.handle,
            "post_url": post.url,
            "tiktok_post_id": post.tiktok_post_id,
            "starts_on": flight.starts_on,
            "ends_on": flight.ends_on,
            "daily_spend": None if flight.daily_spend is None else f"{flight.daily_spend:.2f}",
            "currency": sheet.line.currency,
            "call_to_action": flight.call_to_action,
            "landing_page": flight.landing_page or post.landing_page,
        }


def _code(each: SheetCode) -> Row:
    return {
        "id": each.code.pk,
        "ending": each.code.ending,
        "status": each.status.value,
        "ends_at": as_instant(each.ends_at),
        "is_applied": each.applied,
        "has_source_post_code": bool(each.code.source_post_key_id),
    }


def _right(right: UsageRight) -> Row:
    return {
        "id": right.pk,
        "paid_amplification": right.paid_amplification,
        "starts_at": right.starts_at and as_instant(right.starts_at),
        "ends_at": right.ends_at and as_instant(right.ends_at),
        "territories": right.territories,
        "channels": right.channels,
    }


def _check(each: Ticked, sheet: LaunchSheet) -> Row:
    title, meaning, known = check_words(each.check, sheet)
    return {
        "check": each.check.value,
        "title": title,
        "meaning": meaning,
        "known": known,
        "ticked_at": each.at and as_instant(each.at),
        "ticked_by": each.by_id or None,
        "ticked_by_name": each.by,
    }


urlpatterns = [
    path("flights/<uuid:id>/launch-sheet", LaunchSheets.as_view(), name="api-flights-launch-sheet")
]
