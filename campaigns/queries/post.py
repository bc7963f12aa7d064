"""The post page: everything that decides until when a post may run, and what was done about it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

from django.db.models import Prefetch, Q

from authorizations.enums import CodeStatus, Reason, Verdict
from authorizations.models import (
    AccountLink,
    AuthorizationCode,
    CodeRequest,
    CodeUse,
    PostGap,
    UsageRight,
)
from authorizations.rules import Code, Gap, code_status, is_paid_right
from brands.models import AdAccount, Brand
from campaigns.enums import FlightStatus
from campaigns.models import Flight
from campaigns.queries.history import (
    FIRST_LINES,
    History,
    People,
    caption_changed_since_approval,
    people_of,
    post_history,
)
from campaigns.queries.lines import FlightLine, InventoryLine, flight_lines, inventory_lines
from campaigns.rules import Replacement, applies_first, apply_replacement_by, taken_over
from campaigns.todos import Todo, post_todos
from posts.enums import Method, Stage
from posts.models import MetricsSnapshot, Post, StageEvent

_USABLE = {CodeStatus.SCHEDULED, CodeStatus.ACTIVE, CodeStatus.EXPIRING}


@dataclass(frozen=True, slots=True)
class CodeLine:
    """A code as the page shows it; ``ends_at`` is the natural end or the earlier revocation."""

    code: AuthorizationCode
    status: CodeStatus
    ends_at: datetime
    uses: Sequence[CodeUse]
    replaced_by: AuthorizationCode | None
    free_accounts: Sequence[AdAccount]

    @property
    def usable(self) -> bool:
        """Whether it can still be taken to an ad account."""
        return self.status in _USABLE and (bool(self.free_accounts) or not self.used_somewhere)

    @property
    def used_somewhere(self) -> bool:
        """Whether it is known to be in use, whatever the ad account."""
        return bool(self.uses)


@dataclass(frozen=True, slots=True)
class RightLine:
    """A right and whether it counts for this post: those of the post, else of its brief, else of its creator."""

    right: UsageRight
    level: str
    counts: bool
    paid: bool


@dataclass(frozen=True, slots=True)
class PostPage:
    """What the post page shows at ``now``; ``answer`` is the flight (or the inventory) to speak about first."""

    brand: Brand
    post: Post
    now: datetime
    answer: FlightLine | InventoryLine
    code_lines: Sequence[CodeLine]
    requests: Sequence[CodeRequest]
    right_lines: Sequence[RightLine]
    links: Sequence[AccountLink]
    flight_lines: Sequence[FlightLine]
    gaps: Sequence[Gap]
    stages: Sequence[StageEvent]
    metrics: MetricsSnapshot | None
    todos: Sequence[Todo]
    history: History
    people: People
    accounts: Sequence[AdAccount]
    replaced_by: Post | None

    @property
    def needs_code(self) -> bool:
        """Whether the post needs a code of its own."""
        return self.post.method == Method.CODE and not self.post.creator.own_account

    @property
    def request(self) -> CodeRequest | None:
        """The request for a code that the creator has still to answer."""
        return next((each for each in self.requests if each.is_open), None)

    @property
    def runs_without_rights(self) -> bool:
        """Whether the answer is that an ad goes on spending without permission until a person pauses it."""
        line = self.answer
        return (
            isinstance(line, FlightLine)
            and line.status is FlightStatus.LIVE
            and line.must_pause
            and line.coverage is not None
            and line.coverage.verdict is Verdict.BLOCKED
        )

    @property
    def stage(self) -> StageEvent | None:
        """The stage that was reached last."""
        return self.stages[-1] if self.stages else None

    @property
    def shown_right(self) -> UsageRight | None:
        """The right that the hand-off speaks of: the first that counts."""
        return next((line.right for line in self.right_lines if line.counts), None)


def post_page(brand: Brand, post_id: UUID, *, now: datetime, history: int = FIRST_LINES) -> PostPage:
    """Everything about one post of ``brand``, with ``history`` lines of its history; at most sixteen queries.

    Raises Post.DoesNotExist.
    """
    post = (
        Post.objects.for_brand(brand).select_related("creator__manager", "brief", "replaces").get(pk=post_id)
    )
    post.brand = brand
    accounts = list(AdAccount.objects.for_brand(brand).order_by("name"))
    codes = _code_lines(brand, post, accounts, now)
    requests = list(
        CodeRequest.objects.for_brand(brand)
        .filter(post=post)
        .select_related("asked_by", "supersedes")
        .order_by("asked_at", "pk")
    )
    rights = _right_lines(brand, post)
    links = _links(brand, post)
    gaps = [
        Gap(start, end, tuple(map(Reason, reasons.split(","))))
        for start, end, reasons in PostGap.objects.for_brand(brand)
        .filter(post=post)
        .values_list("starts_at", "ends_at", "reasons")
    ]
    gaps.sort(key=lambda gap: (gap.starts_at is not None, gap.starts_at))
    flights = list(
        Flight.objects.for_brand(brand)
        .filter(post=post)
        .select_related("campaign", "buyer", "ad_account", "run_anyway_by")
        .order_by("starts_at", "pk")
    )
    for flight in flights:
        flight.post = post
    stages = list(StageEvent.objects.for_brand(brand).filter(post=post).order_by("at", "pk"))
    lines = [
        replace(line, apply_by=_apply_by(line, codes))
        for line in flight_lines(brand, flights, {post.pk: gaps}, now=now)
    ]
    return PostPage(
        brand=brand,
        post=post,
        now=now,
        answer=_answer(lines) or inventory_lines(brand, [post], {post.pk: gaps}, now=now)[0],
        code_lines=codes,
        requests=requests,
        right_lines=rights,
        links=links,
        flight_lines=lines,
        gaps=gaps,
        stages=stages,
        metrics=MetricsSnapshot.objects.for_brand(brand).filter(post=post).order_by("-at", "-pk").first(),
        todos=post_todos(
            post,
            codes=[line.code for line in codes if line.status in _USABLE],
            uses={line.code.pk: {use.ad_account_id for use in line.uses} for line in codes},
            ends={line.code.pk: line.ends_at for line in codes},
            rights=[line.right for line in rights if line.counts],
            flights=[line.flight for line in lines if line.status is not FlightStatus.ENDED],
            now=now,
            zone=brand.time_zone,
            caption_changed=_caption_changed(brand, post, stages),
        ),
        history=post_history(
            brand,
            [
                post.pk,
                *(line.code.pk for line in codes),
                *(request.pk for request in requests),
                *(line.right.pk for line in rights),
                *(link.pk for link in links),
                *(flight.pk for flight in flights),
            ],
            subjects={flight.pk: flight.campaign.name for flight in flights}
            | {account.pk: account.name for account in accounts},
            lines=history,
        ),
        people=people_of(brand),
        accounts=accounts,
        replaced_by=Post.objects.for_brand(brand).filter(replaces=post).order_by("pk").last(),
    )


# Which flight the page answers for first: one that runs, then one to come, then one that waits for a person.
_FIRST = (FlightStatus.LIVE, FlightStatus.PLANNED, FlightStatus.PAUSED)
_NEVER = datetime.max.replace(tzinfo=UTC)


def _answer(lines: Sequence[FlightLine]) -> FlightLine | None:
    """Among the flights of the most pressing state the one for which something ends soonest."""

    def ends_at(line: FlightLine) -> datetime:
        gap = line.first_gap
        return line.apply_by or (gap and gap.starts_at) or _NEVER

    for status in _FIRST:
        if own := [line for line in lines if line.status is status]:
            return min(own, key=ends_at)
    return None


def _apply_by(line: FlightLine, codes: Sequence[CodeLine]) -> datetime | None:
    """Until when a replacement must be applied for this flight, if that comes before anything else (as the board)."""
    by_id = {code.code.pk: code for code in codes}
    accounts = {code.code.pk: {use.ad_account_id for use in code.uses} for code in codes}
    usable = [(code.ends_at, accounts[code.code.pk]) for code in codes if code.status in _USABLE]
    replacements = [
        Replacement(
            (old := by_id[new.code.supersedes_id]).ends_at,
            accounts[old.code.pk],
            taken_over(accounts[new.code.pk], usable, old_ends_at=old.ends_at),
        )
        for new in codes
        if new.code.supersedes_id in by_id and new.status in _USABLE
    ]
    by = apply_replacement_by(
        replacements, account=line.flight.ad_account_id, starts_at=line.starts_at, ends_at=line.ends_at
    )
    return by if by is not None and applies_first(line.coverage, by) else None


def _code_lines(brand: Brand, post: Post, accounts: Sequence[AdAccount], now: datetime) -> list[CodeLine]:
    codes = (
        AuthorizationCode.objects.for_brand(brand)
        .filter(post=post)
        .prefetch_related(
            Prefetch(
                "uses", CodeUse.objects.for_brand(brand).select_related("ad_account", "by").order_by("at")
            )
        )
        .order_by("-expires_at", "-pk")
    )
    replacements = {code.supersedes_id: code for code in codes if code.supersedes_id}
    lines = []
    for code in codes:
        window = Code(code.starts_at, code.expires_at, code.revoked_at, rejected=code.rejected_at is not None)
        uses = list(code.uses.all())
        used = {use.ad_account_id for use in uses}
        lines.append(
            CodeLine(
                code=code,
                status=code_status(window, now=now, expiring_days=brand.expiring_days),
                ends_at=min(code.expires_at, code.revoked_at or code.expires_at),
                uses=uses,
                replaced_by=replacements.get(code.pk),
                free_accounts=[account for account in accounts if account.pk not in used],
            )
        )
    return lines


def _right_lines(brand: Brand, post: Post) -> list[RightLine]:
    rights = list(
        UsageRight.objects.for_brand(brand)
        .filter(Q(post=post) | Q(brief=post.brief_id, brief__isnull=False) | Q(creator=post.creator_id))
        .select_related("approved_by")
        .order_by("starts_at", "pk")
    )
    return right_lines(post, rights)


def right_lines(post: Post, rights: Sequence[UsageRight]) -> list[RightLine]:
    """Of ``rights`` those of the post, of its brief and of its creator, in this order; the closest level counts."""
    owners = {"post": post.pk, "brief": post.brief_id, "creator": post.creator_id}
    found = [
        (level, right)
        for level, owner in owners.items()
        for right in rights
        if owner is not None and getattr(right, f"{level}_id") == owner
    ]
    held = found[0][0] if found else "post"
    return [
        RightLine(
            right=right,
            level=level,
            counts=level == held and not (post.creator.own_account and level != "post"),
            paid=is_paid_right(right.paid_amplification, right.channels),
        )
        for level, right in found
    ]


def _links(brand: Brand, post: Post) -> list[AccountLink]:
    if post.method == Method.CODE:
        return []
    return list(
        AccountLink.objects.for_brand(brand)
        .filter(creator=post.creator_id)
        .select_related("ad_account")
        .order_by("starts_at", "pk")
    )


def _caption_changed(brand: Brand, post: Post, stages: Sequence[StageEvent]) -> bool:
    approved = [event.at for event in stages if event.stage == Stage.APPROVED]
    return bool(approved and post.caption) and caption_changed_since_approval(brand, post.pk, approved[-1])
