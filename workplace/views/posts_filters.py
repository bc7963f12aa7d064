"""What posts can be narrowed by: the stages view by some of it, the list by all of it."""

from datetime import datetime
from types import MappingProxyType
from typing import Any

import django_filters
from django.db.models import QuerySet

from brands.rules import Action
from campaigns.filters import HandleFilter, PersonFilter, PlainSelect, SearchFilter
from campaigns.phrases import LANES
from campaigns.queries.changes import changed_posts
from posts.enums import PaymentState, Stage, UseCase
from posts.models import Post
from posts.querysets import PostQuerySet
from sparktrack.core.models import choices
from workplace.lists.filters import ListFilter
from workplace.queries.posts import OVERDUE, THIS_WEEK, strong_posts, worth_a_look

STRONG, LOOK = "1", "look"
NOT_BEGUN = "none"


class StagesFilter(ListFilter):
    """Whose posts, for which brief, how pressing."""

    creator = HandleFilter(field_name="creator__handle", label="Creator")
    brief = SearchFilter(method="for_brief", label="Brief")
    manager = PersonFilter(
        field_name="creator__manager",
        queryset=None,
        label="Manager",
        empty_label="All managers",
        widget=PlainSelect,
    )
    due = django_filters.ChoiceFilter(
        field_name="due_state",
        choices=[(OVERDUE, "Overdue"), (THIS_WEEK, "Within 7 days")],
        label="Due",
        empty_label="Any",
        widget=PlainSelect,
    )

    people = ("manager",)

    class Meta:
        model = Post
        fields: tuple[str, ...] = ()

    def changed_since(self, rows: QuerySet[Any], _name: str, value: datetime) -> QuerySet[Any]:
        """Also those whose creator, codes, rights or flights were changed."""
        return rows.filter(changed_posts(self.brand, since=value))

    def search(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """Each word in title, handle, SKU or product, or the post id."""
        assert isinstance(rows, PostQuerySet)
        return rows.matching(value)

    def for_brief(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """Those whose brief has this in its title; in quotation marks: is called exactly that."""
        bare = value.strip('"')
        if value == f'"{bare}"':
            return rows.filter(brief__title=bare)
        return rows.filter(brief__title__icontains=value)


class PostFilter(StagesFilter):
    """What the list of posts can be narrowed by."""

    stage = django_filters.ChoiceFilter(
        choices=[(NOT_BEGUN, "Not begun"), *choices(Stage)],
        method="at_stage",
        label="Stage",
        empty_label="Any",
        widget=PlainSelect,
    )
    lane = django_filters.ChoiceFilter(
        choices=list(LANES.items()), label="Lane", empty_label="Any", widget=PlainSelect
    )
    strong = django_filters.ChoiceFilter(
        choices=[(STRONG, "Strong"), (LOOK, "Worth a look for paid")],
        method="by_numbers",
        label="Traction",
        empty_label="Any",
        widget=PlainSelect,
    )
    use_case = django_filters.ChoiceFilter(
        choices=choices(UseCase), label="Use case", empty_label="Any", widget=PlainSelect
    )
    payment = django_filters.ChoiceFilter(
        field_name="payment_state",
        choices=choices(PaymentState),
        label="Payment",
        empty_label="Any",
        widget=PlainSelect,
    )

    needs = MappingProxyType({"payment": Action.READ_FEES})

    def at_stage(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """Those that reached this stage last."""
        return rows.filter(stage_now="" if value == NOT_BEGUN else value)

    def by_numbers(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """Those whose numbers are what the brand calls strong; of these those that nobody planned yet."""
        assert isinstance(rows, PostQuerySet)
        return (worth_a_look if value == LOOK else strong_posts)(rows, self.brand)
