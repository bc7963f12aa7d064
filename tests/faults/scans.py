"""Faults that meet the scan for lapses: restarts of the database in its middle, and very many at once."""

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path

from django.db import connection

from alerts.models import Alert, Delivery, Notice
from alerts.operations.raising import raise_alerts
from brands.enums import Role
from campaigns.operations.flights import FlightDraft, plan_flights
from creators.models import Creator
from sparktrack.core.clock import database_now, utc_now
from tests.faults.parts import Server, crew
from tests.faults.people import Office
from tests.faults.seen import Seen, forget, told
from tests.faults.sink import sink, wait_until
from tests.world import DAY, World


def scan_restarted(*, times: int, server_of_postgres: Server) -> Seen:
    """PostgreSQL stops at once while alerts are raised, again and again; each time there are new lapses to raise."""
    forget()
    offices: list[Office] = []
    bare = 0
    slowest = 0.0
    with sink() as server, crew(server, workers=0, ticks=0) as team:
        team.start(role="scan")
        for _ in range(times):
            offices += [Office(8, lapses_in=timedelta(hours=-1)) for _ in range(2)]
            time.sleep(random.uniform(0, 0.6))
            connection.close()
            server_of_postgres.kill(signal.SIGQUIT)
            server_of_postgres.start()
            back = time.monotonic()
            assert wait_until(partial(_answers, _bare_alerts), seconds=30)
            bare += _bare_alerts()
            assert wait_until(partial(_answers, partial(_all_raised, offices)), seconds=60)
            slowest = max(slowest, time.monotonic() - back)
        number = 8 * len(offices)
        done = wait_until(lambda: not Delivery.objects.exclude(state="sent").exists(), seconds=120)
        mails = Delivery.objects.count()
    connection.close()
    return Seen(
        number="10",
        fault=f"PostgreSQL restarted {times} times while alerts are raised, {number} lapses",
        required="each raised once, with its messages or not at all; goes on by itself ≤ 30 s; 0 lost, 0 repeated",
        seen=f"{Alert.objects.count()} raised, {bare} ever seen without messages; all raised {slowest:.1f} s "
        f"after a restart at the most; {told(mails, server)}",
        holds=Alert.objects.count() == number
        and bare == 0
        and slowest <= 30
        and mails >= number
        and done
        and server.extra() == 0
        and len(server.counts()) == mails,
    )


def _bare_alerts() -> int:
    return Alert.objects.filter(notices=None).count()


def _all_raised(offices: list[Office]) -> bool:
    return Alert.objects.count() == sum(len(office.flights) for office in offices)


def _answers(ask: Callable[[], object]) -> bool:
    """Whether the database is there again; for ``ask`` that says yes or no: and it says yes."""
    try:
        return ask() is not False
    except Exception:  # noqa: BLE001 - it is what this fault breaks
        connection.close()
        return False


def together(*, number: int, buyers: int, managers: int) -> Seen:
    """Very many codes lapse in the same minute: raised in one pass, and nobody's mailbox is flooded."""
    forget()
    _many(number, buyers=buyers, managers=managers)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # PostgreSQL does it by itself within a minute
    with sink() as server, crew(server, workers=0, ticks=0, lease=300) as team:
        began, worked = time.monotonic(), _processor_seconds()
        raise_alerts(now=database_now())
        raised, worked = time.monotonic() - began, _processor_seconds() - worked
        team.start(role="scan")
        done = wait_until(
            lambda: Delivery.objects.exists() and not Delivery.objects.exclude(state="sent").exists(),
            seconds=180,
        )
        took = time.monotonic() - began
        most = max(Counter(mail.to for mail in server.accepted).values(), default=0)
    told_of = Notice.objects.filter(delivery__state="sent").values("alert").distinct().count()
    people = Delivery.objects.values("user").distinct().count()
    return Seen(
        number="23",
        fault=f"{number:,} codes lapse in the same minute; {buyers} buyers, {managers} managers, an admin",
        required="all queued < 5 s; each lapse told, one mail a person",
        seen=f"queued in {raised:.1f} s ({worked:.1f} s of a processor), mails at {people} people after {took:.0f} s; "
        f"{told_of:,} told, at the most {most} mail a person; {server.extra()} repeated",
        holds=raised < 5 and done and told_of == number and most == 1 and server.extra() == 0,
    )


def _processor_seconds() -> float:
    """What this process and its backend of PostgreSQL have had of the processors; they take turns."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    user, system = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return time.process_time() + (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def _many(number: int, *, buyers: int, managers: int) -> None:
    """So many running flights of posts whose codes lapsed a minute ago, shared out among people."""
    world = World(now=utc_now(), tracks_rights=False)
    world.member(Role.ADMIN)
    buying = [world.member(Role.BUYER) for _ in range(buyers)]
    managing = [world.member(Role.MANAGER) for _ in range(managers)]
    posts = world.posts(number)
    for place, manager in enumerate(managing):
        mine = [post.creator_id for post in posts[place::managers]]
        Creator.objects.filter(pk__in=mine).update(manager=manager)
    world.codes(posts, world.now - timedelta(minutes=1) - 30 * DAY, 30)
    campaign = world.campaign()
    first, last = world.day(-5), world.day(20)
    drafts = [
        FlightDraft(post, campaign, buyer=buying[each % buyers], starts_on=first, ends_on=last)
        for each, post in enumerate(posts)
    ]
    plan_flights(drafts=drafts, **world.by)
