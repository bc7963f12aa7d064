"""What a sheet did not tell: what is wrong now and soon, and what in the data cannot be trusted; all of it bounded.

Flights come from ``campaigns.sections``, so that they stand here exactly as they stand on the board.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from authorizations.enums import EndSource, Reason
from authorizations.models import AuthorizationCode, PostGap, UsageRight
from brands.models import Brand
from campaigns.enums import Section
from campaigns.models import Flight, ImportedRow, ImportRun
from campaigns.queries.board import MoneySum
from campaigns.queries.board_lines import shown_lines
from campaigns.queries.duplicates import MOST_COUNTED, Duplicate, PastedTwice, duplicates, pasted_twice
from campaigns.queries.lines import BoardLine
from campaigns.sections import SOON, Choice, Standing, first_places
from posts.enums import Method
from posts.models import Post

# Lines of a part.
LINES = 20

# Nobody has seen these ends at TikTok or in Ads Manager.
UNVERIFIED = (EndSource.CREATOR, EndSource.COMPUTED, EndSource.SHEET, EndSource.ASSUMED)

# Whether a code that ended longer ago was meant to be renewed, nobody remembers.
_LATELY = timedelta(days=90)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Found(Generic[T]):
    """The first lines of something and how many there are; ``is_bound``: at least so many."""

    lines: Sequence[T]
    count: int
    is_bound: bool = False


@dataclass(frozen=True, slots=True)
class FoundFlights:
    """Flights of one section of the board, with the money of their gaps and of a day."""

    lines: Sequence[BoardLine]
    count: int
    at_risk: Sequence[MoneySum]
    a_day: Sequence[MoneySum]


@dataclass(frozen=True, slots=True)
class UnverifiedEnd:
    """A code that a flight needs and whose end nobody read at TikTok or in Ads Manager."""

    post_id: UUID
    title: str
    handle: str
    ends_at: datetime
    source: EndSource
    start_assumed: bool
    code_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Drift:
    """A post of which one side is over and the other goes on, from ``since`` until ``until`` (None = open).

    ``rights_over``: the code goes on without rights; else the rights go on without a code. ``again``: after ``until``
    both hold again.
    """

    post_id: UUID
    title: str
    handle: str
    rights_over: bool
    since: datetime
    until: datetime | None
    again: bool


@dataclass(frozen=True, slots=True)
class Findings:
    """Everything that was found in ``brand`` at ``now``.

    ``waiting``: flights that start within 14 days and lack a code. ``too_short``: flights whose code ends before they
    do, later than that. ``idle_unverified``: codes with an unverified end that no flight needs. ``next_at``: when the
    next flight stops or must be paused, however far that is. ``flights``: those that are not over.
    """

    brand: Brand
    now: datetime
    without_rights: FoundFlights
    blocked: FoundFlights
    stops: FoundFlights
    must_pause: FoundFlights
    waiting: FoundFlights
    too_short: FoundFlights
    unverified: Found[UnverifiedEnd]
    idle_unverified: Found[None]
    drifted: Found[Drift]
    duplicates: Found[Duplicate]
    pasted_twice: Found[PastedTwice]
    next_at: datetime | None
    flights: int


def findings(brand: Brand, *, now: datetime, run: ImportRun | None = None) -> Findings:
    """What is to be said about the posts that ``run`` touched (None = all of the brand); constantly many queries."""
    posts = None if run is None else touched_posts(run)
    flights = None if posts is None else Flight.objects.for_brand(brand).filter(post__in=posts)
    judged = _Judged(brand, flights, now)
    return Findings(
        brand=brand,
        now=now,
        without_rights=judged.found(judged.ever, Section.WITHOUT_RIGHTS),
        blocked=judged.found(judged.ever, Section.BLOCKED),
        stops=judged.found(judged.soon, Section.STOPS),
        must_pause=judged.found(judged.soon, Section.MUST_PAUSE),
        waiting=judged.found(judged.soon, Section.WAITING),
        too_short=judged.found(judged.later, Section.STOPS, Section.WAITING),
        unverified=_unverified(brand, posts, now),
        idle_unverified=_idle_unverified(brand, posts, now),
        drifted=_drifted(brand, posts, now) if brand.tracks_rights else Found((), 0),
        duplicates=bounded(duplicates(brand, posts, now=now)),
        pasted_twice=bounded(pasted_twice(brand, run)),
        next_at=judged.next_at(),
        flights=sum(item.count for item in judged.ever.sums),
    )


def touched_posts(run: ImportRun) -> QuerySet[Post]:
    """The posts that an import made or changed, or whose codes, rights or flights it did."""

    def touched(kind: str) -> QuerySet[Any, Any]:
        return ImportedRow.objects.filter(brand=run.brand_id, run=run, kind=kind).values("object_id")

    posts = Post.objects.filter(brand=run.brand_id)
    codes = AuthorizationCode.objects.filter(brand=run.brand_id, pk__in=touched("authorizationcode"))
    rights = UsageRight.objects.filter(brand=run.brand_id, pk__in=touched("usageright"))
    flights = Flight.objects.filter(brand=run.brand_id, pk__in=touched("flight"))
    found: QuerySet[Post] = posts.filter(
        Q(pk__in=touched("post"))
        | Q(pk__in=codes.values("post"))
        | Q(pk__in=flights.values("post"))
        | Q(pk__in=rights.filter(post__isnull=False).values("post"))
        | Q(brief__in=rights.filter(brief__isnull=False).values("brief"))
        | Q(creator__in=rights.filter(creator__isnull=False).values("creator"))
    )
    return found


# Sections whose flights have something to come, and those that are shown however far off.
_COMING = (Section.STOPS, Section.MUST_PAUSE, Section.WAITING, Section.RUNS_UNTIL)
_NOW = (Section.WITHOUT_RIGHTS, Section.BLOCKED)


class _Judged:
    """The flights of a brand where they stand: now, with a first gap within 14 days, and with a code that is short.

    Three statements classify the flights; what they place is loaded at once.
    """

    def __init__(self, brand: Brand, flights: QuerySet[Flight] | None, now: datetime) -> None:
        soon = now + SOON
        self.ever = first_places(Choice(brand, flights), now=now, lines=LINES)
        self.soon = first_places(Choice(brand, flights, gap_before=soon), now=now, lines=LINES)
        short = Choice(brand, flights, reason=Reason.CODE_EXPIRED, gap_from=soon)
        self.later = first_places(short, now=now, lines=LINES)
        self.first = [
            next((place for place in self.ever.places if place.section is section), None)
            for section in _COMING
        ]
        places = [place for place in self.ever.places if place.section in _NOW]
        places += [place for place in self.first if place is not None]
        for standing in (self.soon, self.later):
            places += [place for place in standing.places if place.section in _COMING]
        self.lines, _ = shown_lines(brand, places, [], now=now)

    def found(self, standing: Standing, *sections: Section) -> FoundFlights:
        """The flights of these sections, soonest first."""
        places = [place for place in standing.places if place.section in sections]
        lines = [self.lines[place.flight_id] for place in places]
        if len(sections) > 1:
            lines.sort(key=lambda line: _happens_at(line) or _NEVER)
        own = [item for item in standing.sums if item.section in sections]
        return FoundFlights(
            lines=lines[:LINES],
            count=sum(item.count for item in own),
            at_risk=_totals((item.currency, item.at_risk) for item in own),
            a_day=_totals((item.currency, item.a_day) for item in own),
        )

    def next_at(self) -> datetime | None:
        """When the next flight stops, must be paused or starts without a code."""
        coming = (_happens_at(self.lines[place.flight_id]) for place in self.first if place is not None)
        return min((at for at in coming if at is not None), default=None)


_NEVER = datetime.max.replace(tzinfo=UTC)


def _happens_at(line: BoardLine) -> datetime | None:
    """When something happens to a flight first."""
    gap = line.first_gap
    return line.apply_by or (gap.starts_at if gap else None)


def _totals(amounts: Iterable[tuple[str, Decimal]]) -> list[MoneySum]:
    by_currency: dict[str, Decimal] = {}
    for currency, amount in amounts:
        by_currency[currency] = by_currency.get(currency, Decimal(0)) + amount
    return [MoneySum(currency, amount) for currency, amount in sorted(by_currency.items()) if amount]


def _needed(now: datetime) -> Exists:
    """Whether a flight that is not over and not paused uses the post of a row."""
    return Exists(
        Flight.objects.filter(
            Q(brand=OuterRef("brand"), post=OuterRef("post"), starts_at__isnull=False, paused_at=None),
            Q(ends_at__isnull=True) | Q(ends_at__gt=now),
            Q(ended_at__isnull=True) | Q(ended_at__gt=now),
        )
    )


def _unverified_codes(
    brand: Brand, posts: QuerySet[Post] | None, now: datetime
) -> QuerySet[AuthorizationCode]:
    """Codes that are good now or later, whose end nobody verified and that no other good code replaces."""
    good = AuthorizationCode.objects.for_brand(brand).filter(
        Q(revoked_at__isnull=True) | Q(revoked_at__gt=now), expires_at__gt=now, rejected_at__isnull=True
    )
    codes = good.filter(~Exists(good.filter(supersedes=OuterRef("pk"))), end_source__in=UNVERIFIED)
    return codes if posts is None else codes.filter(post__in=posts)


def _unverified(brand: Brand, posts: QuerySet[Post] | None, now: datetime) -> Found[UnverifiedEnd]:
    needed = _unverified_codes(brand, posts, now).filter(_needed(now)).order_by("expires_at", "pk")
    rows = needed.values_list("pk", "expires_at", "end_source", "start_assumed", *_POST)[: MOST_COUNTED + 1]
    return bounded(
        [
            UnverifiedEnd(
                pk, _title(*texts), handle, at, EndSource(source), start_assumed=assumed, code_id=code
            )
            for code, at, source, assumed, pk, handle, *texts in rows
        ]
    )


def _idle_unverified(brand: Brand, posts: QuerySet[Post] | None, now: datetime) -> Found[None]:
    idle = _unverified_codes(brand, posts, now).filter(~_needed(now)).order_by()
    count = idle[: MOST_COUNTED + 1].count()
    return Found((), min(count, MOST_COUNTED), is_bound=count > MOST_COUNTED)


def _drifted(brand: Brand, posts: QuerySet[Post] | None, now: datetime) -> Found[Drift]:
    """Posts that need both, have one, and that no flight runs: those of flights are named among the flights.

    Found by newest posts, latest drift first: the index stops at the bound, where sorting would read all gaps.
    """
    needs_both = Post.objects.filter(pk=OuterRef("post"), method=Method.CODE, creator__own_account=False)
    gaps = PostGap.objects.for_brand(brand).filter(
        Q(reasons=Reason.RIGHTS_EXPIRED)
        | Q(reasons__in=[Reason.CODE_EXPIRED, Reason.CODE_REVOKED], starts_at__gt=now - _LATELY),
        Q(ends_at__isnull=True) | Q(ends_at__gt=now),
        ~_needed(now),
        Exists(needs_both),
        starts_at__lte=now,
    )
    if posts is not None:
        gaps = gaps.filter(post__in=posts)
    over = gaps.order_by("-post_id", "-starts_at").values_list("starts_at", "ends_at", "reasons", "post_id")
    rows = sorted(over[: MOST_COUNTED + 1], key=lambda row: row[0], reverse=True)
    shown = {post for *_, post in rows[:LINES]}
    own = Post.objects.for_brand(brand).filter(pk__in=shown).select_related("creator")
    about = {post.pk: post for post in own.only("title", "tiktok_post_id", "url", "creator__handle")}
    # A gap of the same post that begins where this one ends: then the other side is over as well.
    following = PostGap.objects.for_brand(brand).filter(post__in=shown, starts_at__gt=now)
    followed = set(following.values_list("post_id", "starts_at"))
    lines = [
        Drift(
            post_id=pk,
            title=str(about[pk]),
            handle=about[pk].creator.handle,
            rights_over=reasons == Reason.RIGHTS_EXPIRED,
            since=since,
            until=until,
            again=until is not None and (pk, until) not in followed,
        )
        for since, until, reasons, pk in rows[:LINES]
    ]
    return Found(lines, min(len(rows), MOST_COUNTED), is_bound=len(rows) > MOST_COUNTED)


# What a line says of a post, in this order.
_POST = ("post_id", "post__creator__handle", "post__title", "post__tiktok_post_id", "post__url")


def _title(title: str, tiktok_post_id: str, url: str) -> str:
    return str(Post(title=title, tiktok_post_id=tiktok_post_id, url=url))


def bounded(rows: Sequence[T]) -> Found[T]:
    """The first lines of rows that were read up to one more than are counted."""
    count = min(len(rows), MOST_COUNTED)
    return Found(rows[:LINES], count, is_bound=len(rows) > MOST_COUNTED)
