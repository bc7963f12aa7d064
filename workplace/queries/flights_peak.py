"""A peak, such as the week of Black Friday: which posts and flights survive it, and what limits the others."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import DateTimeField, Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from authorizations.models import PostGap
from authorizations.rules import Gap, clip, uncovered_days
from brands.models import Brand
from campaigns.models import Flight
from campaigns.queries.board import MoneySum
from campaigns.queries.lines import stored_gaps
from campaigns.rules import flight_end
from posts.enums import Lane
from posts.models import Post
from sparktrack.core.days import end_of_last_day, first_instant
from workplace.queries.peaks import Peak

# Lines of each group, where all stand together, and of a page of one group; of how many it is said what to ask for.
MOST_SHOWN = 12
PER_PAGE = 50
MOST_ASKED = 40
# How far is counted; so many of the newest posts are looked at where no flight is planned.
COUNTED = 1000
NEWEST = 5000
GROUPS = ("falling", "ending", "surviving", "ready", "lacking")
# Flights stand in the order of their first days, posts without one the newest first.
_OF_FLIGHTS = ("falling", "ending", "surviving")


class NoSuchPlaceError(ValueError):
    """No page of the group begins there."""


@dataclass(frozen=True, slots=True)
class Place:
    """Right behind a line, wherever that is by now; ``starts_at`` of a flight, as it was when the line was read."""

    pk: UUID
    starts_at: datetime | None = None

    def __str__(self) -> str:
        return f"{self.starts_at.isoformat()},{self.pk}" if self.starts_at else str(self.pk)


def place_of(text: str) -> Place:
    """The place that an address names. Raises NoSuchPlaceError."""
    start, _, pk = text.rpartition(",")
    try:
        starts_at = datetime.fromisoformat(start) if start else None
        if starts_at is None or starts_at.tzinfo is not None:
            return Place(UUID(pk), starts_at and starts_at.astimezone(UTC))
    except (ValueError, OverflowError):
        pass
    raise NoSuchPlaceError


@dataclass(frozen=True, slots=True)
class PeakLine:
    """A post in the peak, with its flight if one is planned there.

    ``[starts_at, ends_at)`` is the part of the peak that counts for it: what lies ahead, and inside the flight.
    ``until``: when a code should last until. ``gaps`` are those of that part; ``lacks_now``: the first of them lasts
    already, and did not only begin before that part.
    """

    post: Post
    flight: Flight | None
    starts_at: datetime
    ends_at: datetime
    until: datetime
    gaps: Sequence[Gap]
    lacks_now: bool
    zone: str
    at_risk: MoneySum | None


@dataclass(frozen=True, slots=True)
class PeakAnswer:
    """The groups with how many there are in all, up to COUNTED + 1: then there are more. Only what was asked for.

    ``over``: the peak has passed, nothing is judged. ``newest_only``: of posts without a flight only the NEWEST are in.
    ``lines``: the first of each group, or a page of the one that was asked for; ``after``: where it ends, if more
    follow.
    """

    over: bool
    newest_only: bool
    lines: dict[str, Sequence[PeakLine]]
    counts: dict[str, int]
    after: Place | None = None

    @property
    def at_risk(self) -> list[MoneySum] | None:
        """What the flights that fall short have at risk, by currency; None: more of them than were read."""
        falling = self.lines.get("falling", ())
        if self.counts["falling"] > len(falling):
            return None
        sums: dict[str, Decimal] = {}
        for line in falling:
            if line.at_risk is not None and line.at_risk.amount:
                sums[line.at_risk.currency] = sums.get(line.at_risk.currency, Decimal()) + line.at_risk.amount
        return [MoneySum(currency, sums[currency]) for currency in sorted(sums)]


def peak_answer(
    brand: Brand,
    peak: Peak,
    *,
    now: datetime,
    group: str = "",
    after: Place | None = None,
    limit: int | None = None,
    count: Collection[str] = GROUPS,
) -> PeakAnswer:
    """Flights that survive, that end in it by plan, that do not; posts without one that would, and that would not.

    ``group``: a page of this one of GROUPS, of ``limit`` lines (usually PER_PAGE), behind ``after``. Where all groups
    stand together, those that fall first come first. ``count``: the groups that are counted. Twelve queries at most.
    Raises NoSuchPlaceError.
    """
    start, end = first_instant(peak.first, brand.time_zone), end_of_last_day(peak.last, brand.time_zone)
    begin = max(start, now)
    if end <= now:
        nothing: dict[str, Sequence[PeakLine]] = dict.fromkeys(GROUPS, ())
        return PeakAnswer(over=True, newest_only=False, lines=nothing, counts=dict.fromkeys(GROUPS, 0))
    posts_of = Post.objects.for_brand(brand).order_by("-pk").values("pk")
    groups = _groups(brand, peak, begin, end, posts_of[:NEWEST])
    counts = {name: groups[name].order_by()[: COUNTED + 1].count() for name in count}
    found: dict[str, list[Any]] = {}
    last = None
    for name, rows in groups.items():
        if group and name != group:
            continue
        ordered = _ordered(rows, after) if name in _OF_FLIGHTS else _newest_first(rows, after)
        most = (limit or PER_PAGE) if group else MOST_ASKED if name == "falling" else MOST_SHOWN
        part = list(ordered[: most + 1])
        found[name] = part[:most]
        if group and len(part) > most:
            last = Place(part[most - 1].pk, part[most - 1].starts_at if name in _OF_FLIGHTS else None)
    posts = {getattr(row, "post_id", row.pk) for rows in found.values() for row in rows}
    gaps = stored_gaps(brand, posts, after=begin)
    lines: dict[str, Sequence[PeakLine]] = {
        name: [_line(brand, row, gaps, (begin, end), now) for row in rows] for name, rows in found.items()
    }
    if not group:
        lines["falling"] = sorted(lines["falling"], key=_falls_at)
    newest_only = posts_of[NEWEST : NEWEST + 1].exists()
    return PeakAnswer(over=False, newest_only=newest_only, lines=lines, counts=counts, after=last)


def _ordered(flights: QuerySet[Any], after: Place | None) -> QuerySet[Any]:
    if after is not None:
        if after.starts_at is None:
            raise NoSuchPlaceError
        later = Q(starts_at__gt=after.starts_at) | Q(starts_at=after.starts_at, pk__gt=after.pk)
        flights = flights.filter(later)
    beside = flights.select_related("post__creator", "campaign", "ad_account", "buyer")
    return beside.order_by("starts_at", "pk")


def _newest_first(posts: QuerySet[Any], after: Place | None) -> QuerySet[Any]:
    if after is not None:
        posts = posts.filter(pk__lt=after.pk)
    return posts.select_related("creator").order_by("-pk")


def _falls_at(line: PeakLine) -> datetime:
    return line.gaps[0].starts_at or line.starts_at if line.gaps else line.ends_at


def _groups(
    brand: Brand, peak: Peak, begin: datetime, end: datetime, newest: QuerySet[Any]
) -> dict[str, QuerySet[Any]]:
    """The rows of each group, unordered."""
    flights = _flights(brand, begin, end)
    lacks = _gap_in_flight(brand, begin, end)
    # Days, not instants: the last day of the peak is over earlier in some accounts.
    ends_inside = Q(ends_on__lt=peak.last, ends_on__isnull=False) | Q(
        ended_at__lt=end, ended_at__isnull=False
    )
    idle = (
        Post.objects.for_brand(brand)
        .exclude(lane=Lane.KEEP_OUT_OF_PAID)
        .filter(pk__in=newest)
        .filter(~Exists(_flights(brand, begin, end).filter(post=OuterRef("pk"))))
    )
    gap = Exists(PostGap.objects.for_brand(brand).overlapping(begin, end).filter(post=OuterRef("pk")))
    return {
        "falling": flights.filter(lacks),
        "ending": flights.filter(~lacks).filter(ends_inside),
        "surviving": flights.filter(~lacks).exclude(ends_inside),
        "ready": idle.filter(~gap),
        "lacking": idle.filter(gap),
    }


def _flights(brand: Brand, begin: datetime, end: datetime) -> QuerySet[Flight]:
    """The flights that run at some time between ``begin`` and ``end``."""
    return (
        Flight.objects.for_brand(brand)
        .filter(starts_at__lt=end)
        .filter(Q(ends_at__isnull=True) | Q(ends_at__gt=begin))
        .filter(Q(ended_at__isnull=True) | Q(ended_at__gt=begin))
    )


def _gap_in_flight(brand: Brand, begin: datetime, end: datetime) -> Exists:
    """A gap of its post lies inside both the flight and ``[begin, end)``."""
    gaps = PostGap.objects.for_brand(brand).overlapping(begin, end).filter(post=OuterRef("post"))
    gaps = gaps.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=OuterRef("starts_at")))
    for name in ("ends_at", "ended_at"):
        over = Coalesce(OuterRef(name), Value(end), output_field=DateTimeField())
        gaps = gaps.filter(Q(starts_at__isnull=True) | Q(starts_at__lt=over))
    return Exists(gaps)


def _line(
    brand: Brand, row: Any, gaps: dict[Any, list[Gap]], part: tuple[datetime, datetime], now: datetime
) -> PeakLine:
    flight = row if isinstance(row, Flight) else None
    post = flight.post if flight else row
    begin, end = part
    starts_at, ends_at, until = begin, end, end
    account, money = None, None
    if flight is not None and flight.starts_at is not None:
        over = flight_end(flight.ends_at, flight.ended_at)
        starts_at, ends_at, until = max(begin, flight.starts_at), min(end, over or end), over or end
        account = flight.ad_account
    own = gaps.get(post.pk, [])
    inside = clip(own, starts_at, ends_at)
    first = next((gap for gap in own if clip([gap], starts_at, ends_at)), None)
    lacks_now = first is not None and (first.starts_at is None or first.starts_at <= now)
    if flight is not None and flight.daily_spend is not None and inside:
        days = uncovered_days(inside, starts_at=starts_at, ends_at=ends_at, now=now)
        money = MoneySum(brand.currency_of(account), flight.daily_spend * Decimal(days))
    return PeakLine(post, flight, starts_at, ends_at, until, inside, lacks_now, brand.zone_of(account), money)
