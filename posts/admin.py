"""The Django admin of posts, for staff. Adding posts, and what changes coverage, is in authorizations.admin."""

from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.contrib.admin import EmptyFieldListFilter
from django.http import HttpRequest

from brands.operations.edits import Edit
from brands.owned_admin import OwnedAdmin, by
from posts.enums import MetricsSource, Stage
from posts.models import Brief, MetricsSnapshot, Post, StageEvent
from posts.operations.briefs import EDITABLE_BRIEF, add_briefs, edit_briefs
from posts.operations.metrics import Metrics, record_metrics
from posts.operations.posts import EDITABLE, edit_posts
from posts.operations.stages import StageReached, record_stages
from sparktrack.core.refusals import RefusedError


@admin.register(Brief)
class BriefAdmin(OwnedAdmin):
    """What creators are asked to make."""

    list_display = ("title", "brand", "usage_days", "usage_paid", "created_at")
    list_filter = ("usage_paid",)
    list_select_related = ("brand",)
    search_fields = ("title__istartswith", "brand__slug__exact")
    ordering = ("-pk",)
    _details = (
        "title",
        "product_truth",
        "audience_problem",
        "claim_boundaries",
        "tone_examples",
        "usage_days",
        "usage_paid",
    )
    adding = ("brand", *_details)
    fields = ("brand", *_details, "created_at")
    changing = EDITABLE_BRIEF

    def add_row(self, request: HttpRequest, values: Mapping[str, Any]) -> Brief:
        """One brief."""
        draft = {name: values[name] for name in self._details}
        return add_briefs(drafts=[draft], **by(request, values["brand"]))[0]

    def change_row(self, request: HttpRequest, row: Brief, values: Mapping[str, Any]) -> None:
        """What it says."""
        edit_briefs(edits=[Edit(row, values)], **by(request, row.brand))


@admin.register(Post)
class PostAdmin(OwnedAdmin):
    """Deliverables, live or not yet."""

    list_display = (
        "__str__",
        "creator",
        "brand",
        "tiktok_post_id",
        "posted_at",
        "method",
        "lane",
        "unavailable_from",
    )
    list_filter = ("method", "lane", "payment_state", ("unavailable_from", EmptyFieldListFilter))
    list_select_related = ("brand", "creator")
    search_fields = (
        "tiktok_post_id__exact",
        "creator__handle__startswith",
        "title__istartswith",
        "sku__exact",
        "brand__slug__exact",
    )
    ordering = ("-pk",)
    details = (
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
        "shipment_reference",
        "draft_link",
        "payment_state",
    )
    fields = (
        "brand",
        "creator",
        "brief",
        "replaces",
        "method",
        "unavailable_from",
        *details,
        "created_at",
    )
    changing = EDITABLE

    def change_row(self, request: HttpRequest, row: Post, values: Mapping[str, Any]) -> None:
        """What it says; no coverage depends on it."""
        plain = {name: values[name] for name in EDITABLE & set(values)}
        edit_posts(edits=[Edit(row, plain)], **by(request, row.brand))


@admin.register(StageEvent)
class StageEventAdmin(OwnedAdmin):
    """Steps that were reached: history, noted once."""

    list_display = ("post", "stage", "at", "brand", "by")
    list_filter = ("stage",)
    list_select_related = ("post", "brand", "by")
    search_fields = ("post__tiktok_post_id__exact", "post__title__istartswith", "brand__slug__exact")
    ordering = ("-pk",)
    adding = ("post", "stage", "at")
    fields = ("brand", "post", "stage", "at", "by")

    def add_row(self, request: HttpRequest, values: Mapping[str, Any]) -> StageEvent:
        """One step."""
        reached = StageReached(values["post"], Stage(values["stage"]), values["at"])
        rows = record_stages(stages=[reached], **by(request, values["post"].brand))
        if not rows:
            raise RefusedError("This step is noted already.")
        return rows[0]


@admin.register(MetricsSnapshot)
class MetricsSnapshotAdmin(OwnedAdmin):
    """Numbers of posts: history, noted once."""

    list_display = ("post", "at", "source", "views", "likes", "comments", "shares", "saves", "brand")
    list_filter = ("source",)
    list_select_related = ("post", "brand")
    search_fields = ("post__tiktok_post_id__exact", "post__title__istartswith", "brand__slug__exact")
    ordering = ("-pk",)
    _numbers = ("views", "likes", "comments", "shares", "saves")
    adding = ("post", "at", "source", *_numbers)
    fields = ("brand", *adding)

    def add_row(self, request: HttpRequest, values: Mapping[str, Any]) -> MetricsSnapshot:
        """The numbers that were given."""
        numbers = {name: values[name] for name in self._numbers if values[name] is not None}
        snapshot = Metrics(values["post"], values["at"], MetricsSource(values["source"]), numbers)
        rows = record_metrics(metrics=[snapshot], **by(request, values["post"].brand))
        if not rows:
            raise RefusedError("These numbers are noted already.")
        return rows[0]
