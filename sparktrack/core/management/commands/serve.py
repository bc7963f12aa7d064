"""One command that runs everything: web, worker and beat in the foreground, one clean Ctrl-C."""

import fcntl
import http.client
import io
import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management import BaseCommand, CommandError, call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from sparktrack.core.processes import Death, Processes, Program

_READY_SECONDS = 60
_STOP_SECONDS = 10
_BACKLOG = 2048  # gunicorn's


class Command(BaseCommand):
    """Prepares what is missing, starts the three programs, waits."""

    help = (
        "Run web server, worker and beat together until Ctrl-C. HOST and PORT say where (default 127.0.0.1:8000; "
        "PORT=0 takes a free one). The database is migrated first; outside production the demo brand is loaded once."
    )
    requires_system_checks = ()

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Returns after a clean stop. Raises CommandError (exit 1) when it cannot start or a program died."""
        death = None
        with _Signals() as signals, _listening() as listener, _only_one(settings.VAR_DIR):
            logins = self._prepare()
            signals.count_only()
            death = self._run(listener, logins, signals)
        if death:
            raise CommandError(f"{death}, so everything was stopped. Its last words are above.")

    def _prepare(self) -> str:
        """Migrates and fills what is missing; returns the demo logins, as text for a person."""
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            self._say("Preparing the database ...")
            call_command("migrate", interactive=False, verbosity=0)
        logins = io.StringIO()
        if settings.PRODUCTION:
            call_command("collectstatic", interactive=False, verbosity=0)
        else:
            settings.STATIC_ROOT.mkdir(
                exist_ok=True
            )  # nothing is collected: WhiteNoise would warn that it is missing
            # The demo is made of things that stand to the right of this app: called by name, not imported.
            call_command("load_demo", stdout=logins)
            # Who looks at the demo should not have to wait for the first tick of beat to see who is warned.
            call_command("raise_alerts", stdout=io.StringIO())
        connection.close()
        return logins.getvalue()

    def _run(self, listener: socket.socket, logins: str, signals: "_Signals") -> Death | None:
        """Starts the programs and waits for a signal (None) or the death of one; then all are stopped."""
        url = _url(listener)
        site_url = settings.SITE_URL if settings.PRODUCTION or "SITE_URL" in os.environ else url
        processes = Processes()
        web, *others = _programs(listener.fileno(), site_url)
        try:
            processes.start(web)
            listener.close()  # so that connections are refused once the web server is gone
            first_page = _FirstPage(url, site_url)
            death = processes.watch(until=lambda: signals.count > 0 or not first_page.is_alive())
            if death is None and signals.count == 0:
                if first_page.problem:
                    raise CommandError(
                        f"{url} does not answer: {first_page.problem}. Everything was stopped."
                    )
                for program in others:  # only now: while people wait for the page, it has the processor
                    processes.start(program)
                kept = settings.EMAIL_BACKEND == "sparktrack.core.mailbox.EmailBackend"
                mails = f"Mails are kept at {url}/dev/mail/\n" if kept else ""
                self._say(f"sparktrack is ready: {url}\n{logins}{mails}Ctrl-C stops it.")
                death = processes.watch(until=lambda: signals.count > 0)
            self._say("Stopping ...")
            return death
        finally:
            processes.stop(seconds=_STOP_SECONDS, hurry=lambda: signals.count > 1)

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()


def _programs(listener: int, site_url: str) -> list[Program]:
    environment = {"SITE_URL": site_url}
    if not settings.PRODUCTION:
        environment["LOG_LEVEL"] = os.environ.get("LOG_LEVEL", "WARNING")
    web = (
        f"gunicorn sparktrack.wsgi --bind fd://{listener} --worker-class gthread --threads 8 "
        f"--graceful-timeout {_STOP_SECONDS - 2} --log-level warning --no-control-socket"
    )
    celery = "celery --quiet --app sparktrack"
    alone = "--without-gossip --without-mingle --without-heartbeat"
    worker = f"{celery} worker --pool threads --concurrency 2 {alone} --loglevel WARNING"
    beat = f"{celery} beat --pidfile= --loglevel WARNING"

    # In a container everybody is root; Celery has much to say about that, and messages here are JSON.
    environment["PYTHONWARNINGS"] = "ignore:You're running the worker with superuser"

    def program(name: str, command: str, *descriptors: int) -> Program:
        words = [sys.executable, "-m", *command.split()]
        return Program(name, words, settings.BASE_DIR, environment, descriptors)

    return [program("web", web, listener), program("worker", worker), program("beat", beat)]


class _Signals:
    """Ctrl-C, SIGTERM, SIGHUP: at first they interrupt, after ``count_only`` they are counted.

    An interruption ends the ``with`` block without an error: to be stopped early is no failure. The handlers stay
    for the rest of the process, so that a second Ctrl-C in its last moment does no harm.
    """

    def __init__(self) -> None:
        self.count = 0
        self._interrupts = True

    def __enter__(self) -> Self:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._receive)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> bool:
        self.count_only()
        return kind is KeyboardInterrupt

    def count_only(self) -> None:
        """From now on nothing is interrupted."""
        self._interrupts = False

    def _receive(self, _number: int, _frame: FrameType | None) -> None:
        if self._interrupts:
            raise KeyboardInterrupt
        self.count += 1


class _FirstPage(threading.Thread):
    """Asks for the first page as a person would, one redirect included; afterwards ``problem`` says what was wrong."""

    def __init__(self, url: str, site_url: str) -> None:
        super().__init__(daemon=True)
        self.problem = "no answer"
        self._address = urlsplit(url)
        # What the site's own proxy would say; otherwise a production system refuses the request.
        site = urlsplit(site_url)
        self._headers = {"Host": site.netloc, "X-Forwarded-Proto": site.scheme}
        self.start()

    def run(self) -> None:
        """One or two requests; the web server answers them as soon as it is up."""
        try:
            status, location = self._get("/")
            if location.startswith("/"):
                status, _ = self._get(location)
            self.problem = f"HTTP {status}" if status >= HTTPStatus.INTERNAL_SERVER_ERROR else ""
        except (OSError, http.client.HTTPException) as error:
            self.problem = str(error) or type(error).__name__

    def _get(self, path: str) -> tuple[int, str]:
        host, port = self._address.hostname or "", self._address.port
        connection = http.client.HTTPConnection(host, port, timeout=_READY_SECONDS)
        connection.request("GET", path, headers=self._headers)
        response = connection.getresponse()
        response.read()
        return response.status, response.headers.get("Location", "")


@contextmanager
def _listening() -> Iterator[socket.socket]:
    """The socket at HOST and PORT, opened before anything else so that a taken port is found out first."""
    host, port = os.environ.get("HOST") or "127.0.0.1", os.environ.get("PORT") or "8000"
    if not (port.isascii() and port.isdigit() and int(port) < 2**16):
        raise CommandError(f"PORT must be a number up to 65535, not {port!r}.")
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, int(port), type=socket.SOCK_STREAM)[0]
    except OSError as error:
        raise CommandError(f"There is no host {host} ({error.strerror}).") from None
    with socket.socket(family, kind, protocol) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(address)
            listener.listen(_BACKLOG)
        except OSError as error:
            raise CommandError(
                f"Cannot listen on {host}:{port} ({error.strerror}). Stop what runs there, or choose another PORT."
            ) from None
        yield listener


def _url(listener: socket.socket) -> str:
    """Where a browser on this machine finds ``listener``."""
    host, port = listener.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - nothing is bound here
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


@contextmanager
def _only_one(var: Path) -> Iterator[None]:
    """Two of them on the same data would run every scheduled task twice."""
    var.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (var / "serve.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CommandError(f"sparktrack runs already on {var}. Stop it first (Ctrl-C there).") from None
        yield
