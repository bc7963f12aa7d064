"""Reading the inputs of coverage for many posts in a constant number of queries (DOMAIN.md §6)."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from authorizations.models import AccountLink, AuthorizationCode, UsageRight
from authorizations.rules import Code, PostInputs, Right, Window, is_paid_right
from brands.models import Brand
from posts.enums import Method
from posts.models import Post

# Stays below the number of parameters that SQLite takes, twice over.
SLICE = 400


@dataclass(frozen=True, slots=True)
class Supposed:
    """A right as if it were on file, on the post, brief or creator ``holder``, in place of the row ``instead``.

    ``right`` None: its trigger has not happened. ``instead`` None: besides all that are on file.
    """

    holder: UUID
    right: Right | None
    instead: UUID | None = None


def load_inputs(
    brand: Brand, post_ids: Collection[UUID], *, supposed: Supposed | None = None
) -> dict[UUID, PostInputs]:
    """The inputs of each of these posts of ``brand``; at most ``SLICE`` ids at once, four queries.

    The rights of a post are its own if it has any (also one whose trigger has not happened: the contract for this
    post is another one), else those of its brief, else those of its creator. ``supposed``: what somebody is about to
    put on file.
    """
    posts = list(
        Post.objects.for_brand(brand)
        .filter(pk__in=post_ids)
        .values_list("pk", "method", "unavailable_from", "brief_id", "creator_id", "creator__own_account")
    )
    creator_ids = {creator for *_, creator, _own in posts}
    codes: dict[UUID, list[Code]] = defaultdict(list)
    for post, start, end, revoked_at, rejected_at in (
        AuthorizationCode.objects.for_brand(brand)
        .filter(post__in=post_ids)
        .values_list("post_id", "starts_at", "expires_at", "revoked_at", "rejected_at")
    ):
        codes[post].append(Code(start, end, revoked_at, rejected_at is not None))
    links: dict[UUID, list[Window]] = defaultdict(list)
    if any(method != Method.CODE for _, method, *_ in posts):
        for creator, start, end in (
            AccountLink.objects.for_brand(brand)
            .filter(creator__in=creator_ids)
            .values_list("creator_id", "starts_at", "ends_at")
        ):
            links[creator].append(Window(start, end))
    briefs = {brief for *_, brief, _c, _o in posts if brief}
    rights = _rights_by_holder(brand, post_ids, briefs, creator_ids, supposed)

    inputs = {}
    for post, method, unavailable_from, brief, creator, own_account in posts:
        own = rights.get(post)
        held = next(
            (found for holder in (post, brief, creator) if (found := rights.get(holder)) is not None), []
        )
        inputs[post] = PostInputs(
            needs_code=method == Method.CODE and not own_account,
            needs_rights=brand.tracks_rights and not (own_account and own is None),
            codes=codes.get(post, ()),
            rights=held,
            links=links.get(creator, ()),
            links_required=method != Method.CODE,
            unavailable_from=unavailable_from,
        )
    return inputs


def _rights_by_holder(
    brand: Brand,
    posts: Collection[UUID],
    briefs: Collection[UUID],
    creators: Collection[UUID],
    supposed: Supposed | None,
) -> dict[UUID | None, list[Right]]:
    """Rights by the post, brief or creator that holds them; a holder with untriggered rights only has an empty list."""
    held: dict[UUID | None, list[Right]] = {}
    rows = (
        UsageRight.objects.for_brand(brand)
        .filter(Q(post__in=posts) | Q(brief__in=briefs) | Q(creator__in=creators))
        .values_list(
            "post_id", "brief_id", "creator_id", "starts_at", "ends_at", "paid_amplification", "channels"
        )
    )
    if supposed is not None and supposed.instead is not None:
        rows = rows.exclude(pk=supposed.instead)
    for post, brief, creator, start, end, paid, channels in rows:
        rights = held.setdefault(post or brief or creator, [])
        if start is not None:
            rights.append(Right(start, end, paid=is_paid_right(paid, channels)))
    if supposed is not None:
        held.setdefault(supposed.holder, []).extend([supposed.right] if supposed.right else ())
    return held
