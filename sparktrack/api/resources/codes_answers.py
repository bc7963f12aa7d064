"""What is said of a code: never the code itself, but in the answer to ``reveal``."""

from typing import Any, ClassVar

from drf_spectacular.utils import OpenApiExample, extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from authorizations.enums import CodeStatus
from authorizations.models import AuthorizationCode
from authorizations.operations.recording import Outcome
from authorizations.rules import Code, code_status
from sparktrack.api.answers import Answer
from sparktrack.api.fields import InstantField, as_instant
from sparktrack.core.models import choices

EXAMPLE = {
    "id": "019a9f54-6f3a-7d21-b0c9-8a7b6c5d4e3f",
    "post": "019a9f53-5e2a-7c11-a0b8-7a6b5c4d3e2f",
    "creator": "019a9f51-0b6c-7f6e-a2a4-9c8d7e6f5a4b",
    "ending": "k2Y=",
    "status": "active",
    "starts_on": "2026-11-10",
    "starts_at": "2026-11-10T05:00:00Z",
    "start_assumed": False,
    "expires_on": None,
    "expires_at": "2026-12-10T05:00:00Z",
    "ends_at": "2026-12-10T05:00:00Z",
    "window_days": 30,
    "end_source": "computed",
    "last_checked_at": None,
    "revoked_at": None,
    "rejected_at": None,
    "rejected_error": "",
    "supersedes": None,
    "has_source_post_code": False,
    "applied_to": [{"ad_account": "019a9f50-3c1e-7a52-9d4e-1f0f3a6b8c21", "at": "2026-11-11T09:30:00Z"}],
    "created_at": "2026-11-10T14:05:00Z",
}


class AppliedTo(serializers.Serializer[Any]):
    """Where a code is in use; a null ad account: nobody said which."""

    ad_account = serializers.UUIDField(allow_null=True)
    at = InstantField()


@extend_schema_serializer(examples=[OpenApiExample("A code", response_only=True, value=EXAMPLE)])
class CodeAnswer(Answer):
    """A code on file, by its ending. ``status`` is that of this instant.

    ``expires_at`` is the natural end, ``ends_at`` the earlier of that and the revocation.
    """

    reads: ClassVar = {
        "creator": ("post__creator",),
        "status": ("starts_at", "expires_at", "revoked_at", "rejected_at"),
        "ends_at": ("expires_at", "revoked_at"),
        "has_source_post_code": ("source_post_key_id",),
        "applied_to": (),
    }

    creator = serializers.UUIDField(source="post.creator_id", read_only=True)
    status = serializers.SerializerMethodField()
    ends_at = serializers.SerializerMethodField()
    has_source_post_code = serializers.SerializerMethodField()
    applied_to = serializers.SerializerMethodField()

    class Meta:
        model = AuthorizationCode
        fields = tuple(EXAMPLE)
        read_only_fields = fields

    @extend_schema_field(serializers.ChoiceField(choices=choices(CodeStatus)))
    def get_status(self, code: AuthorizationCode) -> str:
        """The rule of DOMAIN.md §5."""
        rejected = code.rejected_at is not None
        window = Code(code.starts_at, code.expires_at, code.revoked_at, rejected=rejected)
        days = self.context["brand"].expiring_days
        return code_status(window, now=self.context["now"], expiring_days=days).value

    @extend_schema_field(InstantField())
    def get_ends_at(self, code: AuthorizationCode) -> str:
        """As the list of codes has it."""
        return as_instant(min(code.expires_at, code.revoked_at or code.expires_at))

    def get_has_source_post_code(self, code: AuthorizationCode) -> bool:
        """Whether a code of the source post (duet, stitch) was kept beside it."""
        return bool(code.source_post_key_id)

    @extend_schema_field(AppliedTo(many=True))
    def get_applied_to(self, code: Any) -> list[dict[str, Any]]:
        """The first use first."""
        found: list[dict[str, Any]] = code.applied
        return found


_OUTCOME = {**EXAMPLE, "outcome": Outcome.CREATED.value}


@extend_schema_serializer(examples=[OpenApiExample("A new code", response_only=True, value=_OUTCOME)])
class RecordedCodeAnswer(CodeAnswer):
    """A code on file, and what became of what was sent.

    ``created``; ``extended``: it was on file and is good for longer now; ``repeated``: it was on file as it is.
    """

    reads: ClassVar = {**CodeAnswer.reads, "outcome": ()}

    outcome = serializers.ChoiceField(choices=choices(Outcome), read_only=True)

    class Meta(CodeAnswer.Meta):
        fields = tuple(_OUTCOME)
        read_only_fields = fields


class RevealedCode(serializers.Serializer[Any]):
    """A code in clear; ``source_post_code`` is empty if there is none."""

    id = serializers.UUIDField()
    code = serializers.CharField()
    source_post_code = serializers.CharField(allow_blank=True)
