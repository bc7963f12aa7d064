"""What every page may show around its content."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from brands.models import Brand, Membership, User


def switcher(request: HttpRequest) -> dict[str, Any]:
    """``switcher_brands``: the brands of this person by name; one query, when a template asks."""

    def brands() -> list[Brand]:
        user = getattr(request, "user", None)
        if not isinstance(user, User):
            return []
        return [membership.brand for membership in Membership.objects.of_user(user)]

    return {"switcher_brands": SimpleLazyObject(brands)}
