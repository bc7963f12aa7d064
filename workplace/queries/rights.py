"""Usage rights on their page: what they are on, who may have approved them, what proves them."""

from collections.abc import Mapping, Sequence
from typing import cast
from uuid import UUID

from django.core.exceptions import ValidationError

from authorizations.models import UsageRight
from brands.models import Attachment, Brand
from creators.models import Creator
from posts.models import Brief, Post
from sparktrack.core.cells import Refusal
from sparktrack.tiktok.links import parse_post_link

Holder = Post | Brief | Creator
_MODELS: Mapping[str, type[Holder]] = {"post": Post, "brief": Brief, "creator": Creator}


def level_of(holder: Holder) -> str:
    """``post``, ``brief`` or ``creator``: the field of a right that names what it is on."""
    return next(level for level, model in _MODELS.items() if isinstance(holder, model))


def holder_of(right: UsageRight) -> Holder:
    """What a right is on; it must have been loaded with the right."""
    holder: Holder | None = right.post or right.brief or right.creator
    if holder is None:
        raise ValueError("The database keeps no right that is on nothing.")
    return holder


def right_with_holder(brand: Brand, pk: UUID) -> UsageRight:
    """A right of ``brand`` with what it is on and who approved it. Raises UsageRight.DoesNotExist."""
    found: UsageRight = (
        UsageRight.objects.for_brand(brand)
        .select_related("post__creator", "brief", "creator", "approved_by")
        .get(pk=pk)
    )
    return found


def named_holder(brand: Brand, asked: Mapping[str, str]) -> Holder | None:
    """The post, brief or creator that an address names by its id (``?post=…``); None if it names none.

    Raises DoesNotExist (of that model) for one that is not there in ``brand``.
    """
    for level, model in _MODELS.items():
        if pk := asked.get(level):
            rows = model._default_manager.filter(brand=brand)
            if level == "post":
                rows = rows.select_related("creator", "brief")
            try:
                return cast(Holder, rows.get(pk=pk))
            except (ValidationError, ValueError):
                raise model.DoesNotExist from None
    return None


def meant_holder(brand: Brand, words: str) -> Holder | None:
    """What a person means by a link, id or title of a post, a handle or the title of a brief; None: not on file."""
    words = words.strip()
    try:
        post_id = parse_post_link(words).post_id
    except Refusal:
        post_id = words if words.isdigit() else ""
    posts = Post.objects.for_brand(brand).order_by("pk")
    if post_id and (found := posts.filter(tiktok_post_id=post_id).first()):
        return cast(Post, found)
    creators = Creator.objects.for_brand(brand).with_handles([words.removeprefix("@").lower()])
    briefs = Brief.objects.for_brand(brand).filter(title__iexact=words)
    of_title = posts.filter(title__iexact=words)
    return cast(Holder | None, creators.first() or briefs.order_by("pk").first() or of_title.last())


def attachments_of(brand: Brand, subject: UUID) -> Sequence[Attachment]:
    """Files and links on one thing, in the order in which they came."""
    rows = Attachment.objects.for_brand(brand).filter(subject_id=subject)
    return list(rows.select_related("added_by").order_by("added_at", "pk"))
