"""One finding in words, of whatever kind it is. Plain Python, English, no clock."""

from dataclasses import dataclass, replace
from urllib.parse import urlencode
from uuid import UUID

from authorizations.enums import EndSource, Reason
from campaigns.phrases import SOURCES, Subject, Tone, limiting
from campaigns.queries.duplicates import Duplicate, PastedTwice, Same
from campaigns.queries.findings import Drift, UnverifiedEnd
from campaigns.queries.lines import BoardLine
from campaigns.words import flight_words
from sparktrack.core.days import last_full_day, local_date
from sparktrack.core.wording import TimeWords, count, local_year, money, short_day


@dataclass(frozen=True, slots=True)
class Line:
    """A thing that was found: when, what, why, and the next step; empty texts are left out.

    It leads to the post ``post_id``, else to the board with the query string ``board``. ``plan`` is the query string of
    the planner for a flight that needs another window.
    """

    when: str
    title: str
    who: str
    limit: str
    step: str
    tone: Tone
    below: str = ""
    money: str = ""
    post_id: UUID | None = None
    board: str = ""
    plan: str = ""


# What another code of the creator mends.
_FOR_A_CODE = frozenset({Reason.NO_CODE, Reason.CODE_EXPIRED, Reason.CODE_REVOKED})


def flight_line(line: BoardLine, times: TimeWords, *, by_the_day: bool = False) -> Line:
    """A flight as the board says it; ``times`` are those of the brand, in whose zone contracts are typed.

    ``by_the_day``: its money is what it spends a day, not what its gaps cost.
    """
    times = replace(times, zone=line.zone, contract_zone=times.zone)
    words = flight_words(
        line.coverage,
        status=line.status,
        starts_at=line.starts_at,
        ends_at=line.ends_at,
        subject=Subject(line.handle, linked=line.linked),
        times=times,
        blocked_since=line.blocked_since,
        apply_by=line.apply_by,
    )
    below = words.day if words.at is None else times.clock(words.at)
    return Line(
        when=words.when,
        below=below,
        title=line.title,
        who=" · ".join(filter(None, (f"@{line.handle}", line.campaign, line.buyer))),
        limit=words.limit,
        step=words.step,
        tone=words.tone,
        money=_money(line, by_the_day=by_the_day),
        post_id=line.post_id,
        plan=_plan(line, times),
    )


def _money(line: BoardLine, *, by_the_day: bool) -> str:
    if line.daily_spend is None:
        return f"{count(line.uncovered_days, 'day')}, no spend given" if line.uncovered_days else ""
    a_day = money(line.daily_spend, line.currency)
    if by_the_day or not line.at_risk:
        return f"{a_day} a day"
    return f"{money(line.at_risk, line.currency, estimate=True)} ({line.uncovered_days} d × {a_day})"


def _plan(line: BoardLine, times: TimeWords) -> str:
    """What to ask the planner: the rest of the flight, if the creator generates today; empty if that helps nothing."""
    gap = line.first_gap
    if line.linked or line.apply_by or line.starts_at is None or line.ends_at is None:
        return ""
    if gap is None or limiting(gap) not in _FOR_A_CODE:
        return ""
    today = local_date(times.now, line.zone)
    days = {
        "starts_on": max(local_date(line.starts_at, line.zone), today),
        "ends_on": last_full_day(line.ends_at, line.zone),
        "generated_on": local_date(times.now, times.viewer_zone),
    }
    if days["ends_on"] <= days["generated_on"]:
        return ""
    zones = {"zone": times.viewer_zone, "account_zone": line.zone}
    return urlencode({name: day.isoformat() for name, day in days.items()} | zones)


def unverified_line(end: UnverifiedEnd, times: TimeWords) -> Line:
    """A code whose end nobody saw."""
    step = "Read it in Ads Manager and note it"
    if end.start_assumed:
        step = f"Ask @{end.handle} when it was generated"
    about = "about " if end.start_assumed or end.source is EndSource.ASSUMED else ""
    return Line(
        when=f"in {about}{times.left(end.ends_at)}",
        below=times.end(end.ends_at),
        title=end.title,
        who=f"@{end.handle}",
        limit=f"End {SOURCES[end.source]}".replace("End the", "End: the"),
        step=step,
        tone=Tone.IDLE,
        post_id=end.post_id,
    )


def drift_line(drift: Drift, times: TimeWords) -> Line:
    """A post of which code and rights do not end together."""
    over, left = ("Rights", "the code") if drift.rights_over else ("Code", "the rights")
    goes_on = "goes" if drift.rights_over else "go"
    if drift.until is None:
        limit = f"{over} over, {left} {goes_on} on without end"
    else:
        until = times.short_end(drift.until)
        days = count(max(1, round((drift.until - drift.since).total_seconds() / 86_400)), "day")
        limit = f"{over} over, {left} {goes_on} on to {until}: {days} apart"
        if drift.again:
            limit = f"{over} over until {until}: {days} without"
    step = f"Ask @{drift.handle} for a new code, or use the rights elsewhere"
    if drift.rights_over:
        step = "Extend the rights before anybody runs it"
    return Line(
        when=f"for {times.passed(drift.since)}",
        below=f"since {times.day(drift.since)}",
        title=drift.title,
        who=f"@{drift.handle}",
        limit=limit,
        step=step,
        tone=Tone.WARN if drift.rights_over else Tone.IDLE,
        post_id=drift.post_id,
    )


def duplicate_line(twice: Duplicate, times: TimeWords) -> Line:
    """Things that may be one."""
    year = local_year(times.now, times.zone)
    who = " and ".join(f"@{handle}" for handle in twice.handles if handle)
    limit, step, board = _DUPLICATES[twice.same]
    if twice.same is Same.FLIGHT and twice.starts_on is not None:
        until = f"to {short_day(twice.ends_on, year=year)}" if twice.ends_on else "without end"
        who += f" · {twice.campaign} · from {short_day(twice.starts_on, year=year)} {until}"
    if twice.same is Same.FORMER_HANDLE:
        limit = f"@{twice.handles[0]} was called @{twice.handles[1]} once"
    title = f"@{twice.name}" if board else twice.name
    return Line(
        when=f"{max(len(twice.posts), len(twice.handles), 2)} times",
        title=title,
        who=who,
        limit=limit,
        step=step,
        tone=Tone.IDLE,
        post_id=twice.posts[0] if twice.posts else None,
        board=urlencode({"creator": twice.name}) if board else "",
    )


# What is the matter, what to do, and whether the board shows it.
_DUPLICATES = {
    Same.TITLE: ("Same title, not all have a post id", "Paste the long links: the same post then shows", False),
    Same.FLIGHT: ("Two flights at once", "End one of the two, or give each its ad account", False),
    Same.FORMER_HANDLE: ("One creator, two handles", "Check whether both are the same account", True),
    Same.HANDLE: ("Handles differ in dots only", "Check which spelling TikTok knows", True),
}  # fmt: skip


def pasted_line(twice: PastedTwice) -> Line:
    """What the import said about a code or row that the sheet has twice."""
    return Line(
        when=f"row {twice.row}",
        title=twice.text,
        who="",
        limit="Twice in the sheet",
        step="Correct the row and import it again",
        tone=Tone.IDLE,
    )
