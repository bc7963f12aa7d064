"""Alerts as lines of a page: the flights they hit, judged by the side that lapses, money, whose move it is.

Constantly many queries, over as many brands as there are.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import Count, F, Q, Sum, Window
from django.db.models.functions import RowNumber

from alerts.enums import AlertKind, AlertState, Form
from alerts.models import Alert, AlertFlight, Notice
from alerts.queries.people import teams
from alerts.rules.people import Team
from alerts.rules.sides import one_side
from authorizations.enums import Reason
from authorizations.models import PostGap
from authorizations.rules import Gap
from brands.models import Brand, User
from campaigns.enums import FlightStatus
from campaigns.models import Flight
from campaigns.queries.lines import FlightLine, flight_lines

# Flights that a line names; the rest is counted.
FIRST_HITS = 5

_FLIGHT = ("post__creator", "campaign__buyer", "buyer", "ad_account")


@dataclass(frozen=True, slots=True)
class Money:
    """What flights spend a day, in one currency."""

    currency: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Hearer:
    """Somebody who was told of an alert, or will be."""

    user: User
    form: Form
    is_told: bool


@dataclass(frozen=True, slots=True)
class AlertLine:
    """An alert with what it hits.

    ``lines``: the first flights (those that still run come first), judged by this side only; ``hits``: how many there
    are. ``a_day``: what those of them that are neither paused nor ended spend a day. ``mover``: whose move it is,
    None = the admins of the brand. ``hearers``: who hears of this step.
    """

    alert: Alert
    brand: Brand
    state: AlertState
    lines: Sequence[FlightLine]
    hits: int
    a_day: Sequence[Money]
    mover: User | None
    hearers: Sequence[Hearer]

    @property
    def kind(self) -> AlertKind:
        """What must be renewed or done."""
        return AlertKind(self.alert.kind)

    @property
    def lead(self) -> FlightLine | None:
        """The flight that the line speaks of; None if all were deleted."""
        return self.lines[0] if self.lines else None

    @property
    def more(self) -> int:
        """How many flights it hits besides those that are named."""
        return self.hits - len(self.lines)

    @property
    def to_pause(self) -> list[FlightLine]:
        """The flights that run without rights now: a person must pause them in Ads Manager."""
        if self.kind is not AlertKind.RIGHTS:
            return []
        return [line for line in self.lines if line.status is FlightStatus.LIVE and line.blocked_since]


def state_of(alert: Alert, *, now: datetime) -> AlertState:
    """The state of an alert at ``now``; a snooze counts before an acknowledgement."""
    if alert.closed_at is not None:
        return AlertState.CLOSED
    if alert.snoozed_until is not None and alert.snoozed_until > now:
        return AlertState.SNOOZED
    return AlertState.ACKNOWLEDGED if alert.acknowledged_at is not None else AlertState.OPEN


def is_in(state: AlertState, *, now: datetime) -> Q:
    """The same as a condition on alerts."""
    if state is AlertState.CLOSED:
        return Q(closed_at__isnull=False)
    is_open, snoozed = Q(closed_at__isnull=True), Q(snoozed_until__gt=now)
    if state is AlertState.SNOOZED:
        return is_open & snoozed
    awake = is_open & (Q(snoozed_until__isnull=True) | Q(snoozed_until__lte=now))
    return awake & Q(acknowledged_at__isnull=state is AlertState.OPEN)


def alert_lines(
    alerts: Sequence[Alert], brands: Collection[Brand], *, now: datetime, flights: int = FIRST_HITS
) -> list[AlertLine]:
    """The lines of ``alerts`` (their users loaded) of these brands, in their order; seven queries."""
    by_id = {brand.pk: brand for brand in brands}
    named = _named_flights(alerts, flights)
    gaps = _gaps(by_id, {flight.post_id for hits in named.values() for flight in hits}, after=now)
    sums, heard, by_brand = _sums(alerts, by_id), _hearers(alerts), teams(by_id, now=now)
    movers = {
        alert.pk: _mover_id(AlertKind(alert.kind), named.get(alert.pk, ()), by_brand[alert.brand_id])
        for alert in alerts
    }
    users = User.objects.in_bulk({pk for pk in movers.values() if pk is not None})
    found = []
    for alert in alerts:
        brand, kind, hits = by_id[alert.brand_id], AlertKind(alert.kind), named.get(alert.pk, [])
        sum_ = sums.get(alert.pk, _Sum())
        sided = {flight.post_id: one_side(gaps.get(flight.post_id, ()), kind) for flight in hits}
        lines = flight_lines(brand, hits, sided, now=now)
        found.append(
            AlertLine(
                alert=alert,
                brand=brand,
                state=state_of(alert, now=now),
                lines=[replace(line, apply_by=alert.lapses_at) for line in lines]
                if kind is AlertKind.APPLY
                else lines,
                hits=sum_.flights,
                a_day=[Money(currency, amount) for currency, amount in sorted(sum_.a_day.items())],
                mover=users.get(mover) if (mover := movers[alert.pk]) is not None else None,
                hearers=heard.get(alert.pk, []),
            )
        )
    return found


def _named_flights(alerts: Sequence[Alert], most: int) -> dict[UUID, list[Flight]]:
    """The first flights of each alert: those that may run before paused ones, those before ended ones."""
    place = Window(
        RowNumber(),
        partition_by="alert",
        order_by=(
            F("flight__ended_at").asc(nulls_first=True),
            F("flight__paused_at").asc(nulls_first=True),
            F("flight__starts_at").asc(),
            F("flight").asc(),
        ),
    )
    first = AlertFlight.objects.filter(alert__in=alerts).annotate(place=place).filter(place__lte=most)
    pairs = list(first.order_by("alert", "place").values_list("alert_id", "flight_id"))
    flights = {
        flight.pk: flight
        for flight in Flight.objects.filter(pk__in={flight for _, flight in pairs}).select_related(*_FLIGHT)
    }
    found: dict[UUID, list[Flight]] = {}
    for alert, flight in pairs:
        if flight in flights:
            found.setdefault(alert, []).append(flights[flight])
    return found


def _gaps(brands: Collection[UUID], posts: Collection[UUID], *, after: datetime) -> dict[UUID, list[Gap]]:
    rows = PostGap.objects.filter(brand__in=brands, post__in=posts).overlapping(after, None)
    found: dict[UUID, list[Gap]] = {}
    for post, start, end, reasons in rows.values_list("post_id", "starts_at", "ends_at", "reasons"):
        found.setdefault(post, []).append(Gap(start, end, tuple(map(Reason, reasons.split(",")))))
    for gaps in found.values():
        gaps.sort(key=lambda gap: (gap.starts_at is not None, gap.starts_at))
    return found


@dataclass(slots=True)
class _Sum:
    flights: int = 0
    a_day: dict[str, Decimal] = field(default_factory=dict)


def _sums(alerts: Sequence[Alert], brands: dict[UUID, Brand]) -> dict[UUID, _Sum]:
    """How many flights each alert hits, and what those that go on spend a day."""
    spends = Q(flight__paused_at__isnull=True, flight__ended_at__isnull=True)
    rows = (
        AlertFlight.objects.filter(alert__in=alerts)
        .values("alert_id", "brand_id", "flight__ad_account__currency")
        .annotate(flights=Count("pk"), a_day=Sum("flight__daily_spend", filter=spends))
        .order_by()
        .values_list("alert_id", "brand_id", "flight__ad_account__currency", "flights", "a_day")
    )
    found: dict[UUID, _Sum] = {}
    for alert, brand, of_account, flights, a_day in rows:
        known = found.setdefault(alert, _Sum())
        known.flights += flights
        if a_day:
            currency = of_account or brands[brand].currency
            known.a_day[currency] = known.a_day.get(currency, Decimal(0)) + a_day
    return found


def _mover_id(kind: AlertKind, flights: Sequence[Flight], team: Team) -> UUID | None:
    """The manager of the creator renews, the buyer applies; else who stands next to it (DOMAIN.md §7)."""
    for flight in flights:
        manager = team.answering(flight.post.creator.manager_id)
        buyer = team.answering(flight.buyer_id) or team.answering(flight.campaign.buyer_id)
        found = (buyer or manager) if kind is AlertKind.APPLY else (manager or buyer)
        if found is not None:
            return found
    return None


def _hearers(alerts: Sequence[Alert]) -> dict[UUID, list[Hearer]]:
    """Who hears of each alert for the first time, by name."""
    notices = Notice.objects.filter(alert__in=alerts, repeat_on__isnull=True).select_related(
        "user", "delivery"
    )
    found: dict[UUID, list[Hearer]] = {}
    for notice in sorted(notices, key=lambda each: str(each.user)):
        is_told = notice.delivery is not None and notice.delivery.state == "sent"
        found.setdefault(notice.alert_id, []).append(Hearer(notice.user, Form(notice.form), is_told))
    return found
