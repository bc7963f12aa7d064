"""Writes on briefs and posts that change no coverage; adding posts does, and lives in authorizations.operations."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from brands.models import Brand
from brands.operations.audit import BATCH, Change, record_changes
from brands.operations.edits import Edit, edit_rows, require_brand
from posts.enums import MetricsSource, Stage
from posts.models import Brief, MetricsSnapshot, Post, StageEvent
from sparktrack.core.actors import Actor

EDITABLE = frozenset(
    {
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
    }
)
EDITABLE_BRIEF = frozenset(
    {
        "title",
        "product_truth",
        "audience_problem",
        "claim_boundaries",
        "tone_examples",
        "usage_days",
        "usage_paid",
    }
)


@dataclass(frozen=True, slots=True)
class StageReached:
    """A post reached a stage at ``at`` (UTC)."""

    post: Post
    stage: Stage
    at: datetime


@dataclass(frozen=True, slots=True)
class Metrics:
    """Numbers of a post at ``at`` (UTC); ``numbers`` may hold views, likes, comments, shares, saves."""

    post: Post
    at: datetime
    source: MetricsSource
    numbers: dict[str, int] = field(default_factory=dict)


def add_briefs(*, brand: Brand, drafts: Sequence[dict[str, Any]], now: datetime, actor: Actor) -> list[Brief]:
    """Put briefs on file; each draft holds values for fields of ``EDITABLE_BRIEF``."""
    rows = [Brief(brand=brand, created_at=now, **draft) for draft in drafts]
    with transaction.atomic():
        Brief.objects.bulk_create(rows, batch_size=BATCH)
        changes = [Change("brief.added", row, after=draft) for row, draft in zip(rows, drafts, strict=True)]
        record_changes(brand, changes, now=now, actor=actor)
    return rows


def edit_briefs(*, brand: Brand, edits: Sequence[Edit[Brief]], now: datetime, actor: Actor) -> list[Brief]:
    """Change briefs; returns those that changed. Raises ValueError for a field that is not edited here."""
    return edit_rows(
        Brief, brand=brand, edits=edits, editable=EDITABLE_BRIEF, action="brief.edited", now=now, actor=actor
    )


def edit_posts(*, brand: Brand, edits: Sequence[Edit[Post]], now: datetime, actor: Actor) -> list[Post]:
    """Change what posts say; returns those that changed. Raises ValueError for a field that is not edited here."""
    return edit_rows(
        Post, brand=brand, edits=edits, editable=EDITABLE, action="post.edited", now=now, actor=actor
    )


def record_stages(
    *, brand: Brand, stages: Sequence[StageReached], now: datetime, actor: Actor
) -> list[StageEvent]:
    """Note that posts reached stages; the same stage at the same instant is noted once."""
    require_brand(brand, *(item.post for item in stages))
    rows = [
        StageEvent(brand=brand, post=item.post, stage=item.stage, at=item.at, by_id=actor.user_id)
        for item in stages
    ]
    with transaction.atomic():
        StageEvent.objects.bulk_create(rows, batch_size=BATCH, ignore_conflicts=True)
        changes = [
            Change("post.stage_reached", row.post, after={"stage": row.stage, "at": row.at}) for row in rows
        ]
        record_changes(brand, changes, now=now, actor=actor)
    return rows


def record_metrics(
    *, brand: Brand, metrics: Sequence[Metrics], now: datetime, actor: Actor
) -> list[MetricsSnapshot]:
    """Keep numbers of posts; the same source at the same instant is kept once."""
    require_brand(brand, *(item.post for item in metrics))
    rows = [
        MetricsSnapshot(brand=brand, post=item.post, at=item.at, source=item.source, **item.numbers)
        for item in metrics
    ]
    with transaction.atomic():
        MetricsSnapshot.objects.bulk_create(rows, batch_size=BATCH, ignore_conflicts=True)
        changes = [Change("post.metrics_recorded", item.post, after=item.numbers) for item in metrics]
        record_changes(brand, changes, now=now, actor=actor)
    return rows
