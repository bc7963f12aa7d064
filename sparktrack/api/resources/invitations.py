"""``invitations``: who was asked in and has not come yet. Whoever invites sees the link, once."""

from collections.abc import Callable, Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Any, ClassVar
from uuid import UUID

import django_filters
from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import (
    OpenApiExample,
    extend_schema,
    extend_schema_serializer,
    inline_serializer,
)
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from brands.enums import Role
from brands.invitations import invitation_url
from brands.mails import send_invitations
from brands.models import Brand, Invitation
from brands.operations.invitations import Invite, IssuedInvitation, invite_people, revoke_invitations
from brands.rules import Action
from posts.querysets import search_words
from sparktrack.api.addresses import addresses
from sparktrack.api.answers import Answer
from sparktrack.api.bodies import Body, Choice, Mail, read_many
from sparktrack.api.many import ManyMixin, all_or_nothing
from sparktrack.api.problems import RefusedItemsError, beside
from sparktrack.api.reading import refuse_unknown
from sparktrack.api.versions import VERSION, refuse_versions
from sparktrack.core.models import choices
from sparktrack.core.refusals import RefusedError
from workplace.forms.people import MOST_INVITED
from workplace.lists.filters import ListFilter
from workplace.lists.keys import Sort
from workplace.lists.pages import Shelf
from workplace.queries.people import waiting_invitations


class InvitationFilter(ListFilter):
    """What invitations can be narrowed by."""

    role = django_filters.ChoiceFilter(choices=choices(Role), label="Role")

    class Meta:
        model = Invitation
        fields: tuple[str, ...] = ()

    def search(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """Each word in the e-mail."""
        for word in search_words(value):
            rows = rows.filter(email__icontains=word)
        return rows


_EXAMPLE = {
    "id": "019a9f57-5c6d-7e8f-9a0b-1c2d3e4f5a6b",
    "email": "ada@northbeam.example",
    "role": "buyer",
    "invited_by": "019a9f4f-2b1a-7c3d-9e8f-7a6b5c4d3e2f",
    "created_at": "2026-11-21T14:05:00Z",
    "expires_at": "2026-12-05T14:05:00Z",
    "accepted_at": None,
    "revoked_at": None,
}


@extend_schema_serializer(examples=[OpenApiExample("An invitation", _EXAMPLE, response_only=True)])
class InvitationAnswer(Answer):
    """Somebody was asked in. Behind ``expires_at`` the link opens nothing: send it ``again``."""

    class Meta:
        model = Invitation
        fields = tuple(_EXAMPLE)
        read_only_fields = fields


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "An invitation",
            {**_EXAMPLE, "link": "https://sparktrack.example/invitations/inv_…/", "mailed": True},
            response_only=True,
        )
    ]
)
class IssuedInvitationAnswer(InvitationAnswer):
    """An invitation with its link, which is in no later answer."""

    link = serializers.CharField(read_only=True, help_text="Whoever has it can join as this e-mail.")
    mailed = serializers.BooleanField(
        read_only=True, help_text="false: no mail went out, so give them the link yourself."
    )

    class Meta(InvitationAnswer.Meta):
        fields = (*_EXAMPLE, "link", "mailed")
        read_only_fields = fields


@extend_schema_serializer(
    examples=[
        OpenApiExample("A buyer", {"email": "ada@northbeam.example", "role": "buyer"}, request_only=True)
    ]
)
class NewInvitation(Body):
    """Whom to ask in, as what. They get a mail with a link that works once, for 14 days."""

    email = Mail()
    role = Choice(Role)


_RESULTS = inline_serializer("IssuedInvitations", {"results": IssuedInvitationAnswer(many=True)})


def _waiting(brand: Brand, _now: datetime) -> QuerySet[Invitation]:
    return waiting_invitations(brand)


class Invitations(ManyMixin):
    """Who was asked in. The list has those who may still come; one that ended can be read by its id."""

    shelf = Shelf(
        rows=_waiting,
        sorts=(Sort(key="newest", label="Newest first", field="pk", descending=True),),
        filters=InvitationFilter,
    )
    answer = InvitationAnswer
    creates = NewInvitation
    needs: ClassVar = dict.fromkeys(
        ("list", "retrieve", "create", "bulk_create", "again", "withdraw"), Action.MANAGE_PEOPLE
    )

    def row(self, pk: UUID) -> Invitation:
        """Also one that ended: somebody may want to know how. Raises Http404."""
        row: Invitation | None = Invitation.objects.for_brand(self.request.brand).filter(pk=pk).first()
        if row is None:
            raise Http404
        return row

    @extend_schema(responses={201: IssuedInvitationAnswer})
    def create(self, request: Request) -> Response:
        """Invites one person by mail, in place of an open invitation of theirs. The answer has their link, once."""
        return self._invited_one(lambda: self._invited([self.read_body(NewInvitation)]))

    @extend_schema(responses={201: _RESULTS})
    def bulk_create(self, request: Request) -> Response:
        """Invites up to 50 people by mail; the answer has their links, once."""
        refuse_unknown(request.query_params, ())
        refuse_versions(request)

        def invited() -> list[IssuedInvitation]:
            items = read_many(NewInvitation, request.data, context=self.brand_context)
            _refuse_many(items)
            found: list[IssuedInvitation] = all_or_nothing(self._invited, items)
            return found

        return self._shown_once(invited, lambda told: Response({"results": told}, HTTPStatus.CREATED))

    @extend_schema(request=None, responses={201: IssuedInvitationAnswer})
    def again(self, request: Request, id: UUID) -> Response:  # noqa: A002 - the name in the address
        """A new invitation of the same person, with a new link; the old link ends."""
        self.read_body(Body)  # there is nothing to say

        def invited() -> list[IssuedInvitation]:
            row = self.seen(id)
            with beside(email=""):
                return self._invited([{"email": row.email, "role": Role(row.role)}])

        return self._invited_one(invited)

    @extend_schema(request=None, responses={200: InvitationAnswer})
    def withdraw(self, request: Request, id: UUID) -> Response:  # noqa: A002
        """The link opens nothing any more."""
        self.read_body(Body)  # there is nothing to say

        def act(row: Invitation) -> None:
            if not revoke_invitations(invitations=[row], **self.by):
                raise RefusedError(f"The invitation of {row.email} had ended already.")

        return self.acted(id, act)

    def _invited(self, items: Sequence[dict[str, Any]]) -> list[IssuedInvitation]:
        return invite_people(invites=[Invite(item["email"], item["role"]) for item in items], **self.by)

    def _invited_one(self, invite: Callable[[], list[IssuedInvitation]]) -> Response:
        refuse_unknown(self.request.query_params, ())

        def answered(told: list[dict[str, Any]]) -> Response:
            response = Response(told[0], HTTPStatus.CREATED)
            response["Location"] = f"/api/v1/invitations/{told[0]['id']}"
            response.headers[VERSION] = self.version(self.row(told[0]["id"]))
            return response

        return self._shown_once(invite, answered)

    def _shown_once(
        self,
        invite: Callable[[], list[IssuedInvitation]],
        answered: Callable[[list[dict[str, Any]]], Response],
    ) -> Response:
        """What ``invite`` made, with the links. The mails leave once it is stored, as from the page."""
        issued: list[IssuedInvitation] = []
        told: list[dict[str, Any]] = []

        def do() -> Response:
            answer = InvitationAnswer(context=self.brand_context)
            issued.extend(invite())
            told.extend(
                {**answer.to_representation(one.invitation), "link": invitation_url(one.token)}
                for one in issued
            )
            return answered(told)

        response = self.written(do, secret="link")  # noqa: S106 - the name of a field
        mailed = send_invitations(issued)
        for one, each in zip(issued, told, strict=True):
            each["mailed"] = one.invitation.pk in mailed
        return response


def _refuse_many(items: Sequence[dict[str, Any]]) -> None:
    """Raises RefusedError for more than a page takes, RefusedItemsError for whom was named before."""
    if len(items) > MOST_INVITED:
        raise RefusedError(f"Invite at most {MOST_INVITED} people at once.")
    emails = [item["email"].lower() for item in items]
    twice = {
        place: RefusedError("The same e-mail is in the list twice.", field="email")
        for place, email in enumerate(emails)
        if email in emails[:place]
    }
    if twice:
        raise RefusedItemsError(twice)


urlpatterns = addresses("invitations", Invitations, can=("get", "post"), actions=("again", "withdraw"))
