"""``error-desk``: what TikTok means when it refuses a code, who moves, and what to write to them."""

from collections.abc import Mapping
from typing import Any, cast
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist
from django.urls import path
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from authorizations.models import AuthorizationCode
from brands.rules import Action
from posts.models import Post
from sparktrack.api.bodies import Body, Text
from sparktrack.api.fields import OwnedField
from sparktrack.api.reading import refuse_unknown
from sparktrack.api.resource import BrandView
from sparktrack.core.models import choices
from sparktrack.core.refusals import RefusedError
from sparktrack.tiktok.errors import BY_KEY, ERRORS, Mover, TikTokError, find_error
from workplace.queries.error_desk import UNKNOWN, Case, case_of, message_about

_EXAMPLE = {
    "error": "expired",
    "shown": "4025 auth_code_expired",
    "cause": "The period of the code is over, whatever our dates say.",
    "mover": "creator",
    "step": "Ask the creator to extend the same code; if the app does not offer that, a new one is needed.",
    "refuses_code": True,
    "post_gone": False,
    "message": "Hi Lena,\n\nthe ad code of your post has run out: …",
}


@extend_schema_serializer(examples=[OpenApiExample("Run out", _EXAMPLE, response_only=True)])
class ExplainedError(serializers.Serializer[Any]):
    """An error of TikTok: what it means and whose move it is."""

    error = serializers.ChoiceField(list(BY_KEY))
    shown = serializers.CharField(help_text="What TikTok says.")
    cause = serializers.CharField()
    mover = serializers.ChoiceField(choices(Mover))
    step = serializers.CharField(help_text="What to do.")
    refuses_code = serializers.BooleanField(help_text="The code will not work as it is.")
    post_gone = serializers.BooleanField(help_text="TikTok shows the post to nobody.")
    message = serializers.CharField(help_text="To the creator; empty where they can do nothing.")


@extend_schema_serializer(
    examples=[OpenApiExample("One of them", {"results": [_EXAMPLE]}, response_only=True)]
)
class ExplainedErrors(serializers.Serializer[Any]):
    """The errors that are known."""

    results = ExplainedError(many=True)


@extend_schema_serializer(
    examples=[OpenApiExample("A number is enough", {"text": "4025"}, request_only=True)]
)
class ErrorBody(Body):
    """What TikTok says, as it was copied; which code or post it is about."""

    text = Text(max_length=4000)
    code = OwnedField(AuthorizationCode, required=False)
    post = OwnedField(Post, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Raises ValidationError where both are named."""
        if "code" in attrs and "post" in attrs:
            raise ValidationError({"post": ["Say either the code or the post."]})
        return attrs


class ErrorDesk(BrandView):
    """TikTok's errors in plain words."""

    needs = {"post": Action.VIEW}

    @extend_schema(
        responses={200: ExplainedErrors},
        parameters=[
            OpenApiParameter("error", {"type": "string", "enum": list(BY_KEY)}, description="Only this one."),
            OpenApiParameter(
                "code", {"type": "string", "format": "uuid"}, description="The code that was refused."
            ),
            OpenApiParameter(
                "post", {"type": "string", "format": "uuid"}, description="The post that it is about."
            ),
        ],
    )
    def get(self, request: Request) -> Response:
        """The errors that are known; with a code or post the messages are about that post, ready to be sent."""
        query = request.query_params
        refuse_unknown(query, ("error", "code", "post"))
        key = query.get("error")
        if key is not None and key not in BY_KEY:
            raise ValidationError({"?error": [f"One of: {', '.join(BY_KEY)}."]})
        if "code" in query and "post" in query:
            raise ValidationError({"?post": ["Say either the code or the post."]})
        case = self._case(code=_id(query, "code"), post=_id(query, "post"))
        shown = ERRORS if key is None else [BY_KEY[key]]
        return Response({"results": [_told(error, case) for error in shown]})

    @extend_schema(request=ErrorBody, responses={200: ExplainedError})
    def post(self, request: Request) -> Response:
        """Finds the error in a text: a number, a message of Ads Manager, a whole answer of the API."""
        refuse_unknown(request.query_params, ())
        said = self.read_body(ErrorBody)
        found = find_error(said["text"])
        if found is None:
            raise RefusedError(UNKNOWN, field="text")
        code, post = said.get("code"), said.get("post")
        return Response(_told(found, self._case(code=code and code.pk, post=post and post.pk)))

    def _case(self, *, code: UUID | None, post: UUID | None) -> Case | None:
        try:
            return case_of(self.request.brand, code=code, post=post, now=self.request.now)
        except ObjectDoesNotExist:
            raise NotFound("There is no such thing in this brand.") from None


def _id(query: Mapping[str, str], name: str) -> UUID | None:
    """The id that a parameter holds. Raises ValidationError."""
    if name not in query:
        return None
    try:
        return cast(UUID, serializers.UUIDField().run_validation(query[name]))
    except ValidationError as error:
        raise ValidationError({f"?{name}": error.detail}) from None


def _told(error: TikTokError, case: Case | None) -> dict[str, Any]:
    return {
        "error": error.key,
        "shown": error.shown,
        "cause": error.cause,
        "mover": error.mover.value,
        "step": error.step,
        "refuses_code": error.refuses_code,
        "post_gone": error.post_gone,
        "message": message_about(error, case),
    }


urlpatterns = [path("error-desk", ErrorDesk.as_view(), name="api-error-desk")]
