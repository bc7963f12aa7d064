"""What a person says of the sheet they import; kept on the run as plain JSON."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Decision(StrEnum):
    """Whose word counts where a sheet would shorten or un-revoke what a better source says (DOMAIN.md §3)."""

    KEEP = "keep"
    TAKE = "take"


@dataclass(frozen=True, slots=True)
class Wishes:
    """What is not said is found out.

    ``columns``: header → field, "" = to the notes. ``owners``: name as in the sheet → ``user:<id>`` or
    ``invitation:<id>``. ``decisions``: number of a row with a conflict → whose word counts. ``date_order``: "dmy",
    "mdy", "ymd" or "". ``skip_errors``: rows with errors are left out.
    """

    sheet: str = ""
    date_order: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    owners: Mapping[str, str] = field(default_factory=dict)
    decisions: Mapping[int, Decision] = field(default_factory=dict)
    skip_errors: bool = False

    def as_json(self) -> dict[str, Any]:
        """As it is kept on the run."""
        return {
            "sheet": self.sheet,
            "date_order": self.date_order,
            "columns": dict(self.columns),
            "owners": dict(self.owners),
            "decisions": {str(row): decision.value for row, decision in self.decisions.items()},
            "skip_errors": self.skip_errors,
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Wishes":
        """What ``as_json`` made; a run from the shell has none."""
        return cls(
            kept.get("sheet", ""),
            kept.get("date_order", ""),
            kept.get("columns", {}),
            kept.get("owners", {}),
            {int(row): Decision(decision) for row, decision in kept.get("decisions", {}).items()},
            kept.get("skip_errors", False),
        )
