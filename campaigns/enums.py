"""The words of campaigns: states of a flight, sections of the board (DOMAIN.md §5, §6)."""

from enum import StrEnum


class FlightStatus(StrEnum):
    """A flight at an instant; the first match of DOMAIN.md §5 wins. ``unplanned``: it has no start yet."""

    UNPLANNED = "unplanned"
    ENDED = "ended"
    PAUSED = "paused"
    LIVE = "live"
    PLANNED = "planned"


class SpendSource(StrEnum):
    """Where the expected spend a day comes from."""

    TYPED = "typed"
    REPORT = "report"


class Section(StrEnum):
    """The parts of the board, most urgent first."""

    WITHOUT_RIGHTS = "without_rights"
    BLOCKED = "blocked"
    STOPS = "stops"
    MUST_PAUSE = "must_pause"
    WAITING = "waiting"
    RUNS_UNTIL = "runs_until"
    COVERED = "covered"
    PAUSED = "paused"
    UNPLANNED = "unplanned"
    INVENTORY = "inventory"


class ImportState(StrEnum):
    """What became of an import."""

    PREVIEWED = "previewed"
    APPLIED = "applied"
    REFUSED = "refused"
