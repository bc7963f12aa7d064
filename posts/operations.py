"""Writes on briefs and posts that change no coverage; adding posts does, and lives in authorizations.operations."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from brands.models import Brand
from brands.operations.audit import Change, record_changes
from brands.operations.edits import (
    Edit,
    edit_rows,
    edit_stored,
    locked,
    refuse_others,
    require_brand,
    reread,
    rows_with,
)
from posts.enums import MetricsSource, Stage
from posts.models import Brief, MetricsSnapshot, Post, StageEvent
from posts.rules import is_step_back
from sparktrack.core.actors import Actor
from sparktrack.core.bulk import insert
from sparktrack.core.cells import quoted
from sparktrack.core.models import words
from sparktrack.core.refusals import RefusedError
from sparktrack.tiktok.links import BadPostId, parse_post_id, parse_post_link, posted_at

EDITABLE = frozenset(
    {
        "title",
        "url",
        "tiktok_post_id",
        "posted_at",
        "caption",
        "product",
        "sku",
        "hook_angle",
        "offer",
        "use_case",
        "landing_page",
        "lane",
        "hand_off_note",
        "notes",
        "comment_quality",
        "draft_due_on",
        "post_due_on",
        "shipment_reference",
        "draft_link",
        "payment_state",
    }
)
EDITABLE_BRIEF = frozenset(
    {
        "title",
        "product_truth",
        "audience_problem",
        "claim_boundaries",
        "tone_examples",
        "usage_days",
        "usage_paid",
    }
)


_MOST_USAGE_DAYS = 36_500
# A stage that was left again so soon was noted by mistake.
_MISTAKE_FOR = timedelta(days=1)
NUMBERS = frozenset({"views", "likes", "comments", "shares", "saves"})


class DuplicatePostError(RefusedError):
    """The brand has this TikTok post already."""


class DuplicateBriefError(RefusedError):
    """The brand has a brief of this title already."""


class UsageDaysError(RefusedError):
    """Nobody agrees on usage for no days, or for centuries."""


class StageError(RefusedError):
    """The post cannot come to this stage."""


class StageOvertakenError(StageError):
    """Somebody else moved the post meanwhile."""


class NegativeNumberError(RefusedError):
    """Nobody was seen or liked less than never."""


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


@dataclass(frozen=True, slots=True)
class Metrics:
    """Numbers of a post at ``at`` (UTC); ``numbers`` holds some of ``NUMBERS``."""

    post: Post
    at: datetime
    source: MetricsSource
    numbers: dict[str, int] = field(default_factory=dict)


def add_briefs(*, brand: Brand, drafts: Sequence[dict[str, Any]], now: datetime, actor: Actor) -> list[Brief]:
    """Put briefs on file; each draft holds values for fields of ``EDITABLE_BRIEF``.

    Raises DuplicateBriefError for a title that the brand has already, UsageDaysError, ValueError for another field.
    """
    for draft in drafts:
        refuse_others(draft, EDITABLE_BRIEF)
        _refuse_odd_days(draft)
    rows = [Brief(brand=brand, created_at=now, **draft) for draft in drafts]
    with locked(brand):
        _refuse_known_titles(brand, [(row.title, row.pk) for row in rows])
        insert(rows)
        changes = [Change("brief.added", row, after=draft) for row, draft in zip(rows, drafts, strict=True)]
        record_changes(brand, changes, now=now, actor=actor)
    return rows


def edit_briefs(*, brand: Brand, edits: Sequence[Edit[Brief]], now: datetime, actor: Actor) -> list[Brief]:
    """Change briefs; returns those that changed.

    Raises DuplicateBriefError for a title that another brief has, UsageDaysError, ValueError for a field that is not
    edited here.
    """
    for edit in edits:
        _refuse_odd_days(edit.values)
    with locked(brand):
        _refuse_known_titles(
            brand, [(edit.values["title"], edit.row.pk) for edit in edits if "title" in edit.values]
        )
        return edit_stored(
            Brief,
            brand=brand,
            edits=edits,
            editable=EDITABLE_BRIEF,
            action="brief.edited",
            now=now,
            actor=actor,
        )


def edit_posts(*, brand: Brand, edits: Sequence[Edit[Post]], now: datetime, actor: Actor) -> list[Post]:
    """Change what posts say; returns those that changed.

    A post that gets its id, and has no day of posting, gets that from the id too. Raises DuplicatePostError for an id
    or URL that another post has, BadPostId for an id that is none, BadLink or OtherPlatform for a URL that leads
    elsewhere than to a TikTok post, ValueError for a field that is not edited here.
    """
    with locked(brand):
        refuse_known_posts(brand, [(edit.row.pk, edit.values) for edit in edits])
        rows = reread(Post, brand, [edit.row for edit in edits])
        return edit_rows(
            Post,
            brand=brand,
            edits=(Edit(row := rows[edit.row.pk], _with_birth(row, edit.values)) for edit in edits),
            editable=EDITABLE,
            action="post.edited",
            now=now,
            actor=actor,
        )


def refuse_known_posts(brand: Brand, wanted: Sequence[tuple[UUID, Mapping[str, Any]]]) -> None:
    """Raises DuplicatePostError if two posts were to have one id or URL, BadPostId for an id that is none.

    Raises BadLink or OtherPlatform for a URL that leads elsewhere: the page of the post says "Open on TikTok" over it.
    ``wanted`` holds what each post, named by its primary key, shall say. Call it under the lock of the brand.
    """
    for name in ("tiktok_post_id", "url"):
        owners: dict[str, UUID] = {}
        for pk, values in wanted:
            value = values.get(name, "")
            if name == "tiktok_post_id" and value and parse_post_id(value) != value:
                raise BadPostId(f"{quoted(value)} is not a TikTok post id: 15 to 20 digits.")
            if name == "url" and value:
                parse_post_link(value)
            if value and owners.setdefault(value, pk) != pk:
                raise DuplicatePostError(f"The post {value} is there twice.", field=name)
        for known in rows_with(Post, brand, name, owners):
            value = getattr(known, name)
            if owners[value] != known.pk:
                raise DuplicatePostError(f"The post {value} is already on file.", field=name)


def record_stages(
    *, brand: Brand, stages: Sequence[StageReached], now: datetime, actor: Actor
) -> list[StageEvent]:
    """Note that posts reached stages; returns the new events: the same stage at the same instant is noted once."""
    require_brand(brand, *(item.post for item in stages))
    with locked(brand):
        noted = {
            (row.post_id, row.stage, row.at)
            for row in rows_with(
                StageEvent, brand, "post", (item.post.pk for item in stages), **_between(stages)
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
                MetricsSnapshot, brand, "post", (item.post.pk for item in metrics), **_between(metrics)
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


def _refuse_odd_days(values: Mapping[str, Any]) -> None:
    days = values.get("usage_days")
    if days is not None and not 1 <= days <= _MOST_USAGE_DAYS:
        raise UsageDaysError(
            f"Usage is agreed for 1 to {_MOST_USAGE_DAYS:,} days, not {days:,}.", field="usage_days"
        )


def _refuse_known_titles(brand: Brand, wanted: Sequence[tuple[str, UUID]]) -> None:
    owners: dict[str, UUID] = {}
    for title, pk in wanted:
        if owners.setdefault(title, pk) != pk:
            raise DuplicateBriefError(f"The title {title} is there twice.", field="title")
    for known in rows_with(Brief, brand, "title", owners):
        if owners[known.title] != known.pk:
            raise DuplicateBriefError(f"There is a brief called {known} already.", field="title")


def _between(items: Sequence[StageReached] | Sequence[Metrics]) -> dict[str, Any]:
    """The look-ups that keep out the long history of a post."""
    instants = [item.at for item in items]
    return {"at__gte": min(instants), "at__lte": max(instants)} if instants else {}


def _with_birth(post: Post, values: Mapping[str, Any]) -> Mapping[str, Any]:
    post_id = values.get("tiktok_post_id")
    if post_id and "posted_at" not in values and post.posted_at is None:
        return {**values, "posted_at": posted_at(post_id)}
    return values
