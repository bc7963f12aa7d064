"""The state of a flight and its place on the board (DOMAIN.md §5, §6). Plain Python: no Django, no clock.

``campaigns.sections`` gives the same answer in SQL for all flights of a brand; a test holds the two together.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from authorizations.enums import Verdict
from authorizations.rules import EVERGREEN_HORIZON, Coverage, Gap
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


@dataclass(frozen=True, slots=True)
class Replacement:
    """A usable code that takes over from an old one, and the ad accounts in which each is in use.

    ``old_ends_at`` is when the old one ends or was revoked; ``new_accounts`` are those of ``taken_over``. None among
    the accounts: nobody said in which.
    """

    old_ends_at: datetime
    old_accounts: Collection[object]
    new_accounts: Collection[object]

    def missing(self) -> set[object]:
        """The accounts in which the old code is in use and the new one is not."""
        if not self.new_accounts:
            return set(self.old_accounts)
        if None in self.new_accounts:
            return set()
        return set(self.old_accounts) - set(self.new_accounts) - {None}


def taken_over(
    replacement: Collection[object],
    usable: Iterable[tuple[datetime, Collection[object]]],
    *,
    old_ends_at: datetime,
) -> set[object]:
    """The ad accounts that do not need an old code any more.

    Those in which its ``replacement`` is in use, or any other ``usable`` code of the post (its end, its accounts) that
    lasts longer than the old one: a newer code may have taken over before the replacement was ever applied.
    """
    return set(replacement).union(*(accounts for ends_at, accounts in usable if ends_at > old_ends_at))


def apply_replacement_by(
    replacements: Iterable[Replacement],
    *,
    account: object,
    starts_at: datetime | None,
    ends_at: datetime | None,
) -> datetime | None:
    """By when a flight in ``account`` (None = not said) needs a replacement applied in Ads Manager; None: it does not.

    That is the end of the first old code that ends inside the flight, may be in use for it, and that neither its
    replacement nor a newer code took over from: the verdict knows the new code, the ad still runs on the old one.
    """
    ends = [
        item.old_ends_at
        for item in replacements
        if starts_at is not None
        and starts_at < item.old_ends_at
        and (ends_at is None or item.old_ends_at < ends_at)
        and (missing := item.missing())
        and (account is None or None in missing or account in missing)
    ]
    return min(ends, default=None)


def board_section(
    status: FlightStatus,
    coverage: Coverage | None,
    *,
    evergreen: bool,
    now: datetime,
    apply_by: datetime | None = None,
) -> Section | None:
    """The section of the board a flight stands in; None for one that has ended.

    Blocked stands apart by whose move it is: a running ad that lacks rights only goes on spending, one that is not
    running yet and lacks a code waits for the creator. A replacement that must be applied before the first gap
    (``apply_by``) is a stop, whatever the verdict.
    """
    if status in _NOT_JUDGED:
        return _NOT_JUDGED[status]
    if apply_by is not None and applies_first(coverage, apply_by):
        return Section.STOPS
    if coverage is None or coverage.verdict is Verdict.COVERED:
        return Section.COVERED
    gap = coverage.gaps[0]
    if coverage.verdict is Verdict.LAPSES:
        if evergreen and gap.starts_at is not None and gap.starts_at > now + EVERGREEN_HORIZON:
            return Section.RUNS_UNTIL
        return Section.STOPS if gap.stops_itself else Section.MUST_PAUSE
    return _blocked_section(status, gap)


def _blocked_section(status: FlightStatus, gap: Gap) -> Section:
    if status is FlightStatus.LIVE:
        return Section.BLOCKED if gap.stops_itself else Section.WITHOUT_RIGHTS
    return Section.WAITING if any("code" in reason for reason in gap.reasons) else Section.BLOCKED


def applies_first(coverage: Coverage | None, apply_by: datetime) -> bool:
    """Whether an old code ends before anything else keeps the flight from running."""
    if coverage is None or not coverage.gaps:
        return True
    first = coverage.gaps[0].starts_at
    return coverage.verdict is Verdict.LAPSES and first is not None and apply_by < first


_NOT_JUDGED = {
    FlightStatus.ENDED: None,
    FlightStatus.UNPLANNED: Section.UNPLANNED,
    FlightStatus.PAUSED: Section.PAUSED,
}
