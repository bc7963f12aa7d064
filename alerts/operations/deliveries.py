"""Messages on their way: claimed, begun, finished; given back, put off, expired, forgotten.

The table is the queue. Every function is one short transaction; nothing here talks to a server. What one worker holds
is fenced by the lease of its claim: whoever comes late with an old one changes nothing.
"""

import random
from collections.abc import Collection, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, QuerySet

from alerts.enums import AttemptOutcome, DeliveryKind, DeliveryState
from alerts.models import Attempt, Delivery, Notice
from alerts.operations.plain import Update, run
from alerts.rules.backoff import LONGEST, LONGEST_AWAY, next_try
from brands.enums import Role
from brands.models import Membership
from sparktrack.core.ids import uuid7

# Of what is being sent: longer than any sender takes with all its time-outs.
LEASE = timedelta(minutes=5)
# Of what is claimed and waits for the message before it: should that one take long, others may have it.
HELD = timedelta(seconds=20)
# A message that cannot be written or handed over for a mistake of ours.
MOST_BROKEN = 5
KEEP_ATTEMPTS = timedelta(days=180)
KEEP_TESTS = timedelta(days=30)
_TEXT = 300  # characters of an answer that are kept
_SLICE = 500

_ENDS = {
    AttemptOutcome.ACCEPTED: DeliveryState.SENT,
    AttemptOutcome.REFUSED: DeliveryState.FAILED,
    AttemptOutcome.CANCELLED: DeliveryState.CANCELLED,
}


def claim(*, now: datetime, most: int) -> list[Delivery]:
    """Up to ``most`` messages that are due, the oldest first, for the caller alone; each with an attempt on record.

    Claims at the same instant get different ones: PostgreSQL skips what another has locked, SQLite lets one write at a
    time. They are held for a moment only (``HELD``): ``begin`` each before it is sent.
    """
    lease = uuid7()
    with transaction.atomic():
        due = list(
            Delivery.objects.filter(state=DeliveryState.DUE, due_at__lte=now, send_before__gt=now)
            .select_for_update(skip_locked=True)
            .order_by("due_at", "pk")
            .values_list("pk", flat=True)[:most]
        )
        if not due:
            return []
        Delivery.objects.filter(pk__in=due, state=DeliveryState.DUE).update(
            state=DeliveryState.SENDING, lease=lease, lease_until=now + HELD, attempts=F("attempts") + 1
        )
        claimed = list(
            Delivery.objects.filter(pk__in=due, lease=lease)
            .select_related("user", "channel")
            .order_by("due_at", "pk")
        )
        Attempt.objects.bulk_create(
            Attempt(delivery=delivery, number=delivery.attempts, started_at=now) for delivery in claimed
        )
    return claimed


@dataclass(frozen=True, slots=True)
class Ended:
    """How an attempt ended; ``away``: the server may be back any moment."""

    delivery: Delivery
    outcome: AttemptOutcome
    text: str = ""
    away: bool = False


def turn(
    *,
    now: datetime,
    ended: Ended | None = None,
    following: Delivery | None = None,
    tells: Collection[UUID] | None = None,
) -> tuple[bool, bool]:
    """``finish`` one and ``begin`` the next in one transaction; what they would return."""
    if following is not None and (following.lease_until is None or following.lease_until <= now):
        following = None
    updates: list[Update] = []
    changes: dict[str, Any] = {}
    if ended is not None:
        changes = _after(ended, now=now)
        attempt = {"finished_at": now, "outcome": ended.outcome, "answer": ended.text[:_TEXT]}
        updates.append(
            Update(Delivery, changes | {"lease": None, "lease_until": None}, _claim(ended.delivery))
        )
        updates.append(Update(Attempt, attempt, _attempt(ended.delivery) | {"finished_at": None}))
    if following is not None:
        stored: dict[str, Any] = {"message": following.message, "address": following.address}
        stored |= {"subject": following.subject[:_TEXT], "lease_until": now + LEASE}
        updates.append(Update(Delivery, stored, _claim(following)))
    if not updates:
        return True, False
    cancelled = ended is not None and ended.outcome is AttemptOutcome.CANCELLED
    with transaction.atomic(savepoint=False) if cancelled or tells is not None else nullcontext():
        done = run(*updates)
        ours = following is not None and bool(done[-1])
        if following is not None and ours and tells is not None:
            _leave_untold(following, tells)
        if ended is None:
            return True, ours
        kept, noted = map(bool, done[:2])
        if kept and cancelled:
            _leave_untold(ended.delivery, ())
        if noted and not kept:
            late = f"(after its lease) {ended.text}"[:_TEXT]
            run(Update(Attempt, {"answer": late}, _attempt(ended.delivery)))
    ended.delivery.due_at = changes.get("due_at", ended.delivery.due_at)
    return kept, ours


def begin(delivery: Delivery, *, now: datetime, tells: Collection[UUID] | None = None) -> bool:
    """Store what ``delivery`` holds (message, subject, address) and keep it for the time of sending.

    ``tells``: the notices that a message just written tells (None: it was written before, or it tells all or nothing).
    The others did not hold at that moment: they were not told, and wait again. False when the claim is not ours any
    more: it must not be sent.
    """
    return turn(now=now, following=delivery, tells=tells)[1]


def finish(
    delivery: Delivery, *, now: datetime, outcome: AttemptOutcome, text: str = "", away: bool = False
) -> bool:
    """Record how the attempt ended, and what becomes of the message; False, and only the attempt is noted, when late.

    ``deferred`` and ``broken`` are tried again within the time the message has; ``away``: soon, the server may be back
    any moment. The fifth broken attempt is the last. ``delivery.due_at`` is then the new one.
    """
    return turn(now=now, ended=Ended(delivery, outcome, text, away))[0]


def hold(delivery: Delivery, *, now: datetime) -> bool:
    """Keep what was claimed for as long as it may take to write and send it; False when it is not ours any more."""
    if not _held([delivery]).filter(lease_until__gt=now).update(lease_until=now + LEASE):
        return False
    delivery.lease_until = now + LEASE
    return True


def release(deliveries: Sequence[Delivery]) -> None:
    """Give back what was claimed in one go and not begun: that was no attempt."""
    with transaction.atomic():
        held = list(_held(deliveries).select_for_update().values_list("pk", flat=True)) if deliveries else []
        if held:
            Attempt.objects.filter(delivery__in=held, number=F("delivery__attempts")).delete()
            Delivery.objects.filter(pk__in=held).update(
                state=DeliveryState.DUE, lease=None, lease_until=None, attempts=F("attempts") - 1
            )


def put_off(delivery: Delivery, *, until: datetime) -> int:
    """What else waits for the same channel, or for the mail server, waits until then; how many messages."""
    same = {"channel": delivery.channel_id} if delivery.channel_id else {"channel__isnull": True}
    waiting = Delivery.objects.filter(state=DeliveryState.DUE, due_at__lt=until, **same)
    with transaction.atomic():
        free = waiting.select_for_update(skip_locked=True).values("pk")
        return Delivery.objects.filter(pk__in=free, state=DeliveryState.DUE).update(due_at=until)


def give_back(*, now: datetime) -> int:
    """Messages whose worker died or hangs are due again; their attempt stays without an end. How many.

    The first time at once. What takes its worker along again and again comes after the others.
    """
    with transaction.atomic():
        lost = list(
            Delivery.objects.filter(state=DeliveryState.SENDING, lease_until__lte=now)
            .select_for_update(skip_locked=True)
            .order_by("lease_until")
            .values_list("pk", "attempts", "send_before")[:_SLICE]
        )
        for pk, attempts, send_before in lost:
            again = None if attempts < 2 else _again(now, attempts - 1, send_before, LONGEST_AWAY)
            Delivery.objects.filter(pk=pk).update(
                state=DeliveryState.DUE, lease=None, lease_until=None, due_at=again or now
            )
    return len(lost)


def expire(*, now: datetime) -> int:
    """Messages that could not be sent while they were worth it: terminal, and people see it. How many."""
    late = Delivery.objects.filter(state=DeliveryState.DUE, send_before__lte=now)
    changes = {"state": DeliveryState.EXPIRED, "finished_at": now, "message": None}
    silent = late.filter(problem="").update(problem="Nothing could be sent in time.", **changes)
    return silent + late.update(**changes)


def forget_old(*, now: datetime) -> int:
    """Attempts of half a year ago and tests of channels of a month ago are deleted; messages stay with their alerts."""
    ended = Attempt.objects.filter(delivery__finished_at__lt=now - KEEP_ATTEMPTS)
    tests = Delivery.objects.filter(kind=DeliveryKind.TEST, finished_at__lt=now - KEEP_TESTS)
    return sum(_delete_in_slices(rows) for rows in (ended, tests))


def says_too_much(delivery: Delivery) -> bool:
    """Whether a message that was written before speaks of a brand in which its reader can do nothing any more."""
    notices = Notice.objects.filter(delivery=delivery)
    at_home = notices.filter(
        brand__memberships__in=Membership.objects.filter(user=delivery.user_id).exclude(role=Role.VIEWER)
    )
    return notices.exclude(pk__in=at_home.values("pk")).exists()


def _leave_untold(delivery: Delivery, tells: Collection[UUID]) -> None:
    """The notices of a message that it does not tell wait for another one, should their alert hold again."""
    of_message = Notice.objects.filter(delivery=delivery).values_list("pk", flat=True)
    if untold := set(of_message) - set(tells):
        Notice.objects.filter(pk__in=untold).update(delivery=None)


def _held(claimed: Sequence[Delivery]) -> QuerySet[Delivery]:
    """The rows, as far as the one claim that they came from still holds them."""
    return Delivery.objects.filter(
        pk__in=[delivery.pk for delivery in claimed], state=DeliveryState.SENDING, lease=claimed[0].lease
    )


def _claim(delivery: Delivery) -> dict[str, Any]:
    """What the row says while the claim that ``delivery`` came from holds it."""
    return {"id": delivery.pk, "state": DeliveryState.SENDING, "lease": delivery.lease}


def _attempt(delivery: Delivery) -> dict[str, Any]:
    return {"delivery": delivery.pk, "number": delivery.attempts}


def _after(ended: Ended, *, now: datetime) -> dict[str, Any]:
    delivery, text = ended.delivery, ended.text[:_TEXT]
    if end := _ENDS.get(ended.outcome):
        return _ended(end, now, "" if end is DeliveryState.SENT else text)
    if ended.outcome is AttemptOutcome.BROKEN:
        before = Attempt.objects.filter(delivery=delivery, outcome=AttemptOutcome.BROKEN).count()
        if before + 1 >= MOST_BROKEN:
            return _ended(DeliveryState.FAILED, now, text)
    again = _again(now, delivery.attempts, delivery.send_before, LONGEST_AWAY if ended.away else LONGEST)
    if again is None:
        return _ended(DeliveryState.EXPIRED, now, text)
    return {"state": DeliveryState.DUE, "due_at": again, "problem": text}


def _ended(state: DeliveryState, now: datetime, problem: str) -> dict[str, Any]:
    return {"state": state, "finished_at": now, "message": None, "problem": problem}


def _again(now: datetime, attempts: int, send_before: datetime, longest: timedelta) -> datetime | None:
    return next_try(
        now=now,
        attempts=attempts,
        send_before=send_before,
        chance=random.random(),  # noqa: S311 - spreads load, keeps no secret
        longest=longest,
    )


def _delete_in_slices(rows: QuerySet[Attempt] | QuerySet[Delivery]) -> int:
    count = 0
    while pks := list[UUID](rows.order_by("pk").values_list("pk", flat=True)[:_SLICE]):
        rows.model._default_manager.filter(pk__in=pks).delete()
        count += len(pks)
    return count
