"""Proving the stored gaps: computed afresh for every post, in memory that does not grow with their number."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from authorizations.inputs import SLICE
from authorizations.operations.gaps import Difference, StoredGap, coverage_change, differences
from brands.models import Brand
from brands.operations.audit import Change, record_changes
from brands.operations.edits import locked
from posts.models import Post
from sparktrack.core.actors import Actor


@dataclass(frozen=True, slots=True)
class Proof:
    """What came of a slice of posts: how many were proven, and those whose stored gaps were wrong."""

    posts: int
    differences: list[Difference]


def prove_gaps(brand: Brand) -> Iterator[Proof]:
    """Compare the stored gaps of all posts of ``brand`` with freshly computed ones, a slice of posts at a time.

    Reads without a lock, so people go on working; a slice that seems to differ is read again under the lock of the
    brand, because a write may have come between the reads.
    """
    for ids in _slices(brand):
        if found := differences(brand, ids):
            with locked(brand) as current:
                found = differences(current, [difference.post_id for difference in found])
        yield Proof(len(ids), found)


def repair_gaps(*, brand: Brand, found: Collection[Difference], now: datetime, actor: Actor) -> None:
    """Write the gaps of these posts afresh; the audit keeps what was stored before."""
    with coverage_change(brand) as touched:
        touched.posts.update(difference.post_id for difference in found)
        posts = Post.objects.for_brand(brand).in_bulk([difference.post_id for difference in found])
        changes = [
            Change(
                "post.gaps_repaired",
                posts[difference.post_id],
                {"gaps": described(difference.stored)},
                {"gaps": described(difference.computed)},
            )
            for difference in found
        ]
        record_changes(brand, changes, now=now, actor=actor)


def described(gaps: Collection[StoredGap]) -> list[str]:
    """Gaps for a person, in order: ``always to 2026-11-23 23:12: no_code`` (UTC)."""

    def instant(value: datetime | None, none: str) -> str:
        return f"{value:%Y-%m-%d %H:%M:%S}".removesuffix(":00") if value else none

    ordered = sorted(gaps, key=lambda gap: (gap[0] is not None, str(gap[0]), str(gap[1])))
    return [
        f"{instant(start, 'always')} to {instant(end, 'for ever')}: {reasons}"
        + ("" if stops_itself else " (must be paused)")
        for start, end, reasons, stops_itself in ordered
    ]


def _slices(brand: Brand) -> Iterator[list[UUID]]:
    posts = Post.objects.for_brand(brand).order_by("pk").values_list("pk", flat=True)
    ids = list(posts[:SLICE])
    while ids:
        yield ids
        ids = list(posts.filter(pk__gt=ids[-1])[:SLICE])
