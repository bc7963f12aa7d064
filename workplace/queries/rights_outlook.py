"""What a right would cover if it were on file as it is typed, and where it and the codes of its posts part ways."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from authorizations.enums import Reason
from authorizations.inputs import SLICE, Supposed, load_inputs
from authorizations.models import UsageRight
from authorizations.rules import RIGHTS_REASONS, Gap, Right, clip, is_paid_right, post_gaps
from authorizations.windows import Term, right_bounds
from brands.models import Brand
from campaigns.phrases import limiting
from posts.models import Post
from workplace.queries.rights import Holder, level_of


class Cell(StrEnum):
    """What holds for a post at an instant; the second and third are the dangerous ones (DOMAIN.md §6)."""

    RUNS = "runs"  # code valid, rights valid
    SPENDS = "spends"  # code valid, rights over: the ad goes on without permission
    STOPS = "stops"  # rights valid, code over: the ad stops by itself
    NOTHING = "nothing"  # both over, or the post is gone


@dataclass(frozen=True, slots=True)
class Stretch:
    """A cell of a post for a while, from the instant of asking on; no ``ends_at`` = for ever.

    ``reason``: what begins it; None while the post may run.
    """

    post: Post
    cell: Cell
    starts_at: datetime
    ends_at: datetime | None
    reason: Reason | None


@dataclass(frozen=True, slots=True)
class Typed:
    """A right as somebody typed it. ``instead``: the row that it changes; None: a new one."""

    holder: Holder
    starts_on: date | None
    term: Term
    paid: bool
    channels: Sequence[str] = ()
    instead: UUID | None = None


@dataclass(frozen=True, slots=True)
class Outlook:
    """From when until when it holds, for how many posts, and their stretches from now on, in order of time.

    ``closer``: posts below that have closer rights, so this one does not count there. ``unneeded``: posts of an own
    account, which need none. ``judged``: of how many the stretches are; of more the newest.
    """

    typed: Typed
    starts_at: datetime | None
    ends_at: datetime | None
    counts_as_paid: bool
    posts: int
    judged: int
    closer: int
    unneeded: int
    stretches: Sequence[Stretch]

    def first(self, cell: Cell) -> list[Stretch]:
        """Of each post the first stretch of ``cell``, the soonest first."""
        found: dict[UUID, Stretch] = {}
        for stretch in self.stretches:
            if stretch.cell is cell:
                found.setdefault(stretch.post.pk, stretch)
        return list(found.values())


def outlook(brand: Brand, typed: Typed, *, now: datetime) -> Outlook:
    """What ``typed`` would mean once it is on file; at most eight queries, nothing is written.

    Raises WindowError for dates that make no right.
    """
    starts_at, ends_at = right_bounds(typed.starts_on, typed.term, brand.time_zone)
    paid = is_paid_right(typed.paid, typed.channels)
    below, number = _below(brand, typed.holder)
    closer = _with_closer(brand, typed.holder, below)
    unneeded = [post for post in below if post.creator.own_account and not isinstance(typed.holder, Post)]
    posts = [
        post for post in below if post.pk not in closer and (post not in unneeded or not brand.tracks_rights)
    ]
    right = Right(starts_at, ends_at, paid) if starts_at else None
    inputs = load_inputs(
        brand, [post.pk for post in posts], supposed=Supposed(typed.holder.pk, right, typed.instead)
    )
    found = [stretch for post in posts for stretch in stretches_of(post, post_gaps(inputs[post.pk]), now=now)]
    return Outlook(
        typed=typed,
        starts_at=starts_at,
        ends_at=ends_at,
        counts_as_paid=paid,
        posts=number,
        judged=len(below),
        closer=len(closer),
        unneeded=len([post for post in unneeded if post.pk not in closer]),
        stretches=sorted(found, key=lambda stretch: stretch.starts_at),
    )


def stretches_of(post: Post, gaps: Iterable[Gap], *, now: datetime) -> list[Stretch]:
    """The cells of a post from ``now`` on, one after the other, from its gaps over all time."""
    found: list[Stretch] = []
    at: datetime | None = now
    for gap in clip(gaps, now, None):
        start = gap.starts_at or now  # clipped: never before now
        if at is not None and start > at:
            found.append(Stretch(post, Cell.RUNS, at, start, None))
        cell, at = _cell(gap), gap.ends_at
        if found and found[-1].cell is cell:
            found[-1] = replace(found[-1], ends_at=at)
        else:
            found.append(Stretch(post, cell, start, at, limiting(gap)))
    if at is not None:
        found.append(Stretch(post, Cell.RUNS, at, None, None))
    return found


def _cell(gap: Gap) -> Cell:
    if not gap.stops_itself:
        return Cell.SPENDS
    if Reason.POST_UNAVAILABLE in gap.reasons or not RIGHTS_REASONS.isdisjoint(gap.reasons):
        return Cell.NOTHING
    return Cell.STOPS


def _below(brand: Brand, holder: Holder) -> tuple[list[Post], int]:
    """The posts for which rights on ``holder`` may count, the newest first and not too many; and how many there are."""
    if isinstance(holder, Post):
        return [holder], 1
    rows = Post.objects.for_brand(brand).filter(**{level_of(holder): holder}).select_related("creator")
    found = list(rows.order_by("-pk")[:SLICE])
    return found, len(found) if len(found) < SLICE else rows.count()


def _with_closer(brand: Brand, holder: Holder, posts: Sequence[Post]) -> set[UUID]:
    """The posts that have rights of their own, or of their brief where ``holder`` is a creator."""
    if isinstance(holder, Post):
        return set()
    rights = UsageRight.objects.for_brand(brand)
    ids = [post.pk for post in posts]
    closer: set[UUID] = set(rights.filter(post__in=ids).values_list("post_id", flat=True))
    if level_of(holder) == "creator":
        briefs = {post.brief_id for post in posts if post.brief_id}
        held = set(rights.filter(brief__in=briefs).values_list("brief_id", flat=True))
        closer.update(post.pk for post in posts if post.brief_id in held)
    return closer
