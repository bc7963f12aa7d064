"""A brand as a sheet that the importer takes back without a change (issue: export → import = zero changes)."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import zip_longest
from uuid import UUID

from authorizations.enums import CodeStatus, Reason
from authorizations.models import AuthorizationCode, PostGap, UsageRight
from authorizations.rules import Code, Coverage, Gap, code_status, judge
from authorizations.windows import Term, last_day
from brands.models import Brand
from campaigns.importers.cells import clean_text
from campaigns.importers.columns import EXPORTED
from campaigns.models import Flight
from campaigns.rules import flight_end
from posts.models import Post
from sparktrack.core.tabular import Value

HEADER = tuple(field.value for field in EXPORTED)

# So many posts are in memory at once.
_SLICE = 400

# The codes of one slice → what stands in their cells, in order.
ShowCodes = Callable[[Sequence[AuthorizationCode]], Sequence[str]]


def masked(codes: Sequence[AuthorizationCode]) -> list[str]:
    """``…k2Y=``: all that a sheet shows of a code unless somebody may and wants to reveal it."""
    return [f"…{code.ending}" for code in codes]


def export_rows(brand: Brand, *, now: datetime, show_codes: ShowCodes = masked) -> Iterator[list[Value]]:
    """The rows below ``HEADER``, oldest post first, in flat memory.

    A post has as many rows as its longest list of codes, rights of its own and flights, laid side by side; a post
    without any has one. The verdict is that of the flight in the row; of a post outside any flight, as if it flew from
    ``now`` on without end.
    """
    after: UUID | None = None
    while True:
        posts = Post.objects.for_brand(brand).select_related("creator").order_by("pk")
        part = list((posts if after is None else posts.filter(pk__gt=after))[:_SLICE])
        if not part:
            return
        after = part[-1].pk
        yield from rows_of_posts(brand, part, now=now, show_codes=show_codes)


@dataclass(slots=True)
class _Belongings:
    codes: list[AuthorizationCode] = field(default_factory=list)
    rights: list[UsageRight] = field(default_factory=list)
    flights: list[Flight] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)


def rows_of_posts(
    brand: Brand, posts: Sequence[Post], *, now: datetime, show_codes: ShowCodes = masked
) -> Iterator[list[Value]]:
    """The rows of these posts, loaded with their creators; four queries."""
    belongings = _belongings(brand, posts)
    codes = [code for post in posts for code in belongings[post.pk].codes]
    shown = dict(zip((code.pk for code in codes), show_codes(codes), strict=True))
    for post in posts:
        owned = belongings[post.pk]
        about = _post_cells(post)
        in_no_flight = not owned.flights
        lists = zip_longest(owned.codes, owned.rights, owned.flights)
        for code, right, flight in list(lists) or [(None, None, None)]:
            cells = {
                **about,
                **(_code_cells(code, shown[code.pk], now, brand.expiring_days) if code else {}),
                **(_right_cells(right) if right else {}),
                **(_flight_cells(flight) if flight else {}),
                **_verdict_cells(owned.gaps, flight, now, in_no_flight=in_no_flight),
            }
            in_no_flight = False  # the verdict of the post stands once
            yield [cells.get(name) for name in HEADER]


def _belongings(brand: Brand, posts: Sequence[Post]) -> dict[UUID, _Belongings]:
    """What hangs on these posts, in four queries."""
    ids = [post.pk for post in posts]
    found: dict[UUID, _Belongings] = defaultdict(_Belongings)
    for code in AuthorizationCode.objects.for_brand(brand).filter(post__in=ids).order_by("starts_at", "pk"):
        found[code.post_id].codes.append(code)
    for right in UsageRight.objects.for_brand(brand).filter(post__in=ids).order_by("starts_on", "pk"):
        found[right.post_id].rights.append(right)
    flights = Flight.objects.for_brand(brand).filter(post__in=ids).select_related("campaign", "buyer")
    for flight in flights.order_by("starts_on", "pk"):
        found[flight.post_id].flights.append(flight)
    for gap in PostGap.objects.for_brand(brand).filter(post__in=ids).order_by("starts_at"):
        reasons = tuple(map(Reason, gap.reasons.split(",")))
        found[gap.post_id].gaps.append(Gap(gap.starts_at, gap.ends_at, reasons))
    for owned in found.values():
        owned.gaps.sort(
            key=lambda gap: (gap.starts_at is not None, gap.starts_at)
        )  # databases sort nulls differently
    return found


def _post_cells(post: Post) -> dict[str, Value]:
    creator = post.creator
    return {
        "handle": creator.handle,
        "creator_name": clean_text(creator.display_name),
        "creator_email": creator.email,
        "post_url": post.url,
        "post_id": post.tiktok_post_id,
        "posted_at": post.posted_at,
        "title": clean_text(post.title),
        "sku": clean_text(post.sku),
        "product": clean_text(post.product),
        "hook_angle": clean_text(post.hook_angle),
        "use_case": post.use_case,
        "landing_page": post.landing_page,
        "lane": post.lane,
        "notes": clean_text(post.notes),
    }


def _code_cells(code: AuthorizationCode, shown: str, now: datetime, expiring_days: int) -> dict[str, Value]:
    state = Code(code.starts_at, code.expires_at, code.revoked_at, rejected=code.rejected_at is not None)
    status: CodeStatus = code_status(state, now=now, expiring_days=expiring_days)
    return {
        "code": shown,
        "starts_at": code.starts_at,
        "window_days": code.window_days,
        "expires_at": code.expires_at,
        "source": code.end_source,
        "status": status.value,
        "revoked_at": code.revoked_at,
    }


def _right_cells(right: UsageRight) -> dict[str, Value]:
    return {
        "paid": right.paid_amplification,
        "rights_start": right.starts_on,
        "rights_end": _right_end(right),
    }


def _right_end(right: UsageRight) -> date | str | None:
    """The last day; a term that has not begun has none yet."""
    if right.perpetual:
        return "perpetual"
    if not right.term_stated:
        return "not stated"
    if right.starts_on is None:
        return right.ends_on
    return last_day(right.starts_on, Term(right.ends_on, right.term_days, right.term_months))


def _flight_cells(flight: Flight) -> dict[str, Value]:
    return {
        "campaign": clean_text(flight.campaign.name),
        "flight_start": flight.starts_on,
        "flight_end": flight.ends_on,
        "daily_spend": flight.daily_spend,
        "buyer": flight.buyer.email if flight.buyer else None,
    }


def _verdict_cells(
    gaps: Sequence[Gap], flight: Flight | None, now: datetime, *, in_no_flight: bool
) -> dict[str, Value]:
    answer: Coverage | None = None
    if flight is not None and flight.starts_at is not None:
        end = flight_end(flight.ends_at, flight.ended_at)
        answer = judge(gaps, starts_at=flight.starts_at, ends_at=end, now=now)
    elif in_no_flight:
        answer = judge(gaps, starts_at=now, ends_at=None, now=now)
    if answer is None:
        return {}
    return {"verdict": answer.verdict.value, "runnable_until": answer.runnable_until}
