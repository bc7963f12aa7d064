"""Claims, leases, fences: what a worker holds is its own until it says otherwise or takes too long."""

from datetime import UTC, datetime, timedelta

import pytest

from alerts.enums import AttemptOutcome, DeliveryKind, DeliveryState
from alerts.models import Attempt, Delivery
from alerts.operations.deliveries import (
    HELD,
    KEEP_ATTEMPTS,
    KEEP_TESTS,
    LEASE,
    MOST_BROKEN,
    begin,
    claim,
    expire,
    finish,
    forget_old,
    give_back,
    hold,
    put_off,
    release,
)
from tests.alerts import scenes
from tests.alerts.sending.post import messages
from tests.world import World

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
TICK = timedelta(microseconds=1)
HOUR = timedelta(hours=1)


def states():
    return sorted(Delivery.objects.values_list("state", flat=True))


def taken(now=NOW):
    """The one message that is due, claimed and begun."""
    [delivery] = claim(now=now, most=1)
    delivery.message, delivery.subject, delivery.address = b"bytes", "Subject", "a@example.com"
    assert begin(delivery, now=now)
    return delivery


def test_the_oldest_are_claimed_first_and_each_claim_is_an_attempt():
    first, second, third = messages(3, now=NOW)
    Delivery.objects.filter(pk=third.pk).update(due_at=NOW - HOUR)

    claimed = claim(now=NOW, most=2)

    assert [delivery.pk for delivery in claimed] == [third.pk, first.pk]
    assert {(delivery.state, delivery.attempts) for delivery in claimed} == {("sending", 1)}
    assert [delivery.pk for delivery in claim(now=NOW, most=2)] == [second.pk]
    assert claim(now=NOW, most=2) == []
    assert list(Attempt.objects.values_list("number", "started_at", "finished_at")) == [(1, NOW, None)] * 3


def test_due_at_the_very_instant_and_not_before():
    messages(1, now=NOW)
    assert claim(now=NOW - TICK, most=1) == []
    assert len(claim(now=NOW, most=1)) == 1


def test_what_is_not_worth_sending_any_more_expires_and_is_not_claimed():
    [delivery] = messages(1, now=NOW)
    end = delivery.send_before
    assert expire(now=end - TICK) == 0
    assert claim(now=end, most=1) == []
    assert expire(now=end) == 1
    delivery.refresh_from_db()
    assert (delivery.state, delivery.finished_at) == ("expired", end)
    assert delivery.problem == "Nothing could be sent in time."


@pytest.mark.parametrize(
    ("outcome", "state"), [("accepted", "sent"), ("refused", "failed"), ("cancelled", "cancelled")]
)
def test_an_end_drops_the_bytes_and_keeps_what_was_said(outcome, state):
    messages(1, now=NOW)
    delivery = taken()
    assert finish(delivery, now=NOW, outcome=AttemptOutcome(outcome), text="550 No such person")
    delivery.refresh_from_db()
    assert (delivery.state, delivery.finished_at, delivery.message) == (state, NOW, None)
    assert (delivery.lease, delivery.lease_until) == (None, None)
    assert (delivery.subject, delivery.address) == ("Subject", "a@example.com")
    assert delivery.problem == ("" if state == "sent" else "550 No such person")
    attempt = Attempt.objects.get()
    assert (attempt.outcome, attempt.finished_at, attempt.answer) == (outcome, NOW, "550 No such person")


def test_deferred_waits_longer_each_time_and_keeps_its_bytes():
    messages(1, now=NOW)
    now, waits = NOW, []
    for _ in range(4):
        delivery = taken(now)
        finish(delivery, now=now, outcome=AttemptOutcome.DEFERRED, text="451 Later")
        row = Delivery.objects.get()
        assert (row.state, bytes(row.message), row.problem) == ("due", b"bytes", "451 Later")
        assert delivery.due_at == row.due_at
        waits.append((row.due_at - now).total_seconds())
        now = row.due_at
    assert 7.5 <= waits[0] <= 15
    assert 60 <= waits[3] <= 120


def test_deferred_at_the_end_of_its_time_expires_with_what_was_said():
    messages(1, now=NOW, lasts=timedelta(seconds=30))
    delivery = taken()
    finish(delivery, now=NOW + timedelta(seconds=27), outcome=AttemptOutcome.DEFERRED, text="451 Later")
    row = Delivery.objects.get()
    assert (row.state, row.problem) == ("expired", "451 Later")


def test_the_fifth_broken_attempt_is_the_last():
    messages(1, now=NOW)
    now = NOW
    for number in range(1, MOST_BROKEN + 1):
        assert states() == ["due"], number
        delivery = taken(now)
        outcome = AttemptOutcome.BROKEN
        finish(delivery, now=now, outcome=outcome, text="It could not be written: KeyError.")
        now = delivery.due_at
    row = Delivery.objects.get()
    assert (row.state, row.attempts, row.problem) == ("failed", 5, "It could not be written: KeyError.")


def test_a_stale_finish_is_refused_and_only_its_attempt_knows():
    messages(1, now=NOW)
    slow = taken()
    later = NOW + LEASE
    assert give_back(now=later - TICK) == 0
    assert give_back(now=later) == 1
    quick = taken(later)

    assert not finish(slow, now=later, outcome=AttemptOutcome.REFUSED, text="550 No")
    assert Delivery.objects.get().state == "sending"
    assert finish(quick, now=later, outcome=AttemptOutcome.ACCEPTED)
    assert not finish(slow, now=later, outcome=AttemptOutcome.DEFERRED)

    assert states() == ["sent"]
    assert list(Attempt.objects.order_by("number").values_list("outcome", "answer")) == [
        ("refused", "(after its lease) 550 No"),
        ("accepted", ""),
    ]


def test_what_was_claimed_and_not_begun_is_free_again_soon():
    messages(1, now=NOW)
    [delivery] = claim(now=NOW, most=1)
    assert not begin(delivery, now=NOW + HELD)
    assert give_back(now=NOW + HELD) == 1
    row = Delivery.objects.get()
    assert (row.state, row.due_at, row.lease) == ("due", NOW + HELD, None)
    assert Attempt.objects.get().finished_at is None


def test_what_takes_its_worker_along_again_comes_after_the_others():
    messages(1, now=NOW)
    now = NOW
    for _ in range(3):
        taken(now)
        now = now + LEASE
        give_back(now=now)
        lost = Delivery.objects.get()
        now, before = max(now, lost.due_at), now
    assert timedelta(seconds=15) <= lost.due_at - before <= timedelta(seconds=30)


def test_released_is_due_at_once_for_another_and_was_no_attempt():
    messages(2, now=NOW)
    claimed = claim(now=NOW, most=2)
    release(claimed)
    assert states() == ["due", "due"]
    assert not Attempt.objects.exists()
    assert [delivery.attempts for delivery in claim(now=NOW, most=2)] == [1, 1]
    release(claimed)  # they are somebody else's by now
    assert states() == ["sending", "sending"]


def test_what_takes_long_to_write_is_kept_while_it_is_ours():
    messages(1, now=NOW)
    (claimed,) = claim(now=NOW, most=1)
    assert hold(claimed, now=NOW)
    give_back(now=NOW + LEASE - TICK)
    assert states() == ["sending"]
    give_back(now=NOW + LEASE)
    assert states() == ["due"]
    assert not hold(claimed, now=NOW + LEASE)


def test_mails_are_put_off_for_the_server_and_messages_to_a_channel_for_that_channel():
    world = World()
    first, second = scenes.channel(world), scenes.channel(world)
    [mail, _] = messages(2, now=NOW)
    to_first = scenes.message(first, NOW, state=DeliveryState.DUE)
    other = scenes.message(first, NOW, state=DeliveryState.DUE)
    scenes.message(second, NOW, state=DeliveryState.DUE)

    assert put_off(mail, until=NOW + HOUR) == 2
    assert put_off(to_first, until=NOW + HOUR) == 2

    assert [delivery.channel_id for delivery in claim(now=NOW, most=9)] == [second.pk]
    other.refresh_from_db()
    assert other.due_at == NOW + HOUR
    assert put_off(mail, until=NOW) == 0


def test_old_attempts_and_old_tests_are_forgotten_messages_are_not():
    world = World()
    channel = scenes.channel(world)
    old, young = NOW - KEEP_ATTEMPTS - HOUR, NOW - KEEP_ATTEMPTS + HOUR
    for at in (old, young):
        scenes.tried(scenes.message(channel, at))
    scenes.tried(scenes.message(channel, NOW - KEEP_TESTS - HOUR, kind=DeliveryKind.TEST))
    assert forget_old(now=NOW) >= 2
    assert Delivery.objects.count() == 2
    assert Attempt.objects.get().delivery.due_at == young
    assert forget_old(now=NOW) == 0
