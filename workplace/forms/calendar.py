"""What the calendar can be narrowed by, from its address."""

from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet

from campaigns.filters import PeopleFilter, PlainSelect
from campaigns.forms.planner import DayField
from campaigns.models import Flight
from posts.models import Post
from workplace.enums import Happening
from workplace.queries.calendar import Asked
from workplace.rules.calendar import Month, NoMonthError

# No month has as many: what is read of it is bounded.
_MOST_PAGES = 1000

KINDS = {
    Happening.STOPS: "Ads that stop",
    Happening.PAUSE: "Ads to pause",
    Happening.RIGHTS: "Last days of rights",
    Happening.STARTS: "Flights that start",
    Happening.ENDS: "Flights that end",
    Happening.DRAFT: "Drafts due",
    Happening.POST: "Posts due",
}


class MonthField(forms.CharField):
    """A month as browsers send it: ``2026-11``."""

    widget = forms.TextInput(attrs={"type": "month", "class": "input"})

    def clean(self, value: Any) -> Month | None:
        """The month, None if none was given."""
        text = super().clean(value)
        try:
            return Month.parse(text) if text else None
        except NoMonthError as error:
            raise forms.ValidationError("A month is written like 2026-11.") from error


class MonthFilter(django_filters.CharFilter):
    """The month that is shown."""

    field_class = MonthField


class OneDayFilter(django_filters.DateFilter):
    """The only day that is shown."""

    field_class = DayField


class PageField(forms.IntegerField):
    """The number of a page of the agenda, from 1 on."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=1, max_value=_MOST_PAGES, **kwargs)


class PageFilter(django_filters.Filter):
    """Which page of the agenda is shown."""

    field_class = PageField


class CalendarFilter(PeopleFilter):
    """Flights by buyer, campaign and creator, as on the board; ``kind`` is what of them is shown."""

    kind = django_filters.ChoiceFilter(
        choices=[(kind.value, words) for kind, words in KINDS.items()],
        method="as_it_is",
        label="What",
        empty_label="Everything",
        widget=PlainSelect,
    )
    month = MonthFilter(method="as_it_is", label="Month")
    view = django_filters.ChoiceFilter(
        choices=[("month", "Month"), ("agenda", "Agenda")], method="as_it_is", label="View"
    )
    day = OneDayFilter(method="as_it_is", label="Day")
    page = PageFilter(method="as_it_is", label="Page")

    def as_it_is(self, flights: QuerySet[Flight], _name: str, _value: object) -> QuerySet[Flight]:
        """Nothing to narrow here: which days and kinds are shown is known where the events are."""
        return flights

    @property
    def narrows(self) -> bool:
        """Whether not all flights are asked for. Call it after ``is_valid()``."""
        return any(self.form.cleaned_data[name] for name in ("buyer", "campaign", "creator"))

    @property
    def asked(self) -> Asked:
        """What is shown. Call it after ``is_valid()``."""
        return Asked(self.brand, self.qs, self._posts(), self.kind_shown)

    @property
    def kind_shown(self) -> Happening | None:
        """The only kind that is asked for, None = all. Call it after ``is_valid()``."""
        kind = self.form.cleaned_data["kind"]
        return Happening(kind) if kind else None

    def _posts(self) -> QuerySet[Post] | None:
        """The posts whose rights and due dates are shown: of the creator, of the flights asked for; None = all."""
        if not self.narrows:
            return None
        values = self.form.cleaned_data
        posts: QuerySet[Post] = Post.objects.for_brand(self.brand)
        if values["creator"]:
            posts = posts.filter(creator__handle=values["creator"])
        if values["buyer"] or values["campaign"]:
            posts = posts.filter(pk__in=self.qs.values("post"))
        return posts
