"""What stands in calendars about flights and rights. Plain Python, no clock: the same facts give the same words.

Nothing here depends on the reader or on the present year, so an entry changes only when what it is about does.
"""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from alerts.enums import CalendarKind
from authorizations.rules import Gap
from campaigns.phrases import Moment, Subject, limiting, sentence
from sparktrack.core.days import first_instant, last_full_day, local_date

# Entries of the past stay this long, cancelled ones too.
KEPT = timedelta(days=30)
# Beyond that nobody plans, and a right for ever has no last day.
HORIZON = timedelta(days=400)
_SUMMARY, _DETAILS = 300, 1000


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing in a calendar: on a day, or at an instant. ``brand`` and ``says`` are its details."""

    kind: CalendarKind
    subject_id: UUID
    on: date | None
    at: datetime | None
    head: str
    name: str
    brand: str
    says: str

    @property
    def summary(self) -> str:
        """``Stops: Morning routine · @maya.glow · Q4 Glow``."""
        return _cut(f"{self.head}: {self.name}", _SUMMARY)

    @property
    def details(self) -> str:
        """The brand, and what happens."""
        return _cut(f"{self.brand}\n{self.says}", _DETAILS)

    @property
    def digest(self) -> str:
        """Changes exactly when something that is shown does; 64 hex digits."""
        when = [str(each and each.isoformat()) for each in (self.on, self.at)]
        return hashlib.sha256("\x1f".join([*when, self.summary, self.details]).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Flown:
    """What an entry says of a flight: ``zone`` is that of its ad account, ``contract_zone`` that of the brand."""

    flight_id: UUID
    starts_at: datetime
    ends_at: datetime | None
    subject: Subject
    post: str
    campaign: str
    brand: str
    zone: str
    contract_zone: str

    @property
    def name(self) -> str:
        """``Morning routine · @maya.glow · Q4 Glow``."""
        return f"{self.post} · @{self.subject.handle} · {self.campaign}"


def lapse_of(flown: Flown, gaps: list[Gap], *, now: datetime) -> Entry | None:
    """When a flight stops or must be paused: its first gap that is not over, from where it begins in the flight."""
    from_on = max(now, flown.starts_at)
    gap = next((gap for gap in gaps if gap.ends_at is None or gap.ends_at > from_on), None)
    if gap is None:
        return None
    at = max(gap.starts_at or flown.starts_at, flown.starts_at)
    if flown.ends_at is not None and at >= flown.ends_at:
        return None
    says = sentence(limiting(gap), flown.subject, Moment.COMING)
    if at == flown.starts_at:
        says = sentence(limiting(gap), flown.subject, Moment.AT_START)
        head = "Cannot start" if gap.stops_itself else "Starts without rights"
        return _entry(CalendarKind.LAPSE, flown, head, says, on=local_date(at, flown.zone))
    if not gap.stops_itself:
        day = last_full_day(at, flown.contract_zone)
        more = "TikTok knows no contract: the ad goes on until somebody pauses it in Ads Manager."
        return _entry(CalendarKind.LAPSE, flown, "Pause today", f"{says} {more}", on=day)
    if first_instant(local_date(at, flown.zone), flown.zone) == at:
        # It came from a date: people know its last day, not the midnight after it.
        return _entry(CalendarKind.LAPSE, flown, "Last day", says, on=last_full_day(at, flown.zone))
    return _entry(CalendarKind.LAPSE, flown, "Stops", says, at=at)


def end_of_flight(flown: Flown) -> Entry | None:
    """The last day of a flight; none for an evergreen one."""
    if flown.ends_at is None:
        return None
    return _entry(
        CalendarKind.FLIGHT_END,
        flown,
        "Flight ends",
        "Its last day.",
        on=last_full_day(flown.ends_at, flown.zone),
    )


def end_of_rights(right_id: UUID, ends_at: datetime, *, name: str, brand: str, zone: str) -> Entry:
    """The last day of rights, as contracts name it."""
    return Entry(
        CalendarKind.RIGHTS_END,
        right_id,
        last_full_day(ends_at, zone),
        None,
        "Last day of rights",
        name,
        brand,
        "Extend them, or pause the ads that need them by the end of this day.",
    )


def in_reach(entry: Entry, *, now: datetime) -> bool:
    """Whether an entry is near enough to be shown."""
    at = entry.at or first_instant(entry.on or now.date(), "UTC")
    return now - KEPT < at < now + HORIZON


def _entry(
    kind: CalendarKind,
    flown: Flown,
    head: str,
    says: str,
    *,
    on: date | None = None,
    at: datetime | None = None,
) -> Entry:
    return Entry(kind, flown.flight_id, on, at, head, flown.name, flown.brand, says)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
