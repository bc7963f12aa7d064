"""``search``: posts, creators and campaigns by a few letters of their names. The query of Ctrl K."""

from typing import Any

from django.urls import path
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from posts.querysets import search_words
from sparktrack.api.reading import refuse_unknown
from sparktrack.api.resource import BrandView
from sparktrack.core.models import choices
from workplace.queries.search import Kind, search_brand

_MOST_LETTERS = 200


class FoundAnswer(serializers.Serializer[Any]):
    """One thing: its name, and what else tells it from others."""

    kind = serializers.ChoiceField(choices(Kind))
    id = serializers.UUIDField()
    name = serializers.CharField()
    note = serializers.CharField(help_text="The handle of a post, the name of a creator, a campaign’s aim.")


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A post and its creator",
            {
                "results": [
                    {
                        "kind": "post",
                        "id": "019aa1e0-5b1c-7f3a-9d55-2f8a3f6f0b11",
                        "name": "Harness, before and after",
                        "note": "@lena.paws",
                    },
                    {
                        "kind": "creator",
                        "id": "019aa1e0-4c70-7a41-8c0e-7d1f4b1f2a90",
                        "name": "@lena.paws",
                        "note": "Lena",
                    },
                ],
                "more": [],
            },
            response_only=True,
        )
    ]
)
class SearchAnswer(serializers.Serializer[Any]):
    """Up to six of each kind; ``more``: the kinds of which there are more, which their lists find by ``q``."""

    results = FoundAnswer(many=True)
    more = serializers.ListField(child=serializers.ChoiceField(choices(Kind)))


class Search(BrandView):
    """Going to a thing by its name."""

    @extend_schema(
        responses={200: SearchAnswer},
        parameters=[
            OpenApiParameter(
                "q",
                {"type": "string", "minLength": 1, "maxLength": _MOST_LETTERS},
                required=True,
                description="Every word of it is found in the name, handle or id.",
            )
        ],
    )
    def get(self, request: Request) -> Response:
        """Posts, creators and campaigns that have every word."""
        refuse_unknown(request.query_params, ("q",))
        text = request.query_params.get("q", "")
        if not search_words(text) or len(text) > _MOST_LETTERS:
            raise ValidationError({"?q": [f"Say what to look for, in up to {_MOST_LETTERS} characters."]})
        if "\0" in text:
            raise ValidationError({"?q": ["There is a character in this address that nobody can type."]})
        groups = search_brand(self.request.brand, text)
        found = [
            {"kind": group.kind, "id": str(each.pk), "name": each.name, "note": each.note}
            for group in groups
            for each in group.found
        ]
        return Response({"results": found, "more": [group.kind for group in groups if group.cut]})


urlpatterns = [path("search", Search.as_view(), name="api-search")]
