"""The plan → the database, through the operations that people use, in one transaction."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, Protocol, TypeVar

from authorizations.models import AuthorizationCode, UsageRight
from authorizations.operations.codes import (
    Correction,
    Extension,
    Use,
    correct_codes,
    extend_codes,
    mark_applied,
    revoke_codes,
    unrevoke_codes,
)
from authorizations.operations.gaps import coverage_change, sliced
from authorizations.operations.posts import PostDraft, add_posts
from authorizations.operations.recording import CodeDraft, record_codes
from authorizations.operations.rights import (
    NewTerm,
    RightDraft,
    edit_rights,
    end_rights,
    extend_rights,
    grant_rights,
)
from brands.models import Brand, BrandOwned
from brands.operations.edits import Edit
from campaigns.importers.plan import ImportPlan, PlannedCode, PlannedFlight, PlannedPost, PlannedRight
from campaigns.importers.planning_rights import is_longer
from campaigns.models import Campaign, Flight
from campaigns.operations.campaigns import CampaignDraft, add_campaigns
from campaigns.operations.flights import (
    FlightDraft,
    Move,
    assign_ad_account,
    edit_flights,
    move_flights,
    plan_flights,
)
from creators.models import Creator
from creators.operations import CreatorDraft, add_creators, edit_creators
from posts.enums import MetricsSource, Stage
from posts.models import Post
from posts.operations.metrics import Metrics, record_metrics
from posts.operations.posts import edit_posts
from posts.operations.stages import StageReached, record_stages
from sparktrack.core.actors import Actor

ItemT = TypeVar("ItemT")
RowT = TypeVar("RowT")

# So many things are handed to an operation at once: memory stays flat and progress can be shown.
_AT_ONCE = 2_000


class Progress(Protocol):
    """Is told what is being done: how many of how many."""

    def __call__(self, stage: str, done: int, total: int) -> None: ...


def no_progress(stage: str, done: int, total: int) -> None:
    """Tells nobody."""


class Applier:
    """Carries out one plan. ``by`` are the arguments that every operation takes."""

    def __init__(
        self, brand: Brand, *, now: datetime, actor: Actor, progress: Progress = no_progress
    ) -> None:
        self._brand = brand
        self._by: dict[str, Any] = {"brand": brand, "now": now, "actor": actor}
        self._now = now
        self._progress = progress
        self._made: list[BrandOwned] = []

    def apply(self, plan: ImportPlan) -> list[BrandOwned]:
        """Write all of the plan or nothing; the gaps of all posts it touches are rewritten once, at the end.

        Returns the new rows that are no things of the plan: stages, numbers, uses of codes.
        """
        with coverage_change(self._brand):
            self._creators(plan)
            self._posts(plan.posts)
            self._codes(plan)
            self._rights(plan.rights)
            self._flights(plan)
            self._progress("judging", 0, 1)
        self._progress("judging", 1, 1)
        return self._made

    def _in_parts(self, stage: str, items: Iterable[ItemT], write: Callable[[list[ItemT]], object]) -> None:
        wanted = list(items)
        done = 0
        for part in sliced(wanted, _AT_ONCE):
            write(part)
            done += len(part)
            self._progress(stage, done, len(wanted))

    def _create(
        self,
        stage: str,
        items: Iterable[ItemT],
        draft: Callable[[ItemT], object],
        operation: Callable[..., Sequence[Any]],
    ) -> None:
        """New rows, one an item; each item learns its row."""

        def write(part: list[ItemT]) -> None:
            rows = operation(drafts=[draft(item) for item in part], **self._by)
            for item, row in zip(part, rows, strict=True):
                setattr(item, "row", getattr(row, "code", row))  # noqa: B010 - every planned thing has a row

        self._in_parts(stage, items, write)

    def _creators(self, plan: ImportPlan) -> None:
        edits = [Edit(found(item.row, Creator), values) for item in plan.creators if (values := item.changes)]
        self._in_parts("creators", edits, lambda part: edit_creators(edits=part, **self._by))
        new = [item for item in plan.creators if item.row is None]
        self._create(
            "creators", new, lambda item: CreatorDraft(item.handle, details=item.values), add_creators
        )

    def _posts(self, posts: list[PlannedPost]) -> None:
        edits = [Edit(found(item.row, Post), values) for item in posts if (values := item.changes)]
        self._in_parts("posts", edits, lambda part: edit_posts(edits=part, **self._by))
        self._create("posts", [item for item in posts if item.row is None], _post_draft, add_posts)
        stages = [
            StageReached(found(post.row, Post), Stage(stage), self._now)
            for post in posts
            for stage in sorted(post.stages)
        ]
        self._in_parts(
            "stages", stages, lambda part: self._made.extend(record_stages(stages=part, **self._by))
        )
        numbers = [
            Metrics(found(post.row, Post), self._now, MetricsSource.SHEET, post.numbers)
            for post in posts
            if post.numbers
        ]
        self._in_parts(
            "numbers", numbers, lambda part: self._made.extend(record_metrics(metrics=part, **self._by))
        )

    def _codes(self, plan: ImportPlan) -> None:
        longer, corrected = _window_changes(plan.codes)
        revoked: dict[datetime, list[PlannedCode]] = {}
        for code in plan.codes:
            if code.revoked and code.revoked_at is not None:
                revoked.setdefault(code.revoked_at, []).append(code)
        self._in_parts("codes", longer, lambda part: extend_codes(extensions=part, **self._by))
        self._in_parts("codes", corrected, lambda part: correct_codes(corrections=part, **self._by))
        self._create("codes", [item for item in plan.codes if item.row is None], _code_draft, record_codes)
        good_again = [found(code.row, AuthorizationCode) for code in plan.codes if code.unrevoked]
        self._in_parts("codes", good_again, lambda part: unrevoke_codes(codes=part, **self._by))
        for at, codes in revoked.items():
            revoke_codes(codes=[found(code.row, AuthorizationCode) for code in codes], at=at, **self._by)
        uses = [
            Use(found(use.code.row, AuthorizationCode), use.account) for use in plan.uses if not use.on_file
        ]
        self._in_parts(
            "uses of codes", uses, lambda part: self._made.extend(mark_applied(uses=part, **self._by))
        )

    def _rights(self, rights: list[PlannedRight]) -> None:
        retermed = [right for right in rights if right.retermed]
        terms = [NewTerm(found(right.row, UsageRight), right.term) for right in retermed if is_longer(right)]
        self._in_parts("rights", terms, lambda part: extend_rights(terms=part, **self._by))
        for right in retermed:
            if right.term.ends_on is not None and not is_longer(right):
                end_rights(rights=[found(right.row, UsageRight)], ends_on=right.term.ends_on, **self._by)
        edits = [Edit(found(right.row, UsageRight), values) for right in rights if (values := right.changes)]
        self._in_parts("rights", edits, lambda part: edit_rights(edits=part, **self._by))
        self._create("rights", [item for item in rights if item.row is None], _right_draft, grant_rights)

    def _flights(self, plan: ImportPlan) -> None:
        new_campaigns = [item for item in plan.campaigns if item.row is None]
        self._create("campaigns", new_campaigns, lambda item: CampaignDraft(item.name), add_campaigns)
        flights = plan.flights
        for flight in flights:
            if flight.reassigned:
                assign_ad_account(
                    flights=[found(flight.row, Flight)], ad_account=flight.ad_account, **self._by
                )
        moves = [
            Move(found(item.row, Flight), item.starts_on, item.ends_on) for item in flights if item.moved
        ]
        self._in_parts("flights", moves, lambda part: move_flights(moves=part, **self._by))
        edits = [Edit(found(item.row, Flight), values) for item in flights if (values := item.changes)]
        self._in_parts("flights", edits, lambda part: edit_flights(edits=part, **self._by))
        self._create("flights", [item for item in flights if item.row is None], _flight_draft, plan_flights)


def found(row: RowT | None, _model: type[RowT]) -> RowT:
    """The row of a planned thing, which is on file by now."""
    if row is None:
        raise ValueError("A planned thing must be on file before others refer to it.")
    return row


def _window_changes(codes: list[PlannedCode]) -> tuple[list[Extension], list[Correction]]:
    longer: list[Extension] = []
    corrected: list[Correction] = []
    for code in codes:
        row, window = code.row, code.window
        if row is None or not code.moved:
            continue
        if window.starts_at == row.starts_at and window.expires_at > row.expires_at:
            longer.append(
                Extension(
                    row, expires_on=window.expires_on, expires_at=window.expires_at, source=window.end_source
                )
            )
            continue
        moved = window.starts_at != row.starts_at
        corrected.append(
            Correction(
                row,
                starts_on=window.starts_on if moved else None,
                starts_at=window.starts_at if moved else None,
                window_days=window.window_days,
                expires_on=window.expires_on,
                expires_at=window.expires_at,
                source=window.end_source,
            )
        )
    return longer, corrected


def _post_draft(post: PlannedPost) -> PostDraft:
    values = dict(post.values)
    if notes := post.notes.added_to(""):
        values["notes"] = notes
    return PostDraft(
        found(post.creator.row, Creator),
        title=values.pop("title", ""),
        url=post.url,
        tiktok_post_id=post.post_id,
        posted_at=post.posted_at,
        details=values,
    )


def _code_draft(code: PlannedCode) -> CodeDraft:
    window = code.window
    return CodeDraft(
        found(code.post.row, Post),
        code.value,
        starts_on=window.starts_on,
        starts_at=window.starts_at,
        window_days=window.window_days,
        expires_on=window.expires_on,
        expires_at=window.expires_at,
        start_assumed=window.start_assumed,
        end_source=window.end_source,
    )


def _right_draft(right: PlannedRight) -> RightDraft:
    return RightDraft(
        post=found(right.post.row, Post),
        starts_on=right.starts_on,
        term=right.term,
        paid_amplification=right.paid,
        **right.values,
    )


def _flight_draft(flight: PlannedFlight) -> FlightDraft:
    return FlightDraft(
        found(flight.post.row, Post),
        found(flight.campaign.row, Campaign),
        buyer=flight.buyer,
        buyer_invited=flight.buyer_invited,
        ad_account=flight.ad_account,
        starts_on=flight.starts_on,
        ends_on=flight.ends_on,
        daily_spend=flight.daily_spend,
    )
