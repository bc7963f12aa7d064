"""Posts as their lists show them: with stage, numbers and what may run."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import (
    Case,
    Count,
    DateField,
    Exists,
    FloatField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce

from brands.models import Brand
from campaigns.models import Flight
from campaigns.queries.lines import InventoryLine, inventory_lines, stored_gaps
from posts.enums import Lane, Stage, UseCase
from posts.models import Brief, MetricsSnapshot, Post, StageEvent
from posts.querysets import PostQuerySet
from posts.rules import BEFORE_DRAFT, ENGAGING, Due, StrongRule, engagement, is_strong, next_due
from sparktrack.core.days import local_date

# The place of what is never due, behind everything that is.
NEVER_DUE = date.max
# How pressing a day is: past, or within a week.
OVERDUE, THIS_WEEK = "overdue", "week"
WEEK = timedelta(days=7)
MOST_BRIEFS = 60


@dataclass(frozen=True, slots=True)
class PostLine:
    """A post of a list. ``metrics``: the newest numbers; ``inventory``: judged as if it flew from now on.

    ``percent``: engagement in percent of the views; ``strong``: the numbers reach what the brand asks for.
    """

    post: Post
    stage: Stage | None
    metrics: MetricsSnapshot | None
    inventory: InventoryLine
    flights: int
    percent: Decimal | None
    strong: bool

    @property
    def pk(self) -> UUID:
        """The id of the post."""
        return self.post.pk

    @property
    def name(self) -> str:
        """What the post is called."""
        return str(self.post)

    @property
    def due(self) -> Due | None:
        """What the creator owes next."""
        return next_due(self.stage, draft_on=self.post.draft_due_on, post_on=self.post.post_due_on)

    @property
    def worth_a_look(self) -> bool:
        """Whether somebody should look at it for paid: strong, in no flight yet, not kept out."""
        return self.strong and not self.flights and self.post.lane != Lane.KEEP_OUT_OF_PAID


def posts_of(brand: Brand, now: datetime) -> PostQuerySet:
    """The posts of ``brand``, each with ``stage_now``: the stage it reached last, "" before the first; and ``due_on``:
    the day of ``posts.rules.next_due``, ``due_key``: the same with a day after all others instead of none,
    ``due_state``: ``OVERDUE``, ``THIS_WEEK`` or "".

    A post that is on TikTok was posted, whether somebody noted it or not.
    """
    last = StageEvent.objects.filter(post=OuterRef("pk")).order_by("-at", "-pk").values("stage")[:1]
    stage = Case(
        When(tiktok_post_id="", posted_at=None, then=Coalesce(Subquery(last), Value(""))),
        default=Value(Stage.POSTED.value),
    )
    before_draft = ["", *(each.value for each in BEFORE_DRAFT if each is not None)]
    due = Case(
        When(stage_now=Stage.POSTED.value, then=None),
        When(stage_now__in=before_draft, then=Coalesce("draft_due_on", "post_due_on")),
        default="post_due_on",
        output_field=DateField(),
    )
    posts = Post.objects.for_brand(brand).select_related("creator__manager", "brief")
    annotated: PostQuerySet = posts.annotate(stage_now=stage).annotate(due_on=due)
    today = local_date(now, brand.time_zone)
    state = Case(
        When(due_on__lt=today, then=Value(OVERDUE)),
        When(due_on__lte=today + WEEK, then=Value(THIS_WEEK)),
        default=Value(""),
    )
    found: PostQuerySet = annotated.annotate(due_key=Coalesce("due_on", Value(NEVER_DUE)), due_state=state)
    return found


def offered_briefs(brand: Brand, *, also: object = None) -> QuerySet[Brief]:
    """The newest briefs, and ``also`` the one of this id: what can be chosen; others are found from their pages."""
    briefs = Brief.objects.for_brand(brand)
    newest = briefs.order_by("-pk").values("pk")[:MOST_BRIEFS]
    offered: QuerySet[Brief] = briefs.filter(Q(pk__in=newest) | Q(pk=also)).order_by("title")
    return offered


def strong_posts(posts: PostQuerySet, brand: Brand) -> PostQuerySet:
    """Those whose newest numbers reach what ``brand`` asks for, as ``posts.rules.is_strong`` says."""
    rule = strong_rule(brand)
    if rule.says_nothing:
        return posts.none()
    newest = MetricsSnapshot.objects.filter(post=OuterRef("post")).order_by("-at", "-pk").values("pk")[:1]
    numbers = MetricsSnapshot.objects.filter(post=OuterRef("pk"), pk=Subquery(newest))
    if rule.views is not None:
        numbers = numbers.filter(views__gte=rule.views)
    if rule.engagement is not None:
        # Whole numbers, told as floats: they are exact where numbers are likely, and never too large.
        engaged = sum((Cast(Coalesce(name, 0), FloatField()) for name in ENGAGING), Value(0.0))
        asked = Cast("views", FloatField()) * Value(float(rule.engagement * 100))
        known = ~Q(**dict.fromkeys(ENGAGING))
        numbers = numbers.filter(known, views__gt=0).annotate(engaged=engaged * Value(10_000.0))
        numbers = numbers.filter(engaged__gte=asked)
    found: PostQuerySet = posts.filter(Exists(numbers))
    return found


def worth_a_look(posts: PostQuerySet, brand: Brand) -> PostQuerySet:
    """Strong posts in no flight that nobody keeps out of paid."""
    flown = Flight.objects.filter(post=OuterRef("pk"))
    found: PostQuerySet = (
        strong_posts(posts, brand).exclude(lane=Lane.KEEP_OUT_OF_PAID).filter(~Exists(flown))
    )
    return found


def strong_rule(brand: Brand) -> StrongRule:
    """What ``brand`` calls a strong organic post."""
    return StrongRule(brand.strong_views, brand.strong_engagement)


def use_case_counts(brand: Brand) -> list[tuple[UseCase, int]]:
    """How many posts tell which kind of story, the most frequent first; one query."""
    found = (
        Post.objects.for_brand(brand)
        .exclude(use_case="")
        .order_by()
        .values_list("use_case")
        .annotate(number=Count("pk"))
    )
    return sorted(((UseCase(name), number) for name, number in found), key=lambda each: (-each[1], each[0]))


def post_lines(brand: Brand, posts: Sequence[Any], now: datetime) -> list[PostLine]:
    """What belongs to these posts of ``posts_of``; three queries."""
    ids = [post.pk for post in posts]
    newest = {each.post_id: each for each in newest_numbers(brand, ids)}
    judged = inventory_lines(brand, posts, stored_gaps(brand, ids, after=now), now=now)
    flights = dict(
        Flight.objects.for_brand(brand)
        .filter(post__in=ids)
        .order_by()
        .values_list("post")
        .annotate(number=Count("pk"))
    )
    stages = {post.pk: stage_of(post) for post in posts}
    rule = strong_rule(brand)
    lines = []
    for line in judged:
        numbers = newest.get(line.post.pk)
        percent = percent_of(numbers)
        strong = is_strong(rule, views=numbers.views if numbers else None, percent=percent)
        flown = flights.get(line.post.pk, 0)
        lines.append(PostLine(line.post, stages[line.post.pk], numbers, line, flown, percent, strong))
    return lines


def stage_of(post: Any) -> Stage | None:
    """The stage of a post of ``posts_of``."""
    return Stage(post.stage_now) if post.stage_now else None


def percent_of(numbers: MetricsSnapshot | None) -> Decimal | None:
    """Engagement in percent of the views, as far as it is known."""
    return engagement(numbers.views, [getattr(numbers, name) for name in ENGAGING]) if numbers else None


def newest_numbers(brand: Brand, ids: Sequence[UUID]) -> QuerySet[MetricsSnapshot]:
    """The newest numbers of each of these posts."""
    newest = MetricsSnapshot.objects.filter(post=OuterRef("post")).order_by("-at", "-pk").values("pk")[:1]
    found: QuerySet[MetricsSnapshot] = MetricsSnapshot.objects.for_brand(brand).filter(post__in=ids)
    return found.filter(pk=Subquery(newest))
