"""Who hears of alerts that were raised or reopened, or that hit one more flight: rows not stored yet."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from alerts.enums import AlertKind, DeliveryState, Form, Outcome, Wish
from alerts.models import Alert, Delivery, Notice
from alerts.queries.mornings import next_rounds
from alerts.queries.people import teams, wishes_of
from alerts.rules.mornings import is_in_time
from alerts.rules.people import EVERYBODY_FROM, HitFlight, form_of, hearers
from sparktrack.core.bulk import insert_columns
from sparktrack.core.ids import uuid7

__all__ = ["HitFlight", "NewNotice", "RaisedAlert", "notices_for", "store_notices"]

# Below the number of parameters that SQLite takes in one query.
_SLICE = 900
_Lapse = tuple[UUID, str, UUID, datetime]


@dataclass(frozen=True, slots=True)
class RaisedAlert:
    """An open alert that people are to hear of, and the flights it hits; it need not be stored yet."""

    alert: Alert
    flights: Sequence[HitFlight]


@dataclass(slots=True)
class NewNotice:
    """A notice that is not on file yet, in the words of the model: a pass may make tens of thousands."""

    alert: Alert
    user_id: UUID
    form: Form
    repeat_on: date | None
    created_at: datetime
    delivery: Delivery | None = None

    @property
    def alert_id(self) -> UUID:
        """The alert that is to be heard of."""
        return self.alert.pk

    @property
    def delivery_id(self) -> UUID | None:
        """The message that tells it, if it goes at once."""
        return self.delivery.pk if self.delivery else None


def notices_for(
    found: Sequence[RaisedAlert],
    *,
    now: datetime,
    anew: Collection[UUID] = (),
    fresh: Collection[UUID] = (),
) -> list[Notice | NewNotice]:
    """The first notices of these alerts, for people who have none yet; they are not stored (``store_notices`` does).

    Among them are notices on file that no message told because the alert had not held at that moment. Of the alerts
    ``anew`` everybody hears once more; of those ``fresh`` in this pass nobody can have a notice yet.
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
    told, unsaid = _told([alert for alert in alerts if alert.pk not in anew and alert.pk not in fresh])
    told |= set(
        Notice.objects.filter(alert__in=anew, repeat_on=now.date()).values_list("alert_id", "user_id")
    )
    informed = set(_informed([alert for alert in alerts if is_quiet(alert, now)]))
    wanted: list[tuple[Alert, dict[UUID, bool]]] = []
    user_ids: set[UUID] = set()
    alike: dict[tuple[object, ...], dict[UUID, bool]] = {}
    for each in found:
        alert, lapse = each.alert, _lapse(each.alert)
        # Of ten thousand lapses at once nearly all are about the same few people.
        answering = tuple(flight.people for flight in each.flights)
        case = alert.brand_id, alert.kind, alert.step, lapse in acknowledged, answering
        if case not in alike:
            alike[case] = hearers(
                AlertKind(alert.kind),
                alert.step,
                each.flights,
                by_brand[alert.brand_id],
                acknowledged=lapse in acknowledged,
            )
        people = alike[case]
        if told or informed:
            people = {
                user_id: own
                for user_id, own in people.items()
                if (alert.pk, user_id) not in told
                and ((*lapse, user_id) not in informed or (alert.pk, user_id) in unsaid)
            }
        wanted.append((alert, people))
        user_ids |= people.keys()
    wishes = wishes_of(user_ids)
    rounds = next_rounds(user_ids, now=now)
    notices: list[Notice | NewNotice] = []
    for alert, people in wanted:
        kind, repeat_on = AlertKind(alert.kind), now.date() if alert.pk in anew else None
        for user_id, own in people.items():
            if user_id not in rounds:  # who left a moment ago
                continue
            wish = wishes.get((user_id, kind), Wish.USUAL)
            in_round = rounds[user_id] <= now or is_in_time(rounds[user_id], alert.lapses_at)
            form = form_of(alert.step, wish, own=own, in_round=in_round)
            if form is None:
                continue
            known = unsaid.get((alert.pk, user_id)) if unsaid else None
            if known is None:
                notices.append(NewNotice(alert, user_id, form, repeat_on, now))
            else:
                known.alert, known.form, known.delivery = alert, form, None
                notices.append(known)
    return notices


def store_notices(notices: Sequence[Notice | NewNotice]) -> None:
    """Store what ``notices_for`` found, after ``make_deliveries`` has set who is told at once by which message."""
    known = [notice for notice in notices if isinstance(notice, Notice)]
    new = [notice for notice in notices if isinstance(notice, NewNotice)]
    if new:
        insert_columns(
            Notice,
            {
                "id": [uuid7() for _ in new],
                "brand_id": [notice.alert.brand_id for notice in new],
                "alert_id": [notice.alert.pk for notice in new],
                "user_id": [notice.user_id for notice in new],
                "form": [notice.form for notice in new],
                "repeat_on": [notice.repeat_on for notice in new],
                "delivery_id": [notice.delivery_id for notice in new],
                "created_at": [notice.created_at for notice in new],
            },
        )
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
