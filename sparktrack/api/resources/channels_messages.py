"""``channels/{id}/messages``: what went to a channel, with every attempt and what was answered."""

from typing import Any
from uuid import UUID

from django.http import Http404
from django.urls import path
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from alerts.enums import AttemptOutcome, DeliveryKind, DeliveryState
from alerts.models import Channel
from alerts.queries.channels import channel_page
from brands.rules import Action
from sparktrack.api.fields import InstantField
from sparktrack.api.reading import MOST_LIMIT, USUAL_LIMIT, next_page, read_limit, refuse_unknown
from sparktrack.api.resource import BrandView
from sparktrack.core.models import choices

MESSAGE = {
    "id": "019aa1e0-33e4-7f50-9b62-7c8d9e0f1a2b",
    "kind": "alert",
    "event": "alert.raised",
    "alert": "019aa1e0-44f5-7061-8c73-8d9e0f1a2b3c",
    "subject": "@maya.glow: code ends Wed 25 Nov",
    "state": "sent",
    "due_at": "2026-11-22T07:00:00Z",
    "send_before": "2026-11-23T07:00:00Z",
    "attempts": 1,
    "finished_at": "2026-11-22T07:00:01Z",
    "problem": "",
}


class ChannelMessage(serializers.Serializer[Any]):
    """A message to a channel, and what came of it. ``problem``: why it did not arrive, or not yet."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices(DeliveryKind))
    event = serializers.CharField(help_text="As webhooks are told it: alert.raised, alert.resolved, test.")
    alert = serializers.UUIDField(source="alert_id", allow_null=True)
    subject = serializers.CharField()
    state = serializers.ChoiceField(choices(DeliveryState))
    due_at = InstantField()
    send_before = InstantField(help_text="Then it is not worth sending any more.")
    attempts = serializers.IntegerField()
    finished_at = InstantField(allow_null=True)
    problem = serializers.CharField()


class ChannelTry(serializers.Serializer[Any]):
    """An attempt to send a message. Without an outcome it is under way, or was cut short."""

    number = serializers.IntegerField()
    started_at = InstantField()
    finished_at = InstantField(allow_null=True)
    outcome = serializers.ChoiceField([("", "None yet"), *choices(AttemptOutcome)])
    answer = serializers.CharField(help_text="What the other side said.")


class LoggedMessage(ChannelMessage):
    """A message with its newest attempts, the first one first."""

    tries = ChannelTry(many=True)


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "One message",
            {
                "results": [
                    {
                        **MESSAGE,
                        "tries": [
                            {
                                "number": 1,
                                "started_at": "2026-11-22T07:00:00Z",
                                "finished_at": "2026-11-22T07:00:01Z",
                                "outcome": "accepted",
                                "answer": "204 No Content",
                            }
                        ],
                    }
                ],
                "next": None,
            },
            response_only=True,
        )
    ]
)
class LoggedMessages(serializers.Serializer[Any]):
    """A page of what went to a channel, the newest first."""

    results = LoggedMessage(many=True)
    next = serializers.URLField(allow_null=True, help_text="The next page; null on the last.")


class ChannelMessages(BrandView):
    """What went to a channel."""

    needs = {"get": Action.CHANGE_SETTINGS}

    @extend_schema(
        operation_id="channels_messages",
        responses={200: LoggedMessages},
        parameters=[
            OpenApiParameter(
                "limit",
                {"type": "integer", "minimum": 1, "maximum": MOST_LIMIT, "default": USUAL_LIMIT},
                description="Messages of a page.",
            ),
            OpenApiParameter("cursor", str, description="Where the page begins: from `next`."),
        ],
    )
    def get(self, request: Request, id: UUID) -> Response:  # noqa: A002 - the name in the address
        """The messages to a channel with their attempts, the newest first, a page of them."""
        query = request.query_params
        refuse_unknown(query, ("limit", "cursor"))
        limit, after = read_limit(query), _place(query.get("cursor"))
        try:
            page = channel_page(self.request.brand, id, after=after, limit=limit)
        except Channel.DoesNotExist:
            raise Http404 from None
        rows = [
            {
                **ChannelMessage(line.delivery).data,
                "tries": ChannelTry(line.tries, many=True).data,
            }
            for line in page.log
        ]
        return Response({"results": rows, "next": next_page(self.request, str(page.after or ""))})


def _place(text: str | None) -> UUID | None:
    """The message behind which a page begins. Raises ValidationError."""
    try:
        return None if text is None else UUID(text)
    except ValueError:
        raise ValidationError(
            {"?cursor": ["This page of the list cannot be found. Begin at the first one."]}
        ) from None


urlpatterns = [path("channels/<uuid:id>/messages", ChannelMessages.as_view(), name="api-channels-messages")]
