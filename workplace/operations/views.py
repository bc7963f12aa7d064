"""Saved views and columns: what people choose for their lists. No audit: nothing of the brand changes."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from brands.enums import Role
from brands.models import Brand, User
from sparktrack.core.refusals import RefusedError
from workplace.enums import Place
from workplace.models import ListChoice, SavedView

# Of one person and list: more than anybody finds again.
MOST_VIEWS = 50
MOST_COLUMNS = 50
COLUMN_KEY = re.compile(r"[a-z_]{1,40}")


class ViewRefusedError(RefusedError):
    """A view that cannot be saved, or is not theirs to change."""


def save_view(
    *,
    brand: Brand,
    place: Place,
    name: str,
    query: str,
    columns: Sequence[str],
    shared: bool | None,
    user: User,
    now: datetime,
) -> SavedView:
    """Keep a list as it is narrowed; a view of ``user`` with the same name is replaced.

    ``shared``: None leaves that as it is, and a new view to its owner. Raises ViewRefusedError without a name, for too
    long an address, or when there are too many.
    """
    said = " ".join(name.split())
    if not said or not said.isprintable():
        raise ViewRefusedError("Give the view a name.", field="name")
    if len(said) > _length("name"):
        raise ViewRefusedError(f"A name has at most {_length('name')} characters.", field="name")
    if len(query) > _length("query"):
        raise ViewRefusedError("This list is narrowed by too much to be kept.", field="name")
    with transaction.atomic():
        own = SavedView.objects.for_brand(brand).filter(owner=user, place=place)
        if own.exclude(name=said).count() >= MOST_VIEWS:
            raise ViewRefusedError(f"There are {MOST_VIEWS} views already: delete one first.", field="name")
        kept: dict[str, Any] = {"query": query, "columns": list(columns)}
        if shared is not None:
            kept["shared"] = shared
        view, _ = SavedView.objects.update_or_create(
            brand=brand,
            place=place,
            owner=user,
            name=said,
            defaults=kept,
            create_defaults={**kept, "shared": bool(shared), "created_at": now},
        )
    return view


def change_view(*, view: SavedView, shared: bool, user: User, role: str) -> None:
    """Share a view with the brand, or take it back. Raises ViewRefusedError for somebody else's."""
    _require_theirs(view, user, role)
    view.shared = shared
    view.save(update_fields=["shared"])


def delete_view(*, view: SavedView, user: User, role: str) -> None:
    """Forget a view; who opened the list with it gets the whole list. Raises ViewRefusedError for somebody else's."""
    _require_theirs(view, user, role)
    view.delete()


def open_with(*, brand: Brand, place: Place, user: User, view: SavedView | None) -> None:
    """The list opens with ``view`` for ``user``; None: with everything."""
    ListChoice.objects.update_or_create(brand=brand, user=user, place=place, defaults={"opens_with": view})


def choose_columns(*, brand: Brand, place: Place, user: User, columns: Sequence[str]) -> None:
    """The columns that ``user`` sees in this list; none: the usual ones."""
    ListChoice.objects.update_or_create(
        brand=brand, user=user, place=place, defaults={"columns": list(columns)}
    )


def _require_theirs(view: SavedView, user: User, role: str) -> None:
    """Shared views of people who left must not stay for ever: admins may change them, too."""
    if view.owner_id != user.pk and not (view.shared and role == Role.ADMIN):
        raise ViewRefusedError("This view belongs to somebody else.")


def _length(field: str) -> int:
    found = getattr(SavedView._meta.get_field(field), "max_length", None)
    assert isinstance(found, int)
    return found
