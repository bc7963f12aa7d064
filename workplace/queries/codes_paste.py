"""Codes that somebody pasted, on their way to the file: what they could belong to, and what is known of them."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from authorizations.models import AuthorizationCode
from authorizations.operations.arrivals import creators_called, last_codes, posts_of_links
from authorizations.operations.requests import assumed_starts
from authorizations.secrets import code_fingerprint
from brands.models import Brand
from creators.models import Creator
from posts.enums import Method
from posts.models import Post
from sparktrack.tiktok.codes import CleanCode, clean_code
from sparktrack.tiktok.links import PostLink, parse_post_link
from sparktrack.tiktok.messages import Message

# So many posts of a creator that wait for a code are offered, the newest first.
MOST_AWAITING = 20


@dataclass(frozen=True, slots=True)
class Pasted:
    """A code out of a message; ``link``: which of the message's links it stands beside."""

    code: CleanCode = field(repr=False)
    link: int | None = None
    days: int | None = None
    handle: str = ""
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Paste:
    """What a message holds, as it travels from page to page: sealed, for it holds codes.

    ``post``: the post whose page it was pasted from. ``platforms`` and ``masked`` as in ``Message``.
    """

    items: tuple[Pasted, ...]
    links: tuple[PostLink, ...] = ()
    platforms: tuple[str, ...] = ()
    masked: tuple[str, ...] = ()
    post: UUID | None = None

    def dumped(self) -> str:
        """As text, codes in clear: only to be sealed."""
        return json.dumps(
            {
                "items": [[i.code.value, i.link, i.days, i.handle, i.sure] for i in self.items],
                "links": [link.url or f"https://www.tiktok.com/v/{link.post_id}" for link in self.links],
                "platforms": self.platforms,
                "masked": self.masked,
                "post": str(self.post or ""),
            }
        )

    def without(self, numbers: Collection[int]) -> "Paste":
        """The same without the items of these numbers."""
        return replace(self, items=tuple(i for n, i in enumerate(self.items) if n not in numbers))


def paste_of(message: Message, *, post: UUID | None = None) -> Paste:
    """The codes and links of a message."""
    links = list(dict.fromkeys(item.link for item in message.deliverables if item.link))
    links += [link for link in message.other_links if link not in links]
    items = (
        Pasted(item.code, links.index(item.link) if item.link else None, item.days, item.handle, item.sure)
        for item in message.deliverables
    )
    return Paste(tuple(items), tuple(links), message.platforms, message.masked, post)


def loaded(text: str) -> Paste:
    """What ``dumped`` made."""
    found: dict[str, Any] = json.loads(text)
    return Paste(
        tuple(Pasted(clean_code(code), *rest) for code, *rest in found["items"]),
        tuple(map(parse_post_link, found["links"])),
        tuple(found["platforms"]),
        tuple(found["masked"]),
        UUID(found["post"]) if found["post"] else None,
    )


@dataclass(frozen=True, slots=True)
class Desk:
    """What is on file about a paste. ``known`` by fingerprint; ``last`` by post: the code a new one takes over from.

    ``starts`` by post: the day from which a code counts of which nobody knows when it was generated.
    """

    brand: Brand
    by_link: dict[PostLink, Post]
    known: dict[str, AuthorizationCode]
    creators: dict[str, Creator]
    awaiting: dict[UUID, list[Post]]
    last: dict[UUID, AuthorizationCode]
    own: Post | None
    starts: dict[UUID, date] = field(default_factory=dict)

    def posts(self) -> Iterable[Post]:
        """All posts that can be chosen, once each."""
        found = [*self.by_link.values(), *(post for posts in self.awaiting.values() for post in posts)]
        return {post.pk: post for post in [*found, *([self.own] if self.own else [])]}.values()


def desk_of(brand: Brand, paste: Paste, *, handles: Sequence[str], now: datetime) -> Desk:
    """Everything about the codes, links and creators of a paste; at most seven queries, however many there are.

    ``handles``: those that somebody typed, beside those of the message.
    """
    by_link = posts_of_links(brand, paste.links)
    prints = {code_fingerprint(item.code.value) for item in paste.items}
    known = {
        row.fingerprint: row
        for row in AuthorizationCode.objects.for_brand(brand)
        .filter(fingerprint__in=prints)
        .select_related("post__creator")
    }
    named = {*handles, *(item.handle for item in paste.items), *(link.handle for link in paste.links)}
    creators = creators_called(brand, named)
    own = None
    if paste.post is not None:
        own = Post.objects.for_brand(brand).filter(pk=paste.post).select_related("creator").first()
    awaiting = posts_awaiting(brand, {creator.pk for creator in creators.values()}, now=now)
    desk = Desk(brand, by_link, known, creators, awaiting, {}, own)
    posts = {post.pk for post in desk.posts()}
    desk.last.update(last_codes(brand, posts))
    desk.starts.update(assumed_starts(brand, posts, now=now))
    return desk


def posts_awaiting(brand: Brand, creators: Collection[UUID], *, now: datetime) -> dict[UUID, list[Post]]:
    """The posts of these creators that need a code and have none that is or will be valid, the newest first."""
    usable = (
        AuthorizationCode.objects.for_brand(brand)
        .filter(post=OuterRef("pk"), rejected_at__isnull=True, expires_at__gt=now)
        .filter(Q(revoked_at__isnull=True) | Q(revoked_at__gt=now))
    )
    rows = (
        Post.objects.for_brand(brand)
        .filter(creator__in=creators, method=Method.CODE, creator__own_account=False)
        .exclude(Exists(usable))
        .select_related("creator")
        .order_by("-pk")
    )
    found: dict[UUID, list[Post]] = defaultdict(list)
    for post in rows[: MOST_AWAITING * max(len(creators), 1)] if creators else ():
        if len(found[post.creator_id]) < MOST_AWAITING:
            found[post.creator_id].append(post)
    return dict(found)
