"""``board``: how many flights stand where, what is at risk, and what is next. The page's query, the page's numbers."""

from typing import Any

from django.urls import path
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from authorizations.enums import Reason
from campaigns.enums import Section
from campaigns.filters import NOT_APPLIED, FlightFilter
from campaigns.queries.board import BadCursorError, BoardSection, Cursor, board, section_board
from campaigns.queries.board import Board as FoundBoard
from campaigns.queries.lines import BoardLine
from campaigns.sections import FLIGHT_SECTIONS
from sparktrack.api.fields import InstantField, as_instant
from sparktrack.api.reading import OF_PARTS, next_page, read_form, read_limit, refuse_unknown
from sparktrack.api.resource import BrandView
from sparktrack.api.resources.planning_shapes import (
    FLIGHT,
    MONEY,
    CountAnswer,
    FlightInShort,
    Row,
    in_short,
    sums,
)
from sparktrack.api.resources.reports_shapes import Amount
from sparktrack.core.models import choices

# Those of the page that choose flights.
_FILTERS = ("q", "buyer", "campaign", "creator", "reason", "lapses_within")
PEOPLE = [
    OpenApiParameter("buyer", {"type": "string", "format": "uuid"}, description="Buyer."),
    OpenApiParameter("campaign", {"type": "string", "format": "uuid"}, description="Campaign."),
    OpenApiParameter("creator", str, description="Creator, by handle."),
]
_PARAMETERS = [
    OpenApiParameter("q", str, description="Search."),
    *PEOPLE,
    OpenApiParameter(
        "reason",
        {"type": "string", "enum": [*(reason.value for reason in Reason), NOT_APPLIED]},
        description="Limited by; not_applied: by a new code that nobody applied.",
    ),
    OpenApiParameter(
        "lapses_within", {"type": "integer", "minimum": 0, "maximum": 3650}, description="Ends within days."
    ),
]

_EXAMPLE = {
    "as_of": "2026-11-21T14:05:00Z",
    "without_rights": 0,
    "blocked": 0,
    "stopping_soon": 1,
    "must_pause_soon": 0,
    "covered": 12,
    "a_day_at_risk": [{"currency": "EUR", "amount": "120.00"}],
    "a_day_without_rights": [],
    "sections": [
        {"section": "stops", "count": 1, "count_is_bound": False, "at_risk": MONEY, "first": [FLIGHT]},
        {"section": "covered", "count": 12, "count_is_bound": False, "at_risk": [], "first": []},
    ],
}


class SectionAnswer(CountAnswer):
    """A section of the board. ``first``: its most urgent flights, eight at most; posts of the inventory are none."""

    section = serializers.ChoiceField(choices(Section))
    at_risk = Amount(many=True, help_text="What the days without cover would spend or lose.")
    first = FlightInShort(many=True)


@extend_schema_serializer(examples=[OpenApiExample("A board, in part", _EXAMPLE, response_only=True)])
class BoardAnswer(serializers.Serializer[Any]):
    """The board at one instant: its headline, and the sections that have lines, most urgent first."""

    as_of = InstantField()
    without_rights = serializers.IntegerField(help_text="Flights that run without rights.")
    blocked = serializers.IntegerField(help_text="Flights that should run and may not.")
    stopping_soon = serializers.IntegerField(help_text="Flights that stop within 14 days.")
    must_pause_soon = serializers.IntegerField(help_text="Flights to pause within 14 days.")
    covered = serializers.IntegerField()
    a_day_at_risk = Amount(many=True, help_text="Daily spend of all flights that something happens to.")
    a_day_without_rights = Amount(many=True)
    sections = SectionAnswer(many=True)


@extend_schema_serializer(
    examples=[OpenApiExample("One that stops", {"results": [FLIGHT], "next": None}, response_only=True)]
)
class BoardLinesPage(serializers.Serializer[Any]):
    """A page of one section."""

    results = FlightInShort(many=True)
    next = serializers.URLField(allow_null=True, help_text="The next page; null on the last.")


class Board(BrandView):
    """The board."""

    @extend_schema(responses={200: BoardAnswer}, parameters=_PARAMETERS)
    def get(self, request: Request) -> Response:
        """What the board says, narrowed as the page is. All flights of a section are at `board/lines`."""
        query, now = request.query_params, self.request.now
        refuse_unknown(query, _FILTERS)
        chosen = FlightFilter(query, brand=self.request.brand)
        read_form(chosen.form, query)
        posts = None if chosen.needs_flights else chosen.posts(now=now)
        return Response(_said(board(chosen.choice(now=now), posts, now=now)))


class BoardLines(BrandView):
    """The lines of one section."""

    @extend_schema(
        operation_id="board_lines",
        responses={200: BoardLinesPage},
        parameters=[
            OpenApiParameter(
                "section",
                {"type": "string", "enum": [section.value for section in FLIGHT_SECTIONS]},
                required=True,
                description="Which of them.",
            ),
            *_PARAMETERS,
            *OF_PARTS,
        ],
    )
    def get(self, request: Request) -> Response:
        """The flights of one section, in the order of the page, narrowed as the board is."""
        query, now = request.query_params, self.request.now
        refuse_unknown(query, ("section", *_FILTERS, "limit", "cursor"))
        limit, section = read_limit(query), query.get("section", "")
        if section not in FLIGHT_SECTIONS:
            raise ValidationError({"?section": [f"One of: {', '.join(FLIGHT_SECTIONS)}."]})
        chosen = FlightFilter(
            {name: query[name] for name in _FILTERS if name in query}, brand=self.request.brand
        )
        read_form(chosen.form, query)
        try:
            after = Cursor.parse(query["cursor"]) if "cursor" in query else None
        except BadCursorError as error:
            raise ValidationError({"?cursor": [str(error)]}) from error
        found = section_board(
            chosen.choice(now=now), section=Section(section), after=after, now=now, limit=limit
        )
        results, further = [], None
        for each in found.sections:
            results, further = _first(each), each.next_cursor
        return Response({"results": results, "next": next_page(self.request, further or "")})


def _said(found: FoundBoard) -> Row:
    said = found.sums
    return {
        "as_of": as_instant(found.now),
        "without_rights": said.without_rights,
        "blocked": said.blocked,
        "stopping_soon": said.stopping_soon,
        "must_pause_soon": said.must_pause_soon,
        "covered": said.covered,
        "a_day_at_risk": sums(said.a_day),
        "a_day_without_rights": sums(said.without_permission),
        "sections": [_section(each) for each in found.sections],
    }


def _section(section: BoardSection) -> Row:
    return {
        "section": section.section.value,
        "count": section.count,
        "count_is_bound": section.count_is_bound,
        "at_risk": sums(section.money),
        "first": _first(section),
    }


def _first(section: BoardSection) -> list[Row]:
    return in_short(line for line in section.lines if isinstance(line, BoardLine))


urlpatterns = [
    path("board", Board.as_view(), name="api-board"),
    path("board/lines", BoardLines.as_view(), name="api-board-lines"),
]
