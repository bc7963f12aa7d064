"""What posts say. Adding them, and their codes, changes coverage and lives in authorizations.operations."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from brands.models import Brand
from brands.operations.edits import Edit, edit_rows, locked, reread, rows_with
from posts.models import Post
from sparktrack.core.actors import Actor
from sparktrack.core.cells import quoted
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


class DuplicatePostError(RefusedError):
    """The brand has this TikTok post already."""


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


def _with_birth(post: Post, values: Mapping[str, Any]) -> Mapping[str, Any]:
    post_id = values.get("tiktok_post_id")
    if post_id and "posted_at" not in values and post.posted_at is None:
        return {**values, "posted_at": posted_at(post_id)}
    return values
