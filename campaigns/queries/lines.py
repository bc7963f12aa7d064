"""Flights and posts with their verdict: loaded rows joined with the stored gaps of their posts."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from authorizations.enums import Reason, Verdict
from authorizations.models import PostGap
from authorizations.querysets import PostGapQuerySet
from authorizations.rules import Coverage, Gap, judge, uncovered_days
from brands.models import Brand
from campaigns.enums import FlightStatus
from campaigns.models import Flight
from campaigns.rules import flight_end, flight_status
from posts.models import Post


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedFlight:
    """What is shown of any flight. ``coverage`` is None while it has no dates; money is in ``currency``.

    ``ends_at`` is its planned end or the earlier instant at which somebody ended it. ``zone`` is the IANA zone in
    which its dates are read. ``blocked_since`` is when the gap that lasts now began inside the flight, None if none
    lasts.
    """

    starts_at: datetime | None
    ends_at: datetime | None
    status: FlightStatus
    coverage: Coverage | None
    zone: str
    currency: str
    daily_spend: Decimal | None
    uncovered_days: int
    blocked_since: datetime | None

    @property
    def at_risk(self) -> Decimal | None:
        """What its uncovered days would spend or lose; None if nobody gave the spend of a day."""
        return None if self.daily_spend is None else self.daily_spend * self.uncovered_days

    @property
    def first_gap(self) -> Gap | None:
        """The first stretch in which it may not run, clipped to now."""
        return self.coverage.gaps[0] if self.coverage and self.coverage.gaps else None

    @property
    def must_pause(self) -> bool:
        """Whether a person must pause it: rights only are missing, TikTok will not stop it."""
        return self.first_gap is not None and not self.first_gap.stops_itself


@dataclass(frozen=True, slots=True, kw_only=True)
class FlightLine(JudgedFlight):
    """A loaded flight with its verdict; ``apply_by`` as in ``BoardLine``, where a page looked for it."""

    flight: Flight
    apply_by: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardLine(JudgedFlight):
    """A flight on the board: the few words and numbers that its line shows, read without a model.

    ``apply_by``: it stands among the stops because a replacement of its code must be applied until then.
    """

    flight_id: UUID
    post_id: UUID
    title: str
    handle: str
    linked: bool
    campaign: str
    buyer: str
    apply_by: datetime | None


@dataclass(frozen=True, slots=True)
class InventoryLine:
    """A loaded post outside any flight, judged as if it flew from now on without end."""

    post: Post
    coverage: Coverage
    zone: str

    @property
    def first_gap(self) -> Gap | None:
        """The first stretch in which it could not run, clipped to now."""
        return self.coverage.gaps[0] if self.coverage.gaps else None


@dataclass(frozen=True, slots=True)
class IdleLine:
    """A post outside any flight as the board shows it, read without a model."""

    post_id: UUID
    title: str
    handle: str
    linked: bool
    coverage: Coverage
    zone: str


def stored_gaps(brand: Brand, post_ids: Collection[UUID], *, after: datetime | None) -> dict[UUID, list[Gap]]:
    """The gaps of each post that end after ``after`` (None = all), in order; one query."""
    return gaps_by_post(PostGap.objects.for_brand(brand).filter(post__in=post_ids), after=after)


def gaps_by_post(gaps: PostGapQuerySet, *, after: datetime | None) -> dict[UUID, list[Gap]]:
    """Those of ``gaps`` that end after ``after`` (None = all) by their posts, in order; one query."""
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
    return [
        FlightLine(
            flight=flight,
            **judged(
                FlightDates.of(flight),
                gaps.get(flight.post_id, []),
                zone=brand.zone_of(flight.ad_account),
                currency=brand.currency_of(flight.ad_account),
                now=now,
            ),
        )
        for flight in flights
    ]


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


class FlightDates(NamedTuple):
    """What decides about a flight besides its post, in the order in which the board reads it."""

    starts_at: datetime | None
    ends_at: datetime | None
    launched_at: datetime | None
    paused_at: datetime | None
    ended_at: datetime | None
    daily_spend: Decimal | None

    @classmethod
    def of(cls, flight: Flight) -> "FlightDates":
        """Those of a loaded flight."""
        return cls(*(getattr(flight, name) for name in cls._fields))


def judged(
    flight: FlightDates, gaps: Sequence[Gap], *, zone: str, currency: str, now: datetime
) -> dict[str, Any]:
    """The fields of a ``JudgedFlight``: a flight judged by the stored ``gaps`` of its post."""
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
    return {
        "starts_at": flight.starts_at,
        "ends_at": end,
        "status": status,
        "coverage": coverage,
        "zone": zone,
        "currency": currency,
        "daily_spend": flight.daily_spend,
        "uncovered_days": days,
        "blocked_since": blocked_since,
    }
