"""Faults of the servers around: mail, Redis, PostgreSQL; each says what came of it beside what is required."""

import random
import signal
import time
from functools import partial

from django.db import connection

from alerts.models import Delivery, Heartbeat
from tests.faults.parts import Server, crew
from tests.faults.seen import Seen, due, forget, has_more, settled, states, told
from tests.faults.sink import sink, wait_until


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


def _pause(longer: dict[str, float], address: str, _times: int) -> float:
    return longer.get(address, 0.02)


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
            if wait_until(partial(has_more, server, before + 3), seconds=30):
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
