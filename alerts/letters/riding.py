"""What rides along in a morning mail: lapses that stand, what was settled, what did not arrive.

It never causes a mail (DOMAIN.md §7: no news, no mail).
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse

from alerts.enums import AlertKind, DeliveryKind, DeliveryState, Outcome
from alerts.letters.hits import post_url
from alerts.letters.lines import one_line
from alerts.letters.sections import Line, Section
from alerts.letters.telling import Reader, still_lapsing
from alerts.models import Alert, AlertFlight, Delivery, Notice
from alerts.rules.people import EVERYBODY_FROM
from campaigns.enums import FlightStatus
from campaigns.models import Flight
from campaigns.phrases import Tone
from campaigns.rules import flight_end, flight_status
from sparktrack.core.wording import count

# What stands and is further away than this is not said again every morning.
_NEAR = timedelta(days=7)
# What was settled is said for so long, since the last morning.
SETTLED_FOR = timedelta(days=7)
_MOST_STANDING, _MOST_SETTLED = 60, 10

_RENEWED = {
    AlertKind.CODE: "the code is renewed",
    AlertKind.RIGHTS: "the rights are agreed",
    AlertKind.POST: "the post is public again",
    AlertKind.APPLY: "the replacement is applied",
}
_LOST = (DeliveryState.FAILED, DeliveryState.EXPIRED)


def _heard(reader: Reader, **sent: object) -> Exists:
    """A condition on alerts: this person was told of the lapse, at whatever step."""
    return Exists(
        Notice.objects.filter(
            user=reader.user,
            brand=OuterRef("brand"),
            alert__kind=OuterRef("kind"),
            alert__subject_id=OuterRef("subject_id"),
            alert__lapses_at=OuterRef("lapses_at"),
            **sent,
        )
    )


def standing_lapses(reader: Reader, now: datetime) -> QuerySet[Alert]:
    """Open lapses that they were told of: near ones, and those that somebody is at."""
    near = Q(lapses_at__lte=now + _NEAR)
    quiet = Q(acknowledged_at__isnull=False) | Q(snoozed_until__gt=now)
    return (
        Alert.objects.filter(near | quiet, _heard(reader), brand__in=reader.roles, closed_at=None)
        .select_related("acknowledged_by")
        .order_by("lapses_at", "pk")[:_MOST_STANDING]
    )


def is_quiet(alert: Alert, now: datetime) -> bool:
    """Whether somebody said that they are on it, or put it off; both end at the 1-day step."""
    if alert.step <= EVERYBODY_FROM:
        return False
    snoozed = alert.snoozed_until is not None and alert.snoozed_until > now
    return alert.acknowledged_at is not None or snoozed


def last_morning(delivery: Delivery) -> datetime:
    """When the morning mail before this one was made."""
    before = Delivery.objects.filter(
        user=delivery.user_id, kind=DeliveryKind.MORNING, dated_at__lt=delivery.dated_at
    )
    last = (
        before.filter(state=DeliveryState.SENT)
        .order_by("-dated_at")
        .values_list("dated_at", flat=True)
        .first()
    )
    return last or delivery.dated_at - SETTLED_FOR


def resolved_since(reader: Reader, since: datetime) -> list[tuple[Alert, list[Flight]]]:
    """What was resolved since then of what they had been told of, with the flights it had hit.

    Without what only moved: then another warning of the same kind stands.
    """
    alerts = list(
        Alert.objects.filter(
            _heard(reader, delivery__state=DeliveryState.SENT),
            brand__in=reader.roles,
            outcome=Outcome.RESOLVED,
            closed_at__gt=since,
        )
        .select_related("brand")
        .order_by("closed_at", "pk")[:_MOST_SETTLED]
    )
    flights: dict[UUID, list[Flight]] = {alert.pk: [] for alert in alerts}
    hits = AlertFlight.objects.filter(alert__in=alerts).select_related(
        "flight__post__creator", "flight__campaign"
    )
    for hit in hits.order_by("pk"):
        flights[hit.alert_id].append(hit.flight)
    lapsing = still_lapsing(flight.pk for found in flights.values() for flight in found)
    return [
        (alert, flights[alert.pk])
        for alert in alerts
        if flights[alert.pk]
        and not any((AlertKind(alert.kind), flight.pk) in lapsing for flight in flights[alert.pk])
    ]


def renewed(
    resolved: Iterable[tuple[Alert, Sequence[Flight]]], now: datetime, *, with_brand: bool
) -> list[Section]:
    """What they were told of and need not care about any more."""
    lines = [_settled(alert, flights, now, with_brand=with_brand) for alert, flights in resolved]
    if not lines:
        return []
    return [Section(title="Settled", note="nothing left to do", tone=Tone.OK, lines=lines)]


def _settled(alert: Alert, flights: Sequence[Flight], now: datetime, *, with_brand: bool) -> Line:
    """One lapse that is no more: renewed, or its flights do not run any more."""
    states = {_status(flight, now) for flight in flights}
    said = _RENEWED[AlertKind(alert.kind)]
    if states <= {FlightStatus.ENDED}:
        said = "the flight has ended"
    elif states <= {FlightStatus.ENDED, FlightStatus.PAUSED}:
        said = "the flight is paused"
    elif states <= {FlightStatus.ENDED, FlightStatus.PAUSED, FlightStatus.UNPLANNED}:
        said = "the flight has no dates any more"
    elif all(_ends_before(flight, alert) for flight in flights):
        said = "the flight ends before it"
    posts = {flight.post_id: flight.post for flight in flights}
    post = flights[0].post
    brand = alert.brand
    campaigns = dict.fromkeys(one_line(flight.campaign.name, 60) for flight in flights)
    return Line(
        post=one_line(str(post), 80) if len(posts) == 1 else count(len(posts), "post"),
        handle=f"@{post.creator.handle}",
        when=f"{said[0].upper()}{said[1:]}",
        about=" · ".join(
            filter(None, (one_line(brand.name, 60) if with_brand else "", ", ".join(campaigns)))
        ),
        a_day="",
        url=post_url(brand, post.pk),
    )


def _ends_before(flight: Flight, alert: Alert) -> bool:
    end = flight_end(flight.ends_at, flight.ended_at)
    return end is not None and end <= alert.lapses_at


def _status(flight: Flight, now: datetime) -> FlightStatus:
    return flight_status(
        starts_at=flight.starts_at,
        ends_at=flight.ends_at,
        launched_at=flight.launched_at,
        paused_at=flight.paused_at,
        ended_at=flight.ended_at,
        now=now,
    )


def lost(reader: Reader, delivery: Delivery, since: datetime) -> list[Section]:
    """Messages to this person that did not arrive."""
    failed = (
        Delivery.objects.filter(user=reader.user, state__in=_LOST, finished_at__gt=since)
        .exclude(pk=delivery.pk)
        .count()
    )
    if not failed:
        return []
    line = Line(
        post=f"{count(failed, 'message')} to you did not arrive",
        handle="",
        when="What they were about is in your alerts.",
        about="",
        a_day="",
        url=settings.SITE_URL + reverse("my-alerts"),
    )
    return [Section(title="Not delivered", note="", tone=Tone.WARN, lines=[line])]
