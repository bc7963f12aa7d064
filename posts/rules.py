"""What follows from the numbers, dates and steps of a deliverable. Plain Python, no clock."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from posts.enums import Stage

# What counts as engagement: what people do about a post, beside looking at it.
ENGAGING = ("likes", "comments", "shares", "saves")


@dataclass(frozen=True, slots=True)
class StrongRule:
    """From which numbers on a brand looks at an organic post for paid; None: however many."""

    views: int | None
    engagement: Decimal | None  # percent of the views

    @property
    def says_nothing(self) -> bool:
        """Whether the brand has no such rule: then no post is strong."""
        return self.views is None and self.engagement is None


def engagement(views: int | None, engaged: Collection[int | None]) -> Decimal | None:
    """Percent of ``views`` who liked, commented, shared or saved; None where nobody noted enough to tell."""
    known = [number for number in engaged if number is not None]
    return Decimal(sum(known) * 100) / views if views and known else None


def is_strong(rule: StrongRule, *, views: int | None, percent: Decimal | None) -> bool:
    """Whether the numbers of a post reach what the brand asks for; numbers nobody noted reach nothing."""
    if rule.says_nothing:
        return False
    return (rule.views is None or (views is not None and views >= rule.views)) and (
        rule.engagement is None or (percent is not None and percent >= rule.engagement)
    )


# Steps at which the draft is what is waited for.
BEFORE_DRAFT = frozenset({None, Stage.BRIEFED, Stage.PRODUCT_SHIPPED, Stage.REVISION_ASKED})
_ORDER = (None, *Stage)


@dataclass(frozen=True, slots=True)
class Due:
    """What is due next, the draft or the post, and on which day."""

    day: date
    is_draft: bool


def next_due(stage: Stage | None, *, draft_on: date | None, post_on: date | None) -> Due | None:
    """What the creator owes next; None once it is posted, or where no day was agreed."""
    if stage is Stage.POSTED:
        return None
    if draft_on is not None and stage in BEFORE_DRAFT:
        return Due(draft_on, is_draft=True)
    return Due(post_on, is_draft=False) if post_on is not None else None


def is_step_back(current: Stage | None, to: Stage | None) -> bool:
    """Whether moving a deliverable ``to`` a stage takes something back; a new draft after a revision does not."""
    if current is Stage.REVISION_ASKED and to is Stage.DRAFT_RECEIVED:
        return False
    return _ORDER.index(to) < _ORDER.index(current)


def usual_next(stage: Stage | None) -> Stage | None:
    """The step that usually follows; None after the last."""
    if stage is Stage.REVISION_ASKED:
        return Stage.DRAFT_RECEIVED
    if stage is Stage.DRAFT_RECEIVED:
        return Stage.APPROVED
    place = _ORDER.index(stage) + 1
    return _ORDER[place] if place < len(_ORDER) else None
