"""What the brand has on file of all that a sheet names, read in slices before anything is planned."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import Q

from authorizations.models import AuthorizationCode, CodeUse, UsageRight
from authorizations.operations.gaps import sliced
from authorizations.secrets import code_fingerprint
from brands.models import AdAccount, Brand, Invitation, Membership, User
from campaigns.importers.rows import RowValues
from campaigns.models import Campaign, Flight
from creators.models import Creator
from posts.enums import MetricsSource
from posts.models import MetricsSnapshot, Post, StageEvent
from posts.querysets import PostQuerySet

# Below the number of parameters that SQLite takes in one query.
_SLICE = 400


def fold_title(title: str) -> str:
    """Titles are the same if they differ in case or blanks only."""
    return " ".join(title.split()).casefold()


@dataclass(slots=True)
class OnFile:
    """The rows of one brand that a sheet can meet, by their natural keys."""

    creators: dict[str, Creator] = field(default_factory=dict)  # by handle
    former: dict[str, str] = field(default_factory=dict)  # former handle → handle
    posts_by_id: dict[str, Post] = field(default_factory=dict)
    posts_by_url: dict[str, Post] = field(default_factory=dict)
    posts_by_title: dict[tuple[str, str], list[Post]] = field(default_factory=lambda: defaultdict(list))
    codes: dict[str, AuthorizationCode] = field(default_factory=dict)  # by fingerprint
    endings: dict[UUID, list[AuthorizationCode]] = field(default_factory=lambda: defaultdict(list))  # by post
    uses: dict[UUID, set[UUID | None]] = field(default_factory=lambda: defaultdict(set))  # code → ad accounts
    rights: dict[UUID, list[UsageRight]] = field(default_factory=lambda: defaultdict(list))  # by post
    flights: dict[UUID, list[Flight]] = field(default_factory=lambda: defaultdict(list))  # by post
    campaigns: dict[str, Campaign] = field(default_factory=dict)  # by name, and by folded name
    members: dict[str, User | None] = field(default_factory=dict)  # by e-mail and folded name; None: several
    owners: dict[str, User | Invitation] = field(default_factory=dict)  # by folded name, as somebody said
    ad_accounts: dict[str, AdAccount] = field(default_factory=dict)  # by folded name and advertiser id
    stages: dict[UUID, set[str]] = field(default_factory=lambda: defaultdict(set))  # by post
    numbers: dict[UUID, dict[str, int | None]] = field(
        default_factory=dict
    )  # by post: the newest from a sheet


def load(brand: Brand, rows: Collection[RowValues]) -> OnFile:
    """Read what ``rows`` may match; a bounded number of queries for every 400 of their keys."""
    found = OnFile()
    _load_creators(brand, rows, found)
    _load_posts(brand, rows, found)
    posts = {post.pk for post in found.posts_by_id.values()} | {
        post.pk for post in found.posts_by_url.values()
    }
    posts |= {post.pk for titled in found.posts_by_title.values() for post in titled}
    _load_codes(brand, rows, posts, found)
    if posts:
        _load_belongings(brand, rows, posts, found)
    for campaign in Campaign.objects.for_brand(brand).iterator():
        found.campaigns[campaign.name] = campaign
        found.campaigns.setdefault(fold_title(campaign.name), campaign)
    for membership in Membership.objects.for_brand(brand).select_related("user"):
        _add_member(found, membership.user)
    for account in AdAccount.objects.for_brand(brand):
        found.ad_accounts[fold_title(account.name)] = account
        if account.advertiser_id:
            found.ad_accounts[account.advertiser_id] = account
    return found


def _add_member(found: OnFile, user: User) -> None:
    found.members[user.email] = user
    if name := fold_title(user.full_name):
        found.members[name] = None if name in found.members else user


def _load_creators(brand: Brand, rows: Iterable[RowValues], found: OnFile) -> None:
    creators = Creator.objects.for_brand(brand)
    for creator in creators.exclude(former_handles=[]):
        found.creators[creator.handle] = creator
        for handle in creator.former_handles:
            found.former[handle] = creator.handle
    handles = {row.handle for row in rows} | {row.post.link.handle for row in rows if row.post.link}
    for part in sliced(handles - {""} - found.creators.keys(), _SLICE):
        for creator in creators.with_handles(part):
            found.creators[creator.handle] = creator


def _load_posts(brand: Brand, rows: Collection[RowValues], found: OnFile) -> None:
    posts = Post.objects.for_brand(brand).select_related("creator")
    ids = {row.post.post_id for row in rows}
    urls = {row.post.link.url for row in rows if row.post.link and not row.post.post_id}
    _take_posts(posts, _queries(tiktok_post_id__in=ids, url__in=urls), found)
    # A row may name a post that is not live on file (or was by a short link only) by its creator and title.
    makers = {
        creator.pk
        for row in rows
        if row.post.title and not _is_loaded(row, found)
        for handle in (row.handle, row.post.link.handle if row.post.link else "")
        if (creator := found.creators.get(found.former.get(handle, handle)))
    }
    _take_posts(posts, _queries(creator__in=makers), found)


def _is_loaded(row: RowValues, found: OnFile) -> bool:
    link = row.post.link
    return row.post.post_id in found.posts_by_id or (link is not None and link.url in found.posts_by_url)


def _take_posts(posts: PostQuerySet, queries: Iterable[Q], found: OnFile) -> None:
    for query in queries:
        for post in posts.filter(query):
            if post.tiktok_post_id:
                found.posts_by_id.setdefault(post.tiktok_post_id, post)
            if post.url:
                found.posts_by_url.setdefault(post.url, post)
            if post.title:
                same = found.posts_by_title[(post.creator.handle, fold_title(post.title))]
                if all(other.pk != post.pk for other in same):
                    same.append(post)


def _queries(**wanted: Collection[object]) -> Iterator[Q]:
    """One look-up for every 400 values of each field; blank values are none."""
    for lookup, values in wanted.items():
        for part in sliced([value for value in values if value], _SLICE):
            yield Q(**{lookup: part})


def _load_codes(brand: Brand, rows: Iterable[RowValues], posts: Collection[UUID], found: OnFile) -> None:
    codes = AuthorizationCode.objects.for_brand(brand)
    prints = {code_fingerprint(row.code.value.value) for row in rows if row.code.value}
    for part in sliced(prints, _SLICE):
        for code in codes.filter(fingerprint__in=part).select_related("post"):
            found.codes[code.fingerprint] = code
    if any(row.code.masked is not None for row in rows):
        for ids in sliced(posts, _SLICE):
            for code in codes.filter(post__in=ids):
                found.endings[code.post_id].append(found.codes.setdefault(code.fingerprint, code))
    if any(row.code.status == "applied" for row in rows):
        for ids in sliced([code.pk for code in found.codes.values()], _SLICE):
            for code_id, account in (
                CodeUse.objects.for_brand(brand).filter(code__in=ids).values_list("code_id", "ad_account_id")
            ):
                found.uses[code_id].add(account)


def _load_belongings(
    brand: Brand, rows: Collection[RowValues], posts: Collection[UUID], found: OnFile
) -> None:
    with_rights = any(row.right.stated for row in rows)
    with_flights = any(row.flight.stated for row in rows)
    with_stages = any(row.post.stage for row in rows)
    with_numbers = any(row.post.numbers for row in rows)
    for ids in sliced(posts, _SLICE):
        if with_rights:
            for right in UsageRight.objects.for_brand(brand).filter(post__in=ids).order_by("pk"):
                found.rights[right.post_id].append(right)
        if with_flights:
            for flight in (
                Flight.objects.for_brand(brand)
                .filter(post__in=ids)
                .select_related("campaign", "ad_account", "buyer")
                .order_by("pk")
            ):
                found.flights[flight.post_id].append(flight)
        if with_stages:
            for post_id, stage in (
                StageEvent.objects.for_brand(brand).filter(post__in=ids).values_list("post_id", "stage")
            ):
                found.stages[post_id].add(stage)
        if with_numbers:
            for snapshot in (
                MetricsSnapshot.objects.for_brand(brand)
                .filter(post__in=ids, source=MetricsSource.SHEET)
                .order_by("at")
            ):
                found.numbers[snapshot.post_id] = {
                    name: getattr(snapshot, name) for name in ("views", "likes", "comments")
                }
