"""What a morning's mail is made of: whose mornings were made, what waits for them, what is said again."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet

from alerts.enums import AlertKind, DeliveryKind, DeliveryState, Form
from alerts.models import Alert, AlertFlight, Delivery, Heartbeat, Notice
from alerts.queries.people import morning_key, people
from alerts.rules.mornings import CLOCKS_DIFFER, MADE_UP_FOR, due_day, is_working_day, next_morning
from alerts.rules.people import EVERYBODY_FROM, HitFlight
from authorizations.models import PostGap

# Beats when all mornings up to its instant were made (operations.mornings).
MORNINGS = "mornings_made"
# Longer than from one working morning to the next.
_FAR = timedelta(days=5)
# Nothing is said by a mail in these states. (A cancelled one had nothing to say.)
_LOST = (DeliveryState.FAILED, DeliveryState.EXPIRED)


@dataclass(slots=True)
class Again:
    """An open alert that is said again this morning, and the flights that it is said for."""

    alert: Alert
    must_pause: bool
    flights: list[HitFlight] = field(default_factory=list)


def mornings_made_until(*, now: datetime) -> datetime:
    """The instant up to which every morning was made.

    If none ever was, or the clock was far ahead when they were, those worth making up are open.
    """
    made = Heartbeat.objects.filter(name=MORNINGS).values_list("at", flat=True).first()
    return now - MADE_UP_FOR if made is None or made > now + CLOCKS_DIFFER else made


def without_mail(days: Mapping[UUID, date]) -> set[UUID]:
    """Of these people those who have no mail of their local day yet; one query."""
    made = Delivery.objects.filter(
        user__in=days, kind=DeliveryKind.MORNING, key__in={morning_key(day) for day in days.values()}
    ).values_list("user_id", "key")
    with_mail = {user_id for user_id, key in made if key == morning_key(days[user_id])}
    return days.keys() - with_mail


def next_rounds(user_ids: Collection[UUID], *, now: datetime) -> dict[UUID, datetime]:
    """The next working morning on which each of these people can still be told something; three queries.

    It is ``now`` for whom this day's morning has begun and is yet to be made.
    """
    found = people(user_ids)
    since = mornings_made_until(now=now)
    begun = {user_id: due_day(now, person.hours, since=since) for user_id, person in found.items()}
    days = {user_id: day for user_id, day in begun.items() if day is not None and is_working_day(day)}
    due = without_mail(days)
    return {
        user_id: now if user_id in due else next_morning(now, person.hours, working=True)
        for user_id, person in found.items()
    }


def lost(user_ids: Collection[UUID], *, since: datetime, now: datetime) -> list[Notice]:
    """What mails made after ``since`` should have told these people, and never will; three queries.

    The alerts are open, and nothing was said of them to the same person later.
    """
    mails = Delivery.objects.filter(
        Q(state__in=_LOST) | Q(state=DeliveryState.DUE, send_before__lte=now),
        user__in=user_ids,
        dated_at__gt=since,
    ).values_list("pk", flat=True)
    ids = list(mails)
    if not ids:
        return []
    found = list(Notice.objects.filter(delivery__in=ids, alert__closed_at=None).select_related("alert"))
    last = last_heard({notice.alert_id for notice in found}, user_ids)
    return [each for each in found if each.created_at == last[each.alert_id, each.user_id]]


def waiting(user_ids: Collection[UUID]) -> QuerySet[Notice]:
    """What these people are to hear of open alerts, without a message yet."""
    return Notice.objects.filter(user__in=user_ids, delivery=None, alert__closed_at=None).select_related(
        "alert"
    )


def late_rounds(*, now: datetime) -> QuerySet[Notice]:
    """Warnings that wait for a round although the lapse is near enough to ask whether that comes in time.

    And those that were to be told at once: they did not hold when their message was written.
    """
    near = Q(form=Form.ROUND, alert__step__gt=0, alert__lapses_at__lt=now + _FAR)
    return Notice.objects.filter(
        near | Q(form=Form.AT_ONCE), delivery=None, alert__closed_at=None
    ).select_related("alert")


def flights_of(alert_ids: Collection[UUID]) -> list[tuple[UUID, HitFlight]]:
    """The flights that these alerts hit, with who answers for them; one query."""
    rows = AlertFlight.objects.filter(alert__in=alert_ids).values_list(
        "alert_id",
        "flight_id",
        "flight__buyer_id",
        "flight__campaign__buyer_id",
        "flight__post__creator__manager_id",
    )
    return [(alert_id, HitFlight(*about)) for alert_id, *about in rows]


def last_heard(alert_ids: Collection[UUID], user_ids: Collection[UUID]) -> dict[tuple[UUID, UUID], datetime]:
    """By alert and person: when the last notice was made; one query."""
    rows = Notice.objects.filter(alert__in=alert_ids, user__in=user_ids)
    last = rows.order_by().values("alert_id", "user_id").annotate(last=Max("created_at"))
    return {(row["alert_id"], row["user_id"]): row["last"] for row in last}


def said_again(brand_ids: Collection[UUID], *, now: datetime) -> list[Again]:
    """The open alerts of these brands that a morning says again, each with its flights; two queries.

    Those of flights that run without rights now: TikTok does not stop them, so it is said until they are paused. And
    those whose snooze is over, unless somebody acknowledged them since or their last day has come.
    """
    open_alerts = Alert.objects.filter(brand__in=brand_ids, closed_at=None)
    without_rights = PostGap.objects.filter(
        Q(starts_at=None) | Q(starts_at__lte=now),
        Q(ends_at=None) | Q(ends_at__gt=now),
        brand=OuterRef("brand"),
        post=OuterRef("flight__post"),
        stops_itself=False,
    )
    runs = AlertFlight.objects.filter(flight__paused_at=None).filter(
        Q(flight__ends_at=None) | Q(flight__ends_at__gt=now),
        Q(flight__ended_at=None) | Q(flight__ended_at__gt=now),
    )
    to_pause = runs.filter(
        Exists(without_rights),
        alert__in=open_alerts.filter(kind=AlertKind.RIGHTS, step__lte=0),
        flight__starts_at__lte=now,
    )
    woken = runs.filter(
        alert__in=open_alerts.filter(acknowledged_at=None, snoozed_until__lte=now, step__gt=EVERYBODY_FROM)
    )
    found: dict[UUID, Again] = {}
    for hits, must_pause in ((to_pause, True), (woken, False)):
        for hit in hits.select_related("alert").annotate(
            buyer_id=F("flight__buyer"),
            campaign_buyer_id=F("flight__campaign__buyer"),
            manager_id=F("flight__post__creator__manager"),
        ):
            again = found.setdefault(hit.alert_id, Again(hit.alert, must_pause))
            again.flights.append(
                HitFlight(hit.flight_id, hit.buyer_id, hit.campaign_buyer_id, hit.manager_id)
            )
    return list(found.values())
