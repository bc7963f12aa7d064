"""Querysets of posts."""

from collections.abc import Iterable
from typing import Self
from uuid import UUID

from django.db.models import Q

from brands.querysets import BrandOwnedQuerySet


class PostQuerySet(BrandOwnedQuerySet):
    """Posts of a brand."""

    def with_ids(self, ids: Iterable[UUID]) -> Self:
        """Those with one of these primary keys."""
        return self.filter(pk__in=list(ids))

    def matching(self, text: str) -> Self:
        """Those in which every word of ``text`` is in the title, the handle, the SKU, the product or the post id."""
        found = self
        for word in text.split():
            bare = word.removeprefix("@")
            found = found.filter(
                Q(title__icontains=bare)
                | Q(creator__handle__icontains=bare)
                | Q(sku__icontains=bare)
                | Q(product__icontains=bare)
                | Q(tiktok_post_id=bare)
            )
        return found
