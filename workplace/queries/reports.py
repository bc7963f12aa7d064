"""What a report of a period counts: plain rows for the rules, in a constant number of queries.

A report tells what happened, so it ends now at the latest: ``until``. Only renewals look ahead.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Case, DateTimeField, Exists, Min, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce, Least

from authorizations.models import AuthorizationCode, CodeRequest, PostGap, UsageRight
from brands.models import Brand
from campaigns.models import Flight
from campaigns.queries.lines import gaps_by_post
from campaigns.rules import flight_end
from posts.models import Post
from workplace.rules.reports import Burnt, Period, Split, burnt, split

# Renewals are told so far ahead.
AHEAD = timedelta(days=90)

_NAMES = ("title", "tiktok_post_id", "url")


@dataclass(frozen=True, slots=True)
class PostName:
    """A post as a row names it."""

    pk: UUID
    title: str
    handle: str


@dataclass(frozen=True, slots=True)
class Activated:
    """A post whose first flight began in the period."""

    post: PostName
    at: datetime


@dataclass(frozen=True, slots=True)
class Asked:
    """A code that somebody asked for in the period; ``answered_at``: when its creator acted, None for not yet."""

    post: PostName
    asked_at: datetime
    window_days: int
    answered_at: datetime | None

    @property
    def answer(self) -> timedelta | None:
        """From the request to the code."""
        return None if self.answered_at is None else self.answered_at - self.asked_at


@dataclass(frozen=True, slots=True)
class BurntCode:
    """A code whose window was first used, or ended unused, in the period."""

    post: PostName
    starts_at: datetime
    ends_at: datetime
    burnt: Burnt


@dataclass(frozen=True, slots=True)
class Flown:
    """A flight with the part of it that lies in the period."""

    post: PostName
    campaign: str
    daily_spend: Decimal | None
    currency: str
    run_anyway: bool
    split: Split


@dataclass(frozen=True, slots=True)
class RightLine:
    """A right with the name of what it is on; ``is_needed``: a flight goes on after its last day."""

    pk: UUID
    name: str
    starts_at: datetime
    ends_at: datetime | None
    fee: Decimal | None
    is_needed: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """All rows of a report of ``period``, which counts until ``until``. ``generated``: codes that began in it."""

    brand: Brand
    period: Period
    until: datetime
    now: datetime
    activated: Sequence[Activated]
    asked: Sequence[Asked]
    generated: int
    burnt: Sequence[BurntCode]
    flown: Sequence[Flown]
    unused: Sequence[RightLine]
    coming: Sequence[RightLine]


def report(brand: Brand, period: Period, *, now: datetime) -> Found:
    """Everything that a report of ``period`` says; eight queries."""
    until = max(min(period.ends_at, now), period.starts_at)
    codes, generated = _burnt(brand, period.starts_at, until)
    return Found(
        brand=brand,
        period=period,
        until=until,
        now=now,
        activated=_activated(brand, period.starts_at, until),
        asked=_asked(brand, period.starts_at, until),
        generated=generated,
        burnt=codes,
        flown=_flown(brand, period.starts_at, until),
        unused=_unused(brand, period.starts_at, until),
        coming=_coming(brand, now),
    )


def _post(pk: UUID, title: str, tiktok_id: str, url: str, handle: str) -> PostName:
    return PostName(pk, title or str(Post(tiktok_post_id=tiktok_id, url=url)), handle)


def _of_post(prefix: str = "post__") -> tuple[str, ...]:
    return tuple(prefix + name for name in ("pk", *_NAMES, "creator__handle"))


def _began() -> Coalesce:
    """When a flight began: as noted in Ads Manager, else on its first day."""
    return Coalesce("launched_at", "starts_at")


def _activated(brand: Brand, since: datetime, until: datetime) -> list[Activated]:
    rows = (
        Flight.objects.for_brand(brand)
        .filter(starts_at__isnull=False)
        .values_list(*_of_post())
        .annotate(began=Min(_began()))
        .filter(began__gte=since, began__lt=until)
        .order_by("began", "post__pk")
    )
    return [Activated(_post(*row[:-1]), row[-1]) for row in rows]


def _asked(brand: Brand, since: datetime, until: datetime) -> list[Asked]:
    """Requests that were not withdrawn; a code that TikTok rejected is no answer."""
    good = Case(When(answered_by__rejected_at__isnull=True, then="answered_at"))
    rows = (
        CodeRequest.objects.for_brand(brand)
        .filter(asked_at__gte=since, asked_at__lt=until, withdrawn_at__isnull=True)
        .annotate(good_at=good)
        .order_by("asked_at", "pk")
        .values_list(*_of_post(), "asked_at", "window_days", "good_at")
    )
    return [Asked(_post(*row[:-3]), *row[-3:]) for row in rows]


def _burnt(brand: Brand, since: datetime, until: datetime) -> tuple[list[BurntCode], int]:
    codes = AuthorizationCode.objects.for_brand(brand).filter(
        Q(revoked_at__isnull=True) | Q(revoked_at__gte=since),
        starts_at__lt=until,
        expires_at__gte=since,
        rejected_at__isnull=True,
    )
    flights = Flight.objects.for_brand(brand).filter(
        post__in=codes.order_by().values("post"), starts_at__isnull=False, starts_at__lt=until
    )
    by_post: dict[UUID, list[tuple[datetime, datetime | None]]] = {}
    for post, began, ends_at, ended_at in flights.annotate(began=_began()).values_list(
        "post_id", "began", "ends_at", "ended_at"
    ):
        by_post.setdefault(post, []).append((began, flight_end(ends_at, ended_at)))
    found, generated = [], 0
    rows = codes.order_by("starts_at", "pk").values_list(*_of_post(), "starts_at", "expires_at", "revoked_at")
    for *names, starts_at, expires_at, revoked_at in rows:
        post = _post(*names)
        ends_at = min(expires_at, revoked_at or expires_at)
        generated += since <= starts_at < until
        answer = burnt(starts_at=starts_at, ends_at=ends_at, flights=by_post.get(post.pk, ()))
        if answer is not None and since <= answer.at < until:
            found.append(BurntCode(post, starts_at, ends_at, answer))
    return found, generated


def _flown(brand: Brand, since: datetime, until: datetime) -> list[Flown]:
    """Flights with a part in the period; while somebody has paused one, nothing is planned."""
    flights = Flight.objects.for_brand(brand).filter(
        Q(ends_at__isnull=True) | Q(ends_at__gt=since),
        Q(ended_at__isnull=True) | Q(ended_at__gt=since),
        Q(paused_at__isnull=True) | Q(paused_at__gt=since),
        starts_at__lt=until,
    )
    gaps = gaps_by_post(
        PostGap.objects.for_brand(brand)
        .filter(post__in=flights.order_by().values("post"))
        .overlapping(since, until),
        after=None,
    )
    rows = flights.order_by("starts_at", "pk").values_list(
        *_of_post(),
        *("campaign__name", "daily_spend", "ad_account__currency", "run_anyway_at"),
        *("starts_at", "ends_at", "ended_at", "paused_at"),
    )
    found = []
    for *names, campaign, spend, currency, anyway_at, starts_at, ends_at, ended_at, paused_at in rows:
        post = _post(*names)
        part = split(
            gaps.get(post.pk, ()),
            starts_at=starts_at,
            ends_at=flight_end(flight_end(ends_at, ended_at), paused_at),
            within=(since, until),
        )
        if part is not None:
            found.append(
                Flown(post, campaign, spend, currency or brand.currency, anyway_at is not None, part)
            )
    return found


def _flies_under(brand: Brand, *conditions: Q, **more: Any) -> Q:
    """Whether a right (the outer query) counts for such a flight: of its own post, else of one without nearer rights.

    Each level by itself: with all of them in one condition no index helps.
    """
    rights = UsageRight.objects.for_brand(brand)
    no_own = ~Exists(rights.filter(post=OuterRef("post")))
    no_briefs = ~Exists(rights.filter(brief=OuterRef("post__brief")))
    flights = Flight.objects.for_brand(brand).filter(*conditions, **more)
    return (
        Q(Exists(flights.filter(post=OuterRef("post"))))
        | Q(Exists(flights.filter(no_own, post__brief=OuterRef("brief"))))
        | Q(Exists(flights.filter(no_own, no_briefs, post__creator=OuterRef("creator"))))
    )


def _unused(brand: Brand, since: datetime, until: datetime) -> list[RightLine]:
    """Paid rights with a fee that were in force in the period, and under which no ad has run until then."""
    instant = Value(until, DateTimeField())
    ran = _flies_under(
        brand,
        Q(ends_at__isnull=True) | Q(ends_at__gt=OuterRef("starts_at")),
        Q(ended_at__isnull=True) | Q(ended_at__gt=OuterRef("starts_at")),
        starts_at__lt=Least(Coalesce(OuterRef("ends_at"), instant), instant),
    )
    rights = UsageRight.objects.for_brand(brand).filter(
        ~ran,
        Q(ends_at__isnull=True) | Q(ends_at__gt=since),
        paid_amplification=True,
        fee__gt=0,
        starts_at__lt=until,
    )
    return _right_lines(rights.order_by("-fee", "pk"))


def _coming(brand: Brand, now: datetime) -> list[RightLine]:
    """Paid rights whose last day lies in the next 90 days; needed where a flight goes on after it."""
    longer = _flies_under(
        brand,
        Q(ends_at__isnull=True) | Q(ends_at__gt=OuterRef("ends_at")),
        starts_at__isnull=False,
        ended_at__isnull=True,
    )
    rights = UsageRight.objects.for_brand(brand).filter(
        paid_amplification=True, starts_at__isnull=False, ends_at__gt=now, ends_at__lte=now + AHEAD
    )
    return _right_lines(rights.annotate(is_needed=longer).order_by("ends_at", "pk"))


def _right_lines(rights: QuerySet[UsageRight]) -> list[RightLine]:
    return [
        RightLine(
            pk=right.pk,
            name=_right_name(right),
            starts_at=right.starts_at,
            ends_at=right.ends_at,
            fee=right.fee,
            is_needed=vars(right).get("is_needed", False),
        )
        for right in rights.select_related("post__creator", "brief", "creator")
        if right.starts_at is not None
    ]


def _right_name(right: UsageRight) -> str:
    if right.post is not None:
        return f"{right.post} · @{right.post.creator.handle}"
    if right.brief is not None:
        return f"brief {right.brief}"
    return f"all posts of @{right.creator.handle if right.creator else ''}"


def money(lines: Iterable[tuple[str, Decimal | None]]) -> dict[str, Decimal]:
    """Amounts by currency, A to Z; what nobody gave counts nothing."""
    sums: dict[str, Decimal] = {}
    for currency, amount in lines:
        if amount:
            sums[currency] = sums.get(currency, Decimal(0)) + amount
    return dict(sorted(sums.items()))
