"""What happens in a brand in some days: one query each for flights, gaps, rights and deliverables.

The words about flights and rights are those of the calendars that people subscribe to (alerts.rules.calendars).
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from alerts.queries.calendars import entry_of_right, flown_of
from alerts.rules.calendars import Entry, Flown, end_of_flight, lapse_of
from authorizations.models import AuthorizationCode, PostGap, UsageRight
from authorizations.rules import Gap
from brands.models import Brand
from campaigns.models import Flight
from campaigns.phrases import Moment, limiting, sentence
from campaigns.queries.lines import stored_gaps
from campaigns.rules import flight_end
from campaigns.sections import Choice, first_places
from posts.enums import Stage
from posts.models import Post, StageEvent
from sparktrack.core.days import end_of_last_day, first_instant, last_full_day, local_date
from workplace.enums import Happening
from workplace.rules.calendar import Event, Lapse, Month, lapses

# More flights, rights or deliverables of so many days nobody reads on one page: then it says so.
MOST_ROWS = 500

# The day on which an instant falls depends on a zone; the last day of something lies before its end.
_AROUND = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Asked:
    """What of a brand is shown: ``flights`` of it, and rights and deliverables of ``posts`` (None = all of them)."""

    brand: Brand
    flights: QuerySet[Flight]
    posts: QuerySet[Post] | None
    kind: Happening | None = None

    def wants(self, *kinds: Happening) -> bool:
        """Whether any of these kinds is shown."""
        return self.kind is None or self.kind in kinds


@dataclass(frozen=True, slots=True)
class FoundEvents:
    """The events of some days; ``is_cut``: there are more than could be read."""

    events: list[Event]
    is_cut: bool


def month_events(asked: Asked, month: Month, *, viewer_zone: str, now: datetime) -> FoundEvents:
    """Everything that happens in ``month``, as ``events_between`` has it."""
    return events_between(asked, month.first, month.last, viewer_zone=viewer_zone, now=now)


def events_between(asked: Asked, first: date, last: date, *, viewer_zone: str, now: datetime) -> FoundEvents:
    """Everything that happens from one day to another: typed days on their day, instants on the day of ``viewer_zone``.

    Five queries at most.
    """
    since = first_instant(first, "UTC") - _AROUND
    until = end_of_last_day(last, "UTC") + _AROUND
    flights = rights = posts = 0
    found: list[Event] = []
    if asked.wants(Happening.STOPS, Happening.PAUSE, Happening.STARTS, Happening.ENDS):
        apply_by = _unapplied(asked, since, until, now)
        rows = _flights(asked, since, until, apply_by)
        flights = len(rows)
        found += _of_flights(asked, rows[:MOST_ROWS], viewer_zone, apply_by)
    if asked.wants(Happening.RIGHTS):
        ending = _rights(asked, since, until)
        rights = len(ending)
        found += _of_rights(asked.brand, ending[:MOST_ROWS])
    if asked.wants(Happening.DRAFT, Happening.POST):
        due = _due(asked, first, last)
        posts = len(due)
        found += _of_posts(due[:MOST_ROWS])
    if asked.kind is None:
        # Which ads must be paused on the last day of a right says more than the right itself.
        paused = {(event.post_id, event.on) for event in found if event.kind is Happening.PAUSE}
        found = [
            event
            for event in found
            if event.kind is not Happening.RIGHTS or (event.post_id, event.on) not in paused
        ]
    events = [event for event in found if first <= event.on <= last and asked.wants(event.kind)]
    return FoundEvents(events, max(flights, rights, posts) > MOST_ROWS)


def ending_codes(brand: Brand, events: Iterable[Event]) -> dict[tuple[UUID, datetime], UUID]:
    """The codes whose end is what happens in ``events``, by post and instant; one query, none without a stop."""
    posts = {event.post_id for event in events if event.kind is Happening.STOPS}
    if not posts:
        return {}
    # One that TikTok rejected never ran, though it may have had the same end.
    codes = AuthorizationCode.objects.for_brand(brand).filter(post__in=posts, rejected_at__isnull=True)
    return {
        (post, min(expires_at, revoked_at or expires_at)): pk
        for pk, post, expires_at, revoked_at in codes.order_by("pk").values_list(
            "pk", "post", "expires_at", "revoked_at"
        )
    }


def _unapplied(asked: Asked, since: datetime, until: datetime, now: datetime) -> dict[UUID, datetime]:
    """Flights whose replacement must be applied between two instants, as the board knows them, and by when."""
    if not asked.wants(Happening.STOPS):
        return {}
    choice = Choice(
        asked.brand,
        flights=None if asked.posts is None else asked.flights,
        unapplied=True,
        gap_from=since,
        gap_before=until,
    )
    places = first_places(choice, now=now, lines=MOST_ROWS).places
    return {place.flight_id: place.apply_by for place in places if place.apply_by is not None}


def _flights(asked: Asked, since: datetime, until: datetime, apply_by: Collection[UUID]) -> list[Flight]:
    """Flights that begin or end between two instants, or whose post has a gap that begins there; and ``apply_by``."""
    gaps = PostGap.objects.for_brand(asked.brand).filter(
        post=OuterRef("post"), starts_at__gte=since, starts_at__lt=until
    )
    lapsing = Exists(gaps) & Q(starts_at__lt=until) & (Q(ends_at__isnull=True) | Q(ends_at__gt=since))
    return list(
        asked.flights.filter(
            Q(starts_at__gte=since, starts_at__lt=until)
            | Q(ends_at__gte=since, ends_at__lt=until)
            | Q(ended_at__gte=since, ended_at__lt=until)
            | lapsing
            | Q(pk__in=apply_by),
            starts_at__isnull=False,
        )
        .select_related("post__creator", "campaign", "ad_account", "buyer")
        .order_by(F("ends_at").asc(nulls_last=True), "pk")[: MOST_ROWS + 1]
    )


def _of_flights(
    asked: Asked, flights: list[Flight], viewer_zone: str, apply_by: Mapping[UUID, datetime]
) -> Iterator[Event]:
    brand = asked.brand
    gaps = stored_gaps(brand, {flight.post_id for flight in flights}, after=None)
    for flight in flights:
        own = flown_of(brand, flight)
        flown = replace(own, ends_at=flight_end(flight.ends_at, flight.ended_at))
        events = [*_of_flight(flight, flown, gaps.get(flight.post_id, []), asked.kind)]
        if flight.pk in apply_by:
            events.append(_apply(apply_by[flight.pk], flown))
        for event in events:
            names = (flown.campaign, flight.buyer.get_short_name() if flight.buyer else "")
            about = " · ".join(filter(None, (f"@{flown.subject.handle}", *names)))
            day = local_date(event.at, viewer_zone) if event.at else event.on
            yield replace(
                event, on=day, title=flown.post, about=about, post_id=flight.post_id, flight_id=flight.pk
            )


def _apply(by: datetime, flown: Flown) -> Event:
    """The old code ends ``by`` then; one that came from a date shows its last day, as everywhere."""
    says = "The old code ends, and nobody noted that the new one was applied where the old one is in use."
    day = local_date(by, flown.zone)
    on, at = (last_full_day(by, flown.zone), None) if first_instant(day, flown.zone) == by else (day, by)
    return Event(Happening.STOPS, on, at, "Apply the new code", "", says=says, happens_at=by)


def _of_flight(flight: Flight, flown: Flown, gaps: Iterable[Gap], kind: Happening | None) -> Iterator[Event]:
    start = local_date(flown.starts_at, flown.zone)
    begins: Event | None = Event(
        Happening.STARTS, start, None, "Flight starts", "", happens_at=flown.starts_at
    )
    # Who is paused runs into nothing; its last day stays its last day.
    if flight.paused_at is None:
        for lapse in lapses(gaps, starts_at=flown.starts_at, ends_at=flown.ends_at):
            for event in _of_lapse(lapse, flown):
                yield replace(event, happens_at=lapse.gap.starts_at, reasons=tuple(lapse.gap.reasons))
            if kind is None and lapse.gap.starts_at == flown.starts_at:
                begins = None  # It cannot start, or starts without rights: that is said already.
    if begins is not None:
        yield begins
    if flown.ends_at is None:
        return
    if flight.ends_at is None or flown.ends_at < flight.ends_at:
        day = local_date(flown.ends_at, flown.zone)
        yield Event(Happening.ENDS, day, None, "Flight was ended", "", is_done=True, happens_at=flown.ends_at)
    elif (entry := end_of_flight(flown)) is not None:
        yield replace(_event(Happening.ENDS, entry), happens_at=flown.ends_at)


def _of_lapse(lapse: Lapse, flown: Flown) -> Iterator[Event]:
    gap = lapse.gap
    if lapse.was_stopped and gap.starts_at is not None:
        day = local_date(gap.starts_at, flown.zone)
        says = sentence(limiting(gap), flown.subject, Moment.LASTING)
        yield Event(Happening.PAUSE, day, None, "Runs without rights", "", says=says)
    elif (entry := lapse_of(flown, [gap], now=flown.starts_at)) is not None:
        yield _event(Happening.STOPS if gap.stops_itself else Happening.PAUSE, entry)


def _event(kind: Happening, entry: Entry) -> Event:
    """An entry of a calendar as an event; that of an instant gets its day from who looks."""
    day = local_date(entry.at, "UTC") if entry.at else entry.on
    assert day is not None
    return Event(kind, day, entry.at, entry.head, entry.name, says=entry.says)


def _rights(asked: Asked, since: datetime, until: datetime) -> list[UsageRight]:
    """Rights to paid use whose end lies between two instants."""
    rights = UsageRight.objects.for_brand(asked.brand).filter(
        paid_amplification=True, ends_at__gte=since, ends_at__lt=until
    )
    if asked.posts is not None:
        rights = rights.filter(
            Q(post__in=asked.posts.values("pk"))
            | Q(brief__in=asked.posts.filter(brief__isnull=False).values("brief"))
            | Q(creator__in=asked.posts.values("creator"))
        )
    rows = rights.select_related("post__creator", "brief", "creator").order_by("ends_at", "pk")
    return list(rows[: MOST_ROWS + 1])


def _of_rights(brand: Brand, rights: list[UsageRight]) -> Iterator[Event]:
    for right in rights:
        entry = entry_of_right(brand, right)
        if entry is not None:
            yield replace(
                _event(Happening.RIGHTS, entry),
                post_id=right.post_id,
                right_id=right.pk,
                happens_at=right.ends_at,
            )


def _due(asked: Asked, first: date, last: date) -> list[tuple[Post, bool]]:
    """Deliverables whose draft or post is due on these days, and whether a draft was received."""
    posts = Post.objects.for_brand(asked.brand) if asked.posts is None else asked.posts
    stages = StageEvent.objects.for_brand(asked.brand).filter(post=OuterRef("pk"), stage__in=_WITH_DRAFT)
    days = (first, last)
    rows = (
        posts.filter(Q(draft_due_on__range=days) | Q(post_due_on__range=days))
        .annotate(has_draft=Exists(stages))
        .select_related("creator")
        .order_by("draft_due_on", "post_due_on", "pk")
    )
    return [(row, row.has_draft) for row in rows[: MOST_ROWS + 1]]


_WITH_DRAFT = (Stage.DRAFT_RECEIVED, Stage.REVISION_ASKED, Stage.APPROVED, Stage.POSTED)


def _of_posts(found: list[tuple[Post, bool]]) -> Iterator[Event]:
    for post, has_draft in found:
        is_posted = post.posted_at is not None or bool(post.tiktok_post_id)
        is_here = has_draft or bool(post.draft_link) or is_posted
        for kind, day, head, is_done, says in (
            (Happening.DRAFT, post.draft_due_on, "Draft due", is_here, "It is here."),
            (Happening.POST, post.post_due_on, "Post due", is_posted, "It is live."),
        ):
            if day is not None:
                yield Event(
                    kind,
                    day,
                    None,
                    head,
                    str(post),
                    about=f"@{post.creator.handle}",
                    says=says if is_done else "",
                    post_id=post.pk,
                    is_done=is_done,
                )
