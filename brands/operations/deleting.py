"""Deleting rows that nothing hangs on."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import ProtectedError

from brands.models import Brand, BrandOwned
from brands.operations.audit import Change, record_changes
from brands.operations.edits import locked, reread
from sparktrack.core.actors import Actor
from sparktrack.core.refusals import RefusedError

# So many of what stands in the way are named.
MOST_NAMED = 20


class InUseError(RefusedError):
    """Others need what should be deleted; ``dependents`` are kind, id and name of them, at most MOST_NAMED."""

    def __init__(self, error: ProtectedError) -> None:
        rows = sorted(error.protected_objects, key=lambda row: (row._meta.model_name, str(row.pk)))
        self.dependents = [(row._meta.model_name, str(row.pk), str(row)) for row in rows[:MOST_NAMED]]
        super().__init__("Other things still need it, so it was not deleted.")


def delete_rows(
    model: type[BrandOwned],
    *,
    brand: Brand,
    rows: Sequence[BrandOwned],
    action: str,
    now: datetime,
    actor: Actor,
    related: Sequence[str] = (),
) -> int:
    """Delete ``rows`` of ``model`` with what only belongs to them, one audit entry each; returns how many.

    ``related`` names the rows beside them that their label needs. Raises InUseError if others need one of them, and
    OtherBrandError for a row that is not (or no longer) there in this brand. Then nothing was deleted.
    """
    with locked(brand):
        found = reread(model, brand, rows, related=related)
        changes = [Change(action, row, before=_named(row)) for row in found.values()]
        try:
            model._default_manager.filter(brand=brand, pk__in=found).delete()
        except ProtectedError as error:
            raise InUseError(error) from None
        record_changes(brand, changes, now=now, actor=actor)
    return len(found)


def _named(row: BrandOwned) -> dict[str, Any]:
    return {"name": str(row)}
