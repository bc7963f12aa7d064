"""Posts as their lists show them: with stage, numbers and what may run."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Case, Count, OuterRef, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from brands.models import Brand
from campaigns.models import Flight
from campaigns.queries.lines import InventoryLine, inventory_lines, stored_gaps
from posts.enums import Stage
from posts.models import MetricsSnapshot, Post, StageEvent
from posts.querysets import PostQuerySet


@dataclass(frozen=True, slots=True)
class PostLine:
    """A post of a list. ``metrics``: the newest numbers; ``inventory``: judged as if it flew from now on."""

    post: Post
    stage: Stage | None
    metrics: MetricsSnapshot | None
    inventory: InventoryLine
    flights: int

    @property
    def pk(self) -> UUID:
        """The id of the post."""
        return self.post.pk

    @property
    def name(self) -> str:
        """What the post is called."""
        return str(self.post)


def posts_of(brand: Brand, _now: datetime) -> PostQuerySet:
    """The posts of ``brand``, each with ``stage_now``: the stage it reached last, "" before the first.

    A post that is on TikTok was posted, whether somebody noted it or not.
    """
    last = StageEvent.objects.filter(post=OuterRef("pk")).order_by("-at", "-pk").values("stage")[:1]
    is_there = Case(
        When(tiktok_post_id="", posted_at=None, then=Value("")), default=Value(Stage.POSTED.value)
    )
    found = Post.objects.for_brand(brand).select_related("creator__manager")
    with_stage: PostQuerySet = found.annotate(stage_now=Coalesce(Subquery(last), is_there))
    return with_stage


def post_lines(brand: Brand, posts: Sequence[Any], now: datetime) -> list[PostLine]:
    """What belongs to these posts of ``posts_of``; three queries."""
    ids = [post.pk for post in posts]
    newest = {each.post_id: each for each in _newest_numbers(brand, ids)}
    judged = inventory_lines(brand, posts, stored_gaps(brand, ids, after=now), now=now)
    flights = dict(
        Flight.objects.for_brand(brand)
        .filter(post__in=ids)
        .order_by()
        .values_list("post")
        .annotate(number=Count("pk"))
    )
    stages = {post.pk: Stage(post.stage_now) if post.stage_now else None for post in posts}
    return [
        PostLine(
            line.post,
            stages[line.post.pk],
            newest.get(line.post.pk),
            line,
            flights.get(line.post.pk, 0),
        )
        for line in judged
    ]


def _newest_numbers(brand: Brand, ids: Sequence[UUID]) -> QuerySet[MetricsSnapshot]:
    newest = MetricsSnapshot.objects.filter(post=OuterRef("post")).order_by("-at", "-pk").values("pk")[:1]
    found: QuerySet[MetricsSnapshot] = MetricsSnapshot.objects.for_brand(brand).filter(post__in=ids)
    return found.filter(pk=Subquery(newest))
