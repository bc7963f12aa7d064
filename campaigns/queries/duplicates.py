"""Things that stand in a brand twice, as far as the data shows it; each kind with a constant number of queries.

One code cannot be on file twice, nor one address or post id: the database refuses them. The rest is looked for here.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Coalesce, Replace

from brands.models import Brand
from campaigns.enums import ImportState
from campaigns.models import Flight, ImportRun
from creators.models import Creator
from posts.models import Post

# Each kind is counted up to here.
MOST_COUNTED = 500

_FAR = datetime(9999, 1, 1, tzinfo=UTC)


class Same(StrEnum):
    """In what way two things look the same."""

    TITLE = "title"
    FLIGHT = "flight"
    FORMER_HANDLE = "former_handle"
    HANDLE = "handle"


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Things that may be one: ``name`` is what they share, ``handles`` whose they are.

    ``posts`` are the posts to look at. A flight names its campaign and its days; ``ends_on`` None = no end.
    """

    same: Same
    name: str
    handles: tuple[str, ...]
    posts: tuple[UUID, ...] = ()
    campaign: str = ""
    starts_on: date | None = None
    ends_on: date | None = None


@dataclass(frozen=True, slots=True)
class PastedTwice:
    """What an import said about a code, or a row, that the sheet has twice; never the code."""

    row: int
    text: str


def pasted_twice(brand: Brand, run: ImportRun | None) -> list[PastedTwice]:
    """What ``run``, else the newest applied import of ``brand``, reported; one query."""
    if run is None:
        applied = ImportRun.objects.for_brand(brand).filter(state=ImportState.APPLIED)
        run = applied.only("brand", "report").order_by("-created_at", "-pk").first()
    report = run.report if run is not None else {}
    messages = [message for name in ("errors", "warnings") for message in report.get(name, ())]
    found = [PastedTwice(item["row"], item["message"]) for item in messages if item["code"] in _TWICE]
    return sorted(found, key=lambda item: item.row)[: MOST_COUNTED + 1]


# Of campaigns.importers.messages.Problem, which lies to the right of queries.
_TWICE = ("duplicate_code", "duplicate_row")


def duplicates(brand: Brand, posts: QuerySet[Post] | None, *, now: datetime) -> list[Duplicate]:
    """What stands twice among ``posts`` (None = all of ``brand``), at most one more than ``MOST_COUNTED``."""
    found = [
        *_flights(brand, posts, now),
        *_titles(brand, posts),
        *_former_handles(brand, posts),
        *_handles(brand, posts),
    ]
    return found[: MOST_COUNTED + 1]


def _titles(brand: Brand, posts: QuerySet[Post] | None) -> Iterator[Duplicate]:
    """Posts of one creator with the same title, at least one of them without a post id."""
    own = Post.objects.for_brand(brand)
    same = {"creator": OuterRef("creator"), "title": OuterRef("title")}
    bare = own.exclude(title="").filter(Exists(own.filter(~Q(pk=OuterRef("pk")), **same)), tiktok_post_id="")
    if posts is not None:
        bare = bare.filter(Exists(posts.filter(**same)))
    # Mostly two of a kind are without an id; where one title has hundreds, fewer titles are counted.
    rows = bare.order_by("pk").values_list("creator_id", "title")[: 2 * (MOST_COUNTED + 1)]
    groups = list(dict.fromkeys(rows))
    wanted = Q(pk__in=[])
    for creator, title in groups[:20]:
        wanted |= Q(creator=creator, title=title)
    members: dict[tuple[UUID, str], list[UUID]] = defaultdict(list)
    handles: dict[UUID, str] = {}
    shown = own.filter(wanted).order_by("pk")
    for pk, creator, title, handle in shown.values_list("pk", "creator_id", "title", "creator__handle")[:200]:
        members[creator, title].append(pk)
        handles[creator] = handle
    for creator, title in groups:
        yield Duplicate(Same.TITLE, title, (handles.get(creator, ""),), tuple(members[creator, title]))


def _flights(brand: Brand, posts: QuerySet[Post] | None, now: datetime) -> Iterator[Duplicate]:
    """Flights of one post in one campaign and ad account (or in one that nobody named) that overlap."""
    alive = Flight.objects.for_brand(brand).filter(
        Q(ends_at__isnull=True) | Q(ends_at__gt=now),
        Q(ended_at__isnull=True) | Q(ended_at__gt=now),
        starts_at__isnull=False,
    )
    other = alive.filter(
        Q(ends_at__isnull=True) | Q(ends_at__gt=OuterRef("starts_at")),
        Q(ad_account__isnull=True) | Q(ad_account=Coalesce(OuterRef("ad_account"), F("ad_account"))),
        post=OuterRef("post"),
        campaign=OuterRef("campaign"),
        starts_at__lt=Coalesce(OuterRef("ends_at"), Value(_FAR)),
        pk__lt=OuterRef("pk"),
    )
    flights = alive if posts is None else alive.filter(post__in=posts)
    rows = (
        flights.filter(Exists(other))
        .order_by("-pk")
        .values_list(
            *("post_id", "post__creator__handle", "campaign__name", "starts_on", "ends_on"),
            *("post__title", "post__tiktok_post_id", "post__url"),
        )[: MOST_COUNTED + 1]
    )
    for post, handle, campaign, starts_on, ends_on, title, tiktok_post_id, url in rows:
        name = str(Post(title=title, tiktok_post_id=tiktok_post_id, url=url))
        yield Duplicate(Same.FLIGHT, name, (handle,), (post,), campaign, starts_on, ends_on)


def _former_handles(brand: Brand, posts: QuerySet[Post] | None) -> Iterator[Duplicate]:
    """A creator whose former handle is that of another one: renamed accounts that were entered anew."""
    renamed = _creators(brand, posts).exclude(former_handles=[]).order_by("-pk")
    former: dict[str, str] = {
        str(old): handle
        for handle, handles in renamed.values_list("handle", "former_handles")[: MOST_COUNTED + 1]
        for old in handles
    }
    known = Creator.objects.for_brand(brand).with_handles(former).order_by("handle")
    for old in known.values_list("handle", flat=True)[: MOST_COUNTED + 1]:
        if former[old] != old:
            yield Duplicate(Same.FORMER_HANDLE, old, (former[old], old))


def _handles(brand: Brand, posts: QuerySet[Post] | None) -> Iterator[Duplicate]:
    """Creators whose handles differ in dots and underscores only."""
    plain = Replace(Replace("handle", Value("."), Value("")), Value("_"), Value(""))
    creators = Creator.objects.for_brand(brand).annotate(plain=plain)
    alike = creators.values("plain").annotate(handles=Count("pk")).filter(handles__gt=1).values("plain")
    touched = None if posts is None else set(_creators(brand, posts).values_list("handle", flat=True))
    groups: dict[str, list[str]] = defaultdict(list)
    rows = creators.filter(plain__in=alike).order_by("plain", "handle").values_list("plain", "handle")
    for bare, handle in rows[: 2 * MOST_COUNTED]:
        groups[bare].append(handle)
    for handles in groups.values():
        if touched is None or touched.intersection(handles):
            yield Duplicate(Same.HANDLE, handles[0], tuple(handles))


def _creators(brand: Brand, posts: QuerySet[Post] | None) -> QuerySet[Creator]:
    creators: QuerySet[Creator] = Creator.objects.for_brand(brand)
    return creators if posts is None else creators.filter(pk__in=posts.values("creator"))
