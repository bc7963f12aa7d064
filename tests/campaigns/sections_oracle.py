"""The board's answer worked out by the plain rules, flight by flight, to hold the SQL against."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection

from authorizations.models import AuthorizationCode
from brands.models import Brand
from campaigns.enums import Section, Sort
from campaigns.models import Flight
from campaigns.queries.lines import FlightLine, flight_lines, stored_gaps
from campaigns.rules import Replacement, applies_first, apply_replacement_by, board_section
from campaigns.sections import FAR, FLIGHT_SECTIONS, SOON, Choice, first_places, places_after
from campaigns.sections_sql import AT_RISK


@dataclass
class Placed:
    """A flight that is not over, where it stands and what makes it stand there."""

    line: FlightLine
    section: Section
    apply_by: datetime | None

    @property
    def stops_at(self) -> datetime | None:
        """When it stops or is to be paused."""
        gap = self.line.first_gap
        return self.apply_by or (gap.starts_at if gap else None)


def replacements(brand: Brand, now: datetime) -> dict[UUID, list[Replacement]]:
    """For every post its usable codes that take over from others."""
    codes = AuthorizationCode.objects.for_brand(brand).prefetch_related("uses").select_related("supersedes")
    uses = {code.pk: [use.ad_account_id for use in code.uses.all()] for code in codes}
    found = defaultdict(list)
    for code in codes:
        if code.supersedes is not None and code.rejected_at is None and _end(code) > now:
            old = code.supersedes
            ended = _end(old)
            # An ad account is done with the old code where any good code of the post is in use that lasts longer.
            outlasting = [
                other
                for other in codes
                if other.post_id == code.post_id
                and other.rejected_at is None
                and _end(other) > max(ended, now)
            ]
            done = {account for each in (code, *outlasting) for account in uses[each.pk]}
            found[code.post_id].append(Replacement(ended, uses[old.pk], done))
    return found


def _end(code: AuthorizationCode) -> datetime:
    """When a code ends or was revoked."""
    return min(code.expires_at, code.revoked_at or code.expires_at)


def placed(brand: Brand, now: datetime) -> list[Placed]:
    """Every flight of the brand that is not over, judged by the plain rules."""
    flights = list(
        Flight.objects.for_brand(brand)
        .select_related("ad_account", "campaign", "post__creator")
        .order_by("pk")
    )
    gaps = stored_gaps(brand, {flight.post_id for flight in flights}, after=None)
    waiting = replacements(brand, now)
    found = []
    for line in flight_lines(brand, flights, gaps, now=now):
        by = apply_replacement_by(
            waiting[line.flight.post_id],
            account=line.flight.ad_account_id,
            starts_at=line.starts_at,
            ends_at=line.ends_at,
        )
        section = board_section(
            line.status, line.coverage, evergreen=line.ends_at is None, now=now, apply_by=by
        )
        shown = by if section is Section.STOPS and by and applies_first(line.coverage, by) else None
        if section is not None:
            found.append(Placed(line, section, shown))
    return found


def _number(instant: datetime | None) -> int:
    """An instant as the databases order it; SQLite counts whole seconds."""
    assert instant is not None
    length = instant - datetime.fromtimestamp(0, UTC)
    return length // timedelta(seconds=1) if connection.vendor == "sqlite" else length // timedelta.resolution


def _urgency(item: Placed) -> Any:
    line, flight = item.line, item.line.flight
    newest_first = {
        Section.WITHOUT_RIGHTS: line.blocked_since,
        Section.BLOCKED: line.blocked_since,
        Section.PAUSED: flight.paused_at,
        Section.UNPLANNED: flight.created_at,
    }
    if item.section in newest_first:
        return -_number(newest_first[item.section])
    soonest_first = {Section.WAITING: line.starts_at, Section.COVERED: line.ends_at or FAR}
    return _number(soonest_first.get(item.section, item.stops_at))


def _money(item: Placed) -> Any:
    line = item.line
    days = line.uncovered_days if item.section in AT_RISK else 0
    if line.daily_spend is None:
        return (1, -days)
    return (0, -line.daily_spend * days if item.section in AT_RISK else -line.daily_spend)


_KEYS: dict[Sort, Callable[[Placed], Any]] = {
    Sort.URGENCY: _urgency,
    Sort.MONEY: _money,
    Sort.END: lambda item: _number(item.line.ends_at or FAR),
    Sort.CREATOR: lambda item: item.line.flight.post.creator.handle,
    Sort.CAMPAIGN: lambda item: item.line.flight.campaign.name.lower(),
}


def assert_sections_agree(brand: Brand, now: datetime, *, sorts: Iterable[Sort] = (Sort.URGENCY,)) -> None:
    """The SQL puts every flight where the rules put it, in every way it is asked, and sums the same money."""
    flights = placed(brand, now)
    choice = Choice(brand)
    for sort in sorts:
        assert_orders_agree(choice, flights, sort, now)
    _assert_sums_agree(choice, flights, now)
    narrowed = [item for item in flights if item.apply_by]
    unapplied = first_places(Choice(brand, unapplied=True), now=now, lines=1000).places
    assert {place.flight_id for place in unapplied} == {item.line.flight.pk for item in narrowed}
    before = now + SOON
    soon = first_places(Choice(brand, gap_before=before), now=now, lines=1000).places
    assert {place.flight_id for place in soon} == {
        item.line.flight.pk for item in flights if item.stops_at and item.stops_at < before
    }


def assert_orders_agree(choice: Choice, flights: list[Placed], sort: Sort, now: datetime) -> None:
    """Every section holds the flights of the rules in the order of ``sort``, at once and page by page."""
    whole = first_places(choice, now=now, lines=1000, sort=sort).places
    for section in FLIGHT_SECTIONS:
        own = sorted(
            (item for item in flights if item.section is section),
            key=lambda item: (_KEYS[sort](item), item.line.flight.pk),
        )
        expected = [(item.line.flight.pk, item.apply_by) for item in own]
        assert [
            (place.flight_id, place.apply_by) for place in whole if place.section is section
        ] == expected, (section, sort)
        walked, after = [], None
        while page := places_after(choice, section=section, now=now, lines=2, after=after, sort=sort).places:
            walked += page
            after = (page[-1].key, page[-1].flight_id)
        assert [(place.flight_id, place.apply_by) for place in walked] == expected, (section, sort)


def _assert_sums_agree(choice: Choice, flights: list[Placed], now: datetime) -> None:
    counts: Counter[tuple[object, str]] = Counter()
    soon: Counter[tuple[object, str]] = Counter()
    at_risk: dict[tuple[object, str], Decimal] = defaultdict(Decimal)
    for item in flights:
        key = (item.section, item.line.currency)
        counts[key] += 1
        soon[key] += item.stops_at is not None and item.stops_at < now + SOON
        if item.section in AT_RISK:
            at_risk[key] += item.line.at_risk or Decimal(0)
    sums = first_places(choice, now=now, lines=1).sums
    assert {(item.section, item.currency): item.count for item in sums} == dict(counts)
    assert {(item.section, item.currency): item.at_risk for item in sums if item.at_risk} == {
        key: amount for key, amount in at_risk.items() if amount
    }
    for each in sums:
        if each.section in AT_RISK:
            assert each.soon == soon[each.section, each.currency]
