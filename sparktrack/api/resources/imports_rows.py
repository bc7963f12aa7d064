"""``imports/{id}/rows``: the rows of a preview, and what becomes of each."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from django.urls import path
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    extend_schema,
    extend_schema_field,
    extend_schema_serializer,
)
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from brands.rules import Action
from campaigns.enums import RowOutcome
from campaigns.models import ImportRow
from campaigns.queries.imports import import_run
from sparktrack.api.reading import MOST_LIMIT, USUAL_LIMIT, next_page, read_limit, refuse_unknown
from sparktrack.api.resource import BrandView
from sparktrack.api.resources.imports_shapes import KINDS
from sparktrack.core.models import choices

# Numbers of rows as an address may hold them.
_DIGITS = 9


@extend_schema_field({})
class Anything(serializers.ReadOnlyField):
    """A value of whatever type its field has."""


class ChangeAnswer(serializers.Serializer[Any]):
    """A field of something on file, before and after."""

    field = serializers.CharField()
    before = Anything()
    after = Anything()


class EffectAnswer(serializers.Serializer[Any]):
    """What happens to one thing."""

    kind = serializers.ChoiceField([(kind, kind) for kind in KINDS])
    effect = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    changes = ChangeAnswer(many=True)


class MessageAnswer(serializers.Serializer[Any]):
    """What is the matter with a cell, or with the whole row (no column)."""

    column = serializers.CharField(allow_null=True)
    code = serializers.CharField()
    message = serializers.CharField()
    error = serializers.BooleanField()


class SideAnswer(serializers.Serializer[Any]):
    """What one side of a conflict says; on file, also who said so, and when it was looked up."""

    at = serializers.DateTimeField(allow_null=True)
    source = serializers.CharField(required=False, allow_null=True)  # type: ignore[assignment]
    checked_at = serializers.DateTimeField(required=False, allow_null=True)


class ConflictAnswer(serializers.Serializer[Any]):
    """An end or a revocation that the sheet says otherwise than a better source."""

    kind = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    on_file = SideAnswer()
    in_sheet = SideAnswer()


class RowAnswer(serializers.Serializer[Any]):
    """A row of the sheet, and what becomes of it. Codes are masked."""

    number = serializers.IntegerField(help_text="As a spreadsheet program counts.")
    outcome = serializers.ChoiceField(choices(RowOutcome))
    cells = serializers.ListField(child=serializers.CharField(), help_text="In the order of the header.")
    effects = EffectAnswer(many=True)
    messages = MessageAnswer(many=True)
    conflicts = ConflictAnswer(many=True)


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A row with an error",
            {
                "header": ["Creator handle", "Post link", "Spark code"],
                "results": [
                    {
                        "number": 14,
                        "outcome": "error",
                        "cells": ["lena.paws", "no link", "…k2Y="],
                        "effects": [],
                        "messages": [
                            {
                                "column": "Post link",
                                "code": "bad_url",
                                "message": "This is no link to a TikTok post.",
                                "error": True,
                            }
                        ],
                        "conflicts": [],
                    }
                ],
                "next": None,
            },
            response_only=True,
        )
    ]
)
class RowsAnswer(serializers.Serializer[Any]):
    """A page of the rows of a preview."""

    header = serializers.ListField(child=serializers.CharField())
    results = RowAnswer(many=True)
    next = serializers.URLField(allow_null=True, help_text="The next page; null on the last.")


class ImportRows(BrandView):
    """The rows of a preview."""

    needs = {"get": Action.IMPORT_TRACKER}

    @extend_schema(
        operation_id="imports_rows",
        responses={200: RowsAnswer},
        parameters=[
            OpenApiParameter(
                "limit",
                {"type": "integer", "minimum": 1, "maximum": MOST_LIMIT, "default": USUAL_LIMIT},
                description="Rows of a page.",
            ),
            OpenApiParameter("cursor", str, description="Where the page begins: from `next`."),
            OpenApiParameter(
                "outcome",
                {"type": "string", "enum": [outcome.value for outcome in RowOutcome]},
                description="Only rows with this outcome.",
            ),
        ],
    )
    def get(self, request: Request, id: UUID) -> Response:  # noqa: A002 - the name in the address
        """The rows of the sheet as the last preview saw them, in its order, a page of them."""
        query = request.query_params
        refuse_unknown(query, ("limit", "cursor", "outcome"))
        limit, rows = read_limit(query), self._rows(id)
        header, found = rows
        if "outcome" in query:
            if query["outcome"] not in set(RowOutcome):
                raise ValidationError({"?outcome": [f"One of: {', '.join(RowOutcome)}."]})
            found = found.filter(outcome=query["outcome"])
        page = list(found.filter(number__gt=_number(query.get("cursor", "0")))[: limit + 1])
        cursor = str(page[limit - 1].number) if len(page) > limit else ""
        names = ("number", "outcome", "cells", "effects", "messages", "conflicts")
        results = [{name: getattr(row, name) for name in names} for row in page[:limit]]
        return Response({"header": header, "results": results, "next": next_page(self.request, cursor)})

    def _rows(self, pk: UUID) -> tuple[list[str], QuerySet[ImportRow]]:
        run = import_run(self.request.brand, pk)
        if run is None:
            raise Http404
        rows = ImportRow.objects.for_brand(self.request.brand).filter(run=run).order_by("number")
        return run.report.get("header", []), rows


def _number(text: str) -> int:
    if text.isascii() and text.isdecimal() and len(text) <= _DIGITS:
        return int(text)
    raise ValidationError({"?cursor": ["This page of the list cannot be found. Begin at the first one."]})


urlpatterns = [path("imports/<uuid:id>/rows", ImportRows.as_view(), name="api-imports-rows")]
