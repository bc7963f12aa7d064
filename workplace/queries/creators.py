"""Creators as their list and their page show them: what they made, how quickly, what runs."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from statistics import median
from uuid import UUID

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from authorizations.models import AccountLink, AuthorizationCode, CodeRequest, UsageRight
from authorizations.rules import is_paid_right
from brands.models import Brand
from creators.models import Creator
from posts.enums import Method, Stage
from posts.models import Post, StageEvent
from sparktrack.core.days import local_date
from workplace.queries.posts import PostLine, post_lines, posts_of
from workplace.rules.reports import middle

# Posts on the page of a creator; the list of posts has all.
MOST_POSTS = 50


@dataclass(frozen=True, slots=True)
class Record:
    """How a creator kept to what was agreed.

    ``due``: posts that had a day and came, or whose day is over; ``on_time`` of them came by it. ``code_days``: the
    median of days from a post's birth to the start of its first code whose time is known; None for no such post.
    ``answer``: the median of lengths from a request for a code to its answer; None where none was answered.
    """

    due: int = 0
    on_time: int = 0
    code_days: int | None = None
    answer: timedelta | None = None


@dataclass(frozen=True, slots=True)
class CreatorLine:
    """A creator of a list. ``codes``: codes of their posts that are good now; ``waiting``: posts without one."""

    creator: Creator
    posts: int
    codes: int
    waiting: int
    covers_all: bool
    record: Record

    @property
    def pk(self) -> UUID:
        """The id of the creator."""
        return self.creator.pk

    @property
    def name(self) -> str:
        """The handle."""
        return str(self.creator)


@dataclass(frozen=True, slots=True)
class CreatorPage:
    """A creator with all that is theirs; ``posts`` newest first, at most MOST_POSTS of ``line.posts``."""

    line: CreatorLine
    posts: Sequence[PostLine]
    rights: Sequence[UsageRight]
    links: Sequence[AccountLink]


def creators_of(brand: Brand, _now: datetime) -> QuerySet[Creator]:
    """The creators of ``brand``, each with ``post_count`` as an alias."""
    posts = Post.objects.filter(creator=OuterRef("pk")).order_by().values("creator")
    counted = Coalesce(Subquery(posts.annotate(number=Count("pk")).values("number")), 0)
    found: QuerySet[Creator] = Creator.objects.for_brand(brand).select_related("manager")
    ordered: QuerySet[Creator] = found.alias(post_count=counted)
    return ordered


def creator_lines(brand: Brand, creators: Sequence[Creator], now: datetime) -> list[CreatorLine]:
    """What belongs to these creators; seven queries."""
    ids = [creator.pk for creator in creators]
    good = _good_codes(brand, now).filter(post__creator__in=ids)
    codes = dict(good.order_by().values_list("post__creator").annotate(number=Count("pk")))
    posts = Post.objects.for_brand(brand).filter(creator__in=ids).order_by()
    need = posts.filter(method=Method.CODE, creator__own_account=False).exclude(
        pk__in=good.values("post"),
    )
    counts = dict(posts.values_list("creator").annotate(number=Count("pk")))
    waiting = dict(need.values_list("creator").annotate(number=Count("pk")))
    rights = UsageRight.objects.for_brand(brand).filter(creator__in=ids, starts_at__lte=now)
    lasting = rights.filter(Q(ends_at=None) | Q(ends_at__gt=now))
    covered = {
        creator
        for creator, paid, channels in lasting.values_list("creator", "paid_amplification", "channels")
        if is_paid_right(paid, channels)
    }
    records, answers = _records(brand, ids, now), _answers(brand, ids)
    return [
        CreatorLine(
            creator,
            counts.get(creator.pk, 0),
            codes.get(creator.pk, 0),
            waiting.get(creator.pk, 0),
            creator.pk in covered,
            replace(records.get(creator.pk, Record()), answer=middle(answers.get(creator.pk, ()))),
        )
        for creator in creators
    ]


def creator_page(brand: Brand, creator_id: UUID, *, now: datetime) -> CreatorPage:
    """Everything on the page of a creator. Raises Creator.DoesNotExist for one who is not in ``brand``."""
    creator = creators_of(brand, now).get(pk=creator_id)
    (line,) = creator_lines(brand, [creator], now)
    posts = list(posts_of(brand, now).filter(creator=creator).order_by("-pk")[:MOST_POSTS])
    return CreatorPage(
        line,
        post_lines(brand, posts, now),
        list(UsageRight.objects.for_brand(brand).filter(creator=creator).order_by("-starts_at", "pk")),
        list(
            AccountLink.objects.for_brand(brand)
            .filter(creator=creator)
            .select_related("ad_account")
            .order_by("-starts_at", "pk")
        ),
    )


def _good_codes(brand: Brand, now: datetime) -> QuerySet[AuthorizationCode]:
    codes: QuerySet[AuthorizationCode] = AuthorizationCode.objects.for_brand(brand)
    return codes.filter(
        Q(revoked_at=None) | Q(revoked_at__gt=now), starts_at__lte=now, expires_at__gt=now, rejected_at=None
    )


def _records(brand: Brand, ids: Sequence[UUID], now: datetime) -> dict[UUID, Record]:
    """The record of each creator, from the days of their posts; one query."""
    posted = StageEvent.objects.filter(post=OuterRef("pk"), stage=Stage.POSTED).order_by("at").values("at")
    first_code = (
        AuthorizationCode.objects.filter(post=OuterRef("pk"), start_assumed=False)
        .order_by("starts_at")
        .values("starts_at")
    )
    rows = (
        Post.objects.for_brand(brand)
        .filter(creator__in=ids)
        .annotate(came_at=Coalesce(F("posted_at"), Subquery(posted[:1])), code_at=Subquery(first_code[:1]))
        .filter(Q(post_due_on__isnull=False) | Q(came_at__isnull=False, code_at__isnull=False))
        .values_list("creator", "post_due_on", "came_at", "code_at")
    )
    of_creator: dict[UUID, list[tuple[date | None, datetime | None, datetime | None]]] = defaultdict(list)
    for creator, *days in rows:
        of_creator[creator].append((days[0], days[1], days[2]))
    today = local_date(now, brand.time_zone)
    return {creator: _record(days, today, brand.time_zone) for creator, days in of_creator.items()}


def _answers(brand: Brand, ids: Sequence[UUID]) -> dict[UUID, list[timedelta]]:
    """How long each creator took to answer requests; a code that TikTok rejected is no answer. One query."""
    rows = (
        CodeRequest.objects.for_brand(brand)
        .filter(post__creator__in=ids, answered_at__isnull=False, answered_by__rejected_at__isnull=True)
        .values_list("post__creator", "asked_at", "answered_at")
    )
    found: dict[UUID, list[timedelta]] = defaultdict(list)
    for creator, asked_at, answered_at in rows:
        found[creator].append(answered_at - asked_at)
    return found


def _record(
    posts: Iterable[tuple[date | None, datetime | None, datetime | None]], today: date, zone: str
) -> Record:
    due = on_time = 0
    waited: list[int] = []
    for due_on, came_at, code_at in posts:
        if due_on is not None and (came_at is not None or due_on < today):
            due += 1
            on_time += came_at is not None and local_date(came_at, zone) <= due_on
        if came_at is not None and code_at is not None:
            waited.append(max((local_date(code_at, zone) - local_date(came_at, zone)).days, 0))
    return Record(due, on_time, round(median(waited)) if waited else None)
