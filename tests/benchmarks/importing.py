"""P8: a tidy sheet through the importer with everything on, beside writing the very same rows of all tables raw."""

import csv
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from django.apps import apps
from django.db import connection, models, transaction

from brands.models import Brand, BrandOwned
from campaigns.importers import ReadOptions, import_tracker
from sparktrack.core.actors import system_actor
from tests.benchmarks.population import ZONE
from tests.benchmarks.rawrows import RawRows
from tests.benchmarks.timing import Spread
from tests.world import spark_code

_HEADER = (
    "Creator handle,Creator name,Email,Post link,Authorization date,Usage window,Spark code,Paid usage approved,"
    "Usage start,Usage end,Campaign,Flight start,Flight end,Daily budget,SKU,Hook angle,Use case"
).split(",")

# Parents before children, so that foreign keys hold at every moment.
_ORDER = ("brands", "creators", "posts", "authorizations", "campaigns")


def write_sheet(path: Path, *, rows: int, now: datetime) -> None:
    """A tidy tracker as the trial sheets have it: one post, code, right and flight a row, one creator in three rows."""
    random = Random(rows)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(_HEADER)
        for number in range(rows):
            handle = f"creator{number // 3}"
            born = now - timedelta(days=random.randint(20, 300), seconds=number)
            code_day = (born + timedelta(days=3)).date()
            start = code_day + timedelta(days=2)
            writer.writerow(
                [
                    handle,
                    handle.title(),
                    f"{handle}@creators.example",
                    f"https://www.tiktok.com/@{handle}/video/{(int(born.timestamp()) << 32) + number}",
                    code_day,
                    f"{random.choice((30, 60, 365))} days",
                    spark_code(),
                    "yes",
                    code_day - timedelta(days=3),
                    code_day + timedelta(days=180),
                    f"Wave {number // 100}",
                    start,
                    start + timedelta(days=random.randint(10, 50)),
                    random.choice((50, 75, 120, 200)),
                    f"SKU-{number % 900}",
                    "why I switched",
                    "Testimonial",
                ]
            )


def measure_import(*, rows: int, repeats: int) -> dict[str, Spread]:
    """``import`` and ``raw`` in turn, each into an emptied brand; raises AssertionError if they differ in rows."""
    now = datetime.now(UTC)  # noqa: TID251 (the edge of a measurement)
    seconds: dict[str, list[float]] = {"import": [], "raw": []}
    with tempfile.TemporaryDirectory() as folder:
        sheet = Path(folder) / "tidy.csv"
        write_sheet(sheet, rows=rows, now=now)
        for number in range(repeats):
            brand = Brand.objects.create(
                name="Sheet", slug=f"sheet-{number}", time_zone=ZONE, currency="EUR", created_at=now
            )
            seconds["import"].append(_timed(lambda brand=brand: _import(sheet, brand, now)))  # type: ignore[misc]
            written = {model: list(model._default_manager.filter(brand=brand)) for model in _tables()}
            count = sum(map(len, written.values()))
            _empty(brand)
            prepared = [RawRows(model, found) for model, found in written.items() if found]
            seconds["raw"].append(_timed(lambda prepared=prepared: _write(prepared)))  # type: ignore[misc]
            assert sum(model._default_manager.filter(brand=brand).count() for model in _tables()) == count
            _empty(brand)
            brand.delete()
    return {name: Spread(tuple(sorted(values))) for name, values in seconds.items()}


def _import(sheet: Path, brand: Brand, now: datetime) -> None:
    outcome = import_tracker(
        sheet,
        brand=brand,
        options=ReadOptions(),
        apply=True,
        skip_errors=False,
        now=now,
        actor=system_actor("benchmark"),
    )
    assert outcome.report["applied"], outcome.report["errors"][:3]


def _write(prepared: list[RawRows]) -> None:
    with transaction.atomic():
        for rows in prepared:
            rows.write()


def _tables() -> list[type[models.Model]]:
    """Every table with rows of a brand, parents first."""
    return [
        model
        for label in _ORDER
        for model in apps.get_app_config(label).get_models()
        if issubclass(model, BrandOwned)
    ]


def _empty(brand: Brand) -> None:
    with connection.cursor() as cursor:
        for model in reversed(_tables()):
            table = connection.ops.quote_name(model._meta.db_table)
            key = brand.pk if connection.features.has_native_uuid_field else brand.pk.hex
            cursor.execute(f"DELETE FROM {table} WHERE brand_id = %s", [key])


def _timed(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began
