"""Querysets of creators."""

from collections.abc import Iterable
from typing import Self

from brands.querysets import BrandOwnedQuerySet


class CreatorQuerySet(BrandOwnedQuerySet):
    """Creators of a brand."""

    def with_handles(self, handles: Iterable[str]) -> Self:
        """Those with one of these handles (lower case, without @)."""
        return self.filter(handle__in=list(handles))
