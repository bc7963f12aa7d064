"""What stands in a person's calendar: entries of all their brands, read as they were written down.

Theirs are the flights they buy (or whose campaign they buy, where the flight has no buyer) and those of creators they
manage, with the rights that these flights need. Admins have all flights of their brands.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from django.db.models import DateField, F, Q, QuerySet
from django.db.models.functions import Cast, Coalesce

from alerts.enums import CalendarKind
from alerts.models import CalendarEvent, CalendarFeed
from alerts.rules.calendars import KEPT, Entry, Flown, end_of_rights
from authorizations.models import UsageRight
from brands.enums import Role
from brands.invitations import token_hash
from brands.models import Brand, Membership, User
from campaigns.models import Flight
from campaigns.phrases import Subject
from posts.enums import Method
from posts.models import Post

# More than that nobody reads in a calendar: what comes, the nearest first, then what was.
MOST_EVENTS = 1000


@dataclass(frozen=True, slots=True)
class FeedEvent:
    """An entry with the address of the page it leads to: that of its post, else the board."""

    event: CalendarEvent
    slug: str
    post_id: UUID | None


def feed_owner(token: str) -> User | None:
    """Whose calendar has this token; None for one that is unknown, dead, or of somebody who may not log in."""
    feed = CalendarFeed.objects.select_related("user").filter(token_hash=token_hash(token)).first()
    return feed.user if feed is not None and feed.user.is_active else None


def feed_events(user: User, *, now: datetime) -> list[FeedEvent]:
    """The entries of ``user`` from 30 days ago on, cancelled ones for 30 days; constantly many queries."""
    memberships = list(Membership.objects.of_user(user))
    slugs = {membership.brand_id: membership.brand.slug for membership in memberships}
    admin_of = [each.brand_id for each in memberships if each.role == Role.ADMIN]
    flights = _flights_of(user, list(slugs), admin_of)
    since = now - KEPT
    events = list(
        CalendarEvent.objects.filter(
            Q(kind=CalendarKind.RIGHTS_END, subject_id__in=_rights_of(flights).values("pk"))
            | Q(kind__in=(CalendarKind.LAPSE, CalendarKind.FLIGHT_END), subject_id__in=flights.values("pk")),
            Q(on__gte=since.date()) | Q(at__gte=since),
            Q(cancelled_at__isnull=True) | Q(cancelled_at__gte=since),
            brand__in=slugs,
        )
        .alias(day=Coalesce("on", Cast("at", DateField())))
        .alias(is_past=Q(day__lt=now.astimezone(UTC).date()))
        .order_by("is_past", "day", F("at").asc(nulls_last=True), "pk")[:MOST_EVENTS]
    )
    posts = _posts_of(events)
    return [FeedEvent(event, slugs[event.brand_id], posts.get(event.subject_id)) for event in events]


def flown_of(brand: Brand, flight: Flight) -> Flown:
    """What calendars say of a flight that has dates, loaded with post, creator, campaign and ad account."""
    post = flight.post
    assert flight.starts_at is not None
    return Flown(
        flight_id=flight.pk,
        starts_at=flight.starts_at,
        ends_at=flight.ends_at,
        subject=Subject(post.creator.handle, linked=post.method != Method.CODE),
        post=_one_line(str(post)),
        campaign=_one_line(str(flight.campaign)),
        brand=_one_line(brand.name),
        zone=brand.zone_of(flight.ad_account),
        contract_zone=brand.time_zone,
    )


def entry_of_right(brand: Brand, right: UsageRight) -> Entry | None:
    """The last day of a right that ends, loaded with what it is on."""
    if right.ends_at is None:
        return None
    if right.post is not None:
        name = f"{_one_line(str(right.post))} · @{right.post.creator.handle}"
    elif right.brief is not None:
        name = f"brief {_one_line(str(right.brief))}"
    else:
        name = f"all posts of @{right.creator.handle if right.creator else ''}"
    return end_of_rights(
        right.pk, right.ends_at, name=name, brand=_one_line(brand.name), zone=brand.time_zone
    )


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _flights_of(user: User, brands: list[UUID], admin_of: list[UUID]) -> QuerySet[Flight]:
    return Flight.objects.filter(
        Q(brand__in=admin_of)
        | Q(buyer=user)
        | Q(buyer__isnull=True, campaign__buyer=user)
        | Q(post__creator__manager=user),
        brand__in=brands,
    )


def _rights_of(flights: QuerySet[Flight]) -> QuerySet[UsageRight]:
    """The rights on the posts of these flights, on their briefs and creators."""
    posts = Post.objects.filter(pk__in=flights.values("post"))
    return UsageRight.objects.filter(
        Q(post__in=posts.values("pk"))
        | Q(brief__in=posts.filter(brief__isnull=False).values("brief"))
        | Q(creator__in=posts.values("creator"))
    )


def _posts_of(events: Sequence[CalendarEvent]) -> dict[UUID, UUID | None]:
    """The post that each flight or right is about, by the id of the flight or right."""
    rights = [event.subject_id for event in events if event.kind == CalendarKind.RIGHTS_END]
    flights = {event.subject_id for event in events} - set(rights)
    return {
        **dict(Flight.objects.filter(pk__in=flights).values_list("pk", "post_id")),
        **dict(UsageRight.objects.filter(pk__in=rights).values_list("pk", "post_id")),
    }
