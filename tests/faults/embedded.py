"""Faults of the embedded default, SQLite and a broker in files: in a process with such a system of its own."""

import os
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection

from alerts.models import Heartbeat
from authorizations.operations.gaps import differences
from brands.models import AuditEntry, Brand
from campaigns.models import Flight, ImportRun
from posts.models import Post
from sparktrack.core.outages import FULL
from tests.faults.parts import Crew, crew, database_url, said
from tests.faults.people import SHEET, Office, Person, asked, health
from tests.faults.seen import Seen, due
from tests.faults.sink import sink, wait_until

_ROOT = Path(__file__).resolve().parents[2]
_WRITERS = 8


def writers(*, rounds: int, number: int) -> Seen:
    """Eight people change flights at once, each in a server process of their own, while others raise and send."""
    offices = [Office(_WRITERS // 2, lapses_in=timedelta(hours=-1)) for _ in range(2)]
    due(number)
    with sink() as server, crew(server, workers=1) as team:
        team.start(role="webs")
        team.start(role="scan")
        assert wait_until(lambda: asked(team.port, "/healthz").status == 200, seconds=60)
        people = [
            (office, flight, Person(buyer, team.port))
            for office in offices
            for flight, buyer in zip(office.flights, office.buyers, strict=True)
        ]
        admins = [Person(office.admin, team.port) for office in offices for _ in office.flights]
        barrier = threading.Barrier(_WRITERS)

        def work(office: Office, flight: Flight, person: Person, admin: Person) -> None:
            barrier.wait(60)
            for each in range(rounds):
                person.post(office.pausing(flight))
                person.post(office.pausing(flight, again=True))
                if each % 5 == 0:
                    admin.post(office.url("imports/"), pasted=SHEET)

        threads = [
            threading.Thread(target=work, args=(*each, admin))
            for each, admin in zip(people, admins, strict=True)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        done = wait_until(lambda: {mail.to for mail in server.accepted} >= _made_up(), seconds=120)
    answers = [
        answer for person in [*(person for *_, person in people), *admins] for answer in person.answers
    ]
    statuses = Counter(answer.status for answer in answers)
    asked_for = 2 * rounds * _WRITERS + -(-rounds // 5) * _WRITERS
    kept = (
        AuditEntry.objects.filter(action__in=["flight.paused", "flight.resumed"]).count()
        + ImportRun.objects.count()
    )
    locked = said().count("database is locked")
    times = sorted(answer.took for answer in answers)
    return Seen(
        number="18",
        fault=f"SQLite: 8 server processes write ({asked_for:,} forms of 8 people), a worker sends {number}, "
        "a scan without a pause",
        required="0 `database is locked`, 0 answers of 5xx, every change kept; 0 mails lost or repeated",
        seen=f"{_told_answers(statuses)} (95 % within {times[int(len(times) * 0.95)]:.1f} s, "
        f"the slowest {times[-1]:.1f} s), {kept:,} kept; {locked} locked; "
        f"{number - len(_made_up() & {mail.to for mail in server.accepted})} lost, {server.extra()} repeated",
        holds=set(statuses) == {302}
        and kept == asked_for
        and locked == 0
        and done
        and server.extra() == 0
        and _is_sound(),
    )


def disk_full(*, seconds: float) -> Seen:
    """``manage.py serve`` on a small disk that somebody fills, and makes room on again."""
    office = Office(3, lapses_in=timedelta(seconds=60))
    ballast = Path(settings.VAR_DIR) / "ballast"
    with sink() as server:
        team = Crew(server)
        served = _serve(team)
        try:
            person = Person(office.admin, team.port)
            assert wait_until(lambda: asked(team.port, "/healthz").status == 200, seconds=120), said()
            assert wait_until(lambda: Heartbeat.objects.filter(name="deliver").exists(), seconds=120), said()
            before = person.post(office.pausing(office.flights[0])).status
            _fill(ballast)
            full_at = time.monotonic()
            person.answers.clear()
            while not any(answer.status == 503 for answer in person.answers) and len(person.answers) < 300:
                person.post(office.url("imports/"), pasted=SHEET)
            sheets = len(person.answers)
            for flight in office.flights[1:]:
                person.post(office.pausing(flight))
            changes = list(person.answers)
            kept = _kept(office)
            read = [person.get(office.url("")).status, asked(team.port, "/healthz").status]
            time.sleep(max(0.0, seconds - (time.monotonic() - full_at)))
            alive = served.poll() is None
            ballast.unlink()
            back = time.monotonic()
            again = person.post(office.url("imports/"), pasted=SHEET).status
            mailed = wait_until(lambda: bool(server.accepted), seconds=150)
            warned = server.accepted[0].at - back if mailed else 0.0
            well = wait_until(lambda: health(team.port)["code"] == 200, seconds=150)
            alive = alive and served.poll() is None
        finally:
            served.terminate()
            served.wait(30)
    statuses = Counter(answer.status for answer in changes)
    accepted = Counter(
        "sheet" if number < sheets else "flight"
        for number, answer in enumerate(changes)
        if answer.status == 302
    )
    return Seen(
        number="19",
        fault=f"`manage.py serve` on a disk that is full for {seconds:.0f} s; a code lapses meanwhile",
        required="changes 503 in words, pages are read, nothing half-written; it goes on by itself, and warns",
        seen=f"changes {_told_answers(statuses)}, page {read[0]}, kept {kept[0] + kept[1]}; then {again}; "
        f"warned {f'{warned:.0f} s afterwards' if warned > 0 else 'in spite of it'}; "
        f"all programs {'alive' if alive else 'NOT alive'}",
        holds=before == 302
        and set(statuses) <= {302, 503}
        and statuses[503] > 0
        and all(FULL in answer.text for answer in changes if answer.status == 503)
        and kept == (accepted["sheet"], accepted["flight"] + 1)
        and read == [200, 200]
        and again == 302
        and mailed
        and server.extra() == 0
        and well
        and alive
        and _is_sound(),
    )


def _serve(team: Crew) -> "subprocess.Popen[bytes]":
    """The one command of the embedded default, with a mail server; what it says goes where the disk is not full."""
    ours = {"PORT": str(team.port), "EMAIL_URL": f"smtp://127.0.0.1:{team.server.port}"}
    return subprocess.Popen(
        [sys.executable, "manage.py", "serve"],
        cwd=_ROOT,
        env={**os.environ, **ours, "DATABASE_URL": database_url()},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=sys.stderr if "FAULTS_VERBOSE" in os.environ else subprocess.DEVNULL,
        start_new_session=True,
    )


def _fill(ballast: Path) -> None:
    """Not a byte is left."""
    with ballast.open("wb", buffering=0) as file, suppress(OSError):
        for size in (1 << 20, 1 << 12, 1):
            with suppress(OSError):
                while True:
                    file.write(b"\0" * size)


def _kept(office: Office) -> tuple[int, int]:
    """Sheets and pauses of this brand that are on record."""
    entries = AuditEntry.objects.for_brand(office.brand).filter(action="flight.paused")
    return ImportRun.objects.for_brand(office.brand).count(), entries.count()


def _made_up() -> set[str]:
    from alerts.models import Delivery

    return set(Delivery.objects.filter(key__startswith="test:").values_list("user__email", flat=True))


def _is_sound() -> bool:
    """Whether stored gaps are those that follow from the rows, and SQLite finds nothing wrong with its file."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA integrity_check")
        whole = cursor.fetchall() == [("ok",)]
    brands = Brand.objects.all()
    return whole and not any(
        differences(brand, list(Post.objects.for_brand(brand).values_list("pk", flat=True)))
        for brand in brands
    )


def _told_answers(statuses: Counter[int]) -> str:
    return ", ".join(f"{count:,} × {status}" for status, count in sorted(statuses.items()))
