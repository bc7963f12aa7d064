"""``codes`` as they are read and recorded; ``codes`` adds what becomes of them later."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from copy import copy
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework.request import Request
from rest_framework.response import Response

from authorizations.enums import EndSource
from authorizations.models import AuthorizationCode, CodeUse
from authorizations.operations.recording import CodeDraft, Outcome, Recorded, record_codes
from authorizations.operations.requests import assumed_starts
from sparktrack.api.answers import Answer
from sparktrack.api.bodies import read_many
from sparktrack.api.fields import as_instant
from sparktrack.api.many import ManyMixin, all_or_nothing
from sparktrack.api.reading import newest_first, refuse_unknown
from sparktrack.api.resources.codes_answers import CodeAnswer, RecordedCodeAnswer
from sparktrack.api.resources.codes_bodies import NewCode, Replacement, said_source
from sparktrack.core.days import first_instant
from sparktrack.core.refusals import RefusedError
from workplace.views.codes_list import CODES

_RESULTS = inline_serializer("RecordedCodes", {"results": RecordedCodeAnswer(many=True)})
_RECORDED = {201: RecordedCodeAnswer, 200: RecordedCodeAnswer}


class RecordedCodes(ManyMixin):
    """The codes of the brand, and those that come."""

    shelf = newest_first(CODES)
    answer = CodeAnswer
    lean = True
    creates = NewCode

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
            self.refuse_to_come(item)
        unknown = [item["post"].pk for item in items if "starts_on" not in item and "starts_at" not in item]
        assumed = assumed_starts(self.request.brand, unknown, now=self.request.now)
        return record_codes(drafts=[_draft(item, assumed) for item in items], **self.by)

    def refuse_to_come(self, values: Mapping[str, Any]) -> None:
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


def _draft(item: Mapping[str, Any], assumed: Mapping[UUID, Any]) -> CodeDraft:
    """What was sent; whoever does not know the start has it assumed (DOMAIN.md §4)."""
    values = {name: value for name, value in item.items() if name != "end_source"}
    source = said_source(item)
    if "starts_on" not in item and "starts_at" not in item:
        values |= {"starts_on": assumed[item["post"].pk], "start_assumed": True}
        source = EndSource.ASSUMED if source is EndSource.COMPUTED else source
    return CodeDraft(**values, end_source=source)
