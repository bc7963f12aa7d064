"""Imports on record."""

from datetime import datetime
from typing import Any

from django.db import transaction

from brands.models import Brand
from brands.operations.audit import Change, record_changes
from campaigns.enums import ImportState
from campaigns.models import ImportRun
from sparktrack.core.actors import Actor

_COUNTED = ("created", "updated")


def record_import(
    *,
    brand: Brand,
    file_name: str,
    sheet: str,
    sha256: str,
    state: ImportState,
    report: dict[str, Any],
    now: datetime,
    actor: Actor,
) -> ImportRun:
    """Keep what was read and what came of it. ``report`` must not hold a code; ``sha256`` is that of the file."""
    run = ImportRun(
        brand=brand,
        by_id=actor.user_id,
        file_name=file_name[-255:],
        sheet=sheet[:120],
        sha256=sha256,
        state=state,
        report=report,
        created_at=now,
    )
    after = {"state": state.value, "sha256": sha256, **{name: report.get(name, {}) for name in _COUNTED}}
    with transaction.atomic():
        run.save(force_insert=True)
        record_changes(brand, [Change(f"import.{state.value}", run, after=after)], now=now, actor=actor)
    return run
