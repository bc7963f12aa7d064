"""The findings worked out row by row by the plain rules, to hold the queries against."""

from collections import Counter, defaultdict
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import combinations

from authorizations.enums import EndSource, Reason
from authorizations.inputs import load_inputs
from authorizations.models import AuthorizationCode
from authorizations.rules import post_gaps
from brands.models import Brand
from campaigns.enums import FlightStatus, Section
from campaigns.models import Flight
from campaigns.queries.board import board, idle_posts
from campaigns.queries.duplicates import Same
from campaigns.queries.findings import FoundFlights, findings
from campaigns.sections import SOON, Choice
from posts.enums import Method
from posts.models import Post
from tests.campaigns.sections_oracle import Placed, placed

RUNNING = {FlightStatus.LIVE, FlightStatus.PLANNED}


def assert_findings_agree(brand: Brand, now: datetime) -> None:
    """Every part has the things that the rules put there, and the sums of the board."""
    found, flights = findings(brand, now=now), placed(brand, now)

    def within(part: FoundFlights, *sections: Section, wanted: bool | None = None) -> None:
        own = [
            item
            for item in flights
            if item.section in sections and (wanted is None or (_at(item) < now + SOON) is wanted)
        ]
        if part is found.too_short:
            own = [item for item in own if Reason.CODE_EXPIRED in _reasons(item)]
        assert part.count == len(own)
        assert {line.flight_id for line in part.lines} == {item.line.flight.pk for item in own}
        risk: dict[str, Decimal] = defaultdict(Decimal)
        for item in own:
            risk[item.line.currency] += item.line.at_risk or Decimal(0)
        assert {item.currency: item.amount for item in part.at_risk} == {
            currency: amount for currency, amount in risk.items() if amount
        }

    within(found.without_rights, Section.WITHOUT_RIGHTS)
    within(found.blocked, Section.BLOCKED)
    within(found.stops, Section.STOPS, wanted=True)
    within(found.must_pause, Section.MUST_PAUSE, wanted=True)
    within(found.waiting, Section.WAITING, wanted=True)
    within(found.too_short, Section.STOPS, Section.WAITING, wanted=False)

    sums = board(Choice(brand), idle_posts(brand, now=now), now=now).sums
    assert (found.without_rights.count, found.blocked.count) == (sums.without_rights, sums.blocked)
    assert (found.stops.count, found.must_pause.count) == (sums.stopping_soon, sums.must_pause_soon)
    assert found.without_rights.a_day == sums.without_permission

    coming = {Section.STOPS, Section.MUST_PAUSE, Section.WAITING, Section.RUNS_UNTIL}
    assert found.next_at == min((_at(item) for item in flights if item.section in coming), default=None)
    _assert_codes_agree(brand, now, flights)
    _assert_drift_agrees(brand, now, flights)
    _assert_duplicates_agree(brand, now, flights)


def _at(item: Placed) -> datetime:
    assert item.stops_at is not None
    return item.stops_at


def _reasons(item: Placed) -> tuple[Reason, ...]:
    return item.line.first_gap.reasons if item.line.first_gap else ()


def _assert_codes_agree(brand: Brand, now: datetime, flights: list[Placed]) -> None:
    found = findings(brand, now=now)
    codes = list(AuthorizationCode.objects.for_brand(brand))
    good = [
        code
        for code in codes
        if code.rejected_at is None
        and code.expires_at > now
        and (code.revoked_at is None or code.revoked_at > now)
    ]
    replaced = {code.supersedes_id for code in good}
    needed = {item.line.flight.post_id for item in flights if item.line.status in RUNNING}
    unverified = [
        code
        for code in good
        if EndSource(code.end_source).strength < EndSource.ADS_MANAGER.strength and code.pk not in replaced
    ]
    own = sorted((code.expires_at, code.post_id) for code in unverified if code.post_id in needed)
    assert sorted((end.ends_at, end.post_id) for end in found.unverified.lines) == own
    assert found.unverified.count == len(own)
    assert found.idle_unverified.count == len(unverified) - len(own)


def _assert_drift_agrees(brand: Brand, now: datetime, flights: list[Placed]) -> None:
    found = findings(brand, now=now)
    running = {item.line.flight.post_id for item in flights if item.line.status in RUNNING}
    posts = list(Post.objects.for_brand(brand).select_related("creator"))
    inputs = load_inputs(brand, [post.pk for post in posts])
    expected = []
    for post in posts:
        if post.pk in running or post.method != Method.CODE or post.creator.own_account:
            continue
        for gap in post_gaps(inputs[post.pk]):
            if gap.starts_at is None or gap.starts_at > now or (gap.ends_at and gap.ends_at <= now):
                continue
            lately = gap.starts_at > now - timedelta(days=90)
            rights_over = gap.reasons == (Reason.RIGHTS_EXPIRED,)
            code_over = gap.reasons in {(Reason.CODE_EXPIRED,), (Reason.CODE_REVOKED,)}
            if brand.tracks_rights and (rights_over or (code_over and lately)):
                expected.append((post.pk, rights_over, gap.starts_at, gap.ends_at))
    lines = [(drift.post_id, drift.rights_over, drift.since, drift.until) for drift in found.drifted.lines]
    assert sorted(lines, key=str) == sorted(expected, key=str)
    assert found.drifted.count == len(expected)


def _assert_duplicates_agree(brand: Brand, now: datetime, flights: list[Placed]) -> None:
    found = Counter(twice.same for twice in findings(brand, now=now).duplicates.lines)
    groups: dict[object, list[str]] = defaultdict(list)
    for post in Post.objects.for_brand(brand).exclude(title=""):
        groups[post.creator_id, post.title].append(post.tiktok_post_id)
    assert found[Same.TITLE] == sum(len(ids) > 1 and "" in ids for ids in groups.values())
    alive = sorted(
        (item.line.flight for item in flights if item.line.flight.starts_at), key=lambda flight: flight.pk
    )
    twice = {later.pk for one, later in combinations(alive, 2) if _overlap(one, later)}
    assert found[Same.FLIGHT] == len(twice)


def _overlap(one: Flight, other: Flight) -> bool:
    assert one.starts_at is not None
    assert other.starts_at is not None
    accounts = {one.ad_account_id, other.ad_account_id} - {None}
    return (
        one.post_id == other.post_id
        and one.campaign_id == other.campaign_id
        and len(accounts) < 2
        and (one.ends_at is None or other.starts_at < one.ends_at)
        and (other.ends_at is None or one.starts_at < other.ends_at)
    )
