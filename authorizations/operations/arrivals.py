"""Codes as they arrive in a message: perhaps for a post, perhaps of a creator, that nobody put on file yet."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q

from authorizations.enums import EndSource
from authorizations.models import AuthorizationCode
from authorizations.operations.gaps import coverage_change
from authorizations.operations.posts import PostDraft, add_posts
from authorizations.operations.recording import CodeDraft, Recorded, record_codes
from authorizations.secrets import code_fingerprint
from brands.models import Brand
from brands.operations.edits import require_brand
from creators.models import Creator
from creators.operations import CreatorDraft, add_creators
from posts.models import Post
from sparktrack.core.actors import Actor
from sparktrack.tiktok.codes import clean_code
from sparktrack.tiktok.links import PostLink


@dataclass(frozen=True, slots=True)
class NewPost:
    """A post that is not on file, by its link; ``handle``: whose it is (lower case), where the link does not say."""

    link: PostLink
    handle: str = ""

    @property
    def of(self) -> str:
        """The handle of its creator."""
        return self.link.handle or self.handle


@dataclass(frozen=True, slots=True)
class Arrival:
    """A code and the post that it came for; see ``CodeDraft`` for the rest.

    ``replaces``: it takes over from the code of the post that ends last.
    """

    post: Post | NewPost
    code: str = field(repr=False)
    starts_on: date | None = None
    starts_at: datetime | None = None
    window_days: int | None = None
    start_assumed: bool = False
    end_source: EndSource = EndSource.COMPUTED
    replaces: bool = False


def record_arrivals(
    *, brand: Brand, arrivals: Sequence[Arrival], now: datetime, actor: Actor
) -> list[Recorded]:
    """Put codes on file, with the posts and creators that are missing for them; one answer an arrival, in order.

    A post or creator that somebody added meanwhile is used as it is. Raises what ``record_codes`` and ``add_posts``
    raise, and BadHandle for a new post of nobody; nothing is written then.
    """
    require_brand(brand, *(arrival.post for arrival in arrivals if isinstance(arrival.post, Post)))
    with coverage_change(brand):
        posts = _with_new_posts(brand, [arrival.post for arrival in arrivals], now=now, actor=actor)
        ends = last_codes(brand, {post.pk for post in posts})
        drafts = []
        for arrival, post in zip(arrivals, posts, strict=True):
            last = ends.get(post.pk) if arrival.replaces else None
            same = last is not None and last.fingerprint == code_fingerprint(clean_code(arrival.code).value)
            drafts.append(
                CodeDraft(
                    post=post,
                    code=arrival.code,
                    starts_on=arrival.starts_on,
                    starts_at=arrival.starts_at,
                    window_days=arrival.window_days,
                    start_assumed=arrival.start_assumed,
                    end_source=arrival.end_source,
                    supersedes=None if same else last,
                )
            )
        return record_codes(brand=brand, drafts=drafts, now=now, actor=actor)


def posts_of_links(brand: Brand, links: Collection[PostLink]) -> dict[PostLink, Post]:
    """The posts of ``brand`` behind these links, as far as they are on file; one query."""
    ids = {link.post_id for link in links if link.post_id}
    urls = {link.url for link in links if link.url}
    if not ids and not urls:
        return {}
    rows = Post.objects.for_brand(brand).filter(Q(tiktok_post_id__in=ids) | Q(url__in=urls))
    found = list(rows.select_related("creator"))
    by_id = {post.tiktok_post_id: post for post in found if post.tiktok_post_id}
    by_url = {post.url: post for post in found if post.url}
    posts = {link: by_id.get(link.post_id) or by_url.get(link.url) for link in links}
    return {link: post for link, post in posts.items() if post is not None}


def creators_called(brand: Brand, handles: Iterable[str]) -> dict[str, Creator]:
    """The creators of ``brand`` with these handles (lower case), now or formerly; one query."""
    wanted = {handle for handle in handles if handle}
    if not wanted:
        return {}
    formerly = Q()
    for handle in wanted:
        formerly |= Q(former_handles__icontains=f'"{handle}"')
    rows = list(Creator.objects.for_brand(brand).filter(Q(handle__in=wanted) | formerly).order_by("pk"))
    found = {former: row for row in rows for former in row.former_handles if former in wanted}
    return found | {row.handle: row for row in rows if row.handle in wanted}


def last_codes(brand: Brand, post_ids: Collection[UUID]) -> dict[UUID, AuthorizationCode]:
    """The code of each post that a new one would take over from: of those TikTok did not refuse, the last to end."""
    rows = AuthorizationCode.objects.for_brand(brand).filter(
        post__in=post_ids, rejected_at__isnull=True, superseded_by__isnull=True
    )
    return {row.post_id: row for row in rows.order_by("expires_at", "pk")}


def _with_new_posts(
    brand: Brand, wanted: Sequence[Post | NewPost], *, now: datetime, actor: Actor
) -> list[Post]:
    """The posts themselves, those that are missing put on file."""
    links = {item.link: item for item in wanted if isinstance(item, NewPost)}
    known = posts_of_links(brand, links)
    missing = [item for link, item in links.items() if link not in known]
    if missing:
        creators = creators_called(brand, (item.of for item in missing))
        strangers = dict.fromkeys(item.of for item in missing if item.of not in creators)
        added = add_creators(
            brand=brand, drafts=[CreatorDraft(handle) for handle in strangers], now=now, actor=actor
        )
        creators |= dict(zip(strangers, added, strict=True))
        drafts = [
            PostDraft(
                creators[item.of],
                url=item.link.url_for(creators[item.of].handle),
                tiktok_post_id=item.link.post_id,
            )
            for item in missing
        ]
        rows = add_posts(brand=brand, drafts=drafts, now=now, actor=actor)
        known |= {item.link: row for item, row in zip(missing, rows, strict=True)}
    return [known[item.link] if isinstance(item, NewPost) else item for item in wanted]
