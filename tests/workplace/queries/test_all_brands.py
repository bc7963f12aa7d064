"""The answer across brands is that of each board, in a constant number of queries."""

from decimal import Decimal

import pytest

from authorizations.operations.codes import Use, mark_applied
from campaigns.enums import Section
from campaigns.queries.board import board
from campaigns.queries.lines import BoardLine
from campaigns.sections import Choice
from campaigns.sections_sql import AT_RISK
from tests.campaigns.scenes import SCENES, blocked, covered, many_flights, must_pause, stops, without_rights
from tests.world import DAY, NOW, World
from workplace.queries.all_brands import FIRST_LINES, all_brands

pytestmark = pytest.mark.django_db


@pytest.fixture
def worlds():
    """Two brands with a flight in every section, in other currencies; one of them spends in a third."""
    dollars, crowns = World(name="B"), World(name="A", currency="SEK", time_zone="Europe/Stockholm")
    for world in (dollars, crowns):
        account = world.account(currency="GBP")
        for scene in SCENES.values():
            scene(world, ad_account=account if scene is stops else None)
    return dollars, crowns


def ask(*worlds, now=NOW):
    return all_brands([world.brand for world in worlds], now=now)


def test_every_brand_has_the_sums_of_its_own_board(worlds):
    for days in (0, 3, 6, 19):
        now = NOW + days * DAY
        found = ask(*worlds, now=now)
        assert {own.brand for own in found.brands} == {world.brand for world in worlds}
        for own in found.brands:
            whole = board(Choice(own.brand), None, now=now)
            assert own.counts == {item.section: item.count for item in whole.counts}
            expected = {}
            for section in whole.sections:
                for sum_ in section.money:
                    expected[sum_.currency] = expected.get(sum_.currency, Decimal(0)) + sum_.amount
            assert {sum_.currency: sum_.amount for sum_ in own.money} == expected
            assert sum(own.soon.get(section, 0) for section in (Section.STOPS,)) == whole.sums.stopping_soon
            assert [(sum_.currency, sum_.amount) for sum_ in whole.sums.without_permission] == sorted(
                own.unpermitted_a_day.items()
            )
            stops_at = [
                line.apply_by or line.first_gap.starts_at
                for part in whole.sections
                if part.section in {Section.STOPS, Section.MUST_PAUSE}
                for line in part.lines
                if isinstance(line, BoardLine)
            ]
            assert (own.next.at if own.next else None) == min(stops_at, default=None)


def test_lines_are_those_of_the_boards_with_their_brand(worlds):
    found = ask(*worlds)
    assert [part.section for part in found.urgent] == list(AT_RISK)
    boards = {world.brand: board(Choice(world.brand), None, now=NOW) for world in worlds}
    for part in found.urgent:
        assert {brand for brand, _ in part.lines} == set(boards)
        assert part.count == 2
        assert not part.elsewhere
        for brand, line in part.lines:
            (own,) = (each for each in boards[brand].sections if each.section is part.section)
            assert [line] == list(own.lines)


def test_a_replacement_nobody_applied_is_a_stop(world_with_replacement):
    found = ask(world_with_replacement, World())
    ((brand, line),) = found.urgent[0].lines
    assert (brand, found.urgent[0].section) == (world_with_replacement.brand, Section.STOPS)
    assert line.apply_by == NOW + 5 * DAY == found.brands[0].next.at


@pytest.fixture
def world_with_replacement():
    world = World()
    flight = covered(world)
    old = world.code(flight.post, NOW - 25 * DAY, days=30)
    mark_applied(uses=[Use(old)], **world.by)
    world.code(flight.post, NOW - DAY, days=60, supersedes=old)
    return world


def test_who_is_in_trouble_stands_first():
    calm, soon, gone, unpermitted = (World(name=name) for name in "abcd")
    covered(calm)
    stops(soon)
    blocked(gone)
    without_rights(unpermitted)
    names = [own.brand.name for own in ask(calm, soon, gone, unpermitted).brands]
    assert names == ["d", "c", "b", "a"]


def test_what_does_not_fit_is_counted_by_brand():
    first, second = World(name="first"), World(name="second")
    many_flights(
        first, [f"Post {number}" for number in range(FIRST_LINES)], code_days=lambda place: place + 1
    )
    many_flights(second, ["Late", "Later"], code_days=lambda place: 40 + place)
    (part,) = ask(first, second).urgent
    assert len(part.lines) == FIRST_LINES
    assert part.count == FIRST_LINES + 2
    assert part.elsewhere == [(second.brand, 2)]


def test_a_brand_that_is_not_asked_for_is_not_there(worlds):
    own, _ = worlds
    found = ask(own)
    assert {each.brand for each in found.brands} == {own.brand}
    assert {brand for part in found.urgent for brand, _ in part.lines} == {own.brand}
    assert ask().brands == []


def test_queries_are_constant(django_assert_num_queries):
    worlds = [World() for _ in range(6)]
    for number, world in enumerate(worlds):
        if number:
            many_flights(world, [f"Post {place}" for place in range(10)], code_days=lambda place: place)
        must_pause(world)
    for number in (1, 3, 6):
        with django_assert_num_queries(3):
            ask(*worlds[:number])
