"""``tokens``: the tokens of the brand's scripts. For admins in person: no token makes, sees or revokes another."""

from copy import copy
from typing import Any
from uuid import UUID

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_field, extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from brands.enums import TokenScope, TokenState
from brands.models import ApiToken
from brands.operations.tokens import MOST_ADDRESSES, TokenDraft, end_on, issue_token, revoke_tokens
from brands.rules import Action, token_state
from posts.querysets import search_words
from sparktrack.api.addresses import addresses
from sparktrack.api.answers import Answer
from sparktrack.api.bodies import Body, Choice, Day, Text
from sparktrack.api.reading import refuse_unknown
from sparktrack.api.resource import Resource
from sparktrack.api.versions import version_of
from sparktrack.core.models import choices
from workplace.lists.filters import ListFilter
from workplace.lists.keys import Sort
from workplace.lists.pages import Shelf


class TokenFilter(ListFilter):
    """What tokens can be narrowed by."""

    scope = django_filters.ChoiceFilter(choices=choices(TokenScope), label="What it may do")
    state = django_filters.ChoiceFilter(choices=choices(TokenState), method="in_state", label="State")

    class Meta:
        model = ApiToken
        fields: tuple[str, ...] = ()

    def search(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """Each word in the name."""
        for word in search_words(value):
            rows = rows.filter(name__icontains=word)
        return rows

    def in_state(self, rows: Any, _name: str, value: str) -> QuerySet[Any]:
        """Those that are in this state now."""
        found: QuerySet[Any] = rows.in_state(TokenState(value), self.now)
        return found


_TOKEN = {
    "id": "019aa1e0-11c2-7d3e-9f40-5a6b7c8d9e0f",
    "name": "Nightly export",
    "token": "stk_3k7mw2xq5tz6a4bn_…",
    "scope": "read",
    "state": "live",
    "allowed_addresses": ["203.0.113.7/32"],
    "created_by": "019aa1e0-0f00-7a11-8b22-6c33d44e55f6",
    "created_at": "2026-11-22T09:30:00Z",
    "expires_at": "2027-02-21T05:00:00Z",
    "last_used_at": None,
    "revoked_at": None,
}


@extend_schema_serializer(examples=[OpenApiExample("A token", _TOKEN, response_only=True)])
class TokenAnswer(Answer):
    """A token. ``token`` is the part of it that may be shown."""

    token = serializers.CharField(source="shown", read_only=True)
    state = serializers.SerializerMethodField()

    reads = {"token": ("public",), "state": ("expires_at", "revoked_at")}

    class Meta:
        model = ApiToken
        fields: tuple[str, ...] = (
            "id",
            "name",
            "token",
            "scope",
            "state",
            "allowed_addresses",
            "created_by",
            "created_at",
            "expires_at",
            "last_used_at",
            "revoked_at",
        )
        read_only_fields = fields

    @extend_schema_field({"type": "string", "enum": [state.value for state in TokenState]})
    def get_state(self, row: ApiToken) -> str:
        """At the instant of the request."""
        return token_state(expires_at=row.expires_at, revoked_at=row.revoked_at, now=self.context["now"])


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A new token",
            {**_TOKEN, "secret": "stk_3k7mw2xq5tz6a4bn_shown-in-this-answer-and-never-again"},
            response_only=True,
        )
    ]
)
class IssuedTokenAnswer(TokenAnswer):
    """A token that was just made. ``secret`` is the whole of it: it is shown this once."""

    secret = serializers.CharField(read_only=True)

    class Meta(TokenAnswer.Meta):
        fields = (*TokenAnswer.Meta.fields, "secret")
        read_only_fields = fields


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "For a nightly export",
            {
                "name": "Nightly export",
                "scope": "read",
                "last_day": "2027-02-20",
                "allowed_addresses": ["203.0.113.7"],
            },
            request_only=True,
        )
    ]
)
class NewToken(Body):
    """A token to make."""

    name = Text(max_length=120, help_text="What will use it. The audit says this name.")
    scope = Choice(TokenScope, help_text="read: what a viewer may, and contacts. write: as a manager.")
    last_day = Day(
        allow_null=True,
        help_text="It counts until this day is over in the brand's zone; null: until it is revoked.",
    )
    allowed_addresses = serializers.ListField(
        child=Text(max_length=60),
        max_length=MOST_ADDRESSES,
        required=False,
        help_text="203.0.113.7, or a network such as 10.0.0.0/8; none: from anywhere.",
    )


class Tokens(Resource):
    """The tokens of the brand. Those that count no more stay: the audit tells of them."""

    shelf = Shelf(
        rows=lambda brand, _now: ApiToken.objects.for_brand(brand),
        sorts=(
            Sort(key="newest", label="Newest first", field="pk", descending=True),
            Sort(key="name", label="Name A–Z", field="name", folded=True),
        ),
        filters=TokenFilter,
    )
    answer = TokenAnswer
    creates = NewToken
    # Without the hashes.
    lean = True
    needs = dict.fromkeys(("list", "retrieve", "create", "revoke"), Action.CHANGE_SETTINGS)

    @extend_schema(responses={201: IssuedTokenAnswer})
    def create(self, request: Request) -> Response:
        """Makes a token. Its secret is in this answer and never again, not even for the same Idempotency-Key."""
        refuse_unknown(request.query_params, ())

        def do() -> Response:
            issued = issue_token(draft=self._draft(self.read_body(NewToken)), **self.by)
            response = self.added(issued.token.pk)
            response.data["secret"] = issued.secret
            return response

        return self.written(do, secret="secret")  # noqa: S106 - the name of a field

    @extend_schema(request=None, responses={200: TokenAnswer})
    def revoke(self, request: Request, id: UUID) -> Response:  # noqa: A002 - the name in the address
        """It counts no more, from the next request on. One that was revoked stays so."""
        self.read_body(Body)  # there is nothing to say
        return self.acted(id, lambda row: revoke_tokens(tokens=[row], **self.by))

    def version(self, row: Any) -> str:
        """That it was used meanwhile is no change."""
        unused = copy(row)
        unused.last_used_at = None
        return version_of(unused)

    def _draft(self, values: dict[str, Any]) -> TokenDraft:
        last_day, zone = values["last_day"], self.request.brand.time_zone
        return TokenDraft(
            name=values["name"],
            scope=values["scope"],
            expires_at=None if last_day is None else end_on(last_day, zone=zone, now=self.request.now),
            allowed_addresses=values.get("allowed_addresses", ()),
        )


urlpatterns = addresses("tokens", Tokens, can=("get", "post"), actions=("revoke",))
