"""``codes``: recorded, extended, replaced, revoked. A code comes in as it is, and only ``reveal`` gives it out."""

from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any
from uuid import UUID

from allauth.core import ratelimit
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import APIException, Throttled
from rest_framework.request import Request
from rest_framework.response import Response

from authorizations.models import AuthorizationCode
from authorizations.operations.applying import Reading, apply_as_read, shown_end
from authorizations.operations.codes import (
    Correction,
    Extension,
    Use,
    Verification,
    correct_codes,
    extend_codes,
    mark_applied,
    reject_codes,
    reveal_codes,
    reveal_source_post_codes,
    revoke_codes,
    unrevoke_codes,
    verify_codes,
)
from authorizations.windows import DAY
from brands.rules import Action
from sparktrack.api.addresses import addresses
from sparktrack.api.bodies import Body
from sparktrack.api.problems import beside
from sparktrack.api.reading import refuse_unknown
from sparktrack.api.resources.codes_answers import CodeAnswer, RevealedCode
from sparktrack.api.resources.codes_bodies import (
    Applied,
    Corrected,
    Extended,
    Rejected,
    Revoked,
    Verified,
)
from sparktrack.api.resources.codes_recording import RecordedCodes
from sparktrack.core.cells import masked
from sparktrack.core.refusals import RefusedError
from sparktrack.core.secrets import UndecryptableError

# The limit of looks is one of an hour.
_HOUR = 3600


class UnreadableError(APIException):
    """A code whose key is gone."""

    status_code = HTTPStatus.CONFLICT
    default_detail = "This code cannot be opened any more: its key is gone. Ask the creator for a new one."


class Codes(RecordedCodes):
    """The codes of the brand. They are evidence: revoked or rejected, never deleted."""

    needs = {
        "create": Action.WRITE_CODES,
        "bulk_create": Action.WRITE_CODES,
        "replace": Action.WRITE_CODES,
        "extend": Action.WRITE_CODES,
        "revoke": Action.WRITE_CODES,
        "unrevoke": Action.WRITE_CODES,
        "verify": Action.CORRECT_CODES,
        "correct": Action.CORRECT_CODES,
        "reject": Action.CORRECT_CODES,
        "reveal": Action.REVEAL_CODES,
        "apply": Action.REVEAL_CODES,
    }

    @extend_schema(request=Extended, responses={200: CodeAnswer})
    def extend(self, request: Request, id: UUID) -> Response:  # noqa: A002
        """The creator made the same code good for longer."""

        def act(row: AuthorizationCode) -> None:
            values = self.read_body(Extended)
            with beside(next(name for name in ("days", "expires_on", "expires_at") if name in values)):
                days, source = values.get("days"), values["end_source"]
                end = self._end(row, values) if days is None else None
                item = Extension(row, days=days, expires_at=end, source=source)
                extend_codes(extensions=[item], **self.by)

        return self.acted(id, act)

    @extend_schema(request=Verified, responses={200: CodeAnswer})
    def verify(self, request: Request, id: UUID) -> Response:  # noqa: A002
        """The end as TikTok or Ads Manager shows it."""

        def act(row: AuthorizationCode) -> None:
            values = self.read_body(Verified)
            with beside("expires_on" if "expires_on" in values else "expires_at"):
                item = Verification(
                    row,
                    self._end(row, values),
                    starts_at=values.get("starts_at"),
                    source=values["end_source"],
                )
                verify_codes(verifications=[item], **self.by)

        return self.acted(id, act)

    @extend_schema(request=Corrected, responses={200: CodeAnswer})
    def correct(self, request: Request, id: UUID) -> Response:  # noqa: A002
        """The window was typed wrongly."""

        def act(row: AuthorizationCode) -> None:
            values = self.read_body(Corrected)
            self.refuse_to_come(values)
            with beside(next(iter(values))):
                correct_codes(corrections=[Correction(row, **values)], **self.by)

        return self.acted(id, act)

    @extend_schema(request=Revoked, responses={200: CodeAnswer})
    def revoke(self, request: Request, id: UUID) -> Response:  # noqa: A002
        """The creator took the code back."""

        def act(row: AuthorizationCode) -> None:
            at = self.read_body(Revoked).get("at", self.request.now)
            if row.revoked_at is not None:
                raise RefusedError("This code is revoked already.", field="at")
            revoke_codes(codes=[row], at=at, **self.by)

        return self.acted(id, act)

    @extend_schema(request=None, responses={200: CodeAnswer})
    def unrevoke(self, request: Request, id: UUID) -> Response:  # noqa: A002
        """The revocation was a mistake."""
        self.read_body(Body)  # there is nothing to say

        def act(row: AuthorizationCode) -> None:
            if row.revoked_at is None:
                raise RefusedError("This code is not revoked.")
            unrevoke_codes(codes=[row], **self.by)

        return self.acted(id, act)

    @extend_schema(request=Rejected, responses={200: CodeAnswer})
    def reject(self, request: Request, id: UUID) -> Response:  # noqa: A002
        """TikTok did not take the code."""

        def act(row: AuthorizationCode) -> None:
            error = masked(self.read_body(Rejected)["error"])
            reject_codes(codes=[row], error=error, **self.by)

        return self.acted(id, act)

    @extend_schema(request=Applied, responses={200: CodeAnswer})
    def apply(self, request: Request, id: UUID) -> Response:  # noqa: A002
        """The code was taken to an ad account."""

        def act(row: AuthorizationCode) -> None:
            values = self.read_body(Applied)
            if "ends_on" in values:
                with beside("ends_on"):
                    readings = [Reading(row, values["ad_account"], values["ends_on"])]
                    apply_as_read(readings=readings, **self.by)
            else:
                mark_applied(uses=[Use(row, values.get("ad_account"))], **self.by)

        return self.acted(id, act)

    @extend_schema(
        request=None,
        responses={200: RevealedCode},
        parameters=[OpenApiParameter("Idempotency-Key", location=OpenApiParameter.HEADER, exclude=True)],
    )
    def reveal(self, request: Request, id: UUID) -> Response:  # noqa: A002
        """The code in clear. Each look is in the audit and counts; no cache and no kept answer has it."""
        refuse_unknown(request.query_params, ())
        self.read_body(Body)  # there is nothing to say
        row = self.seen(id)
        if not ratelimit.consume(request, action="reveal_code", user=request.user):
            raise Throttled(wait=_HOUR, detail="You have looked at many codes in the last hour.")
        try:
            (code,) = reveal_codes(codes=[row], **self.by)
            (source,) = reveal_source_post_codes(codes=[row], **self.by)
        except UndecryptableError:
            raise UnreadableError from None
        return Response(
            {"id": str(row.pk), "code": code, "source_post_code": source},
            headers={"Cache-Control": "no-store, private"},
        )

    def _end(self, row: AuthorizationCode, values: Mapping[str, Any]) -> datetime:
        """A day without a time moves the end by whole days."""
        end: datetime = values.get("expires_at", row.expires_at)
        if "expires_on" in values:
            end += (values["expires_on"] - shown_end(self.request.brand, row, None)).days * DAY
        return end


urlpatterns = addresses(
    "codes",
    Codes,
    can=("get", "post"),
    actions=(
        "replace",
        "extend",
        "revoke",
        "unrevoke",
        "verify",
        "correct",
        "reject",
        "reveal",
        "apply",
    ),
)
