"""``undo``: taking back what one request of the same caller changed, as the button of the pages does."""

from dataclasses import replace
from typing import Any

from django.urls import path
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from brands.rules import Action
from sparktrack.api.bodies import Body, Text
from sparktrack.api.reading import refuse_unknown
from sparktrack.api.resource import BrandView
from sparktrack.api.schema import KEY
from sparktrack.core.refusals import RefusedError
from workplace.operations.undo import undo_change
from workplace.undoing import undo_of


@extend_schema_serializer(
    examples=[
        OpenApiExample("A request", {"request_id": "01a202a6bbb07711968f486ab2622415"}, request_only=True)
    ]
)
class UndoBody(Body):
    """The ``X-Request-ID`` that came with the answer to the request that is taken back."""

    request_id = Text(max_length=64)


@extend_schema_serializer(
    examples=[OpenApiExample("All but one", {"rows": 199, "changed_since": 1}, response_only=True)]
)
class UndoneAnswer(serializers.Serializer[Any]):
    """What was taken back, and what was not."""

    rows = serializers.IntegerField(help_text="Rows that are as they were.")
    changed_since = serializers.IntegerField(
        help_text="Changes that stay: somebody changed the same since, or deleted what stood there before."
    )


class Undo(BrandView):
    """Taking back. What leave it needs depends on what was done: whoever lost that leave takes nothing back."""

    needs = {"post": Action.VIEW}

    @extend_schema(request=UndoBody, responses={200: UndoneAnswer}, parameters=[KEY])
    def post(self, request: Request) -> Response:
        """What the caller changed by one request within the last day is as it was, unless somebody changed it since."""
        refuse_unknown(request.query_params, ())

        def do() -> Response:
            change = self.read_body(UndoBody)["request_id"]
            # By this name the pages know that it was taken back.
            by = {**self.by, "actor": replace(self.request.actor, request_id=undo_of(change))}
            try:
                done = undo_change(change=change, allowed=self.request.allowed, **by)
            except RefusedError as refused:
                refused.field = "request_id"
                raise
            return Response({"rows": done.rows, "changed_since": done.changed_since})

        return self.written(do)


urlpatterns = [path("undo", Undo.as_view(), name="api-undo")]
