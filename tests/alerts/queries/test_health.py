"""How the engine is, for probes and pages."""

import json
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError

from alerts import middleware
from alerts.enums import DeliveryState
from alerts.models import Delivery, Heartbeat
from alerts.operations.heartbeats import beat, note_mail
from alerts.queries.health import MailTrouble, mail_trouble
from alerts.rules.health import DELIVER, SILENT
from sparktrack.core.clock import database_now
from tests.alerts import scenes
from tests.factories import UserFactory
from tests.world import World

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


@pytest.fixture
def now():
    """An engine that is well, now."""
    at = database_now()
    for name in SILENT:
        beat(name, now=at)
    return at


def probe(client):
    answer = client.get("/healthz/alerts")
    assert answer["Cache-Control"] == "no-store"
    return answer.status_code, json.loads(answer.content)


def test_an_engine_that_is_well(client, now, django_assert_num_queries):
    with django_assert_num_queries(4):  # the clock is one
        status, numbers = probe(client)
    assert (status, numbers["status"], numbers["problems"]) == (200, "ok", [])
    assert set(numbers["heartbeat_seconds"]) == set(SILENT)
    assert (numbers["due"], numbers["oldest_due_seconds"], numbers["mail_away_seconds"]) == (0, None, None)


def test_an_engine_that_never_ran(client):
    status, numbers = probe(client)
    assert (status, numbers["heartbeat_seconds"]["deliver"]) == (503, None)
    assert "deliver has never run" in numbers["problems"]


def test_the_numbers(client, now):
    to = UserFactory()
    scenes.message(to, now - 6 * MINUTE, state=DeliveryState.DUE)
    scenes.message(to, now - MINUTE, state=DeliveryState.DUE)
    scenes.message(to, now + MINUTE, state=DeliveryState.DUE)
    scenes.message(scenes.channel(World()), now, state=DeliveryState.SENDING)
    for state in (DeliveryState.FAILED, DeliveryState.EXPIRED, DeliveryState.EXPIRED):
        scenes.message(to, now - MINUTE, state=state)
    scenes.message(to, now - timedelta(days=2), state=DeliveryState.FAILED)
    note_mail(away=True, now=now - 3 * MINUTE)

    status, numbers = probe(client)

    assert status == 503
    assert numbers | {"problems": [], "heartbeat_seconds": {}} == {
        "status": "trouble",
        "problems": [],
        "held": False,
        "heartbeat_seconds": {},
        "due": 2,
        "oldest_due_seconds": 360,
        "sending": 1,
        "failed_last_day": 1,
        "expired_last_day": 2,
        "mail_away_seconds": 180,
    }
    assert numbers["problems"] == ["a message is due for 360 s", "no mail server answers for 180 s"]


def test_a_database_that_is_away_is_trouble(client, monkeypatch):
    def away():
        raise DatabaseError

    monkeypatch.setattr(middleware, "database_now", away)
    status, numbers = probe(client)
    assert (status, numbers["problems"]) == (503, ["the database does not answer"])


def test_it_answers_whatever_the_host_and_without_tls(client, now, settings):
    settings.ALLOWED_HOSTS, settings.SECURE_SSL_REDIRECT = ["sparktrack.example"], True
    assert client.get("/healthz/alerts", headers={"host": "10.0.0.1"}).status_code == 200


def test_the_command_says_the_same(capsys, now):
    call_command("alerts_status")
    assert "All is well." in capsys.readouterr().out
    Heartbeat.objects.filter(name=DELIVER).delete()
    with pytest.raises(CommandError, match=r"deliver has never run\.") as stopped:
        call_command("alerts_status")
    assert stopped.value.returncode == 1
    assert "deliver ran             never" in capsys.readouterr().out


def test_the_command_says_that_alerts_are_held(capsys, now, settings):
    settings.HOLD_ALERTS = True
    note_mail(away=True, now=now - MINUTE)
    Delivery.objects.all().delete()
    call_command("alerts_status")
    out = capsys.readouterr().out
    assert "HOLD_ALERTS is set" in out
    assert "no mail server answers  for 60 s" in out


# --- what pages say ----------------------------------------------------------------------------------------------
def test_nothing_to_say(now, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert mail_trouble(now=now) is None
    Heartbeat.objects.all().delete()
    assert mail_trouble(now=now) is None


def test_a_server_that_does_not_answer_since_an_instant_and_is_back(now):
    since = now - 2 * MINUTE
    note_mail(away=True, now=since)
    note_mail(away=True, now=now)
    assert mail_trouble(now=now) is None
    later = now + timedelta(microseconds=1)
    assert mail_trouble(now=later) == MailTrouble(since)
    note_mail(away=False, now=later)
    assert mail_trouble(now=later) is None


def test_nobody_sends(now):
    assert mail_trouble(now=now + 5 * MINUTE) is None
    later = now + 6 * MINUTE
    assert mail_trouble(now=later) == MailTrouble(now, stands_still=True)
    note_mail(away=True, now=now - MINUTE)
    assert mail_trouble(now=later) == MailTrouble(now - MINUTE, stands_still=True)
