"""The lines of the board, from plain values: making six model instances a line takes longer than reading the rows."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID

from django.db.models import QuerySet

from authorizations.models import PostGap
from authorizations.rules import Gap, judge
from brands.models import Brand, User
from campaigns.models import Flight
from campaigns.queries.lines import BoardLine, FlightDates, IdleLine, gaps_by_post, judged, stored_gaps
from campaigns.sections import Place
from posts.enums import Method
from posts.models import Post

# One row of what a line shows.
_Row: TypeAlias = tuple[Any, ...]

_POST = ("title", "tiktok_post_id", "url", "creator__handle", "method")
_IDLE = ("pk", *_POST)
_FLYING = (
    *("pk", "post_id", *(f"post__{name}" for name in _POST), *FlightDates._fields),
    *(
        "brand_id",
        "campaign__name",
        "buyer__full_name",
        "buyer__email",
        "ad_account__time_zone",
        "ad_account__currency",
    ),
)


def first_posts(brand: Brand, posts: QuerySet[Post], *, lines: int, after: UUID | None) -> list[_Row]:
    """The newest ``lines`` of ``posts`` behind the id ``after``: ids are UUIDv7, so their order is that of creation."""
    if after is not None:
        posts = posts.filter(pk__lt=after)
    # The posts first and then their creators: SQLite would begin at the creators and sort all posts of the brand.
    newest = posts.order_by("-pk").values("pk")[:lines]
    return list(Post.objects.for_brand(brand).filter(pk__in=newest).order_by("-pk").values_list(*_IDLE))


def shown_lines(
    brand: Brand, places: Sequence[Place], posts: Sequence[_Row], *, now: datetime
) -> tuple[dict[UUID, BoardLine], list[IdleLine]]:
    """The flights of these places by their id, and ``posts`` in their order; two queries at most."""
    flights = _flights([brand], places)
    gaps = stored_gaps(brand, {row[1] for row in flights} | {row[0] for row in posts}, after=now)
    lines = {line.flight_id: line for _, line in _lines([brand], places, flights, gaps, now)}
    idle = [
        IdleLine(
            post_id=pk,
            title=_title(title, tiktok_id, url),
            handle=handle,
            linked=method != Method.CODE,
            coverage=judge(gaps.get(pk, []), starts_at=now, ends_at=None, now=now),
            zone=brand.time_zone,
        )
        for pk, title, tiktok_id, url, handle, method in posts
    ]
    return lines, idle


def lines_of_brands(
    brands: Sequence[Brand], places: Sequence[Place], *, now: datetime
) -> dict[UUID, tuple[Brand, BoardLine]]:
    """The flights of these places with their brand, all of ``brands``, by their id; two queries at most."""
    flights = _flights(brands, places)
    posts = {row[1] for row in flights}
    gaps = gaps_by_post(PostGap.objects.filter(brand__in=brands, post__in=posts), after=now)
    return {line.flight_id: (brand, line) for brand, line in _lines(brands, places, flights, gaps, now)}


def _flights(brands: Sequence[Brand], places: Sequence[Place]) -> list[_Row]:
    if not places:
        return []
    ids = [place.flight_id for place in places]
    return list(Flight.objects.filter(brand__in=brands, pk__in=ids).values_list(*_FLYING))


def _lines(
    brands: Sequence[Brand],
    places: Sequence[Place],
    flights: Sequence[_Row],
    gaps: Mapping[UUID, list[Gap]],
    now: datetime,
) -> Iterator[tuple[Brand, BoardLine]]:
    by_id = {place.flight_id: place for place in places}
    by_pk = {brand.pk: brand for brand in brands}
    buyers: dict[str, str] = {}
    for pk, post, title, tiktok_id, url, handle, method, *rest in flights:
        dates = FlightDates(*rest[:-6])
        brand, campaign, full_name, email, zone, currency = by_pk[rest[-6]], *rest[-5:]
        if email and email not in buyers:
            buyers[email] = User(full_name=full_name, email=email).get_short_name()
        yield (
            brand,
            BoardLine(
                flight_id=pk,
                post_id=post,
                title=_title(title, tiktok_id, url),
                handle=handle,
                linked=method != Method.CODE,
                campaign=campaign,
                buyer=buyers.get(email, ""),
                apply_by=by_id[pk].apply_by,
                **judged(
                    dates,
                    gaps.get(post, []),
                    zone=zone or brand.time_zone,
                    currency=currency or brand.currency,
                    now=now,
                ),
            ),
        )


def _title(title: str, tiktok_id: str, url: str) -> str:
    return title or str(Post(tiktok_post_id=tiktok_id, url=url))
