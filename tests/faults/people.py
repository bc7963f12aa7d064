"""People at the pages of a system under faults: real requests to a real web server, and what they were answered."""

import http.client
import json
import time
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings

from brands.enums import Role
from brands.models import User
from campaigns.models import Flight
from sparktrack.core.clock import utc_now
from tests.world import DAY, World, client_of

_TOKEN = "t" * 32
SHEET = "Creator handle\tTitle\n" + "\n".join(f"maker{each}\tTitle {'x' * 200}" for each in range(200))


@dataclass(frozen=True, slots=True)
class Answer:
    """Status (0: no answer at all), body and how long it took in seconds."""

    status: int
    text: str
    took: float


@dataclass
class Person:
    """Somebody who is logged in at the server on ``port``; ``answers`` keeps what they got."""

    user: User
    port: int
    answers: list[Answer] = field(default_factory=list)

    def __post_init__(self) -> None:
        session = client_of(self.user).cookies[settings.SESSION_COOKIE_NAME].value
        self._headers = {
            "Cookie": f"{settings.SESSION_COOKIE_NAME}={session}; {settings.CSRF_COOKIE_NAME}={_TOKEN}",
            "X-CSRFToken": _TOKEN,
        }

    def get(self, path: str) -> Answer:
        """Opens a page."""
        return self._ask("GET", path, None)

    def post(self, path: str, **form: str) -> Answer:
        """Sends a form."""
        return self._ask("POST", path, urlencode(form))

    def _ask(self, method: str, path: str, body: str | None) -> Answer:
        headers = (
            {**self._headers, "Content-Type": "application/x-www-form-urlencoded"}
            if body is not None
            else self._headers
        )
        answer = asked(self.port, path, method=method, body=body, headers=headers)
        self.answers.append(answer)
        return answer


def asked(
    port: int, path: str, *, method: str = "GET", body: str | None = None, headers: Any = None
) -> Answer:
    """One request on a connection of its own."""
    began = time.monotonic()
    try:
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
            connection.request(method, path, body, headers or {})
            response = connection.getresponse()
            status, text = response.status, response.read().decode(errors="replace")
    except (OSError, http.client.HTTPException) as error:
        status, text = 0, type(error).__name__
    return Answer(status, text, time.monotonic() - began)


def health(port: int) -> dict[str, Any]:
    """What /healthz/alerts says, with its ``code``."""
    answer = asked(port, "/healthz/alerts")
    numbers = json.loads(answer.text) if answer.status else {}
    return {"code": answer.status, **numbers}


class Office(World):
    """A brand whose people work at the pages: flights of posts whose codes lapse at ``lapses_in`` from now."""

    def __init__(self, flights: int, *, lapses_in: timedelta) -> None:
        super().__init__(now=utc_now(), tracks_rights=False)
        self.admin = self.member(Role.ADMIN)
        self.buyers = [self.member(Role.BUYER) for _ in range(flights)]
        posts = self.posts(flights)
        self.codes(posts, self.now + lapses_in - 30 * DAY, 30)
        self.flights: list[Flight] = [
            self.flight(post, self.day(-5), self.day(20), buyer=buyer)
            for post, buyer in zip(posts, self.buyers, strict=True)
        ]

    def url(self, path: str) -> str:
        """An address of this brand."""
        return f"/b/{self.brand.slug}/{path}"

    def pausing(self, flight: Flight, *, again: bool = False) -> str:
        """Where a flight is paused, or resumed ``again``."""
        return self.url(f"flights/{flight.pk}/{'resume' if again else 'pause'}/")
