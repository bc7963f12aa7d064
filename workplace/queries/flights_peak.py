"""A peak, such as the week of Black Friday: which posts and flights survive it, and what limits the others."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

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

# Lines of each group; how far is counted; so many of the newest posts are looked at where no flight is planned.
MOST_SHOWN = 40
COUNTED = 1000
NEWEST = 5000
GROUPS = ("surviving", "ready", "falling", "lacking")


@dataclass(frozen=True, slots=True)
class Peak:
    """A named period; ``last`` is its last day. Days are read in the zone of the brand."""

    name: str
    first: date
    last: date


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
    """The groups with how many there are in all, up to COUNTED + 1: then there are more.

    ``over``: the peak has passed, nothing is judged. ``newest_only``: of posts without a flight only the NEWEST are in.
    """

    over: bool
    newest_only: bool
    surviving: Sequence[PeakLine]
    ready: Sequence[PeakLine]
    falling: Sequence[PeakLine]
    lacking: Sequence[PeakLine]
    counts: dict[str, int]


def usual_peak(today: date) -> Peak:
    """The week of Black Friday up to Cyber Monday, of this year, or of the next once it has passed.

    Black Friday is the day after the fourth Thursday of November.
    """
    this = _week_of_black_friday(today.year)
    return this if this.last >= today else _week_of_black_friday(today.year + 1)


def _week_of_black_friday(year: int) -> Peak:
    first = date(year, 11, 1)
    thanksgiving = first + timedelta((3 - first.weekday()) % 7 + 21)
    return Peak(f"BFCM {year}", thanksgiving - timedelta(3), thanksgiving + timedelta(4))


def peak_answer(brand: Brand, peak: Peak, *, now: datetime) -> PeakAnswer:
    """Four groups: flights that survive, posts that would, flights that do not, posts that would not; ten queries."""
    start, end = first_instant(peak.first, brand.time_zone), end_of_last_day(peak.last, brand.time_zone)
    begin = max(start, now)
    if end <= now:
        return PeakAnswer(
            over=True, newest_only=False, counts=dict.fromkeys(GROUPS, 0), **dict.fromkeys(GROUPS, ())
        )
    flights = _flights(brand, begin, end)
    posts_of = Post.objects.for_brand(brand).order_by("-pk").values("pk")
    idle = (
        Post.objects.for_brand(brand)
        .exclude(lane=Lane.KEEP_OUT_OF_PAID)
        .filter(pk__in=posts_of[:NEWEST])
        .filter(~Exists(_flights(brand, begin, end).filter(post=OuterRef("pk"))))
    )
    gap = Exists(PostGap.objects.for_brand(brand).overlapping(begin, end).filter(post=OuterRef("pk")))
    groups: dict[str, QuerySet[Any]] = {
        "surviving": flights.filter(~_gap_in_flight(brand, begin, end)),
        "ready": idle.filter(~gap),
        "falling": flights.filter(_gap_in_flight(brand, begin, end)),
        "lacking": idle.filter(gap),
    }
    counts = {name: rows.order_by()[: COUNTED + 1].count() for name, rows in groups.items()}
    found: dict[str, list[Any]] = {}
    for name, rows in groups.items():
        if name in {"surviving", "falling"}:
            loaded = rows.select_related("post__creator", "campaign", "ad_account", "buyer")
            found[name] = list(loaded.order_by("starts_at", "pk")[:MOST_SHOWN])
        else:
            found[name] = list(rows.select_related("creator").order_by("-pk")[:MOST_SHOWN])
    posts = {getattr(row, "post_id", row.pk) for rows in found.values() for row in rows}
    gaps = stored_gaps(brand, posts, after=begin)
    lines = {
        name: [_line(brand, row, gaps, (begin, end), now) for row in rows] for name, rows in found.items()
    }
    lines["falling"].sort(
        key=lambda line: line.gaps[0].starts_at or line.starts_at if line.gaps else line.ends_at
    )
    return PeakAnswer(over=False, newest_only=posts_of[NEWEST : NEWEST + 1].exists(), counts=counts, **lines)


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
