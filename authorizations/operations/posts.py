"""Posts as coverage sees them: added, gone and back, their method, their brief, whose account they are on."""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

from django.db.models import ProtectedError

from authorizations.models import CodeRequest
from authorizations.operations.gaps import coverage_change
from brands.enums import AttachmentSubject
from brands.models import Attachment, Brand
from brands.operations.audit import Change, record_changes
from brands.operations.deleting import InUseError, delete_rows
from brands.operations.edits import Edit, edit_rows, locked, refuse_others, require_brand, reread
from creators.models import Creator
from posts.enums import Method, PaymentState
from posts.models import Brief, Post
from posts.operations.posts import EDITABLE, refuse_known_posts
from sparktrack.core.actors import Actor
from sparktrack.core.bulk import insert
from sparktrack.tiktok import links


@dataclass(frozen=True, slots=True)
class PostDraft:
    """A deliverable to put on file; ``tiktok_post_id`` and ``url`` may be empty while it is not live.

    ``details`` holds values for the other fields of ``posts.operations.posts.EDITABLE``.
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


def add_posts(*, brand: Brand, drafts: Sequence[PostDraft], now: datetime, actor: Actor) -> list[Post]:
    """Put posts on file, one row a draft, in order.

    Without ``posted_at`` the birth of the post is read from its id. Raises DuplicatePostError for a post id or URL
    that the brand has already, BadPostId for an id that is none, ValueError for details that are not ``EDITABLE``.
    """
    for draft in drafts:
        require_brand(brand, draft.creator, draft.brief, draft.replaces)
        refuse_others(draft.details, EDITABLE - set(_PLAIN))
    with coverage_change(brand) as touched:
        rows = [_new_row(brand, draft, now) for draft in drafts]
        refuse_known_posts(
            brand, [(row.pk, {"url": row.url, "tiktok_post_id": row.tiktok_post_id}) for row in rows]
        )
        for row in rows:
            if row.posted_at is None and row.tiktok_post_id:
                row.posted_at = links.posted_at(row.tiktok_post_id)
        touched.posts.update(row.pk for row in rows)
        insert(rows)
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


def delete_posts(*, brand: Brand, posts: Sequence[Post], now: datetime, actor: Actor) -> int:
    """Delete posts that were put on file by mistake, with their stages and numbers; returns how many.

    Raises InUseError if a code, request, right, flight, later post or evidence hangs on one of them, and
    OtherBrandError. Then nothing was deleted.
    """
    with locked(brand):
        ids = [post.pk for post in posts]
        # Evidence has no foreign key to what it proves, and a request would go along with its post.
        proofs = Attachment.objects.for_brand(brand).filter(
            subject_kind=AttachmentSubject.POST, subject_id__in=ids
        )
        asked = CodeRequest.objects.for_brand(brand).filter(post__in=ids)
        if found := {*proofs, *asked}:
            raise InUseError(ProtectedError("Evidence is kept.", found))
        return delete_rows(Post, brand=brand, rows=posts, action="post.deleted", now=now, actor=actor)


def mark_posts_gone(
    *, brand: Brand, posts: Sequence[Post], since: datetime, now: datetime, actor: Actor
) -> list[Post]:
    """The posts are deleted or private since ``since``: they stop by themselves."""
    edits = [Edit(post, {"unavailable_from": since}) for post in posts]
    return _edit(brand, edits, action="post.gone", now=now, actor=actor)


def mark_posts_back(*, brand: Brand, posts: Sequence[Post], now: datetime, actor: Actor) -> list[Post]:
    """The posts can be seen again."""
    edits = [Edit(post, {"unavailable_from": None}) for post in posts]
    return _edit(brand, edits, action="post.back", now=now, actor=actor)


def change_method(
    *, brand: Brand, posts: Sequence[Post], method: Method, now: datetime, actor: Actor
) -> list[Post]:
    """The posts are authorized in another way from now on."""
    edits = [Edit(post, {"method": method}) for post in posts]
    return _edit(brand, edits, action="post.method_changed", now=now, actor=actor)


def attach_brief(
    *, brand: Brand, posts: Sequence[Post], brief: Brief | None, now: datetime, actor: Actor
) -> list[Post]:
    """The posts were made for ``brief``; its rights count for those without rights of their own."""
    briefs = [(post, brief) for post in posts]
    return attach_briefs(brand=brand, briefs=briefs, now=now, actor=actor)


def attach_briefs(
    *, brand: Brand, briefs: Sequence[tuple[Post, Brief | None]], now: datetime, actor: Actor
) -> list[Post]:
    """Each post was made for the brief beside it (None: for none); returns the posts that changed."""
    require_brand(brand, *(brief for _, brief in briefs))
    edits = [Edit(post, {"brief": brief}) for post, brief in briefs]
    return _edit(brand, edits, action="post.brief_attached", now=now, actor=actor)


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


_PLAIN = tuple(item.name for item in fields(PostDraft) if item.name != "details")


def _new_row(brand: Brand, draft: PostDraft, now: datetime) -> Post:
    values = {name: getattr(draft, name) for name in _PLAIN}
    return Post(
        brand=brand,
        created_at=now,
        **{"payment_state": PaymentState.NONE, **values, **draft.details},
    )


_OF_COVERAGE = frozenset({"unavailable_from", "method", "brief"})


def _edit(
    brand: Brand, edits: Sequence[Edit[Post]], *, action: str, now: datetime, actor: Actor
) -> list[Post]:
    with coverage_change(brand) as touched:
        rows = reread(Post, brand, [edit.row for edit in edits])
        changed = edit_rows(
            Post,
            brand=brand,
            edits=[Edit(rows[edit.row.pk], edit.values) for edit in edits],
            editable=_OF_COVERAGE,
            action=action,
            now=now,
            actor=actor,
        )
        touched.posts.update(post.pk for post in changed)
    return changed
