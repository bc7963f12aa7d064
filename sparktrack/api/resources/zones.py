"""What another time zone moves, asked before it is stored: of a brand and of an ad account."""

from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema_serializer
from rest_framework import serializers

from campaigns.operations.zones import Moved
from sparktrack.api.bodies import Body, Zone
from sparktrack.api.problems import beside

_MINUTE = timedelta(minutes=1)
# Of what changes nothing: it may be asked twice.
NO_KEY = OpenApiParameter("Idempotency-Key", location=OpenApiParameter.HEADER, exclude=True)


@extend_schema_serializer(
    examples=[OpenApiExample("Another zone", {"time_zone": "Europe/Berlin"}, request_only=True)]
)
class ZoneOfBrand(Body):
    """A zone that is thought of."""

    time_zone = Zone()


@extend_schema_serializer(
    examples=[OpenApiExample("Another zone", {"time_zone": "America/New_York"}, request_only=True)]
)
class ZoneOfAccount(Body):
    """A zone that is thought of; empty: the brand's."""

    time_zone = Zone(allow_blank=True)


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Six hours earlier",
            {"minutes_later": -360, "flights": 12, "rights": 3, "codes": 5},
            response_only=True,
        )
    ]
)
class ZonePreview(serializers.Serializer[Any]):
    """What would begin or end at another instant. Every date stays as it was typed."""

    minutes_later = serializers.IntegerField(help_text="By which today would begin later; negative: earlier.")
    flights = serializers.IntegerField()
    rights = serializers.IntegerField()
    codes = serializers.IntegerField()


def preview_of(moved: Moved, shift: timedelta) -> dict[str, int]:
    """The figures of a preview."""
    return {
        "minutes_later": shift // _MINUTE,
        "flights": moved.flights,
        "rights": moved.rights,
        "codes": moved.codes,
    }


def about_zone() -> AbstractContextManager[None]:
    """What is refused in here is the fault of the zone: a date that it skipped is not in what was sent."""
    return beside("time_zone", starts_on="time_zone", ends_on="time_zone")
