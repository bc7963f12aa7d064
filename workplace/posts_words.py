"""What the pages of posts say about links, numbers and steps. Plain Python, English, no clock, no query."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from campaigns.phrases import Tone
from posts.enums import Stage
from posts.rules import StrongRule
from sparktrack.core.models import words
from sparktrack.core.wording import weekday
from workplace.queries.posts_link import ReadLink

NOT_BEGUN = "Not begun"

# What a column of the stages view says while it is empty.
STAGE_HINTS: Mapping[Stage | None, str] = {
    None: "Posts without a step yet.",
    Stage.BRIEFED: "The creator has the brief.",
    Stage.PRODUCT_SHIPPED: "The product is on its way.",
    Stage.DRAFT_RECEIVED: "A draft waits for your answer.",
    Stage.REVISION_ASKED: "The creator works on it again.",
    Stage.APPROVED: "May be posted.",
    Stage.POSTED: "Is on TikTok.",
}


@dataclass(frozen=True, slots=True)
class Note:
    """Something to know about what was pasted."""

    tone: Tone
    text: str


def stage_words(stage: Stage | None) -> str:
    """``Draft received``."""
    return words(stage) if stage else NOT_BEGUN


def link_notes(read: ReadLink, *, posted_on: date | None, year: int) -> list[Note]:
    """What a pasted link says, and what is odd about it. ``posted_on`` in the zone of the brand."""
    notes = []
    if read.on_file is not None:
        notes.append(Note(Tone.STOP, f"This post is on file already: {read.on_file}."))
    if read.is_of_somebody_else:
        notes.append(Note(Tone.STOP, read.whose_words))
    elif read.former:
        notes.append(Note(Tone.WARN, f"The link names @{read.former}, a former handle of @{read.handle}."))
    elif read.handle and read.creator is None:
        notes.append(Note(Tone.WARN, f"@{read.handle} is new here: saving puts them on file as a creator."))
    if read.is_short:
        notes.append(
            Note(
                Tone.WARN,
                "A short link says neither id nor day. It is kept; open it and paste the long one when you can.",
            )
        )
    elif read.post_id and posted_on is not None and read.on_file is None:
        whose = f"of @{read.handle}, " if read.handle and not read.is_of_somebody_else else ""
        notes.append(Note(Tone.OK, f"Post {read.post_id} {whose}posted {weekday(posted_on, year=year)}."))
    return notes


def strong_words(rule: StrongRule) -> str:
    """``50,000 views and 3 % engagement``: from when on an organic post is strong."""
    wanted = []
    if rule.views is not None:
        wanted.append(f"{rule.views:,} views")
    if rule.engagement is not None:
        wanted.append(f"{rule.engagement.normalize():f} % engagement")
    return " and ".join(wanted)


def percent_words(percent: Decimal | None) -> str:
    """``8.4 %``; empty where nobody can tell."""
    return f"{percent:.1f} %" if percent is not None else ""
