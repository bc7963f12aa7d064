"""The posts of a brand by the stage they are at; two queries, however many posts there are."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Window
from django.db.models.functions import RowNumber

from posts.enums import Stage
from posts.models import Post
from posts.querysets import PostQuerySet
from posts.rules import Due, next_due
from workplace.queries.posts import stage_of

# Cards of a column; the list shows all of them.
MOST_CARDS = 12


@dataclass(frozen=True, slots=True)
class Card:
    """A post at its stage; one that is on TikTok stays there."""

    post: Post
    stage: Stage | None
    due: Due | None

    @property
    def stays(self) -> bool:
        """Whether nobody can move it."""
        return bool(self.post.tiktok_post_id) or self.post.posted_at is not None


@dataclass(frozen=True, slots=True)
class StageColumn:
    """A stage (None: not begun) with the first of its posts."""

    stage: Stage | None
    count: int
    cards: Sequence[Card]

    @property
    def more(self) -> int:
        """Posts that are left out."""
        return self.count - len(self.cards)


def stage_columns(rows: PostQuerySet) -> list[StageColumn]:
    """``rows`` of ``posts_of`` by their stages, what is due first on top; posts without a stage only if there are."""
    counts: dict[str, int] = dict(rows.order_by().values_list("stage_now").annotate(number=Count("pk")))
    place = Window(RowNumber(), partition_by=F("stage_now"), order_by=[F("due_key").asc(), F("pk").desc()])
    first = rows.annotate(place=place).filter(place__lte=MOST_CARDS).order_by("due_key", "-pk")
    cards: dict[Stage | None, list[Card]] = defaultdict(list)
    for post in first:
        cards[stage_of(post)].append(_card(post))
    stages: list[Stage | None] = [None, *Stage] if counts.get("") else [*Stage]
    return [StageColumn(stage, counts.get(stage or "", 0), cards[stage]) for stage in stages]


def _card(post: Any) -> Card:
    stage = stage_of(post)
    return Card(post, stage, next_due(stage, draft_on=post.draft_due_on, post_on=post.post_due_on))
