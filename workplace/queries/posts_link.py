"""What a pasted TikTok link says about a post, and what of it is on file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from authorizations.operations.arrivals import creators_called, posts_of_links
from brands.models import Brand
from creators.models import Creator
from posts.models import Post
from sparktrack.tiktok.links import BadLink, LinkKind, OtherPlatform, PostLink, parse_post_link, posted_at
from sparktrack.tiktok.messages import read_message

# Handles that are offered while somebody types; any other can be typed in full.
MOST_OFFERED = 200
# Handles that one query asks for: each is a condition of its own.
MOST_ASKED = 200


@dataclass(frozen=True, slots=True)
class ReadLink:
    """A link beside what else is known. ``handle``: whose the post is; ``creator``: they, if on file.

    ``former``: the link names them by a handle they do not have any more. ``on_file``: another post of this address.
    """

    link: PostLink | None
    handle: str
    creator: Creator | None
    former: str
    on_file: Post | None
    named: str  # by the link

    @property
    def post_id(self) -> str:
        """What the link says, else empty."""
        return self.link.post_id if self.link else ""

    @property
    def url(self) -> str:
        """The address to keep."""
        return self.link.url_for(self.handle) if self.link else ""

    @property
    def born(self) -> datetime | None:
        """When the post was made (UTC), as its id says."""
        return posted_at(self.post_id) if self.post_id else None

    @property
    def is_short(self) -> bool:
        """Whether the link says nothing before somebody follows it."""
        return self.link is not None and self.link.kind is LinkKind.SHORT

    @property
    def is_of_somebody_else(self) -> bool:
        """Whether the link names another creator than the one who was said."""
        return bool(self.named and self.named not in {self.handle, self.former})

    @property
    def whose_words(self) -> str:
        """The same in words."""
        return f"The link is of @{self.named}, not of @{self.handle}."


def link_in(text: str) -> PostLink | None:
    """The link in what somebody pasted, None for nothing. Raises BadLink, OtherPlatform."""
    if not text.strip():
        return None
    try:
        return parse_post_link(text)
    except OtherPlatform:
        raise
    except BadLink:
        message = read_message(text)
        links = {item.link for item in message.deliverables if item.link} | set(message.other_links)
        if len(links) == 1:
            return links.pop()
        if links:
            raise BadLink(
                "There is more than one link to a post in this text. Paste the one that is meant."
            ) from None
        if message.platforms:
            platform = message.platforms[0]
            raise OtherPlatform(f"This link leads to {platform}, not to TikTok.", platform) from None
        raise


def read_link(brand: Brand, link: PostLink | None, *, handle: str = "", post: Post | None = None) -> ReadLink:
    """What ``link`` says, beside the ``handle`` that was typed or the ``post`` that is on file; two queries at most."""
    if post is None:
        return read_links(brand, [(link, handle)])[0]
    on_file = posts_of_links(brand, [link]).get(link) if link else None
    return read_beside(link, post, on_file if on_file is not None and on_file.pk != post.pk else None)


def read_beside(link: PostLink | None, post: Post, on_file: Post | None = None) -> ReadLink:
    """What ``link`` says beside a ``post`` that is on file, with its creator."""
    named, creator = link.handle if link else "", post.creator
    former = named if named in creator.former_handles else ""
    return ReadLink(link, creator.handle, creator, former, on_file, named)


def read_links(brand: Brand, asked: Sequence[tuple[PostLink | None, str]]) -> list[ReadLink]:
    """What links of new posts say beside the handles that were typed; two queries for up to MOST_ASKED handles."""
    handles = sorted(
        {name for link, handle in asked for name in (handle, link.handle if link else "") if name}
    )
    called: dict[str, Creator] = {}
    for start in range(0, len(handles), MOST_ASKED):
        called |= creators_called(brand, handles[start : start + MOST_ASKED])
    on_file = posts_of_links(brand, {link for link, _ in asked if link})
    return [_read(link, handle, called, on_file.get(link) if link else None) for link, handle in asked]


def _read(
    link: PostLink | None, handle: str, called: Mapping[str, Creator], on_file: Post | None
) -> ReadLink:
    named = link.handle if link else ""
    theirs, typed = called.get(named), called.get(handle)
    creator_on_file = typed or (theirs if not handle else None)
    whose = creator_on_file.handle if creator_on_file else handle or named
    former = named if theirs is not None and theirs == creator_on_file and named != whose else ""
    return ReadLink(link, whose, creator_on_file, former, on_file, named)


def offered_handles(brand: Brand) -> list[str]:
    """The handles of the newest creators; one query."""
    newest = Creator.objects.for_brand(brand).order_by("-pk").values_list("handle", flat=True)
    return sorted(newest[:MOST_OFFERED])
