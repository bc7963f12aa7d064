"""What the page of a preview shows."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest

from brands.access import BrandRequest
from brands.rules import Action
from campaigns.enums import RowOutcome
from campaigns.forms.owners import OwnersForm
from campaigns.import_rows import ConflictRow, ShownRow, conflict_row, shown_row
from campaigns.import_words import OUTCOMES, OutcomeWords
from campaigns.models import ImportRun
from campaigns.queries.imports import conflict_rows, outcomes, preview_rows
from campaigns.queries.owners import members_of, open_invitations
from campaigns.wishes import Decision, Wishes
from sparktrack.core.clock import utc_now
from sparktrack.core.wording import TimeWords

# More conflicts than a person decides one by one keep what is on file.
CONFLICTS = 100


@dataclass(frozen=True, slots=True)
class Chip:
    """An outcome that rows have, to show only these."""

    outcome: RowOutcome
    words: OutcomeWords
    count: int


@dataclass(frozen=True, slots=True)
class Rows:
    """A page of rows, and the way to the others; links are queries."""

    rows: list[ShownRow]
    total: int
    outcome: RowOutcome | None
    chips: list[Chip]
    first_link: str  # empty on the first page
    next_link: str  # empty on the last one


@dataclass(frozen=True, slots=True)
class Preview:
    """The sum of a preview."""

    counts: Mapping[RowOutcome, int]
    skip_errors: bool

    @property
    def rows(self) -> int:
        """All rows of the sheet."""
        return sum(self.counts.values())

    @property
    def rows_to_import(self) -> int:
        """Rows that would create or change something."""
        return sum(self.counts[one] for one in (RowOutcome.CREATE, RowOutcome.UPDATE, RowOutcome.CONFLICT))

    @property
    def conflicts(self) -> int:
        """Rows of which a person says whose word counts."""
        return self.counts[RowOutcome.CONFLICT]

    @property
    def more_conflicts(self) -> int:
        """Conflicts that are too many to be shown."""
        return max(0, self.conflicts - CONFLICTS)

    @property
    def errors(self) -> int:
        """Rows that cannot be imported as they are."""
        return self.counts[RowOutcome.ERROR]

    @property
    def unchanged(self) -> int:
        """Rows of which everything is on file."""
        return self.counts[RowOutcome.UNCHANGED]

    @property
    def skipped(self) -> int:
        """Rows that are not for us."""
        return self.counts[RowOutcome.SKIPPED]


def preview_of(
    request: BrandRequest, run: ImportRun, times: TimeWords, decisions: Mapping[int, Decision]
) -> dict[str, Any]:
    """The context of a preview; ``decisions``: those of a form that was refused."""
    wishes, counts = Wishes.from_json(run.wishes), outcomes(run)
    preview = Preview(counts, wishes.skip_errors)
    shown: list[ConflictRow] = []
    if preview.conflicts:
        rows = conflict_rows(run, limit=CONFLICTS)
        shown = [conflict_row(row, {**wishes.decisions, **decisions}, times) for row in rows]
    return {
        "preview": preview,
        "conflict_rows": shown,
        "rows": rows_of(request, run, counts, times),
        "owners": owners_form(request, run),
    }


def rows_of(request: HttpRequest, run: ImportRun, counts: Mapping[RowOutcome, int], times: TimeWords) -> Rows:
    """The rows that the address asks for; an odd address shows the first of all."""
    wanted, after = request.GET.get("outcome", ""), request.GET.get("after", "")
    outcome = RowOutcome(wanted) if wanted in set(RowOutcome) else None
    start = int(after) if after.isdecimal() and len(after) < 10 else 0
    page = preview_rows(run, outcome=outcome, after=start)
    names = run.report.get("header", [])
    only = {"outcome": outcome.value} if outcome else {}
    return Rows(
        rows=[shown_row(row, names, times) for row in page.rows],
        total=sum(counts.values()),
        outcome=outcome,
        chips=[Chip(one, OUTCOMES[one], counts[one]) for one in OUTCOMES if counts[one]],
        first_link=f"?{urlencode(only)}" if start else "",
        next_link=f"?{urlencode({**only, 'after': page.after})}" if page.after else "",
    )


def owners_form(request: BrandRequest, run: ImportRun, data: Any = None) -> OwnersForm | None:
    """The question who the unknown names of the sheet are; None if there are none."""
    names = run.report.get("unknown_owners") or {}
    if not names:
        return None
    # PostgreSQL keeps the order of a JSON object its own way; the page and its answer must agree.
    names = dict(sorted(names.items(), key=lambda item: (-item[1], item[0])))
    return OwnersForm(
        data,
        names=names,
        members=members_of(request.brand),
        invitations=open_invitations(request.brand, now=utc_now()),
        may_invite=Action.MANAGE_PEOPLE in request.allowed,
    )
