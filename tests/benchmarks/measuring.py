"""All measurements of one size in the database that is configured: what a child process of ``make bench`` does."""

import platform
import sqlite3
from typing import Any

import django
from django.db import connection

from brands.models import Brand, User
from sparktrack.core.clock import utc_now
from tests.benchmarks.api import ApiFigures, measure_api
from tests.benchmarks.importing import measure_import
from tests.benchmarks.pages import PageFigures, measure_board, measure_section
from tests.benchmarks.population import populate
from tests.benchmarks.proving import measure_proof
from tests.benchmarks.raising import RaisingFigures, measure_raising
from tests.benchmarks.rawrows import gather_statistics
from tests.benchmarks.sending import measure_sending
from tests.benchmarks.timing import Spread

PARTS = ("board", "api", "import", "gaps", "alerts", "sending")
# A sheet holds 50,000 rows at most; the issue asks for 20,000.
LARGEST_SHEET = 20_000
# So many mails due at once; at larger sizes there is nothing more to learn about sending.
LARGEST_BURST = 10_000
MAILS = 200
# About ten flights that are not over: so many lines has its board.
TEN_LINES = 125


def measure(*, flights: int, parts: tuple[str, ...], repeats: int) -> dict[str, Any]:
    """The figures of one size, as JSON can hold them. ``repeats`` of a page; fewer of what takes seconds."""
    few = max(1, repeats // 10)
    found: dict[str, Any] = {"flights": flights, "versions": versions()}
    if "import" in parts:
        rows = min(flights, LARGEST_SHEET)
        times = measure_import(rows=rows, repeats=few)
        found["import"] = {"rows": rows, **{name: _seconds(spread) for name, spread in times.items()}}
    if "sending" in parts and flights <= LARGEST_BURST:
        mails = min(flights // 5, MAILS)
        burst = flights if mails == MAILS else mails
        sending = measure_sending(mails=mails, burst=burst, repeats=few)
        found["sending"] = {
            "mails": sending.mails,
            "burst": sending.burst,
            "p99": sending.p99,
            "ratio": sending.ratio,
            "burst_ratio": sending.burst_ratio,
            **{name: _seconds(getattr(sending, name)) for name in ("engine", "unwritten", "plain")},
        }
    if {"board", "api", "gaps", "alerts"} & set(parts):
        brand, admin = populate(flights=flights, now=utc_now())
        small, reader = populate(flights=TEN_LINES, now=utc_now(), slug="small")
        gather_statistics()
        if "board" in parts:
            found["board"] = _pages(brand, admin, small, reader, repeats)
        if "api" in parts:
            found["api"] = _api(measure_api(brand, admin, repeats=repeats))
        if "gaps" in parts:
            proof = measure_proof(brand, repeats=few)
            found["gaps"] = {
                "posts": proof.posts,
                "flights": proof.flights,
                "ratio": proof.ratio,
                "proof": _seconds(proof.proof),
                "windowed": _seconds(proof.windowed),
            }
        if "alerts" in parts:
            found["alerts"] = _alerts(measure_raising(brand, repeats=few))
    return found


def _api(figures: ApiFigures) -> dict[str, Any]:
    return {
        "lines": figures.lines,
        "queries": figures.queries,
        "ratio": figures.ratio,
        "flights": _seconds(figures.flights),
        "bare": _seconds(figures.bare),
        "paths": {name: _seconds(spread) for name, spread in figures.paths.items()},
        "deep": {
            name: {"first": _seconds(first), "deep": _seconds(deep)}
            for name, (first, deep) in figures.deep.items()
        },
    }


def _alerts(figures: RaisingFigures) -> dict[str, Any]:
    return {
        **{
            name: getattr(figures, name)
            for name in ("flights", "alerts", "hits", "notices", "ratio", "idle_ratio")
        },
        **{name: _seconds(getattr(figures, name)) for name in ("raised", "scan", "bare", "idle")},
    }


def _pages(brand: Brand, admin: User, small: Brand, reader: User, repeats: int) -> dict[str, Any]:
    found = {}
    for name, measure_page in (("board", measure_board), ("section", measure_section)):
        page = measure_page(brand, admin, repeats=repeats)
        few_lines = measure_page(small, reader, repeats=1)
        found[name] = {
            **_page(page),
            "small_brand": {"lines": few_lines.lines, "queries": few_lines.queries},
        }
    return found


def _page(page: PageFigures) -> dict[str, Any]:
    return {
        "lines": page.lines,
        "queries": page.queries,
        "ratio": page.ratio,
        **{
            name: _seconds(getattr(page, name))
            for name in ("page", "own_sql", "template", "bare_rows", "bare_sums", "bare_template")
        },
    }


def _seconds(spread: Spread) -> dict[str, float]:
    return {"median": spread.median, "p95": spread.p95, "repeats": len(spread.seconds)}


def versions() -> dict[str, str]:
    """What was measured with."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SHOW server_version")
            database = f"PostgreSQL {cursor.fetchone()[0].split()[0]}"
        else:
            database = f"SQLite {sqlite3.sqlite_version}"
    return {
        "database": database,
        "python": platform.python_version(),
        "django": django.get_version(),
    }
