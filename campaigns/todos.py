"""What is left to do about a post; none of it changes a verdict (DOMAIN.md §6)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from authorizations.enums import EndSource
from authorizations.models import AuthorizationCode, UsageRight
from campaigns.models import Flight
from posts.enums import Lane
from posts.models import Post

_UNVERIFIED = {EndSource.ASSUMED, EndSource.SHEET, EndSource.COMPUTED, EndSource.CREATOR}


@dataclass(frozen=True, slots=True)
class Todo:
    """A thing to do and why, in the user's words."""

    title: str
    hint: str


def post_todos(
    post: Post,
    *,
    codes: Sequence[AuthorizationCode],
    applied: Collection[UUID],
    rights: Sequence[UsageRight],
    flights: Sequence[Flight],
) -> list[Todo]:
    """The to-dos of a post from its usable codes, the ids of the applied ones, the rights that count, its flights."""
    return [
        *_of_codes(codes, applied, in_use=bool(flights)),
        *_of_rights(rights),
        *_of_the_post(post, flights),
    ]


def _of_codes(codes: Sequence[AuthorizationCode], applied: Collection[UUID], *, in_use: bool) -> list[Todo]:
    todos = []
    replaced = {code.supersedes_id for code in codes if code.supersedes_id}
    for code in codes:
        if code.pk not in applied and (in_use or code.supersedes_id):
            if code.supersedes_id in applied:
                end = "the end of the old one"
                todos.append(
                    Todo("Apply the replacement", f"The {code} is not in Ads Manager yet: apply it by {end}.")
                )
            else:
                todos.append(
                    Todo("Apply the code", f"Nobody noted that the {code} was taken to Ads Manager.")
                )
        if code.pk in replaced:
            continue
        if code.start_assumed:
            todos.append(Todo("Ask when it was generated", f"The start of the {code} is a guess."))
        elif EndSource(code.end_source) in _UNVERIFIED:
            todos.append(Todo("Verify the end", f"Nobody has read the end of the {code} in Ads Manager."))
    return todos


def _of_rights(rights: Sequence[UsageRight]) -> list[Todo]:
    todos = []
    if any(right.starts_at is None for right in rights):
        todos.append(
            Todo("Note when the rights began", "What starts their term has not happened: they cover nothing.")
        )
    if any(right.starts_at is not None and not right.term_stated for right in rights):
        todos.append(
            Todo("State the term of the rights", "The contract's end is not on file: they count as open.")
        )
    if any(right.creator_may_remove for right in rights):
        todos.append(Todo("Mind that it may vanish", "The creator may remove or archive the post."))
    if rights and not any(right.comments_owner for right in rights):
        todos.append(Todo("Say who answers comments", "Nobody is named."))
    return todos


def _of_the_post(post: Post, flights: Sequence[Flight]) -> list[Todo]:
    todos = []
    if flights and not post.landing_page and not all(flight.landing_page for flight in flights):
        todos.append(Todo("Add a landing page", "Neither the post nor every flight has one."))
    if flights and post.lane != Lane.READY_FOR_SPARK:
        todos.append(Todo("Check the lane", "The post is not marked ready for Spark."))
    if not post.tiktok_post_id and post.url:
        todos.append(Todo("Paste the long link", "A short link carries no post id."))
    return todos
