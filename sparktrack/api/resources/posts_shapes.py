"""What posts look like to scripts: what is answered, and what may be sent."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_field, extend_schema_serializer
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from authorizations.enums import Reason, Verdict
from authorizations.models import UsageRight
from brands.rules import Action
from campaigns.models import Flight
from creators.models import Creator
from posts.enums import Lane, Method, MetricsSource, PaymentState, Stage, UseCase
from posts.models import Brief, MetricsSnapshot, Post
from posts.operations.metrics import NUMBERS
from sparktrack.api.answers import Answer
from sparktrack.api.bodies import Body, Choice, Day, Flag, Instant, Text, Web, Whole
from sparktrack.api.fields import InstantField, OwnedField, OwnedListField
from sparktrack.api.resources.planner import GapAnswer
from sparktrack.core.models import choices
from sparktrack.core.refusals import RefusedError
from sparktrack.tiktok.links import parse_handle, parse_post_id
from workplace.queries.posts_link import link_in
from workplace.queries.posts_redo import MOST

# Nobody has seen more, and a database counts no further than that by far.
_MOST_SEEN = 10**12
# What an answer reads beside the row: three queries for all rows of a page.
OF_LINES = frozenset(
    {"verdict", "runnable_until", "reasons", "gaps", "flights", "metrics", "engagement", "strong"}
)


class NumbersAnswer(serializers.ModelSerializer[MetricsSnapshot]):
    """The numbers of a post at an instant; null: nobody noted it."""

    at = InstantField()

    class Meta:
        model = MetricsSnapshot
        fields = ("at", "source", "views", "likes", "comments", "shares", "saves")
        read_only_fields = fields


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A post that may run for another month",
            {
                "id": "019aa1e0-5b1c-7f3a-9d55-2f8a3f6f0b11",
                "creator": "019aa1e0-4c70-7a41-8c0e-7d1f4b1f2a90",
                "handle": "lena.paws",
                "title": "Harness, before and after",
                "url": "https://www.tiktok.com/@lena.paws/video/7441203811234567890",
                "tiktok_post_id": "7441203811234567890",
                "method": "code",
                "stage": "posted",
                "verdict": "lapses",
                "runnable_until": "2026-12-21T23:00:00Z",
                "reasons": ["code_expired"],
            },
            response_only=True,
        )
    ]
)
class PostAnswer(Answer):
    """A post. ``verdict``, ``runnable_until``, ``reasons`` and ``gaps`` are of a flight from now on without an end."""

    handle = serializers.CharField(source="creator.handle", read_only=True, help_text="Of the creator.")
    stage = serializers.SerializerMethodField(help_text="The stage it reached last; null: not begun.")
    due_on = serializers.DateField(read_only=True, allow_null=True, help_text="What the creator owes next.")
    verdict = serializers.ChoiceField(
        choices(Verdict), source="line.inventory.coverage.verdict", read_only=True
    )
    runnable_until = InstantField(
        source="line.inventory.coverage.runnable_until", read_only=True, allow_null=True
    )
    reasons = serializers.SerializerMethodField(help_text="Of the first gap.")
    gaps = GapAnswer(
        source="line.inventory.coverage.gaps", many=True, read_only=True, help_text="From now on."
    )
    flights = serializers.IntegerField(source="line.flights", read_only=True, help_text="How many.")
    metrics = NumbersAnswer(source="line.metrics", read_only=True, allow_null=True, help_text="The newest.")
    engagement = serializers.DecimalField(
        max_digits=None,
        decimal_places=2,
        source="line.percent",
        read_only=True,
        allow_null=True,
        help_text="Likes, comments, shares and saves in percent of the views.",
    )
    strong = serializers.BooleanField(
        source="line.strong", read_only=True, help_text="The newest numbers reach what the brand asks for."
    )

    private = {
        "hand_off_note": Action.READ_INTERNAL_NOTES,
        "notes": Action.READ_INTERNAL_NOTES,
        "comment_quality": Action.READ_INTERNAL_NOTES,
        "payment_state": Action.READ_FEES,
    }
    reads = {
        "handle": ("creator__handle",),
        **dict.fromkeys(OF_LINES, ()),
        "stage": ("tiktok_post_id", "posted_at"),
        "due_on": (),
    }

    class Meta:
        model = Post
        fields = (
            "id",
            "creator",
            "handle",
            "brief",
            "title",
            "url",
            "tiktok_post_id",
            "posted_at",
            "caption",
            "product",
            "sku",
            "hook_angle",
            "offer",
            "use_case",
            "landing_page",
            "lane",
            "hand_off_note",
            "notes",
            "comment_quality",
            "draft_due_on",
            "post_due_on",
            "due_on",
            "shipment_reference",
            "draft_link",
            "payment_state",
            "replaces",
            "method",
            "unavailable_from",
            "stage",
            "verdict",
            "runnable_until",
            "reasons",
            "gaps",
            "flights",
            "metrics",
            "engagement",
            "strong",
            "created_at",
        )
        read_only_fields = fields

    @extend_schema_field(serializers.ChoiceField(choices(Stage), allow_null=True))
    def get_stage(self, post: Any) -> str | None:
        """The stage that ``posts_of`` found."""
        return post.stage_now or None

    @extend_schema_field(serializers.ListField(child=serializers.ChoiceField(choices(Reason))))
    def get_reasons(self, post: Any) -> list[str]:
        """Why it may not run in the first gap."""
        gap = post.line.inventory.first_gap
        return [reason.value for reason in gap.reasons] if gap else []


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
