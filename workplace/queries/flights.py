"""What planning a flight needs to know: its post, its verdict for dates that are not stored, what speaks for it."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import Q

from authorizations.models import UsageRight
from authorizations.rules import Coverage, PresetAdvice, is_paid_right, judge, shortest_preset
from brands.models import AdAccount, Brand, User
from campaigns.ad_names import AdNameParts
from campaigns.models import Campaign, Flight
from campaigns.queries.lines import FlightDates, JudgedFlight, judged, stored_gaps
from campaigns.sections import Choice, first_places
from posts.models import MetricsSnapshot, Post
from posts.rules import ENGAGING, StrongRule, engagement, is_strong
from sparktrack.core.cells import Refusal
from sparktrack.core.days import last_full_day
from sparktrack.tiktok.links import parse_post_link

# How many are offered while somebody types; any other can be typed in full.
MOST_OFFERED = 200

_BEFORE_HANDLE = " · @"


@dataclass(frozen=True, slots=True)
class Traction:
    """The newest numbers of a post, and whether they are what the brand calls strong; None = nobody noted them."""

    metrics: MetricsSnapshot | None
    engagement: Decimal | None
    strong: bool


@dataclass(frozen=True, slots=True)
class PlannedFlight:
    """A flight as it would be: its verdict, and the window to ask the creator for, where a code could help.

    ``idle``: the post judged from now on without end, while there is no first day. ``apply_by``: until then a
    replacement of its code must be applied, before anything else happens to it.
    """

    post: Post
    line: JudgedFlight
    idle: Coverage
    advice: PresetAdvice | None
    traction: Traction
    apply_by: datetime | None = None


def find_posts(brand: Brand, text: str) -> list[Post]:
    """The posts that ``text`` may mean, three at most: an id, a link, a label, or words of title and handle."""
    posts = Post.objects.for_brand(brand).select_related("creator", "brief").order_by("-pk")
    wanted = text.strip()
    with suppress(ValueError):
        return list(posts.filter(pk=UUID(wanted)))
    with suppress(Refusal):
        link = parse_post_link(wanted)
        return list(posts.filter(Q(tiktok_post_id=link.post_id) if link.post_id else Q(url=link.url))[:3])
    name, sign, handle = wanted.rpartition(_BEFORE_HANDLE)
    if sign:
        named = Q(title=name) | Q(title="", tiktok_post_id=name) | Q(title="", tiktok_post_id="", url=name)
        if found := list(posts.filter(named, creator__handle=handle)[:3]):
            return found
    words = " ".join(word for word in wanted.split() if word != "·")
    return list(posts.matching(words)[:3]) if words else []


def post_label(post: Post) -> str:
    """What a post is called where one is chosen: ``Morning pour · @maya``."""
    return f"{post}{_BEFORE_HANDLE}{post.creator.handle}"


def post_text(brand: Brand, post: Post) -> str:
    """A text that means this post and no other: its label, if that is enough; two queries at most."""
    label = post_label(post)
    return label if [found.pk for found in find_posts(brand, label)] == [post.pk] else str(post.pk)


def offered_posts(brand: Brand) -> list[str]:
    """The newest posts, by their labels; one query."""
    newest = Post.objects.for_brand(brand).order_by("-pk").values("pk")[:MOST_OFFERED]
    posts = Post.objects.for_brand(brand).filter(pk__in=newest).select_related("creator").order_by("-pk")
    return list(dict.fromkeys(map(post_label, posts)))


def offered_campaigns(brand: Brand) -> list[str]:
    """The names of the newest campaigns; one query."""
    newest = Campaign.objects.for_brand(brand).order_by("-pk")
    return sorted(newest.values_list("name", flat=True)[:MOST_OFFERED], key=str.casefold)


def planned_flight(
    brand: Brand,
    post: Post,
    dates: FlightDates,
    account: AdAccount | None,
    *,
    now: datetime,
    stored: Flight | None = None,
) -> PlannedFlight:
    """Judge a flight of ``post`` that is not stored, or not like that; ``stored``: it is, just so. Three queries."""
    gaps = stored_gaps(brand, [post.pk], after=now).get(post.pk, [])
    line = JudgedFlight(
        **judged(dates, gaps, zone=brand.zone_of(account), currency=brand.currency_of(account), now=now)
    )
    advice = None
    if line.ends_at is not None and line.ends_at > now and line.first_gap is not None:
        advice = shortest_preset(generated_at=now, ends_at=line.ends_at, rights=())
    return PlannedFlight(
        post=post,
        line=line,
        idle=judge(gaps, starts_at=now, ends_at=None, now=now),
        advice=advice,
        traction=traction_of(brand, post),
        apply_by=apply_by_of(brand, stored, now=now) if stored else None,
    )


def apply_by_of(brand: Brand, flight: Flight, *, now: datetime) -> datetime | None:
    """Until when a replacement must be applied for a stored flight, as the board says; one query."""
    chosen = Choice(brand, flights=Flight.objects.for_brand(brand).filter(pk=flight.pk))
    return next((place.apply_by for place in first_places(chosen, now=now, lines=1).places), None)


def traction_of(brand: Brand, post: Post) -> Traction:
    """Whether the numbers of a post speak for spending on it; one query."""
    metrics = MetricsSnapshot.objects.for_brand(brand).filter(post=post).order_by("-at", "-pk").first()
    if metrics is None:
        return Traction(None, None, strong=False)
    percent = engagement(metrics.views, [getattr(metrics, name) for name in ENGAGING])
    rule = StrongRule(brand.strong_views, brand.strong_engagement)
    return Traction(metrics, percent, strong=is_strong(rule, views=metrics.views, percent=percent))


def counting_rights(brand: Brand, post: Post) -> list[UsageRight]:
    """The rights that count for ``post``: its own, else those of its brief, else of its creator; one query."""
    found = list(
        UsageRight.objects.for_brand(brand)
        .filter(Q(post=post) | Q(brief=post.brief_id, brief__isnull=False) | Q(creator=post.creator_id))
        .order_by("starts_at", "pk")
    )
    for level in ("post_id", "brief_id", "creator_id"):
        if own := [right for right in found if getattr(right, level)]:
            return own
    return []


def name_parts(
    brand: Brand,
    post: Post,
    rights: Sequence[UsageRight],
    *,
    starts_on: date | None,
    campaign: str,
    account: AdAccount | None,
    buyer: User | None,
) -> AdNameParts:
    """What the tokens of an ad's name stand for."""
    paid = [
        right
        for right in rights
        if right.starts_at is not None and is_paid_right(right.paid_amplification, right.channels)
    ]
    ends = [last_full_day(right.ends_at, brand.time_zone) for right in paid if right.ends_at is not None]
    is_open = len(ends) < len(paid)
    return AdNameParts(
        starts_on=starts_on,
        sku=post.sku,
        product=post.product,
        creator=post.creator.handle,
        angle=post.hook_angle,
        use_case=post.use_case.replace("_", " "),
        offer=post.offer,
        campaign=campaign,
        account=account.name if account else "",
        buyer=buyer.get_short_name() if buyer else "",
        rights_end=None if is_open else max(ends, default=None),
        rights_open=is_open,
        post_id=post.tiktok_post_id,
    )


def flight_of(brand: Brand, flight_id: UUID) -> Flight:
    """A flight with all that its page names; one query. Raises Flight.DoesNotExist."""
    flights = Flight.objects.for_brand(brand)
    found: Flight = flights.select_related(
        "post__creator", "post__brief", "campaign", "buyer", "ad_account"
    ).get(pk=flight_id)
    return found
