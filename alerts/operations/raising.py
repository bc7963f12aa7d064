"""Raising alerts: what lapses and was not told yet, what holds no more (DOMAIN.md §7, docs/decisions/021).

Safe at any time and any number of times at once: the statement that looks leaves out what was raised, unique keys
decide between two who raise the same, and rows that somebody else holds are left for the next pass.
"""

import logging
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from itertools import islice
from typing import TypeVar
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.db.models import Count, QuerySet

from alerts.enums import AlertKind, DeliveryState, Outcome
from alerts.models import Alert, AlertFlight, Delivery, Notice
from alerts.operations.messages import RAISED, REOPENED, RESOLVED, make_deliveries, tell_channels
from alerts.operations.notices import RaisedAlert, notices_for, store_notices
from alerts.queries.lapses import News, Part, StaleHit, Untold, news_of, parts
from alerts.queries.summaries import speaks_of, summaries_to_chats
from alerts.rules.people import EVERYBODY_FROM
from alerts.rules.steps import is_skipped
from sparktrack.core.bulk import insert_new, insert_new_columns
from sparktrack.core.ids import uuid7
from sparktrack.core.planner import count_tables

T = TypeVar("T")
_logger = logging.getLogger(__name__)

# Below the number of parameters that SQLite takes in one query.
_SLICE = 900
# After so many alerts at once the next pass would go by what PostgreSQL knew of the tables before.
_MANY = 1000
# Who resumes a flight after a shorter pause need not be told again why it does not run.
_JUST_NOW = timedelta(hours=1)
# The message was accepted, or may have been.
_SAID = (DeliveryState.SENT, DeliveryState.SENDING)
# What a tighter step takes over from the one before it, until the last day.
_SAID_BY_PEOPLE = (
    "acknowledged_at",
    "acknowledged_by_id",
    "snoozed_until",
    "snoozed_by_id",
    "snooze_reason",
)

_Key = tuple[UUID, AlertKind, UUID, datetime]


@dataclass(slots=True)
class Raised:
    """What one pass did, in numbers of alerts; ``attached``: flights that open alerts hit, too."""

    raised: int = 0
    reopened: int = 0
    skipped: int = 0
    superseded: int = 0
    attached: int = 0
    resolved: int = 0
    cancelled: int = 0
    notices: int = 0
    deliveries: int = 0

    def __add__(self, other: "Raised") -> "Raised":
        """Both together."""
        return Raised(*(getattr(self, each.name) + getattr(other, each.name) for each in fields(Raised)))


@dataclass(slots=True)
class _Lapse:
    """What is to become one alert: a step of a lapse, and the flights that it hits."""

    brand_id: UUID
    kind: AlertKind
    subject_id: UUID
    lapses_at: datetime
    step: int
    flights: list[Untold]

    @property
    def key(self) -> _Key:
        """What makes it one of a kind, whatever its step."""
        return self.brand_id, self.kind, self.subject_id, self.lapses_at

    @property
    def is_skipped(self) -> bool:
        """Whether the step is too long for every window that ends."""
        return all(is_skipped(self.step, each.window) for each in self.flights)


def raise_alerts(
    *,
    now: datetime,
    ahead: Mapping[UUID, datetime] | None = None,
    beyond: Mapping[UUID, datetime] | None = None,
) -> Raised:
    """Close the alerts that hold no more, raise and reopen those that are due, with notices and messages.

    ``now`` is that of the database. ``ahead``: only these brands; steps of the morning round whose instant lies before
    the one given, the brand's next morning, are due already. ``beyond``: the morning after that (``rules.steps``). One
    transaction for each slice of brands; one that fails is undone and tried brand by brand, so that a brand's trouble
    is its own. Raises the first such error after all others were raised.
    """
    run = uuid7()
    total, problem = Raised(), None
    waiting = list(reversed(list(parts(now=now, ahead=ahead, beyond=beyond))))
    while waiting:
        part = waiting.pop()
        try:
            total += _raise_part(part, run=run, now=now)
        except Exception as error:
            _logger.exception("Alerts of %d brands were not raised.", len(part.brand_ids))
            if len(part.brand_ids) > 1 and connection.is_usable():
                waiting += [replace(part, brand_ids=(brand_id,)) for brand_id in part.brand_ids]
            else:
                problem = problem or error
    if total.raised >= _MANY:
        count_tables(Alert, AlertFlight, Notice)
    if problem is not None:
        raise problem
    return total


def _raise_part(part: Part, *, run: UUID, now: datetime) -> Raised:
    """One slice; tried twice, for a flight may be deleted between our look and our commit."""
    news = news_of(part, now=now)
    try:
        return _raise_news(news, run=run, now=now)
    except IntegrityError:
        return _raise_news(news_of(part, now=now), run=run, now=now)


def _raise_news(news: News, *, run: UUID, now: datetime) -> Raised:
    if not news:
        return Raised()
    with transaction.atomic():
        done = _close(news.stale, now=now)
        return done + _open(_lapses(news.untold), run=run, now=now)


# --- What holds no more ----------------------------------------------------------------------------------------------
def _close(stale: Sequence[StaleHit], *, now: datetime) -> Raised:
    """Close alerts none of whose flights is hit any more; flights that others outlast are let go."""
    gone: dict[UUID, set[UUID]] = {}
    for each in stale:
        hits_of = gone.setdefault(each.alert_id, set())
        if each.hit_id is not None:
            hits_of.add(each.hit_id)
    ending: list[Alert] = []
    leaving: list[UUID] = []
    for ids in _sliced(gone):
        alerts = list(_held(Alert.objects.filter(pk__in=ids, closed_at=None)))
        hits = dict(
            AlertFlight.objects.filter(alert__in=alerts)
            .values_list("alert_id")
            .annotate(Count("pk"))
            .order_by()
        )
        for alert in alerts:
            if hits.get(alert.pk, 0) > len(gone[alert.pk]):
                leaving += gone[alert.pk]
            else:
                ending.append(alert)
    for ids in _sliced(leaving):
        AlertFlight.objects.filter(pk__in=ids).delete()
    said = _said(ending)
    _end([alert for alert in ending if alert.pk in said], Outcome.RESOLVED, now=now)
    _end([alert for alert in ending if alert.pk not in said], Outcome.CANCELLED, now=now)
    messages = tell_channels(ending, event=RESOLVED, now=now)
    return Raised(resolved=len(said), cancelled=len(ending) - len(said), deliveries=len(messages))


def _said(alerts: Sequence[Alert]) -> set[UUID]:
    """The alerts of which a message went out, to a person or a channel."""
    found: set[UUID] = set()
    for part in _sliced(alerts):
        ids = [alert.pk for alert in part]
        notices = Notice.objects.filter(alert__in=ids, delivery__state__in=_SAID)
        found.update(notices.values_list("alert_id", flat=True))
        told = Delivery.objects.filter(alert__in=ids, event=RAISED, state__in=_SAID)
        found.update(told.values_list("alert", flat=True))
    summaries = summaries_to_chats(alerts, _SAID)
    found.update(alert.pk for alert in alerts if any(speaks_of(each, alert) for each in summaries))
    return found


def _end(alerts: Collection[Alert], outcome: Outcome, *, now: datetime) -> None:
    for alert in alerts:
        alert.closed_at, alert.outcome = now, outcome
    for ids in _sliced([alert.pk for alert in alerts]):
        Alert.objects.filter(pk__in=ids).update(closed_at=now, outcome=outcome)


# --- What is due -----------------------------------------------------------------------------------------------------
def _lapses(untold: Iterable[Untold]) -> list[_Lapse]:
    """One alert for all flights of a lapse, in the order of their keys: two who raise the same never deadlock.

    Flights of one subject that fail already share one alert, with the earliest of their instants.
    """
    grouped: dict[tuple[object, ...], dict[UUID, Untold]] = defaultdict(dict)
    for each in untold:
        at = None if each.is_failing else each.lapses_at
        grouped[each.brand_id, each.kind, each.subject_id, at][each.flight.flight_id] = each
    found = []
    for flights in grouped.values():
        first = min(flights.values(), key=lambda each: each.lapses_at)
        found.append(
            _Lapse(
                first.brand_id,
                first.kind,
                first.subject_id,
                first.lapses_at,
                first.step,
                list(flights.values()),
            )
        )
    return sorted(found, key=lambda lapse: (lapse.key, lapse.step))


def _open(lapses: Sequence[_Lapse], *, run: UUID, now: datetime) -> Raised:
    """Raise, reopen, or add flights to what is open; with the notices and messages of all."""
    known, wider = _known(lapses), _wider(lapses)
    new: list[tuple[Alert, _Lapse]] = []
    again: list[tuple[Alert, _Lapse]] = []
    joined: list[tuple[Alert, _Lapse]] = []
    ending: dict[UUID, Alert] = {}
    for lapse in lapses:
        of_lapse = known.get(lapse.key, [])
        alert = _told_before(of_lapse, lapse.step)
        if alert is not None and (alert.closed_at is None or alert.outcome == Outcome.SKIPPED):
            joined.append((alert, lapse))
            continue
        before = {each.pk: each for each in of_lapse if each.closed_at is None}
        before |= {pk: wider[pk] for each in lapse.flights if (pk := each.wider_id) in wider}
        if alert is not None:
            again.append((alert, lapse))
        else:
            new.append((_new_alert(lapse, before.values(), run=run, now=now), lapse))
            if new[-1][0].outcome:
                continue
        ending |= before
    _end(ending.values(), Outcome.SUPERSEDED, now=now)
    retold, anew, back = _reopen([alert for alert, _ in again], now=now)
    ours = _store([alert for alert, _ in new], run=run)
    raised = [(alert, lapse) for alert, lapse in new if alert.pk in ours]
    notices, deliveries = _tell([*raised, *again, *joined], ours, retold, anew, run=run, now=now)
    deliveries += len(tell_channels(back, event=REOPENED, now=now))
    skipped = sum(1 for alert, _ in raised if alert.outcome)
    return Raised(
        raised=len(raised) - skipped,
        skipped=skipped,
        reopened=len(again),
        superseded=len(ending),
        attached=sum(len(lapse.flights) for _, lapse in joined),
        notices=notices,
        deliveries=deliveries,
    )


def _known(lapses: Iterable[_Lapse]) -> dict[_Key, list[Alert]]:
    """The alerts that these lapses had before, of any step; held until we are done."""
    wanted = {lapse.key for lapse in lapses if any(each.is_known for each in lapse.flights)}
    found: dict[_Key, list[Alert]] = defaultdict(list)
    for keys in _sliced(sorted(wanted)):
        brands, _, subjects, instants = map(set, zip(*keys, strict=True))
        rows = Alert.objects.filter(brand__in=brands, subject_id__in=subjects, lapses_at__in=instants)
        for alert in rows.order_by("pk").select_for_update(no_key=True):
            found[alert.brand_id, AlertKind(alert.kind), alert.subject_id, alert.lapses_at].append(alert)
    return found


def _wider(lapses: Iterable[_Lapse]) -> dict[UUID, Alert]:
    """The open alerts that tighter steps of these lapses supersede; held until we are done."""
    wanted = {each.wider_id for lapse in lapses for each in lapse.flights if each.wider_id is not None}
    found = {}
    for ids in _sliced(wanted):
        rows = Alert.objects.filter(pk__in=ids, closed_at=None).order_by("pk")
        found.update({alert.pk: alert for alert in rows.select_for_update(no_key=True)})
    return found


def _told_before(alerts: Iterable[Alert], step: int) -> Alert | None:
    """The alert of a lapse that says what ``step`` would say: the open one, else the tightest that ever was."""
    enough = [alert for alert in alerts if alert.step <= step]
    return min(enough, key=lambda alert: (alert.closed_at is not None, alert.step), default=None)


def _new_alert(lapse: _Lapse, before: Iterable[Alert], *, run: UUID, now: datetime) -> Alert:
    """The alert of a lapse; it takes over what people said of the wider steps, but not at the last one."""
    alert = Alert(
        brand_id=lapse.brand_id,
        kind=lapse.kind,
        subject_id=lapse.subject_id,
        lapses_at=lapse.lapses_at,
        step=lapse.step,
        run=run,
        raised_at=now,
    )
    if lapse.is_skipped:
        alert.closed_at, alert.outcome = now, Outcome.SKIPPED
    elif lapse.step > EVERYBODY_FROM:
        for wider in sorted(before, key=lambda each: -each.step):
            if wider.acknowledged_at is not None or wider.snoozed_until is not None:
                for name in _SAID_BY_PEOPLE:
                    setattr(alert, name, getattr(wider, name))
    return alert


def _reopen(alerts: Collection[Alert], *, now: datetime) -> tuple[list[Alert], list[Alert], list[Alert]]:
    """Open alerts again whose lapse is back. Returns which of them

    nobody had been told of: they are to be told; are about flights that do not run now (again): everybody hears of them
    once more, unless it was settled just now; and which had been told and settled: channels hear that they are back.
    """
    unheard = [alert for alert in alerts if alert.outcome == Outcome.CANCELLED]
    settled = [alert for alert in alerts if alert.outcome == Outcome.RESOLVED]
    anew = [
        alert
        for alert in settled
        if alert.step <= 0 and alert.closed_at is not None and alert.closed_at <= now - _JUST_NOW
    ]
    for alert in alerts:
        alert.closed_at, alert.outcome = None, ""
    for ids in _sliced([alert.pk for alert in alerts]):
        Alert.objects.filter(pk__in=ids).update(closed_at=None, outcome="")
    return unheard, anew, settled


def _store(alerts: Sequence[Alert], *, run: UUID) -> set[UUID]:
    """Put new alerts on file; the ids of those that are ours, for another pass may have raised the same meanwhile."""
    ids = {alert.pk for alert in alerts}
    if insert_new(alerts):
        return ids
    return ids & set(Alert.objects.filter(run=run).values_list("pk", flat=True))


def _tell(
    pairs: Sequence[tuple[Alert, _Lapse]],
    fresh: Collection[UUID],
    retold: Iterable[Alert],
    anew: Iterable[Alert],
    *,
    run: UUID,
    now: datetime,
) -> tuple[int, int]:
    """Write down which flights the alerts hit, who hears of it, and what goes out at once; how many of the latter."""
    hits = [(alert, each.flight.flight_id) for alert, lapse in pairs for each in lapse.flights]
    if hits:
        insert_new_columns(
            AlertFlight,
            {
                "id": [uuid7() for _ in hits],
                "brand_id": [alert.brand_id for alert, _ in hits],
                "alert_id": [alert.pk for alert, _ in hits],
                "flight_id": [flight_id for _, flight_id in hits],
            },
        )
    loud = [(alert, lapse) for alert, lapse in pairs if alert.closed_at is None]
    notices = notices_for(
        [RaisedAlert(alert, [each.flight for each in lapse.flights]) for alert, lapse in loud],
        now=now,
        anew={alert.pk for alert in anew},
        fresh=fresh,
    )
    to_channels = [alert for alert, _ in loud if alert.run == run] + list(retold)
    deliveries = make_deliveries(notices, run=run, now=now, alerts=to_channels)
    store_notices(notices)
    return len(notices), len(deliveries)


def _held(alerts: QuerySet[Alert]) -> QuerySet[Alert]:
    """These alerts, locked; those that somebody else holds are left out and looked at in the next pass."""
    return alerts.order_by("pk").select_for_update(skip_locked=True, no_key=True)


def _sliced(ids: Iterable[T]) -> Iterator[list[T]]:
    """``ids`` in lists of at most so many as a query takes."""
    iterator = iter(ids)
    while part := list(islice(iterator, _SLICE)):
        yield part
