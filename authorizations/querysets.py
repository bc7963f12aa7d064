"""Querysets of gaps and of requests for codes."""

from datetime import datetime
from typing import Self

from django.db.models import Q

from brands.querysets import BrandOwnedQuerySet


class PostGapQuerySet(BrandOwnedQuerySet):
    """Stored gaps."""

    def overlapping(self, start: datetime, end: datetime | None) -> Self:
        """Gaps that share an instant with ``[start, end)``; a null ``end`` is for ever."""
        after = self.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=start))
        return after if end is None else after.filter(Q(starts_at__isnull=True) | Q(starts_at__lt=end))


class CodeRequestQuerySet(BrandOwnedQuerySet):
    """Requests for codes."""

    def open(self) -> Self:
        """Those that the creator has still to answer."""
        return self.filter(answered_at__isnull=True, withdrawn_at__isnull=True)
