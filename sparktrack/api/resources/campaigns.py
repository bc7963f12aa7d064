"""``campaigns``: what flights are planned in."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db.models import Count, QuerySet
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from brands.models import Brand
from brands.operations.deleting import delete_rows
from brands.operations.edits import Edit
from brands.rules import Action
from campaigns.enums import FlightStatus
from campaigns.models import Campaign, Flight
from campaigns.operations.campaigns import CampaignDraft, add_campaigns, edit_campaigns
from sparktrack.api.addresses import addresses
from sparktrack.api.answers import Answer
from sparktrack.api.bodies import Body, Text
from sparktrack.api.fields import BuyerField
from sparktrack.api.many import ManyMixin
from sparktrack.api.resource import WRITES
from workplace.queries.flights_list import state_at
from workplace.views.campaigns_list import CAMPAIGNS


class FlightNumbers(serializers.Serializer[Any]):
    """How many flights are in each state."""

    live = serializers.IntegerField()
    planned = serializers.IntegerField()
    paused = serializers.IntegerField()
    unplanned = serializers.IntegerField()
    ended = serializers.IntegerField()


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A campaign",
            {
                "id": "019b0f6e-7c1a-7000-8000-00000000c001",
                "name": "Winter",
                "objective": "Conversions",
                "buyer": "019b0f6e-7c1a-7000-8000-00000000b001",
                "flights": {"live": 12, "planned": 3, "paused": 1, "unplanned": 0, "ended": 40},
                "created_at": "2026-10-01T08:30:00Z",
            },
            response_only=True,
        )
    ]
)
class CampaignAnswer(Answer):
    """A campaign. ``buyer`` hears of its flights that have no buyer of their own."""

    flights = FlightNumbers(source="flights_by_state")
    reads = {"flights": ()}

    class Meta:
        model = Campaign
        fields = ("id", "name", "objective", "buyer", "flights", "created_at")
        read_only_fields = fields


class CampaignChanges(Body):
    """What can be changed about a campaign."""

    name = Text(max_length=120, required=False)
    objective = Text(max_length=120, allow_blank=True, required=False)
    buyer = BuyerField(allow_null=True, required=False)


@extend_schema_serializer(
    examples=[
        OpenApiExample("A new campaign", {"name": "Winter", "objective": "Conversions"}, request_only=True)
    ]
)
class NewCampaign(CampaignChanges):
    """A campaign to put on file."""

    name = Text(max_length=120)


def _rows(brand: Brand, _now: datetime) -> QuerySet[Any]:
    """Without the number that the page shows: ``flights`` has it."""
    rows: QuerySet[Any] = Campaign.objects.for_brand(brand)
    return rows


class Campaigns(ManyMixin):
    """The campaigns of the brand."""

    shelf = replace(CAMPAIGNS, rows=_rows)
    answer = CampaignAnswer
    lean = True
    creates = NewCampaign
    changes = CampaignChanges
    needs = dict.fromkeys(WRITES, Action.PLAN_FLIGHTS)

    def loaded(self, rows: Sequence[Any], answer: Answer) -> Sequence[Any]:
        """With the numbers of their flights; one query."""
        if "flights" in answer.fields:
            numbers: dict[Any, dict[str, int]] = {
                row.pk: dict.fromkeys((state.value for state in FlightStatus), 0) for row in rows
            }
            flights = Flight.objects.for_brand(self.request.brand).filter(campaign__in=numbers)
            stated = flights.annotate(state=state_at(self.request.now)).values("campaign", "state")
            for each in stated.annotate(number=Count("pk")).order_by():
                numbers[each["campaign"]][each["state"]] = each["number"]
            for row in rows:
                row.flights_by_state = numbers[row.pk]
        return rows

    def add(self, items: Sequence[dict[str, Any]]) -> Sequence[Campaign]:
        """By ``add_campaigns``."""
        return add_campaigns(drafts=[CampaignDraft(**item) for item in items], **self.by)

    def edit(self, edits: Sequence[tuple[Campaign, dict[str, Any]]]) -> None:
        """By ``edit_campaigns``."""
        edit_campaigns(edits=[Edit(row, values) for row, values in edits], **self.by)

    def remove(self, rows: Sequence[Campaign]) -> None:
        """Those without flights."""
        delete_rows(Campaign, rows=rows, action="campaign.deleted", **self.by)


urlpatterns = addresses("campaigns", Campaigns, can=("get", "post", "patch", "delete"))
