"""The stages that posts reach on their way to TikTok."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from brands.models import Brand
from brands.operations.audit import Change, record_changes
from brands.operations.edits import locked, require_brand, reread, rows_with
from posts.enums import Stage
from posts.models import Post, StageEvent
from posts.operations.spans import between
from posts.rules import is_step_back
from sparktrack.core.actors import Actor
from sparktrack.core.bulk import insert
from sparktrack.core.models import words
from sparktrack.core.refusals import RefusedError

# A stage that was left again so soon was noted by mistake.
_MISTAKE_FOR = timedelta(days=1)


class StageError(RefusedError):
    """The post cannot come to this stage."""


class StageOvertakenError(StageError):
    """Somebody else moved the post meanwhile."""


@dataclass(frozen=True, slots=True)
class StageReached:
    """A post reached a stage at ``at`` (UTC)."""

    post: Post
    stage: Stage
    at: datetime


@dataclass(frozen=True, slots=True)
class StageMove:
    """A post goes from the stage at which somebody sees it (None: not begun) to another."""

    post: Post
    to: Stage | None
    was: Stage | None


def record_stages(
    *, brand: Brand, stages: Sequence[StageReached], now: datetime, actor: Actor
) -> list[StageEvent]:
    """Note that posts reached stages; returns the new events: the same stage at the same instant is noted once."""
    require_brand(brand, *(item.post for item in stages))
    with locked(brand):
        noted = {
            (row.post_id, row.stage, row.at)
            for row in rows_with(
                StageEvent,
                brand,
                "post",
                (item.post.pk for item in stages),
                **between(item.at for item in stages),
            )
        }
        rows = []
        for item in stages:
            if (key := (item.post.pk, item.stage.value, item.at)) not in noted:
                noted.add(key)
                rows.append(
                    StageEvent(brand=brand, post=item.post, stage=item.stage, at=item.at, by_id=actor.user_id)
                )
        insert(rows)
        changes = [
            Change("post.stage_reached", row.post, after={"stage": row.stage, "at": row.at}) for row in rows
        ]
        record_changes(brand, changes, now=now, actor=actor)
    return rows


def move_stages(*, brand: Brand, moves: Sequence[StageMove], now: datetime, actor: Actor) -> list[StageMove]:
    """Posts come to another stage; returns the moves that changed something. All of them, or none.

    Moving back, within a day, to where it came from takes away the stage that was noted by mistake; every other move is
    a new event. Raises StageOvertakenError if a post is elsewhere than it was seen, StageError for one that is on
    TikTok, or that cannot go back to its beginning any more.
    """
    with locked(brand):
        posts = reread(Post, brand, [move.post for move in moves])
        events = _stage_events(brand, posts)
        reached: list[StageReached] = []
        mistakes: list[StageEvent] = []
        made: list[StageMove] = []
        for move in moves:
            post, known = posts[move.post.pk], events.get(move.post.pk, [])
            last = Stage(known[-1].stage) if known else None
            _refuse_moved(post, last, move)
            if move.to is last:
                continue
            before = Stage(known[-2].stage) if len(known) > 1 else None
            made.append(move)
            if is_step_back(last, move.to) and before is move.to and now - known[-1].at < _MISTAKE_FOR:
                mistakes.append(known[-1])
            elif move.to is None:
                raise StageError(f"{post} began more than a day ago: choose the stage it is at.")
            else:
                reached.append(StageReached(post, move.to, now))
        take_back_stages(brand=brand, events=mistakes, now=now, actor=actor)
        record_stages(brand=brand, stages=reached, now=now, actor=actor)
    return made


def take_back_stages(
    *, brand: Brand, events: Sequence[StageEvent], now: datetime, actor: Actor
) -> list[StageEvent]:
    """These stages were noted by mistake and go; the audit keeps them. Returns what went.

    Raises StageOvertakenError if one is not the last of its post any more.
    """
    require_brand(brand, *events)
    with locked(brand):
        posts = {row.pk: row for row in rows_with(Post, brand, "pk", (event.post_id for event in events))}
        known = _stage_events(brand, posts)
        for event in events:
            if known.get(event.post_id, [])[-1:] != [event]:
                raise StageOvertakenError(f"Somebody has moved {posts[event.post_id]} since.")
        StageEvent.objects.for_brand(brand).filter(pk__in=[event.pk for event in events]).delete()
        changes = [
            Change(
                "post.stage_taken_back", posts[event.post_id], before={"stage": event.stage, "at": event.at}
            )
            for event in events
        ]
        record_changes(brand, changes, now=now, actor=actor)
    return list(events)


def _stage_events(brand: Brand, posts: Iterable[UUID]) -> dict[UUID, list[StageEvent]]:
    """The stages of these posts, oldest first."""
    found: dict[UUID, list[StageEvent]] = defaultdict(list)
    rows = rows_with(StageEvent, brand, "post", posts)
    for event in sorted(rows, key=lambda event: (event.at, event.pk)):
        found[event.post_id].append(event)
    return dict(found)


def _refuse_moved(post: Post, last: Stage | None, move: StageMove) -> None:
    if post.tiktok_post_id or post.posted_at is not None:
        raise StageError(f"{post} is on TikTok: it stays posted.")
    if last is not move.was:
        at = f"at “{words(last)}”" if last else "not begun"
        raise StageOvertakenError(f"Somebody has moved {post} meanwhile: it is {at}.")
