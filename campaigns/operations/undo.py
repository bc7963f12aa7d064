"""Undoing an import: exactly what it created or changed is put back, or nothing is (docs/guide.md)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from brands.models import Brand
from campaigns.models import ImportRun
from sparktrack.core.actors import Actor
from sparktrack.core.refusals import RefusedError


@dataclass(frozen=True, slots=True)
class Obstacle:
    """A row that stands in the way of undoing; ``why`` is a sentence with who, what and when is in ``at`` (UTC)."""

    kind: (
        str  # the model: "post", "authorizationcode", "flight" … "brand" and "adaccount" for a change of zone
    )
    object_id: UUID
    label: str
    why: str
    at: datetime | None = None


class UndoBlockedError(RefusedError):
    """Rows of the import were changed since, or others depend on them: nothing was undone."""

    def __init__(self, obstacles: list[Obstacle], total: int) -> None:
        """``obstacles``: the first of ``total`` rows that stand in the way."""
        self.obstacles = obstacles
        self.total = total
        super().__init__(
            f"{total:,} of the rows {'was' if total == 1 else 'were'} changed since, or something new depends on "
            "them. Nothing was undone."
        )


def undo_import(*, brand: Brand, run: ImportRun, now: datetime, actor: Actor) -> ImportRun:
    """Put back what an applied import created or changed, in one audited transaction, and rewrite the gaps.

    Raises UndoBlockedError if any of the rows was changed since or gained a dependant, WrongStateError if the run is
    not applied, BrandBusyError.
    """
    raise NotImplementedError
