"""What can be said about codes: a new one, and what became of one that is on file."""

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from authorizations.enums import EndSource
from authorizations.models import AuthorizationCode
from authorizations.windows import MAX_DAYS
from brands.models import AdAccount
from posts.models import Post
from sparktrack.api.bodies import Body, Choice, Day, Instant, Text, Whole
from sparktrack.api.fields import OwnedField
from sparktrack.core.refusals import RefusedError
from sparktrack.tiktok.codes import clean_code

# Who may be said to have said an end; that TikTok verified it is another thing.
SAID = (EndSource.ADS_MANAGER, EndSource.CREATOR, EndSource.COMPUTED, EndSource.SHEET)
_STARTS = ("starts_on", "starts_at")
_LENGTHS = ("window_days", "expires_on", "expires_at")
_ENDS = ("expires_on", "expires_at")


class CodeText(Text):
    """A code as it was pasted. No message repeats it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"max_length": 1000, "write_only": True, **options})

    def to_internal_value(self, data: Any) -> str:
        """The code, cleaned of what comes along when people paste."""
        try:
            return clean_code(super().to_internal_value(data)).value
        except RefusedError as refused:
            raise serializers.ValidationError(refused.message) from None


class _Window(Body):
    """From when and until when a code is good, each said in one way."""

    starts_on = Day(
        required=False, help_text="The day on which the creator generated it, in the brand's zone."
    )
    starts_at = Instant(required=False, help_text="The same to the minute, where that is known.")
    window_days = Whole(
        min_value=1, max_value=MAX_DAYS, required=False, help_text="7, 30, 60 or 365 in TikTok's app."
    )
    expires_on = Day(required=False, help_text="The day on which it ends; it is over when that day begins.")
    expires_at = Instant(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A start in at most one way, an end in at most one."""
        _one_way(attrs, _STARTS)
        _one_way(attrs, _LENGTHS)
        return attrs


class _NewWindow(_Window):
    """The window of a code that came."""

    code = CodeText(help_text="The code as it was pasted. No answer repeats it.")
    source_post_code = CodeText(
        required=False, help_text="The code of the source post of a duet or stitch, kept beside it."
    )
    end_source = Choice(
        SAID,
        required=False,
        help_text="Who says when it ends. Usually computed for days, and creator for an end.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Days or an end have to be said; the start may be unknown."""
        super().validate(attrs)
        if not any(name in attrs for name in _LENGTHS):
            raise serializers.ValidationError(
                {"window_days": ["Say for how many days the code is good, or when it ends."]}
            )
        return attrs


_NEW = {"code": "#bmV2ZXIgdXNlIGEgcmVhbCBjb2RlIGluIGFuIGV4YW1wbGUsIG1ha2UgaXQgdXA=", "window_days": 30}


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A new code",
            request_only=True,
            value={"post": "019a9f53-5e2a-7c11-a0b8-7a6b5c4d3e2f", **_NEW, "starts_on": "2026-11-10"},
        )
    ]
)
class NewCode(_NewWindow):
    """A code that came. Without a start it counts, as assumed, from the day its creator was asked.

    If nobody noted that, from yesterday. One that the post has already is an extension, or a repeat.
    """

    post = OwnedField(Post)
    supersedes = OwnedField(
        AuthorizationCode,
        allow_null=True,
        required=False,
        help_text="The code of the post it takes over from.",
    )


@extend_schema_serializer(
    examples=[OpenApiExample("A replacement", request_only=True, value={**_NEW, "starts_on": "2026-11-10"})]
)
class Replacement(_NewWindow):
    """A new code of the same post, which takes over from this one."""


class Extended(Body):
    """The same code is good for longer: by days, or until another end; said in one of these ways."""

    days = Whole(min_value=1, max_value=MAX_DAYS, required=False)
    expires_on = Day(required=False, help_text="Moves the end by whole days, on the clock of the brand.")
    expires_at = Instant(required=False)
    end_source = Choice((EndSource.CREATOR, EndSource.ADS_MANAGER), default=EndSource.CREATOR)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """One of them."""
        return _exactly_one(attrs, ("days", *_ENDS))


class Verified(Body):
    """What TikTok says of the window, or a person read in Ads Manager. It lifts a rejection."""

    starts_at = Instant(required=False)
    expires_on = Day(required=False, help_text="Moves the end by whole days, on the clock of the brand.")
    expires_at = Instant(required=False)
    end_source = Choice((EndSource.TIKTOK, EndSource.ADS_MANAGER), default=EndSource.ADS_MANAGER)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """One end."""
        return _exactly_one(attrs, _ENDS)


class Corrected(_Window):
    """What was typed for the window was wrong. A new start moves the end along unless days or an end are given."""

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Something must be said."""
        super().validate(attrs)
        if not attrs:
            raise serializers.ValidationError("Say what is wrong: the start, the days or the end.")
        return attrs


class Revoked(Body):
    """The creator took the code back; without ``at`` now."""

    at = Instant(required=False)


@extend_schema_serializer(
    examples=[OpenApiExample("Example", {"error": "The code is invalid or has expired."}, request_only=True)]
)
class Rejected(Body):
    """TikTok did not take the code: it counts as not on file."""

    error = Text(max_length=300, help_text="What TikTok answered, in its words.")


class Applied(Body):
    """The code was taken to an ad account; null: nobody said which."""

    ad_account = OwnedField(AdAccount, allow_null=True, required=False)
    ends_on = Day(
        required=False,
        help_text="The day on which it ends as Ads Manager shows it there: the end on file follows.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A day is read somewhere."""
        if "ends_on" in attrs and attrs.get("ad_account") is None:
            raise serializers.ValidationError({"ad_account": ["Say in which ad account you read it."]})
        return attrs


def said_source(values: Mapping[str, Any]) -> EndSource:
    """Who says when a new code ends."""
    usual = EndSource.COMPUTED if "window_days" in values else EndSource.CREATOR
    source: EndSource = values.get("end_source", usual)
    return source


def _one_way(values: Mapping[str, Any], names: tuple[str, ...]) -> None:
    said = [name for name in names if name in values]
    if len(said) > 1:
        raise serializers.ValidationError({said[1]: [f"Say it in one way: {' or '.join(said)}."]})


def _exactly_one(values: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    _one_way(values, names)
    if not any(name in values for name in names):
        raise serializers.ValidationError({names[0]: [f"Say one of these: {', '.join(names)}."]})
    return values
