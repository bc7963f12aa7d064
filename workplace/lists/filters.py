"""What every list can be narrowed by: words, and an order."""

from collections.abc import Collection, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

import django_filters
from django.db.models import QuerySet

from brands.models import AuditEntry, Brand, User
from brands.rules import Action
from campaigns.filters import PersonFilter, PlainSelect, SearchFilter
from campaigns.forms.planner import DayField
from workplace.lists.keys import Sort


class DayFilter(django_filters.DateFilter):
    """A day of the years that people plan in: no other has instants around it that can be reckoned with."""

    field_class = DayField


class ListFilter(django_filters.FilterSet):
    """The filters of a list, in its address. A subclass gives ``search`` and its own filters.

    ``people`` names its filters of people: they offer the members of the brand. ``needs``: the leave without which a
    filter is not there, for what is found tells what may not be read. ``scripts``: those that no page offers.
    """

    q = SearchFilter(method="search", label="Search")
    sort = django_filters.ChoiceFilter(method="as_it_is", label="Sort", empty_label=None, widget=PlainSelect)

    people: tuple[str, ...] = ()
    needs: Mapping[str, Action] = MappingProxyType({})
    scripts: tuple[str, ...] = ("updated_since",)

    updated_since = django_filters.IsoDateTimeFilter(method="changed_since", label="Changed since")

    def __init__(self, data: Any, queryset: QuerySet[Any], *, brand: Brand, sorts: tuple[Sort, ...]) -> None:
        """``data`` is the query string; ``queryset`` the rows of ``brand``."""
        self.brand = brand
        super().__init__(data, queryset=queryset)
        self.filters["sort"].extra["choices"] = [(each.key, each.label) for each in sorts]
        self.filters["sort"].extra["empty_label"] = None
        for name in self.people:
            found = self.filters[name]
            assert isinstance(found, PersonFilter)
            found.queryset = User.objects.filter(memberships__brand=brand).order_by("full_name", "email")

    def keep_to(self, allowed: Collection[Action], *, script: bool = False) -> None:
        """Take away the filters that this reader may not use; before the form is asked for."""
        for name, action in self.needs.items():
            if action not in allowed:
                del self.filters[name]
        if not script:
            for name in self.scripts:
                del self.filters[name]

    def changed_since(self, rows: QuerySet[Any], _name: str, value: datetime) -> QuerySet[Any]:
        """The rows that the audit says were added or changed at ``value`` or later."""
        changed = AuditEntry.objects.for_brand(self.brand).filter(at__gte=value, object_id__isnull=False)
        return rows.filter(pk__in=changed.values("object_id"))

    def search(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """The rows in which each word of ``value`` is found."""
        raise NotImplementedError

    def as_it_is(self, rows: QuerySet[Any], _name: str, _value: object) -> QuerySet[Any]:
        """Nothing is narrowed: the order is made where the page is cut."""
        return rows
