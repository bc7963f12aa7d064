"""What is a person's own in a brand: flights, creators, alerts, and what waits for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, OuterRef, Q

from alerts.enums import AlertState
from alerts.models import Alert, AlertFlight
from alerts.queries.alerts import heard_by
from alerts.queries.lines import is_in
from brands.models import AdAccount, Brand, Membership, User
from campaigns.models import Flight
from campaigns.queries.board import Board, board
from campaigns.sections import Choice
from creators.models import Creator
from posts.models import Post
from workplace.models import Preference

# Of each kind the first so many; the rest is counted.
FIRST = 6
MOST_COUNTED = 1000


@dataclass(frozen=True, slots=True)
class OwnAlert:
    """An open alert that this person hears of, and the post of a flight that it hits; None if all were deleted."""

    alert: Alert
    post: Post | None


@dataclass(frozen=True, slots=True)
class Own:
    """``flights``: those they buy and those of creators they manage, as the board shows them.

    The numbers stop at MOST_COUNTED. ``has_posts``, ``has_accounts``, ``members``: how far the brand is set up.
    """

    flights: Board
    creators: Sequence[Creator]
    creator_count: int
    alerts: Sequence[OwnAlert]
    alert_count: int
    has_posts: bool
    has_accounts: bool
    members: int
    tour_ended: bool

    @property
    def flight_count(self) -> int:
        """How many flights are theirs."""
        return sum(each.count for each in self.flights.counts)


def own_things(brand: Brand, user: User, *, now: datetime) -> Own:
    """What is ``user``'s in ``brand``; eleven queries."""
    flights = Flight.objects.for_brand(brand).filter(Q(buyer=user) | Q(post__creator__manager=user))
    creators = Creator.objects.for_brand(brand).filter(manager=user)
    alerts = Alert.objects.for_brand(brand).filter(heard_by(user), is_in(AlertState.OPEN, now=now))
    setup = (
        Brand.objects.filter(pk=brand.pk)
        .annotate(
            has_posts=Exists(Post.objects.filter(brand=OuterRef("pk"))),
            has_accounts=Exists(AdAccount.objects.filter(brand=OuterRef("pk"))),
            tour_ended=Exists(Preference.objects.filter(user=user, tour_ended_at__isnull=False)),
        )
        .values("has_posts", "has_accounts", "tour_ended")
        .get()
    )
    return Own(
        flights=board(Choice(brand, flights), None, now=now),
        creators=list(creators.annotate(post_count=Count("posts")).order_by("handle")[:FIRST]),
        creator_count=creators[:MOST_COUNTED].count(),
        alerts=_first_alerts(list(alerts.order_by("lapses_at", "pk")[:FIRST])),
        alert_count=alerts[:MOST_COUNTED].count(),
        members=Membership.objects.for_brand(brand)[:MOST_COUNTED].count(),
        **setup,
    )


def _first_alerts(alerts: Sequence[Alert]) -> list[OwnAlert]:
    hits = AlertFlight.objects.filter(alert__in=alerts).select_related("flight__post__creator")
    posts = {hit.alert_id: hit.flight.post for hit in hits.order_by("-pk")}
    return [OwnAlert(alert, posts.get(alert.pk)) for alert in alerts]
