"""The board's answer worked out by the plain rules, flight by flight, to hold the SQL against."""

from collections import Counter, defaultdict
from datetime import datetime
from decimal import Decimal

from brands.models import Brand
from campaigns.models import Flight
from campaigns.queries.lines import FlightLine, flight_lines, stored_gaps
from campaigns.sections import (
    AT_RISK,
    FLIGHT_SECTIONS,
    SOON,
    Choice,
    first_places,
    places_after,
)


def lines_of(brand: Brand, now: datetime) -> list[FlightLine]:
    """Every flight of the brand, judged by the plain rules."""
    flights = list(Flight.objects.for_brand(brand).select_related("ad_account"))
    gaps = stored_gaps(brand, {flight.post_id for flight in flights}, after=None)
    return flight_lines(brand, flights, gaps, now=now)


def assert_sections_agree(brand: Brand, now: datetime) -> None:
    """The SQL puts every flight where the rules put it, in every way it is asked, and sums the same money."""
    lines = lines_of(brand, now)
    expected = {line.flight.pk: line.section for line in lines if line.section is not None}
    choice = Choice(brand)
    assert {
        place.flight_id: place.section for place in first_places(choice, now=now, lines=1000).places
    } == expected

    for section in FLIGHT_SECTIONS:
        walked, after = [], None
        while page := places_after(choice, section=section, now=now, lines=2, after=after).places:
            walked += page
            after = (page[-1].key, page[-1].flight_id)
        assert len(walked) == len({place.flight_id for place in walked})
        assert {place.flight_id for place in walked} == {pk for pk, own in expected.items() if own is section}

    counts: Counter[tuple[object, str]] = Counter()
    soon: Counter[tuple[object, str]] = Counter()
    at_risk: dict[tuple[object, str], Decimal] = defaultdict(Decimal)
    for line in lines:
        if line.section is None:
            continue
        key = (line.section, line.currency)
        counts[key] += 1
        if line.first_gap is not None and line.first_gap.starts_at is not None:
            soon[key] += line.first_gap.starts_at < now + SOON
        if line.section in AT_RISK:
            at_risk[key] += line.at_risk or Decimal(0)
    sums = first_places(choice, now=now, lines=1).sums
    assert {(item.section, item.currency): item.count for item in sums} == dict(counts)
    assert {(item.section, item.currency): item.at_risk for item in sums if item.at_risk} == {
        key: amount for key, amount in at_risk.items() if amount
    }
    for item in sums:
        if item.section in AT_RISK:
            assert item.soon == soon[item.section, item.currency]
