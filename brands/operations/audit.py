"""Writing the audit: every operation calls ``record_changes`` inside its transaction."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import models

from brands.models import AuditEntry, Brand
from sparktrack.core.actors import Actor
from sparktrack.core.bulk import insert_columns
from sparktrack.core.ids import uuid7
from sparktrack.core.models import Row

BATCH = 1000


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that an operation did: a verb such as ``code.recorded``, the row, its values before and after.

    Never put a code, token or password into the values.
    """

    action: str
    row: Row
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)


def plain(value: Any) -> Any:
    """``value`` as JSON can hold it: instants and dates in ISO form, decimals and ids as text, rows as their id."""
    if isinstance(value, models.Model):
        return str(value.pk)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal | UUID):
        return str(value)
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value


def record_changes(brand: Brand, changes: Iterable[Change], *, now: datetime, actor: Actor) -> None:
    """Append one audit entry for each change."""
    kept = list(changes)
    rows = [change.row for change in kept]
    same = {
        "brand_id": brand.pk,
        "at": now,
        "actor_kind": actor.kind,
        "actor_id": actor.id,
        "actor_label": actor.label,
        "ip": actor.ip,
        "request_id": actor.request_id,
    }
    insert_columns(
        AuditEntry,
        {name: [value] * len(kept) for name, value in same.items()}
        | {
            "id": [uuid7() for _ in kept],
            "action": [change.action for change in kept],
            "object_kind": [row._meta.model_name for row in rows],
            "object_id": [row.pk for row in rows],
            "object_label": [str(row)[:254] for row in rows],
            "before": [_plain_values(change.before) for change in kept],
            "after": [_plain_values(change.after) for change in kept],
        },
    )


def _plain_values(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: plain(value) for name, value in values.items()}
