"""``channels``: the chats and webhooks that hear of alerts. No answer has their address; a secret is shown once."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any
from uuid import UUID

import django_filters
from django.db import transaction
from django.db.models import Q, QuerySet
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_field, extend_schema_serializer
from rest_framework import serializers
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response

from alerts.enums import ChannelKind, ChannelState
from alerts.models import Channel
from alerts.operations.channels import (
    ChannelDraft,
    ChannelRefusedError,
    add_channel,
    change_channel,
    delete_channel,
    rotate_secret,
    send_test,
    switch_off,
    switch_on,
)
from alerts.queries.channels import ChannelLine, last_messages
from alerts.rules.channels import MAX_ADDRESS, MAX_STEP
from alerts.tasks import wake
from brands.rules import Action
from posts.querysets import search_words
from sparktrack.api.addresses import addresses
from sparktrack.api.answers import Answer
from sparktrack.api.bodies import Body, Choice, Text, Whole
from sparktrack.api.reading import refuse_unknown
from sparktrack.api.resource import WRITES, Resource
from sparktrack.api.resources import channels_messages
from sparktrack.api.resources.channels_messages import MESSAGE, ChannelMessage
from sparktrack.api.versions import wanted_versions
from sparktrack.core.models import choices
from sparktrack.core.secrets import UndecryptableError
from workplace.lists.filters import ListFilter
from workplace.lists.keys import Sort
from workplace.lists.pages import Shelf


class UnreadableSecretError(APIException):
    """A channel whose key is gone."""

    status_code = HTTPStatus.CONFLICT
    default_detail = (
        "Its secret cannot be opened any more: the key is gone. Delete this channel and add it anew."
    )


class ChannelFilter(ListFilter):
    """What channels can be narrowed by."""

    kind = django_filters.ChoiceFilter(choices=choices(ChannelKind), label="Kind")

    class Meta:
        model = Channel
        fields: tuple[str, ...] = ()

    def search(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """Each word in the name or the host."""
        for word in search_words(value):
            rows = rows.filter(Q(name__icontains=word) | Q(host__icontains=word))
        return rows


_CHANNEL = {
    "id": "019aa1e0-22d3-7e4f-8a51-6b7c8d9e0f1a",
    "kind": "webhook",
    "name": "Ops desk",
    "host": "hooks.example.com",
    "from_step": 3,
    "state": "on",
    "created_at": "2026-11-01T08:00:00Z",
    "disabled_at": None,
    "old_secret_until": None,
    "last_message": MESSAGE,
    "last_test": None,
}


@extend_schema_serializer(examples=[OpenApiExample("A webhook", _CHANNEL, response_only=True)])
class ChannelAnswer(Answer):
    """A chat or webhook. ``host`` is what may be shown of its address.

    ``from_step``: it hears of alerts so many days before a lapse, and later. After an exchange of the secret of a
    webhook the old one signs beside the new one until ``old_secret_until``.
    """

    state = serializers.SerializerMethodField()
    last_message = ChannelMessage(read_only=True, allow_null=True)
    last_test = ChannelMessage(read_only=True, allow_null=True)

    reads = {"state": ("disabled_at",), "last_message": (), "last_test": ()}

    class Meta:
        model = Channel
        fields: tuple[str, ...] = (
            "id",
            "kind",
            "name",
            "host",
            "from_step",
            "state",
            "created_at",
            "disabled_at",
            "old_secret_until",
            "last_message",
            "last_test",
        )
        read_only_fields = fields

    @extend_schema_field({"type": "string", "enum": [state.value for state in ChannelState]})
    def get_state(self, row: Any) -> str:
        """On or off, and how the last message fared."""
        return ChannelLine(row, row.last_message).state


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A new webhook",
            {
                **_CHANNEL,
                "last_message": None,
                "secret": "whsec_c2hvd24gaW4gdGhpcyBhbnN3ZXIsIG5ldmVyIGFnYWluIQ==",
            },
            response_only=True,
        )
    ]
)
class AddedChannelAnswer(ChannelAnswer):
    """A channel with the secret that signs its messages, shown this once; null for a chat, which needs none."""

    secret = serializers.CharField(read_only=True, allow_null=True)

    class Meta(ChannelAnswer.Meta):
        fields = (*ChannelAnswer.Meta.fields, "secret")
        read_only_fields = fields


@extend_schema_serializer(
    examples=[OpenApiExample("Told sooner", {"name": "Ops desk", "from_step": 7}, request_only=True)]
)
class ChannelChanges(Body):
    """What can be changed of a channel. For another address add another channel."""

    name = Text(max_length=120, required=False)
    from_step = Whole(
        min_value=0,
        max_value=MAX_STEP,
        required=False,
        help_text="It is told from so many days before a lapse on; 0: at the lapse. 1 where nothing is said.",
    )


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A webhook",
            {
                "kind": "webhook",
                "name": "Ops desk",
                "address": "https://hooks.example.com/sparktrack",
                "from_step": 3,
            },
            request_only=True,
        )
    ]
)
class NewChannel(ChannelChanges):
    """A channel to add. Its address is kept encrypted: whoever has that of a chat can post there."""

    kind = Choice(ChannelKind)
    name = Text(max_length=120)
    address = Text(
        max_length=MAX_ADDRESS,
        write_only=True,
        help_text="The webhook URL that Slack or Discord gives out, that of a Teams workflow, or https on port 443.",
    )


class Channels(Resource):
    """The channels of the brand."""

    shelf = Shelf(
        rows=lambda brand, _now: Channel.objects.for_brand(brand),
        sorts=(
            Sort(key="name", label="Name A–Z", field="name", folded=True),
            Sort(key="newest", label="Newest first", field="pk", descending=True),
        ),
        filters=ChannelFilter,
    )
    answer = ChannelAnswer
    creates = NewChannel
    changes = ChannelChanges
    # Without what is sealed.
    lean = True
    needs = dict.fromkeys(
        ("list", "retrieve", *WRITES, "test", "secret", "off", "on"), Action.CHANGE_SETTINGS
    )

    def loaded(self, rows: Sequence[Any], answer: Answer) -> Sequence[Any]:
        """With what came of the last message and test: one query for each that is asked for."""
        last = last_messages(rows) if {"state", "last_message"} & set(answer.fields) else {}
        tests = last_messages(rows, tests=True) if "last_test" in answer.fields else {}
        for row in rows:
            row.last_message, row.last_test = last.get(row.pk), tests.get(row.pk)
        return rows

    @extend_schema(responses={201: AddedChannelAnswer})
    def create(self, request: Request) -> Response:
        """Adds a channel. The secret of a webhook is in this answer and never again."""
        refuse_unknown(request.query_params, ())

        def do() -> Response:
            added = add_channel(draft=ChannelDraft(**self.read_body(NewChannel)), **self.by)
            response = self.added(added.channel.pk)
            response.data["secret"] = added.secret or None
            return response

        return self.written(do, secret="secret")  # noqa: S106 - the name of a field

    def edit(self, edits: Sequence[tuple[Channel, dict[str, Any]]]) -> None:
        """By ``change_channel``, which sets both."""
        for row, values in edits:
            change_channel(channel=row, **{"name": row.name, "from_step": row.from_step, **values}, **self.by)

    def remove(self, rows: Sequence[Channel]) -> None:
        """With the log of what went there."""
        for row in rows:
            delete_channel(channel=row, **self.by)

    @extend_schema(request=None, responses={200: AddedChannelAnswer})
    def secret(self, request: Request, id: UUID) -> Response:  # noqa: A002 - the name in the address
        """Exchanges the secret of a webhook: the new one is in this answer; the old one signs, too, for 24 hours.

        Another exchange within these drops the older one, so it asks for ``If-Match``.
        """
        refuse_unknown(request.query_params, ())
        self.read_body(Body)  # there is nothing to say

        def do() -> Response:
            row = self.seen(id)
            overlaps = row.old_secret_until is not None and self.request.now < row.old_secret_until
            # Sent again after an answer that was lost, it would drop what receivers have.
            if overlaps and wanted_versions(request) is None:
                raise ChannelRefusedError(
                    "The secret was exchanged already, and the older one still signs. "
                    "To drop that, read the channel and send its ETag in If-Match."
                )
            try:
                secret = rotate_secret(channel=row, **self.by)
            except UndecryptableError:
                raise UnreadableSecretError from None
            response = self.shown(id)
            response.data["secret"] = secret
            return response

        return self.written(do, secret="secret")  # noqa: S106 - the name of a field

    @extend_schema(request=None, responses={200: ChannelAnswer})
    def test(self, request: Request, id: UUID) -> Response:  # noqa: A002
        """Puts a test on its way. ``last_test`` says what came of it: ask again after some seconds."""
        self.read_body(Body)

        def act(row: Channel) -> None:
            send_test(channel=row, **self.by)
            transaction.on_commit(wake)

        return self.acted(id, act)

    @extend_schema(request=None, responses={200: ChannelAnswer})
    def off(self, request: Request, id: UUID) -> Response:  # noqa: A002
        """Nothing goes there any more; what waits is cancelled."""
        self.read_body(Body)
        return self.acted(id, lambda row: switch_off(channel=row, **self.by))

    @extend_schema(request=None, responses={200: ChannelAnswer})
    def on(self, request: Request, id: UUID) -> Response:  # noqa: A002
        """What is raised from now on goes there again."""
        self.read_body(Body)
        return self.acted(id, lambda row: switch_on(channel=row, **self.by))


urlpatterns = [
    *addresses(
        "channels",
        Channels,
        can=("get", "post", "patch", "delete"),
        actions=("test", "secret", "off", "on"),
    ),
    *channels_messages.urlpatterns,
]
