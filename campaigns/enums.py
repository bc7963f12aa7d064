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


class Check(StrEnum):
    """What a buyer makes sure of before an ad is switched on (DOMAIN.md §6, to-dos)."""

    MUSIC = "music"
    DISCLOSURE = "disclosure"
    REGION = "region"
    TERRITORY = "territory"
    SOURCE_POST = "source_post"
    CAPTION = "caption"


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


class Sort(StrEnum):
    """What orders the flights of a section: what is most urgent in it, the money at risk, the end, a name."""

    URGENCY = "urgency"
    MONEY = "money"
    END = "end"
    CREATOR = "creator"
    CAMPAIGN = "campaign"


class ImportState(StrEnum):
    """Where an import stands. ``refused``: rows had errors; ``failed``: it could not be done; nothing was written."""

    UPLOADED = "uploaded"
    READING = "reading"
    PREVIEWED = "previewed"
    APPLYING = "applying"
    APPLIED = "applied"
    UNDONE = "undone"
    REFUSED = "refused"
    FAILED = "failed"
    DISCARDED = "discarded"


class RowOutcome(StrEnum):
    """What an import does with a row of the sheet. ``conflict``: a person must say whose end counts."""

    CREATE = "create"
    UPDATE = "update"
    UNCHANGED = "unchanged"
    CONFLICT = "conflict"
    ERROR = "error"
    SKIPPED = "skipped"
