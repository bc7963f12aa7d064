"""What every page may show around its content."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from brands.models import Brand, Membership, User


def switcher(request: HttpRequest) -> dict[str, Any]:
    """``switcher_brands``: the brands of this person by name; one query, when a page outside a brand asks."""

    def brands() -> list[Brand]:
        user = getattr(request, "user", None)
        if not isinstance(user, User):
            return []
        known = getattr(request, "memberships", None)
        memberships = Membership.objects.of_user(user) if known is None else known
        return [membership.brand for membership in memberships]

    return {"switcher_brands": SimpleLazyObject(brands)}
