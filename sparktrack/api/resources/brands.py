"""``brands``: the brand of the caller, and its settings."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_field, extend_schema_serializer
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from brands.models import Brand, User
from brands.operations.brands import MAX_STEP, MOST_STEPS, WINDOWS
from brands.rules import Action
from campaigns.ad_names import build_ad_name, check_template
from campaigns.operations.zones import preview_brand_zone
from sparktrack.api.addresses import addresses
from sparktrack.api.answers import Answer
from sparktrack.api.bodies import Body, Flag, Money, Text, Whole, Zone
from sparktrack.api.reading import refuse_unknown
from sparktrack.api.resource import Resource
from sparktrack.api.resources.zones import NO_KEY, ZoneOfBrand, ZonePreview, about_zone, preview_of
from sparktrack.core.days import local_date
from workplace.lists.filters import ListFilter
from workplace.lists.keys import Sort
from workplace.lists.pages import Shelf
from workplace.operations.settings import change_brand
from workplace.queries.settings import sample_parts
from workplace.settings_words import shift_of

_MOST_VIEWS = 2**31 - 1


class BrandFilter(ListFilter):
    """There is one brand: only words can leave it out."""

    class Meta:
        model = Brand
        fields: tuple[str, ...] = ()

    def search(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """The words in the name."""
        return rows.filter(name__icontains=value)


def _own(brand: Brand, _now: datetime) -> QuerySet[Brand]:
    return Brand.objects.filter(pk=brand.pk)


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A brand",
            {
                "id": "019a9f50-0a1b-7c2d-8e3f-4a5b6c7d8e9f",
                "name": "Northbeam",
                "slug": "northbeam",
                "time_zone": "America/New_York",
                "currency": "USD",
                "warning_steps": [30, 14, 7, 3, 1],
                "digest_hour": 8,
                "expiring_days": 7,
                "tracks_rights": True,
                "window_days": 30,
                "ad_name_template": "",
                "strong_views": 50000,
                "strong_engagement": "3.00",
                "created_at": "2026-09-01T08:00:00Z",
            },
            response_only=True,
        )
    ]
)
class BrandAnswer(Answer):
    """The brand. Days are of its ``time_zone`` unless an ad account has its own."""

    class Meta:
        model = Brand
        fields = (
            "id",
            "name",
            "slug",
            "time_zone",
            "currency",
            "warning_steps",
            "digest_hour",
            "expiring_days",
            "tracks_rights",
            "window_days",
            "ad_name_template",
            "strong_views",
            "strong_engagement",
            "created_at",
        )
        read_only_fields = fields


@extend_schema_field({"type": "integer", "enum": list(WINDOWS)})
class WindowDays(Whole):
    """A window that TikTok's app offers."""

    default_error_messages = {"window": f"One of: {', '.join(map(str, WINDOWS))}."}

    def to_internal_value(self, data: Any) -> int:
        """The days."""
        days = super().to_internal_value(data)
        if days not in WINDOWS:
            self.fail("window")
        return days


class Template(Text):
    """What names of ads are made of."""

    def to_internal_value(self, data: Any) -> str:
        """The template. Raises ValidationError for each fault that a name would have."""
        template = " ".join(super().to_internal_value(data).split())
        # Before the faults are looked for: each token of a long one would have a sentence of its own.
        if self.max_length is not None and len(template) > self.max_length:
            self.fail("max_length", max_length=self.max_length)
        if problems := check_template(template):
            raise ValidationError(problems)
        return template


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Warned sooner",
            {"warning_steps": [60, 30, 14, 7, 3, 1], "digest_hour": 7},
            request_only=True,
        )
    ]
)
class BrandChanges(Body):
    """Settings of a brand. Another ``time_zone`` moves what was typed as dates: ask ``preview-zone`` first."""

    name = Text(max_length=120, required=False)
    currency = Text(min_length=3, max_length=3, required=False, help_text="Three letters, such as EUR.")
    time_zone = Zone(required=False)
    window_days = WindowDays(
        required=False, help_text="What creators are asked for, unless a flight needs more."
    )
    tracks_rights = Flag(required=False, help_text="False: only codes decide what may run.")
    ad_name_template = Template(
        max_length=300,
        allow_blank=True,
        required=False,
        help_text="Such as {date}_{creator}; empty: the usual one.",
    )
    strong_views = Whole(
        min_value=0,
        max_value=_MOST_VIEWS,
        allow_null=True,
        required=False,
        help_text="From which views on an organic post is flagged for paid; null: however many.",
    )
    strong_engagement = Money(
        max_digits=5,
        max_value=100,
        allow_null=True,
        required=False,
        help_text="The same for engagement, in % of the views; null: whatever it is.",
    )
    warning_steps = serializers.ListField(
        child=Whole(min_value=1, max_value=MAX_STEP),
        min_length=1,
        max_length=MOST_STEPS,
        required=False,
        help_text="Days before a lapse on which people are warned; 1 is always among them.",
    )
    digest_hour = Whole(
        min_value=0,
        max_value=23,
        required=False,
        help_text="Of the morning mail, on each person's own clock.",
    )
    expiring_days = Whole(
        min_value=1,
        max_value=MAX_STEP,
        required=False,
        help_text="So many days before its end a code is about to end; for short windows sooner.",
    )


@extend_schema_serializer(
    examples=[
        OpenApiExample("A template", {"ad_name_template": "{date}_{creator}_{post_tail}"}, request_only=True)
    ]
)
class TemplateToTry(Body):
    """A template that is thought of; empty: the usual one."""

    ad_name_template = Template(max_length=300, allow_blank=True)


@extend_schema_serializer(
    examples=[OpenApiExample("A name", {"ad_name": "20261122_maya.glow_655681"}, response_only=True)]
)
class NameTried(serializers.Serializer[Any]):
    """The name of an ad for the newest post, from today on; what that has not, or without any, is made up."""

    ad_name = serializers.CharField()


class Brands(Resource):
    """The one brand that this request is about. Its settings are for admins in person, not for tokens."""

    shelf = Shelf(
        rows=_own,
        sorts=(Sort(key="newest", label="Newest first", field="pk", descending=True),),
        filters=BrandFilter,
    )
    answer = BrandAnswer
    changes = BrandChanges
    needs = {
        "partial_update": Action.CHANGE_SETTINGS,
        "preview_zone": Action.CHANGE_SETTINGS,
        "preview_ad_name": Action.CHANGE_SETTINGS,
    }

    def edit(self, edits: Sequence[tuple[Brand, dict[str, Any]]]) -> None:
        """By ``change_brand``, as the pages of settings do."""
        for _, values in edits:
            with about_zone():
                change_brand(values=values, **self.by)

    @extend_schema(request=ZoneOfBrand, responses={200: ZonePreview}, parameters=[NO_KEY])
    def preview_zone(self, request: Request, id: UUID) -> Response:  # noqa: A002 - the name in the address
        """What another time zone would move. Nothing is stored."""
        refuse_unknown(request.query_params, ())
        brand = self.seen(id)
        zone = self.read_body(ZoneOfBrand)["time_zone"]
        with about_zone():
            moved = preview_brand_zone(brand=brand, zone=zone)
        return Response(preview_of(moved, shift_of(brand.time_zone, zone, now=self.request.now)))

    @extend_schema(request=TemplateToTry, responses={200: NameTried}, parameters=[NO_KEY])
    def preview_ad_name(self, request: Request, id: UUID) -> Response:  # noqa: A002
        """The name that a template would give to an ad. Nothing is stored."""
        refuse_unknown(request.query_params, ())
        brand = self.seen(id)
        template = self.read_body(TemplateToTry)["ad_name_template"]
        today = local_date(self.request.now, brand.time_zone)
        # Only people are asked in: a token has no leave for this.
        buyer = cast(User, request.user).get_short_name()
        parts = sample_parts(brand, today=today, buyer=buyer)
        return Response({"ad_name": build_ad_name(template, parts)})


urlpatterns = addresses("brands", Brands, can=("get", "patch"), actions=("preview-zone", "preview-ad-name"))
