"""``inventory``: the posts outside any flight that is not over, judged as if they flew from now on without an end."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import django_filters
from django.db.models import Exists, OuterRef, Q, QuerySet
from drf_spectacular.utils import OpenApiExample, extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from authorizations.enums import Reason, Verdict
from authorizations.models import PostGap
from brands.models import Brand
from campaigns.filters import HandleFilter
from campaigns.queries.board import idle_posts
from campaigns.queries.changes import changed_posts
from campaigns.queries.lines import inventory_lines, stored_gaps
from posts.models import Post
from posts.querysets import PostQuerySet
from sparktrack.api.addresses import addresses
from sparktrack.api.answers import Answer
from sparktrack.api.fields import InstantField
from sparktrack.api.resource import Resource
from sparktrack.api.resources.planner import GapAnswer
from sparktrack.core.days import last_full_day
from sparktrack.core.models import choices
from workplace.lists.filters import ListFilter
from workplace.lists.keys import Sort
from workplace.lists.pages import Shelf

# What is judged beside the row: one query for all rows of a page.
_JUDGED = frozenset({"ready", "verdict", "runnable_until", "last_full_day", "reasons", "gaps"})


class InventoryFilter(ListFilter):
    """What the inventory can be narrowed by."""

    # Not a BooleanFilter: that takes what is neither for nothing said.
    ready = django_filters.ChoiceFilter(
        choices=[("true", "Ready"), ("false", "Not ready")],
        method="that_are_ready",
        label="Could run at this moment",
    )
    creator = HandleFilter(field_name="creator__handle", label="Creator")

    class Meta:
        model = Post
        fields: tuple[str, ...] = ()

    def changed_since(self, rows: QuerySet[Any], _name: str, value: datetime) -> QuerySet[Any]:
        """Also those whose creator, codes, rights or flights were changed."""
        return rows.filter(changed_posts(self.brand, since=value))

    def search(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """Each word in title, handle, SKU or product, or the post id."""
        assert isinstance(rows, PostQuerySet)
        return rows.matching(value)

    def that_are_ready(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """Those that no gap covers now; or those that one does."""
        gaps = PostGap.objects.for_brand(self.brand).filter(post=OuterRef("pk"))
        covers = Q(starts_at__isnull=True) | Q(starts_at__lte=self.now)
        blocked = Exists(gaps.overlapping(self.now, None).filter(covers))
        return rows.filter(~blocked if value == "true" else blocked)


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Ready for another month",
            {
                "id": "019aa1e0-5b1c-7f3a-9d55-2f8a3f6f0b11",
                "creator": "019aa1e0-4c70-7a41-8c0e-7d1f4b1f2a90",
                "handle": "lena.paws",
                "title": "Harness, before and after",
                "ready": True,
                "verdict": "lapses",
                "runnable_until": "2026-12-21T23:00:00Z",
                "last_full_day": "2026-12-21",
                "reasons": ["code_expired"],
            },
            response_only=True,
        )
    ]
)
class InventoryAnswer(Answer):
    """A post that no flight uses. Everything about running is of a flight from now on without an end."""

    handle = serializers.CharField(source="creator.handle", read_only=True, help_text="Of the creator.")
    ready = serializers.SerializerMethodField(help_text="Whether it could run at this moment.")
    verdict = serializers.ChoiceField(choices(Verdict), source="line.coverage.verdict", read_only=True)
    runnable_until = InstantField(
        source="line.coverage.runnable_until",
        read_only=True,
        allow_null=True,
        help_text="null: nothing ends, or it is not ready.",
    )
    last_full_day = serializers.SerializerMethodField(help_text="In the time zone of the brand.")
    reasons = serializers.SerializerMethodField(help_text="Of the first gap.")
    gaps = GapAnswer(source="line.coverage.gaps", many=True, read_only=True, help_text="From now on.")

    reads = {"handle": ("creator__handle",), **dict.fromkeys(_JUDGED, ())}

    class Meta:
        model = Post
        fields = (
            "id",
            "creator",
            "handle",
            "title",
            "url",
            "tiktok_post_id",
            "product",
            "sku",
            "lane",
            "ready",
            "verdict",
            "runnable_until",
            "last_full_day",
            "reasons",
            "gaps",
        )
        read_only_fields = fields

    def get_ready(self, post: Any) -> bool:
        """Whether no gap covers this moment."""
        return bool(post.line.coverage.verdict is not Verdict.BLOCKED)

    @extend_schema_field(serializers.DateField(allow_null=True))
    def get_last_full_day(self, post: Any) -> date | None:
        """The last whole day before the first gap."""
        until = post.line.coverage.runnable_until
        return last_full_day(until, post.line.zone) if until else None

    @extend_schema_field(serializers.ListField(child=serializers.ChoiceField(choices(Reason))))
    def get_reasons(self, post: Any) -> list[str]:
        """Why it may not run in the first gap."""
        gaps = post.line.coverage.gaps
        return [reason.value for reason in gaps[0].reasons] if gaps else []


def _idle(brand: Brand, now: Any) -> QuerySet[Post]:
    return idle_posts(brand, now=now).select_related("creator")


class Inventory(Resource):
    """The posts of the brand that wait for a flight. They can only be read; a flight takes one out."""

    shelf = Shelf(
        rows=_idle,
        sorts=(
            Sort(key="newest", label="Newest first", field="pk", descending=True),
            Sort(key="oldest", label="Oldest first", field="pk"),
        ),
        filters=InventoryFilter,
    )
    answer = InventoryAnswer
    lean = True

    def loaded(self, rows: Sequence[Any], answer: Answer) -> Sequence[Any]:
        """Judged, if that was asked for: one query."""
        if _JUDGED & set(answer.fields):
            brand, now = self.request.brand, self.request.now
            gaps = stored_gaps(brand, [row.pk for row in rows], after=now)
            for row, line in zip(rows, inventory_lines(brand, rows, gaps, now=now), strict=True):
                row.line = line
        return rows


urlpatterns = addresses("inventory", Inventory)
