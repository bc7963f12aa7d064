"""``make bench``: every size on both databases, each in a process and a fresh database of its own.

``python -m tests.benchmarks [--sizes 1000,10000] [--only board,sending] [--database sqlite|postgresql]`` prints the
report; ``--write`` also puts it into docs/benchmarks.md. PostgreSQL is a private one, started here.
"""

import argparse
import contextlib
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests import servers
from tests.benchmarks.report import written

_ROOT = Path(__file__).resolve().parents[2]
_PAGE = _ROOT / "docs" / "benchmarks.md"
_BEGIN, _END = "<!-- figures: written by python -m tests.benchmarks --write -->", "<!-- end of figures -->"
_DATABASES = ("postgresql", "sqlite")
_PARTS = ("board", "api", "import", "gaps", "alerts", "sending")
_FOREIGN = ("DJANGO_SETTINGS_MODULE", "ENVIRONMENT", "REDIS_URL", "SITE_URL", "ALLOWED_HOSTS")


def main(arguments: Sequence[str]) -> int:
    """Measures and reports; the exit code is 1 if a measurement failed."""
    asked = _arguments(arguments)
    if asked.child:
        _measure_here(asked)
        return 0
    measured = []
    for database in asked.database:
        for size in asked.sizes:
            _say(f"{database}, {size:,} flights …")
            began = time.monotonic()
            with _fresh_database(database) as environment:
                result = _measure_in_child(size, asked, environment)
            if result is None:
                return 1
            measured.append(result)
            _say(f"  {time.monotonic() - began:.0f} s")
    report = written(measured, machine=_machine())
    sys.stdout.write(f"\n{report}\n")
    if asked.write:
        _put_into_page(report)
    return 0


def _arguments(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks")
    parser.add_argument("--sizes", type=_sizes, default=(1_000, 10_000, 100_000), metavar="1000,10000")
    parser.add_argument("--only", type=_parts, default=_PARTS, metavar="board,api,import,gaps,alerts,sending")
    parser.add_argument("--database", choices=_DATABASES, action="append", help="default: both")
    parser.add_argument("--repeats", type=int, default=30, help="of a page; a tenth for what takes seconds")
    parser.add_argument("--write", action="store_true", help="into docs/benchmarks.md too")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args(arguments)
    asked.database = asked.database or _DATABASES
    return asked


def _sizes(text: str) -> tuple[int, ...]:
    return tuple(int(size) for size in text.split(","))


def _parts(text: str) -> tuple[str, ...]:
    parts = tuple(text.split(","))
    if unknown := set(parts) - set(_PARTS):
        raise argparse.ArgumentTypeError(f"{unknown.pop()} is none of {', '.join(_PARTS)}")
    return parts


@contextlib.contextmanager
def _fresh_database(database: str) -> Iterator[dict[str, str]]:
    """The environment of a child with an empty database, and a ``var/`` that is thrown away."""
    with contextlib.ExitStack() as stack:
        var = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sparktrack-bench-")))
        (var / "static").mkdir()  # WhiteNoise warns when there is nothing to serve
        url = f"sqlite:///{var / 'bench.sqlite3'}"
        if database == "postgresql":
            url = stack.enter_context(servers.postgres())
        environment = {name: value for name, value in os.environ.items() if name not in _FOREIGN}
        yield environment | {
            "SPARKTRACK_VAR": str(var),
            "DATABASE_URL": url,
            "LOG_LEVEL": "WARNING",  # a line a request would be in the way of the report
            "DJANGO_SETTINGS_MODULE": "sparktrack.settings",
        }


def _measure_in_child(
    size: int, asked: argparse.Namespace, environment: dict[str, str]
) -> dict[str, Any] | None:
    command = [sys.executable, "-m", "tests.benchmarks", "--child", "--sizes", str(size)]
    command += ["--only", ",".join(asked.only), "--repeats", str(asked.repeats)]
    done = subprocess.run(command, cwd=_ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        return None
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def _measure_here(asked: argparse.Namespace) -> None:
    import django

    django.setup()
    from django.core.management import call_command

    from tests.benchmarks.measuring import measure

    call_command("migrate", verbosity=0)
    found = measure(flights=asked.sizes[0], parts=asked.only, repeats=asked.repeats)
    sys.stdout.write(json.dumps(found) + "\n")


def _machine() -> str:
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                return f"{os.cpu_count()} × {model}, {_memory()}, {platform.system()}, {_today()}"
    return f"{os.cpu_count()} processors, {platform.platform()}, {_today()}"


def _memory() -> str:
    size = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{size:.0f} GiB"


def _today() -> str:
    return f"{datetime.now(UTC):%d %B %Y}"  # noqa: TID251 (the edge of a report)


def _put_into_page(report: str) -> None:
    before, rest = _PAGE.read_text(encoding="utf-8").split(_BEGIN)
    _, after = rest.split(_END)
    _PAGE.write_text(f"{before}{_BEGIN}\n\n{report}\n{_END}{after}", encoding="utf-8")


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
