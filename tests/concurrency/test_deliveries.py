"""Several workers at once: each message is claimed by one, and sent once."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from alerts.enums import AttemptOutcome
from alerts.models import Attempt, Delivery
from alerts.operations.deliveries import claim, finish, give_back, put_off
from alerts.sending import engine
from alerts.sending.answers import Answer
from sparktrack.core.clock import database_now
from tests.alerts.sending.post import letter, messages
from tests.concurrency.crowd import at_once, no_errors

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)


def test_ten_who_claim_the_same_message_at_once_are_one_winner_and_nine_losers():
    messages(1, now=NOW)
    answers = at_once(*[lambda: claim(now=NOW, most=1)] * 10)
    assert no_errors(answers)
    assert sorted(len(claimed) for claimed in answers) == [0] * 9 + [1]
    assert (Delivery.objects.get().attempts, Attempt.objects.count()) == (1, 1)


def test_six_who_claim_by_the_dozen_get_different_ones():
    messages(40, now=NOW)
    answers = at_once(*[lambda: claim(now=NOW, most=12)] * 6)
    assert no_errors(answers)
    claimed = [delivery.pk for part in answers for delivery in part]
    # Whoever is skipped for a lock is claimed by the next pass.
    claimed += [delivery.pk for delivery in claim(now=NOW, most=40)]
    assert len(claimed) == len(set(claimed)) == 40


def test_one_finishes_and_the_other_gives_back_only_one_of_both_counts():
    for _ in range(5):
        messages(1, now=NOW)
        [mine] = claim(now=NOW, most=1)
        later = mine.due_at + timedelta(hours=1)
        answers = at_once(
            lambda mine=mine, later=later: finish(mine, now=later, outcome=AttemptOutcome.ACCEPTED),
            lambda later=later: give_back(now=later),
        )
        assert no_errors(answers)
        row = Delivery.objects.get(pk=mine.pk)
        assert (row.state, answers[0]) in {("sent", True), ("due", False)}
        row.delete()


def test_many_may_put_off_the_same_messages():
    [first, *_] = messages(200, now=NOW)
    until = NOW + timedelta(minutes=1)
    assert no_errors(at_once(*[lambda: put_off(first, until=until)] * 6))
    assert Delivery.objects.filter(due_at=until).count() == 200


def test_four_passes_at_once_send_each_message_once(monkeypatch):
    messages(60, now=database_now())
    sent: Counter[str] = Counter()

    def send(mailer, delivery):
        sent[delivery.message_id] += 1
        return Answer(AttemptOutcome.ACCEPTED)

    monkeypatch.setattr(engine.Mailer, "send", send)
    answers = at_once(*[lambda: engine.deliver(clock=database_now, write=letter)] * 4)
    assert no_errors(answers)
    assert set(sent.values()) == {1}
    assert (len(sent), sum(done.accepted for done in answers)) == (60, 60)
    assert set(Delivery.objects.values_list("state", "attempts")) == {("sent", 1)}


def test_an_answer_is_recorded_in_spite_of_a_connection_that_broke(monkeypatch):
    messages(1, now=database_now())

    def send(mailer, delivery):
        connection.connection.close()  # as a restart of the database does
        return Answer(AttemptOutcome.ACCEPTED)

    monkeypatch.setattr(engine.Mailer, "send", send)
    if connection.vendor == "sqlite":  # there is no server to lose
        monkeypatch.setattr(engine.Mailer, "send", lambda mailer, delivery: Answer(AttemptOutcome.ACCEPTED))
    assert engine.deliver(clock=database_now, write=letter).accepted == 1
    assert Delivery.objects.get().state == "sent"
