"""October 2026 of a brand in Berlin, worked out on paper (clocks are set back on the 25th: the day has 25 hours).

All codes and rights begin early enough unless a line says otherwise; spend is 100 EUR a day.

| post  | asked    | code               | flight          | what happens in October                                 |
|-------|----------|--------------------|-----------------|---------------------------------------------------------|
| Agave | 1 Oct    | 3 Oct, 7 days      | 5 – 14 Oct      | 10 d planned, code over from 10 Oct: 5 d lost; burnt 2  |
| Basil | 27 Sep   | 28 Sep, 60 days    | 20 – 31 Oct     | 12 d 1 h, rights to 27 Oct: 4 d unpermitted; burnt 22   |
| Cedar | withdrawn| none               | 15 Sep – 2 Oct  | 2 d lost for want of a code                             |
| Dill  |          | 30 Oct, 30 days    | 30 Oct –        | paused on 31 Oct at noon: 1.5 d planned; burnt 0        |
| Elder | 10 Oct   | rejected           |                 | asked, not answered                                     |
| Fig   |          | 1 Oct, 7 days      |                 | ended unused: burnt 7                                   |
"""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from authorizations.models import CodeRequest
from authorizations.operations.codes import reject_codes
from authorizations.operations.recording import CodeDraft, record_codes
from authorizations.operations.requests import RequestDraft, request_codes, withdraw_requests
from authorizations.windows import Term
from campaigns.models import Flight
from posts.models import Post
from tests.world import World, spark_code

BERLIN = ZoneInfo("Europe/Berlin")


def at(day: int, hour: int = 0, *, month: int = 10) -> datetime:
    """An instant on the clock of Berlin."""
    return datetime(2026, month, day, hour, tzinfo=BERLIN).astimezone(UTC)


class October(World):
    """The brand of the table above, seen on 21 November 2026."""

    def __init__(self, **brand: Any) -> None:
        super().__init__(time_zone="Europe/Berlin", currency="EUR", **brand)
        long = {"starts_on": date(2026, 9, 1)}
        agave = self.named("Agave")
        self.asked(agave, at(1), days=7)
        self.came(agave, at(3), days=7)
        self.right(**long, post=agave, fee=Decimal(300))
        self.flight(agave, date(2026, 10, 5), date(2026, 10, 14))

        basil = self.named("Basil")
        self.asked(basil, at(27, month=9), days=60)
        self.came(basil, at(28, month=9), days=60)
        self.right(**long, ends_on=date(2026, 10, 27), post=basil)
        self.flight(basil, date(2026, 10, 20), date(2026, 10, 31))

        cedar = self.named("Cedar")
        withdraw_requests(requests=[self.asked(cedar, at(2))], **self.by)
        self.right(**long, post=cedar)
        self.flight(cedar, date(2026, 9, 15), date(2026, 10, 2))

        dill = self.named("Dill")
        self.code(dill, at(30), days=30)
        self.right(**long, post=dill)
        flight = self.flight(dill, date(2026, 10, 30))
        Flight.objects.filter(pk=flight.pk).update(paused_at=at(31, 12))

        elder = self.named("Elder")
        self.asked(elder, at(10))
        reject_codes(codes=[self.code(elder, at(11))], error="No.", **self.by)
        self.right(date(2026, 10, 1), post=elder, fee=Decimal(500))
        # The one post of this creator has rights of its own: these were never used.
        self.right(date(2026, 10, 1), date(2026, 12, 1), creator=agave.creator, fee=Decimal(200))

        fig = self.named("Fig")
        self.code(fig, at(1), days=7)
        own = self.creator(own_account=True)
        self.post(own, title="Own")

        # A renewal to come: its flight goes on for longer.
        gorse = self.named("Gorse")
        self.code(gorse, at(10, month=11), days=365)
        self.right(date(2026, 11, 1), None, post=gorse, fee=Decimal("1200.50"), term=Term(days=40))
        self.flight(gorse, date(2026, 11, 21), None)

    def asked(self, post: Post, when: datetime, days: int = 30) -> CodeRequest:
        """A request for a code of the post, made at ``when``."""
        return request_codes(drafts=[RequestDraft(post, days)], **{**self.by, "now": when})[0]

    def came(self, post: Post, starts_at: datetime, days: int) -> None:
        """A code that was put on file two hours after it was generated."""
        draft = CodeDraft(post, spark_code(), starts_at=starts_at, window_days=days)
        record_codes(drafts=[draft], **{**self.by, "now": starts_at + timedelta(hours=2)})

    def named(self, title: str, **fields: Any) -> Post:
        """A post of a creator of its own."""
        return self.post(self.creator(f"{title.lower()}.makes"), title=title, **fields)

    def post_id(self, title: str) -> object:
        """The id of the post with this title."""
        return Post.objects.for_brand(self.brand).get(title=title).pk

    def only_flight(self, title: str) -> Flight:
        """The one flight of the post with this title."""
        return Flight.objects.for_brand(self.brand).get(post__title=title)
