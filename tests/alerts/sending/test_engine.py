"""A pass: what is due goes out, and nothing that is wrong with one message or channel holds up another."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.db import OperationalError, ProgrammingError, connection

from alerts.enums import AttemptOutcome, ChannelKind, DeliveryState
from alerts.models import Attempt, Delivery, Heartbeat
from alerts.operations import deliveries
from alerts.rules.health import MAIL_AWAY
from alerts.sending import engine
from alerts.sending.answers import Answer
from tests.alerts import scenes
from tests.alerts.sending.post import letter, messages
from tests.world import World

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)


class Clock:
    """The database's clock, in the hand of the test."""

    def __init__(self):
        self.now = NOW

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


def send(clock, *, write=letter, **more):
    return engine.deliver(clock=clock, write=write, **more)


def states():
    return sorted(Delivery.objects.values_list("state", flat=True))


def test_everything_that_is_due_goes_out_once(clock):
    due = messages(25, now=NOW)
    done = send(clock)
    assert (done.accepted, done.more) == (25, False)
    assert sorted(sent.to[0] for sent in mail.outbox) == sorted(each.user.email for each in due)
    assert send(clock).accepted == 0
    assert states() == ["sent"] * 25
    assert Attempt.objects.filter(outcome="accepted").count() == 25


@pytest.mark.django_db(transaction=True)
def test_a_message_whose_question_the_database_cannot_answer_is_that_messages_trouble(clock):
    poison, *_ = messages(3, now=NOW)

    def written(delivery, *, now):
        if delivery.pk == poison.pk:
            with connection.cursor() as cursor:
                cursor.execute("SELECT * FROM what_is_not_there")
        return letter(delivery, now=now)

    def refused(delivery, *, now):
        try:
            return written(delivery, now=now)
        except ProgrammingError as error:  # PostgreSQL's word for it; a time-out would be an OperationalError
            raise OperationalError from error

    assert send(clock, write=refused).accepted == 2
    assert list(Attempt.objects.filter(delivery=poison).values_list("outcome", flat=True)) == ["broken"]


def test_no_more_than_asked_for(clock):
    messages(25, now=NOW)
    assert send(clock, most=12).accepted == 12
    assert states().count("due") == 13


def test_a_pass_ends_when_its_time_is_up_and_says_that_more_is_due(clock):
    messages(12, now=NOW)
    done = send(clock, seconds=0)
    assert (done.accepted, done.more) == (0, True)
    assert states() == ["due"] * 12


def test_nothing_leaves_while_alerts_are_held(clock, settings):
    messages(1, now=NOW)
    settings.HOLD_ALERTS = True
    assert send(clock).accepted == 0
    assert (mail.outbox, states()) == ([], ["due"])


def test_what_does_not_hold_any_more_is_not_sent(clock):
    messages(2, now=NOW)
    first = Delivery.objects.order_by("pk")[0]
    send(clock, write=lambda each, *, now: None if each.pk == first.pk else letter(each, now=now))
    first.refresh_from_db()
    assert (first.state, first.problem) == ("cancelled", "Nothing of it holds any more.")
    assert len(mail.outbox) == 1


def test_a_message_that_cannot_be_written_holds_up_nobody_and_ends_after_five_tries(clock, caplog):
    poison = messages(1, now=NOW)[0]
    messages(3, now=NOW)

    def write(delivery, *, now):
        if delivery.pk == poison.pk:
            raise KeyError("no such key")
        return letter(delivery, now=now)

    assert send(clock, write=write).accepted == 3
    for _ in range(6):
        clock.now += timedelta(minutes=20)
        send(clock, write=write)
    poison.refresh_from_db()
    assert (poison.state, poison.attempts) == ("failed", 5)
    assert poison.problem == "It could not be written: KeyError."
    assert f"delivery {poison.pk} cannot be written" in caplog.text


def test_a_repeat_is_judged_again_and_is_the_same_bytes(clock, monkeypatch):
    [delivery] = messages(1, now=NOW)
    seen = []

    def refuse_first(mailer, each):
        seen.append(bytes(each.message))
        return Answer(AttemptOutcome.DEFERRED if len(seen) < 3 else AttemptOutcome.ACCEPTED)

    monkeypatch.setattr(engine.Mailer, "send", refuse_first)
    for _ in range(3):
        send(clock)
        clock.now += timedelta(minutes=2)
    assert len(seen) == 3
    assert len(set(seen)) == 1
    assert delivery.message_id.encode() in seen[0]

    messages(1, now=clock.now)
    seen.clear()
    send(clock)
    clock.now += timedelta(minutes=2)
    assert send(clock, write=lambda each, *, now: None).outcomes[AttemptOutcome.CANCELLED] == 1
    assert len(seen) == 1


def test_each_is_on_record_before_the_next_one_leaves(clock, monkeypatch):
    messages(12, now=NOW)
    on_the_way = []

    def sent(mailer, each):
        begun = Delivery.objects.filter(state="sending", lease_until=NOW + deliveries.LEASE)
        on_the_way.append(list(begun.values_list("pk", flat=True)) == [each.pk])
        return Answer(AttemptOutcome.ACCEPTED)

    monkeypatch.setattr(engine.Mailer, "send", sent)
    assert send(clock).accepted == 12
    assert on_the_way == [True] * 12


def test_what_was_accepted_is_recorded_when_the_pass_breaks_at_the_next(clock):
    messages(3, now=NOW)
    first = Delivery.objects.order_by("due_at", "pk")[0]

    def write(delivery, *, now):
        if delivery.pk != first.pk:
            raise KeyboardInterrupt
        return letter(delivery, now=now)

    with pytest.raises(KeyboardInterrupt):
        send(clock, write=write)
    assert states() == ["sending", "sending", "sent"]
    assert Attempt.objects.get(delivery=first).outcome == "accepted"


@pytest.mark.parametrize(("tried", "seconds", "next_time"), [(10, 0.05, 40), (10, 0.5, 20), (10, 19, 10)])
def test_as_many_are_claimed_as_were_sent_in_a_second(tried, seconds, next_time):
    assert engine._fitting(tried, seconds) == next_time


# --- channels ----------------------------------------------------------------------------------------------------
def chat(world, number=1):
    channel = scenes.channel(world)
    for _ in range(number):
        scenes.message(channel, NOW, state=DeliveryState.DUE)
    return channel


def test_a_channel_that_fails_is_tried_once_and_mails_go_out(clock, monkeypatch):
    world = World()
    broken, well = chat(world, 5), chat(world, 2)
    messages(3, now=NOW)
    tried = []

    def post(delivery):
        tried.append(delivery.channel_id)
        return Answer(
            AttemptOutcome.DEFERRED if delivery.channel_id == broken.pk else AttemptOutcome.ACCEPTED
        )

    monkeypatch.setitem(engine.CHANNELS, ChannelKind.SLACK, post)
    send(clock)
    assert sorted(tried) == sorted([broken.pk, well.pk, well.pk])
    assert len(mail.outbox) == 3
    assert Delivery.objects.filter(channel=broken, state="due", due_at__gt=NOW).count() == 5


def test_a_channel_that_is_slow_lets_the_others_go_first(clock, monkeypatch):
    chat(World(), 3)
    messages(3, now=NOW)
    monkeypatch.setattr(engine, "_SLOW_SECONDS", 0.0)
    monkeypatch.setitem(engine.CHANNELS, ChannelKind.SLACK, lambda each: Answer(AttemptOutcome.ACCEPTED))
    assert send(clock).accepted == 4
    clock.now += timedelta(minutes=1)
    assert send(clock).accepted >= 1


def test_a_sender_that_raises_is_our_mistake_and_is_said(clock, monkeypatch, caplog):
    chat(World())
    messages(1, now=NOW)

    def post(delivery):
        raise RuntimeError("a mistake of ours")

    monkeypatch.setitem(engine.CHANNELS, ChannelKind.SLACK, post)
    done = send(clock)
    assert (done.accepted, done.outcomes[AttemptOutcome.BROKEN]) == (1, 1)
    assert Attempt.objects.get(outcome="broken").answer == "It could not be sent: RuntimeError."


# --- the mail server is away -------------------------------------------------------------------------------------
def test_while_the_server_is_away_one_mail_is_tried_and_pages_can_say_since_when(clock, monkeypatch):
    messages(30, now=NOW)
    usual = engine.Mailer.send
    away = Answer(AttemptOutcome.DEFERRED, "No connection.", away=True)
    monkeypatch.setattr(engine.Mailer, "send", lambda mailer, each: away)

    for _ in range(60):  # ten minutes of ticks
        send(clock)
        clock.now += timedelta(seconds=10)
    assert Heartbeat.objects.get(name=MAIL_AWAY).at == NOW
    assert 10 <= Attempt.objects.filter(answer="No connection.").count() <= 60

    monkeypatch.setattr(engine.Mailer, "send", usual)
    for _ in range(12):
        send(clock)
        clock.now += timedelta(seconds=10)
    assert states() == ["sent"] * 30
    assert not Heartbeat.objects.filter(name=MAIL_AWAY).exists()
