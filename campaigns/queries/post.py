"""The post page: everything that decides until when a post may run, and what was done about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Prefetch, Q

from authorizations.enums import CodeStatus, Reason
from authorizations.models import AccountLink, AuthorizationCode, CodeUse, PostGap, UsageRight
from authorizations.rules import Code, Gap, code_status, is_paid_right
from brands.models import AuditEntry, Brand
from campaigns.enums import FlightStatus
from campaigns.models import Flight
from campaigns.queries.lines import FlightLine, InventoryLine, flight_lines, inventory_lines
from campaigns.todos import Todo, post_todos
from posts.enums import Method
from posts.models import MetricsSnapshot, Post, StageEvent

HISTORY_LINES = 30


@dataclass(frozen=True, slots=True)
class CodeLine:
    """A code as the page shows it; ``ends_at`` is the natural end or the earlier revocation."""

    code: AuthorizationCode
    status: CodeStatus
    ends_at: datetime
    uses: Sequence[CodeUse]


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
    right_lines: Sequence[RightLine]
    links: Sequence[AccountLink]
    flight_lines: Sequence[FlightLine]
    gaps: Sequence[Gap]
    stages: Sequence[StageEvent]
    metrics: MetricsSnapshot | None
    todos: Sequence[Todo]
    history: Sequence[AuditEntry]

    @property
    def needs_code(self) -> bool:
        """Whether the post needs a code of its own."""
        return self.post.method == Method.CODE and not self.post.creator.own_account


def post_page(brand: Brand, post_id: UUID, *, now: datetime) -> PostPage:
    """Everything about one post of ``brand``; at most eleven queries. Raises Post.DoesNotExist."""
    post = (
        Post.objects.for_brand(brand).select_related("creator__manager", "brief", "replaces").get(pk=post_id)
    )
    post.brand = brand
    codes = _code_lines(brand, post, now)
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
    lines = flight_lines(brand, flights, {post.pk: gaps}, now=now)
    return PostPage(
        brand=brand,
        post=post,
        now=now,
        answer=_answer(lines) or inventory_lines(brand, [post], {post.pk: gaps}, now=now)[0],
        code_lines=codes,
        right_lines=rights,
        links=links,
        flight_lines=lines,
        gaps=gaps,
        stages=list(StageEvent.objects.for_brand(brand).filter(post=post).order_by("at", "pk")),
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
        ),
        history=_history(brand, post, codes, rights, flights),
    )


_USABLE = {CodeStatus.SCHEDULED, CodeStatus.ACTIVE, CodeStatus.EXPIRING}

# Which flight the page answers for first: one that runs, then one to come, then one that waits for a person.
_FIRST = (FlightStatus.LIVE, FlightStatus.PLANNED, FlightStatus.PAUSED)


def _answer(lines: Sequence[FlightLine]) -> FlightLine | None:
    """Among the flights of the most pressing state the one whose first gap begins soonest."""
    for status in _FIRST:
        own = [line for line in lines if line.status is status]
        if own:
            return min(
                own, key=lambda line: (line.first_gap is None, line.first_gap and line.first_gap.starts_at)
            )
    return None


def _code_lines(brand: Brand, post: Post, now: datetime) -> list[CodeLine]:
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
    lines = []
    for code in codes:
        window = Code(code.starts_at, code.expires_at, code.revoked_at, rejected=code.rejected_at is not None)
        lines.append(
            CodeLine(
                code=code,
                status=code_status(window, now=now, expiring_days=brand.expiring_days),
                ends_at=min(code.expires_at, code.revoked_at or code.expires_at),
                uses=list(code.uses.all()),
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
    levels = {"post": "post_id", "brief": "brief_id", "creator": "creator_id"}
    held = next(
        (level for level, name in levels.items() if any(getattr(right, name) for right in rights)), "post"
    )
    return [
        RightLine(
            right=right,
            level=level,
            counts=level == held and not (post.creator.own_account and level != "post"),
            paid=is_paid_right(right.paid_amplification, right.channels),
        )
        for level, name in levels.items()
        for right in rights
        if getattr(right, name)
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


def _history(
    brand: Brand,
    post: Post,
    codes: Sequence[CodeLine],
    rights: Sequence[RightLine],
    flights: Sequence[Flight],
) -> list[AuditEntry]:
    things = [post.pk, *(line.code.pk for line in codes), *(line.right.pk for line in rights)]
    things += [flight.pk for flight in flights]
    return list(
        AuditEntry.objects.for_brand(brand)
        .filter(object_id__in=things)
        .order_by("-at", "-pk")[:HISTORY_LINES]
    )
