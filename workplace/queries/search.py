"""What Ctrl K finds in a brand: posts, creators, campaigns. Three queries; every one begins at the brand."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import reduce
from operator import and_
from uuid import UUID

from django.db.models import Q
from django.urls import reverse

from brands.models import Brand
from campaigns.models import Campaign
from creators.models import Creator
from posts.models import Post
from posts.querysets import search_words

# Of each kind: more is what the lists are for.
MOST = 6


class Kind(StrEnum):
    """What is found."""

    POST = "post"
    CREATOR = "creator"
    CAMPAIGN = "campaign"


@dataclass(frozen=True, slots=True)
class Found:
    """One thing: what it is called, what else tells it from others, where it is; ``pk`` None: a page."""

    name: str
    note: str
    url: str
    pk: UUID | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Things of one kind (None: pages); ``cut``: there are more, which the list at ``more`` shows."""

    title: str
    found: Sequence[Found]
    kind: Kind | None = None
    cut: bool = False
    more: str = ""


def search_brand(brand: Brand, text: str) -> list[Group]:
    """What in ``brand`` has every word of ``text``; groups without anything are left out. Nothing for no words."""
    words = search_words(text)
    if not words:
        return []
    groups = [_posts(brand, text), _creators(brand, words), _campaigns(brand, words)]
    return [group for group in groups if group.found]


def _posts(brand: Brand, text: str) -> Group:
    rows = Post.objects.for_brand(brand).matching(text).select_related("creator").order_by("-pk")[: MOST + 1]
    found = [
        Found(str(post), f"@{post.creator.handle}", reverse("post", args=[brand.slug, post.pk]), post.pk)
        for post in rows
    ]
    return _group("Posts", Kind.POST, found, brand, "posts")


def _creators(brand: Brand, words: Sequence[str]) -> Group:
    wanted = _every(words, "handle", "display_name", "former_handles")
    rows = Creator.objects.for_brand(brand).filter(wanted).order_by("handle")[: MOST + 1]
    found = [
        Found(
            f"@{creator.handle}",
            creator.display_name,
            reverse("creator", args=[brand.slug, creator.pk]),
            creator.pk,
        )
        for creator in rows
    ]
    return _group("Creators", Kind.CREATOR, found, brand, "creators")


def _campaigns(brand: Brand, words: Sequence[str]) -> Group:
    rows = Campaign.objects.for_brand(brand).filter(_every(words, "name", "objective")).order_by("-pk")
    found = [
        Found(
            campaign.name,
            campaign.objective,
            reverse("campaign", args=[brand.slug, campaign.pk]),
            campaign.pk,
        )
        for campaign in rows[: MOST + 1]
    ]
    return _group("Campaigns", Kind.CAMPAIGN, found, brand, "campaigns")


def _every(words: Sequence[str], *columns: str) -> Q:
    """Each word stands in one of the columns."""
    return reduce(
        and_,
        (
            reduce(
                lambda one, other: one | other, (Q(**{f"{column}__icontains": word}) for column in columns)
            )
            for word in words
        ),
    )


def _group(title: str, kind: Kind, found: list[Found], brand: Brand, route: str) -> Group:
    cut = len(found) > MOST
    return Group(title, found[:MOST], kind, cut, reverse(route, args=[brand.slug]) if cut else "")
