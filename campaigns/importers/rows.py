"""One row of a tracker, understood: plain values that say what the row states, nothing about what is on file."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from authorizations.enums import EndSource
from authorizations.windows import Term
from campaigns.importers.messages import Message
from sparktrack.core.dates import When
from sparktrack.tiktok.codes import CleanCode
from sparktrack.tiktok.links import PostLink


@dataclass(slots=True)
class PostCells:
    """Which post the row is about, and what it says of it."""

    link: PostLink | None = None
    post_id: str = ""  # from the link or from a column of its own
    title: str = ""
    posted: When | None = None
    details: dict[str, Any] = field(default_factory=dict)  # fields of posts.operations.posts.EDITABLE
    notes: str = ""
    extras: dict[str, str] = field(default_factory=dict)  # header → text: what belongs into the notes
    stage: str = ""
    numbers: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class CodeCells:
    """The code of the row and its window, as stated."""

    value: CleanCode | None = None
    masked: str | None = None  # what a masked code shows
    start: When | None = None
    days: int | None = None
    end: When | None = None
    source: EndSource | None = None
    revoked: When | None = None
    status: str = ""  # "applied", "revoked", "rejected", "active" or nothing


@dataclass(slots=True)
class RightCells:
    """The usage right of the row. ``end`` None = the cell is blank, ``Term()`` = it says "not stated"."""

    paid: bool | None = None
    start: date | None = None
    end: Term | None = None
    fee: Decimal | None = None
    contract: str = ""
    territories: tuple[str, ...] = ()

    @property
    def stated(self) -> bool:
        """Whether the row speaks of a right at all; a fee or a contract alone does not make one."""
        return self.paid is not None or self.start is not None or self.end is not None


@dataclass(slots=True)
class FlightCells:
    """The flight of the row."""

    campaign: str = ""
    start: date | None = None
    end: date | None = None
    daily_spend: Decimal | None = None
    buyer: str = ""
    ad_account: str = ""

    @property
    def stated(self) -> bool:
        """Whether the row speaks of a flight at all; a buyer alone does not make one."""
        return bool(self.campaign) or self.start is not None or self.end is not None


@dataclass(slots=True)
class RowValues:
    """One row of the sheet; ``number`` as a person sees it."""

    number: int
    handle: str = ""
    creator_name: str = ""
    creator_email: str = ""
    post: PostCells = field(default_factory=PostCells)
    code: CodeCells = field(default_factory=CodeCells)
    right: RightCells = field(default_factory=RightCells)
    flight: FlightCells = field(default_factory=FlightCells)
    messages: list[Message] = field(default_factory=list)
    skipped: bool = False  # another platform's post, or a repetition of an earlier row

    @property
    def failed(self) -> bool:
        """Whether the row has an error."""
        return any(message.problem.is_error for message in self.messages)
