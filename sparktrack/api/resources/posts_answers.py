"""What scripts get to see of posts."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from authorizations.enums import Reason, Verdict
from brands.rules import Action
from posts.enums import Stage
from posts.models import MetricsSnapshot, Post
from sparktrack.api.answers import Answer
from sparktrack.api.fields import InstantField
from sparktrack.api.resources.planner import GapAnswer
from sparktrack.core.models import choices

# What an answer reads beside the row: three queries for all rows of a page.
OF_LINES = frozenset(
    {"verdict", "runnable_until", "reasons", "gaps", "flights", "metrics", "engagement", "strong"}
)


class NumbersAnswer(serializers.ModelSerializer[MetricsSnapshot]):
    """The numbers of a post at an instant; null: nobody noted it."""

    at = InstantField()

    class Meta:
        model = MetricsSnapshot
        fields = ("at", "source", "views", "likes", "comments", "shares", "saves")
        read_only_fields = fields


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A post that may run for another month",
            {
                "id": "019aa1e0-5b1c-7f3a-9d55-2f8a3f6f0b11",
                "creator": "019aa1e0-4c70-7a41-8c0e-7d1f4b1f2a90",
                "handle": "lena.paws",
                "title": "Harness, before and after",
                "url": "https://www.tiktok.com/@lena.paws/video/7441203811234567890",
                "tiktok_post_id": "7441203811234567890",
                "method": "code",
                "stage": "posted",
                "verdict": "lapses",
                "runnable_until": "2026-12-21T23:00:00Z",
                "reasons": ["code_expired"],
            },
            response_only=True,
        )
    ]
)
class PostAnswer(Answer):
    """A post. ``verdict``, ``runnable_until``, ``reasons`` and ``gaps`` are of a flight from now on without an end."""

    handle = serializers.CharField(source="creator.handle", read_only=True, help_text="Of the creator.")
    stage = serializers.SerializerMethodField(help_text="The stage it reached last; null: not begun.")
    due_on = serializers.DateField(read_only=True, allow_null=True, help_text="What the creator owes next.")
    verdict = serializers.ChoiceField(
        choices(Verdict), source="line.inventory.coverage.verdict", read_only=True
    )
    runnable_until = InstantField(
        source="line.inventory.coverage.runnable_until", read_only=True, allow_null=True
    )
    reasons = serializers.SerializerMethodField(help_text="Of the first gap.")
    gaps = GapAnswer(
        source="line.inventory.coverage.gaps", many=True, read_only=True, help_text="From now on."
    )
    flights = serializers.IntegerField(source="line.flights", read_only=True, help_text="How many.")
    metrics = NumbersAnswer(source="line.metrics", read_only=True, allow_null=True, help_text="The newest.")
    engagement = serializers.DecimalField(
        max_digits=None,
        decimal_places=2,
        source="line.percent",
        read_only=True,
        allow_null=True,
        help_text="Likes, comments, shares and saves in percent of the views.",
    )
    strong = serializers.BooleanField(
        source="line.strong", read_only=True, help_text="The newest numbers reach what the brand asks for."
    )

    private = {
        "hand_off_note": Action.READ_INTERNAL_NOTES,
        "notes": Action.READ_INTERNAL_NOTES,
        "comment_quality": Action.READ_INTERNAL_NOTES,
        "payment_state": Action.READ_FEES,
    }
    reads = {
        "handle": ("creator__handle",),
        **dict.fromkeys(OF_LINES, ()),
        "stage": ("tiktok_post_id", "posted_at"),
        "due_on": (),
    }

    class Meta:
        model = Post
        fields = (
            "id",
            "creator",
            "handle",
            "brief",
            "title",
            "url",
            "tiktok_post_id",
            "posted_at",
            "caption",
            "product",
            "sku",
            "hook_angle",
            "offer",
            "use_case",
            "landing_page",
            "lane",
            "hand_off_note",
            "notes",
            "comment_quality",
            "draft_due_on",
            "post_due_on",
            "due_on",
            "shipment_reference",
            "draft_link",
            "payment_state",
            "replaces",
            "method",
            "unavailable_from",
            "stage",
            "verdict",
            "runnable_until",
            "reasons",
            "gaps",
            "flights",
            "metrics",
            "engagement",
            "strong",
            "created_at",
        )
        read_only_fields = fields

    @extend_schema_field(serializers.ChoiceField(choices(Stage), allow_null=True))
    def get_stage(self, post: Any) -> str | None:
        """The stage that ``posts_of`` found."""
        return post.stage_now or None

    @extend_schema_field(serializers.ListField(child=serializers.ChoiceField(choices(Reason))))
    def get_reasons(self, post: Any) -> list[str]:
        """Why it may not run in the first gap."""
        gap = post.line.inventory.first_gap
        return [reason.value for reason in gap.reasons] if gap else []
