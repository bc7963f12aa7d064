"""The fixed phrases of board and post page: sections, reasons, next steps. Plain Python, English, no clock.

TikTok stops an ad for want of a code or a post; it knows no contract, so no phrase says "stops" where only rights end
(DOMAIN.md §6).
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from authorizations.enums import CodeStatus, EndSource, Reason
from authorizations.rules import PRESET_DAYS, RIGHTS_REASONS, Gap, shortest_preset
from campaigns.enums import Section
from posts.enums import Lane
from sparktrack.core.wording import TimeWords


class Tone(StrEnum):
    """Four meanings; the value is the class of a badge, each with its own shape."""

    STOP = "stop"
    WARN = "warn"
    OK = "ok"
    IDLE = "idle"


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose post it is, and whether its windows are account links instead of codes."""

    handle: str
    linked: bool = False

    @property
    def key(self) -> str:
        """The word for what the creator gives."""
        return "account link" if self.linked else "code"


class Moment(StrEnum):
    """From where a gap is seen: it lasts now, it will begin, or it lasts on the first day of a planned flight."""

    LASTING = "lasting"
    COMING = "coming"
    AT_START = "at_start"


@dataclass(frozen=True, slots=True)
class Heading:
    """A section of the board: its title, a few words on what it means, and its short name for a chip."""

    title: str
    note: str
    chip: str
    tone: Tone


HEADINGS = {
    Section.WITHOUT_RIGHTS: Heading(
        "Running without rights", "TikTok goes on spending: pause these first", "Without rights", Tone.STOP
    ),
    Section.BLOCKED: Heading("Blocked", "nothing delivers", "Blocked", Tone.STOP),
    Section.STOPS: Heading("Stops mid-flight", "before its last day", "Stops", Tone.WARN),
    Section.MUST_PAUSE: Heading(
        "Must be paused soon", "TikTok does not know the contract", "Pause soon", Tone.WARN
    ),
    Section.WAITING: Heading("Waiting for a code", "planned, cannot start yet", "Waiting", Tone.WARN),
    Section.RUNS_UNTIL: Heading(
        "Runs until …", "no end planned, more than 30 days left", "Runs until", Tone.OK
    ),
    Section.COVERED: Heading("Covered", "nothing ends before the flight does", "Covered", Tone.OK),
    Section.PAUSED: Heading("Paused", "paused in Ads Manager", "Paused", Tone.IDLE),
    Section.UNPLANNED: Heading(
        "Not planned yet", "no first day, so nothing to judge", "Not planned", Tone.IDLE
    ),
    Section.INVENTORY: Heading("Inventory", "posts outside any flight", "Inventory", Tone.IDLE),
}

CODE_TONES = {
    CodeStatus.REJECTED: Tone.STOP,
    CodeStatus.REVOKED: Tone.STOP,
    CodeStatus.SCHEDULED: Tone.IDLE,
    CodeStatus.EXPIRED: Tone.IDLE,
    CodeStatus.EXPIRING: Tone.WARN,
    CodeStatus.ACTIVE: Tone.OK,
}

SOURCES = {
    EndSource.TIKTOK: "TikTok verified",
    EndSource.ADS_MANAGER: "read in Ads Manager",
    EndSource.CREATOR: "the creator said",
    EndSource.COMPUTED: "computed from the window",
    EndSource.SHEET: "from the sheet",
    EndSource.ASSUMED: "assumed",
}

LANES = {
    Lane.TEST_ORGANICALLY: "Test organically",
    Lane.READY_FOR_SPARK: "Ready for Spark",
    Lane.KEEP_OUT_OF_PAID: "Keep out of paid",
}

# Where several reasons meet, the one named first keeps the post from running whatever else is mended.
_ORDER = (
    Reason.POST_UNAVAILABLE,
    Reason.CODE_REVOKED,
    Reason.CODE_EXPIRED,
    Reason.NO_CODE,
    Reason.CODE_NOT_STARTED,
    Reason.RIGHTS_EXPIRED,
    Reason.PAID_NOT_ALLOWED,
    Reason.NO_RIGHTS,
    Reason.RIGHTS_NOT_STARTED,
)

# A badge and a sentence for each reason; {key} is the code or the account link.
_LASTING = {
    Reason.NO_CODE: ("No {key}", "There is no {key} for this post."),
    Reason.CODE_NOT_STARTED: ("{Key} not started", "The {key} has not started."),
    Reason.CODE_EXPIRED: ("{Key} ended", "The {key} has ended."),
    Reason.CODE_REVOKED: ("{Key} revoked", "The {key} was revoked."),
    Reason.NO_RIGHTS: ("No rights", "There are no usage rights."),
    Reason.RIGHTS_NOT_STARTED: ("Rights not started", "The usage rights have not started."),
    Reason.RIGHTS_EXPIRED: ("Rights ended", "The usage rights have ended."),
    Reason.PAID_NOT_ALLOWED: ("Paid use not allowed", "The usage rights do not allow paid use."),
    Reason.POST_UNAVAILABLE: (
        "Post is private",
        "The post is private or deleted: TikTok shows it to nobody.",
    ),
}
_COMING = _LASTING | {
    Reason.CODE_EXPIRED: ("{Key} ends", "The {key} ends."),
    Reason.CODE_REVOKED: ("{Key} is revoked", "The {key} is revoked from then on."),
    Reason.RIGHTS_EXPIRED: ("Rights end: pause", "The usage rights end."),
    Reason.PAID_NOT_ALLOWED: ("Paid use ends: pause", "From then on the rights do not allow paid use."),
    Reason.POST_UNAVAILABLE: ("Post goes private", "From then on the post is private or deleted."),
}
_AT_START = _LASTING | {
    Reason.CODE_NOT_STARTED: ("{Key} starts later", "The {key} starts after the flight."),
    Reason.CODE_EXPIRED: ("{Key} ends too early", "The {key} ends before the flight starts."),
    Reason.RIGHTS_NOT_STARTED: ("Rights start later", "The usage rights start after the flight."),
    Reason.RIGHTS_EXPIRED: ("Rights end too early", "The usage rights end before the flight starts."),
}
_PHRASES = {Moment.LASTING: _LASTING, Moment.COMING: _COMING, Moment.AT_START: _AT_START}


def limiting(gap: Gap) -> Reason:
    """The reason of a gap that is named first."""
    return next(reason for reason in _ORDER if reason in gap.reasons)


def label(reason: Reason, subject: Subject, moment: Moment) -> str:
    """The badge of a reason: ``Code ended``, ``Code ends``, ``Code ends too early``."""
    return _said(_PHRASES[moment][reason][0], subject)


def sentence(reason: Reason, subject: Subject, moment: Moment) -> str:
    """The same as a sentence: ``The code ends.``"""
    return _said(_PHRASES[moment][reason][1], subject)


def all_reasons(gap: Gap, subject: Subject, moment: Moment = Moment.LASTING) -> str:
    """``code ended, rights ended``: every reason of a gap, the limiting one first."""
    names = (label(reason, subject, moment) for reason in _ORDER if reason in gap.reasons)
    return ", ".join(name[0].lower() + name[1:] for name in names)


def next_step(gap: Gap, *, ends_at: datetime | None, subject: Subject, times: TimeWords) -> str:
    """The one thing to do next about a gap of a flight that ends at ``ends_at`` (None = evergreen)."""
    reason = limiting(gap)
    if reason is Reason.POST_UNAVAILABLE:
        return f"Ask @{subject.handle} to make it public"
    if reason in RIGHTS_REASONS:
        coming = gap.starts_at is not None and gap.starts_at > times.now
        return "Extend the rights" if coming and reason is Reason.RIGHTS_EXPIRED else "Agree the rights"
    if reason is Reason.CODE_NOT_STARTED and gap.ends_at is not None:
        return f"Wait: it starts {times.day(gap.ends_at)}"
    if subject.linked:
        return f"Ask @{subject.handle} to link the account"
    days = days_to_ask(ends_at, times.now)
    return f"Ask @{subject.handle} for {f'{days} days' if days else 'a code'}"


def days_to_ask(ends_at: datetime | None, now: datetime) -> int | None:
    """The window to ask a creator for: the shortest that lasts until a flight's end, else the longest there is.

    None for a flight without end: any window helps for a while.
    """
    if ends_at is None:
        return None
    return shortest_preset(generated_at=now, ends_at=ends_at, rights=()).days or max(PRESET_DAYS)


def _said(phrase: str, subject: Subject) -> str:
    return phrase.format(key=subject.key, Key=subject.key.capitalize())
