"""May a post run, until when, and why not (DOMAIN.md §5 and §6). Plain Python: no Django, no clock.

All instants are aware UTC datetimes and all stretches of time are half-open, `[start, end)`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from operator import itemgetter
from typing import TypeAlias

from authorizations.enums import CodeStatus, Reason, Verdict
from sparktrack.core.intervals import Timeline, overlap, stretches

DAY = timedelta(days=1)

# The windows a creator can choose in the TikTok app, in days (DOMAIN.md §1).
PRESET_DAYS = (7, 30, 60, 365)

# The money and the board of a flight without end look this far ahead (DOMAIN.md §6).
EVERGREEN_HORIZON = timedelta(days=30)

# TikTok knows no contract: an ad that lacks nothing but rights goes on spending until a person pauses it.
RIGHTS_REASONS = frozenset(
    {Reason.NO_RIGHTS, Reason.RIGHTS_NOT_STARTED, Reason.RIGHTS_EXPIRED, Reason.PAID_NOT_ALLOWED}
)

# Start, end (None = open), and the reason that holds once the window is over.
_EndedBy: TypeAlias = tuple[datetime, datetime | None, Reason]


@dataclass(frozen=True, slots=True)
class Code:
    """An authorization code. `expires_at` is its natural end; `revoked_at` may cut it short."""

    starts_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None
    rejected: bool = False


@dataclass(frozen=True, slots=True)
class Right:
    """A usage right that counts for the post; `paid` as `is_paid_right` says.

    A right whose trigger has not happened covers nothing and has no start: leave it out.
    """

    starts_at: datetime
    ends_at: datetime | None
    paid: bool


@dataclass(frozen=True, slots=True)
class Window:
    """An account link: from, until (None = open)."""

    starts_at: datetime
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class PostInputs:
    """All that decides when one post may run (DOMAIN.md §6).

    `links_required` says that the post's method is another than `code`: then its creator's account links act
    as its windows if there are any, else it needs none. It plays no part where `needs_code` is true.
    """

    needs_code: bool
    needs_rights: bool
    codes: Sequence[Code]
    rights: Sequence[Right]
    links: Sequence[Window] = ()
    links_required: bool = False
    unavailable_from: datetime | None = None


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch in which the post may not run, for the same reasons (A-Z) throughout.

    `starts_at` None = always, `ends_at` None = for ever.
    """

    starts_at: datetime | None
    ends_at: datetime | None
    reasons: tuple[Reason, ...]

    @property
    def stops_itself(self) -> bool:
        """Whether TikTok stops the ad; False = a person must pause it, only rights are missing."""
        return not RIGHTS_REASONS.issuperset(self.reasons)


@dataclass(frozen=True, slots=True)
class Coverage:
    """The answer for one flight: its verdict, until when it may run, and the gaps inside it."""

    verdict: Verdict
    runnable_until: datetime | None
    gaps: tuple[Gap, ...]


def post_gaps(inputs: PostInputs) -> tuple[Gap, ...]:
    """Return the gaps of a post over all time: ordered, disjoint, maximal (DOMAIN.md §6).

    An account link that ended reads `code_expired` and one that has not begun `code_not_started`: the code
    side's words are the only ones for "TikTok lets nobody run this post now"; a link knows no revocation.
    A code's window or a right that ends at or before its start counts as not on file.
    """
    nothing: Timeline[Reason | None] = (None, ())
    sides = [_code_side(inputs), nothing, nothing, nothing]
    if inputs.needs_rights:
        sides[1], sides[2] = _rights_sides(inputs.rights)
    if inputs.unavailable_from is not None:
        sides[3] = (None, ((inputs.unavailable_from, Reason.POST_UNAVAILABLE),))
    return tuple(Gap(start, end, reasons) for start, end, reasons in stretches(sides, _reasons) if reasons)


def clip(gaps: Iterable[Gap], start: datetime | None, end: datetime | None) -> tuple[Gap, ...]:
    """Return the parts of gaps inside `[start, end)`; None bounds nothing."""
    clipped = []
    for gap in gaps:
        shared = overlap(gap.starts_at, gap.ends_at, start, end)
        if shared is not None:
            clipped.append(Gap(*shared, gap.reasons))
    return tuple(clipped)


def judge(gaps: Iterable[Gap], *, starts_at: datetime, ends_at: datetime | None, now: datetime) -> Coverage:
    """Judge the flight `[starts_at, ends_at)` of a post by the post's gaps over all time.

    A post outside any flight is judged as a flight from now on without end: `starts_at=now, ends_at=None`.
    """
    if ends_at is not None and ends_at <= now:
        return Coverage(Verdict.ENDED, None, ())
    begin = max(now, starts_at)
    inside = clip(gaps, begin, ends_at)
    if not inside:
        return Coverage(Verdict.COVERED, ends_at, ())
    if inside[0].starts_at == begin:
        return Coverage(Verdict.BLOCKED, None, inside)
    return Coverage(Verdict.LAPSES, inside[0].starts_at, inside)


def coverage(inputs: PostInputs, *, starts_at: datetime, ends_at: datetime | None, now: datetime) -> Coverage:
    """Judge the flight `[starts_at, ends_at)` of a post from the post's inputs."""
    return judge(post_gaps(inputs), starts_at=starts_at, ends_at=ends_at, now=now)


def uncovered_days(
    gaps: Iterable[Gap], *, starts_at: datetime, ends_at: datetime | None, now: datetime
) -> int:
    """Count the days in which a flight may not run: the whole length of its gaps, rounded up once.

    A flight without end counts the 30 days from `now`, so one that starts after those counts none.
    """
    until = now + EVERGREEN_HORIZON if ends_at is None else ends_at
    length = timedelta()
    for gap in clip(gaps, max(now, starts_at), until):
        if gap.starts_at is not None and gap.ends_at is not None:  # Clipped: both are known.
            length += gap.ends_at - gap.starts_at
    return -(-length // DAY)


def code_status(code: Code, *, now: datetime, expiring_days: int) -> CodeStatus:
    """Return the state of a code at `now`; the first match of DOMAIN.md §5 wins.

    A short code warns later: within two days or a quarter of its natural window, whichever is longer, and
    never earlier than the brand's `expiring_days`.
    """
    if code.rejected:
        return CodeStatus.REJECTED
    if code.revoked_at is not None and code.revoked_at <= now:
        return CodeStatus.REVOKED
    if now < code.starts_at:
        return CodeStatus.SCHEDULED
    if code.expires_at <= now:
        return CodeStatus.EXPIRED
    quarter = (code.expires_at - code.starts_at) / 4
    if code.expires_at - now <= min(timedelta(days=expiring_days), max(2 * DAY, quarter)):
        return CodeStatus.EXPIRING
    return CodeStatus.ACTIVE


def is_paid_right(paid_amplification: bool, channels: Sequence[str]) -> bool:
    """Tell whether a right allows paid use on TikTok: no channel listed, or TikTok among them."""
    return paid_amplification and (not channels or any(name.strip().lower() == "tiktok" for name in channels))


@dataclass(frozen=True, slots=True)
class PresetAdvice:
    """What to ask a creator for: `days` None = even the longest window is too short.

    `shortfalls` names every shorter preset with the time by which it would end before the flight;
    `rights_gaps` the stretches of those days that no paid right covers.
    """

    days: int | None
    shortfalls: tuple[tuple[int, timedelta], ...]
    rights_gaps: tuple[Gap, ...]


def shortest_preset(*, generated_at: datetime, ends_at: datetime, rights: Sequence[Right]) -> PresetAdvice:
    """Find the shortest window that, generated at `generated_at`, lasts until a flight's end `ends_at`."""
    needed = ends_at - generated_at
    shortfalls = tuple((days, needed - days * DAY) for days in PRESET_DAYS if days * DAY < needed)
    fitting = [days for days in PRESET_DAYS if days * DAY >= needed]
    rights_only = PostInputs(needs_code=False, needs_rights=True, codes=(), rights=rights)
    return PresetAdvice(
        days=fitting[0] if fitting else None,
        shortfalls=shortfalls,
        rights_gaps=clip(post_gaps(rights_only), generated_at, ends_at),
    )


def _code_side(inputs: PostInputs) -> Timeline[Reason | None]:
    """Return the code side's reason over all time, None while a window holds."""
    windows: list[_EndedBy]
    if inputs.needs_code:
        windows = [_code_window(code) for code in inputs.codes if not code.rejected]
    elif inputs.links_required and inputs.links:
        windows = [(link.starts_at, link.ends_at, Reason.CODE_EXPIRED) for link in inputs.links]
    else:
        return None, ()
    return _held_by(windows, before=Reason.CODE_NOT_STARTED, without=Reason.NO_CODE)


def _code_window(code: Code) -> _EndedBy:
    if code.revoked_at is not None and code.revoked_at < code.expires_at:
        return code.starts_at, code.revoked_at, Reason.CODE_REVOKED
    return code.starts_at, code.expires_at, Reason.CODE_EXPIRED


def _rights_sides(rights: Sequence[Right]) -> tuple[Timeline[Reason | None], Timeline[Reason | None]]:
    """Return what paid rights say over all time, and what the others say; None while one of them holds."""
    paid: list[_EndedBy] = []
    others: list[_EndedBy] = []
    for right in rights:
        (paid if right.paid else others).append((right.starts_at, right.ends_at, Reason.RIGHTS_EXPIRED))
    unpaid = _held_by(others, before=Reason.NO_RIGHTS, without=Reason.NO_RIGHTS)
    without_paid = Reason.PAID_NOT_ALLOWED if unpaid[1] else Reason.NO_RIGHTS
    return _held_by(paid, before=Reason.RIGHTS_NOT_STARTED, without=without_paid), unpaid


def _held_by(windows: list[_EndedBy], *, before: Reason, without: Reason) -> Timeline[Reason | None]:
    """Turn windows into a timeline: None while any holds, `before` the first, else why the last one ended."""
    windows = [window for window in windows if window[1] is None or window[1] > window[0]]
    if not windows:
        return without, ()
    windows.sort(key=itemgetter(0))
    start, reach, after = windows[0]
    steps: list[tuple[datetime, Reason | None]] = [(start, None)]
    for start, end, reason in windows[1:]:
        if reach is None:
            break
        if start > reach:
            steps += ((reach, after), (start, None))
            reach, after = end, reason
        elif end is None or end > reach:
            reach, after = end, reason
        elif end == reach and reason is Reason.CODE_REVOKED:
            after = reason  # Of two windows that ended together, the revoked one is the reason.
    if reach is not None:
        steps.append((reach, after))
    return before, steps


@cache
def _reasons(sides: tuple[Reason | None, ...]) -> tuple[Reason, ...]:
    """Combine what code, paid rights, other rights and post say at an instant: a few dozen answers in all."""
    code, paid, others, post = sides
    rights = Reason.PAID_NOT_ALLOWED if paid is not None and others is None else paid
    return tuple(sorted(reason for reason in (code, rights, post) if reason is not None))
