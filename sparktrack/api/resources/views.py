"""``views``: lists as people narrowed them. A view has an owner, so scripts read the shared ones and change none."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import django_filters
from django.core.exceptions import TooManyFieldsSent
from django.db.models import QuerySet
from django.http import QueryDict
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from brands.models import Membership, User
from brands.rules import Action
from posts.querysets import search_words
from sparktrack.api.addresses import addresses
from sparktrack.api.answers import Answer
from sparktrack.api.bodies import Body, Choice, Flag, Text
from sparktrack.api.reading import refuse_unknown
from sparktrack.api.resource import Resource
from sparktrack.core.models import choices
from workplace.enums import Place
from workplace.lists.filters import ListFilter
from workplace.lists.keys import Sort
from workplace.lists.pages import ListPage, Shelf
from workplace.lists.serving import kept_query
from workplace.models import SavedView
from workplace.operations.views import (
    COLUMN_KEY,
    MOST_COLUMNS,
    ViewRefusedError,
    change_view,
    delete_view,
    save_view,
)
from workplace.queries.views import views_of
from workplace.views.audit import AUDIT
from workplace.views.briefs_list import BRIEFS
from workplace.views.campaigns_list import CAMPAIGNS
from workplace.views.codes_list import CODES
from workplace.views.creators_list import CREATORS
from workplace.views.flights_list import FLIGHTS
from workplace.views.posts_list import POSTS
from workplace.views.rights_list import RIGHTS

# The lists that have views.
_LISTS: dict[Place, ListPage[Any]] = {
    page.place: page for page in (POSTS, CREATORS, BRIEFS, CODES, RIGHTS, CAMPAIGNS, FLIGHTS, AUDIT)
}
# Of an address, with all that has to be written as %xx.
_LONGEST = 1000
_TOO_MUCH = "This list is narrowed by too much to be kept."


class ViewFilter(ListFilter):
    """What the views can be narrowed by."""

    place = django_filters.ChoiceFilter(choices=choices(Place), label="List")
    # What people choose for themselves does not stand in the audit.
    updated_since = None  # type: ignore[assignment]
    scripts = ()

    class Meta:
        model = SavedView
        fields: tuple[str, ...] = ()

    def search(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """Each word in the name."""
        for word in search_words(value):
            rows = rows.filter(name__icontains=word)
        return rows


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "What ends soon",
            {
                "id": "019aa1e0-8d1f-7a20-9b33-5d6e7f8a9b0c",
                "place": "codes",
                "name": "Ends this week",
                "query": "status=expiring&sort=end",
                "columns": [],
                "owner": "019a9f4f-2b1a-7c3d-9e8f-7a6b5c4d3e2f",
                "shared": True,
                "created_at": "2026-11-09T15:02:00Z",
            },
            response_only=True,
        )
    ]
)
class ViewAnswer(Answer):
    """A list as somebody narrowed it: ``query`` is the address behind its question mark. No columns: the usual ones."""

    columns = serializers.ListField(child=serializers.CharField(), read_only=True)

    class Meta:
        model = SavedView
        fields = ("id", "place", "name", "query", "columns", "owner", "shared", "created_at")
        read_only_fields = fields


class ViewChanges(Body):
    """Whether all members of the brand see it. For other filters save it again under its name."""

    shared = Flag()


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "What ends soon",
            {"place": "codes", "name": "Ends this week", "query": "status=expiring&sort=end"},
            request_only=True,
        )
    ]
)
class NewView(ViewChanges):
    """A list to keep. One of the same person, list and name is replaced, and stays shared unless ``shared`` is sent."""

    place = Choice(Place)
    name = Text(max_length=80)
    query = Text(
        max_length=_LONGEST,
        allow_blank=True,
        default="",
        help_text="Filters and order, as in the address of the list.",
    )
    columns = serializers.ListField(
        child=serializers.RegexField(rf"^{COLUMN_KEY.pattern}\Z"), max_length=MOST_COLUMNS, default=list
    )
    shared = Flag(required=False)

    def validate_query(self, value: str) -> str:
        """Without the place in the list."""
        try:
            kept = kept_query(value.removeprefix("?"))
        except TooManyFieldsSent:
            raise ValidationError(_TOO_MUCH) from None
        if len(kept) > _LONGEST:
            raise ValidationError(_TOO_MUCH)
        return kept


class Views(Resource):
    """Saved views: those of the person who asks, and those that are shared."""

    shelf = Shelf(
        rows=lambda brand, _now: views_of(brand, None),
        sorts=(
            Sort(key="newest", label="Newest first", field="pk", descending=True),
            Sort(key="oldest", label="Oldest first", field="pk"),
        ),
        filters=ViewFilter,
    )
    answer = ViewAnswer
    creates = NewView
    changes = ViewChanges
    needs = dict.fromkeys(("create", "partial_update", "destroy"), Action.VIEW)

    def check_permissions(self, request: Request) -> None:
        """Nobody stands behind a script whose view it could be."""
        super().check_permissions(request)
        if request.method not in {"GET", "HEAD"} and not isinstance(request.user, User):
            self.permission_denied(
                request, message="A view belongs to a person: scripts read the shared ones."
            )

    def own_shelf(self) -> Shelf:
        """With those of this person."""
        user = self.request.user
        own = user if isinstance(user, User) else None
        return replace(self.shelf, rows=lambda brand, _now: views_of(brand, own))

    @property
    def _theirs(self) -> dict[str, Any]:
        """Whose views these are, and what they are in the brand."""
        user = self.request.user
        assert isinstance(user, User)
        return {"user": user, "role": Membership.objects.for_brand(self.request.brand).get(user=user).role}

    @extend_schema(responses={201: ViewAnswer, 200: ViewAnswer})
    def create(self, request: Request) -> Response:
        """Keeps a list under its name: 201; or 200, if the caller had one of that name, which is replaced."""
        refuse_unknown(request.query_params, ())

        def do() -> Response:
            values = {"shared": None, **self.read_body(NewView)}
            self._require_opens(values["place"], values["query"])
            known = set(self.rows().values_list("pk", flat=True))
            view = save_view(
                brand=self.request.brand, now=self.request.now, user=self._theirs["user"], **values
            )
            return self.added(view.pk, is_new=view.pk not in known)

        return self.written(do)

    def _require_opens(self, place: Place, query: str) -> None:
        """Raises ViewRefusedError for what the page of the list would not understand."""
        data, asking = QueryDict(query), self.request
        filters = _LISTS[place].filter_for(data, asking.brand, asking.now, asking.allowed)
        if unknown := sorted(data.keys() - filters.filters.keys()):
            raise ViewRefusedError(f"There is no filter called {unknown[0]} in this list.", field="query")
        if errors := filters.form.errors:
            name = next(iter(errors))
            raise ViewRefusedError(f"{name}: {errors[name][0]}", field="query")

    def partial_update(self, request: Request, id: UUID) -> Response:  # noqa: A002
        """Shares it with all members of the brand, or takes it back: its owner may do both, admins take back."""
        refuse_unknown(request.query_params, ())

        def do() -> Response:
            view = self.seen(id)
            self.edit([(view, self.read_body(self.changes, partial=True))])
            # Looked for again it would be gone for admins: what is shared no more is its owner's alone.
            return self._shown(view)

        return self.written(do)

    def edit(self, edits: Sequence[tuple[SavedView, dict[str, Any]]]) -> None:
        """By ``change_view``: its owner shares it or takes it back, and admins take it back."""
        for view, values in edits:
            if values:
                change_view(view=view, **values, **self._theirs)

    def remove(self, rows: Sequence[SavedView]) -> None:
        """By ``delete_view``."""
        for view in rows:
            delete_view(view=view, **self._theirs)


urlpatterns = addresses("views", Views, can=("get", "post", "patch", "delete"))
