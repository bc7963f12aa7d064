"""Briefs, with how many posts were made for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, QuerySet

from authorizations.models import UsageRight
from brands.models import Brand
from posts.models import Brief, Post
from posts.querysets import PostQuerySet
from workplace.queries.posts import PostLine, post_lines, posts_of

# Posts that the page of a brief shows; the list shows all of them.
MOST_POSTS = 12


@dataclass(frozen=True, slots=True)
class BriefLine:
    """A brief of a list."""

    brief: Brief
    posts: int

    @property
    def pk(self) -> UUID:
        """The id of the brief."""
        return self.brief.pk

    @property
    def name(self) -> str:
        """What it is called."""
        return self.brief.title


@dataclass(frozen=True, slots=True)
class BriefPage:
    """A brief with its newest posts and the rights that hold for all of them."""

    brief: Brief
    posts: Sequence[PostLine]
    count: int
    rights: Sequence[UsageRight]

    @property
    def more(self) -> int:
        """Posts that are left out."""
        return self.count - len(self.posts)


def briefs_of(brand: Brand, _now: datetime) -> QuerySet[Brief]:
    """The briefs of ``brand``."""
    found: QuerySet[Brief] = Brief.objects.for_brand(brand)
    return found


def brief_lines(brand: Brand, briefs: Sequence[Any], _now: datetime) -> list[BriefLine]:
    """Each brief with its number of posts; one query."""
    found = Post.objects.for_brand(brand).filter(brief__in=[brief.pk for brief in briefs]).order_by()
    counts = dict(found.values_list("brief").annotate(number=Count("pk")))
    return [BriefLine(brief, counts.get(brief.pk, 0)) for brief in briefs]


def brief_page(brand: Brand, pk: UUID, *, now: datetime) -> BriefPage:
    """The brief of this id; seven queries. Raises Brief.DoesNotExist."""
    brief = Brief.objects.for_brand(brand).get(pk=pk)
    rows = posts_of(brand, now)
    assert isinstance(rows, PostQuerySet)
    posts = rows.filter(brief=brief)
    rights = UsageRight.objects.for_brand(brand).filter(brief=brief).order_by("starts_at", "pk")
    return BriefPage(
        brief=brief,
        posts=post_lines(brand, list(posts.order_by("-pk")[:MOST_POSTS]), now),
        count=posts.count(),
        rights=list(rights),
    )
