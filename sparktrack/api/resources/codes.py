"""``codes``: recorded, extended, replaced, revoked. A code comes in as it is, and only ``reveal`` gives it out."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from copy import copy
from datetime import datetime
from http import HTTPStatus
from typing import Any
from uuid import UUID

from allauth.core import ratelimit
from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework.exceptions import APIException, Throttled
from rest_framework.request import Request
from rest_framework.response import Response

from authorizations.enums import EndSource
from authorizations.models import AuthorizationCode, CodeUse
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
from authorizations.operations.recording import CodeDraft, Outcome, Recorded, record_codes
from authorizations.operations.requests import assumed_starts
from authorizations.windows import DAY
from brands.rules import Action
from sparktrack.api.addresses import addresses
from sparktrack.api.answers import Answer
from sparktrack.api.bodies import read_many
from sparktrack.api.fields import as_instant
from sparktrack.api.many import ManyMixin, all_or_nothing
from sparktrack.api.problems import beside
from sparktrack.api.reading import refuse_unknown
from sparktrack.api.resources.codes_answers import CodeAnswer, RecordedCodeAnswer, RevealedCode
from sparktrack.api.resources.codes_bodies import (
    Applied,
    Corrected,
    Extended,
    NewCode,
    Rejected,
    Replacement,
    Revoked,
    Verified,
    said_source,
)
from sparktrack.core.cells import masked
from sparktrack.core.days import first_instant
from sparktrack.core.refusals import RefusedError
from sparktrack.core.secrets import UndecryptableError
from workplace.views.codes_list import CODES

_RESULTS = inline_serializer("RecordedCodes", {"results": RecordedCodeAnswer(many=True)})
_RECORDED = {201: RecordedCodeAnswer, 200: RecordedCodeAnswer}


class UnreadableError(APIException):
    """A code whose key is gone."""

    status_code = HTTPStatus.CONFLICT
    default_detail = "This code cannot be opened any more: its key is gone. Ask the creator for a new one."


class Codes(ManyMixin):
    """The codes of the brand. They are evidence: revoked or rejected, never deleted."""

    shelf = CODES
    answer = CodeAnswer
    lean = True
    creates = NewCode
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

    def rows(self) -> QuerySet[AuthorizationCode]:
        """Without what only the list narrows and orders by."""
        rows: QuerySet[AuthorizationCode] = AuthorizationCode.objects.for_brand(self.request.brand)
        return rows.select_related("post")

    def loaded(self, rows: Sequence[Any], answer: Answer) -> Sequence[Any]:
        """With where each is in use, if that is asked for."""
        if "applied_to" in answer.fields:
            uses = defaultdict(list)
            for code, account, at in (
                CodeUse.objects.for_brand(self.request.brand)
                .filter(code__in=[row.pk for row in rows])
                .order_by("at", "pk")
                .values_list("code_id", "ad_account_id", "at")
            ):
                named = None if account is None else str(account)
                uses[code].append({"ad_account": named, "at": as_instant(at)})
            for row in rows:
                row.applied = uses[row.pk]
        return rows

    # --- New codes -----------------------------------------------------------------------------------------------
    @extend_schema(responses=_RECORDED)
    def create(self, request: Request) -> Response:
        """Records a code: 201 if it is new, 200 if the post had it already, as ``outcome`` says."""
        refuse_unknown(request.query_params, ())

        def do() -> Response:
            (recorded,) = self._record([self.read_body(NewCode)])
            return self._answered(recorded)

        return self.written(do)

    @extend_schema(responses={201: _RESULTS, 200: _RESULTS})
    def bulk_create(self, request: Request) -> Response:
        """Records codes: 200 if none of them was new."""
        refuse_unknown(request.query_params, ())

        def do() -> Response:
            items = read_many(NewCode, request.data, context=self.brand_context)
            recorded: list[Recorded] = all_or_nothing(self._record, items)
            answer = RecordedCodeAnswer(context=self.brand_context)
            rows = self.loaded(self._told(recorded), answer)
            new = any(each.outcome is Outcome.CREATED for each in recorded)
            status = HTTPStatus.CREATED if new else HTTPStatus.OK
            return Response({"results": [answer.to_representation(row) for row in rows]}, status=status)

        return self.written(do)

    @extend_schema(request=Replacement, responses=_RECORDED)
    def replace(self, request: Request, id: UUID) -> Response:  # noqa: A002
        """Records a new code that takes over from this one, which covers until its own end."""
        refuse_unknown(request.query_params, ())

        def do() -> Response:
            row = self.seen(id)
            item = {**self.read_body(Replacement), "post": row.post, "supersedes": row}
            (recorded,) = self._record([item])
            return self._answered(recorded)

        return self.written(do)

    def _record(self, items: Sequence[Mapping[str, Any]]) -> list[Recorded]:
        for item in items:
            self._refuse_to_come(item)
        unknown = [item["post"].pk for item in items if "starts_on" not in item and "starts_at" not in item]
        assumed = assumed_starts(self.request.brand, unknown, now=self.request.now)
        return record_codes(drafts=[_draft(item, assumed) for item in items], **self.by)

    def _refuse_to_come(self, values: Mapping[str, Any]) -> None:
        """Nobody generated a code tomorrow. Raises RefusedError."""
        day = values.get("starts_on")
        start = first_instant(day, self.request.brand.time_zone) if day else values.get("starts_at")
        if start is not None and start > self.request.now:
            raise RefusedError("This is still to come.", field="starts_on" if day else "starts_at")

    def _answered(self, recorded: Recorded) -> Response:
        (row,) = self._told([recorded])
        status = HTTPStatus.CREATED if recorded.outcome is Outcome.CREATED else HTTPStatus.OK
        response = self._shown(row, RecordedCodeAnswer(context=self.brand_context), status)
        response["Location"] = f"/api/v1/codes/{row.pk}"
        return response

    def _told(self, recorded: Sequence[Recorded]) -> list[Any]:
        """The rows with what became of what was sent; one that was sent twice is told of twice."""
        found = self.rows().in_bulk([each.code.pk for each in recorded])
        rows: list[Any] = [copy(found[each.code.pk]) for each in recorded]
        for row, each in zip(rows, recorded, strict=True):
            row.outcome = each.outcome.value
        return rows

    # --- What became of one --------------------------------------------------------------------------------------
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
            self._refuse_to_come(values)
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
        row = self.seen(id)
        if not ratelimit.consume(request, action="reveal_code", user=request.user):
            raise Throttled(detail="You have looked at many codes in the last hour. Wait a while.")
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


def _draft(item: Mapping[str, Any], assumed: Mapping[UUID, Any]) -> CodeDraft:
    """What was sent; whoever does not know the start has it assumed (DOMAIN.md §4)."""
    values = {name: value for name, value in item.items() if name != "end_source"}
    source = said_source(item)
    if "starts_on" not in item and "starts_at" not in item:
        values |= {"starts_on": assumed[item["post"].pk], "start_assumed": True}
        source = EndSource.ASSUMED if source is EndSource.COMPUTED else source
    return CodeDraft(**values, end_source=source)


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
