"""A person's one mail of the day: the round, the lines of the digest, what must be paused, over all their brands."""

import logging
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q

from alerts.enums import AlertKind, DeliveryKind, Form, Wish
from alerts.models import Alert, Delivery, Heartbeat, Notice
from alerts.operations.messages import make_deliveries, new_delivery
from alerts.operations.notices import RaisedAlert, is_quiet, notices_for, store_notices
from alerts.operations.raising import raise_alerts
from alerts.queries.mornings import (
    MORNINGS,
    Again,
    flights_of,
    last_heard,
    late_rounds,
    lost,
    mornings_made_until,
    said_again,
    waiting,
    without_mail,
)
from alerts.queries.people import Person, morning_key, people, teams, wishes_of
from alerts.queries.standing import standing
from alerts.rules.mornings import (
    CLOCKS_DIFFER,
    MADE_UP_FOR,
    Hours,
    due_day,
    is_in_time,
    is_working_day,
    next_morning,
)
from alerts.rules.people import HitFlight, hearers, repeat_form
from sparktrack.core.bulk import insert
from sparktrack.core.ids import uuid7

_logger = logging.getLogger(__name__)

# People whose mails are made in one transaction.
_AT_ONCE = 200
# Below the number of parameters that SQLite takes in one query.
_SLICE = 900
# A mail that could not be sent is made up for that long.
_LOST_FOR = timedelta(days=31)
# Who was told within the hour is not told again by the morning.
_JUST_NOW = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class _Morning:
    """The morning of a person that has begun: their local day."""

    person: Person
    day: date

    @property
    def is_working(self) -> bool:
        return is_working_day(self.day)


def send_mornings(*, now: datetime) -> int:
    """Make the morning mails of everybody whose hour has come since this was last done; how many mails were made.

    1. Warnings of 1 to 6 days that would come before a person's next working morning are raised now (``raise_alerts``):
       nothing comes late because of a weekend.
    2. What waits for a person, what must be paused and what was snoozed until now goes into one mail. Without anything
       new there is none; on Saturdays and Sundays only what must be paused makes one. What an earlier mail could not
       say in the end (expired, failed) is said now.
    3. Warnings that cannot wait for their next working morning any more (nothing ran for a day) go at once.

    Safe to call every minute and twice at once: a person has one mail a local day (its key), and who was asked about is
    not asked about again that day. A morning that was missed is made up for ten hours, on the same day. Raises the
    first error after everybody else had their turn; what failed is tried again by the next call.
    """
    mornings = _begun(now, since=mornings_made_until(now=now))
    made, problem = 0, None
    ahead, beyond = _ahead(mornings, now)
    if ahead:
        try:
            raise_alerts(now=now, ahead=ahead, beyond=beyond)
            _hear_anew(ahead, now)
        except Exception as error:
            _logger.exception("Not everything was raised before the morning.")
            problem = error
    parts = [mornings[start : start + _AT_ONCE] for start in range(0, len(mornings), _AT_ONCE)]
    while parts:
        part = parts.pop()
        try:
            made += _make_mails(part, now)
        except Exception as error:
            _logger.exception("Morning mails of %d people were not made.", len(part))
            if len(part) > 1 and connection.is_usable():
                parts += [[each] for each in part]  # one person's trouble is their own
            else:
                problem = problem or error
    try:
        _tell_at_once(now)
    except Exception as error:
        _logger.exception("What cannot wait for a morning was not told.")
        problem = problem or error
    if problem is not None:
        raise problem
    # Forward; and back only from an instant that has not come: the clock was wrong then.
    wrong = Q(at__lt=now) | Q(at__gt=now + CLOCKS_DIFFER)
    if not Heartbeat.objects.filter(wrong, name=MORNINGS).update(at=now):
        Heartbeat.objects.get_or_create(name=MORNINGS, defaults={"at": now})
    return made


def _begun(now: datetime, *, since: datetime) -> list[_Morning]:
    """The mornings that have begun after ``since`` and are worth a mail."""
    days: dict[Hours, date | None] = {}
    found = []
    for person in people().values():
        if person.hours not in days:
            days[person.hours] = due_day(now, person.hours, since=since)
        day = days[person.hours]
        if day is not None:
            found.append(_Morning(person, day))
    return found


@contextmanager
def _turn(now: datetime) -> Iterator[None]:
    """A transaction in which nobody else makes mornings."""
    with transaction.atomic():
        if not Heartbeat.objects.select_for_update().filter(name=MORNINGS):
            # The first time ever: as if nobody had looked for as long as a morning is made up.
            Heartbeat.objects.get_or_create(name=MORNINGS, defaults={"at": now - MADE_UP_FOR})
        yield


def _ahead(mornings: Iterable[_Morning], now: datetime) -> tuple[dict[UUID, datetime], dict[UUID, datetime]]:
    """Per brand the next working morning and the one after it, the latest of those people whose morning it is."""
    ahead: dict[UUID, datetime] = {}
    beyond: dict[UUID, datetime] = {}
    for morning in mornings:
        if morning.is_working:
            following = next_morning(now, morning.person.hours, working=True)
            second = next_morning(following, morning.person.hours, working=True)
            for brand_id in morning.person.brand_ids:
                ahead[brand_id] = max(following, ahead.get(brand_id, following))
                beyond[brand_id] = max(second, beyond.get(brand_id, second))
    return ahead, beyond


def _hear_anew(brand_ids: Collection[UUID], now: datetime) -> None:
    """Who answers for a flight by now is told of what waits for somebody who left, is away, or gave it up."""
    waits = Notice.objects.filter(alert=OuterRef("pk"), delivery=None, repeat_on=None)
    alerts = {
        alert.pk: alert for alert in Alert.objects.filter(Exists(waits), brand__in=brand_ids, closed_at=None)
    }
    flights: dict[UUID, list[HitFlight]] = {pk: [] for pk in alerts}
    ids = list(alerts)
    for start in range(0, len(ids), _SLICE):
        for alert_id, flight in flights_of(ids[start : start + _SLICE]):
            flights[alert_id].append(flight)
    found = notices_for([RaisedAlert(alert, flights[pk]) for pk, alert in alerts.items()], now=now)
    with transaction.atomic():
        make_deliveries(found, run=uuid7(), now=now, alerts=())
        store_notices(found)


def _make_mails(mornings: Sequence[_Morning], now: datetime) -> int:
    """The mails of some people; constantly many queries, however many people, brands and alerts."""
    with _turn(now):
        open_days = without_mail({each.person.user_id: each.day for each in mornings})
        todo = {each.person.user_id: each for each in mornings if each.person.user_id in open_days}
        if not todo:
            return 0
        news: dict[UUID, list[Notice]] = defaultdict(list)
        for notice in waiting(todo.keys()):
            if notice.brand_id in todo[notice.user_id].person.brand_ids:
                news[notice.user_id].append(notice)
        for add in (_unheard, _repeats):
            for notice in add(todo, _keys(news), now):
                news[notice.user_id].append(notice)
        return _store(todo, news, now)


def _store(todo: Mapping[UUID, _Morning], news: Mapping[UUID, Sequence[Notice]], now: datetime) -> int:
    deliveries: list[Delivery] = []
    said: list[Notice] = []
    for user_id, notices in news.items():
        morning = todo[user_id]
        told = [each for each in notices if morning.is_working or _is_pressing(each)]
        # What somebody has taken upon them or put off since rides along, but causes no mail.
        if any(not is_quiet(notice.alert, now) or notice.repeat_on for notice in told):
            deliveries.append(_mail(morning, now))
            for notice in told:
                notice.delivery = deliveries[-1]
            said += told
    insert(deliveries)
    known = [notice for notice in said if not notice._state.adding]
    insert([notice for notice in said if notice._state.adding])
    Notice.objects.bulk_update(known, ["delivery"], batch_size=_AT_ONCE)
    return len(deliveries)


def _is_pressing(notice: Notice) -> bool:
    """Whether it is said on a Saturday or Sunday, too: what runs without rights must be paused."""
    return notice.repeat_on is not None and notice.form == Form.ROUND and notice.alert.step <= 0


def _mail(morning: _Morning, now: datetime) -> Delivery:
    hours = morning.person.hours
    return new_delivery(
        now=now,
        kind=DeliveryKind.MORNING,
        key=morning_key(morning.day),
        user_id=morning.person.user_id,
        send_before=next_morning(now, hours, working=morning.is_working),
    )


def _keys(news: Mapping[UUID, Sequence[Notice]]) -> set[tuple[UUID, UUID]]:
    return {(notice.alert_id, notice.user_id) for notices in news.values() for notice in notices}


def _again(notice_of: Alert, user_id: UUID, form: str, morning: _Morning, now: datetime) -> Notice:
    """One more notice of an alert, of this day."""
    return Notice(
        brand_id=notice_of.brand_id,
        alert=notice_of,
        user_id=user_id,
        form=form,
        repeat_on=morning.day,
        created_at=now,
    )


def _unheard(
    todo: Mapping[UUID, _Morning], waits: Collection[tuple[UUID, UUID]], now: datetime
) -> list[Notice]:
    """What an earlier mail could not say; what waits anyway is not said twice."""
    return [
        _again(notice.alert, notice.user_id, _in_morning(notice.form), todo[notice.user_id], now)
        for notice in lost(todo.keys(), since=now - _LOST_FOR, now=now)
        if (notice.alert_id, notice.user_id) not in waits
        and notice.brand_id in todo[notice.user_id].person.brand_ids
    ]


def _in_morning(form: str) -> Form:
    return Form.ROUND if form == Form.AT_ONCE else Form(form)


def _repeats(
    todo: Mapping[UUID, _Morning], waits: Collection[tuple[UUID, UUID]], now: datetime
) -> list[Notice]:
    """What is said again to these people; what they hear this morning anyway is not."""
    brand_ids = {brand_id for morning in todo.values() for brand_id in morning.person.brand_ids}
    found = said_again(brand_ids, now=now)
    if not found:
        return []
    by_brand = teams(brand_ids, now=now)
    wishes = wishes_of(todo.keys())
    heard = last_heard([each.alert.pk for each in found], todo.keys())
    repeats = []
    for each in found:
        alert, kind = each.alert, AlertKind(each.alert.kind)
        told = hearers(kind, alert.step, each.flights, by_brand[alert.brand_id])
        for user_id, own in told.items():
            if user_id not in todo or (alert.pk, user_id) in waits:
                continue
            form = repeat_form(alert.step, wishes.get((user_id, kind), Wish.USUAL), own=own)
            last = heard.get((alert.pk, user_id))
            if form is not None and (last is None or last < _again_after(each, now)):
                repeats.append(_again(alert, user_id, form, todo[user_id], now))
    return repeats


def _again_after(again: Again, now: datetime) -> datetime:
    """Who heard of it at this instant or later is not told again: just now, or since the snooze was over."""
    snoozed_until = again.alert.snoozed_until
    return now - _JUST_NOW if again.must_pause or snoozed_until is None else snoozed_until


def _tell_at_once(now: datetime) -> None:
    """What cannot wait for a morning goes now: it would come too late, or was to be told at once and was not."""
    if not late_rounds(now=now).exists():
        return
    with _turn(now):
        stranded = list(late_rounds(now=now))
        everybody = people({notice.user_id for notice in stranded})
        by_brand = teams({notice.brand_id for notice in stranded}, now=now)
        holding = standing([notice.alert for notice in stranded], now=now)
        at_once = [
            notice
            for notice in stranded
            if by_brand[notice.brand_id].can_act(notice.user_id)
            and holding[notice.alert_id].holds
            and (
                notice.form == Form.AT_ONCE
                or not is_in_time(
                    next_morning(now, everybody[notice.user_id].hours, working=True), notice.alert.lapses_at
                )
            )
        ]
        for notice in at_once:
            notice.form = Form.AT_ONCE
        make_deliveries(at_once, run=uuid7(), now=now, alerts=())
        store_notices(at_once)
