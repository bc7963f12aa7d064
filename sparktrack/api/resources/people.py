"""``people``: who is in the brand as what, who stands in for whom, and who takes over when somebody leaves."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Any, ClassVar
from uuid import UUID

import django_filters
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from brands.enums import Role
from brands.models import AuditEntry, Brand, Membership
from brands.operations.people import Deputy, NewRole, change_roles, set_deputies
from brands.rules import Action
from posts.querysets import search_words
from sparktrack.api.addresses import addresses
from sparktrack.api.many import ManyMixin
from sparktrack.api.problems import beside
from sparktrack.api.reading import refuse_unknown
from sparktrack.api.resources.people_shapes import BelongingsAnswer, PersonAnswer, PersonChanges, Removal
from sparktrack.core.models import choices
from sparktrack.core.refusals import RefusedError
from workplace.enums import Duty
from workplace.lists.filters import ListFilter
from workplace.lists.keys import Sort
from workplace.lists.pages import Shelf
from workplace.operations.handover import remove_member
from workplace.people_words import how_many
from workplace.queries.people import Belongings, belongings

_DEPUTY = frozenset({"deputy", "deputy_from", "deputy_until"})


class PeopleFilter(ListFilter):
    """What people can be narrowed by."""

    role = django_filters.ChoiceFilter(choices=choices(Role), label="Role")
    email = django_filters.CharFilter(method="with_email", label="The whole e-mail")
    user = django_filters.UUIDFilter(label="Id of the person")

    needs = {"email": Action.READ_CONTACTS}
    _finds_emails = False

    class Meta:
        model = Membership
        fields: tuple[str, ...] = ()

    def keep_to(self, allowed: Collection[Action], *, script: bool = False) -> None:
        """Who sees no e-mail finds nobody by it."""
        super().keep_to(allowed, script=script)
        self._finds_emails = Action.READ_CONTACTS in allowed

    def search(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """Each word in the name, or in the e-mail."""
        for word in search_words(value):
            found = Q(user__full_name__icontains=word)
            if self._finds_emails:
                found |= Q(user__email__icontains=word)
            rows = rows.filter(found)
        return rows

    def with_email(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """However its letters are cased."""
        return rows.filter(user__email=value.lower())

    def changed_since(self, rows: QuerySet[Any], _name: str, value: datetime) -> QuerySet[Any]:
        """Also those who changed their name."""
        changed = AuditEntry.objects.for_brand(self.brand).filter(at__gte=value, object_id__isnull=False)
        ids = changed.values("object_id")
        return rows.filter(Q(pk__in=ids) | Q(user__in=ids))


def _members(brand: Brand, _now: datetime) -> QuerySet[Membership]:
    rows: QuerySet[Membership] = Membership.objects.for_brand(brand)
    return rows.select_related("user", "deputy")


class People(ManyMixin):
    """The people of the brand. They come by invitation, and admins say what they are."""

    shelf = Shelf(
        rows=_members,
        sorts=(
            Sort(key="name", label="Name A–Z", field="user__full_name", folded=True),
            Sort(key="newest", label="Newest first", field="pk", descending=True),
        ),
        filters=PeopleFilter,
    )
    answer = PersonAnswer
    related = ("user",)
    changes = PersonChanges
    needs: ClassVar = dict.fromkeys(
        ("partial_update", "bulk_update", "read_belongings", "take_out"), Action.MANAGE_PEOPLE
    )

    def needed(self) -> Action:
        """Who is away says so without an admin; ``edit`` keeps them to their deputy."""
        if self.action == "partial_update" and self._is_own(self.kwargs["id"]):
            return Action.VIEW
        return super().needed()

    def _is_own(self, pk: UUID) -> bool:
        asks = self.request.actor.user_id
        rows = Membership.objects.for_brand(self.request.brand)
        return asks is not None and rows.filter(pk=pk, user=asks).exists()

    @property
    def brand_context(self) -> dict[str, Any]:
        """Also who asks."""
        return {**super().brand_context, "me": self.request.actor.user_id}

    def edit(self, edits: Sequence[tuple[Membership, dict[str, Any]]]) -> None:
        """By two operations. Raises PermissionDenied for a role that somebody gives without the leave to."""
        roles = [NewRole(row, values["role"]) for row, values in edits if "role" in values]
        if roles:
            if Action.MANAGE_PEOPLE not in self.request.allowed:
                raise PermissionDenied
            change_roles(changes=roles, **self.by)
        deputies = [_deputy(row, values) for row, values in edits if _DEPUTY & values.keys()]
        set_deputies(deputies=deputies, **self.by)

    @extend_schema(responses={200: BelongingsAnswer})
    def read_belongings(self, request: Request, id: UUID) -> Response:  # noqa: A002 - the name in the address
        """What somebody answers for in the brand."""
        refuse_unknown(request.query_params, ())
        owned = self._owned(self.row(id))
        return Response(
            {
                **{duty.value: number for duty, number in owned.duties.items()},
                "flights_to_come": owned.flights_to_come,
                "shared_views": owned.shared_views,
            }
        )

    @extend_schema(operation_id="people_remove", request=Removal, responses={204: None})
    def take_out(self, request: Request, id: UUID) -> Response:  # noqa: A002
        """Takes somebody out of the brand; their account and what they did stay. Others take over."""
        refuse_unknown(request.query_params, ())

        def do() -> Response:
            row = self.seen(id)
            successors = self.read_body(Removal)
            _refuse_unsaid(self._owned(row), successors)
            with beside(role=""):
                remove_member(
                    membership=row,
                    successors={Duty(name): person for name, person in successors.items()},
                    **self.by,
                )
            return Response(status=HTTPStatus.NO_CONTENT)

        return self.written(do)

    def _owned(self, row: Membership) -> Belongings:
        return belongings(self.request.brand, row.user, now=self.request.now)


def _deputy(row: Membership, values: Mapping[str, Any]) -> Deputy:
    """Who stands in, with what stays as it is. Raises RefusedError for days of nobody."""
    user, first, last = (
        values.get(name, getattr(row, name)) for name in ("deputy", "deputy_from", "deputy_until")
    )
    if user is None:
        for name in ("deputy_from", "deputy_until"):
            if values.get(name) is not None:
                raise RefusedError("Say also who stands in.", field=name)
    return Deputy(row, user, first, last)


def _refuse_unsaid(owned: Belongings, successors: Mapping[str, Any]) -> None:
    """Raises RefusedError if it is not said who takes over something, naming all of that."""
    unsaid = [duty for duty in owned.open_duties if duty.value not in successors]
    if unsaid:
        parts = [
            f"{duty.value} ({how_many(duty, owned.duties[duty], owned.flights_to_come)})" for duty in unsaid
        ]
        raise RefusedError(
            f"Say who takes over, or null for nobody: {'; '.join(parts)}.", field=unsaid[0].value
        )


urlpatterns = [
    *addresses("people", People, can=("get", "patch"), reads=("belongings",)),
    path("people/<uuid:id>/remove", People.as_view({"post": "take_out"}), name="api-people-remove"),
]
