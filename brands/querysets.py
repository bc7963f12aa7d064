"""Where every query begins: at the brand."""

from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from django.db import models

from brands.enums import TokenState

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


class ApiTokenQuerySet(BrandOwnedQuerySet):
    """Tokens by whether they count."""

    def live(self, now: datetime) -> Self:
        """Those that count at ``now``."""
        return self.filter(models.Q(expires_at=None) | models.Q(expires_at__gt=now), revoked_at=None)

    def over(self, now: datetime) -> Self:
        """Those that were revoked, or whose time is over at ``now``."""
        return self.filter(models.Q(revoked_at__isnull=False) | models.Q(expires_at__lte=now))

    def in_state(self, state: TokenState, now: datetime) -> Self:
        """Those of which ``brands.rules.token_state`` says so at ``now``."""
        match state:
            case TokenState.LIVE:
                return self.live(now)
            case TokenState.EXPIRED:
                return self.filter(expires_at__lte=now, revoked_at=None)
            case TokenState.REVOKED:
                return self.filter(revoked_at__isnull=False)
