"""The plan of an import: what is to be created or changed, and what each row of the sheet has to do with it.

Plain data, the same for a preview and for the import itself. Every planned thing knows the row on file it was matched
with (None: it is new) and what it shall be afterwards; what is equal to the file's row changes nothing.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from authorizations.enums import EndSource
from authorizations.models import AuthorizationCode, UsageRight
from authorizations.windows import Term, last_day
from brands.models import AdAccount, Invitation, User
from campaigns.enums import RowOutcome
from campaigns.importers.cells import clean_text, one_line
from campaigns.importers.messages import Message
from campaigns.importers.notes import NoteParts
from campaigns.models import Campaign, Flight
from campaigns.wishes import Decision
from creators.models import Creator
from posts.models import Post


class Kind(StrEnum):
    """The kinds of things an import makes, in the order of the report."""

    CREATORS = "creators"
    POSTS = "posts"
    CODES = "codes"
    RIGHTS = "rights"
    CAMPAIGNS = "campaigns"
    FLIGHTS = "flights"
    CODE_USES = "code_uses"


class Effect(StrEnum):
    """What becomes of a thing."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


def differing(row: object, values: dict[str, Any]) -> dict[str, Any]:
    """Those of ``values`` that the row on file does not have; texts are compared as an import reads them."""
    return {name: value for name, value in values.items() if not _same(getattr(row, name), value)}


def _same(stored: Any, value: Any) -> bool:
    if isinstance(stored, str):
        return value in (stored, text := clean_text(stored), one_line(text))
    return bool(stored == value)


@dataclass(slots=True, eq=False)
class PlannedCreator:
    """A creator by handle; ``values`` as the sheet says them."""

    handle: str
    row: Creator | None
    values: dict[str, Any] = field(default_factory=dict)

    @property
    def changes(self) -> dict[str, Any]:
        """New values for the row on file."""
        return differing(self.row, self.values) if self.row else {}


@dataclass(slots=True, eq=False)
class PlannedPost:
    """A post by its natural key; codes, rights and flights hang on it."""

    key: tuple[str, ...]
    creator: PlannedCreator
    row: Post | None
    url: str = ""
    post_id: str = ""
    posted_at: datetime | None = None
    values: dict[str, Any] = field(default_factory=dict)
    notes: NoteParts = field(default_factory=NoteParts)
    stages: set[str] = field(default_factory=set)  # those to record
    numbers: dict[str, int] = field(default_factory=dict)  # those to record
    rights: list["PlannedRight"] = field(default_factory=list)
    flights: list["PlannedFlight"] = field(default_factory=list)

    @property
    def label(self) -> str:
        """What a person knows the post by."""
        return (
            self.values.get("title")
            or (str(self.row) if self.row else "")
            or self.post_id
            or self.url
            or self.key[-1]
        )

    @property
    def changes(self) -> dict[str, Any]:
        """New values for the row on file."""
        if self.row is None:
            return {}
        values = differing(self.row, self.values)
        if notes := self.notes.added_to(self.row.notes):
            values["notes"] = notes
        return values


@dataclass(frozen=True, slots=True)
class WindowState:
    """A code's window as it is or shall be stored."""

    starts_on: date | None
    starts_at: datetime
    expires_on: date | None
    expires_at: datetime
    window_days: int
    start_assumed: bool
    end_source: EndSource


@dataclass(slots=True, eq=False)
class PlannedCode:
    """A code by fingerprint; ``value`` is the secret, for a new code only."""

    post: PlannedPost
    row: AuthorizationCode | None
    ending: str
    window: WindowState
    value: str = field(default="", repr=False)
    revoked_at: datetime | None = None

    @property
    def moved(self) -> bool:
        """Whether a window on file changes."""
        return self.row is not None and self.window != window_of(self.row)

    @property
    def revoked(self) -> bool:
        """Whether a revocation is to be recorded."""
        return self.revoked_at is not None and (self.row is None or self.row.revoked_at != self.revoked_at)

    @property
    def unrevoked(self) -> bool:
        """Whether a revocation on file is to be taken back, or put later: a person took the sheet's word."""
        before = self.row.revoked_at if self.row else None
        return before is not None and (self.revoked_at is None or self.revoked_at > before)


def window_of(code: AuthorizationCode) -> WindowState:
    """The window of a code on file."""
    return WindowState(
        code.starts_on,
        code.starts_at,
        code.expires_on,
        code.expires_at,
        code.window_days,
        code.start_assumed,
        EndSource(code.end_source),
    )


@dataclass(slots=True, eq=False)
class PlannedUse:
    """A code in an ad account (None: nobody said which)."""

    code: PlannedCode
    account: AdAccount | None
    on_file: bool


@dataclass(slots=True, eq=False)
class PlannedRight:
    """A right of a post by its start; ``values`` are the other things the sheet says of it."""

    post: PlannedPost
    row: UsageRight | None
    starts_on: date | None
    term: Term
    paid: bool
    values: dict[str, Any] = field(default_factory=dict)

    @property
    def changes(self) -> dict[str, Any]:
        """New values for the row on file, the term aside."""
        return differing(self.row, {"paid_amplification": self.paid, **self.values}) if self.row else {}

    @property
    def retermed(self) -> bool:
        """Whether the end of a right on file changes."""
        return self.row is not None and self.term != term_of(self.row)


def term_of(right: UsageRight) -> Term:
    """How a right on file says its end."""
    return Term(right.ends_on, right.term_days, right.term_months, right.perpetual)


def same_end(starts_on: date | None, ours: Term, theirs: Term) -> bool:
    """Whether two terms mean the same last day; 90 days may be a date in the sheet."""
    if ours == theirs:
        return True
    if ours.perpetual or theirs.perpetual or starts_on is None:
        return False
    return last_day(starts_on, ours) == last_day(starts_on, theirs)


@dataclass(slots=True, eq=False)
class PlannedCampaign:
    """A campaign by name."""

    name: str
    row: Campaign | None


@dataclass(slots=True, eq=False)
class PlannedFlight:
    """A flight of a post in a campaign by its start; None in spend, buyer and account = the sheet does not say."""

    post: PlannedPost
    campaign: PlannedCampaign
    row: Flight | None
    starts_on: date | None = None
    ends_on: date | None = None
    daily_spend: Decimal | None = None
    buyer: User | None = None
    buyer_invited: Invitation | None = None
    ad_account: AdAccount | None = None

    @property
    def moved(self) -> bool:
        """Whether the dates of a flight on file change."""
        return self.row is not None and (self.row.starts_on, self.row.ends_on) != (
            self.starts_on,
            self.ends_on,
        )

    @property
    def reassigned(self) -> bool:
        """Whether a flight on file changes its ad account."""
        return (
            self.row is not None
            and self.ad_account is not None
            and self.row.ad_account_id != self.ad_account.pk
        )

    @property
    def changes(self) -> dict[str, Any]:
        """New values for the row on file besides dates and account."""
        if self.row is None:
            return {}
        said = (("daily_spend", self.daily_spend), ("buyer", self.buyer))
        values = differing(self.row, {name: value for name, value in said if value is not None})
        if self.buyer_invited and self.row.buyer_invited_id != self.buyer_invited.pk:
            values["buyer_invited"] = self.buyer_invited
        return values


Planned = (
    PlannedCreator | PlannedPost | PlannedCode | PlannedRight | PlannedCampaign | PlannedFlight | PlannedUse
)


def effect(planned: Planned) -> Effect:
    """What becomes of a thing when the plan is applied."""
    if isinstance(planned, PlannedUse):
        return Effect.UNCHANGED if planned.on_file else Effect.CREATED
    if planned.row is None:
        return Effect.CREATED
    return Effect.UPDATED if _changes(planned) else Effect.UNCHANGED


def _changes(planned: Planned) -> bool:
    match planned:
        case PlannedPost():
            return bool(planned.changes or planned.stages or planned.numbers)
        case PlannedCode():
            return planned.moved or planned.revoked or planned.unrevoked
        case PlannedRight():
            return bool(planned.retermed or planned.changes)
        case PlannedFlight():
            return bool(planned.moved or planned.reassigned or planned.changes)
        case PlannedCreator():
            return bool(planned.changes)
        case _:
            return False


@dataclass(frozen=True, slots=True)
class Conflict:
    """A sheet that would shorten or un-revoke what a better source says (DOMAIN.md §3); a person decides.

    ``kind``: "end" or "revocation". ``on_file`` and ``in_sheet`` are instants (UTC); a sheet that calls a revoked code
    active has None.
    """

    kind: str
    label: str
    on_file: datetime
    source: str
    checked_at: datetime | None
    in_sheet: datetime | None
    decision: Decision | None

    def as_json(self) -> dict[str, Any]:
        """As a row of the preview keeps it; the decision is kept with the run."""
        return {
            "kind": self.kind,
            "label": self.label,
            "on_file": {
                "at": self.on_file.isoformat(),
                "source": self.source,
                "checked_at": self.checked_at.isoformat() if self.checked_at else None,
            },
            "in_sheet": {"at": self.in_sheet.isoformat() if self.in_sheet else None},
        }


@dataclass(slots=True)
class RowPlan:
    """One row of the sheet: the things it speaks of (none if it is refused or skipped) and the messages beside it."""

    number: int
    things: list[tuple[Kind, Planned]]
    messages: list[Message]
    conflicts: list[Conflict] = field(default_factory=list)
    skipped: bool = False

    @property
    def effects(self) -> list[tuple[Kind, Effect]]:
        """What the import does to each thing of the row."""
        return [(kind, effect(thing)) for kind, thing in self.things]

    @property
    def failed(self) -> bool:
        """Whether the row has an error and so changes nothing."""
        return any(message.problem.is_error for message in self.messages)

    @property
    def outcome(self) -> RowOutcome:
        """What becomes of the row; one with a conflict stays one when it is decided, so that both sides are shown."""
        if self.skipped:
            return RowOutcome.SKIPPED
        undecided = sum(conflict.decision is None for conflict in self.conflicts)
        if sum(message.problem.is_error for message in self.messages) > undecided:
            return RowOutcome.ERROR
        if self.conflicts:
            return RowOutcome.CONFLICT
        effects = {effect(thing) for _, thing in self.things}
        if Effect.CREATED in effects:
            return RowOutcome.CREATE
        return RowOutcome.UPDATE if Effect.UPDATED in effects else RowOutcome.UNCHANGED


@dataclass(slots=True)
class ImportPlan:
    """All of it, in the order of the sheet."""

    rows: list[RowPlan] = field(default_factory=list)
    creators: list[PlannedCreator] = field(default_factory=list)
    posts: list[PlannedPost] = field(default_factory=list)
    codes: list[PlannedCode] = field(default_factory=list)
    rights: list[PlannedRight] = field(default_factory=list)
    campaigns: list[PlannedCampaign] = field(default_factory=list)
    flights: list[PlannedFlight] = field(default_factory=list)
    uses: list[PlannedUse] = field(default_factory=list)
    invented_campaign: bool = False  # some flights had none
    unknown_owners: Counter[str] = field(default_factory=Counter)  # name as in the sheet → rows

    @property
    def failed(self) -> bool:
        """Whether any row has an error."""
        return any(row.failed for row in self.rows)

    def counts(self) -> dict[Effect, dict[Kind, int]]:
        """How many things of each kind are created, updated and left unchanged."""
        things: dict[Kind, list[Any]] = {
            Kind.CREATORS: self.creators,
            Kind.POSTS: self.posts,
            Kind.CODES: self.codes,
            Kind.RIGHTS: self.rights,
            Kind.CAMPAIGNS: self.campaigns,
            Kind.FLIGHTS: self.flights,
            Kind.CODE_USES: self.uses,
        }
        found = {kind: Counter(map(effect, planned)) for kind, planned in things.items()}
        return {outcome: {kind: found[kind][outcome] for kind in Kind} for outcome in Effect}
