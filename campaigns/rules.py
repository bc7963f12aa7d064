"""The state of a flight and its place on the board (DOMAIN.md §5, §6). Plain Python: no Django, no clock.

``campaigns.sections`` gives the same answer in SQL for all flights of a brand; a test holds the two together.
"""

from datetime import datetime

from authorizations.enums import Verdict
from authorizations.rules import EVERGREEN_HORIZON, Coverage
from campaigns.enums import FlightStatus, Section


def flight_end(ends_at: datetime | None, ended_at: datetime | None) -> datetime | None:
    """When a flight is over: its planned end or the earlier instant at which somebody ended it; None = evergreen."""
    ends = [end for end in (ends_at, ended_at) if end is not None]
    return min(ends) if ends else None


def flight_status(
    *,
    starts_at: datetime | None,
    ends_at: datetime | None,
    launched_at: datetime | None,
    paused_at: datetime | None,
    ended_at: datetime | None,
    now: datetime,
) -> FlightStatus:
    """The state of a flight at ``now``; the first match wins. A flight without a start is unplanned."""
    end = flight_end(ends_at, ended_at)
    if end is not None and end <= now:
        return FlightStatus.ENDED
    if starts_at is None:
        return FlightStatus.UNPLANNED
    if paused_at is not None:
        return FlightStatus.PAUSED
    if starts_at <= now or (launched_at is not None and launched_at <= now):
        return FlightStatus.LIVE
    return FlightStatus.PLANNED


def board_section(
    status: FlightStatus, coverage: Coverage | None, *, evergreen: bool, now: datetime
) -> Section | None:
    """The section of the board a flight stands in; None for one that has ended.

    Blocked stands apart by whose move it is: a running ad that lacks rights only goes on spending, one that is not
    running yet and lacks a code waits for the creator.
    """
    if status in _NOT_JUDGED:
        return _NOT_JUDGED[status]
    if coverage is None or coverage.verdict is Verdict.COVERED:
        return Section.COVERED
    gap = coverage.gaps[0]
    if coverage.verdict is Verdict.LAPSES:
        if evergreen and gap.starts_at is not None and gap.starts_at > now + EVERGREEN_HORIZON:
            return Section.RUNS_UNTIL
        return Section.STOPS if gap.stops_itself else Section.MUST_PAUSE
    if status is FlightStatus.LIVE:
        return Section.BLOCKED if gap.stops_itself else Section.WITHOUT_RIGHTS
    return Section.WAITING if any("code" in reason for reason in gap.reasons) else Section.BLOCKED


_NOT_JUDGED = {
    FlightStatus.ENDED: None,
    FlightStatus.UNPLANNED: Section.UNPLANNED,
    FlightStatus.PAUSED: Section.PAUSED,
}
