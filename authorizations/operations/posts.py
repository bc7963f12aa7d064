"""Posts as coverage sees them: added, gone and back, their method, their brief, whose account they are on."""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

from authorizations.operations.gaps import coverage_change
from brands.models import Brand
from brands.operations.audit import BATCH, Change, record_changes
from brands.operations.edits import Edit, edit_rows, require_brand, reread
from creators.models import Creator
from posts.enums import Method, PaymentState
from posts.models import Brief, Post
from sparktrack.core.actors import Actor
from sparktrack.core.refusals import RefusedError
from sparktrack.tiktok import links


@dataclass(frozen=True, slots=True)
class PostDraft:
    """A deliverable to put on file; ``tiktok_post_id`` and ``url`` may be empty while it is not live.

    ``details`` holds values for the fields of ``posts.operations.EDITABLE``.
    """

    creator: Creator
    brief: Brief | None = None
    title: str = ""
    url: str = ""
    tiktok_post_id: str = ""
    posted_at: datetime | None = None
    method: Method = Method.CODE
    replaces: Post | None = None
    unavailable_from: datetime | None = None
    details: dict[str, Any] = field(default_factory=dict)


class DuplicatePostError(RefusedError):
    """The brand has this TikTok post already."""


def add_posts(*, brand: Brand, drafts: Sequence[PostDraft], now: datetime, actor: Actor) -> list[Post]:
    """Put posts on file, one row a draft, in order.

    Without ``posted_at`` the birth of the post is read from its id. Raises DuplicatePostError for a post id or URL
    that the brand has already.
    """
    for draft in drafts:
        require_brand(brand, draft.creator, draft.brief, draft.replaces)
    with coverage_change(brand) as touched:
        _refuse_known(brand, drafts)
        rows = [_new_row(brand, draft, now) for draft in drafts]
        touched.posts.update(row.pk for row in rows)
        Post.objects.bulk_create(rows, batch_size=BATCH)
        changes = [
            Change(
                "post.added",
                row,
                after={"creator": row.creator_id, "url": row.url, "tiktok_post_id": row.tiktok_post_id},
            )
            for row in rows
        ]
        record_changes(brand, changes, now=now, actor=actor)
    return rows


def mark_posts_gone(
    *, brand: Brand, posts: Sequence[Post], since: datetime, now: datetime, actor: Actor
) -> list[Post]:
    """The posts are deleted or private since ``since``: they stop by themselves."""
    return _edit(brand, posts, {"unavailable_from": since}, action="post.gone", now=now, actor=actor)


def mark_posts_back(*, brand: Brand, posts: Sequence[Post], now: datetime, actor: Actor) -> list[Post]:
    """The posts can be seen again."""
    return _edit(brand, posts, {"unavailable_from": None}, action="post.back", now=now, actor=actor)


def change_method(
    *, brand: Brand, posts: Sequence[Post], method: Method, now: datetime, actor: Actor
) -> list[Post]:
    """The posts are authorized in another way from now on."""
    return _edit(brand, posts, {"method": method}, action="post.method_changed", now=now, actor=actor)


def attach_brief(
    *, brand: Brand, posts: Sequence[Post], brief: Brief | None, now: datetime, actor: Actor
) -> list[Post]:
    """The posts were made for ``brief``; its rights count for those without rights of their own."""
    require_brand(brand, brief)
    return _edit(brand, posts, {"brief": brief}, action="post.brief_attached", now=now, actor=actor)


def set_own_account(
    *, brand: Brand, creators: Sequence[Creator], own: bool, now: datetime, actor: Actor
) -> list[Creator]:
    """These handles are (or are not) the brand's own: their posts need no code, and rights only if they have some."""
    with coverage_change(brand) as touched:
        rows = reread(Creator, brand, creators)
        changed = edit_rows(
            Creator,
            brand=brand,
            edits=[Edit(row, {"own_account": own}) for row in rows.values()],
            editable=frozenset({"own_account"}),
            action="creator.own_account_set",
            now=now,
            actor=actor,
        )
        touched.creators.update(creator.pk for creator in changed)
    return changed


def set_rights_tracking(*, brand: Brand, tracks: bool, now: datetime, actor: Actor) -> Brand:
    """The brand begins or ends to track usage rights; returns the brand as it is now."""
    with coverage_change(brand) as touched:
        current = touched.brand
        if current.tracks_rights != tracks:
            change = Change(
                "brand.rights_tracking_set",
                current,
                {"tracks_rights": current.tracks_rights},
                {"tracks_rights": tracks},
            )
            current.tracks_rights = tracks
            current.save(update_fields=["tracks_rights"])
            touched.everything = True
            record_changes(brand, [change], now=now, actor=actor)
    return current


def _refuse_known(brand: Brand, drafts: Sequence[PostDraft]) -> None:
    for name in ("tiktok_post_id", "url"):
        seen: set[str] = set()
        for draft in drafts:
            value = getattr(draft, name)
            if value and value in seen:
                raise DuplicatePostError(f"The post {value} is there twice.")
            seen.add(value)
        wanted = sorted(seen - {""})
        for start in range(0, len(wanted), _SLICE):
            known = (
                Post.objects.for_brand(brand)
                .filter(**{f"{name}__in": wanted[start : start + _SLICE]})
                .first()
            )
            if known is not None:
                raise DuplicatePostError(f"The post {getattr(known, name)} is already on file.")


_SLICE = 900
_PLAIN = tuple(item.name for item in fields(PostDraft) if item.name not in {"details", "posted_at"})


def _new_row(brand: Brand, draft: PostDraft, now: datetime) -> Post:
    posted_at = draft.posted_at
    if posted_at is None and draft.tiktok_post_id:
        posted_at = links.posted_at(draft.tiktok_post_id)
    values = {name: getattr(draft, name) for name in _PLAIN}
    return Post(
        brand=brand,
        posted_at=posted_at,
        created_at=now,
        **{"payment_state": PaymentState.NONE, **values, **draft.details},
    )


def _edit(
    brand: Brand, posts: Sequence[Post], values: dict[str, Any], *, action: str, now: datetime, actor: Actor
) -> list[Post]:
    with coverage_change(brand) as touched:
        rows = reread(Post, brand, posts)
        changed = edit_rows(
            Post,
            brand=brand,
            edits=[Edit(row, values) for row in rows.values()],
            editable=frozenset(values),
            action=action,
            now=now,
            actor=actor,
        )
        touched.posts.update(post.pk for post in changed)
    return changed
