"""``manage.py serve`` as a person meets it: a process with children, a terminal's signals, files under var/."""

import http.client
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from django.db import connection

from tests import servers

ROOT = Path(__file__).resolve().parents[2]
FOREIGN = ("DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE", "SITE_URL", "HOST", "PORT", "LOG_LEVEL")


class Served:
    """A running ``manage.py serve`` with a ``var/`` of its own."""

    def __init__(self, var: Path, **environment: str) -> None:
        self.var = var
        kept = {name: value for name, value in os.environ.items() if name not in FOREIGN}
        self.environment = {**kept, "SPARKTRACK_VAR": str(var), "PORT": "0", **environment}
        self.process: subprocess.Popen[str] = subprocess.Popen(
            [sys.executable, "manage.py", "serve"],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.output = ""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        for pid in self.left():
            os.kill(pid, signal.SIGKILL)

    def wait_until_ready(self) -> str:
        """Reads what is printed up to the last line of the welcome; returns the address."""
        assert self.process.stdout
        for line in self.process.stdout:
            self.output += line
            if line.startswith("Ctrl-C"):
                return self.output.partition("is ready: ")[2].splitlines()[0]
        raise AssertionError(self.output)

    def ended(self, seconds: float = 30) -> int:
        """The exit code; what was printed last is in ``output`` then."""
        self.output += self.process.communicate(timeout=seconds)[0]
        return self.process.returncode

    def left(self) -> list[int]:
        """All processes, of whatever generation, that run with this ``var/``."""
        mark = f"SPARKTRACK_VAR={self.var}\0".encode()
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                if mark in (folder / "environ").read_bytes() and (folder / "cmdline").read_bytes():
                    found.append(int(folder.name))
            except OSError:
                continue
        return [pid for pid in found if pid != os.getpid()]

    def child(self, word: str) -> int:
        """The child whose command line has ``word``."""
        for pid in self.left():
            command = Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
            parent = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1]
            if word in command and int(parent) == self.process.pid:
                return pid
        raise AssertionError(f"no {word} among {self.left()}")


def get(url: str, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    with closing(http.client.HTTPConnection(url.removeprefix("http://"), timeout=20)) as connection:
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        return response.status, dict(response.headers), response.read()


def eventually(holds, seconds: float = 20) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if holds():
            return True
        time.sleep(0.1)
    return False


def sessions(database: Path) -> int:
    with closing(sqlite3.connect(database, timeout=20)) as connection:
        return connection.execute("SELECT COUNT(*) FROM django_session").fetchone()[0]


def add_expired_session(database: Path) -> None:
    with closing(sqlite3.connect(database, timeout=20)) as connection, connection:
        connection.execute("INSERT INTO django_session VALUES ('old', '', '2020-01-01 00:00:00')")


def wake(served: Served) -> None:
    """Sends the task that clears expired sessions, as beat does."""
    script = (
        "from sparktrack.celery import app; app.send_task('sparktrack.core.tasks.clear_expired_sessions')"
    )
    subprocess.run([sys.executable, "-c", script], cwd=ROOT, env=served.environment, check=True, timeout=30)


@pytest.fixture(scope="session")
def _used_var(tmp_path_factory) -> Path:
    """A ``var/`` as a first start leaves it."""
    var = tmp_path_factory.mktemp("serve") / "var"
    environment = {name: value for name, value in os.environ.items() if name not in FOREIGN}
    script = (
        "import django; django.setup(); from django.core.management import call_command as call;"
        "call('migrate', verbosity=0); call('load_demo')"
    )
    environment |= {"SPARKTRACK_VAR": str(var), "DJANGO_SETTINGS_MODULE": "sparktrack.settings"}
    subprocess.run([sys.executable, "-c", script], cwd=ROOT, env=environment, check=True, capture_output=True)
    return var


@pytest.fixture
def var(_used_var, tmp_path) -> Path:
    """A ``var/`` after a first start, of this test's own."""
    return Path(shutil.copytree(_used_var, tmp_path / "var"))


@pytest.mark.once
@pytest.mark.django_db
def test_migrations_make_the_tables_of_the_models(var):
    # The tests' own databases are made from the models, which is quicker by half a minute.
    parts = "SELECT type, name, tbl_name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'"
    columns = 'SELECT name, lower(type), "notnull", pk FROM pragma_table_info(?)'
    checks = re.compile(r'CONSTRAINT "(\w+)" (\w+)')
    with closing(sqlite3.connect(var / "sparktrack.sqlite3")) as migrated, connection.cursor() as made:

        def rows(sql: str, *values: str) -> set[tuple[object, ...]]:
            return set(made.execute(sql.replace("?", "%s"), values).fetchall())

        assert set(migrated.execute(parts)) - {("table", "django_migrations", "django_migrations")} == rows(
            parts.replace("%", "%%")
        )
        tables = "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        of_models = dict(rows(tables.replace("%", "%%")))
        for name, sql in migrated.execute(tables):
            if name != "django_migrations":
                assert set(migrated.execute(columns, (name,))) == rows(columns, name), name
                assert set(checks.findall(sql)) == set(checks.findall(of_models[name])), name


def test_a_first_start_prepares_everything_serves_and_ends_with_ctrl_c_leaving_nothing(tmp_path):
    with Served(tmp_path / "var") as served:
        url = served.wait_until_ready()
        for role in ("admin", "manager", "buyer", "viewer"):
            assert f"{role}@northbeam.example" in served.output
        status, _, page = get(url, "/accounts/login/")
        assert (status, b"<form" in page) == (200, True)
        for path in ("/static/css/base.css", "/static/admin/css/base.css"):
            status, headers, _ = get(url, path)
            assert (status, headers["Content-Type"].split(";")[0]) == (200, "text/css")
        assert f"Mails are kept at {url}/dev/mail/" in served.output
        assert b"No mail yet" in get(url, "/dev/mail/")[2]
        # Worker and broker without any service: a message through a folder wakes the worker.
        add_expired_session(served.var / "sparktrack.sqlite3")
        wake(served)
        assert eventually(lambda: sessions(served.var / "sparktrack.sqlite3") == 0)
        assert "WARNING" not in served.output.upper()

        served.process.send_signal(signal.SIGINT)
        assert served.ended() == 0
        assert served.left() == []


def test_sigterm_and_an_impatient_second_ctrl_c_end_it_cleanly_too(var):
    port = servers.free_port()
    with Served(var, HOST="localhost", PORT=str(port)) as served:
        assert served.wait_until_ready().endswith(f":{port}")
        served.process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        served.process.send_signal(signal.SIGINT)
        served.process.send_signal(signal.SIGINT)
        assert served.ended(8) == 0
        assert "Traceback" not in served.output
        assert served.left() == []


def test_a_stop_during_the_start_is_a_clean_stop(tmp_path):
    with Served(tmp_path / "var") as served:
        assert served.process.stdout.readline().startswith("Preparing the database")
        served.process.send_signal(signal.SIGINT)
        assert served.ended() == 0, served.output
        assert "Traceback" not in served.output
        assert served.left() == []


def test_when_a_program_dies_the_others_are_stopped_and_it_says_which(var):
    with Served(var) as served:
        served.wait_until_ready()
        os.kill(served.child("worker"), signal.SIGKILL)
        assert served.ended() == 1
        assert "worker ended (signal 9), so everything was stopped" in served.output
        assert served.left() == []


def test_when_it_is_killed_itself_its_programs_end_too(var):
    with Served(var) as served:
        served.wait_until_ready()
        served.process.kill()
        assert eventually(lambda: served.left() == [])


def test_a_taken_port_is_said_in_one_line_before_anything_starts(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        with Served(tmp_path / "var", PORT=port) as served:
            assert served.ended() == 1
            assert served.output.count("\n") == 1
            assert f"Cannot listen on 127.0.0.1:{port} (Address already in use)" in served.output
            assert not (served.var / "sparktrack.sqlite3").exists()


@pytest.mark.parametrize("place", [{"PORT": "80a"}, {"PORT": "65536"}, {"HOST": "no such host"}])
def test_an_address_that_is_none_is_said_in_one_line(tmp_path, place):
    with Served(tmp_path / "var", **place) as served:
        assert served.ended() == 1
        assert served.output.count("\n") == 1
        assert served.output.startswith("CommandError: ")


def test_two_on_the_same_data_are_one_too_many(var):
    with Served(var) as first:
        first.wait_until_ready()
        with Served(var) as second:
            assert second.ended() == 1
            assert f"sparktrack runs already on {var}" in second.output
            assert first.process.poll() is None
