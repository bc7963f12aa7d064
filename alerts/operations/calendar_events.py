"""Keeping what stands in calendars true: the only place where a sequence grows. Looking at a feed changes nothing."""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime, timedelta
from uuid import UUID

from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, Q

from alerts.enums import CalendarKind
from alerts.models import CalendarEvent
from alerts.queries.calendars import entry_of_right, flown_of
from alerts.rules.calendars import HORIZON, Entry, end_of_flight, in_reach, lapse_of
from authorizations.models import UsageRight
from brands.models import AuditEntry, Brand
from campaigns.models import Flight
from campaigns.queries.lines import stored_gaps

_SLICE = 400
# A change is noticed by its audit entry; a worker that was away that long leaves the rest to the full pass.
_LATELY = timedelta(minutes=20)
_OF_FLIGHTS = (CalendarKind.LAPSE, CalendarKind.FLIGHT_END)
_OF_RIGHTS = (CalendarKind.RIGHTS_END,)
_SHOWN = ("on", "at", "summary", "details", "digest", "sequence", "changed_at", "cancelled_at")


def refresh_calendars(*, now: datetime, everything: bool = False) -> int:
    """Bring the entries of all brands with a feed up to date; how many were made or changed.

    Without ``everything`` only brands in which something was done lately, or that have no entry yet. Safe at any time
    and twice at once; slices of a brand are short transactions.
    """
    brands = Brand.objects.filter(Exists(_members_with_feed())).order_by("pk")
    if not everything:
        done = AuditEntry.objects.filter(brand=OuterRef("pk"), at__gt=now - _LATELY)
        entries = CalendarEvent.objects.filter(brand=OuterRef("pk"))
        brands = brands.filter(Exists(done) | ~Exists(entries))
    return sum(refresh_brand(brand, now=now) for brand in brands)


def refresh_brand(brand: Brand, *, now: datetime) -> int:
    """Bring the entries of one brand up to date; how many were made or changed.

    An entry that no longer holds is cancelled, unless its time has come: what happened stays as it was said.
    """
    changed = 0
    for flights in _slices(_flights(brand, now).select_related("post__creator", "campaign", "ad_account")):
        changed += _keep(
            brand, _OF_FLIGHTS, [each.pk for each in flights], _of_flights(brand, flights, now), now
        )
    for rights in _slices(_rights(brand, now).select_related("post__creator", "brief", "creator")):
        changed += _keep(
            brand,
            _OF_RIGHTS,
            [each.pk for each in rights],
            _of_rights(brand, rights, now),
            now,
        )
    changed += _cancel(brand, _OF_FLIGHTS, Q(subject_id__in=_flights(brand, now).values("pk")), now)
    changed += _cancel(brand, _OF_RIGHTS, Q(subject_id__in=_rights(brand, now).values("pk")), now)
    return changed


def _members_with_feed() -> models.QuerySet[Brand]:
    return Brand.objects.filter(pk=OuterRef("pk"), memberships__user__calendar_feed__isnull=False)


def _flights(brand: Brand, now: datetime) -> models.QuerySet[Flight]:
    """Flights with dates that are not over."""
    return Flight.objects.for_brand(brand).filter(
        Q(ends_at__isnull=True) | Q(ends_at__gt=now), starts_at__isnull=False, ended_at__isnull=True
    )


def _rights(brand: Brand, now: datetime) -> models.QuerySet[UsageRight]:
    """Rights to paid use whose last day is to come."""
    return UsageRight.objects.for_brand(brand).filter(
        paid_amplification=True, ends_at__gt=now, ends_at__lt=now + HORIZON
    )


def _of_flights(brand: Brand, flights: Collection[Flight], now: datetime) -> Iterator[Entry]:
    gaps = stored_gaps(brand, {flight.post_id for flight in flights}, after=now)
    for flight in flights:
        flown = flown_of(brand, flight)
        # Who is paused runs into nothing; its last day stays its last day.
        lapse = None if flight.paused_at else lapse_of(flown, gaps.get(flight.post_id, []), now=now)
        yield from (entry for entry in (lapse, end_of_flight(flown)) if entry and in_reach(entry, now=now))


def _of_rights(brand: Brand, rights: Collection[UsageRight], now: datetime) -> Iterator[Entry]:
    for right in rights:
        entry = entry_of_right(brand, right)
        if entry is not None and in_reach(entry, now=now):
            yield entry


def _keep(
    brand: Brand,
    kinds: Collection[CalendarKind],
    subjects: list[UUID],
    entries: Iterable[Entry],
    now: datetime,
) -> int:
    """Write what changed about these subjects. Their rows are locked: no sequence is counted twice from the same."""
    wanted = {(entry.kind, entry.subject_id): entry for entry in entries}
    with transaction.atomic():
        rows = list(
            CalendarEvent.objects.for_brand(brand)
            .filter(kind__in=kinds, subject_id__in=subjects)
            .select_for_update()
        )
        known = {(CalendarKind(row.kind), row.subject_id) for row in rows}
        changed = [
            row for row in rows if _changed(row, wanted.get((CalendarKind(row.kind), row.subject_id)), now)
        ]
        CalendarEvent.objects.bulk_update(changed, _SHOWN, batch_size=_SLICE)
        new = [CalendarEvent(brand=brand, kind=key[0], subject_id=key[1]) for key in wanted.keys() - known]
        for row in new:
            _show(row, wanted[CalendarKind(row.kind), row.subject_id], now)
        CalendarEvent.objects.bulk_create(new, batch_size=_SLICE, ignore_conflicts=True)
    return len(changed) + len(new)


def _changed(row: CalendarEvent, entry: Entry | None, now: datetime) -> bool:
    """Bring a row to what is wanted; says whether it was something else."""
    if entry is None:
        if row.cancelled_at is not None or _has_come(row, now):
            return False
        row.cancelled_at = row.changed_at = now
    elif row.digest == entry.digest and row.cancelled_at is None:
        return False
    else:
        _show(row, entry, now)
    row.sequence += 1
    return True


def _show(row: CalendarEvent, entry: Entry, now: datetime) -> None:
    row.on, row.at, row.summary, row.details = entry.on, entry.at, entry.summary, entry.details
    row.digest, row.changed_at, row.cancelled_at = entry.digest, now, None


def _has_come(row: CalendarEvent, now: datetime) -> bool:
    return row.at <= now if row.at else row.on is not None and row.on < now.date()


def _cancel(brand: Brand, kinds: Collection[CalendarKind], besides: Q, now: datetime) -> int:
    """Cancel what is to come of subjects that are over, not planned any more, or gone."""
    coming = CalendarEvent.objects.for_brand(brand).filter(
        Q(at__gt=now) | Q(on__gte=now.date()), kind__in=kinds, cancelled_at__isnull=True
    )
    return coming.exclude(besides).update(cancelled_at=now, changed_at=now, sequence=F("sequence") + 1)


def _slices(rows: models.QuerySet[Flight] | models.QuerySet[UsageRight]) -> Iterator[list]:  # type: ignore[type-arg]
    last = UUID(int=0)
    while found := list(rows.filter(pk__gt=last).order_by("pk")[:_SLICE]):
        yield found
        last = found[-1].pk
