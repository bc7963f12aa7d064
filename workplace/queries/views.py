"""How one person reads a list: the views they may open, the columns they chose."""

from dataclasses import dataclass, field

from django.db.models import Q, QuerySet

from brands.models import Brand, User
from workplace.enums import Place
from workplace.models import ListChoice, SavedView


@dataclass(frozen=True, slots=True)
class ListSetting:
    """``views``: their own and the shared ones; ``current``: the one that is open. ``columns``: empty = the usual."""

    views: list[SavedView] = field(default_factory=list)
    current: SavedView | None = None
    opens_with: SavedView | None = None
    columns: list[str] = field(default_factory=list)


def views_of(brand: Brand, user: User | None) -> QuerySet[SavedView]:
    """The views that ``user`` may open: their own and the shared ones; None: nobody in person, who has none."""
    views: QuerySet[SavedView] = SavedView.objects.for_brand(brand)
    return views.filter(Q(owner=user) | Q(shared=True)) if user else views.filter(shared=True)


def visible_views(brand: Brand, user: User, place: Place) -> list[SavedView]:
    """The views of a list that ``user`` may open; one query."""
    views = views_of(brand, user).filter(place=place)
    return sorted(views.select_related("owner"), key=lambda view: (view.name.casefold(), view.pk))


def list_setting(brand: Brand, user: User, place: Place, view: str) -> ListSetting:
    """How ``user`` reads the list with the view whose id is ``view`` (any text; unknown: none). Two queries."""
    views = visible_views(brand, user, place)
    choice = ListChoice.objects.for_brand(brand).filter(user=user, place=place).first()
    current = next((each for each in views if str(each.pk) == view), None)
    opens_with = next((each for each in views if choice and each.pk == choice.opens_with_id), None)
    columns = (current and current.columns) or (choice and choice.columns) or []
    return ListSetting(views, current, opens_with, [str(column) for column in columns])
