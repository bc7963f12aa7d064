"""The fixed phrases of letters: the groups that lapses fall into, by urgency, and how a subject line names one.

Nothing "stops" for want of rights: TikTok does not know the contract (DOMAIN.md §6).
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from alerts.enums import AlertKind
from authorizations.enums import Verdict
from campaigns.enums import FlightStatus
from campaigns.phrases import Tone
from campaigns.queries.lines import FlightLine
from sparktrack.core.days import last_full_day, local_date
from sparktrack.core.wording import TimeWords, local_year, weekday

# A shape beside every colour; mails have no style sheet that draws it.
SHAPES = {Tone.STOP: "■", Tone.WARN: "▲", Tone.OK: "●", Tone.IDLE: "○"}

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class Group(StrEnum):
    """What a lapse does to the flights it hits, most urgent first."""

    PAUSE = "pause"
    STOPPED = "stopped"
    RIGHTS_OVER = "rights_over"
    CANNOT_START = "cannot_start"
    STOPS = "stops"
    PAUSE_BY = "pause_by"
    APPLY = "apply"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class Heading:
    """A section of a letter, and how a subject line counts what is in it."""

    title: str
    note: str
    tone: Tone
    counted: str


URGENCY = tuple(Group)

HEADINGS = {
    Group.PAUSE: Heading(
        "Pause now", "the rights are over, TikTok goes on spending", Tone.STOP, "{} to pause now"
    ),
    Group.STOPPED: Heading("Stopped", "nothing delivers", Tone.STOP, "{} stopped"),
    Group.RIGHTS_OVER: Heading(
        "Rights are over", "it does not run now; agree them before it does", Tone.STOP, "{} without rights"
    ),
    Group.CANNOT_START: Heading("Cannot start", "planned, not covered", Tone.WARN, "{} cannot start"),
    Group.STOPS: Heading("Stops", "before its last day", Tone.WARN, "{} {stop}"),
    Group.PAUSE_BY: Heading("Pause by", "the rights end, TikTok does not know", Tone.WARN, "{} to pause"),
    Group.APPLY: Heading(
        "Apply by", "the new code is on file, the ad runs on the old one", Tone.WARN, "{} to apply"
    ),
    Group.WAITING: Heading("Waiting for creators", "somebody is on it", Tone.IDLE, "{} waiting"),
}


def group_of(kind: AlertKind, line: FlightLine, *, halted: bool = False) -> Group:
    """The group of a flight, judged by the side of the alert's ``kind``; ``halted``: TikTok stopped it for another."""
    fails = line.coverage is not None and line.coverage.verdict is Verdict.BLOCKED
    return group_by(kind, fails=fails, planned=line.status is FlightStatus.PLANNED, halted=halted)


def group_by(kind: AlertKind, *, fails: bool, planned: bool, halted: bool) -> Group:
    """The group of a flight that ``fails`` (now, or from its start on) or lapses later; ``planned``: not live yet."""
    if kind is AlertKind.APPLY:
        return Group.APPLY
    rights = kind is AlertKind.RIGHTS
    if not fails:
        return Group.PAUSE_BY if rights else Group.STOPS
    if planned:
        return Group.CANNOT_START
    if rights:
        return Group.RIGHTS_OVER if halted else Group.PAUSE
    return Group.STOPPED


def when(group: Group, line: FlightLine, at: datetime, times: TimeWords) -> str:
    """How a subject line begins: ``Stops Thu 3 Dec 09:30``, ``Pause by Wed 25 Nov``; ``at``: when it lapses."""
    by_date = times.begins_a_day(at)
    since = line.blocked_since
    words = {
        Group.PAUSE: "Pause now",
        Group.STOPPED: f"Stopped {_clock(since, times)}" if since else "Stopped",
        Group.RIGHTS_OVER: f"Rights ended {times.of_contract().last_day(since)}" if since else "No rights",
        Group.CANNOT_START: f"Cannot start {times.day(line.starts_at or at)}",
        Group.STOPS: f"Stops after {times.last_day(at)}" if by_date else f"Stops {_clock(at, times)}",
        Group.PAUSE_BY: f"Pause by {times.of_contract().last_day(at)}",
        Group.APPLY: f"Apply by {times.last_day(at) if by_date else _clock(at, times)}",
    }
    if group is Group.APPLY and at <= times.now:
        return "Apply now"
    if group in {Group.STOPPED, Group.RIGHTS_OVER} and since == line.starts_at:
        return "No rights" if group is Group.RIGHTS_OVER else "Does not run"  # It never did.
    return words[group]


def counted(group: Group, number: int) -> str:
    """How a subject line counts a group: ``5 stop``, ``1 stops``, ``2 to pause now``."""
    return HEADINGS[group].counted.format(number, stop="stops" if number == 1 else "stop")


def by_day(last: date, today: date) -> str:
    """``by Friday`` for a day at most six days after ``today``, else ``by Fri 4 Dec``; ``today``."""
    if last <= today:
        return "today"
    if (last - today).days < len(_WEEKDAYS):
        return f"by {_WEEKDAYS[last.weekday()]}"
    return f"by {weekday(last, year=today.year)}"


def day_of(group: Group, at: datetime, times: TimeWords) -> date:
    """The day a subject names for a lapse at ``at``: the last one of rights, and where the end came from a date."""
    if group is Group.PAUSE_BY:
        return last_full_day(at, times.of_contract().zone)
    return last_full_day(at, times.zone) if times.begins_a_day(at) else local_date(at, times.viewer_zone)


def is_last_day(end: datetime, times: TimeWords) -> bool:
    """Whether the last day of rights that end at ``end`` is today or over, where the contract is read."""
    zone = times.of_contract().zone
    return last_full_day(end, zone) <= local_date(times.now, zone)


def spends(sums: Collection[str]) -> str:
    """``≈ $420 a day``, ``≈ $420 + €80 a day``; empty if nobody gave the spend."""
    return f"≈ {' + '.join(each.removeprefix('≈ ') for each in sums)} a day" if sums else ""


def _clock(instant: datetime, times: TimeWords) -> str:
    """``Thu 3 Dec 09:30`` on the reader's clock; the letter itself names the zone."""
    local = instant.astimezone(ZoneInfo(times.viewer_zone))
    return f"{weekday(local.date(), year=local_year(times.now, times.viewer_zone))} {local:%H:%M}"
