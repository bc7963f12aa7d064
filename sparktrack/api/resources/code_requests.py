"""``code-requests``: creators who were asked for a code."""

from collections.abc import Sequence
from typing import Any, ClassVar
from uuid import UUID

import django_filters
from django.db.models import Q, QuerySet
from drf_spectacular.utils import (
    OpenApiExample,
    extend_schema,
    extend_schema_field,
    extend_schema_serializer,
)
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from authorizations.models import AuthorizationCode, CodeRequest
from authorizations.operations.arrivals import last_codes
from authorizations.operations.requests import RequestDraft, request_codes, withdraw_requests
from authorizations.windows import MAX_DAYS
from brands.rules import Action
from campaigns.filters import HandleFilter
from posts.models import Post
from posts.querysets import search_words
from sparktrack.api.addresses import addresses
from sparktrack.api.answers import Answer
from sparktrack.api.bodies import Body, Whole
from sparktrack.api.fields import OwnedField
from sparktrack.api.many import ManyMixin
from sparktrack.core.refusals import RefusedError
from workplace.lists.filters import ListFilter
from workplace.lists.keys import Sort
from workplace.lists.pages import Shelf

_STATES = {
    "open": Q(answered_at__isnull=True, withdrawn_at__isnull=True),
    "answered": Q(answered_at__isnull=False),
    "withdrawn": Q(withdrawn_at__isnull=False),
}
_CHOICES = [(state, state.capitalize()) for state in _STATES]


class CodeRequestFilter(ListFilter):
    """What requests can be narrowed by."""

    state = django_filters.ChoiceFilter(method="in_state", choices=_CHOICES, label="State")
    post = django_filters.UUIDFilter(field_name="post", label="Post")
    creator = HandleFilter(field_name="post__creator__handle", label="Creator")

    class Meta:
        model = CodeRequest
        fields: tuple[str, ...] = ()

    def search(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """Each word in the title of the post or the handle."""
        for word in search_words(value):
            rows = rows.filter(
                Q(post__title__icontains=word) | Q(post__creator__handle__icontains=word),
            )
        return rows

    def in_state(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """Those that wait, are answered, or were withdrawn."""
        return rows.filter(_STATES[value])


_EXAMPLE = {
    "id": "019a9f56-4b5c-7d6e-8f90-1a2b3c4d5e6f",
    "post": "019a9f53-5e2a-7c11-a0b8-7a6b5c4d3e2f",
    "supersedes": "019a9f54-6f3a-7d21-b0c9-8a7b6c5d4e3f",
    "window_days": 30,
    "state": "open",
    "asked_at": "2026-11-21T14:05:00Z",
    "asked_by": "019a9f4f-2b1a-7c3d-9e8f-7a6b5c4d3e2f",
    "answered_by": None,
    "answered_at": None,
    "withdrawn_at": None,
}


@extend_schema_serializer(examples=[OpenApiExample("A request", response_only=True, value=_EXAMPLE)])
class CodeRequestAnswer(Answer):
    """A creator was asked for a code: the first of a post, or one in place of ``supersedes``.

    ``answered_by`` is the code that came.
    """

    reads: ClassVar = {"state": ("answered_at", "withdrawn_at")}

    state = serializers.SerializerMethodField()

    class Meta:
        model = CodeRequest
        fields = tuple(_EXAMPLE)
        read_only_fields = fields

    @extend_schema_field(serializers.ChoiceField(choices=_CHOICES))
    def get_state(self, row: CodeRequest) -> str:
        """Whether somebody waits for it."""
        if row.is_open:
            return "open"
        return "answered" if row.answered_at is not None else "withdrawn"


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A request",
            request_only=True,
            value={"post": "019a9f53-5e2a-7c11-a0b8-7a6b5c4d3e2f", "window_days": 30},
        )
    ]
)
class NewCodeRequest(Body):
    """A creator was asked for a code of a post."""

    post = OwnedField(Post)
    window_days = Whole(min_value=1, max_value=MAX_DAYS)
    supersedes = OwnedField(
        AuthorizationCode,
        allow_null=True,
        required=False,
        help_text="The code that it is to take over from; left out: the one of the post that ends last.",
    )


class CodeRequests(ManyMixin):
    """The requests for codes: made, answered by codes that come, withdrawn; never deleted."""

    shelf = Shelf(
        rows=lambda brand, _now: CodeRequest.objects.for_brand(brand),
        sorts=(Sort(key="newest", label="Newest first", field="pk", descending=True),),
        filters=CodeRequestFilter,
    )
    answer = CodeRequestAnswer
    creates = NewCodeRequest
    needs: ClassVar = dict.fromkeys(("create", "bulk_create", "withdraw"), Action.WRITE_CODES)

    def add(self, items: Sequence[dict[str, Any]]) -> Sequence[CodeRequest]:
        """By ``request_codes``."""
        last = last_codes(self.request.brand, {item["post"].pk for item in items})
        drafts = [
            RequestDraft(item["post"], item["window_days"], item.get("supersedes", last.get(item["post"].pk)))
            for item in items
        ]
        return request_codes(drafts=drafts, **self.by)

    @extend_schema(request=None, responses={200: CodeRequestAnswer})
    def withdraw(self, request: Request, id: UUID) -> Response:  # noqa: A002
        """Nobody waits for this code any more."""
        self.read_body(Body)  # there is nothing to say

        def act(row: CodeRequest) -> None:
            if not withdraw_requests(requests=[row], **self.by):
                raise RefusedError("This request is not open any more.")

        return self.acted(id, act)


urlpatterns = addresses("code-requests", CodeRequests, can=("get", "post"), actions=("withdraw",))
