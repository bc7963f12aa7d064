"""The document (OpenAPI 3.1): what drf-spectacular finds, and what all resources share."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import django_filters
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter, inline_serializer
from rest_framework import serializers

from sparktrack.api.answers import Answer
from sparktrack.api.many import Named, named
from sparktrack.api.reading import MOST_LIMIT, USUAL_LIMIT
from sparktrack.api.resource import Resource

_READS = {"GET", "HEAD"}
# The types of filters, those of more special ones first.
_TYPES: tuple[tuple[type[django_filters.Filter], dict[str, str]], ...] = (
    (django_filters.ModelChoiceFilter, {"type": "string", "format": "uuid"}),
    (django_filters.UUIDFilter, {"type": "string", "format": "uuid"}),
    (django_filters.IsoDateTimeFilter, {"type": "string", "format": "date-time"}),
    (django_filters.DateFilter, {"type": "string", "format": "date"}),
    (django_filters.BooleanFilter, {"type": "boolean"}),
    (django_filters.NumberFilter, {"type": "number"}),
)
# Of what is written once; a view that is no resource names it.
KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "maxLength": 255, "pattern": "^[!-~]*$"},
    OpenApiParameter.HEADER,
    description="Sent again with the same key, the request is not done again.",
)


class ErrorAnswer(serializers.Serializer[Any]):
    """One thing that is wrong: ``pointer`` into the body (RFC 6901), or ``parameter`` of the address."""

    pointer = serializers.CharField(required=False)
    parameter = serializers.CharField(required=False)
    detail = serializers.CharField()
    code = serializers.CharField()


class DependentAnswer(serializers.Serializer[Any]):
    """A row that needs what should be deleted."""

    type = serializers.CharField()
    id = serializers.CharField()
    name = serializers.CharField()


class ProblemAnswer(serializers.Serializer[Any]):
    """What went wrong (RFC 9457)."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    request_id = serializers.CharField()
    errors = ErrorAnswer(many=True, required=False)  # type: ignore[assignment]
    missing = serializers.ListField(child=serializers.CharField(), required=False)
    dependents = DependentAnswer(many=True, required=False)
    current = serializers.DictField(required=False)
    made = serializers.DictField(required=False)


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How a token is sent."""

    target_class = "sparktrack.api.callers.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """A bearer token."""
        return {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "stk_<public>_<secret>",
            "description": "A token of one brand: Settings, Tokens.",
        }


class SessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """A person who is logged in."""

    target_class = "sparktrack.api.callers.PersonAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """The cookie of the session."""
        return {"type": "apiKey", "in": "cookie", "name": "sessionid"}


class BrandSchema(AutoSchema):
    """The operations of a brand: their parameters, bodies and problems."""

    def get_tags(self) -> list[str]:
        """The resource: the first part of the address behind the version."""
        return [self.path.removeprefix("/api/v1/").split("/")[0]]

    def get_operation_id(self) -> str:
        """``codes_extend``, ``creators_list``, ``creators_bulk_create``."""
        action = getattr(self.view, "action", None) or self.method.lower()
        subject = self.get_tags()[0].replace("-", "_")
        return f"{subject}_{action}"

    def get_override_parameters(self) -> list[Any]:
        """What every operation understands, and the filters of a list."""
        found = [
            OpenApiParameter(
                "brand",
                str,
                description="The slug of the brand. Not needed with a token, which is of one brand.",
            )
        ]
        action = getattr(self.view, "action", "")
        if isinstance(self.view, Resource) and action in {"list", "retrieve"}:
            names = sorted(self.view.answer().fields)
            for name, said in (("fields", "Only these fields"), ("omit", "All fields but these")):
                found.append(
                    OpenApiParameter(
                        name, _one_of(names), description=f"{said}.", explode=False, style="form"
                    )
                )
        if isinstance(self.view, Resource) and action == "list":
            found += _of_list(self.view)
        if isinstance(self.view, Resource) and self.method == "POST":
            found.append(KEY)
        if isinstance(self.view, Resource) and "{id}" in self.path and self.method not in _READS:
            found.append(
                OpenApiParameter(
                    "If-Match",
                    str,
                    OpenApiParameter.HEADER,
                    description="The ETag of what you saw; 412 if it changed.",
                )
            )
        return found

    def get_request_serializer(self) -> Any:
        """The body, as the resource says."""
        action = getattr(self.view, "action", "")
        if isinstance(self.view, Resource):
            match action:
                case "create":
                    return self.view.creates
                case "partial_update":
                    return self.view.changes
                case "bulk_create":
                    return self.view.creates(many=True)
                case "bulk_update":
                    return named(self.view.changes)(many=True)
                case "bulk_destroy":
                    return Named(many=True)
        return super().get_request_serializer()

    def _is_list_view(self, serializer: Any = None) -> bool:
        """Never a bare list: where many are sent or answered, the serializer says so itself."""
        return False

    def _get_request_body(self, direction: Any = "request") -> Any:
        """Also of DELETE of many, which drf-spectacular leaves out."""
        method = self.method
        if getattr(self.view, "action", "") == "bulk_destroy":
            self.method = "POST"
        try:
            return super()._get_request_body(direction)  # type: ignore[no-untyped-call]
        finally:
            self.method = method

    def get_response_serializers(self) -> Any:
        """The answer, as the resource says."""
        view, action = self.view, getattr(self.view, "action", "")
        if not isinstance(view, Resource):
            return super().get_response_serializers()
        usual: dict[str, Any] = {
            "list": {200: _page(view.answer)},
            "retrieve": {200: view.answer},
            "create": {201: view.answer},
            "partial_update": {200: view.answer},
            "destroy": {204: None},
            "bulk_create": {201: _results(view.answer)},
            "bulk_update": {200: _results(view.answer)},
            "bulk_destroy": {204: None},
        }
        # Every other action is a POST to one row and answers with it.
        return usual.get(action, {200: view.answer})

    def _get_response_bodies(self, direction: Any = "response") -> Any:
        bodies = super()._get_response_bodies(direction)
        for code, said in self._problems().items():
            if code not in bodies:
                answer = self._get_response_for_code(  # type: ignore[no-untyped-call]
                    ProblemAnswer, code, ["application/problem+json"], direction
                )
                bodies[code] = {**answer, "description": said}
        return bodies

    def _problems(self) -> Mapping[str, str]:
        found = {
            "400": "Something in the address or the body makes no sense.",
            "401": "No token or session, or one that does not count.",
            "403": "Your role or token does not allow this.",
            "404": "There is no such thing in this brand.",
            "406": "Only JSON can be had.",
            "429": "Too many requests in this minute.",
            "503": "Not at this moment: try again later.",
        }
        if self.method not in _READS:
            found |= {
                "409": "Other things still need it, or the first answer held a secret that is shown once.",
                "412": "It was changed since you read it.",
                "413": "Larger than what is read at once.",
                "415": "Send JSON.",
                "422": "Understood, and refused: the words say why.",
            }
        return found


@cache
def _page(answer: type[Answer]) -> Any:
    return inline_serializer(
        f"{_name(answer)}Page",
        {
            "results": answer(many=True),
            "next": serializers.URLField(allow_null=True, help_text="The next page; null on the last."),
            "count": serializers.IntegerField(required=False, help_text="With ?count=true."),
            "count_is_bound": serializers.BooleanField(
                required=False, help_text="There are more than were counted."
            ),
        },
    )


@cache
def _results(answer: type[Answer]) -> Any:
    return inline_serializer(f"{_name(answer)}Results", {"results": answer(many=True)})


def _name(answer: type[Answer]) -> str:
    return answer.__name__.removesuffix("Answer")


def _one_of(names: list[str]) -> dict[str, Any]:
    return {"type": "array", "items": {"type": "string", "enum": names}, "minItems": 1}


def _of_list(view: Resource) -> list[OpenApiParameter]:
    found = [
        OpenApiParameter(
            "limit",
            {"type": "integer", "minimum": 1, "maximum": MOST_LIMIT, "default": USUAL_LIMIT},
            description="Rows of a page.",
        ),
        OpenApiParameter("cursor", str, description="Where the page begins: from `next`."),
        OpenApiParameter(
            "count", {"type": "boolean"}, description="Also count the rows; counting stops at 10,000."
        ),
    ]
    for name, each in view.shelf.filters.base_filters.items():
        if name == "sort":
            keys = [sort.key for sort in view.shelf.sorts]
            found.append(OpenApiParameter("sort", {"type": "string", "enum": keys}, description="The order."))
        else:
            found.append(OpenApiParameter(name, _type_of(each), description=f"{each.label}."))
    return found


def _type_of(each: django_filters.Filter) -> Any:
    """The type of a filter in the document."""
    if isinstance(each, django_filters.ChoiceFilter):
        named = each.extra.get("choices") or []
        values = [str(value) for value, _ in named] if isinstance(named, list | tuple) else []
        return {"type": "string", **({"enum": values} if values else {})}
    stated = next((stated for kind, stated in _TYPES if isinstance(each, kind)), {"type": "string"})
    found: dict[str, Any] = dict(stated)
    if isinstance(each, django_filters.NumberFilter):
        bounds = {"minimum": each.extra.get("min_value"), "maximum": each.extra.get("max_value")}
        found |= {name: bound for name, bound in bounds.items() if bound is not None}
        if each.extra.get("decimal_places") == 0:
            found["type"] = "integer"
    return found
