"""What every list can be narrowed by: words, and an order."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet

from authorizations.windows import refuse_odd_year
from brands.models import AuditEntry, Brand, User
from brands.rules import Action
from campaigns.filters import PersonFilter, PlainSelect, SearchFilter
from campaigns.forms.planner import DayField
from sparktrack.core.refusals import RefusedError
from workplace.lists.keys import Sort

_EXAMPLE = "2026-11-21T14:05:00Z"


class DayFilter(django_filters.DateFilter):
    """A day of the years that people plan in: no other has instants around it that can be reckoned with."""

    field_class = DayField


class InstantField(forms.CharField):
    """An instant with its offset from UTC, of the years that people plan in."""

    def clean(self, value: Any) -> Any:
        """The instant in UTC, None if nothing was said."""
        text = super().clean(value)
        return self.instant(text) if text else None

    def instant(self, text: str) -> datetime:
        """The instant that ``text`` is. Raises ValidationError."""
        try:
            found = datetime.fromisoformat(text)
            refuse_odd_year(found)
        except ValueError:
            raise forms.ValidationError(f"This is no instant: write {_EXAMPLE}.") from None
        except RefusedError as refused:
            raise forms.ValidationError(refused.message) from None
        if found.tzinfo is None:
            raise forms.ValidationError(f"Say the offset from UTC: write {_EXAMPLE}.")
        return found.astimezone(UTC)


class InstantsField(InstantField):
    """Two instants, the earlier first, with a comma between them."""

    def clean(self, value: Any) -> Any:
        """Both, None if nothing was said."""
        text = forms.CharField.clean(self, value)
        parts = text.split(",")
        if text and len(parts) != 2:
            raise forms.ValidationError(f"Send two instants with a comma between them: {_EXAMPLE},…")
        found = tuple(self.instant(part) for part in parts) if text else None
        if found and found[1] < found[0]:
            raise forms.ValidationError("The second instant lies before the first.")
        return found


class InstantFilter(django_filters.IsoDateTimeFilter):
    """One instant."""

    field_class = InstantField  # type: ignore[assignment]  # Django's takes instants without an offset


class InstantsFilter(django_filters.CharFilter):
    """From one instant to another."""

    field_class = InstantsField


class ListFilter(django_filters.FilterSet):
    """The filters of a list, in its address. A subclass gives ``search`` and its own filters.

    ``people`` names its filters of people: they offer the members of the brand. ``needs``: the leave without which a
    filter is not there, for what is found tells what may not be read. ``scripts``: those that no page offers. ``now``:
    the instant that is asked about.
    """

    now: datetime

    q = SearchFilter(method="search", label="Search")
    sort = django_filters.ChoiceFilter(method="as_it_is", label="Sort", empty_label=None, widget=PlainSelect)

    people: tuple[str, ...] = ()
    needs: Mapping[str, Action] = MappingProxyType({})
    scripts: tuple[str, ...] = ("updated_since",)

    updated_since = InstantFilter(method="changed_since", label="Changed since")

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
