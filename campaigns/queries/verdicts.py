"""Which flights have a verdict, as conditions of a query.

The same answer as ``authorizations.rules.judge`` over the stored gaps (a test holds the two together), for lists that
are narrowed by it and read page by page.
"""

from datetime import datetime
from typing import Any

from django.db.models import DateTimeField, Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Concat

from authorizations.enums import Reason, Verdict
from authorizations.models import PostGap
from authorizations.querysets import PostGapQuerySet
from brands.models import Brand
from campaigns.sections import FAR

# Somebody ended it before its first day: no instant is left that a gap could lie in.
_NOTHING_LEFT = Q(ended_at__isnull=False, ended_at__lte=F("starts_at"))


def with_gaps(flights: QuerySet[Any], brand: Brand, *, now: datetime) -> QuerySet[Any]:
    """``flights`` of ``brand`` with what ``of_verdict``, ``limited_by`` and ``lapsing`` ask about; nothing is selected.

    ``limited``: a gap lies ahead in it; that says nothing of a flight that is over or has no dates.
    """
    ahead = _ahead(brand, now)
    first = ahead.order_by(F("starts_at").asc(nulls_first=True))
    from_the_start = Q(starts_at=None) | Q(starts_at__lte=now) | Q(starts_at__lte=OuterRef("starts_at"))
    asked: QuerySet[Any] = flights.alias(
        limited=Exists(ahead),
        blocked=Exists(ahead.filter(from_the_start)),
        first_gap_at=Subquery(first.values("starts_at")[:1]),
        first_reasons=Concat(Value(","), Subquery(first.values("reasons")[:1]), Value(",")),
    )
    return asked


def of_verdict(verdict: Verdict, *, now: datetime) -> Q:
    """The flights with this verdict; one without dates has none."""
    over = Q(ends_at__lte=now) | Q(ended_at__lte=now)
    judged = Q(starts_at__isnull=False) & ~over
    match verdict:
        case Verdict.ENDED:
            return Q(starts_at__isnull=False) & over
        case Verdict.COVERED:
            return judged & (Q(limited=False) | _NOTHING_LEFT)
        case Verdict.BLOCKED:
            return judged & Q(blocked=True) & ~_NOTHING_LEFT
        case Verdict.LAPSES:
            return judged & Q(limited=True, blocked=False) & ~_NOTHING_LEFT


def limited_by(reason: Reason, *, now: datetime) -> Q:
    """The flights whose first gap has this reason."""
    in_need = of_verdict(Verdict.BLOCKED, now=now) | of_verdict(Verdict.LAPSES, now=now)
    return Q(first_reasons__contains=f",{reason.value},") & in_need


def lapsing(start: datetime | None, end: datetime, *, now: datetime) -> Q:
    """The flights that may run now (or at their start), but no longer than an instant of ``[start, end)``."""
    lapses = of_verdict(Verdict.LAPSES, now=now) & Q(first_gap_at__lt=end)
    return lapses if start is None else lapses & Q(first_gap_at__gte=start)


def _ahead(brand: Brand, now: datetime) -> PostGapQuerySet:
    """The gaps that lie in a flight, from now on."""
    gaps = (
        PostGap.objects.for_brand(brand)
        .overlapping(now, None)
        .filter(Q(ends_at__isnull=True) | Q(ends_at__gt=OuterRef("starts_at")), post=OuterRef("post"))
    )
    for name in ("ends_at", "ended_at"):
        over = Coalesce(OuterRef(name), Value(FAR), output_field=DateTimeField())
        gaps = gaps.filter(Q(starts_at__isnull=True) | Q(starts_at__lt=over))
    return gaps
