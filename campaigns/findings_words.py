"""The findings in words: one report for the page, for paper and for a chat. Plain Python, English, no clock."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from campaigns.findings_lines import (
    Line,
    drift_line,
    duplicate_line,
    flight_line,
    pasted_line,
    unverified_line,
)
from campaigns.phrases import Tone
from campaigns.queries.board import MoneySum
from campaigns.queries.findings import Findings, Found, FoundFlights
from sparktrack.core.wording import TimeWords, clock, money


@dataclass(frozen=True, slots=True)
class Part:
    """One kind of finding: its lines, how many more there are, and where the board shows them (a query string)."""

    name: str
    title: str
    note: str
    tone: Tone
    count: str
    lines: Sequence[Line]
    money: str = ""
    more: str = ""
    board: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """The sentence that sums it up, the rest of the summary, and the parts that have lines.

    ``is_empty``: there is neither a finding nor a flight that could have one.
    """

    tone: Tone
    headline: str
    summary: str
    parts: Sequence[Part]
    is_empty: bool


def findings_report(found: Findings, *, viewer_zone: str, limited: bool) -> Report:
    """Everything that was found, most urgent first; ``limited``: to an import, so that the board shows more than it."""
    times = TimeWords(now=found.now, zone=found.brand.time_zone, viewer_zone=viewer_zone)
    parts = [
        part for part in (*_flight_parts(found, times, limited), *_data_parts(found, times)) if part.lines
    ]
    urgent, sentences = list(_urgent(found)), list(_doubts(found))
    if urgent:
        headline, tone = (
            urgent[0],
            Tone.STOP if found.without_rights.count or found.blocked.count else Tone.WARN,
        )
        sentences = urgent[1:] + sentences
    else:
        headline, tone = "Nothing to worry about", Tone.OK
        if found.next_at is not None:
            headline += f" until {times.day(found.next_at)}"
    is_empty = not parts and not found.flights
    if is_empty:
        headline, tone = "Nothing to look at yet", Tone.IDLE
    return Report(tone, headline.removesuffix("."), " ".join(sentences), parts, is_empty)


def report_text(report: Report, found: Findings, *, viewer_zone: str, source: str = "") -> str:
    """The report as text for a chat or a mail; ``source``: the import to which it is limited. Ends in a line break."""
    about = f"{found.brand.name}: findings{f' of {source}' if source else ''}"
    lines = [f"{about}, {clock(found.now, viewer_zone, now=found.now)}", "", f"{report.headline}."]
    if report.summary:
        lines.append(report.summary)
    for part in report.parts:
        about = f"{part.title.upper()} ({part.count})"
        lines += ["", f"{about}: {part.money}" if part.money else about]
        for line in part.lines:
            lines += _text(line)
        if part.more:
            lines.append(f"- and {part.more} more")
    return "\n".join(lines) + "\n"


def _text(line: Line) -> Iterator[str]:
    who = f" ({line.who})" if line.who else ""
    below = f" ({line.below})" if line.below else ""
    yield f"- {line.title}{who}"
    yield f"  {line.limit}, {line.when}{below}{f'. {line.money}' if line.money else ''}"
    if line.step:
        yield f"  Next: {line.step}."


def _flight_parts(found: Findings, times: TimeWords, limited: bool) -> Iterator[Part]:
    parts: tuple[tuple[str, str, str, Tone, FoundFlights, str], ...] = (
        (
            "without-rights",
            "Running without rights",
            "TikTok goes on spending until a person pauses them",
            Tone.STOP,
            found.without_rights,
            "section=without_rights",
        ),
        ("blocked", "Blocked", "nothing delivers", Tone.STOP, found.blocked, "section=blocked"),
        (
            "stops",
            "Stop in the next 14 days",
            "before their last day, soonest first",
            Tone.WARN,
            found.stops,
            "section=stops&lapses_within=14",
        ),
        (
            "must-pause",
            "Must be paused in the next 14 days",
            "their rights end, and TikTok does not know the contract",
            Tone.WARN,
            found.must_pause,
            "section=must_pause&lapses_within=14",
        ),
        (
            "waiting",
            "Start in the next 14 days without a code",
            "the creator has to act first",
            Tone.WARN,
            found.waiting,
            "section=waiting&lapses_within=14",
        ),
        (
            "too-short",
            "Codes too short for their flight",
            "later than in 14 days: there is time to ask for the right window",
            Tone.WARN,
            found.too_short,
            "reason=code_expired",
        ),
    )
    for name, title, note, tone, flights, board in parts:
        by_the_day = flights is found.without_rights
        sums = flights.a_day if by_the_day else flights.at_risk
        ending = "a day without permission" if by_the_day else "at risk"
        yield Part(
            name=name,
            title=title,
            note=note,
            tone=tone,
            count=f"{flights.count:,}",
            lines=[flight_line(line, times, by_the_day=by_the_day) for line in flights.lines],
            money=f"{_amounts(sums)} {ending}" if sums else "",
            more=_more(flights.count, len(flights.lines)),
            board="" if limited else board,
        )


def _data_parts(found: Findings, times: TimeWords) -> Iterator[Part]:
    note = "codes of current and coming flights; the end may be another one"
    if found.idle_unverified.count:
        note += f"; {_bounded(found.idle_unverified)} more codes that no flight needs"
    unverified = [unverified_line(end, times) for end in found.unverified.lines]
    yield _part("unverified", "Ends nobody verified", note, found.unverified, unverified)
    yield _part(
        "drifted",
        "Rights and codes that drifted apart",
        "one is over, the other goes on; posts that no flight runs",
        found.drifted,
        [drift_line(drift, times) for drift in found.drifted.lines],
    )
    yield _part(
        "duplicates",
        "Perhaps the same thing twice",
        "it would be counted and asked for twice",
        found.duplicates,
        [duplicate_line(twice, times) for twice in found.duplicates.lines],
    )
    yield _part(
        "pasted-twice",
        "Twice in the sheet",
        "as the import reported it",
        found.pasted_twice,
        [pasted_line(twice) for twice in found.pasted_twice.lines],
    )


def _part(name: str, title: str, note: str, found: Found[Any], lines: Sequence[Line]) -> Part:
    more = _more(found.count, len(lines))
    return Part(
        name=name,
        title=title,
        note=note,
        tone=Tone.IDLE,
        count=_bounded(found),
        lines=lines,
        more=f"{more}+" if more and found.is_bound else more,
    )


def _urgent(found: Findings) -> Iterator[str]:
    """What cannot wait, a sentence each."""
    number = found.without_rights.count
    if number:
        spend = f", {_about(found.without_rights.a_day)} a day" if found.without_rights.a_day else ""
        yield f"{_counted(number, 'ad runs', 'ads run')} without rights{spend}."
    if found.blocked.count:
        yield f"{_counted(found.blocked.count, 'flight is', 'flights are')} blocked."
    if found.stops.count:
        risk = f", {_about(found.stops.at_risk)} at risk" if found.stops.at_risk else ""
        yield f"{_counted(found.stops.count, 'flight stops', 'flights stop')} in the next 14 days{risk}."
    if found.must_pause.count:
        yield f"{_counted(found.must_pause.count, 'flight', 'flights')} must be paused in the next 14 days."
    if found.waiting.count:
        yield f"{_counted(found.waiting.count, 'flight starts', 'flights start')} in the next 14 days without a code."


def _doubts(found: Findings) -> Iterator[str]:
    """What can wait, a sentence each."""
    if found.too_short.count:
        yield f"{_counted(found.too_short.count, 'later flight has', 'later flights have')} a code that is too short."
    if found.unverified.count:
        ends = (
            "the end of 1 code"
            if found.unverified.count == 1
            else f"the ends of {_bounded(found.unverified)} codes"
        )
        yield f"Nobody verified {ends}."
    if found.drifted.count:
        posts = "post" if found.drifted.count == 1 else "posts"
        yield f"Rights and code drifted apart on {_bounded(found.drifted)} {posts}."
    if found.duplicates.count:
        yield f"{_bounded(found.duplicates)} may be there twice."


def _counted(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"


def _bounded(found: Found[Any]) -> str:
    return f"{found.count:,}+" if found.is_bound else f"{found.count:,}"


def _more(number: int, shown: int) -> str:
    return f"{number - shown:,}" if number > shown else ""


def _amounts(sums: Iterable[MoneySum]) -> str:
    return " + ".join(money(item.amount, item.currency, estimate=True) for item in sums)


def _about(sums: Iterable[MoneySum]) -> str:
    return "about " + _amounts(sums).replace("≈ ", "")
