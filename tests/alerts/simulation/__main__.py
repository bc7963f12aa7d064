"""``make mail-load``: prints what everybody was sent in a simulated year, and what was said of the lapses that came."""

import argparse
import os
import sys
import tempfile
from pathlib import Path

import django

_FOREIGN = ("ENVIRONMENT", "REDIS_URL", "SITE_URL", "ALLOWED_HOSTS", "EMAIL_URL")


def main(arguments: list[str]) -> int:
    """Simulates in a database that is thrown away; the exit code is 1 if DOMAIN.md §7 is not kept."""
    parser = argparse.ArgumentParser(prog="python -m tests.alerts.simulation", description=__doc__)
    parser.add_argument("--flights", type=int, default=200)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--refill", action="store_true", help="a flight that is over is followed by another one"
    )
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="sparktrack-year-") as folder:
        _configure(Path(folder))
        from django.core.management import call_command
        from django.db import transaction

        from tests.alerts.simulation.year import Simulation

        call_command("migrate", verbosity=0)
        year = Simulation(flights=asked.flights, days=asked.days, seed=asked.seed, refill=asked.refill)
        with transaction.atomic():  # nobody needs the rows afterwards: no disk is waited for
            findings = year.run()
    problems = findings.problems()
    sys.stdout.write("\n".join([findings.table(), *problems, ""]))
    return 1 if problems else 0


def _configure(folder: Path) -> None:
    for name in _FOREIGN:
        os.environ.pop(name, None)
    os.environ["SPARKTRACK_VAR"] = str(folder)
    os.environ["DATABASE_URL"] = f"sqlite:///{folder / 'year.sqlite3'}"
    os.environ["DJANGO_SETTINGS_MODULE"] = "sparktrack.settings"
    (folder / "static").mkdir()
    django.setup()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
