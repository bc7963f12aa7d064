"""What the board and the post page say about one flight or post. Plain Python, English, no clock."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from authorizations.enums import Reason, Verdict
from authorizations.rules import EVERGREEN_HORIZON, Coverage, Gap
from campaigns.enums import FlightStatus
from campaigns.phrases import Moment, Subject, Tone, all_reasons, label, limiting, next_step, sentence
from sparktrack.core.wording import TimeWords, count


@dataclass(frozen=True, slots=True)
class Words:
    """One flight or post in words.

    ``when`` is the large relative time; below it stands ``at`` as an instant on the reader's clock with the last full
    day before it as ``day``, or ``day`` alone where the time came from a date. ``limit`` is the badge, ``step`` what
    to do about it (may be empty). ``answer`` and ``why`` are the headline and the sentence of the post page.
    """

    tone: Tone
    when: str
    limit: str
    answer: str
    why: str
    at: datetime | None = None
    day: str = ""
    step: str = ""


NOT_PLANNED = Words(
    tone=Tone.IDLE,
    when="no dates yet",
    day="not planned",
    limit="Not planned",
    step="Give it a first and a last day",
    answer="Not planned yet",
    why="Without a first day there is nothing to judge.",
)


def flight_words(
    coverage: Coverage | None,
    *,
    status: FlightStatus,
    starts_at: datetime | None,
    ends_at: datetime | None,
    subject: Subject,
    times: TimeWords,
    blocked_since: datetime | None = None,
    apply_by: datetime | None = None,
) -> Words:
    """Say what a flight can expect; ``coverage`` None: it has no dates yet.

    ``blocked_since``: when the gap that lasts now began, None if always. ``apply_by``: until then a replacement of its
    code must be applied, before anything else happens to it.
    """
    if coverage is None or starts_at is None:
        return NOT_PLANNED
    if coverage.verdict is Verdict.ENDED or status is FlightStatus.ENDED:
        day = ""
        if ends_at is not None:
            day = f"last day {times.last_day(ends_at)}" if times.begins_a_day(ends_at) else times.day(ends_at)
        return Words(
            tone=Tone.IDLE, when="ended", day=day, limit="Ended", answer="This flight has ended", why=""
        )
    if apply_by is not None:
        words = _applies(apply_by, times)
    elif coverage.verdict is Verdict.COVERED:
        words = _covered(starts_at, ends_at, times)
    elif coverage.verdict is Verdict.LAPSES:
        words = _lapses(coverage.gaps[0], ends_at, subject, times)
    elif status is FlightStatus.PLANNED:
        words = _cannot_start(coverage.gaps[0], starts_at, ends_at, subject, times)
    else:
        words = _blocked(coverage.gaps[0], ends_at, subject, times, blocked_since)
    return _paused(words) if status is FlightStatus.PAUSED else words


def post_words(coverage: Coverage, *, subject: Subject, times: TimeWords) -> Words:
    """Say whether a post outside any flight is ready, judged as if it flew from now on without end."""
    if coverage.verdict is Verdict.COVERED:
        return Words(
            tone=Tone.OK,
            when="ready",
            day="nothing ends",
            limit="Ready",
            answer="Ready to run",
            why="Nothing that it needs ends. No flight is planned.",
        )
    gap = coverage.gaps[0]
    reason = limiting(gap)
    if coverage.verdict is Verdict.BLOCKED or gap.starts_at is None:
        return Words(
            tone=Tone.IDLE,
            when="not ready",
            limit=label(reason, subject, Moment.LASTING),
            step=next_step(gap, ends_at=None, subject=subject, times=times),
            answer=f"Not ready: {all_reasons(gap, subject)}",
            why="No flight is planned.",
        )
    end = gap.starts_at
    return Words(
        tone=Tone.OK,
        when=f"ready until {times.short_end(end)}",
        day=f"last day {times.last_day(end)}",
        limit=label(reason, subject, Moment.COMING).removesuffix(": pause"),
        answer=f"Ready to run until {times.end(end) if gap.stops_itself else times.last_day(end)}",
        why=f"{sentence(reason, subject, Moment.COMING)} No flight is planned.",
    )


def strip_sentence(
    coverage: Coverage | None,
    *,
    starts_at: datetime | None,
    ends_at: datetime | None,
    uncovered_days: int,
    subject: Subject,
    times: TimeWords,
) -> str:
    """What the strip shows, for those who do not see it."""
    if coverage is None or starts_at is None:
        return "No dates yet."
    flight = f"Flight from {times.short_day(starts_at)}"
    flight += f" to {times.short_last_day(ends_at)}" if ends_at else ", no end planned"
    if coverage.verdict is Verdict.ENDED:
        return f"{flight}: ended."
    if coverage.verdict is Verdict.COVERED:
        return f"{flight}: covered."
    gap, days = coverage.gaps[0], count(uncovered_days, "day")
    if coverage.verdict is Verdict.BLOCKED or gap.starts_at is None:
        return f"{flight}: {all_reasons(gap, subject)}, {days} not covered."
    if ends_at is None:  # Its days are those of the next 30 only, often none.
        return f"{flight}: {_until(gap.starts_at, gap, times)}."
    rest = "not covered" if gap.stops_itself else "without permission"
    return f"{flight}: {_until(gap.starts_at, gap, times)}, then {days} {rest}."


def _until(end: datetime, gap: Gap, times: TimeWords) -> str:
    if gap.stops_itself:
        return f"runs until {times.end(end)}"
    return f"rights until {times.of_contract().last_day(end)}"


def _covered(starts_at: datetime, ends_at: datetime | None, times: TimeWords) -> Words:
    coming = f"starts {times.day(starts_at)}" if starts_at > times.now else ""
    if ends_at is None:
        return Words(
            tone=Tone.OK,
            when="no end",
            day=coming or "nothing ends",
            limit="Covered",
            answer="May run, and nothing ends",
            why="The flight has no end, and nothing that it needs ends.",
        )
    days = -(-(ends_at - times.now) // timedelta(days=1))
    return Words(
        tone=Tone.OK,
        when=f"to {times.short_last_day(ends_at)}",
        day=coming or f"{count(days, 'day')} to go",
        limit="Covered",
        answer=f"Covered to the end, {times.last_day(ends_at)}",
        why="Nothing that it needs ends before the flight does.",
    )


def _lapses(gap: Gap, ends_at: datetime | None, subject: Subject, times: TimeWords) -> Words:
    end = gap.starts_at
    if end is None:
        raise ValueError("A gap that was always there blocks; a flight cannot lapse into it.")
    reason = limiting(gap)
    rest = f"{_days_before(end, ends_at)} before the flight ends" if ends_at else "the flight has no end"
    if gap.stops_itself:
        answer, why = _stops(end, rest, times), sentence(reason, subject, Moment.COMING)
        if not times.begins_a_day(end):
            why += f" Last full day: {times.last_day(end)} ({times.zone})."
    else:
        what = "Paid use ends" if reason is Reason.PAID_NOT_ALLOWED else "Rights end"
        account, times = times, times.of_contract()
        answer = f"{what} {times.last_day(end)}: pause it that day"
        why = f"TikTok does not know the contract: the ad goes on until a person pauses it. That is {rest}."
        if not account.begins_a_day(end):
            why += f" The day is over at {account.in_account(end)} for the ad account."
    if ends_at is None and end - times.now > EVERGREEN_HORIZON:
        return Words(
            tone=Tone.OK,
            when=f"until {times.short_end(end)}",
            day="no end planned",
            limit=label(reason, subject, Moment.COMING),
            answer=f"Runs until {times.end(end)}" if gap.stops_itself else answer,
            why=why,
        )
    by_date = times.begins_a_day(end) or not gap.stops_itself
    return Words(
        tone=Tone.WARN,
        when=times.full_days_left(end) if by_date else f"in {times.left(end)}",
        at=None if by_date else end,
        day=f"last {'day' if by_date else 'full day'} {times.last_day(end)}",
        limit=label(reason, subject, Moment.COMING),
        step=next_step(gap, ends_at=ends_at, subject=subject, times=times),
        answer=answer,
        why=why,
    )


def _applies(end: datetime, times: TimeWords) -> Words:
    """The new code is on file, but the ad runs on the old one, which ends at ``end``."""
    why = "The new code is on file, but nobody noted that it was applied where the old one is in use."
    if end <= times.now:
        return Words(
            tone=Tone.STOP,
            when=f"for {times.passed(end)}",
            at=end,
            limit="Replacement not applied",
            step="The old code has ended: apply the new one now",
            answer="Apply the replacement now: the old code has ended",
            why=why,
        )
    by_date = times.begins_a_day(end)
    return Words(
        tone=Tone.WARN,
        when=times.full_days_left(end) if by_date else f"in {times.left(end)}",
        at=None if by_date else end,
        day=f"last {'day' if by_date else 'full day'} {times.last_day(end)}",
        limit="Replacement not applied",
        step=f"Apply by {times.end(end)}",
        answer=f"Apply the replacement by {times.end(end)}",
        why=why,
    )


def _stops(end: datetime, rest: str, times: TimeWords) -> str:
    """The headline of a gap that stops the ad by itself."""
    if times.begins_a_day(end):
        return f"Stops after {times.last_day(end)} – {rest}"
    return f"Stops {times.clock(end)} – {rest}"


def _blocked(
    gap: Gap, ends_at: datetime | None, subject: Subject, times: TimeWords, since: datetime | None
) -> Words:
    reason = limiting(gap)
    if since is not None and since > times.now:
        since = None  # Launched before its first day: it lacks this already, and nobody knows since when.
    if since is not None and not gap.stops_itself and times.of_contract().begins_a_day(since):
        times = times.of_contract()
    by_date = since is not None and times.begins_a_day(since)
    began = "" if since is None else f" since {times.day(since) if by_date else times.clock(since)}"
    why = sentence(reason, subject, Moment.LASTING)
    if gap.stops_itself:
        answer = f"{'Has not run' if began else 'Does not run'}{began}: {all_reasons(gap, subject)}"
        if gap.ends_at is not None and gap.ends_at != ends_at:
            why += f" It may run again from {times.clock(gap.ends_at)}."
        step = next_step(gap, ends_at=ends_at, subject=subject, times=times)
    else:
        answer = f"Runs without permission{began}: pause it now"
        why += " TikTok does not know the contract: the ad goes on spending until a person pauses it."
        step = "Pause it now, then agree the rights"
    return Words(
        tone=Tone.STOP,
        when=f"for {times.passed(since)}" if since else "now",
        at=None if by_date else since,
        day=f"since {times.day(since)}" if since and by_date else "",
        limit=label(reason, subject, Moment.LASTING),
        step=step,
        answer=answer,
        why=why,
    )


def _cannot_start(
    gap: Gap, starts_at: datetime, ends_at: datetime | None, subject: Subject, times: TimeWords
) -> Words:
    reason = limiting(gap)
    day = times.day(starts_at)
    return Words(
        tone=Tone.WARN,
        when=f"starts in {times.left(starts_at)}",
        day=day,
        limit=label(reason, subject, Moment.AT_START),
        step=next_step(gap, ends_at=ends_at, subject=subject, times=times),
        answer=f"Cannot start {day}: {all_reasons(gap, subject, Moment.AT_START)}",
        why=sentence(reason, subject, Moment.AT_START),
    )


def _paused(words: Words) -> Words:
    """A paused flight spends nothing: what its verdict would be comes second."""
    return replace(
        words, tone=Tone.IDLE, when="paused", at=None, day=words.when, answer=f"Paused. {words.answer}"
    )


def _days_before(end: datetime, flight_end: datetime) -> str:
    days = (flight_end - end) // timedelta(days=1)
    return count(days, "day") if days else "less than a day"
