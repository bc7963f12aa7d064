"""Rows that imports touched: their values as plain JSON and back, and what the audit says of them."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import models

from authorizations.operations.gaps import sliced
from brands.models import AdAccount, AuditEntry, Brand, BrandOwned
from brands.operations.audit import plain
from campaigns.enums import ImportState
from campaigns.models import ImportRun

# Below the number of parameters that SQLite takes in one query.
_SLICE = 900
# To look at a code, or to copy it, changes nothing.
_HARMLESS = ("code.revealed", "code.copied", "code.source_post_code_revealed")


def mark_of(run_id: UUID) -> str:
    """What stands as request id in the audit entries of an import and of its undoing: they belong together."""
    return f"import-{run_id.hex}"


def marks_of_undone(brand: Brand) -> frozenset[str]:
    """The marks of the imports that were undone: what they did and what undid it come to nothing."""
    undone = ImportRun.objects.for_brand(brand).filter(state=ImportState.UNDONE)
    return frozenset(mark_of(pk) for pk in undone.values_list("pk", flat=True))


def zones_of(brand_id: UUID) -> dict[str, str]:
    """The zones dates are read in: that of the brand under "", those of its ad accounts by their ids."""
    accounts = AdAccount.objects.filter(brand=brand_id).values_list("pk", "time_zone")
    own = Brand.objects.values_list("time_zone", flat=True).get(pk=brand_id)
    return {"": own} | {str(pk): zone for pk, zone in accounts}


def stored_value(field: "models.Field[Any, Any]", row: BrandOwned) -> Any:
    """The value of a column as JSON can hold it; a related row as its id."""
    return plain(getattr(row, field.attname))


def value_of(field: "models.Field[Any, Any]", kept: Any) -> Any:
    """The value that ``stored_value`` kept, for the column (``attname``) of ``field``."""
    if kept is None or isinstance(field, models.JSONField):
        return kept
    if isinstance(field, models.ForeignKey):
        return field.target_field.to_python(kept)
    return field.to_python(kept)


def entries_about(brand: Brand, ids: Iterable[UUID], *, but_of: UUID) -> dict[UUID, list[AuditEntry]]:
    """The audit entries about rows, oldest first, but for those of one run; looking at a code counts for nothing."""
    found: dict[UUID, list[AuditEntry]] = defaultdict(list)
    of_others = AuditEntry.objects.for_brand(brand).exclude(request_id=mark_of(but_of))
    others = of_others.exclude(action__in=_HARMLESS)
    # Most rows of an import have no other entries: the database leaves those out.
    for part in sliced(ids, _SLICE):
        for entry in others.filter(object_id__in=part).defer("before", "after"):
            if entry.object_id is not None:
                found[entry.object_id].append(entry)
    for entries in found.values():
        entries.sort(key=lambda entry: entry.pk)
    return found
