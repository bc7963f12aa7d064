"""What was done about a post, by whom: the audit of the post and of what decides about it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from brands.models import AuditEntry, Brand, Membership, User
from brands.rules import Action, may

FIRST_LINES = 8
MOST_LINES = 500


@dataclass(frozen=True, slots=True)
class History:
    """The newest entries; ``more``: there are older ones. ``subjects`` names things that have no name of their own.

    ``things``: the ids of all that it is about.
    """

    entries: Sequence[AuditEntry]
    more: bool
    subjects: Mapping[UUID, str]
    things: Collection[UUID] = ()


@dataclass(frozen=True, slots=True)
class People:
    """The members of a brand, and those among them who may say that a flight runs anyway."""

    names: Mapping[str, str]
    approvers: Sequence[User]


def post_history(
    brand: Brand, things: Collection[UUID], *, subjects: Mapping[UUID, str], lines: int = FIRST_LINES
) -> History:
    """The newest ``lines`` entries about these things; one query."""
    found = list(entries_about(brand, things).order_by("-at", "-pk")[: min(lines, MOST_LINES) + 1])
    return History(found[:lines], len(found) > lines, subjects, things)


def entries_about(brand: Brand, things: Collection[UUID]) -> QuerySet[AuditEntry]:
    """All entries about these things, unordered."""
    found: QuerySet[AuditEntry] = AuditEntry.objects.for_brand(brand).filter(object_id__in=things)
    return found


def people_of(brand: Brand) -> People:
    """Everybody in ``brand`` by the text of their id; one query."""
    members = Membership.objects.for_brand(brand).select_related("user").order_by("user__full_name", "pk")
    users = [(member.user, member.role) for member in members]
    return People(
        names={str(user.pk): user.full_name or user.get_short_name() for user, _ in users},
        approvers=[user for user, role in users if may(role, Action.RUN_ANYWAY)],
    )


def caption_changed_since_approval(brand: Brand, post_id: UUID, approved_at: datetime) -> bool:
    """Whether a caption that was on file became another one after ``approved_at``; one query.

    The first caption that is noted is no change: often it is read only once the post is live.
    """
    edits = AuditEntry.objects.for_brand(brand).filter(
        object_id=post_id, action="post.edited", at__gt=approved_at
    )
    return any(before.get("caption") for before in edits.values_list("before", flat=True))
