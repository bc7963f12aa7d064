"""What an open alert stands for now: the flights that its lapse still hits, judged afresh."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from alerts.enums import AlertKind
from alerts.models import Alert, AlertFlight
from alerts.queries.lapses import lapses_of
from alerts.rules.sides import one_side
from authorizations.enums import Reason
from authorizations.models import PostGap, UsageRight
from authorizations.rules import Gap, clip
from brands.models import Brand
from campaigns.enums import FlightStatus
from campaigns.models import Flight
from campaigns.queries.lines import FlightLine, flight_lines

_ABOUT = ("post__creator__manager", "post__brief", "campaign__buyer", "buyer", "ad_account")
# Of more alerts, campaigns, people and accounts are read once each, by queries of their own, not once a flight.
_MANY = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class HitLine:
    """A flight that the lapse hits; its post, creator, campaign, buyer and ad account are loaded.

    ``line``: its verdict by everything that is missing; ``apply_by`` is set for an alert of that kind. ``gap``: what
    this side alone lacks, from now or the start of the flight on, until its end; None where a replacement is to be
    applied. ``fails_at``: when it fails first on this side; at or before now: it does.
    """

    line: FlightLine
    gap: Gap | None
    fails_at: datetime

    @property
    def flight(self) -> Flight:
        """The flight."""
        return self.line.flight

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Why this side fails then."""
        return self.gap.reasons if self.gap else ()

    @property
    def stops_itself(self) -> bool:
        """Whether TikTok stops the ad; False: a person must pause it."""
        return self.gap is None or self.gap.stops_itself

    @property
    def is_running(self) -> bool:
        """Whether it is live now."""
        return self.line.status is FlightStatus.LIVE


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """An alert and the flights that it still hits, those that spend most first; none: nothing of it holds.

    ``right``: the right that ends, where the alert is about one that is still on file.
    """

    alert: Alert
    brand: Brand
    hits: tuple[HitLine, ...]
    right: UsageRight | None

    @property
    def kind(self) -> AlertKind:
        """What must be renewed or done."""
        return AlertKind(self.alert.kind)

    @property
    def holds(self) -> bool:
        """Whether any flight is still hit."""
        return bool(self.hits)

    @property
    def a_day(self) -> dict[str, Decimal]:
        """What the flights spend a day, by currency; flights without a known spend add nothing."""
        found: dict[str, Decimal] = {}
        for hit in self.hits:
            if hit.line.daily_spend:
                found[hit.line.currency] = found.get(hit.line.currency, Decimal(0)) + hit.line.daily_spend
        return found

    def must_pause(self, *, now: datetime) -> tuple[HitLine, ...]:
        """The live flights that run without rights at ``now``: a person must pause them."""
        if self.kind is not AlertKind.RIGHTS:
            return ()
        return tuple(hit for hit in self.hits if hit.is_running and hit.fails_at <= now)


def standing(alerts: Collection[Alert], *, now: datetime) -> dict[UUID, Standing]:
    """What each of these alerts, of any brands, still hits at ``now``; the same number of queries for one as for 500.

    A flight is hit while its side fails at the instant of the alert or, once that has passed, now.
    """
    brands = Brand.objects.in_bulk({alert.brand_id for alert in alerts})
    flights, loaded = _hits([alert.pk for alert in alerts])
    fails = lapses_of(brands, loaded, now=now)
    gaps = _gaps(brands, {flight.post_id for flight in loaded.values()}, now)
    rights = UsageRight.objects.filter(brand__in=brands).in_bulk(
        {alert.subject_id for alert in alerts if alert.kind == AlertKind.RIGHTS}
    )
    lines = {
        line.flight.pk: line
        for brand in brands.values()
        for line in flight_lines(
            brand, (flight for flight in loaded.values() if flight.brand_id == brand.pk), gaps, now=now
        )
    }
    found = {}
    for alert in alerts:
        kind = AlertKind(alert.kind)
        hits = [
            _hit(lines[flight_id], kind, gaps.get(loaded[flight_id].post_id, ()), fails_at, now)
            for flight_id in flights.get(alert.pk, ())
            if (fails_at := fails.get((flight_id, kind))) is not None and is_hit(alert, fails_at, now)
        ]
        hits.sort(key=lambda hit: (-(hit.line.daily_spend or 0), hit.flight.pk))
        found[alert.pk] = Standing(
            alert=alert, brand=brands[alert.brand_id], hits=tuple(hits), right=rights.get(alert.subject_id)
        )
    return found


def _hits(alert_ids: Collection[UUID]) -> tuple[dict[UUID, list[UUID]], dict[UUID, Flight]]:
    """The flights that each of these alerts was about, and all of them loaded with what letters say of them."""
    rows = AlertFlight.objects.filter(alert__in=alert_ids)
    if len(alert_ids) <= _MANY:
        hits = [
            (hit.alert_id, hit.flight) for hit in rows.select_related(*(f"flight__{name}" for name in _ABOUT))
        ]
    else:
        pairs = list(rows.values_list("alert_id", "flight_id"))
        found = Flight.objects.select_related("post__creator").prefetch_related(*_ABOUT)
        known = {flight.pk: flight for flight in found.filter(pk__in={pk for _, pk in pairs})}
        # A flight may have been deleted a moment ago.
        hits = [(alert_id, known[pk]) for alert_id, pk in pairs if pk in known]
    flights: dict[UUID, list[UUID]] = {}
    for alert_id, flight in hits:
        flights.setdefault(alert_id, []).append(flight.pk)
    return flights, {flight.pk: flight for _, flight in hits}


def is_hit(alert: Alert, fails_at: datetime, now: datetime) -> bool:
    """Whether a flight is hit whose side fails first at ``fails_at``; the same as in alerts.lapses_sql, ``stale``."""
    return fails_at == alert.lapses_at or (fails_at <= now and alert.lapses_at <= now)


def _hit(
    line: FlightLine, kind: AlertKind, gaps: Iterable[Gap], fails_at: datetime, now: datetime
) -> HitLine:
    if kind is AlertKind.APPLY:
        return HitLine(line=replace(line, apply_by=fails_at), gap=None, fails_at=fails_at)
    begin = max(now, line.starts_at) if line.starts_at else now
    first = clip(one_side(gaps, kind), begin, line.ends_at)
    return HitLine(line=line, gap=first[0] if first else None, fails_at=fails_at)


def _gaps(brands: Collection[UUID], posts: Collection[UUID], now: datetime) -> dict[UUID, list[Gap]]:
    rows = PostGap.objects.filter(brand__in=brands, post__in=posts).overlapping(now, None)
    found: dict[UUID, list[Gap]] = {}
    for post, start, end, reasons in rows.values_list("post_id", "starts_at", "ends_at", "reasons"):
        found.setdefault(post, []).append(Gap(start, end, tuple(map(Reason, reasons.split(",")))))
    for of_post in found.values():
        of_post.sort(key=lambda gap: (gap.starts_at is not None, gap.starts_at))
    return found
