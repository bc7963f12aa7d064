"""What a list of flights can be narrowed by: the same for the board and for scripts."""

import unicodedata
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from authorizations.enums import Reason
from brands.models import Brand, User
from campaigns.enums import Section, Sort
from campaigns.models import Campaign, Flight
from campaigns.queries.board import idle_posts
from campaigns.sections import Choice
from posts.querysets import PostQuerySet, search_words
from sparktrack.core.models import choices
from sparktrack.core.refusals import RefusedError
from sparktrack.tiktok.links import parse_handle


class SearchField(forms.CharField):
    """Words to search for, up to 200 characters."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=200, **kwargs)

    def clean(self, value: Any) -> str:
        """The words; control characters, which nobody types, are an error at the field."""
        text: str = super().clean(value)
        if any(unicodedata.category(char) == "Cc" and char not in "\t\r\n" for char in text):
            raise forms.ValidationError("There is a character in this text that nobody can type.")
        return text


class SearchFilter(django_filters.CharFilter):
    """Free words."""

    field_class = SearchField


class HandleField(forms.CharField):
    """A creator's handle as people type it: with @, or as a profile URL."""

    def clean(self, value: Any) -> str:
        """The bare handle, empty if nothing was typed; a text that is no handle is an error at the field."""
        text = super().clean(value)
        try:
            return parse_handle(text) if text else ""
        except RefusedError as error:
            raise forms.ValidationError(str(error)) from error


class HandleFilter(django_filters.CharFilter):
    """Matches the creator's handle exactly."""

    field_class = HandleField


class PersonField(django_filters.fields.ModelChoiceField):
    """People by name: the whole e-mail of a colleague is not for everybody who reads the board."""

    def label_from_instance(self, obj: User) -> str:
        """The name; of somebody who has not said it, the part of the e-mail before the @."""
        return obj.full_name or obj.get_short_name()


class PersonFilter(django_filters.ModelChoiceFilter):
    """One person."""

    field_class = PersonField


# The newest campaigns are offered; any other of the brand may stand in the URL.
MOST_OFFERED = 200


class PlainSelect(forms.Select):
    """A choice of one: Django renders two templates for each option, more than for the line of a flight."""

    def render(self, name: str, value: Any, attrs: Any = None, *_renderer: Any, **_more: Any) -> SafeString:
        """The same markup as Django's, put together at once."""
        widget = self.get_context(name, value, attrs)["widget"]
        options = format_html_join(
            "",
            '<option value="{}"{}>{}</option>',
            (
                (option["value"], flatatt(option["attrs"]), option["label"])
                for _, group, _ in widget["optgroups"]
                for option in group
            ),
        )
        return format_html(
            '<select name="{}"{}>{}</select>', widget["name"], flatatt(widget["attrs"]), options
        )


# A reason that is no gap: the new code is on file, but not applied where the old one is in use.
NOT_APPLIED = "not_applied"

SORTS = [
    (Sort.MONEY, "Most money first"),
    (Sort.END, "Flight ends first"),
    (Sort.CREATOR, "Creator A–Z"),
    (Sort.CAMPAIGN, "Campaign A–Z"),
]


class PeopleFilter(django_filters.FilterSet):
    """Flights of a brand by buyer, campaign and creator, in the URL."""

    buyer = PersonFilter(
        queryset=User.objects.none(), label="Buyer", empty_label="All buyers", widget=PlainSelect
    )
    campaign = django_filters.ModelChoiceFilter(
        queryset=Campaign.objects.none(),
        label="Campaign",
        empty_label="All campaigns",
        widget=PlainSelect,
    )
    creator = HandleFilter(field_name="post__creator__handle", label="Creator")

    class Meta:
        model = Flight
        fields: tuple[str, ...] = ()

    def __init__(self, data: Any, *, brand: Brand, **kwargs: Any) -> None:
        """``data`` is the query string; only buyers and campaigns of ``brand`` can be chosen."""
        self.brand = brand
        super().__init__(data, queryset=Flight.objects.for_brand(brand), **kwargs)
        buyers = User.objects.filter(memberships__brand=brand).order_by("full_name", "email")
        cast(django_filters.ModelChoiceFilter, self.filters["buyer"]).queryset = buyers
        campaigns = Campaign.objects.for_brand(brand)
        newest = campaigns.order_by("-pk").values("pk")[:MOST_OFFERED]
        offered = campaigns.filter(Q(pk__in=newest) | Q(pk=_id((data or {}).get("campaign")))).order_by(
            "name"
        )
        cast(django_filters.ModelChoiceFilter, self.filters["campaign"]).queryset = offered


class FlightFilter(PeopleFilter):
    """Filters in the URL. What depends on the verdict ends up in ``choice``; ``sort`` is the order of lines."""

    q = SearchFilter(method="search", label="Search")
    reason = django_filters.ChoiceFilter(
        choices=[*choices(Reason), (NOT_APPLIED, "Replacement not applied")],
        method="by_verdict",
        label="Limited by",
        empty_label="Any reason",
        widget=PlainSelect,
    )
    lapses_within = django_filters.NumberFilter(
        method="by_verdict", label="Ends within days", min_value=0, max_value=3650, decimal_places=0
    )
    section = django_filters.ChoiceFilter(
        choices=choices(Section), method="by_verdict", label="Section", empty_label="All"
    )
    sort = django_filters.ChoiceFilter(
        choices=SORTS, method="by_verdict", label="Sort", empty_label="Most urgent first", widget=PlainSelect
    )

    def search(self, flights: QuerySet[Flight], _name: str, value: str) -> QuerySet[Flight]:
        """Every word must be in the title, handle, SKU, product or campaign, or be the post id."""
        for bare in search_words(value):
            flights = flights.filter(
                Q(post__title__icontains=bare)
                | Q(post__creator__handle__icontains=bare)
                | Q(post__sku__icontains=bare)
                | Q(post__product__icontains=bare)
                | Q(campaign__name__icontains=bare)
                | Q(post__tiktok_post_id=bare)
            )
        return flights

    def by_verdict(self, flights: QuerySet[Flight], _name: str, _value: object) -> QuerySet[Flight]:
        """Nothing to narrow here: ``choice`` carries it to where verdicts are known."""
        return flights

    def choice(self, *, now: datetime) -> Choice:
        """The flights asked for. Call it after ``is_valid()``."""
        values = self.form.cleaned_data
        narrowed = any(values[name] for name in ("q", "buyer", "campaign", "creator"))
        days = values["lapses_within"]
        return Choice(
            brand=self.brand,
            flights=self.qs if narrowed else None,
            reason=Reason(values["reason"]) if values["reason"] not in {"", NOT_APPLIED} else None,
            unapplied=values["reason"] == NOT_APPLIED,
            gap_before=None if days is None else now + timedelta(days=int(days)),
        )

    @property
    def needs_flights(self) -> bool:
        """Whether something is asked that only flights have, posts outside them not. Call it after ``is_valid()``."""
        values = self.form.cleaned_data
        narrowed = any(values[name] for name in ("buyer", "campaign", "reason"))
        return narrowed or values["lapses_within"] is not None

    def posts(self, *, now: datetime) -> PostQuerySet:
        """The posts of the inventory that fit: they have a creator and words. Call it after ``is_valid()``."""
        values = self.form.cleaned_data
        posts = idle_posts(self.brand, now=now).matching(values["q"])
        return posts.filter(creator__handle=values["creator"]) if values["creator"] else posts

    def order(self) -> Sort:
        """What orders the lines of a section. Call it after ``is_valid()``."""
        return Sort(self.form.cleaned_data["sort"] or Sort.URGENCY)


def _id(text: Any) -> UUID | None:
    """The id that ``text`` is, None if it is none; what is no id is refused by the field itself."""
    try:
        return UUID(text)
    except (TypeError, ValueError, AttributeError):
        return None
