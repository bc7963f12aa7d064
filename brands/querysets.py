"""Where every query begins: at the brand."""

from typing import TYPE_CHECKING, Any, Self

from django.db import models

if TYPE_CHECKING:
    from brands.models import Brand, User


class BrandOwnedQuerySet(models.QuerySet[Any]):
    """Rows of one brand."""

    def for_brand(self, brand: "Brand") -> Self:
        """Only the rows of ``brand``."""
        return self.filter(brand=brand)


class MembershipQuerySet(BrandOwnedQuerySet):
    """Who belongs where."""

    def of_user(self, user: "User") -> Self:
        """The brands of ``user``, by name."""
        return self.filter(user=user).select_related("brand").order_by("brand__name", "brand_id")
