"""What scripts send about posts."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from authorizations.models import UsageRight
from campaigns.models import Flight
from creators.models import Creator
from posts.enums import Lane, Method, MetricsSource, PaymentState, Stage, UseCase
from posts.models import Brief
from posts.operations.metrics import NUMBERS
from sparktrack.api.bodies import Body, Choice, Day, Flag, Instant, Text, Web, Whole
from sparktrack.api.fields import OwnedField, OwnedListField
from sparktrack.core.refusals import RefusedError
from sparktrack.tiktok.links import parse_handle, parse_post_id
from workplace.queries.posts_link import link_in
from workplace.queries.posts_redo import MOST

# Nobody has seen more, and a database counts no further than that by far.
_MOST_SEEN = 10**12


class LinkText(Text):
    """A link to a TikTok post as somebody pasted it; empty: none."""

    def __init__(self, **options: Any) -> None:
        said = "Pasted, also with words around it. It fills url, tiktok_post_id, posted_at and the creator."
        super().__init__(
            **{"max_length": 2000, "allow_blank": True, "required": False, "help_text": said, **options}
        )

    def run_validation(self, data: Any = serializers.empty) -> Any:
        """A PostLink or None."""
        text: str = super().run_validation(data)
        try:
            return link_in(text)
        except RefusedError as refused:
            raise ValidationError(refused.message) from refused


def _text(length: int = 5000, **options: Any) -> Text:
    return Text(max_length=length, allow_blank=True, required=False, **options)


class PostChanges(Body):
    """What a post says. Its creator stays."""

    link = LinkText()
    tiktok_post_id = _text(40, help_text="15 to 20 digits. Not needed with a link.")
    posted_at = Instant(allow_null=True, required=False, help_text="Else the birth that the id tells.")
    title = _text(200)
    brief = OwnedField(Brief, allow_null=True, required=False)
    method = Choice(Method, required=False)
    caption = _text(help_text="As it was approved: a later change is noticed.")
    product = _text(120)
    sku = _text(60)
    hook_angle = _text(120)
    offer = _text(200)
    use_case = Choice(UseCase, allow_blank=True, required=False)
    landing_page = _text(500)
    lane = Choice(Lane, allow_blank=True, required=False)
    hand_off_note = _text(help_text="For the buyer.")
    notes = _text()
    comment_quality = _text(help_text="What the comments say.")
    draft_due_on = Day(allow_null=True, required=False)
    post_due_on = Day(allow_null=True, required=False)
    shipment_reference = _text(120)
    draft_link = Web(max_length=500, allow_blank=True, required=False)
    payment_state = Choice(PaymentState, required=False)

    def validate_tiktok_post_id(self, value: str) -> str:
        """Digits only."""
        try:
            return parse_post_id(value) if value else ""
        except RefusedError as refused:
            raise ValidationError(refused.message) from refused


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A link is enough",
            {"link": "https://www.tiktok.com/@lena.paws/video/7441203811234567890", "title": "Harness"},
            request_only=True,
        )
    ]
)
class NewPost(PostChanges):
    """A post to put on file, also before it is live. Whose it is say ``creator``, ``handle`` or the link."""

    creator = OwnedField(Creator, required=False)
    handle = _text(300, help_text="With or without @, or a profile URL.")
    new_creator = Flag(required=False, help_text="Put the creator on file, too, if they are not yet.")

    def validate_handle(self, value: str) -> str:
        """The bare handle."""
        try:
            return parse_handle(value) if value else ""
        except RefusedError as refused:
            raise ValidationError(refused.message) from refused

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Raises ValidationError where two creators are named."""
        if "creator" in attrs and attrs.get("handle"):
            raise ValidationError({"handle": ["Say either the creator or the handle."]})
        return attrs


@extend_schema_serializer(examples=[OpenApiExample("Approved", {"stage": "approved"}, request_only=True)])
class StageBody(Body):
    """The stage that a post reached. Without ``at`` it goes there now, from where it is (or from ``was``)."""

    stage = Choice(Stage, allow_null=True, help_text="null: not begun, if it began less than a day ago.")
    was = Choice(
        Stage, allow_null=True, required=False, help_text="Where you saw it: refused if it is elsewhere."
    )
    at = Instant(required=False, help_text="When it reached the stage, if that is to be noted afterwards.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Raises ValidationError for what does not go together."""
        if "at" in attrs and (attrs["stage"] is None or "was" in attrs):
            raise ValidationError({"at": ["Only with a stage, and without was."]})
        return attrs


@extend_schema_serializer(
    examples=[OpenApiExample("Since noon", {"since": "2026-11-21T12:00:00Z"}, request_only=True)]
)
class GoneBody(Body):
    """Since when a post is private or deleted; not said: since now."""

    since = Instant(required=False)


class BackBody(Body):
    """Nothing has to be said."""


@extend_schema_serializer(
    examples=[OpenApiExample("Of this morning", {"views": 184200, "likes": 15300}, request_only=True)]
)
class NumbersBody(Body):
    """The numbers of a post at an instant, at least one of them; not said: of now."""

    at = Instant(required=False)
    source = Choice([MetricsSource.PERSON, MetricsSource.TIKTOK], required=False)  # type: ignore[assignment]
    views = Whole(min_value=0, max_value=_MOST_SEEN, required=False)
    likes = Whole(min_value=0, max_value=_MOST_SEEN, required=False)
    comments = Whole(min_value=0, max_value=_MOST_SEEN, required=False)
    shares = Whole(min_value=0, max_value=_MOST_SEEN, required=False)
    saves = Whole(min_value=0, max_value=_MOST_SEEN, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Raises ValidationError where nothing is said."""
        if not NUMBERS & set(attrs):
            raise ValidationError("Send at least one number.")
        return attrs


@extend_schema_serializer(
    examples=[OpenApiExample("A second cut", {"title": "Harness, second cut"}, request_only=True)]
)
class RedoBody(Body):
    """The new creative, and what goes with it. Codes stay with the old post: TikTok ties each to its video."""

    title = _text(200, help_text="Else that of the old post.")
    link = LinkText(help_text="If the new one is live already.")
    rights = OwnedListField(UsageRight, max_length=MOST, required=False, help_text="To copy.")
    flights = OwnedListField(Flight, max_length=MOST, required=False, help_text="To move: not launched yet.")
