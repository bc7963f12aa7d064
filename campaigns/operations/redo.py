"""A changed creative is a new post that replaces the old one: what goes with it, and what stays."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from authorizations.models import UsageRight
from authorizations.operations.copies import copy_rights
from authorizations.operations.gaps import coverage_change
from authorizations.operations.posts import PostDraft, add_posts
from brands.models import Brand
from brands.operations.edits import Edit, edit_rows, require_brand, reread
from campaigns.models import Flight
from campaigns.operations.flights import FlightError
from posts.enums import Method
from posts.models import Post
from sparktrack.core.actors import Actor
from sparktrack.core.refusals import RefusedError
from sparktrack.tiktok.links import PostLink

# What a new creative is about, too. Dates, draft, payment and caption are its own.
_SAME = ("product", "sku", "hook_angle", "offer", "use_case", "landing_page", "lane", "hand_off_note")


class RedoError(RefusedError):
    """The post cannot be redone like that."""


@dataclass(frozen=True, slots=True)
class Redo:
    """A new creative in place of ``post``; ``link``: where it is on TikTok, if it is live already."""

    post: Post
    title: str
    link: PostLink | None = None
    rights: Sequence[UsageRight] = ()
    flights: Sequence[Flight] = ()


def redo_post(*, brand: Brand, redo: Redo, now: datetime, actor: Actor) -> Post:
    """Put the new post on file, copy the chosen rights to it and plan the chosen flights with it; all of it or nothing.

    Codes stay with the old post: TikTok ties each to its video. So do fees and spend caps: they were agreed once.
    Raises RedoError for rights that are not those of the old post, FlightError for a flight that is not, or that was
    launched, DuplicatePostError for a link that is on file.
    """
    require_brand(brand, redo.post, *redo.rights, *redo.flights)
    with coverage_change(brand):
        old = reread(Post, brand, [redo.post], related=("creator", "brief"))[redo.post.pk]
        flights = reread(Flight, brand, redo.flights, related=("campaign",))
        rights = reread(UsageRight, brand, redo.rights)
        if any(right.post_id != old.pk for right in rights.values()):
            raise RedoError(
                "Rights that do not belong to this post cannot be copied from it.", field="rights"
            )
        draft = PostDraft(
            old.creator,
            brief=old.brief,
            title=redo.title,
            url=redo.link.url_for(old.creator.handle) if redo.link else "",
            tiktok_post_id=redo.link.post_id if redo.link else "",
            method=Method(old.method),
            replaces=old,
            details={name: getattr(old, name) for name in _SAME},
        )
        (new,) = add_posts(brand=brand, drafts=[draft], now=now, actor=actor)
        new.brand = brand
        copy_rights(brand=brand, rights=list(rights.values()), post=new, now=now, actor=actor)
        _plan_with(brand, list(flights.values()), old, new, now=now, actor=actor)
    return new


def _plan_with(
    brand: Brand, flights: Sequence[Flight], old: Post, new: Post, *, now: datetime, actor: Actor
) -> None:
    """What was made sure of, or approved, about the old creative does not hold for the new one."""
    for flight in flights:
        if flight.post_id != old.pk:
            raise FlightError("A flight of another post cannot be moved from this one.", field="flights")
        if flight.launched_at is not None or flight.ended_at is not None:
            state = "ended" if flight.ended_at is not None else "launched"
            raise FlightError(
                f"The flight in {flight.campaign} was {state} meanwhile: it stays with the old post.",
                field="flights",
            )
    fresh: dict[str, Any] = {
        "checklist": {},
        "run_anyway_reason": "",
        "run_anyway_by": None,
        "run_anyway_at": None,
    }
    edit_rows(
        Flight,
        brand=brand,
        edits=[Edit(flight, {"post": new, **fresh}) for flight in flights],
        editable=frozenset({"post", *fresh}),
        action="flight.moved_to_redo",
        now=now,
        actor=actor,
    )
