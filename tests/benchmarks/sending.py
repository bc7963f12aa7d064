"""P10: mails a second that a server accepts from one worker, beside a bare smtplib loop. P11: 10,000 due at once.

The server is an aiosmtpd in a process of its own that accepts everything and keeps nothing. Letters are the product's:
each is judged again (one alert of a flight that stops, as many people as mails), written, stored, sent, recorded.
"""

import contextlib
import smtplib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from django.conf import settings
from django.test import override_settings

from alerts.enums import AlertKind, DeliveryKind, Form
from alerts.letters import Letter, mime, write
from alerts.models import Alert, AlertFlight, Delivery, Notice
from alerts.operations.messages import new_delivery
from alerts.sending.engine import Writer, deliver
from brands.enums import Role
from brands.models import Membership, User
from sparktrack.core.clock import database_now
from sparktrack.core.ids import uuid7
from tests.benchmarks.timing import Spread
from tests.servers import free_port
from tests.world import World

_ROOT = Path(__file__).resolve().parents[2]
_DAY = timedelta(days=1)
_SERVER = """
import logging, sys, time
from aiosmtpd.controller import Controller
logging.getLogger("mail.log").setLevel(logging.ERROR)
class Everything:
    async def handle_DATA(self, server, session, envelope):
        return "250 OK"
Controller(Everything(), hostname="127.0.0.1", port=int(sys.argv[1])).start()
time.sleep(100_000)
"""


@dataclass(frozen=True, slots=True)
class SendingFigures:
    """P10: seconds for ``mails`` mails. P11: of ``burst`` due at once, seconds until 99 % and all were accepted.

    ``unwritten``: the engine with letters that are written already, so that its own part can be seen.
    """

    mails: int
    engine: Spread
    unwritten: Spread
    plain: Spread
    burst: int
    p99: float
    last: float

    @property
    def ratio(self) -> float:
        """Mails a second of the product, over those of the bare loop."""
        return self.plain.median / self.engine.median

    @property
    def burst_ratio(self) -> float:
        """p99 over the time that the burst would take at P10's rate."""
        return self.p99 / (self.burst * self.engine.median / self.mails)


def measure_sending(*, mails: int, burst: int, repeats: int) -> SendingFigures:
    """Both in turn, after one round that does not count; then the burst, by one worker."""
    alert = _alert()
    with _server() as port, _mail_to(port):
        rounds = []
        for _ in range(repeats + 1):
            _people_to_tell(alert, mails)
            letter = next(written for each in _due() if (written := write(each, now=database_now())))
            copies = [mime(each, letter) for each in _due()]
            of_engine = _timed(partial(_engine, mails))
            of_plain = _timed(partial(_plain, port, copies))
            _people_to_tell(alert, mails)
            rounds.append((of_engine, of_plain, _timed(partial(_engine, mails, _always(letter)))))
        _people_to_tell(alert, burst)
        _engine(burst)
        waited = sorted(_waited(burst))
    engine, plain, unwritten = (Spread(tuple(sorted(times))) for times in zip(*rounds[1:], strict=True))
    return SendingFigures(
        mails=mails,
        engine=engine,
        unwritten=unwritten,
        plain=plain,
        burst=burst,
        p99=waited[int(len(waited) * 0.99) - 1],
        last=waited[-1],
    )


def _alert() -> Alert:
    """A flight that stops in two days."""
    now = database_now()
    world = World(now=now, tracks_rights=False)
    post = world.post()
    lapses_at = now + 2 * _DAY
    world.code(post, lapses_at - 30 * _DAY, 30)
    flight = world.flight(post, world.day(-5), world.day(20))
    alert = Alert.objects.create(
        brand=world.brand,
        kind=AlertKind.CODE,
        subject_id=post.pk,
        lapses_at=lapses_at,
        step=3,
        run=uuid7(),
        raised_at=now,
    )
    AlertFlight.objects.create(brand=world.brand, alert=alert, flight=flight)
    return alert


def _people_to_tell(alert: Alert, number: int) -> None:
    """So many buyers of the brand, each with a mail that is due now."""
    now = database_now()
    people = User.objects.bulk_create(
        (
            User(email=f"{(pk := uuid7()).hex}@example.com", id=pk, full_name="A Buyer", created_at=now)
            for _ in range(number)
        ),
        batch_size=1000,
    )
    Membership.objects.bulk_create(
        (Membership(brand=alert.brand, user=user, role=Role.BUYER, created_at=now) for user in people),
        batch_size=1000,
    )
    mails = Delivery.objects.bulk_create(
        (
            new_delivery(
                now=now, kind=DeliveryKind.ALERT, key=f"alert:{alert.pk}", user=user, send_before=now + _DAY
            )
            for user in people
        ),
        batch_size=1000,
    )
    Notice.objects.bulk_create(
        (
            Notice(
                brand=alert.brand,
                alert=alert,
                user=user,
                form=Form.AT_ONCE,
                delivery=mail,
                created_at=now,
            )
            for user, mail in zip(people, mails, strict=True)
        ),
        batch_size=1000,
    )
    Delivery.objects.filter(state="due").update(due_at=database_now())  # making them takes time, too


def _due() -> list[Delivery]:
    return list(Delivery.objects.filter(state="due").select_related("user", "channel"))


def _always(letter: Letter) -> Writer:
    def written(_delivery: Delivery, /, *, now: datetime) -> Letter | None:
        return letter

    return written


def _engine(number: int, writer: Writer | None = None) -> None:
    done = deliver(clock=database_now, seconds=10_000, write=writer)
    assert done.accepted == number, done


def _plain(port: int, copies: list[bytes]) -> None:
    with smtplib.SMTP("127.0.0.1", port) as connection:
        for number, copy in enumerate(copies):
            connection.sendmail("sparktrack@localhost", f"person{number}@example.com", copy)


def _waited(number: int) -> Iterator[float]:
    rows = Delivery.objects.filter(state="sent").order_by("-pk").values_list("due_at", "finished_at")[:number]
    for due_at, finished_at in rows:
        assert isinstance(finished_at, datetime)
        yield (finished_at - due_at).total_seconds()


def _timed(call: object) -> float:
    began = time.perf_counter()
    assert callable(call)
    call()
    return time.perf_counter() - began


@contextlib.contextmanager
def _server() -> Iterator[int]:
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-c", _SERVER, str(port)],
        cwd=_ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(200):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
            time.sleep(0.05)
        yield port
    finally:
        process.kill()
        process.wait()


@contextlib.contextmanager
def _mail_to(port: int) -> Iterator[None]:
    backend = "django.core.mail.backends.smtp.EmailBackend"
    with override_settings(EMAIL_BACKEND=backend, EMAIL_HOST="127.0.0.1", EMAIL_PORT=port):
        assert settings.EMAIL_TIMEOUT
        yield
