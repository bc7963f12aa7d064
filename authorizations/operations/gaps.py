"""Keeping the stored gaps true: every write on an input of coverage runs inside ``coverage_change``."""

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import TypeAlias, TypeVar
from uuid import UUID

from authorizations.inputs import SLICE, load_inputs
from authorizations.models import PostGap
from authorizations.rules import Gap, post_gaps
from brands.models import Brand
from brands.operations.edits import locked
from posts.models import Post
from sparktrack.core.bulk import insert

T = TypeVar("T")
StoredGap: TypeAlias = tuple[datetime | None, datetime | None, str, bool]


@dataclass(slots=True)
class Touched:
    """Whose gaps must be rewritten when the change is complete."""

    brand: Brand
    posts: set[UUID] = field(default_factory=set)
    briefs: set[UUID] = field(default_factory=set)
    creators: set[UUID] = field(default_factory=set)
    everything: bool = False

    def post_ids(self) -> Iterator[UUID]:
        """The ids of all touched posts, once each."""
        posts = Post.objects.for_brand(self.brand)
        if self.everything:
            yield from posts.values_list("pk", flat=True)
            return
        found = set(self.posts)
        for name, ids in (("brief", self.briefs), ("creator", self.creators)):
            for part in sliced(ids, SLICE):
                found.update(posts.filter(**{f"{name}__in": part}).values_list("pk", flat=True))
        yield from found


_open_change: ContextVar[Touched | None] = ContextVar("open_change", default=None)


@contextmanager
def coverage_change(brand: Brand) -> Iterator[Touched]:
    """One transaction around a change of coverage; at its end the gaps of the touched posts are rewritten.

    Holds the lock of the brand's row, so that two writers of one brand, each blind to the other's uncommitted rows,
    cannot both write gaps that miss something (docs/decisions/003). Operations nest: an inner one joins the outer
    transaction and the gaps are rewritten once. Yields the collector whose ``brand`` is fresh and locked.
    """
    outer = _open_change.get()
    if outer is not None:
        if outer.brand.pk != brand.pk:
            raise ValueError("A change of coverage belongs to one brand.")
        yield outer
        return
    with locked(brand) as current:
        touched = Touched(current)
        token = _open_change.set(touched)
        try:
            yield touched
        finally:
            _open_change.reset(token)
        rewrite_gaps(touched.brand, touched.post_ids())


def rewrite_gaps(brand: Brand, post_ids: Iterable[UUID]) -> int:
    """Compute the gaps of these posts afresh and store what differs; returns the number of posts that differed."""
    differed = 0
    for part in sliced(post_ids, SLICE):
        differed += _store(brand, differences(brand, part))
    return differed


@dataclass(frozen=True, slots=True)
class Difference:
    """One post whose stored gaps are not those that follow from its inputs."""

    post_id: UUID
    stored: frozenset[StoredGap]
    computed: frozenset[StoredGap]


def differences(brand: Brand, post_ids: Collection[UUID]) -> list[Difference]:
    """The posts among these (at most ``SLICE``) whose stored gaps differ from freshly computed ones."""
    stored: dict[UUID, set[StoredGap]] = {}
    for post, *gap in (
        PostGap.objects.for_brand(brand)
        .filter(post__in=post_ids)
        .values_list("post_id", "starts_at", "ends_at", "reasons", "stops_itself")
    ):
        stored.setdefault(post, set()).add((gap[0], gap[1], gap[2], gap[3]))
    found = []
    for post, inputs in load_inputs(brand, post_ids).items():
        computed = {as_stored(gap) for gap in post_gaps(inputs)}
        before = stored.get(post, set())
        if computed != before:
            found.append(Difference(post, frozenset(before), frozenset(computed)))
    return found


def as_stored(gap: Gap) -> StoredGap:
    """A gap in the form of its row: start, end, reasons joined by commas, whether it stops by itself."""
    return gap.starts_at, gap.ends_at, ",".join(gap.reasons), gap.stops_itself


def _store(brand: Brand, found: Collection[Difference]) -> int:
    if found:
        PostGap.objects.for_brand(brand).filter(
            post__in=[difference.post_id for difference in found]
        ).delete()
        insert(
            [
                PostGap(
                    brand=brand,
                    post_id=difference.post_id,
                    starts_at=start,
                    ends_at=end,
                    reasons=reasons,
                    stops_itself=stops_itself,
                )
                for difference in found
                for start, end, reasons, stops_itself in difference.computed
            ]
        )
    return len(found)


def sliced(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """``items`` in lists of at most ``size``."""
    iterator = iter(items)
    while part := list(islice(iterator, size)):
        yield part
