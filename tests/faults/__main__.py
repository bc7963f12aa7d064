"""``make faults``: every fault in full, with real parts; prints the table of what is required and what was seen.

PostgreSQL and Redis are private and started here. ``--only WORD,WORD`` runs the faults whose name holds one,
``--write`` puts the table into docs/faults.md. The exit code is 1 if anything is not as required.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tests import servers

if TYPE_CHECKING:
    from tests.faults.seen import Seen

_ROOT = Path(__file__).resolve().parents[2]
_PAGE = _ROOT / "docs" / "faults.md"
_DISK = "48m"
_OF_PRODUCTION = ("DATABASE_URL", "REDIS_URL")
_BEGIN, _END = "<!-- faults: written by python -m tests.faults --write -->", "<!-- end of faults -->"


def main(arguments: Sequence[str]) -> int:
    """Runs the faults that ``arguments`` ask for; 0 if all went as required."""
    parser = argparse.ArgumentParser(prog="make faults", description=__doc__)
    parser.add_argument("--only", default="", help="faults whose name holds one of these words")
    parser.add_argument("--write", action="store_true", help="put the table into docs/faults.md")
    parser.add_argument("--embedded", default="", help=argparse.SUPPRESS)
    asked = parser.parse_args(arguments)
    # What was started is stopped.
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    if asked.embedded:
        sys.stdout.write(json.dumps(_embedded_here(asked.embedded)) + "\n")
        return 0
    with (
        servers.postgres() as postgres_url,
        servers.redis() as redis_url,
        tempfile.TemporaryDirectory() as var,
    ):
        rows = _run(asked.only, postgres_url, redis_url, var)
    table = _table(rows)
    sys.stdout.write(table)
    if asked.write:
        before, rest = _PAGE.read_text(encoding="utf-8").split(_BEGIN)
        _, after = rest.split(_END)
        _PAGE.write_text(f"{before}{_BEGIN}\n\n{table}\n{_END}{after}", encoding="utf-8")
    return 0 if all(row[-1] for row in rows) else 1


def _run(only: str, postgres_url: str, redis_url: str, var: str) -> list[tuple[str, str, str, str, bool]]:
    os.environ |= {
        "DATABASE_URL": postgres_url,
        "REDIS_URL": f"{redis_url}/0",
        "SPARKTRACK_VAR": var,
        "DJANGO_SETTINGS_MODULE": "sparktrack.settings",
    }
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from tests.faults import deaths, outages, pages, scans
    from tests.faults.parts import Server, redis_command

    call_command("migrate", verbosity=0)
    with connection.cursor() as cursor:
        # The servers of tests lose their last commits in a crash; a real one does not.
        cursor.execute("ALTER DATABASE postgres SET synchronous_commit = on")
    connection.close()
    redis_port = urlsplit(redis_url).port or 0
    database, redis = Server(urlsplit(postgres_url).port or 0), Server(redis_port, redis_command(redis_port))
    faults: dict[str, Callable[[], Seen]] = {
        "without_kills": lambda: deaths.without_kills(number=1000),
        "kills": lambda: deaths.kills(number=1000, times=20),
        "kills_prefork": lambda: deaths.kills(number=1000, times=20, pool="prefork", workers=2),
        "kill_after_250": lambda: deaths.kill_after_250(number=60, times=5),
        "kill_after_claim": deaths.kill_after_claim,
        "smtp_down": lambda: outages.smtp_down(number=400, down=25),
        "scripted": lambda: outages.scripted(number=40),
        "slow_recipient": lambda: outages.slow_recipient(number=200, seconds=30),
        "pages_without_redis": lambda: pages.pages_without_redis(down=20, server_of_redis=redis),
        "redis_lost": lambda: outages.redis_lost(number=600, server_of_redis=redis),
        "deaf": lambda: pages.deaf(number=50),
        "stopped": lambda: deaths.stopped(number=100),
        "postgres_restarted": lambda: outages.postgres_restarted(
            number=1500, times=10, server_of_postgres=database
        ),
        "scan_restarted": lambda: scans.scan_restarted(times=10, server_of_postgres=database),
        "two_beats": lambda: deaths.two_beats(number=1000),
        "sqlite_writers": partial(_embedded, "writers"),
        "read_only": lambda: pages.read_only(number=300, down=10),
        "sqlite_disk_full": partial(_embedded, "disk_full"),
        "together": lambda: scans.together(number=10_000, buyers=6, managers=4),
        "terminated": lambda: deaths.terminated(number=230, times=20, pause=0.5, later=2),
    }
    rows = []
    try:
        for name, fault in faults.items():
            if any(word in name for word in only.split(",")):
                began = time.monotonic()
                seen = _seen(name, fault)
                took = time.monotonic() - began
                sys.stderr.write(f"{'ok ' if seen.holds else 'NOT'} {name} ({took:.0f} s): {seen.seen}\n")
                rows.append(_row(seen))
    finally:
        connection.close()
        for server in (database, redis):
            server.stop()
    return rows


def _seen(name: str, fault: "Callable[[], Seen]") -> "Seen":
    """What came of it; a fault that ends in an error is a row, too, and the others follow."""
    from tests.faults.seen import Seen

    try:
        return fault()
    except Exception as error:  # noqa: BLE001 - whatever it was
        traceback.print_exc()
        return Seen(
            number="?",
            fault=name,
            required="an end",
            seen=f"it broke off: {type(error).__name__}",
            holds=False,
        )


def _embedded(name: str) -> "Seen":
    """A fault of the embedded default, in a process with a SQLite of its own under a ``var/`` that is a small disk."""
    from tests.faults.seen import Seen

    with tempfile.TemporaryDirectory(prefix="sparktrack-faults-") as var:
        environment = {name: value for name, value in os.environ.items() if name not in _OF_PRODUCTION}
        environment["SPARKTRACK_VAR"] = var
        child = [sys.executable, "-m", "tests.faults", "--embedded", name]
        mount = f'mount -t tmpfs -o size={_DISK} none "$0" && exec "$@"'
        done = subprocess.run(
            # Mounted where nobody else sees it, and gone with the child.
            ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", mount, var, *child],
            cwd=_ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
    return Seen(**json.loads(done.stdout.splitlines()[-1]))


def _embedded_here(name: str) -> dict[str, Any]:
    import django

    Path(os.environ["SPARKTRACK_VAR"], "static").mkdir()  # WhiteNoise warns when there is nothing to serve
    django.setup()
    from django.core.management import call_command

    from tests.faults import embedded

    call_command("migrate", verbosity=0)
    faults = {
        "writers": partial(embedded.writers, rounds=40, number=300),
        "disk_full": partial(embedded.disk_full, seconds=60),
    }
    return asdict(faults[name]())


def _row(seen: "Seen") -> tuple[str, str, str, str, bool]:
    return seen.number, seen.fault, seen.required, seen.seen, seen.holds


def _table(rows: Sequence[tuple[str, str, str, str, bool]]) -> str:
    lines = ["| # | fault | required | seen | |", "|---|---|---|---|---|"]
    for number, fault, required, seen, holds in rows:
        lines.append(
            f"| {number} | {fault} | {required} | {seen} | {'ok' if holds else '**not as required**'} |"
        )
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
