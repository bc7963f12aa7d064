"""``planner/coverage``: may this run, and until when; for cases that nobody has to have on file."""

import json
import re
from typing import Any

from django.urls import path
from drf_spectacular.utils import (
    OpenApiExample,
    PolymorphicProxySerializer,
    extend_schema,
    extend_schema_field,
)
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from authorizations.enums import Reason, Verdict
from authorizations.planning import CaseError, answer, parse_case
from brands.rules import Action
from sparktrack.api.reading import refuse_unknown
from sparktrack.api.resource import BrandView
from sparktrack.core.models import choices

MOST_CASES = 1_000
# Where in a case something is wrong, as the parser says it; other names are the caller's own.
_PLACE = re.compile(
    r"(?:(codes|rights|flight)(?:\[(\d+)\])?\.)?([a-z_]+)(?:\[(\d+)\])?: (?P<problem>.+)", re.DOTALL
)


class FlightCase(serializers.Serializer[Any]):
    """From when and until when the post should run; no end: evergreen."""

    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField(allow_null=True, required=False)


class CodeCase(serializers.Serializer[Any]):
    """A code: its end, or its window."""

    starts_at = serializers.DateTimeField()
    window_days = serializers.IntegerField(min_value=1, required=False)
    expires_at = serializers.DateTimeField(allow_null=True, required=False)
    revoked_at = serializers.DateTimeField(allow_null=True, required=False)
    rejected = serializers.BooleanField(required=False)


class RightCase(serializers.Serializer[Any]):
    """A usage right; no end: open."""

    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField(allow_null=True, required=False)
    paid = serializers.BooleanField()


@extend_schema_field({"type": ["string", "integer"]})
class CaseId(serializers.CharField):
    """A text or a whole number."""


class CoverageCase(serializers.Serializer[Any]):
    """A flight of a post, with all that decides whether it may run. ``id`` comes back with the answer."""

    id = CaseId()
    now = serializers.DateTimeField()
    flight = FlightCase()
    needs_code = serializers.BooleanField(required=False)
    needs_rights = serializers.BooleanField(required=False)
    codes = CodeCase(many=True, required=False)
    rights = RightCase(many=True, required=False)
    post_unavailable_from = serializers.DateTimeField(allow_null=True, required=False)


class GapAnswer(serializers.Serializer[Any]):
    """A stretch in which it may not run. No end: for ever."""

    starts_at = serializers.DateTimeField(allow_null=True)
    ends_at = serializers.DateTimeField(allow_null=True)
    reasons = serializers.ListField(child=serializers.ChoiceField(choices(Reason)))


class CoverageAnswer(serializers.Serializer[Any]):
    """The answer to a case."""

    id = CaseId()
    verdict = serializers.ChoiceField(choices(Verdict))
    runnable_until = serializers.DateTimeField(allow_null=True)
    gaps = GapAnswer(many=True)


def _one_or_many(name: str, one: type[serializers.Serializer[Any]]) -> Any:
    return PolymorphicProxySerializer(name, [one, one(many=True)], resource_type_field_name=None, many=False)


_EXAMPLE = {
    "id": "launch",
    "now": "2026-11-21T14:05:00Z",
    "flight": {"starts_at": "2026-11-24T00:00:00Z", "ends_at": "2026-12-24T00:00:00Z"},
    "codes": [{"starts_at": "2026-11-20T09:30:00Z", "window_days": 30}],
    "rights": [{"starts_at": "2026-11-01T00:00:00Z", "ends_at": None, "paid": True}],
}
_ANSWER = {
    "id": "launch",
    "verdict": "lapses",
    "runnable_until": "2026-12-20T09:30:00Z",
    "gaps": [
        {
            "starts_at": "2026-12-20T09:30:00Z",
            "ends_at": "2026-12-24T00:00:00Z",
            "reasons": ["code_expired"],
        }
    ],
}


class Coverage(BrandView):
    """The coverage planner."""

    needs = {"post": Action.VIEW}

    @extend_schema(
        request=_one_or_many("CoverageCases", CoverageCase),
        responses={200: _one_or_many("CoverageAnswers", CoverageAnswer)},
        examples=[
            OpenApiExample("One case", _EXAMPLE, request_only=True),
            OpenApiExample("Its answer", _ANSWER, response_only=True, status_codes=["200"]),
        ],
    )
    def post(self, request: Request) -> Response:
        """Judges one case, or up to 1,000 in a list; the answers are in the same order. Nothing is stored."""
        refuse_unknown(request.query_params, ())
        if not isinstance(request.data, list):
            return Response(_judged(request.data, ""))
        if not 1 <= len(request.data) <= MOST_CASES:
            raise ValidationError([f"Send 1 to {MOST_CASES:,} cases."])
        answers, errors = [], {}
        for place, case in enumerate(request.data):
            try:
                answers.append(_judged(case, str(place)))
            except ValidationError as error:
                errors[str(place)] = error.detail
        if errors:
            raise ValidationError(errors)
        return Response(answers)


def _judged(case: Any, place: str) -> dict[str, Any]:
    """The answer to a case. Raises ValidationError with the place of what is wrong in it."""
    try:
        json.dumps(case, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise ValidationError(["There is half a character in it, which no answer could repeat."]) from None
    try:
        return answer(parse_case(json.dumps(case), path=place or "the case"))
    except CaseError as error:
        found = _PLACE.fullmatch(str(error)) if isinstance(case, dict) else None
        if found is None:
            raise ValidationError([str(error).removeprefix(f"{place or 'the case'}: ")]) from error
        inside: Any = [found["problem"]]
        for part in reversed([each for each in found.groups()[:-1] if each]):
            inside = {part: inside}
        raise ValidationError(inside) from error


urlpatterns = [path("planner/coverage", Coverage.as_view(), name="api-planner-coverage")]
