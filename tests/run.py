"""Runs the suite twice: on SQLite (the embedded shape) and on a real PostgreSQL with a real Redis (production's).

Tests that touch no database, and those marked ``once``, are in the first run only: they cannot differ in the second.
``bin/test [--quick] [--only sqlite|postgresql] [pytest arguments]``; ``--quick`` leaves out what is long and told by
shorter tests, too (tests/conftest.py; docs/decisions/020). Servers are private and started here, unless
TEST_DATABASE_URL and TEST_REDIS_URL name some. The exit code is 0 only when both runs passed.
"""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests import browser, servers

_ROOT = Path(__file__).resolve().parent.parent
_RUNS = ("sqlite", "postgresql")
# Tells pytest that another run of the same suite came before: what no database can change is not repeated.
REPEATED = "SPARKTRACK_TESTS_REPEATED"
# Tells pytest to leave out the long looks: ``make check`` stays near ten minutes, ``make test`` runs everything.
QUICK = "SPARKTRACK_TESTS_QUICK"
# What a developer may have set for the product must not change what the tests prove.
_FOREIGN = ("DJANGO_SETTINGS_MODULE", "ENVIRONMENT", "DATABASE_URL", "REDIS_URL", "SITE_URL", "ALLOWED_HOSTS")


def main(arguments: Sequence[str]) -> int:
    """Runs pytest once per database with ``arguments``; returns the exit code of the whole."""
    quick = arguments[:1] == ["--quick"]
    wanted, pytest_arguments = _chosen_runs(list(arguments[quick:]))
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    if not browser.install():
        _say(browser.HOW_TO_INSTALL)
        return 1
    results: dict[str, str] = {}
    failed = False
    try:
        with contextlib.ExitStack() as stack:
            redis_url = os.environ.get("TEST_REDIS_URL") or stack.enter_context(servers.redis())
            postgres_url = os.environ.get("TEST_DATABASE_URL") or stack.enter_context(servers.postgres())
            for number, name in enumerate(wanted):
                _say(f"\n===== {name} =====")
                environment = _environment(name, postgres_url, redis_url)
                if number:
                    environment[REPEATED] = "1"
                if quick:
                    environment[QUICK] = "1"
                began = time.monotonic()
                code = _pytest(pytest_arguments, environment)
                failed = failed or code != 0
                results[name] = f"{'passed' if code == 0 else 'FAILED'} in {time.monotonic() - began:.0f} s"
    except servers.ServerError as error:
        _say(str(error))
        return 1
    except KeyboardInterrupt:
        return 130
    _say("\n" + ", ".join(f"{name} {result}" for name, result in results.items()))
    return 1 if failed else 0


def _chosen_runs(arguments: list[str]) -> tuple[tuple[str, ...], list[str]]:
    if arguments[:1] == ["--only"] and len(arguments) > 1 and arguments[1] in _RUNS:
        return (arguments[1],), arguments[2:]
    return _RUNS, arguments


def _environment(name: str, postgres_url: str, redis_url: str) -> dict[str, str]:
    environment = {key: value for key, value in os.environ.items() if key not in _FOREIGN}
    environment |= {"TEST_DATABASE_URL": postgres_url, "TEST_REDIS_URL": redis_url}
    if name == "postgresql":
        environment["DATABASE_URL"] = postgres_url
    return environment


def _pytest(arguments: Sequence[str], environment: Mapping[str, str]) -> int:
    # One more than processors: tests of a browser and of whole programs wait for others most of their time.
    workers = min((os.cpu_count() or 1) + 1, 8)
    command = [sys.executable, "-m", "pytest", "-n", str(workers), "--dist", "worksteal", *arguments]
    process = subprocess.Popen(command, cwd=_ROOT, env=environment)
    try:
        return process.wait()
    except KeyboardInterrupt:  # Ctrl-C reached pytest too: let it close down before the servers go
        process.wait()
        raise
    except SystemExit:  # SIGTERM is for this process alone
        process.send_signal(signal.SIGINT)
        process.wait()
        raise


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
