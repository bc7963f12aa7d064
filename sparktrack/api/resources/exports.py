"""``exports``: the tracker of the brand as rows, the columns of the sheet that ``imports`` take back."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from allauth.core import ratelimit
from django.urls import path
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.exceptions import Throttled, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from authorizations.enums import CodeStatus, EndSource, Verdict
from authorizations.models import AuthorizationCode
from authorizations.operations.codes import reveal_codes
from authorizations.secrets import is_readable
from brands.rules import Action
from campaigns.exporters import HEADER, ShowCodes, masked, rows_of_posts
from posts.models import Post
from sparktrack.api.bodies import Body, Text, Whole
from sparktrack.api.fields import InstantField, as_instant
from sparktrack.api.reading import MOST_LIMIT, USUAL_LIMIT, next_page, read_limit, refuse_unknown
from sparktrack.api.resource import BrandView
from sparktrack.core.models import choices
from sparktrack.core.tabular import Value
from workplace.lists.keys import BadCursorError, Sort

# Columns that only those with a leave get; for others they are not there.
_PRIVATE: Mapping[str, Action] = {
    "creator_email": Action.READ_CONTACTS,
    "buyer": Action.READ_CONTACTS,
    "notes": Action.READ_INTERNAL_NOTES,
}
_HOUR = 3600
_ORDER = Sort(key="oldest", label="Oldest first", field="pk")


def _text(**options: Any) -> serializers.CharField:
    return serializers.CharField(required=False, allow_null=True, **options)


def _instant() -> InstantField:
    return InstantField(required=False, allow_null=True)


def _day() -> serializers.DateField:
    return serializers.DateField(required=False, allow_null=True)


class TrackerRow(serializers.Serializer[Any]):
    """A row of the tracker. A post has as many as its longest list of codes, rights and flights, side by side."""

    handle = _text()
    creator_name = _text()
    creator_email = _text()
    post_url = _text()
    post_id = _text(help_text="TikTok's.")
    posted_at = _instant()
    title = _text()
    code = _text(help_text="Its last four characters, unless it is revealed.")
    starts_at = _instant()
    window_days = serializers.IntegerField(required=False, allow_null=True)
    expires_at = _instant()
    source = serializers.ChoiceField(choices(EndSource), required=False, allow_null=True)  # type: ignore[assignment]
    status = serializers.ChoiceField(choices(CodeStatus), required=False, allow_null=True)
    revoked_at = _instant()
    paid = serializers.BooleanField(required=False, allow_null=True)
    rights_start = _day()
    rights_end = _text(help_text="A day, “perpetual” or “not stated”.")
    campaign = _text()
    flight_start = _day()
    flight_end = _day()
    daily_spend = serializers.DecimalField(max_digits=12, decimal_places=2, required=False, allow_null=True)
    verdict = serializers.ChoiceField(choices(Verdict), required=False, allow_null=True)
    runnable_until = _instant()
    buyer = _text(help_text="The address of their mailbox.")
    sku = _text()
    product = _text()
    hook_angle = _text()
    use_case = _text()
    landing_page = _text()
    lane = _text()
    notes = _text()


_ROW = {
    "handle": "lena.paws",
    "post_url": "https://www.tiktok.com/@lena.paws/video/7441203811234567890",
    "title": "Harness, before and after",
    "code": "…k2Y=",
    "starts_at": "2026-11-20T09:30:00Z",
    "window_days": 30,
    "expires_at": "2026-12-20T09:30:00Z",
    "source": "computed",
    "status": "active",
    "paid": True,
    "rights_end": "not stated",
    "campaign": "Winter",
    "flight_start": "2026-11-24",
    "flight_end": None,
    "daily_spend": "120.00",
    "verdict": "lapses",
    "runnable_until": "2026-12-20T09:30:00Z",
}


@extend_schema_serializer(
    examples=[OpenApiExample("A row, in part", {"results": [_ROW], "next": None}, response_only=True)]
)
class TrackerPage(serializers.Serializer[Any]):
    """The rows of some posts, the oldest post first."""

    results = TrackerRow(many=True)
    next = serializers.URLField(allow_null=True, help_text="The next page; null on the last.")


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A row, in part",
            {"results": [{**_ROW, "code": "#Zr3…"}], "cursor": None},
            response_only=True,
        )
    ]
)
class RevealedPage(serializers.Serializer[Any]):
    """The rows of some posts with their codes in clear."""

    results = TrackerRow(many=True)
    cursor = serializers.CharField(allow_null=True, help_text="Of the next page; null on the last.")


@extend_schema_serializer(examples=[OpenApiExample("Many at once", {"limit": MOST_LIMIT}, request_only=True)])
class RevealBody(Body):
    """Which page."""

    limit = Whole(min_value=1, max_value=MOST_LIMIT, default=USUAL_LIMIT, help_text="Posts of a page.")
    cursor = Text(max_length=4_000, allow_blank=True, default="", help_text="Of the page before.")


class TrackerView(BrandView):
    """A view of the tracker."""

    def page(self, limit: int, cursor: str, *, show_codes: ShowCodes = masked) -> tuple[list[Any], str]:
        """The rows of ``limit`` posts behind ``cursor``, and the cursor of the next ones. Raises BadCursorError."""
        brand, now = self.request.brand, self.request.now
        posts = Post.objects.for_brand(brand).select_related("creator")
        ordered = _ORDER.ordered(_ORDER.behind(posts, cursor) if cursor else posts)
        found = list(ordered[: limit + 1])
        shown = found[:limit]
        rows = rows_of_posts(brand, shown, now=now, show_codes=show_codes)
        further = _ORDER.cursor(shown[-1]) if len(found) > limit else ""
        return [self._told(row) for row in rows], further

    def _told(self, row: Sequence[Value]) -> dict[str, Any]:
        allowed = self.request.allowed
        return {
            name: _plain(value)
            for name, value in zip(HEADER, row, strict=True)
            if name not in _PRIVATE or _PRIVATE[name] in allowed
        }


class Tracker(TrackerView):
    """The tracker with its codes masked."""

    @extend_schema(
        operation_id="exports_tracker",
        responses={200: TrackerPage},
        parameters=[
            OpenApiParameter(
                "limit",
                {"type": "integer", "minimum": 1, "maximum": MOST_LIMIT, "default": USUAL_LIMIT},
                description="Posts of a page.",
            ),
            OpenApiParameter("cursor", str, description="Where the page begins: from `next`."),
        ],
    )
    def get(self, request: Request) -> Response:
        """Everything that is on file about the posts, a page of them; codes are masked."""
        query = request.query_params
        refuse_unknown(query, ("limit", "cursor"))
        try:
            rows, cursor = self.page(read_limit(query), query.get("cursor", ""))
        except BadCursorError as error:
            raise ValidationError({"?cursor": [str(error)]}) from error
        return Response({"results": rows, "next": next_page(self.request, cursor)})


class RevealedTracker(TrackerView):
    """The tracker with its codes in clear."""

    needs = {"post": Action.EXPORT_REVEALED}

    @extend_schema(operation_id="exports_reveal_tracker", request=RevealBody, responses={200: RevealedPage})
    def post(self, request: Request) -> Response:
        """The same with codes in clear. Each of them is in the audit; no cache and no kept answer has them."""
        refuse_unknown(request.query_params, ())
        said = self.read_body(RevealBody)
        if not ratelimit.consume(request, action="copy_codes", user=request.user):
            raise Throttled(wait=_HOUR, detail="Codes were revealed many times in the last hour.")
        try:
            rows, cursor = self.page(said["limit"], said["cursor"], show_codes=self._revealed)
        except BadCursorError as error:
            raise ValidationError({"cursor": [str(error)]}) from error
        headers = {"Cache-Control": "no-store, private"}
        return Response({"results": rows, "cursor": cursor or None}, headers=headers)

    def _revealed(self, codes: Sequence[AuthorizationCode]) -> list[str]:
        """In clear; one whose key is gone stays masked, and holds up no other."""
        readable = [code for code in codes if is_readable(code)]
        clear = dict(
            zip((code.pk for code in readable), reveal_codes(codes=readable, **self.by), strict=True)
        )
        return [clear.get(code.pk) or shown for code, shown in zip(codes, masked(codes), strict=True)]


def _plain(value: Value) -> Any:
    """A cell as JSON: an empty one is null, an instant is in UTC, an amount a text."""
    match value:
        case "" | None:
            return None
        case datetime():
            return as_instant(value)
        case date():
            return value.isoformat()
        case Decimal():
            return f"{value:.2f}"
    return value


urlpatterns = [
    path("exports/tracker", Tracker.as_view(), name="api-exports-tracker"),
    path("exports/tracker/reveal", RevealedTracker.as_view(), name="api-exports-tracker-reveal"),
]
