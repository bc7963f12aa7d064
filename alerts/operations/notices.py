"""Who hears of alerts that were raised or reopened, or that hit one more flight: rows not stored yet."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from alerts.enums import AlertKind, DeliveryState, Form, Outcome, Wish
from alerts.models import Alert, Notice
from alerts.queries.mornings import next_rounds
from alerts.queries.people import teams, wishes_of
from alerts.rules.mornings import is_in_time
from alerts.rules.people import EVERYBODY_FROM, HitFlight, form_of, hearers
from sparktrack.core.bulk import insert

__all__ = ["HitFlight", "RaisedAlert", "notices_for", "store_notices"]

# Below the number of parameters that SQLite takes in one query.
_SLICE = 900
_Lapse = tuple[UUID, str, UUID, datetime]


@dataclass(frozen=True, slots=True)
class RaisedAlert:
    """An open alert that people are to hear of, and the flights it hits; it need not be stored yet."""

    alert: Alert
    flights: Sequence[HitFlight]


def notices_for(found: Sequence[RaisedAlert], *, now: datetime, anew: Collection[UUID] = ()) -> list[Notice]:
    """The first notices of these alerts, for people who have none yet; they are not stored (``store_notices`` does).

    Among them are notices on file that no message told because the alert had not held at that moment. Of the alerts
    ``anew`` everybody hears once more.
    Warnings that come with the next morning round do if it is in time, and go at once if not: nobody has to say that
    they are late. While a lapse is acknowledged or snoozed (the alert says so) tighter steps are quiet for those who
    had heard of it before; both end at the 1-day step. The number of queries depends on the number of alerts only by
    slices of 900.
    """
    if not found:
        return []
    alerts = [each.alert for each in found]
    by_brand = teams({alert.brand_id for alert in alerts}, now=now)
    acknowledged = _acknowledged(alerts)
    told, unsaid = _told([alert for alert in alerts if alert.pk not in anew])
    told |= set(
        Notice.objects.filter(alert__in=anew, repeat_on=now.date()).values_list("alert_id", "user_id")
    )
    informed = set(_informed([alert for alert in alerts if is_quiet(alert, now)]))
    wanted: list[tuple[Alert, UUID, bool]] = []
    for each in found:
        alert = each.alert
        people = hearers(
            AlertKind(alert.kind),
            alert.step,
            each.flights,
            by_brand[alert.brand_id],
            acknowledged=_lapse(alert) in acknowledged,
        )
        wanted += [
            (alert, user_id, own)
            for user_id, own in people.items()
            if (alert.pk, user_id) not in told
            and ((*_lapse(alert), user_id) not in informed or (alert.pk, user_id) in unsaid)
        ]
    user_ids = {user_id for _, user_id, _ in wanted}
    wishes = wishes_of(user_ids)
    rounds = next_rounds(user_ids, now=now)
    notices = []
    for alert, user_id, own in wanted:
        if user_id not in rounds:  # who left a moment ago
            continue
        wish = wishes.get((user_id, AlertKind(alert.kind)), Wish.USUAL)
        in_round = rounds[user_id] <= now or is_in_time(rounds[user_id], alert.lapses_at)
        form = form_of(alert.step, wish, own=own, in_round=in_round)
        if form is None:
            continue
        notice = unsaid.get((alert.pk, user_id)) or Notice(
            brand_id=alert.brand_id,
            user_id=user_id,
            repeat_on=now.date() if alert.pk in anew else None,
            created_at=now,
        )
        notice.alert, notice.form, notice.delivery = alert, form, None
        notices.append(notice)
    return notices


def store_notices(notices: Sequence[Notice]) -> None:
    """Store what ``notices_for`` found, after ``make_deliveries`` has set who is told at once by which message."""
    known = [notice for notice in notices if not notice._state.adding]
    insert([notice for notice in notices if notice._state.adding])
    Notice.objects.bulk_update(known, ["form", "delivery"], batch_size=_SLICE)


def is_quiet(alert: Alert, now: datetime) -> bool:
    """Whether somebody took the lapse upon them, or put it off: then it is not said again before the last day."""
    if alert.step <= EVERYBODY_FROM:
        return False
    snoozed = alert.snoozed_until is not None and alert.snoozed_until > now
    return alert.acknowledged_at is not None or snoozed


def _lapse(alert: Alert) -> _Lapse:
    return alert.brand_id, str(alert.kind), alert.subject_id, alert.lapses_at


def _acknowledged(alerts: Sequence[Alert]) -> set[_Lapse]:
    """The lapses, of those that are a day away, that somebody had at the step before; it may have been taken back."""
    last = [alert for alert in alerts if alert.step == EVERYBODY_FROM]
    latest: dict[_Lapse, datetime | None] = {}
    for part in _slices([alert.subject_id for alert in last]):
        for *lapse, acknowledged_at in (
            Alert.objects.filter(
                brand__in={alert.brand_id for alert in last}, subject_id__in=part, step__gt=EVERYBODY_FROM
            )
            .exclude(outcome=Outcome.SKIPPED)
            .order_by("-step")
            .values_list("brand_id", "kind", "subject_id", "lapses_at", "acknowledged_at")
        ):
            latest[lapse[0], lapse[1], lapse[2], lapse[3]] = acknowledged_at
    return {lapse for lapse, acknowledged_at in latest.items() if acknowledged_at is not None}


def _told(alerts: Sequence[Alert]) -> tuple[set[tuple[UUID, UUID]], dict[tuple[UUID, UUID], Notice]]:
    """By alert and person: who has a first notice, and apart from them those that were to be told at once and were not.

    Their message was cancelled, or left them out: the alert did not hold when it was written.
    """
    told: set[tuple[UUID, UUID]] = set()
    unsaid: dict[tuple[UUID, UUID], Notice] = {}
    for part in _slices([alert.pk for alert in alerts]):
        for notice in Notice.objects.filter(alert__in=part, repeat_on=None).select_related("delivery"):
            delivery = notice.delivery
            if notice.form == Form.AT_ONCE and (
                delivery is None or delivery.state == DeliveryState.CANCELLED
            ):
                unsaid[notice.alert_id, notice.user_id] = notice
            else:
                told.add((notice.alert_id, notice.user_id))
    return told, unsaid


def _informed(alerts: Sequence[Alert]) -> Iterator[tuple[UUID, str, UUID, datetime, UUID]]:
    """Lapse and person where somebody was told of any step of these lapses."""
    for part in _slices([alert.subject_id for alert in alerts]):
        yield from Notice.objects.filter(
            brand__in={alert.brand_id for alert in alerts},
            alert__subject_id__in=part,
            delivery__isnull=False,
        ).values_list("brand_id", "alert__kind", "alert__subject_id", "alert__lapses_at", "user_id")


def _slices(ids: Iterable[UUID]) -> Iterator[list[UUID]]:
    wanted = list(dict.fromkeys(ids))
    return (wanted[start : start + _SLICE] for start in range(0, len(wanted), _SLICE))
