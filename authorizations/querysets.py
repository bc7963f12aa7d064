"""Querysets of codes, rights and gaps: state is derived at ``now``, never stored."""

from datetime import datetime
from typing import Self

from django.db.models import F, Q
from django.db.models.functions import Coalesce, Least

from brands.querysets import BrandOwnedQuerySet


class CodeQuerySet(BrandOwnedQuerySet):
    """Codes of a brand."""

    def with_end(self) -> Self:
        """Adds ``ends_at``: the end of the window, the natural one or the earlier revocation."""
        return self.annotate(ends_at=Least(F("expires_at"), Coalesce(F("revoked_at"), F("expires_at"))))

    def holding(self, now: datetime) -> Self:
        """Codes whose window holds ``now``."""
        return self.filter(
            Q(revoked_at__isnull=True) | Q(revoked_at__gt=now),
            rejected_at__isnull=True,
            starts_at__lte=now,
            expires_at__gt=now,
        )


class RightQuerySet(BrandOwnedQuerySet):
    """Usage rights of a brand."""

    def untriggered(self) -> Self:
        """Rights whose trigger has not happened: they cover nothing yet."""
        return self.filter(starts_at__isnull=True)


class PostGapQuerySet(BrandOwnedQuerySet):
    """Stored gaps."""

    def overlapping(self, start: datetime, end: datetime | None) -> Self:
        """Gaps that share an instant with ``[start, end)``; a null ``end`` is for ever."""
        after = self.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=start))
        return after if end is None else after.filter(Q(starts_at__isnull=True) | Q(starts_at__lt=end))
