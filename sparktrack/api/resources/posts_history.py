"""``posts/{id}/metrics``, ``stages`` and ``history``: what was noted of a post over time."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from brands.rules import Action
from campaigns.happenings import happened, who
from campaigns.queries.history import entries_about
from campaigns.queries.post import post_page
from posts.models import MetricsSnapshot, Post, StageEvent
from sparktrack.api.fields import InstantField, as_instant
from sparktrack.api.reading import OF_PARTS, body_of, part_of
from sparktrack.api.resource import Resource
from sparktrack.api.resources.evidence_shapes import DEED, EvidenceDeed
from sparktrack.api.resources.posts_answers import NumbersAnswer
from workplace.lists.keys import Sort
from workplace.lists.keys import as_instant as read_instant

_NEWEST = Sort(key="newest", label="Newest first", field="at", descending=True, parse=read_instant)
_NUMBERS = {
    "at": "2026-11-21T14:05:00Z",
    "source": "person",
    "views": 184200,
    "likes": 15300,
    "comments": None,
    "shares": None,
    "saves": None,
}
_STAGE = {
    "stage": "approved",
    "at": "2026-11-09T15:00:00Z",
    "by": "019a9f4f-2b1a-7c3d-9e8f-7a6b5c4d3e2f",
}


class StageAnswer(serializers.ModelSerializer[StageEvent]):
    """A stage that a post reached; ``by``: the person who noted it, null for scripts and sheets."""

    at = InstantField()

    class Meta:
        model = StageEvent
        fields = ("stage", "at", "by")
        read_only_fields = fields


def _next() -> serializers.URLField:
    return serializers.URLField(allow_null=True, help_text="The next page; null on the last.")


@extend_schema_serializer(
    examples=[OpenApiExample("One noting", {"results": [_NUMBERS], "next": None}, response_only=True)]
)
class NumbersPage(serializers.Serializer[Any]):
    """The numbers of a post, the newest first."""

    results = NumbersAnswer(many=True)
    next = _next()


@extend_schema_serializer(
    examples=[OpenApiExample("One stage", {"results": [_STAGE], "next": None}, response_only=True)]
)
class StagesPage(serializers.Serializer[Any]):
    """The stages of a post, the newest first."""

    results = StageAnswer(many=True)
    next = _next()


@extend_schema_serializer(
    examples=[OpenApiExample("One deed", {"results": [DEED], "next": None}, response_only=True)]
)
class HistoryPage(serializers.Serializer[Any]):
    """What was done about a post, its codes, rights and flights, the newest first."""

    results = EvidenceDeed(many=True)
    next = _next()


class PostHistory(Resource):
    """What posts have been through; ``Posts`` has it beside what they are now."""

    @extend_schema(responses={200: NumbersPage}, parameters=OF_PARTS)
    def read_metrics(self, request: Request, id: UUID) -> Response:  # noqa: A002 - the name in the address
        """The numbers of the post over time."""
        return self._page_of(MetricsSnapshot, NumbersAnswer, id)

    @extend_schema(responses={200: StagesPage}, parameters=OF_PARTS)
    def read_stages(self, request: Request, id: UUID) -> Response:  # noqa: A002
        """The stages that the post reached, and who noted them."""
        return self._page_of(StageEvent, StageAnswer, id)

    @extend_schema(responses={200: HistoryPage}, parameters=OF_PARTS)
    def read_history(self, request: Request, id: UUID) -> Response:  # noqa: A002
        """What was done about the post in words, as its page tells it."""
        brand = self.request.brand
        try:
            post = post_page(brand, id, now=self.request.now, history=0)
        except Post.DoesNotExist:
            raise Http404 from None
        page = part_of(entries_about(brand, post.history.things), _NEWEST, self.request)
        contacts = Action.READ_CONTACTS in self.request.allowed
        told = [
            {
                "at": as_instant(entry.at),
                "action": entry.action,
                "what": happened(entry, post.history),
                "by": who(entry, post.people.names, contacts=contacts),
            }
            for entry in page.rows
        ]
        return Response(body_of(page, told, self.request))

    def _page_of(self, model: Any, answer: type[serializers.Serializer[Any]], post: UUID) -> Response:
        brand = self.request.brand
        if not Post.objects.for_brand(brand).filter(pk=post).exists():
            raise Http404
        rows: QuerySet[Any] = model.objects.for_brand(brand).filter(post=post)
        page = part_of(rows, _NEWEST, self.request)
        return Response(body_of(page, list(answer(page.rows, many=True).data), self.request))
