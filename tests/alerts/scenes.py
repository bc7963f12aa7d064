"""Alerts, who hears of them and how their messages fared: rows as the engine writes them, made without it."""

import itertools
from datetime import datetime, timedelta
from typing import Any

from alerts.enums import AlertKind, AttemptOutcome, CalendarKind, DeliveryKind, DeliveryState, Form, Outcome
from alerts.models import Alert, AlertFlight, Attempt, CalendarEvent, Channel, Delivery, Heartbeat, Notice
from alerts.queries.mornings import MORNINGS
from brands.models import User
from campaigns.models import Flight
from sparktrack.core.ids import uuid7
from tests.world import DAY, World

_numbers = itertools.count(1)

_UNDER_WAY = {DeliveryState.DUE, DeliveryState.SENDING}


def alert(
    world: World,
    *flights: Flight,
    kind: AlertKind = AlertKind.CODE,
    lapses_at: datetime | None = None,
    step: int = 3,
    **fields: Any,
) -> Alert:
    """An open alert that hits ``flights``, raised at ``world.now``; it lapses in five days if nothing else is said.

    Its subject is the post of the first flight.
    """
    fields.setdefault("subject_id", flights[0].post_id if flights else uuid7())
    row = Alert.objects.create(
        brand=world.brand,
        kind=kind,
        lapses_at=lapses_at or world.now + 5 * DAY,
        step=step,
        run=fields.pop("run", None) or uuid7(),
        raised_at=fields.pop("raised_at", world.now),
        **fields,
    )
    AlertFlight.objects.bulk_create(
        AlertFlight(brand=world.brand, alert=row, flight=flight) for flight in flights
    )
    return row


def closed(row: Alert, at: datetime, outcome: Outcome = Outcome.RESOLVED) -> Alert:
    """``row`` closed with this outcome."""
    row.closed_at, row.outcome = at, outcome
    row.save(update_fields=["closed_at", "outcome"])
    return row


def waiting(row: Alert, user: User, form: Form = Form.ROUND, **fields: Any) -> Notice:
    """``user`` is to hear of an alert; no message of it is made yet."""
    return Notice.objects.create(
        brand_id=row.brand_id, alert=row, user=user, form=form, created_at=row.raised_at, **fields
    )


def message(
    to: User | Channel,
    at: datetime,
    *,
    state: DeliveryState = DeliveryState.SENT,
    kind: DeliveryKind = DeliveryKind.ALERT,
    **fields: Any,
) -> Delivery:
    """A message due at ``at``, sent a second later if nothing else is said."""
    number = next(_numbers)
    if state is DeliveryState.SENDING:
        fields = {"lease": uuid7(), "lease_until": at + timedelta(minutes=5), **fields}
    elif state not in _UNDER_WAY:
        fields.setdefault("finished_at", at + timedelta(seconds=1))
    if isinstance(to, User):
        fields = {"user": to, "address": to.email, **fields}
    else:
        fields["channel"] = to
    fields = {"key": f"scene:{number}", "message_id": f"<scene-{number}@example.com>", **fields}
    fields = {"dated_at": at, "due_at": at, "send_before": at + DAY, **fields}
    return Delivery.objects.create(kind=kind, state=state, **fields)


def tried(
    delivery: Delivery,
    outcome: AttemptOutcome | None = AttemptOutcome.ACCEPTED,
    answer: str = "",
    **fields: Any,
) -> Attempt:
    """One more attempt to send; without an outcome it was cut short."""
    delivery.attempts += 1
    delivery.save(update_fields=["attempts"])
    at = fields.pop("started_at", delivery.due_at + timedelta(minutes=delivery.attempts - 1))
    if outcome is not None:
        fields = {"outcome": outcome, "finished_at": at + timedelta(seconds=1), **fields}
    return Attempt.objects.create(
        delivery=delivery, number=delivery.attempts, started_at=at, answer=answer, **fields
    )


def told(row: Alert, user: User, form: Form = Form.AT_ONCE, **fields: Any) -> Notice:
    """``user`` was told of an alert when it was raised: a message that was accepted at the first attempt."""
    delivery = message(user, row.raised_at, **fields)
    tried(delivery, answer="250 OK")
    return waiting(row, user, form, delivery=delivery)


def channel(world: World, name: str = "", **fields: Any) -> Channel:
    """A chat of the brand."""
    number = next(_numbers)
    fields = {"kind": "slack", "address": b"sealed", "host": "hooks.slack.com", "key_id": "k1", **fields}
    return Channel.objects.create(
        brand=world.brand, name=name or f"Channel {number}", created_at=world.now, **fields
    )


def mornings_made(until: datetime) -> None:
    """All mornings up to this instant were made."""
    Heartbeat.objects.update_or_create(name=MORNINGS, defaults={"at": until})


def add_alerts(world: World, flight: Flight, user: User) -> tuple[Alert, Channel]:
    """A row of every model of alerts about ``flight``: one that ``user`` was told of, one that they snoozed."""
    code = alert(world, flight, acknowledged_at=world.now, acknowledged_by=user)
    told(code, user)
    waiting(code, user, Form.DIGEST, repeat_on=world.day(1))
    room = channel(world, "Launches")
    tried(message(room, world.now, alert=code, event="alert.raised"), AttemptOutcome.DEFERRED, "503 later")
    alert(
        world,
        flight,
        kind=AlertKind.RIGHTS,
        lapses_at=world.now + 20 * DAY,
        step=14,
        snoozed_until=world.now + 3 * DAY,
        snoozed_by=user,
        snooze_reason="The contract is at the lawyer's",
    )
    CalendarEvent.objects.create(
        brand=world.brand,
        kind=CalendarKind.LAPSE,
        subject_id=flight.pk,
        at=code.lapses_at,
        digest="0" * 64,
        changed_at=world.now,
    )
    mornings_made(world.now)
    return code, room
