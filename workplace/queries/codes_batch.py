"""Codes that wait to be taken to an ad account, those of the next flights first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, F, Min, OuterRef, Q, QuerySet, Subquery

from authorizations.models import AuthorizationCode, CodeUse
from authorizations.operations.applying import shown_end
from brands.models import AdAccount, Brand, User
from campaigns.models import Flight
from sparktrack.core.days import first_instant, local_date

# So many codes Ads Manager takes in one go (TikTok's authorize dialog).
MOST = 20
COUNTED = 500


@dataclass(frozen=True, slots=True)
class BatchLine:
    """A code to apply: the flight it is for (None: none is planned there) and the day it ends on as on file."""

    code: AuthorizationCode
    flight: Flight | None
    ends_on: date
    used_somewhere: bool


@dataclass(frozen=True, slots=True)
class Batch:
    """The next codes for an ad account; ``left`` counts to 500; ``done``: what this person applied there today."""

    account: AdAccount
    lines: Sequence[BatchLine]
    left: int
    done: int
    any_post: bool


def batch_of(brand: Brand, account: AdAccount, user: User, *, now: datetime, any_post: bool = False) -> Batch:
    """The next batch of ``account``: usable codes not applied there, by the start of their flights; four queries.

    ``any_post``: also those of posts without a flight that is or may be in this account.
    """
    waiting = waiting_codes(brand, account, now=now, any_post=any_post)
    codes: list[Any] = list(waiting.select_related("post__creator")[:MOST])
    flights: dict[object, Flight] = {}
    for flight in (
        _flights(brand, account, now)
        .filter(post__in={code.post_id for code in codes})
        .select_related("campaign")
        .order_by("starts_at", "pk")
    ):
        flights.setdefault(flight.post_id, flight)
    zone = brand.zone_of(account)
    today = first_instant(local_date(now, zone), zone)
    return Batch(
        account,
        [
            BatchLine(code, flights.get(code.post_id), shown_end(brand, code, account), code.used_somewhere)
            for code in codes
        ],
        waiting.order_by()[: COUNTED + 1].count() if len(codes) == MOST else len(codes),
        CodeUse.objects.for_brand(brand).filter(ad_account=account, by=user, at__gte=today).count(),
        any_post,
    )


def waiting_codes(
    brand: Brand, account: AdAccount, *, now: datetime, any_post: bool = False
) -> QuerySet[Any]:
    """The codes that could be taken to ``account`` now, in the order in which they are needed.

    A code that has a replacement waits no more: the replacement does.
    """
    usable = Q(rejected_at__isnull=True, expires_at__gt=now) & (
        Q(revoked_at__isnull=True) | Q(revoked_at__gt=now)
    )
    newer = AuthorizationCode.objects.for_brand(brand).filter(usable, supersedes=OuterRef("pk"))
    uses = CodeUse.objects.for_brand(brand).filter(code=OuterRef("pk"))
    first = _flights(brand, account, now).filter(post=OuterRef("post")).order_by().values("post")
    codes: QuerySet[Any] = (
        AuthorizationCode.objects.for_brand(brand)
        .filter(usable, ~Exists(newer), ~Exists(uses.filter(ad_account=account)))
        .annotate(
            flies_at=Subquery(first.annotate(first=Min("starts_at")).values("first")),
            used_somewhere=Exists(uses),
        )
    )
    if not any_post:
        codes = codes.filter(flies_at__isnull=False)
    return codes.order_by(F("flies_at").asc(nulls_last=True), "expires_at", "pk")


def _flights(brand: Brand, account: AdAccount, now: datetime) -> QuerySet[Any]:
    """The planned flights that are not over and are, or may yet be, in this account."""
    return (
        Flight.objects.for_brand(brand)
        .filter(Q(ad_account=account) | Q(ad_account__isnull=True), starts_at__isnull=False)
        .filter(Q(ends_at__isnull=True) | Q(ends_at__gt=now), ended_at__isnull=True)
    )
