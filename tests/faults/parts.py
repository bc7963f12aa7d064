"""What faults happen to: worker processes, ticks, servers that are killed and come back."""

import contextlib
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from alerts import tasks
from tests.faults.sink import Sink, wait_until
from tests.servers import free_port, redis_binary

_ROOT = Path(__file__).resolve().parents[2]
# Python, Django and Celery are up by then, and wait for work.
_UP_SECONDS = 3.0
_QUIET = "--log-level error --no-control-socket"
_WEB = {
    "web": f"--worker-class gthread --threads 8 {_QUIET}",  # as manage.py serve starts it
    "webs": f"--workers 8 --preload {_QUIET}",
}


@dataclass
class Process:
    """A worker or a beat, in a session of its own: signals to its group reach its children too."""

    child: "subprocess.Popen[bytes]"
    since: float
    role: str

    @property
    def pid(self) -> int:
        return self.child.pid

    @property
    def is_up(self) -> bool:
        return self.child.poll() is None and time.monotonic() - self.since > _UP_SECONDS

    def signal(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, number)

    def kill(self) -> None:
        self.signal(signal.SIGKILL)
        self.child.wait()


@dataclass
class Crew:
    """The processes of a system whose mail goes to ``server``."""

    server: Sink
    lease: float = 2.0
    pool: str = "solo"
    environment: dict[str, str] = field(default_factory=dict)
    running: list[Process] = field(default_factory=list)
    port: int = field(default_factory=free_port)  # of the web server, if there is one

    def start(self, number: int = 1, *, role: str = "worker") -> list[Process]:
        """So many more; ``role``: worker, beat, scan, web (a server of eight threads) or webs (of eight processes)."""
        new = [Process(self._popen(role), time.monotonic(), role) for _ in range(number)]
        self.running += new
        return new

    def kill_one(self) -> bool:
        """SIGKILL for one that is up, chosen at random, and another in its place; False when none is up."""
        up = [process for process in self.running if process.is_up]
        if not up:
            return False
        self.replace(random.choice(up))
        return True

    def replace(self, process: Process) -> None:
        """SIGKILL, and another in its place."""
        process.kill()
        self.running.remove(process)
        self.start()

    def wait_until_up(self) -> None:
        youngest = max((each.since for each in self.running), default=0.0)
        time.sleep(max(0.0, youngest + _UP_SECONDS - time.monotonic()))

    @contextlib.contextmanager
    def supervised(self) -> Iterator[None]:
        """What ends by itself is started again, as ``restart: unless-stopped`` has it."""
        over = threading.Event()

        def watch() -> None:
            while not over.wait(1):
                for number, process in enumerate(self.running):
                    if process.child.poll() is not None:
                        self.running[number] = Process(
                            self._popen(process.role), time.monotonic(), process.role
                        )

        watcher = threading.Thread(target=watch, daemon=True)
        watcher.start()
        try:
            yield
        finally:
            over.set()
            watcher.join()

    def stop(self) -> None:
        for process in self.running:
            process.signal(signal.SIGCONT)
            process.kill()
        self.running.clear()

    def _popen(self, role: str) -> "subprocess.Popen[bytes]":
        ours = {
            "DJANGO_SETTINGS_MODULE": "sparktrack.settings",
            "DATABASE_URL": database_url(),
            "SPARKTRACK_VAR": str(settings.VAR_DIR),
            "EMAIL_URL": f"smtp://127.0.0.1:{self.server.port}",
            "FAULTS_LEASE": str(self.lease),
            "FAULTS_POOL": self.pool,
            "PYTHONWARNINGS": "ignore",
        }
        with _log().open("ab") as log:  # they have much to say about servers that are away
            return subprocess.Popen(
                [sys.executable, "-m", *self._words(role)],
                cwd=_ROOT,
                env={**os.environ, **ours, **self.environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def _words(self, role: str) -> list[str]:
        if role not in _WEB:
            return ["tests.faults.worker", role]
        return f"gunicorn sparktrack.wsgi --bind 127.0.0.1:{self.port} {_WEB[role]}".split()


def said() -> str:
    """What the processes of this system have written so far."""
    return _log().read_text(errors="replace") if _log().exists() else ""


def _log() -> Path:
    return Path(settings.VAR_DIR) / "processes.log"


def database_url() -> str:
    """The database that this process has under its connection."""
    database = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{database['NAME']}"
    return "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**database)


@contextlib.contextmanager
def crew(server: Sink, *, workers: int, ticks: float = 0.3, **how: Any) -> Iterator[Crew]:
    """Workers, and ticks as beat sends them, only quicker; all are gone afterwards."""
    team = Crew(server, **how)
    try:
        team.start(workers)
        with ticking(ticks):
            yield team
    finally:
        team.stop()


@contextlib.contextmanager
def ticking(every: float) -> Iterator[None]:
    """Ticks of the sweeper and of whoever sends; 0: none."""
    over = threading.Event()

    def tick() -> None:
        while not over.wait(every):
            with contextlib.suppress(Exception):  # a broker that is away: the next tick comes
                tasks.deliver_due.delay()

    ticker = threading.Thread(target=tick, daemon=True)
    if every:
        ticker.start()
    try:
        yield
    finally:
        over.set()
        if every:
            ticker.join()


def wake_all() -> None:
    """One tick of each part of the engine, as beat sends them a minute after its start."""
    for task in (tasks.raise_due, tasks.deliver_due, tasks.mornings, tasks.sweep):
        task.delay()


class Server:
    """A PostgreSQL or Redis of ours, found by its port: killed, and started again as it was started."""

    def __init__(self, port: int, command: list[str] | None = None) -> None:
        self.pid, words, self._user = _listener(port)
        self._command = command or words
        self._again: list[subprocess.Popen[bytes]] = []

    def kill(self, number: int = signal.SIGKILL) -> None:
        """Ends it: SIGQUIT is PostgreSQL's immediate stop."""
        os.kill(self.pid, number)
        if self._again:
            self._again[-1].wait()
        assert wait_until(lambda: not _is_alive(self.pid), seconds=10)

    def start(self) -> None:
        """The same command again."""
        self._again.append(
            subprocess.Popen(
                self._command,
                user=self._user,
                cwd="/",
                env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        )
        self.pid = self._again[-1].pid

    def stop(self) -> None:
        """What was started again ends; the first one belongs to somebody else."""
        for process in self._again:
            if process.poll() is None:
                process.send_signal(signal.SIGINT)
                process.wait()


def redis_command(port: int) -> list[str]:
    """Redis names itself anew in the list of processes: its command, as tests/servers.py starts it."""
    options = f"--bind 127.0.0.1 --port {port} --appendonly no --databases 64 --dir /tmp --save".split()
    return [str(redis_binary()), *options, ""]


def _listener(port: int) -> tuple[int, list[str], int]:
    """Process id, command and user of the server that was started for ``port``."""
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            words = (folder / "cmdline").read_bytes().decode().rstrip("\0").split("\0")
            is_server = any(name in words[0] for name in ("postgres", "redis-server", "valkey-server"))
            if is_server and any(str(port) in word for word in words):
                return int(folder.name), words, folder.stat().st_uid
    raise RuntimeError(f"no server on port {port}")


def _is_alive(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False
