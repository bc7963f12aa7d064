"""Production by hand: the processes of docker-compose.yml, as it starts them, carry a lapse from a sheet to its mail.

Commands and variables are read from that file, so what is tested here is what a container engine would start.
"""

import contextlib
import http.client
import json
import os
import re
import shlex
import signal
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2
import pytest
import redis

from sparktrack.core.clock import utc_now
from tests import servers
from tests.faults.sink import Accepted, sink, wait_until
from tests.test_containers import SERVICES
from tests.test_workbench import ROOT

pytestmark = pytest.mark.once

SITE = {"Host": "sparktrack.example", "X-Forwarded-Proto": "https"}
_PATIENCE = 120  # seconds on a machine that has much else to do; alone all of it takes less than 30
BUYER, ADMIN = "priya@acme.example", "alex@acme.example"
CODE = "#maDqR6RCOVmDhxHKMTPxmwq7CRUUC2dWdrzhEnWECAHtUuz1iGdBLmxACSlhkFw="

# A brand and its people, and then the sheet, in one process: Python and Django take long to start.
SET_UP = """
import sys, django
django.setup()
from django.core.management import call_command
from brands.models import Brand, Membership, User
from sparktrack.core.clock import utc_now
sheet, admin, buyer = sys.argv[1:]
call_command("add_brand", "acme", name="Acme Tea", timezone="UTC", admin="later@acme.example")
for email, name, role in [(admin, "Alex Admin", "admin"), (buyer, "Priya Raman", "buyer")]:
    user = User.objects.create_user(email=email, password=None, full_name=name, created_at=utc_now())
    Membership.objects.create(brand=Brand.objects.get(), user=user, role=role, created_at=utc_now())
call_command("import_tracker", sheet, brand="acme", apply=True)
"""


class System:
    """The containers' processes with private servers instead of those of Compose."""

    def __init__(self, folder: Path, *, database_url: str, redis_url: str, mail_port: int) -> None:
        self.folder, self.redis_url = folder, redis_url
        self.port = servers.free_port()
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        secrets = folder / "secrets"
        subprocess.run([ROOT / "bin" / "secrets", secrets], check=True, capture_output=True)
        (secrets / "database_url").write_text(database_url)
        (secrets / "email_url").write_text(f"smtp://127.0.0.1:{mail_port}")
        example = re.findall(r"^([A-Z_]+)=(.*)$", (ROOT / ".env.example").read_text(), re.MULTILINE)
        self.common = {
            "PATH": os.environ["PATH"],
            "DJANGO_SETTINGS_MODULE": "sparktrack.settings",
            "SPARKTRACK_VAR": str(folder / "var"),
            "PYTHONWARNINGS": "ignore:You're running the worker with superuser",
            **dict(example),
        }

    def environment(self, service: str) -> dict[str, str]:
        """What Compose passes to ``service``, with our places."""
        passed = {name: str(value) for name, value in SERVICES[service]["environment"].items()}
        here = {
            name: value.replace("/run/secrets", str(self.folder / "secrets"))
            for name, value in passed.items()
        }
        return {**self.common, **here, "REDIS_URL": self.redis_url}

    def command(self, service: str) -> list[str]:
        """The words of ``service``, run by the Python of the tests."""
        program, *words = shlex.split(SERVICES[service]["command"])
        words = [word.replace("0.0.0.0:8000", f"127.0.0.1:{self.port}") for word in words]
        return [sys.executable, *([] if program == "python" else ["-m", program]), *words]

    def health_check(self, service: str) -> list[str]:
        """What Compose asks in the container of ``service``, asked here."""
        kind, *words = SERVICES[service]["healthcheck"]["test"]
        if kind == "CMD-SHELL":
            words = ["-m", *shlex.split(words[0].replace("celery@$$HOSTNAME", f"{service}-1@test"))]
        else:
            words = [word.replace("127.0.0.1:8000", f"127.0.0.1:{self.port}") for word in words[1:]]
        return [sys.executable, *words]

    def run(self, *command: str, service: str = "migrate") -> "subprocess.Popen[bytes]":
        """Starts something that ends by itself."""
        return subprocess.Popen(
            command, cwd=ROOT, env=self.environment(service), stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )

    def start(self, service: str, number: int = 0) -> None:
        """Starts a process that stays; each worker under a name of its own, as in a container."""
        name = f"{service}-{number}" if number else service
        more = ["--hostname", f"{name}@test"] if service == "worker" else []
        with (self.folder / f"{name}.log").open("wb") as log:
            self.running[name] = subprocess.Popen(
                [*self.command(service), *more],
                cwd=ROOT,
                env=self.environment(service),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text()

    def logs(self) -> str:
        return "\n".join(f"--- {name}\n{self.log(name)[-3000:]}" for name in self.running)

    def get(self, path: str) -> tuple[int, bytes]:
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)) as connection:
            connection.request("GET", path, headers=SITE)
            response = connection.getresponse()
            return response.status, response.read()

    def headers_of(self, path: str) -> tuple[int, http.client.HTTPMessage]:
        """The answer to a browser that takes compressed files."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)) as connection:
            connection.request("GET", path, headers={**SITE, "Accept-Encoding": "br"})
            response = connection.getresponse()
            return response.status, response.headers

    def answers(self, path: str) -> bool:
        with contextlib.suppress(OSError, http.client.HTTPException):
            return self.get(path)[0] == 200
        return False

    def stop(self) -> dict[str, int]:
        """SIGTERM for the main process of each, as an engine sends it; exit codes."""
        for process in self.running.values():
            process.terminate()
        return {name: process.wait(15) for name, process in self.running.items()}

    def kill(self) -> None:
        for process in self.running.values():
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@pytest.fixture
def database_url(postgres_url) -> Iterator[str]:
    """An empty database on a real PostgreSQL."""
    name = f"production_{uuid.uuid4().hex[:12]}"
    with closing(psycopg2.connect(postgres_url)) as connection:
        connection.autocommit = True
        connection.cursor().execute(f"CREATE DATABASE {name}")
        yield urlsplit(postgres_url)._replace(path=f"/{name}").geturl()
        connection.cursor().execute(f"DROP DATABASE {name} WITH (FORCE)")


def sheet(folder: Path) -> Path:
    """One post whose flight runs, and whose code ended yesterday."""
    today = utc_now().date()
    cells = {
        "Creator handle": "iris.bakes",
        "Post link": "https://www.tiktok.com/@iris.bakes/video/7301742141985689965",
        "Title": "Sourdough, day one",
        "Auth date": today - timedelta(days=31),
        "Days": 30,
        "Spark code": CODE,
        "Paid": "yes",
        "Rights start": today - timedelta(days=60),
        "Rights end": today + timedelta(days=300),
        "Campaign": "Winter table",
        "Flight start": today - timedelta(days=20),
        "Flight end": today + timedelta(days=20),
        "Daily budget": 120,
        "Owner": "Priya Raman",
    }
    path = folder / "tracker.csv"
    path.write_text(f"{','.join(cells)}\n" + ",".join(f'"{value}"' for value in cells.values()) + "\n")
    return path


def finished(process: "subprocess.Popen[bytes]") -> str:
    output = process.communicate(timeout=_PATIENCE)[0].decode()
    assert process.returncode == 0, output
    return output


def deliveries(url: str) -> list[str]:
    with closing(psycopg2.connect(url)) as connection:
        cursor = connection.cursor()
        cursor.execute("SELECT state FROM alerts_delivery")
        return [state for (state,) in cursor.fetchall()]


def test_a_lapse_goes_from_the_sheet_to_the_accepted_mail(tmp_path, database_url):
    with servers.redis() as redis_url, sink() as inbox, redis.Redis.from_url(redis_url) as broker:
        system = System(tmp_path, database_url=database_url, redis_url=redis_url, mail_port=inbox.port)
        (tmp_path / "var").mkdir()
        static = system.run(sys.executable, "manage.py", "collectstatic", "--noinput", "-v0")
        finished(system.run(*system.command("migrate")))
        bring = system.run(sys.executable, "-c", SET_UP, str(sheet(tmp_path)), ADMIN, BUYER, service="web")
        finished(static)  # a web server reads the list of files when it starts
        try:
            for service in ("web", "beat-1", "beat-2"):
                system.start(service)
            workers = SERVICES["worker"]["deploy"]["replicas"]
            for number in range(1, workers + 1):
                system.start("worker", number)
            assert "Applied." in finished(bring)
            assert wait_until(lambda: broker.exists("redbeat::schedule") > 0, seconds=_PATIENCE), (
                system.logs()
            )
            # Beat would raise alerts within a minute; here it is due at once.
            broker.zadd("redbeat::schedule", {"redbeat:raise-alerts": 0}, xx=True)
            assert inbox.wait_for(2, seconds=_PATIENCE), system.logs()
            check_mails(inbox.accepted)
            assert wait_until(lambda: set(deliveries(database_url)) == {"sent"}, seconds=_PATIENCE)
            check_pages(system)
            check_beats(system)
            codes = system.stop()
            assert set(codes.values()) == {0}, (codes, system.logs())
            # Everything was said once, and nothing that is secret, in any log.
            assert len(inbox.accepted) == 2
            for secret in (CODE, (tmp_path / "secrets" / "secret_key").read_text().strip()):
                assert secret not in system.logs()
        finally:
            system.kill()


def check_mails(accepted: list[Accepted]) -> None:
    """Buyer and admin heard that it stopped, in words, with a way to the post, and without the code."""
    assert {mail.to for mail in accepted} == {BUYER, ADMIN}
    for mail in accepted:
        read = message_from_bytes(mail.content, policy=policy.default)
        assert isinstance(read, EmailMessage)
        assert read["From"] == "sparktrack <sparktrack@sparktrack.example>"
        text = read.get_body(("plain",))
        assert text is not None
        said = text.get_content()
        assert "Sourdough, day one" in f"{read['Subject']}{said}"
        assert "https://sparktrack.example/" in said
        assert CODE.encode() not in mail.content
        assert CODE[1:30].encode() not in mail.content


def check_pages(system: System) -> None:
    """Probes and a page, as a proxy and a person ask for them."""
    assert json.loads(system.get("/readyz")[1]) == {"status": "ok", "database": "ok", "broker": "ok"}
    status, page = system.get("/accounts/login/")
    assert (status, b"<form" in page) == (200, True)
    style = page.decode().partition('<link rel="stylesheet" href="')[2].partition('"')[0]
    status, headers = system.headers_of(style)
    assert (status, headers["Content-Encoding"]) == (200, "br")
    assert "immutable" in headers["Cache-Control"]
    assert "northbeam" not in system.logs()
    assert system.get("/dev/mail/")[0] == 404
    assert json.loads(system.get("/healthz/alerts")[1])["due"] == 0


def check_beats(system: System) -> None:
    """One of the two ticks, the other waits; what the health checks of Compose ask holds."""
    ticking = [name for name in ("beat-1", "beat-2") if "Sending due task" in system.log(name)]
    assert len(ticking) == 1
    for service in ("web", "beat-1", "beat-2"):
        finished(system.run(*system.health_check(service), service=service))
    assert "pong" in finished(system.run(*system.health_check("worker"), service="worker"))
    system.redis_url += "/9"  # where nobody holds the lock
    with system.run(*system.health_check("beat-1"), service="beat-1") as asked:
        assert asked.wait(_PATIENCE) != 0
