"""Codes as their list shows them: how they stand, until when, and where they are in use."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import reduce
from operator import and_
from typing import Any
from uuid import UUID

from django.db.models import (
    Case,
    DateTimeField,
    DurationField,
    ExpressionWrapper,
    F,
    Q,
    QuerySet,
    Value,
    When,
)

from authorizations.enums import CodeStatus
from authorizations.models import AuthorizationCode, CodeUse
from authorizations.rules import DAY, Code, code_status
from brands.models import Brand
from posts.querysets import search_words

_NEVER = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class CodeLine:
    """A code of a list; ``ends_at`` is its natural end or the earlier revocation."""

    code: AuthorizationCode
    status: CodeStatus
    ends_at: datetime
    accounts: Sequence[str]

    @property
    def pk(self) -> UUID:
        """The id of the code."""
        return self.code.pk

    @property
    def name(self) -> str:
        """What the code is called: never the code itself."""
        return str(self.code)


def codes_of(brand: Brand, now: datetime) -> QuerySet[Any]:
    """The codes of ``brand``, each with ``end_at``: its natural end or the earlier revocation, as ``CodeLine`` has it.

    ``next_end``: the same, but of those that count no more far off: they come last.
    """
    rows: QuerySet[Any] = (
        AuthorizationCode.objects.for_brand(brand)
        .select_related("post__creator")
        .annotate(
            end_at=Case(
                When(revoked_at__lt=F("expires_at"), then=F("revoked_at")),
                default=F("expires_at"),
                output_field=DateTimeField(),
            )
        )
        .annotate(
            next_end=Case(
                When(Q(rejected_at__isnull=False) | Q(end_at__lte=now), then=Value(_NEVER)),
                default=F("end_at"),
                output_field=DateTimeField(),
            )
        )
    )
    return rows


def with_status(
    rows: QuerySet[Any], status: CodeStatus, *, now: datetime, expiring_days: int
) -> QuerySet[Any]:
    """Those of ``rows`` that have this status at ``now``: the rule of ``authorizations.rules.code_status`` in SQL."""
    left = ExpressionWrapper(F("expires_at") - Value(now), output_field=DurationField())
    window = ExpressionWrapper(F("expires_at") - F("starts_at"), output_field=DurationField())
    warned = timedelta(days=expiring_days)
    soon = Q(expires_at__lte=now + min(warned, 2 * DAY)) | (
        Q(expires_at__lte=now + warned) & Q(four_left__lte=F("window"))
    )
    first = {
        CodeStatus.REJECTED: Q(rejected_at__isnull=False),
        CodeStatus.REVOKED: Q(revoked_at__isnull=False, revoked_at__lte=now),
        CodeStatus.SCHEDULED: Q(starts_at__gt=now),
        CodeStatus.EXPIRED: Q(expires_at__lte=now),
        CodeStatus.EXPIRING: soon,
        CodeStatus.ACTIVE: Q(),
    }
    order = list(first)
    before = [~first[each] for each in order[: order.index(status)]]
    rows = rows.annotate(
        window=window, four_left=ExpressionWrapper(left + left + left + left, output_field=DurationField())
    )
    return rows.filter(reduce(and_, before, first[status]))


def matching(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    """Those in which each word is in the title of the post or the handle, or is the ending or the post id."""
    for word in search_words(text):
        rows = rows.filter(
            Q(post__title__icontains=word)
            | Q(post__creator__handle__icontains=word)
            | Q(post__tiktok_post_id=word)
            | Q(ending=word[-4:] if len(word) <= _SHOWN else "")
        )
    return rows


# Longer words are not compared with endings: nobody searches for a code by all of it.
_SHOWN = 6


def code_lines(brand: Brand, codes: Sequence[Any], now: datetime) -> list[CodeLine]:
    """What belongs to these codes of ``codes_of``; one query."""
    accounts: dict[UUID, list[str]] = defaultdict(list)
    for code, name in (
        CodeUse.objects.for_brand(brand)
        .filter(code__in=[code.pk for code in codes])
        .order_by("at", "pk")
        .values_list("code_id", "ad_account__name")
    ):
        accounts[code].append(name or "an ad account")
    return [
        CodeLine(
            code,
            code_status(
                Code(code.starts_at, code.expires_at, code.revoked_at, rejected=code.rejected_at is not None),
                now=now,
                expiring_days=brand.expiring_days,
            ),
            min(code.expires_at, code.revoked_at or code.expires_at),
            accounts[code.pk],
        )
        for code in codes
    ]
