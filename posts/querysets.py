"""Querysets of posts."""

from typing import Self

from django.db.models import Q

from brands.querysets import BrandOwnedQuerySet

# Words of a search that count; each is a condition on every row.
_MOST_WORDS = 8


def search_words(text: str) -> list[str]:
    """What is searched for: the first words of ``text``, handles without their @, which alone is no word."""
    return [bare for word in text.split()[:_MOST_WORDS] if (bare := word.removeprefix("@"))]


class PostQuerySet(BrandOwnedQuerySet):
    """Posts of a brand."""

    def matching(self, text: str) -> Self:
        """Those in which every word of ``text`` is in the title, the handle, the SKU, the product or the post id."""
        found = self
        for bare in search_words(text):
            found = found.filter(
                Q(title__icontains=bare)
                | Q(creator__handle__icontains=bare)
                | Q(sku__icontains=bare)
                | Q(product__icontains=bare)
                | Q(tiktok_post_id=bare)
            )
        return found
