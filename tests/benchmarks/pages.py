"""P1 and P7: the board and a page of one section through the real WSGI application, beside bare SQL and template.

The application is called in this process, with its whole middleware and a real session; there is no socket.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from unittest import mock
from wsgiref.util import setup_testing_defaults

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.shortcuts import render
from django.template.loader import render_to_string
from django.test import Client

from brands.models import Brand, User
from campaigns.enums import Section
from campaigns.queries.board import FIRST_LINES, PAGE_LINES, board, idle_posts, section_board
from campaigns.sections import Choice, first_places, places_after
from campaigns.views import board as board_view
from sparktrack.core.clock import utc_now
from tests.benchmarks.bare import BareQueries, bare_template, ids, ready_rows
from tests.benchmarks.timing import Spread, interleaved

Statement = tuple[str, Any]


@dataclass(frozen=True, slots=True)
class PageFigures:
    """Seconds of one page, of its parts, and of what is measured beside it."""

    lines: int
    queries: int
    page: Spread
    own_sql: Spread  # the page's own statements, sent again
    template: Spread  # its template, the statements that it asks included
    bare_rows: Spread
    bare_sums: Spread
    bare_template: Spread

    @property
    def ratio(self) -> float:
        """P1: the page over bare SQL (rows and sums) and bare template, at the 95th percentile."""
        return self.page.p95 / (self.bare_rows.p95 + self.bare_sums.p95 + self.bare_template.p95)


class Visitor:
    """A member with a session who opens pages."""

    def __init__(self, user: User) -> None:
        client = Client()
        client.force_login(
            User.objects.get(pk=user.pk), backend="allauth.account.auth_backends.AuthenticationBackend"
        )
        name = settings.SESSION_COOKIE_NAME
        self._cookie = f"{name}={client.cookies[name].value}"
        self._application = WSGIHandler()

    def open(self, path: str, query: str = "") -> bytes:
        """The page; raises AssertionError unless it is there."""
        environ = {"PATH_INFO": path, "QUERY_STRING": query, "HTTP_COOKIE": self._cookie}
        setup_testing_defaults(environ)
        statuses: list[str] = []
        response = self._application(environ, lambda status, _headers, _error=None: statuses.append(status))  # type: ignore[arg-type]
        try:
            body = b"".join(response)
        finally:
            getattr(response, "close", lambda: None)()
        assert statuses == ["200 OK"], statuses
        return body


def statements_of(call: Callable[[], object]) -> list[Statement]:
    """What ``call`` sends to the database."""
    sent: list[Statement] = []

    def note(execute: Callable[..., Any], sql: str, values: Any, many: bool, context: Any) -> Any:
        sent.append((sql, values))
        return execute(sql, values, many, context)

    with connection.execute_wrapper(note):
        call()
    return sent


def measure_board(brand: Brand, user: User, *, repeats: int) -> PageFigures:
    """The whole board with the first lines of every section."""
    now = utc_now()
    shown = board(Choice(brand), idle_posts(brand, now=now), now=now)
    bare = BareQueries(brand, now=now)
    places = first_places(Choice(brand), now=now, lines=FIRST_LINES).places
    assert set(ids(bare.board(FIRST_LINES))) == {place.flight_id for place in places}
    lines = [line for section in shown.sections for line in section.lines]
    page = _Page(Visitor(user), brand, "", lines)
    return _measure(page, bare, lambda: bare.board(FIRST_LINES), repeats=repeats, now=now)


def measure_section(brand: Brand, user: User, *, repeats: int) -> PageFigures:
    """The first page of the covered flights, the longest section."""
    now = utc_now()
    section = Section.COVERED
    shown = section_board(Choice(brand), section=section, after=None, now=now)
    bare = BareQueries(brand, now=now)
    places = places_after(Choice(brand), section=section, now=now, lines=PAGE_LINES, after=None).places
    assert ids(bare.covered(PAGE_LINES)) == [place.flight_id for place in places]
    lines = [line for each in shown.sections for line in each.lines]
    page = _Page(Visitor(user), brand, f"section={section}", lines)
    return _measure(page, bare, lambda: bare.covered(PAGE_LINES), repeats=repeats, now=now)


@dataclass(frozen=True, slots=True)
class _Page:
    visitor: Visitor
    brand: Brand
    query: str
    lines: list[Any]

    def open(self) -> bytes:
        return self.visitor.open(f"/b/{self.brand.slug}/", self.query)


def _measure(
    page: _Page, bare: BareQueries, bare_rows: Callable[[], object], *, repeats: int, now: datetime
) -> PageFigures:
    page.open()
    sent = statements_of(page.open)
    contexts: list[tuple[Any, ...]] = []

    def keep(request: Any, name: str, context: Any, **more: Any) -> Any:
        contexts.append((request, name, context))
        return render(request, name, context, **more)

    with mock.patch.object(board_view, "render", keep):
        page.open()
    request, name, context = contexts[0]
    template = bare_template()
    rows = ready_rows(page.brand, page.lines, now=now, zone=page.brand.time_zone)
    spreads = interleaved(
        {
            "page": page.open,
            "own_sql": lambda: _send(sent),
            "template": lambda: render_to_string(name, context, request),
            "bare_rows": bare_rows,
            "bare_sums": bare.sums,
            "bare_template": lambda: template.render({"rows": rows}),
        },
        repeats=repeats,
        warm_up=min(3, repeats),
    )
    return PageFigures(lines=len(page.lines), queries=len(sent), **spreads)


def _send(statements: list[Statement]) -> None:
    with connection.cursor() as cursor:
        for sql, values in statements:
            cursor.execute(sql, values)
            cursor.fetchall()
