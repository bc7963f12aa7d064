"""The numbers of posts."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from brands.models import Brand
from brands.operations.audit import Change, record_changes
from brands.operations.edits import locked, refuse_others, require_brand, rows_with
from posts.enums import MetricsSource
from posts.models import MetricsSnapshot, Post
from posts.operations.spans import between
from sparktrack.core.actors import Actor
from sparktrack.core.bulk import insert
from sparktrack.core.refusals import RefusedError

NUMBERS = frozenset({"views", "likes", "comments", "shares", "saves"})


class NegativeNumberError(RefusedError):
    """Nobody was seen or liked less than never."""


@dataclass(frozen=True, slots=True)
class Metrics:
    """Numbers of a post at ``at`` (UTC); ``numbers`` holds some of ``NUMBERS``."""

    post: Post
    at: datetime
    source: MetricsSource
    numbers: dict[str, int] = field(default_factory=dict)


def record_metrics(
    *, brand: Brand, metrics: Sequence[Metrics], now: datetime, actor: Actor
) -> list[MetricsSnapshot]:
    """Keep numbers of posts; returns the new snapshots: the same source at the same instant is kept once.

    Raises NegativeNumberError, and ValueError for a number that is not in ``NUMBERS``.
    """
    require_brand(brand, *(item.post for item in metrics))
    for item in metrics:
        refuse_others(item.numbers, NUMBERS)
        for name, number in item.numbers.items():
            if number < 0:
                raise NegativeNumberError(f"{name.capitalize()} cannot be {number:,}.", field=name)
    with locked(brand):
        noted = {
            (row.post_id, row.source, row.at)
            for row in rows_with(
                MetricsSnapshot,
                brand,
                "post",
                (item.post.pk for item in metrics),
                **between(item.at for item in metrics),
            )
        }
        rows, changes = [], []
        for item in metrics:
            if (key := (item.post.pk, item.source.value, item.at)) not in noted:
                noted.add(key)
                rows.append(
                    MetricsSnapshot(
                        brand=brand, post=item.post, at=item.at, source=item.source, **item.numbers
                    )
                )
                changes.append(Change("post.metrics_recorded", item.post, after=item.numbers))
        insert(rows)
        record_changes(brand, changes, now=now, actor=actor)
    return rows
