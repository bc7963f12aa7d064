"""Faults of workers and beats: killed, stopped, too many; each says what came of it beside what is required."""

import os
import random
import signal
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing
from functools import partial

from django.db import connection

from alerts.models import Attempt, Heartbeat
from tests.faults.parts import Crew, crew
from tests.faults.seen import Seen, due, forget, has_more, settled, told
from tests.faults.sink import Accepted, sink, wait_until


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
            assert wait_until(partial(has_more, server, before), seconds=60)
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
