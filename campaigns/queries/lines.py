"""Flights and posts with their verdict: loaded rows joined with the stored gaps of their posts."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from authorizations.enums import Reason, Verdict
from authorizations.models import PostGap
from authorizations.rules import Coverage, Gap, judge, uncovered_days
from brands.models import Brand
from campaigns.enums import FlightStatus, Section
from campaigns.models import Flight
from campaigns.rules import board_section, flight_end, flight_status
from posts.models import Post


@dataclass(frozen=True, slots=True)
class FlightLine:
    """A flight as a page shows it. ``coverage`` is None while it has no dates; money is in ``currency``.

    ``zone`` is the IANA zone in which its dates are read. ``blocked_since`` is when the gap that lasts now began inside
    the flight, None if none lasts.
    """

    flight: Flight
    status: FlightStatus
    coverage: Coverage | None
    section: Section | None
    zone: str
    currency: str
    uncovered_days: int
    at_risk: Decimal | None
    blocked_since: datetime | None

    @property
    def first_gap(self) -> Gap | None:
        """The first stretch in which it may not run, clipped to now."""
        return self.coverage.gaps[0] if self.coverage and self.coverage.gaps else None

    @property
    def must_pause(self) -> bool:
        """Whether a person must pause it: rights only are missing, TikTok will not stop it."""
        return self.first_gap is not None and not self.first_gap.stops_itself


@dataclass(frozen=True, slots=True)
class InventoryLine:
    """A post outside any flight, judged as if it flew from now on without end."""

    post: Post
    coverage: Coverage
    zone: str

    @property
    def first_gap(self) -> Gap | None:
        """The first stretch in which it could not run, clipped to now."""
        return self.coverage.gaps[0] if self.coverage.gaps else None


def stored_gaps(brand: Brand, post_ids: Collection[UUID], *, after: datetime | None) -> dict[UUID, list[Gap]]:
    """The gaps of each post that end after ``after`` (None = all), in order; one query."""
    gaps = PostGap.objects.for_brand(brand).filter(post__in=post_ids)
    if after is not None:
        gaps = gaps.overlapping(after, None)
    found: dict[UUID, list[Gap]] = {}
    for post, start, end, reasons in gaps.values_list("post_id", "starts_at", "ends_at", "reasons"):
        found.setdefault(post, []).append(Gap(start, end, tuple(map(Reason, reasons.split(",")))))
    for post_gaps in found.values():
        # A gap from ever (None) is the first; two of a post never start together.
        post_gaps.sort(key=lambda gap: (gap.starts_at is not None, gap.starts_at))
    return found


def flight_lines(
    brand: Brand, flights: Iterable[Flight], gaps: dict[UUID, list[Gap]], *, now: datetime
) -> list[FlightLine]:
    """Judge loaded flights (with their ad accounts) by the stored ``gaps`` of their posts."""
    return [_flight_line(brand, flight, gaps.get(flight.post_id, []), now) for flight in flights]


def inventory_lines(
    brand: Brand, posts: Iterable[Post], gaps: dict[UUID, list[Gap]], *, now: datetime
) -> list[InventoryLine]:
    """Judge posts as if each flew from ``now`` on, open-ended."""
    return [
        InventoryLine(
            post, judge(gaps.get(post.pk, []), starts_at=now, ends_at=None, now=now), brand.time_zone
        )
        for post in posts
    ]


def _flight_line(brand: Brand, flight: Flight, gaps: Sequence[Gap], now: datetime) -> FlightLine:
    status = flight_status(
        starts_at=flight.starts_at,
        ends_at=flight.ends_at,
        launched_at=flight.launched_at,
        paused_at=flight.paused_at,
        ended_at=flight.ended_at,
        now=now,
    )
    end = flight_end(flight.ends_at, flight.ended_at)
    coverage, days, blocked_since = None, 0, None
    if flight.starts_at is not None:
        coverage = judge(gaps, starts_at=flight.starts_at, ends_at=end, now=now)
        days = uncovered_days(coverage.gaps, starts_at=flight.starts_at, ends_at=end, now=now)
        if coverage.verdict is Verdict.BLOCKED:
            lasting = next(
                gap for gap in gaps if gap.ends_at is None or gap.ends_at > max(now, flight.starts_at)
            )
            blocked_since = max(lasting.starts_at or flight.starts_at, flight.starts_at)
    account = flight.ad_account
    return FlightLine(
        flight=flight,
        status=status,
        coverage=coverage,
        section=board_section(status, coverage, evergreen=end is None, now=now),
        zone=brand.zone_of(account),
        currency=brand.currency_of(account),
        uncovered_days=days,
        at_risk=None if flight.daily_spend is None else flight.daily_spend * days,
        blocked_since=blocked_since,
    )
