"""The faults: each makes a system, breaks it, and says what came of it beside what is required."""

import os
import random
import signal
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from functools import partial

from django.db import connection

from alerts.models import Alert, Attempt, Delivery, Heartbeat, Notice
from campaigns.models import Flight
from sparktrack.core.clock import database_now
from tests.alerts.sending.post import messages
from tests.faults.parts import Crew, Server, crew
from tests.faults.sink import Accepted, Sink, sink, wait_until

_PATIENCE = 180.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One line of the table: the row of QUALITY that it answers, what is required, what was seen."""

    number: str
    fault: str
    required: str
    seen: str
    holds: bool


def forget() -> None:
    """No messages are left from the fault before."""
    Notice.objects.all().delete()
    Alert.objects.all().delete()
    Delivery.objects.all().delete()
    Flight.objects.all().delete()  # nothing lapses that was planned for another fault
    Heartbeat.objects.all().delete()


def due(number: int) -> None:
    """So many mails, due now."""
    messages(number, now=database_now())


def states() -> dict[str, int]:
    """How many messages are in which state."""
    found: dict[str, int] = {}
    for state in Delivery.objects.values_list("state", flat=True):
        found[state] = found.get(state, 0) + 1
    return found


def settled(number: int, *, seconds: float = _PATIENCE) -> bool:
    """Whether so many are on record as sent, before the time is up; a database may be away meanwhile."""

    def all_sent() -> bool:
        try:
            return Delivery.objects.filter(state="sent").count() == number
        except Exception:  # noqa: BLE001 - it is what this fault breaks
            connection.close()
            return False

    return wait_until(all_sent, seconds=seconds)


def without_kills(*, number: int, workers: int = 2, pool: str = "solo") -> Seen:
    """The same as below, and nobody is killed."""
    forget()
    due(number)
    with sink() as server, crew(server, workers=workers, pool=pool):
        done = settled(number)
    return Seen(
        number="1",
        fault=f"none: {number:,} due, {workers} workers",
        required="0 lost, 0 repeated",
        seen=told(number, server),
        holds=done and server.extra() == 0 and not server.differing(),
    )


def kills(*, number: int, times: int, workers: int = 3, pace: float = 0.03, pool: str = "solo") -> Seen:
    """SIGKILL at random points while a worker sends; the server takes its time so that sending lasts."""
    forget()
    due(number)
    processes = 2 if pool == "prefork" else 1
    with (
        sink(at_data=lambda _address, _times: pace) as server,
        crew(server, workers=workers, pool=pool) as team,
    ):
        server.wait_for(1, seconds=60)
        killed = 0
        while killed < times and len(server.counts()) < number:
            time.sleep(random.uniform(0.05, 0.5))
            killed += team.kill_one()
        done = settled(number)
    return Seen(
        number="1",
        fault=f"{killed} SIGKILLs at random points, {number:,} due, {workers} workers"
        + (" of two processes" if processes == 2 else ""),
        required=f"0 lost; ≤ {killed * processes} repeats, byte-identical",
        seen=told(number, server),
        holds=done and killed == times and server.extra() <= killed * processes and not server.differing(),
    )


def kill_after_250(*, number: int, times: int) -> Seen:
    """SIGKILL exactly between the server's 250 and the record of it: the worker is stopped before it reads the 250."""
    forget()
    due(number)
    victims: list[str] = []

    def accepted_now(mail: Accepted) -> None:
        if len(victims) < times and mail.message_id not in victims and len(server.accepted) % 3 == 2:
            victims.append(mail.message_id)
            process = team.running[0]
            process.signal(signal.SIGSTOP)
            threading.Timer(0.2, team.replace, [process]).start()

    with sink() as server, crew(server, workers=1) as team:
        server.accepted_now = accepted_now
        done = settled(number)
    repeated = {message_id for message_id, count in server.counts().items() if count > 1}
    open_ended = Attempt.objects.filter(finished_at=None, delivery__message_id__in=victims).count()
    return Seen(
        number="2",
        fault=f"SIGKILL between 250 and commit, {times} times",
        required="each exactly once more, same Message-ID and Date, same bytes",
        seen=f"{told(number, server)}; {open_ended} attempts without an end",
        holds=done
        and repeated == set(victims)
        and server.extra() == len(victims) == times == open_ended
        and not server.differing(),
    )


def kill_after_claim(*, lease: float = 2.0) -> Seen:
    """SIGKILL between the claim and the connection: the mail port does not answer at first, the worker hangs there."""
    forget()
    due(1)
    with sink(at_rcpt=_slowly(3.0)) as server, crew(server, workers=1, lease=lease) as team:
        wait_until(lambda: bool(server.connections), seconds=60)
        team.running[0].kill()
        killed_at = time.monotonic()
        team.running.clear()
        server.at_rcpt = lambda _address, _times: None
        team.start()
        done = settled(1, seconds=60)
        took = time.monotonic() - killed_at
    return Seen(
        number="3",
        fault="SIGKILL after the claim, before the mail is handed over",
        required=f"sent after the lease ({lease:.0f} s here) and a start of a worker, once",
        seen=f"{told(1, server)}; after {took:.1f} s",
        holds=done and server.extra() == 0,
    )


def _slowly(seconds: float) -> Callable[[str, int], None]:
    def answer(_address: str, _times: int) -> None:
        time.sleep(seconds)

    return answer


def terminated(*, number: int, times: int, pause: float = 0.2, later: float = 0.0) -> Seen:
    """SIGTERM while sending, up to ``later`` seconds after the first mail, as a deployment does it: the pass ends."""
    forget()
    due(number)
    longest = 0.0
    with sink(at_data=lambda _address, _times: pause) as server, crew(server, workers=1, lease=30) as team:
        for _ in range(times):
            before = len(server.accepted)
            assert wait_until(partial(_has_more, server, before), seconds=60)
            time.sleep(random.uniform(0, later))
            [process] = team.running
            team.running.clear()
            began = time.monotonic()
            os.kill(process.pid, signal.SIGTERM)  # to the worker alone, as a supervisor does
            process.child.wait(timeout=60)
            longest = max(longest, time.monotonic() - began)
            team.start()
        done = settled(number)
    return Seen(
        number="25",
        fault=f"SIGTERM during sending, {times} times",
        required="the current mail is finished within 10 s, 0 repeats",
        seen=f"{told(number, server)}; stopped after {longest:.1f} s at the most",
        holds=done and server.extra() == 0 and longest <= 10,
    )


def stopped(*, number: int) -> Seen:
    """SIGSTOP: a worker that lives and does nothing; another drains, and what it holds is sent after its lease."""
    forget()
    due(number)
    with sink(at_data=lambda _address, _times: 0.05) as server, crew(server, workers=2) as team:
        server.wait_for(2, seconds=60)
        team.wait_until_up()
        deaf = team.running[0]
        deaf.signal(signal.SIGSTOP)
        while (
            not _others_can_write()
        ):  # it was stopped with SQLite's one lock in its hands: a little later, then
            deaf.signal(signal.SIGCONT)
            time.sleep(0.05)
            deaf.signal(signal.SIGSTOP)
        done = settled(number, seconds=60)
        deaf.signal(signal.SIGCONT)
        time.sleep(1)
    return Seen(
        number="9",
        fault="a worker stands still (SIGSTOP), another is there",
        required="all sent; ≤ 1 repeat (of what it held when it woke up), byte-identical",
        seen=told(number, server),
        holds=done and server.extra() <= 1 and not server.differing(),
    )


def _others_can_write() -> bool:
    """Whether nobody holds the one lock of SQLite; PostgreSQL has none that would stop everybody."""
    if connection.vendor != "sqlite":
        return True
    with closing(sqlite3.connect(connection.settings_dict["NAME"], timeout=1, isolation_level=None)) as other:
        try:
            other.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return False
        other.execute("ROLLBACK")
    return True


def smtp_down(*, number: int, down: float) -> Seen:
    """The mail server closes its port in the middle and comes back."""
    forget()
    due(number)
    with sink(at_data=lambda _address, _times: 0.02) as server, crew(server, workers=2):
        server.wait_for(number // 4, seconds=60)
        server.stop()
        unanswered = {mail.message_id for mail in server.accepted[-2:]}  # perhaps: it closes before their 250
        time.sleep(down)
        noticed = Heartbeat.objects.filter(name="mail away").exists()
        server.start()
        back = time.monotonic()
        done = settled(number)
        took = time.monotonic() - back
    repeated = {message_id for message_id, count in server.counts().items() if count > 1}
    return Seen(
        number="4",
        fault=f"SMTP port closed for {down:.0f} s in the middle of {number:,}",
        required="0 lost; repeated at most what each worker was just handing over, byte-identical; noticed, "
        "all sent ≤ 2 min after its return",
        seen=f"{told(number, server)}; noticed: {'yes' if noticed else 'no'}; all sent {took:.0f} s after its return",
        holds=done
        and repeated <= unanswered
        and server.extra() == len(repeated)
        and not server.differing()
        and noticed
        and took <= 120,
    )


def scripted(*, number: int) -> Seen:
    """Recipients whose server puts off, refuses, hangs up in DATA, or refuses the message, among others."""
    forget()
    due(number)
    odd = list(Delivery.objects.order_by("pk").values_list("user__email", flat=True)[:4])
    later, gone, cut, spam = odd

    def at_rcpt(address: str, times: int) -> str | None:
        if address == later and times == 0:
            return "451 4.7.1 Greylisted"
        return "550 5.1.1 No such person" if address == gone else None

    def at_data(address: str, times: int) -> str | float | None:
        if address == cut and times == 0:
            return "hang up"
        return "554 5.7.1 Refused" if address == spam else None

    with sink(at_rcpt=at_rcpt, at_data=at_data) as server, crew(server, workers=1):
        done = settled(number - 2, seconds=90)
        refused = states().get("failed", 0)
    return Seen(
        number="5",
        fault="4xx, 5xx, refused after DATA, hung up in DATA, one recipient each",
        required="again, ended and visible, ended and visible, again under the same id; the others at once",
        seen=f"{told(number - 2, server)}; {refused} failed visibly",
        holds=done and refused == 2 and server.extra() == 0 and not server.differing(),
    )


def slow_recipient(*, number: int, seconds: float) -> Seen:
    """One recipient's server thinks for long; the others must not feel it."""
    times = []
    extra = 0
    for slow in (False, True):
        forget()
        due(number)
        one = Delivery.objects.order_by("pk").values_list("user__email", flat=True)[0]
        pause = {one: seconds} if slow else {}
        with sink(at_data=partial(_pause, pause)) as server, crew(server, workers=2, lease=60) as team:
            server.wait_for(1, seconds=60)
            team.wait_until_up()
            assert settled(number, seconds=90)
            began = server.accepted[0].at
            others = sorted(mail.at - began for mail in server.accepted if mail.to != one)
            times.append(others[int(len(others) * 0.95)])
            extra += server.extra()
    return Seen(
        number="6",
        fault=f"one recipient slow ({seconds:.0f} s), {number} due",
        required="p95 of the others ≤ 2 ×, 0 repeated",
        seen=f"p95 {times[0]:.1f} s without, {times[1]:.1f} s with; {extra} repeated",
        holds=times[1] <= max(2 * times[0], times[0] + 2.5) and extra == 0,
    )


def redis_lost(*, number: int, server_of_redis: Server) -> Seen:
    """Redis dies in the middle and comes back empty."""
    forget()
    due(number)
    with sink(at_data=lambda _address, _times: 0.02) as server, crew(server, workers=2):
        server.wait_for(number // 4, seconds=60)
        server_of_redis.kill()
        time.sleep(3)
        server_of_redis.start()
        done = settled(number)
    return Seen(
        number="7, 8",
        fault=f"Redis killed, back empty after 3 s, {number:,} due",
        required="0 lost, 0 repeated",
        seen=told(number, server),
        holds=done and server.extra() == 0,
    )


def postgres_restarted(*, number: int, times: int, server_of_postgres: Server) -> Seen:
    """PostgreSQL stops at once (SIGQUIT) while mails are sent, and is started again."""
    forget()
    due(number)
    slowest = 0.0
    with sink(at_data=lambda _address, _times: 0.02) as server, crew(server, workers=2):
        server.wait_for(1, seconds=60)
        for _ in range(times):
            time.sleep(random.uniform(0.3, 1.5))
            server_of_postgres.kill(signal.SIGQUIT)
            server_of_postgres.start()
            back, before = time.monotonic(), len(server.accepted)
            if wait_until(partial(_has_more, server, before + 3), seconds=30):
                slowest = max(slowest, time.monotonic() - back)
        done = settled(number)
    connection.close()
    return Seen(
        number="10",
        fault=f"PostgreSQL restarted {times} times while sending {number:,}",
        required="0 lost, 0 repeated, goes on by itself ≤ 30 s",
        seen=f"{told(number, server)}; went on after {slowest:.1f} s at the most",
        holds=done and server.extra() == 0 and slowest <= 30,
    )


def two_beats(*, number: int) -> Seen:
    """Two beats and two prefork workers, as in production; nobody else ticks."""
    forget()
    due(number)
    with sink() as server:
        team = Crew(server, pool="prefork")
        try:
            team.start(2)
            team.start(2, role="beat")
            done = settled(number, seconds=90)
            ticked = wait_until(lambda: {"deliver", "sweep"} <= _beats(), seconds=60)
        finally:
            team.stop()
    return Seen(
        number="11",
        fault=f"two beats, two workers of two processes, {number:,} due",
        required="0 lost, 0 repeated",
        seen=told(number, server),
        holds=done and server.extra() == 0 and ticked,
    )


def _beats() -> set[str]:
    return set(Heartbeat.objects.values_list("name", flat=True))


def _has_more(server: Sink, before: int) -> bool:
    return len(server.accepted) > before


def _pause(longer: dict[str, float], address: str, _times: int) -> float:
    return longer.get(address, 0.02)


def told(number: int, server: Sink) -> str:
    """What became of so many mails, for the table."""
    lost = number - len(server.counts())
    differing = len(server.differing())
    return f"{lost} lost, {server.extra()} repeated" + (
        f", {differing} NOT the same bytes" if differing else ""
    )
