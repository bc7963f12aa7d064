"""Codes that creators are asked for: noted by whoever asked, withdrawn if nobody waits for them any more."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from authorizations.models import AuthorizationCode, CodeRequest
from authorizations.operations.recording import WrongPostError
from authorizations.windows import DAY, refuse_odd_length
from brands.models import Brand
from brands.operations.audit import Change, record_changes
from brands.operations.edits import Edit, edit_rows, locked, require_brand, reread, rows_with
from posts.enums import Method
from posts.models import Post
from sparktrack.core.actors import Actor
from sparktrack.core.bulk import insert
from sparktrack.core.days import local_date
from sparktrack.core.refusals import RefusedError
from sparktrack.core.wording import local_year, weekday


class NoCodeNeededError(RefusedError):
    """Nobody asks for a code of a post that runs without one."""

    def __init__(self, post: Post) -> None:
        super().__init__(f"{post} needs no code: there is nothing to ask for.")


class AlreadyAskedError(RefusedError):
    """The creator was asked and has still to answer."""

    def __init__(self, request: CodeRequest, *, zone: str, now: datetime) -> None:
        """``request``: the open one; its day is said in ``zone`` (IANA)."""
        self.request = request
        day = weekday(local_date(request.asked_at, zone), year=local_year(now, zone))
        by = f" by {request.asked_by.get_short_name()}" if request.asked_by else ""
        super().__init__(f"Asked already on {day}{by}.")


@dataclass(frozen=True, slots=True)
class RequestDraft:
    """A code for ``window_days`` that a creator was asked for, in place of ``supersedes`` if the post has one."""

    post: Post
    window_days: int
    supersedes: AuthorizationCode | None = None


def request_codes(
    *, brand: Brand, drafts: Sequence[RequestDraft], now: datetime, actor: Actor
) -> list[CodeRequest]:
    """Note that creators were asked at ``now``; one request a draft, in order.

    Raises AlreadyAskedError for a post with an open request, NoCodeNeededError for one that runs without a code,
    WrongPostError for the renewal of another post's code, WindowError for days that no code has; nothing is noted then.
    """
    with locked(brand) as current:
        posts = reread(Post, brand, [draft.post for draft in drafts], related=["creator"])
        waiting = open_requests(brand, posts)
        rows = []
        for draft in drafts:
            post = posts[draft.post.pk]
            require_brand(brand, draft.supersedes)
            refuse_odd_length(draft.window_days)
            if not may_be_asked(post):
                raise NoCodeNeededError(post)
            if draft.supersedes is not None and draft.supersedes.post_id != post.pk:
                raise WrongPostError("A renewal must be of a code of the same post.", field="supersedes")
            if post.pk in waiting:
                raise AlreadyAskedError(waiting[post.pk], zone=current.time_zone, now=now)
            waiting[post.pk] = CodeRequest(
                brand=brand,
                post=post,
                supersedes=draft.supersedes,
                window_days=draft.window_days,
                asked_at=now,
                asked_by_id=actor.user_id,
            )
            rows.append(waiting[post.pk])
        insert(rows)
        record_changes(
            brand, [Change("request.made", row, after=_described(row)) for row in rows], now=now, actor=actor
        )
    return rows


def withdraw_requests(
    *, brand: Brand, requests: Sequence[CodeRequest], now: datetime, actor: Actor
) -> list[CodeRequest]:
    """Nobody waits for these codes any more; returns the requests that were open until now."""
    with locked(brand):
        rows = reread(CodeRequest, brand, requests)
        return edit_rows(
            CodeRequest,
            brand=brand,
            edits=[
                Edit(row, {"withdrawn_at": max(now, row.asked_at)}) for row in rows.values() if row.is_open
            ],
            editable=frozenset({"withdrawn_at"}),
            action="request.withdrawn",
            now=now,
            actor=actor,
        )


def open_requests(brand: Brand, posts: Iterable[UUID]) -> dict[UUID, CodeRequest]:
    """The open request of each of these posts that has one, by the post's id, with who asked."""
    rows = rows_with(
        CodeRequest, brand, "post", posts, related=["asked_by"], answered_at=None, withdrawn_at=None
    )
    return {row.post_id: row for row in rows}


def assumed_starts(brand: Brand, posts: Iterable[UUID], *, now: datetime) -> dict[UUID, date]:
    """From which day a code of each of these posts counts that came without one (DOMAIN.md §4).

    The day its creator was asked, else the day before ``now``, in the zone of the brand.
    """
    wanted = set(posts)
    asked = open_requests(brand, wanted) if wanted else {}
    yesterday = local_date(now, brand.time_zone) - DAY
    return {
        post: local_date(asked[post].asked_at, brand.time_zone) if post in asked else yesterday
        for post in wanted
    }


def may_be_asked(post: Post) -> bool:
    """Whether a post needs a code that its creator can be asked for. Needs ``post.creator``."""
    return post.method == Method.CODE and not post.creator.own_account


def _described(row: CodeRequest) -> dict[str, object]:
    return {
        "post": row.post_id,
        "window_days": row.window_days,
        "supersedes": row.supersedes_id,
        "asked_at": row.asked_at,
    }
