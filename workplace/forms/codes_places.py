"""What a code of a paste could belong to: posts on file, and posts that its message names."""

from authorizations.operations.arrivals import NewPost
from authorizations.secrets import code_fingerprint
from posts.models import Post
from sparktrack.core.wording import TimeWords
from sparktrack.tiktok.links import PostLink
from workplace.queries.codes_paste import Desk, Pasted


class Places:
    """The posts that one code can be for. ``offered``: by their values in the form; ``known``: the code if it is on
    file; ``link``: the one that stands nearest to it in the message."""

    def __init__(
        self, item: Pasted, desk: Desk, links: tuple[PostLink, ...], *, handle: str, may_add: bool
    ) -> None:
        """``handle``: whose code it is said to be; ``may_add``: this person may put posts on file."""
        self._item, self._desk, self._links = item, desk, links
        self._handle, self._may_add = handle, may_add
        self.known = desk.known.get(code_fingerprint(item.code.value))
        self.link = links[item.link] if item.link is not None else None
        self.offered = self._options()

    def first(self) -> str:
        """What is chosen at first: what the message says, else the post whose page it was pasted from."""
        if self.known is not None:
            return str(self.known.post_id)
        if self.link is not None:
            return next((key for key, where in self.offered.items() if self._is_link(where)), "")
        return str(self._desk.own.pk) if self._desk.own else ""

    def labels(self, times: TimeWords) -> list[tuple[str, str]]:
        """What is offered, in words."""
        return [(key, _label(where, times)) for key, where in self.offered.items()]

    def why_none(self) -> str:
        """Why nothing is chosen, and what to do."""
        if self.link is not None and not self._may_add:
            return "This post is not on file. A manager can add it; or choose another post of the creator."
        if self.offered:
            return "Choose the post that the code is for."
        if not self._handle:
            return "Say whose code this is: then choose among their posts that wait for one."
        if self._handle not in self._desk.creators:
            return f"There is no creator @{self._handle} here."
        return f"No post of @{self._handle} waits for a code."

    def _options(self) -> dict[str, Post | NewPost]:
        if self.known is not None:
            return {str(self.known.post_id): self.known.post}
        desk, found = self._desk, dict[str, Post | NewPost]()
        own = self._item.link
        others = () if self.link and self._item.sure else range(len(self._links))
        for number in [*([] if own is None else [own]), *(each for each in others if each != own)]:
            link = self._links[number]
            post = desk.by_link.get(link)
            if post is not None:
                found[str(post.pk)] = post
            elif self._may_add:
                found[f"link-{number}"] = NewPost(link, self._handle)
        if desk.own is not None:
            found.setdefault(str(desk.own.pk), desk.own)
        creator = desk.creators.get(self._handle)
        for post in desk.awaiting.get(creator.pk, ()) if creator else ():
            found.setdefault(str(post.pk), post)
        return found

    def _is_link(self, where: Post | NewPost) -> bool:
        if isinstance(where, NewPost):
            return where.link == self.link
        assert self.link is not None
        return self._desk.by_link.get(self.link) == where


def _label(where: Post | NewPost, times: TimeWords) -> str:
    if isinstance(where, Post):
        born = where.posted_at
        day = f", posted {times.short_day(born)}" if born else ""
        return f"{where} (@{where.creator.handle}{day})"
    whose = f" of @{where.of}" if where.of else ""
    return f"New post{whose}: {where.link.post_id or where.link.url}"
