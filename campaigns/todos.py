"""What is left to do about a post; none of it changes a verdict (DOMAIN.md §6)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

from authorizations.enums import EndSource
from authorizations.models import AuthorizationCode, UsageRight
from campaigns.models import Flight
from campaigns.rules import Replacement, taken_over
from posts.enums import Lane
from posts.models import Post
from sparktrack.core.wording import clock

# The ad accounts in which a code is in use, by the code's id; None = nobody said which.
Uses: TypeAlias = Mapping[UUID, Collection[UUID | None]]

_UNVERIFIED = {EndSource.ASSUMED, EndSource.SHEET, EndSource.COMPUTED, EndSource.CREATOR}


@dataclass(frozen=True, slots=True)
class Todo:
    """A thing to do and why, in the user's words; ``place``: the part of the page where it is done."""

    title: str
    hint: str
    place: str = ""


def post_todos(
    post: Post,
    *,
    codes: Sequence[AuthorizationCode],
    uses: Uses,
    ends: Mapping[UUID, datetime],
    rights: Sequence[UsageRight],
    flights: Sequence[Flight],
    now: datetime,
    zone: str,
    caption_changed: bool = False,
) -> list[Todo]:
    """The to-dos of a post from its usable codes, the rights that count and the flights that are not over.

    ``uses`` and ``ends`` are those of all its codes, also of old ones; clock times are said in the IANA ``zone``.
    ``caption_changed``: another caption than the approved one is on file.
    """
    in_use = [(ends[code.pk], uses[code.pk]) for code in codes if uses.get(code.pk)]
    taking_over = {
        code: Replacement(
            (end := ends[code.supersedes_id]),
            uses[code.supersedes_id],
            taken_over(uses.get(code.pk, ()), in_use, old_ends_at=end),
        )
        for code in codes
        if code.supersedes_id and uses.get(code.supersedes_id)
    }
    return [
        *(
            _apply_replacement(
                code,
                f"before {clock(item.old_ends_at, zone, now=now)}" if item.old_ends_at > now else "now",
                first=not uses.get(code.pk),
            )
            for code, item in taking_over.items()
            if item.missing()
        ),
        *_of_codes(codes, uses, {code.pk for code in taking_over}, in_use=bool(flights)),
        *_of_rights(rights),
        *_of_the_post(post, flights, caption_changed=caption_changed),
    ]


def _apply_replacement(code: AuthorizationCode, when: str, *, first: bool) -> Todo:
    where = "not in Ads Manager yet" if first else "not in every ad account of the old one yet"
    return Todo("Apply the replacement", f"The {code} is {where}: apply it {when}.", f"code-{code.pk}")


def _of_codes(
    codes: Sequence[AuthorizationCode], uses: Uses, taking_over: Collection[UUID], *, in_use: bool
) -> list[Todo]:
    todos = []
    replaced = {code.supersedes_id for code in codes if code.supersedes_id}
    for code in codes:
        place = f"code-{code.pk}"
        if (in_use or code.supersedes_id) and not uses.get(code.pk) and code.pk not in taking_over:
            todos.append(
                Todo("Apply the code", f"Nobody noted that the {code} was taken to Ads Manager.", place)
            )
        if code.pk in replaced:
            continue
        if code.start_assumed:
            todos.append(Todo("Ask when it was generated", f"The start of the {code} is a guess.", place))
        elif EndSource(code.end_source) in _UNVERIFIED:
            todos.append(
                Todo("Verify the end", f"Nobody has read the end of the {code} in Ads Manager.", place)
            )
    return todos


def _of_rights(rights: Sequence[UsageRight]) -> list[Todo]:
    todos = []
    if any(right.starts_at is None for right in rights):
        todos.append(
            Todo(
                "Note when the rights began",
                "What starts their term has not happened: they cover nothing.",
                "rights",
            )
        )
    if any(right.starts_at is not None and not right.term_stated for right in rights):
        todos.append(
            Todo(
                "State the term of the rights",
                "The contract's end is not on file: they count as open.",
                "rights",
            )
        )
    if any(right.creator_may_remove for right in rights):
        todos.append(Todo("Mind that it may vanish", "The creator may remove or archive the post.", "rights"))
    if rights and not any(right.comments_owner for right in rights):
        todos.append(Todo("Say who answers comments", "Nobody is named.", "rights"))
    return todos


def _of_the_post(post: Post, flights: Sequence[Flight], *, caption_changed: bool) -> list[Todo]:
    todos = []
    if caption_changed:
        todos.append(
            Todo("Read the caption again", "It is another one than when the post was approved.", "facts")
        )
    if flights and not post.landing_page and not all(flight.landing_page for flight in flights):
        todos.append(Todo("Add a landing page", "Neither the post nor every flight has one.", "facts"))
    if flights and post.lane != Lane.READY_FOR_SPARK:
        todos.append(Todo("Check the lane", "The post is not marked ready for Spark.", "facts"))
    if not post.tiktok_post_id and post.url:
        todos.append(Todo("Paste the long link", "A short link carries no post id.", "facts"))
    return todos
