"""``make faults``: every fault in full, with real parts; prints the table of what is required and what was seen.

PostgreSQL and Redis are private and started here. ``--only WORD`` runs the faults whose name holds it, ``--write`` puts
the table into docs/faults.md. The exit code is 1 if anything is not as required.
"""

import argparse
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from tests import servers

_PAGE = Path(__file__).resolve().parents[2] / "docs" / "faults.md"
_BEGIN, _END = "<!-- faults: written by python -m tests.faults --write -->", "<!-- end of faults -->"


def main(arguments: Sequence[str]) -> int:
    """Runs the faults that ``arguments`` ask for; 0 if all went as required."""
    parser = argparse.ArgumentParser(prog="make faults", description=__doc__)
    parser.add_argument("--only", default="", help="faults whose name holds this word")
    parser.add_argument("--write", action="store_true", help="put the table into docs/faults.md")
    asked = parser.parse_args(arguments)
    signal.signal(
        signal.SIGTERM, lambda number, _frame: sys.exit(128 + number)
    )  # what was started is stopped
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

    from tests.faults import scenes
    from tests.faults.parts import Server, redis_command

    call_command("migrate", verbosity=0)
    with connection.cursor() as cursor:
        # The servers of tests lose their last commits in a crash; a real one does not.
        cursor.execute("ALTER DATABASE postgres SET synchronous_commit = on")
    connection.close()
    redis_port = urlsplit(redis_url).port or 0
    database, redis = Server(urlsplit(postgres_url).port or 0), Server(redis_port, redis_command(redis_port))
    faults: dict[str, Callable[[], scenes.Seen]] = {
        "without_kills": lambda: scenes.without_kills(number=1000),
        "kills": lambda: scenes.kills(number=1000, times=20),
        "kills_prefork": lambda: scenes.kills(number=1000, times=20, pool="prefork", workers=2),
        "kill_after_250": lambda: scenes.kill_after_250(number=60, times=5),
        "kill_after_claim": scenes.kill_after_claim,
        "smtp_down": lambda: scenes.smtp_down(number=400, down=25),
        "scripted": lambda: scenes.scripted(number=40),
        "slow_recipient": lambda: scenes.slow_recipient(number=200, seconds=30),
        "redis_lost": lambda: scenes.redis_lost(number=600, server_of_redis=redis),
        "stopped": lambda: scenes.stopped(number=100),
        "postgres_restarted": lambda: scenes.postgres_restarted(
            number=1500, times=10, server_of_postgres=database
        ),
        "two_beats": lambda: scenes.two_beats(number=1000),
        "terminated": lambda: scenes.terminated(number=500, times=20, pause=0.5),
    }
    rows = []
    try:
        for name, fault in faults.items():
            if only in name:
                began = time.monotonic()
                seen = fault()
                took = time.monotonic() - began
                sys.stderr.write(f"{'ok ' if seen.holds else 'NOT'} {name} ({took:.0f} s): {seen.seen}\n")
                rows.append((seen.number, seen.fault, seen.required, seen.seen, seen.holds))
    finally:
        connection.close()
        for server in (database, redis):
            server.stop()
    return rows


def _table(rows: Sequence[tuple[str, str, str, str, bool]]) -> str:
    lines = ["| # | fault | required | seen | |", "|---|---|---|---|---|"]
    for number, fault, required, seen, holds in rows:
        lines.append(
            f"| {number} | {fault} | {required} | {seen} | {'ok' if holds else '**not as required**'} |"
        )
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
