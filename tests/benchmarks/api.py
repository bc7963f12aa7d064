"""P2, P5 and P6: endpoints and pages through the real WSGI application.

P2: 100 flights beside ``bareflights``; both must say the same. P5: how endpoints and pages grow with the brand. P6: a
page at 90 % depth beside the first.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from wsgiref.util import setup_testing_defaults

from django.core.handlers.wsgi import WSGIHandler
from django.test.utils import override_settings

from brands.enums import TokenScope
from brands.models import Brand, User
from brands.operations.tokens import TokenDraft, issue_token
from sparktrack.api.resource import Resource
from sparktrack.api.resources.codes import Codes
from sparktrack.api.resources.creators import Creators
from sparktrack.api.resources.flights import Flights
from sparktrack.api.resources.posts import Posts
from sparktrack.core.actors import system_actor
from sparktrack.core.clock import utc_now
from tests.benchmarks.bareflights import LINES, BareFlights
from tests.benchmarks.pages import Visitor, statements_of
from tests.benchmarks.timing import Spread, interleaved

# As deep as P6 asks for.
DEPTH = 0.9
_LISTS: dict[str, type[Resource]] = {
    "flights": Flights,
    "codes": Codes,
    "posts": Posts,
    "creators": Creators,
}


@dataclass(frozen=True, slots=True)
class ApiFigures:
    """Seconds of 100 flights and of the lower bound beside them; of each path; of the first page and a deep one."""

    lines: int
    queries: int
    flights: Spread
    bare: Spread
    paths: dict[str, Spread]
    deep: dict[str, tuple[Spread, Spread]]

    @property
    def ratio(self) -> float:
        """P2, at the 95th percentile."""
        return self.flights.p95 / self.bare.p95


class Script:
    """Calls the API with a token."""

    def __init__(self, brand: Brand) -> None:
        issued = issue_token(
            brand=brand,
            draft=TokenDraft("bench", TokenScope.READ),
            now=utc_now(),
            actor=system_actor("bench"),
        )
        self._header = f"Bearer {issued.secret}"
        self._application = WSGIHandler()

    def get(self, name: str, query: str = "") -> bytes:
        """The answer; raises AssertionError unless it is one."""
        environ = {
            "PATH_INFO": f"/api/v1/{name}",
            "QUERY_STRING": query,
            "HTTP_AUTHORIZATION": self._header,
            "REMOTE_ADDR": "127.0.0.1",
        }
        setup_testing_defaults(environ)
        statuses: list[str] = []
        response = self._application(environ, lambda status, _headers, _error=None: statuses.append(status))  # type: ignore[arg-type]
        try:
            body = b"".join(response)
        finally:
            getattr(response, "close", lambda: None)()
        assert statuses == ["200 OK"], (statuses, body)
        return body


@override_settings(API_REQUESTS_A_MINUTE=10**9)
def measure_api(brand: Brand, admin: User, *, repeats: int) -> ApiFigures:
    """All figures of one brand."""
    script, visitor = Script(brand), Visitor(admin)
    bare = BareFlights(brand)
    query = f"limit={LINES}"
    script.get("flights", query)
    sent = statements_of(lambda: script.get("flights", query))
    now = utc_now()
    asked = f"{query}&at={now.isoformat().replace('+00:00', 'Z')}"
    told = json.loads(script.get("flights", asked))["results"]
    assert told == json.loads(bare.answer(now))["results"]
    one = interleaved(
        {"flights": lambda: script.get("flights", query), "bare": lambda: bare.answer(utc_now())},
        repeats=repeats,
        warm_up=min(3, repeats),
    )
    paths: dict[str, Callable[[], object]] = {
        **{f"api {name}": _get(script, name, query) for name in _LISTS},
        "api flights?verdict=lapses": _get(script, "flights", f"{query}&verdict=lapses"),
        "api flights?updated_since=": _get(script, "flights", f"{query}&updated_since={_yesterday(now)}"),
        "board": lambda: visitor.open(f"/b/{brand.slug}/"),
        "search": lambda: visitor.open(f"/b/{brand.slug}/search/", "q=ramen"),
    }
    deep = {}
    for name, views in _LISTS.items():
        after = _cursor(views, brand, now)
        pair = interleaved(
            {
                "first": _get(script, name, query),
                "deep": _get(script, name, f"{query}&cursor={after}"),
            },
            repeats=repeats,
        )
        deep[f"api {name}"] = (pair["first"], pair["deep"])
    return ApiFigures(
        lines=len(told), queries=len(sent), paths=interleaved(paths, repeats=repeats), deep=deep, **one
    )


def _get(script: Script, name: str, query: str) -> Callable[[], object]:
    return lambda: script.get(name, query)


def _yesterday(now: datetime) -> str:
    return (now - timedelta(days=1)).isoformat().replace("+00:00", "Z")


def _cursor(views: type[Resource], brand: Brand, now: datetime) -> str:
    """The place at 90 % of the rows, in the usual order."""
    sort, rows = views.shelf.sorts[0], views.shelf.rows(brand, now)
    place = int(rows.order_by().count() * DEPTH)
    return sort.cursor(sort.ordered(rows)[place])
