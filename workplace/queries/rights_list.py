"""Rights as their list shows them: what they are on, how long, and which dangerous cell comes first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db.models import (
    Case,
    Count,
    DateTimeField,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from authorizations.enums import Reason
from authorizations.models import AuthorizationCode, PostGap, UsageRight
from brands.enums import AttachmentSubject
from brands.models import Attachment, Brand
from posts.enums import Method
from workplace.queries.rights import Holder, holder_of
from workplace.queries.rights_outlook import Cell

# In the order of ends: what ends comes first, then what is open, then what is over.
_OPEN = datetime(2900, 1, 1, tzinfo=UTC)
_OVER = datetime(2901, 1, 1, tzinfo=UTC)
# A gap without a start lasts since ever.
EVER = datetime(1970, 1, 1, tzinfo=UTC)

# Gaps in which nothing but the code is missing: the code side has one reason at a time (DOMAIN.md §6).
CODE_ONLY = (Reason.NO_CODE, Reason.CODE_NOT_STARTED, Reason.CODE_EXPIRED, Reason.CODE_REVOKED)


@dataclass(frozen=True, slots=True)
class Danger:
    """A dangerous cell and when it begins; before now: it lasts.

    ``reason``: why there is no code, in the cell without one. ``code_from``: when the first one starts, if none did.
    ``linked``: its post is authorized by an account link, not by a code.
    """

    cell: Cell
    at: datetime
    reason: Reason | None = None
    code_from: datetime | None = None
    linked: bool = False


@dataclass(frozen=True, slots=True)
class RightLine:
    """A right of the list; ``danger``: the dangerous cell that comes first, ``proofs``: files and links on it."""

    right: UsageRight
    holder: Holder
    danger: Danger | None
    proofs: int

    @property
    def pk(self) -> UUID:
        """The id of the right."""
        return self.right.pk

    @property
    def name(self) -> str:
        """What it is called."""
        return f"{self.right} of {self.holder}"


def rights_of(brand: Brand, now: datetime) -> QuerySet[UsageRight]:
    """The rights of ``brand``.

    With ``end_order`` for the order of ends; ``spends_at``: when a post below them is without rights while its code
    holds, because they are over; ``stops_at``: when a post below them is without a code while they hold, never
    before they begin, with ``code_gap``, the gap that lasts then. Posts with nearer rights are not below them: those
    count there.
    """
    spends = (
        PostGap.objects.filter(stops_itself=False, reasons__contains=Reason.RIGHTS_EXPIRED)
        .filter(Q(ends_at__isnull=True) | Q(ends_at__gt=now))
        .filter(starts_at__gte=OuterRef("ends_at"))
    )
    stops = (
        PostGap.objects.filter(reasons__in=CODE_ONLY)
        .filter(Q(ends_at__isnull=True) | (Q(ends_at__gt=now) & Q(ends_at__gt=OuterRef("starts_at"))))
        .annotate(since=Coalesce("starts_at", Value(EVER)))
    )
    missed = Q(starts_at__isnull=False) & (
        Q(ends_at__isnull=True) | Q(ends_at__gt=now, code_missing_at__lt=F("ends_at"))
    )
    found: QuerySet[UsageRight] = (
        UsageRight.objects.for_brand(brand)
        .select_related("post__creator", "brief", "creator", "approved_by")
        .annotate(
            end_order=Case(
                When(ends_at__lte=now, then=Value(_OVER)),
                When(ends_at__isnull=True, then=Value(_OPEN)),
                default=F("ends_at"),
                output_field=DateTimeField(),
            ),
            spends_at=_first(spends, brand, "starts_at"),
            code_missing_at=_first(stops, brand, "since"),
            code_gap=_first(stops, brand, "since", "pk"),
        )
        .annotate(
            # Before the right begins nobody misses a code for it.
            stops_at=Case(
                When(missed & Q(code_missing_at__lt=F("starts_at"), starts_at__gt=now), then=F("starts_at")),
                When(missed, then=F("code_missing_at")),
                default=None,
                output_field=DateTimeField(),
            )
        )
    )
    return found


def _first(gaps: QuerySet[PostGap], brand: Brand, when: str, what: str = "") -> Coalesce:
    """The first of these gaps in the posts for which a right counts; ``what`` of it, else ``when``.

    Each level by itself, so that an index finds it. The rights of a post count before those of its brief, these before
    those of its creator (DOMAIN.md §6).
    """
    rights = UsageRight.objects.for_brand(brand)
    of_post = ~Exists(rights.filter(post=OuterRef("post")))
    of_brief = ~Exists(rights.filter(brief=OuterRef("post__brief")))
    levels = (
        gaps.filter(brand=brand, post=OuterRef("post")),
        gaps.filter(of_post, brand=brand, post__brief=OuterRef("brief")),
        gaps.filter(of_post, of_brief, brand=brand, post__creator=OuterRef("creator")),
    )
    return Coalesce(*(Subquery(level.order_by(when, "pk").values(what or when)[:1]) for level in levels))


def right_lines(brand: Brand, rights: Sequence[Any], _now: datetime) -> list[RightLine]:
    """What belongs to these rights of ``rights_of``; two queries."""
    proofs = dict(
        Attachment.objects.for_brand(brand)
        .filter(subject_kind=AttachmentSubject.RIGHT, subject_id__in=[right.pk for right in rights])
        .order_by()
        .values_list("subject_id")
        .annotate(number=Count("pk"))
    )
    gaps = _code_gaps(brand, [right.code_gap for right in rights if right.stops_at])
    return [
        RightLine(right, holder_of(right), _danger(right, gaps), proofs.get(right.pk, 0)) for right in rights
    ]


def _code_gaps(brand: Brand, ids: Sequence[UUID]) -> dict[UUID, Any]:
    """These gaps; ``code_from``: when the first code of the post starts that is on file."""
    codes = AuthorizationCode.objects.filter(post=OuterRef("post"), rejected_at=None)
    codes = codes.filter(Q(revoked_at=None) | Q(revoked_at__gt=F("starts_at"))).order_by("starts_at")
    rows = PostGap.objects.for_brand(brand).select_related("post")
    rows = rows.annotate(code_from=Subquery(codes.values("starts_at")[:1]))
    found: dict[UUID, Any] = rows.in_bulk(ids)
    return found


def _danger(right: Any, gaps: Mapping[UUID, Any]) -> Danger | None:
    """The cell that begins first."""
    found = [Danger(Cell.SPENDS, right.spends_at)] if right.spends_at else []
    if right.stops_at:
        gap = gaps.get(right.code_gap)  # none: it was rewritten since the rights were read
        reason = Reason(gap.reasons) if gap else None
        starts = gap.code_from if gap and reason is Reason.CODE_NOT_STARTED else None
        linked = gap is not None and gap.post.method != Method.CODE
        found.append(Danger(Cell.STOPS, right.stops_at, reason, starts, linked))
    return min(found, key=lambda danger: danger.at, default=None)
