"""What a right says and would mean, in the words of the trade. Plain Python, English, no clock.

TikTok knows no contract: never "stops" where only rights end (DOMAIN.md §6).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from authorizations.enums import Reason, RightTrigger
from authorizations.models import UsageRight
from authorizations.operations.terms import term_of
from authorizations.windows import Term
from campaigns.phrases import Moment as When
from campaigns.phrases import Subject, Tone, label
from creators.models import Creator
from posts.enums import Method
from posts.models import Brief, Post
from sparktrack.core.wording import TimeWords, count
from workplace.queries.rights import Holder
from workplace.queries.rights_outlook import Cell, Outlook, Stretch

# Posts that a cell names; the others are counted.
MOST_POSTS = 5

TRIGGERS = {
    RightTrigger.FIXED: "a day that the contract fixes",
    RightTrigger.CONTRACT: "the contract is signed",
    RightTrigger.DELIVERY: "the video is delivered",
    RightTrigger.POSTING: "the post goes live",
    RightTrigger.FIRST_PAID_USE: "it first runs as an ad",
}
# The same as a noun: "90 days from posting".
EVENTS = {
    RightTrigger.CONTRACT: "signing",
    RightTrigger.DELIVERY: "delivery",
    RightTrigger.POSTING: "posting",
    RightTrigger.FIRST_PAID_USE: "first paid use",
}

CELLS = {
    Cell.RUNS: ("Code valid, rights valid", Tone.OK),
    Cell.SPENDS: ("Code valid, rights over", Tone.STOP),
    Cell.STOPS: ("Rights valid, code over", Tone.WARN),
    Cell.NOTHING: ("Neither valid", Tone.IDLE),
}
MEANINGS = {
    Cell.RUNS: "The ad may run.",
    Cell.SPENDS: "The ad goes on and spends without permission: TikTok knows no contract. A person must pause it.",
    Cell.STOPS: "The ad stops by itself. The rights go on, paid for and unused, until there is a new code.",
    Cell.NOTHING: "Nothing runs.",
}


def stops_words(
    reason: Reason | None, code_from: datetime | None, times: TimeWords, *, linked: bool = False
) -> str:
    """The cell of valid rights without a valid code, by what is the matter with the code, or the account link."""
    key = Subject("", linked=linked).key
    if reason is Reason.NO_CODE:
        return f"Rights valid, no {key} yet"
    if reason is Reason.CODE_NOT_STARTED:
        return f"Rights valid, {key} starts {times.day(code_from) if code_from else 'later'}"
    if reason is Reason.CODE_REVOKED:
        return f"Rights valid, {key} revoked"
    return f"Rights valid, {key} over"


def holder_words(holder: Holder) -> str:
    """``“Glow serum” of @maya``, ``every post of the brief “Glow”``, ``every post of @maya``."""
    if isinstance(holder, Post):
        return f"“{holder}” of {holder.creator}"
    if isinstance(holder, Brief):
        return f"every post of the brief “{holder}”"
    return f"every post of {holder}"


def short_holder(holder: Holder) -> str:
    """A name for a crumb or a line: the post, the brief, the handle."""
    return str(holder) if isinstance(holder, Creator | Post) else f"Brief: {holder}"


def length_words(term: Term) -> str:
    """``90 days``, ``6 months``, ``to a day``, ``perpetual``, ``not stated``: how the contract says the end."""
    if term.days is not None:
        return count(term.days, "day")
    if term.months is not None:
        return count(term.months, "month")
    if term.ends_on is not None:
        return "to a day"
    return "perpetual" if term.perpetual else "not stated"


def term_words(right: UsageRight, times: TimeWords) -> str:
    """``Sun 1 Nov – Fri 29 Jan (90 days)``; ``90 days from posting, which has not happened``."""
    term, event = term_of(right), EVENTS.get(RightTrigger(right.trigger))
    length = length_words(term)
    if right.starts_at is None:
        until = f"until {times.last_day(right.ends_at)}" if right.ends_at else length
        return f"{until} from {event or 'a day'}, which has not happened"
    first = times.day(right.starts_at) + (f" ({event})" if event else "")
    if right.ends_at is None:
        return f"from {first}, {'perpetual' if term.perpetual else 'end not stated'}"
    exact = f" ({length})" if term.ends_on is None else ""
    return f"{first} – {times.last_day(right.ends_at)}{exact}"


@dataclass(frozen=True, slots=True)
class PostWords:
    """A post in a cell: from when, and what to do."""

    post: Post
    words: str


@dataclass(frozen=True, slots=True)
class CellWords:
    """One of the four cells of code and rights; ``posts`` is empty where no post comes into it."""

    cell: Cell
    title: str
    meaning: str
    tone: Tone
    posts: Sequence[PostWords]
    more: int


@dataclass(frozen=True, slots=True)
class OutlookWords:
    """The answer while dates change: what the right covers, for which posts, and the four cells."""

    tone: Tone
    answer: str
    why: str
    of_posts: str
    cells: Sequence[CellWords]


def outlook_words(outlook: Outlook, trigger: RightTrigger, times: TimeWords) -> OutlookWords:
    """``times``: days in the zone of the brand, in which contracts are typed."""
    tone, answer, why = _answer(outlook, trigger, times)
    cells = []
    for cell, (title, cell_tone) in CELLS.items():
        found = outlook.first(cell)
        named = [PostWords(each.post, _said(each, times)) for each in found[:MOST_POSTS]]
        cells.append(
            CellWords(cell, title, MEANINGS[cell], cell_tone, named, max(0, len(found) - MOST_POSTS))
        )
    return OutlookWords(tone, answer, why, _of_posts(outlook), cells)


def _answer(outlook: Outlook, trigger: RightTrigger, times: TimeWords) -> tuple[Tone, str, str]:
    start, end = outlook.starts_at, outlook.ends_at
    if start is None:
        event = EVENTS.get(trigger, "its start")
        return (
            Tone.WARN,
            "Covers nothing yet",
            f"It waits for {event}. Say on which day that happened, and the term counts from then.",
        )
    first = times.day(start)
    if not outlook.counts_as_paid:
        why = (
            "TikTok is not among the channels."
            if outlook.typed.paid
            else "Paid use is not approved: no ad may run on it."
        )
        return Tone.STOP, "Covers no ads on TikTok", why
    if end is None:
        stated = outlook.typed.term.perpetual
        why = "It is perpetual." if stated else "No end is stated: it counts as open, and stays a to-do."
        return (Tone.OK if stated else Tone.WARN), f"Covers ads from {first}, without end", why
    last = times.last_day(end)
    if end <= times.now:
        return (
            Tone.STOP,
            f"Covered ads from {first} until {last}",
            "That is over: nothing is covered any more.",
        )
    why = f"{last} is the last full day. Pause by then: {times.full_days_left(end)}."
    return Tone.OK, f"Covers ads from {first} until {last}", why


def _of_posts(outlook: Outlook) -> str:
    if isinstance(outlook.typed.holder, Post):
        return ""
    said = f"{count(outlook.posts, 'post')} so far, and those to come."
    if outlook.posts > outlook.judged:
        said += f" Looked at: the newest {outlook.judged:,}."
    if outlook.closer:
        said += f" {count(outlook.closer, 'post')} of them: closer rights count there, not these."
    if outlook.unneeded:
        said += f" {count(outlook.unneeded, 'post')} on an own account: no rights are needed."
    return said


def _said(stretch: Stretch, times: TimeWords) -> str:
    if stretch.cell is Cell.STOPS and stretch.reason is Reason.NO_CODE:
        linked = stretch.post.method != Method.CODE
        return f"there is no {Subject('', linked=linked).key} yet"
    past = stretch.starts_at <= times.now
    began = "now" if past else f"from {_begin(stretch.starts_at, times)}"
    until = f"until {times.end(stretch.ends_at)}" if stretch.ends_at else "without end"
    said = f"{began}, {until}"
    if stretch.ends_at:
        said += f" ({_days(stretch.ends_at - stretch.starts_at)})"
    if stretch.cell is Cell.SPENDS:
        by = "pause it now" if past else f"pause by {times.last_day(stretch.starts_at)}"
        return f"{said}: {by}"
    if stretch.cell is Cell.STOPS or stretch.reason is Reason.POST_UNAVAILABLE:
        assert stretch.reason is not None  # only what may run has none
        subject = Subject(stretch.post.creator.handle, linked=stretch.post.method != Method.CODE)
        reason = label(stretch.reason, subject, When.LASTING if past else When.COMING)
        return f"{said}: {reason[0].lower()}{reason[1:].removesuffix(': pause')}"
    return said


def _begin(at: datetime, times: TimeWords) -> str:
    return times.day(at) if times.begins_a_day(at) else times.clock(at)


def _days(length: timedelta) -> str:
    days = length // timedelta(days=1)
    return count(days, "day") if days else "less than a day"
