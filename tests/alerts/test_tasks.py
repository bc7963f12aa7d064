"""What beat ticks: every task does its part, leaves a heartbeat, and wakes whoever sends, broker or not."""

from datetime import timedelta
from functools import partial

import httpx
import pytest
import time_machine
from django.core import mail
from kombu.exceptions import OperationalError

from alerts import tasks
from alerts.models import Delivery, Heartbeat
from alerts.operations.deliveries import KEEP_ATTEMPTS, LEASE, begin, claim
from alerts.operations.raising import Raised
from alerts.rules.health import SILENT
from alerts.sending import engine
from alerts.sending.engine import Delivered
from sparktrack.celery import app
from sparktrack.core.clock import database_now
from tests.alerts import scenes
from tests.alerts.sending.post import letter, messages
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def woken(monkeypatch):
    """How often somebody was woken to send."""
    calls = []
    monkeypatch.setattr(tasks.deliver_due, "delay", lambda: calls.append(1))
    return calls


@pytest.fixture
def _letters(monkeypatch):
    monkeypatch.setattr(tasks, "deliver", partial(engine.deliver, write=letter))


def test_every_part_of_the_engine_is_ticked_and_every_tick_is_a_task(settings):
    app.loader.import_default_modules()
    ticks = settings.CELERY_BEAT_SCHEDULE.values()
    names = ("raise_due", "deliver_due", "mornings", "sweep", "ping", "clean_up")
    assert {getattr(tasks, name).name for name in names} <= {entry["task"] for entry in ticks}
    assert {entry["task"] for entry in ticks} <= set(app.tasks)
    assert all(isinstance(entry["schedule"], float) for entry in ticks)
    assert settings.CELERY_TIMEZONE == "UTC"


def test_every_part_leaves_its_heartbeat(woken):
    for task in (tasks.raise_due, tasks.deliver_due, tasks.mornings, tasks.sweep):
        task()
    assert set(Heartbeat.objects.values_list("name", flat=True)) >= set(SILENT)
    assert woken == []


def test_whoever_makes_messages_wakes_the_one_who_sends(woken, monkeypatch):
    monkeypatch.setattr(tasks, "raise_alerts", lambda *, now: Raised(raised=1, deliveries=1))
    monkeypatch.setattr(tasks, "send_mornings", lambda *, now: 1)
    monkeypatch.setattr(tasks, "deliver", lambda *, clock: Delivered(more=True))
    for task in (tasks.raise_due, tasks.mornings, tasks.deliver_due):
        task()
    assert len(woken) == 3


@pytest.mark.parametrize("error", [OperationalError(), ConnectionRefusedError()])
def test_without_a_broker_messages_wait_for_the_next_tick(monkeypatch, caplog, error):
    def away():
        raise error

    monkeypatch.setattr(tasks.deliver_due, "delay", away)
    tasks.wake()
    assert "wait for the next tick" in caplog.text


@pytest.mark.usefixtures("_letters")
@pytest.mark.parametrize("skew", [-timedelta(hours=1), 3 * DAY])
def test_a_worker_whose_clock_is_wrong_sends_what_is_due_by_the_database_and_nothing_else(skew):
    now = database_now()
    messages(2, now=now)
    early = messages(1, now=now + timedelta(hours=2))[0]
    old_worker_has = claim(now=database_now(), most=1)
    with time_machine.travel(now + skew, tick=True):
        # SQLite has no server: it reads this machine's clock, past the one that was turned.
        tasks.deliver_due()
        tasks.sweep()
    assert len(mail.outbox) == 1
    early.refresh_from_db()
    assert (early.state, Delivery.objects.get(pk=old_worker_has[0].pk).state) == ("due", "sending")
    assert abs(Heartbeat.objects.get(name="deliver").at - now) < timedelta(minutes=5)


def test_the_sweeper_takes_back_what_dead_workers_held_and_ends_what_is_late(woken):
    now = database_now()
    messages(1, now=now - LEASE - timedelta(minutes=1))
    [lost] = claim(now=now - LEASE - timedelta(seconds=1), most=1)
    assert begin(lost, now=now - LEASE - timedelta(seconds=1))
    messages(1, now=now - 2 * DAY)
    tasks.sweep()
    assert sorted(Delivery.objects.values_list("state", flat=True)) == ["due", "expired"]
    assert woken == [1]


def test_old_attempts_are_cleaned_up():
    delivery = scenes.message(UserFactory(), database_now() - KEEP_ATTEMPTS - DAY)
    scenes.tried(delivery)
    tasks.clean_up()
    assert not delivery.tries.exists()


# --- the ping ----------------------------------------------------------------------------------------------------
@pytest.fixture
def pinged(monkeypatch, settings):
    """The addresses that were fetched; the setting names one."""
    fetched = []

    def get(address, **_how):
        fetched.append(address)
        if "refused" in address:
            raise httpx.ConnectError("refused")
        return httpx.Response(200, request=httpx.Request("GET", address))

    monkeypatch.setattr(httpx, "get", get)
    settings.ALERTS_PING_URL = "https://ping.example/secret"
    return fetched


def all_well():
    for task in (tasks.raise_due, tasks.deliver_due, tasks.mornings, tasks.sweep):
        task()


def test_the_ping_comes_only_while_all_is_well(pinged):
    tasks.ping()
    assert pinged == []
    all_well()
    tasks.ping()
    assert pinged == ["https://ping.example/secret"]


def test_no_address_no_ping(pinged, settings):
    settings.ALERTS_PING_URL = ""
    all_well()
    tasks.ping()
    assert pinged == []


def test_a_ping_that_fails_is_said_without_its_address(pinged, settings, caplog):
    settings.ALERTS_PING_URL = "https://refused.example/secret"
    all_well()
    tasks.ping()
    assert "was not answered: ConnectError" in caplog.text
    assert "secret" not in caplog.text
