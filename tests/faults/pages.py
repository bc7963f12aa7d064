"""Faults that people at the pages see, or that pages must tell: real requests to a real web server."""

import signal
import time
from datetime import timedelta

from django.db import connection

from alerts.models import Heartbeat
from brands.models import AuditEntry
from campaigns.models import ImportRun
from campaigns.views.imports.pages import columns_form
from sparktrack.core.outages import READ_ONLY
from tests.faults.parts import Crew, Server, crew, wake_all
from tests.faults.people import SHEET, Office, Person, health
from tests.faults.seen import Seen, due, forget, settled, told
from tests.faults.sink import sink, wait_until

_AS_IN_PRODUCTION = {"FAULTS_TICK": "0"}


def deaf(*, number: int) -> Seen:
    """The only worker stands still while beat ticks on: health turns red, another worker drains, it is green again."""
    forget()
    with sink() as server:
        team = Crew(server, environment=_AS_IN_PRODUCTION)
        try:
            team.start(role="web")
            team.start(role="beat")
            [worker] = team.start()
            wake_all()  # the first ones of beat would come after a minute
            assert wait_until(lambda: health(team.port)["code"] == 200, seconds=60)
            worker.signal(signal.SIGSTOP)
            stood_at = time.monotonic()
            due(number)
            turned = wait_until(lambda: health(team.port)["code"] == 503, seconds=240)
            red, problems = time.monotonic() - stood_at, health(team.port).get("problems", [])
            team.start()
            another_at = time.monotonic()
            done = settled(number)
            again = wait_until(lambda: health(team.port)["code"] == 200, seconds=180)
            green = time.monotonic() - another_at
            worker.signal(signal.SIGCONT)
            time.sleep(2)
        finally:
            team.stop()
    return Seen(
        number="9",
        fault=f"the only worker stands still (SIGSTOP), {number} due, beat ticks on as in production",
        required="/healthz/alerts is red ≤ 3 min; another worker drains, it is green; 0 lost, 0 repeated",
        seen=f"{told(number, server)}; red after {red:.0f} s ({'; '.join(problems)}), "
        f"green {green:.0f} s after the start of another",
        holds=turned and red <= 180 and bool(problems) and done and again and server.extra() == 0,
    )


def pages_without_redis(*, down: float, server_of_redis: Server) -> Seen:
    """Redis is away while people work: what they do is kept, and what follows from it is said afterwards."""
    forget()
    office = Office(2, lapses_in=timedelta(hours=-1))
    with sink() as server:
        team = Crew(server, pool="prefork", environment=_AS_IN_PRODUCTION)
        try:
            team.start(role="web")
            team.start(2)
            team.start(2, role="beat")
            with team.supervised():
                team.wait_until_up()
                person = Person(office.admin, team.port)
                assert wait_until(lambda: person.get(office.url("")).status == 200, seconds=60)
                assert wait_until(Heartbeat.objects.exists, seconds=60)
                for flight in office.flights:
                    assert person.post(office.pausing(flight)).status == 302
                person.answers.clear()
                server_of_redis.kill()
                for flight in office.flights:
                    person.post(office.pausing(flight, again=True))
                person.post(office.url("imports/"), pasted=SHEET)
                run = ImportRun.objects.for_brand(office.brand).get()
                person.post(office.url(f"imports/{run.pk}/columns/"), **_columns(run))
                time.sleep(down)
                person.get(office.url(""))
                statuses = [answer.status for answer in person.answers]
                kept = AuditEntry.objects.for_brand(office.brand).filter(action="flight.resumed").count()
                server_of_redis.start()
                back = time.monotonic()
                expected = {office.buyers[0].email, office.buyers[1].email}
                mailed = wait_until(lambda: expected <= {mail.to for mail in server.accepted}, seconds=180)
                took = time.monotonic() - back
                read = wait_until(lambda: ImportRun.objects.get(pk=run.pk).state == "previewed", seconds=120)
        finally:
            team.stop()
    slowest = max(answer.took for answer in person.answers)
    return Seen(
        number="7",
        fault=f"Redis away for {down:.0f} s while somebody resumes two flights whose codes lapsed, and imports a sheet",
        required="pages answer, everything is kept; mails ≤ 90 s and the preview after its return",
        seen=f"answers {' '.join(map(str, statuses))} (slowest {slowest:.1f} s); {kept} of 2 kept; "
        f"mails {took:.0f} s after its return; preview: {'there' if read else 'missing'}",
        holds=statuses == [302, 302, 302, 302, 200] and kept == 2 and mailed and took <= 90 and read,
    )


def read_only(*, number: int, down: float) -> Seen:
    """PostgreSQL can only be read for a while, as a replica before its promotion; it begins in mid-sending."""
    forget()
    office = Office(2, lapses_in=timedelta(days=20))
    slow = {"FAULTS_TICK": "1"}
    with (
        sink(at_data=lambda _address, _times: 0.05) as server,
        crew(server, workers=2, lease=60, environment=slow) as team,
    ):
        team.start(role="web")
        team.start(role="beat")
        person = Person(office.admin, team.port)
        assert wait_until(lambda: person.get(office.url("")).status == 200, seconds=60)
        assert person.post(office.pausing(office.flights[0])).status == 302
        due(number)
        server.wait_for(number // 4, seconds=60)
        _writable(no=True)
        time.sleep(0.5)
        before = AuditEntry.objects.count(), ImportRun.objects.count()
        refused = [
            person.post(office.pausing(office.flights[1])),
            person.post(office.url("imports/"), pasted=SHEET),
        ]
        read = person.get(office.url(""))
        time.sleep(down)
        half = (AuditEntry.objects.count(), ImportRun.objects.count()) != before
        _writable(no=False)
        back = time.monotonic()
        again = person.post(office.pausing(office.flights[1])).status
        done = settled(number)
        took = time.monotonic() - back
    statuses = [answer.status for answer in refused]
    return Seen(
        number="19",
        fault=f"PostgreSQL can only be read for {down:.0f} s in the middle of {number:,}",
        required="changes 503 in words, pages are read, nothing half-written; 0 lost, 0 repeated, goes on by itself",
        seen=f"changes {' '.join(map(str, statuses))}, page {read.status}, half-written: "
        f"{'yes' if half else 'nothing'}; then {again}; {told(number, server)}; all sent {took:.0f} s afterwards",
        holds=statuses == [503, 503]
        and all(READ_ONLY in answer.text for answer in refused)
        and read.status == 200
        and not half
        and again == 302
        and done
        and server.extra() == 0,
    )


def _columns(run: ImportRun) -> dict[str, str]:
    """The form of the columns of ``run`` as the page guesses them."""
    return {field.html_name: str(field.value() or "") for field in columns_form(run, heading="")}


def _writable(*, no: bool) -> None:
    """All sessions of the server, from now on; they are asked to read their settings again."""
    with connection.cursor() as cursor:
        cursor.execute("SET default_transaction_read_only = off")
        cursor.execute(f"ALTER SYSTEM SET default_transaction_read_only = {'on' if no else 'off'}")
        cursor.execute("SELECT pg_reload_conf()")
