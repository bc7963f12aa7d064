from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.enums import Section, Sort
from campaigns.models import Flight
from campaigns.operations.flights import end_flights
from campaigns.queries import board as module
from campaigns.queries.board import BadCursorError, Cursor, board, idle_posts, inventory_board, section_board
from campaigns.sections import FLIGHT_SECTIONS, Choice
from tests.campaigns.scenes import (
    SCENES,
    blocked,
    covered,
    paused,
    ready_post,
    runs_until,
    stops,
    unplanned,
    without_rights,
)
from tests.campaigns.sections_oracle import assert_sections_agree
from tests.world import DAY, NOW, World


@pytest.fixture
def world(db):
    return World()


def whole(world, now=NOW):
    return board(Choice(world.brand), idle_posts(world.brand, now=now), now=now)


def page(world, section, after=None):
    choice = Choice(world.brand)
    if section is Section.INVENTORY:
        found = inventory_board(choice, idle_posts(world.brand, now=NOW), after=after, now=NOW)
    else:
        found = section_board(choice, section=section, after=after, now=NOW)
    (shown,) = found.sections
    return shown


# --- Where things stand ---------------------------------------------------------------------------------------------
def test_each_scene_stands_in_its_section_and_the_sql_agrees_with_the_rules(world):
    flights = {section: scene(world) for section, scene in SCENES.items()}
    idle = ready_post(world)
    shown = {part.section: part for part in whole(world).sections}
    assert list(shown) == list(Section)
    for section, flight in flights.items():
        assert [line.flight_id for line in shown[section].lines] == [flight.pk]
    assert [line.post_id for line in shown[Section.INVENTORY].lines] == [idle.pk]
    for days in (0, 3, 6, 19, 21, 70):
        assert_sections_agree(world.brand, NOW + days * DAY, sorts=Sort)


def _flights(world, *dates, **post):
    return [world.flight(ready_post(world, **post), start, end) for start, end in dates]


def _codeless(world, *days):
    posts = [world.post() for _ in days]
    for post in posts:
        world.right(world.day(-30), post=post)
    return [
        world.flight(post, world.day(start), world.day(20)) for post, start in zip(posts, days, strict=True)
    ]


def _lasting(world, section, *days):
    """Flights whose code or rights last so many days."""
    name = "code_days" if section in {Section.STOPS, Section.RUNS_UNTIL} else "rights_days"
    end = None if section is Section.RUNS_UNTIL else world.day(40)
    return [_flights(world, (world.day(-20), end), **{name: number})[0] for number in days]


# For each section two flights, the one that shall stand first last.
PAIRS = {
    Section.WITHOUT_RIGHTS: lambda world: reversed(_unpermitted(world)),
    Section.BLOCKED: lambda world: _codeless(world, -9, -2),
    Section.STOPS: lambda world: _lasting(world, Section.STOPS, 9, 3),
    Section.MUST_PAUSE: lambda world: _lasting(world, Section.MUST_PAUSE, 9, 3),
    Section.WAITING: lambda world: _codeless(world, 9, 3),
    Section.RUNS_UNTIL: lambda world: _lasting(world, Section.RUNS_UNTIL, 90, 60),
    Section.COVERED: lambda world: _flights(
        world, (world.day(-1), world.day(9)), (world.day(-1), world.day(3))
    ),
    Section.PAUSED: lambda world: _one_after_the_other(world, paused),
    Section.UNPLANNED: lambda world: _one_after_the_other(world, unplanned),
}


def _unpermitted(world):
    """Codes from long ago, so that the end of the rights decides since when."""
    made = []
    for days in (-2, -9):
        post = world.post()
        world.code(post, NOW - 30 * DAY, days=90)
        world.right(world.day(-30), world.day(days), post=post)
        made.append(world.flight(post, world.day(-20), world.day(40)))
    return made


def _one_after_the_other(world, scene):
    made = []
    for hours in (5, 4):
        world.now = NOW - timedelta(hours=hours)
        made.append(scene(world))
    world.now = NOW
    return made


def test_every_section_has_a_pair():
    assert set(PAIRS) == set(FLIGHT_SECTIONS)


@pytest.mark.parametrize("section", PAIRS)
def test_what_happens_soonest_or_happened_last_comes_first(section, world):
    second, first = PAIRS[section](world)
    assert [line.flight_id for line in page(world, section).lines] == [first.pk, second.pk]


def test_the_newest_posts_of_the_inventory_come_first(world):
    old, new = world.post(), world.post()
    assert [line.post_id for line in page(world, Section.INVENTORY).lines] == [new.pk, old.pk]


def test_a_post_in_a_flight_that_is_not_over_is_no_inventory(world):
    for scene in SCENES.values():
        scene(world)
    assert not idle_posts(world.brand, now=NOW).exists()
    end_flights(flights=list(Flight.objects.for_brand(world.brand)), **world.by)
    assert idle_posts(world.brand, now=NOW).count() == len(SCENES)


# --- The headline ---------------------------------------------------------------------------------------------------
def test_the_headline_counts_and_sums(world):
    blocked(world, daily_spend=Decimal("10.50"))
    without_rights(world, daily_spend=Decimal(7))
    stops(world, daily_spend=Decimal(20), ad_account=world.account(currency="EUR"))
    covered(world)
    runs_until(world)
    paused(world, daily_spend=Decimal(1000))
    sums = whole(world).sums
    assert (sums.blocked, sums.without_rights, sums.stopping_soon, sums.covered) == (1, 1, 1, 2)
    # Per currency; what is paused costs nothing.
    assert [(item.currency, item.amount) for item in sums.a_day] == [
        ("EUR", Decimal(20)),
        ("USD", Decimal("17.50")),
    ]
    assert [(item.currency, item.amount) for item in sums.without_permission] == [("USD", Decimal(7))]


def test_stopping_soon_means_within_fourteen_days_and_not_at_the_end_of_them(world):
    post = world.post()
    world.code(post, NOW - DAY, days=15)  # ends exactly 14 days from now
    world.right(world.day(-30), post=post)
    world.flight(post, world.day(-1), world.day(40))
    assert whole(world).sums.stopping_soon == 0
    assert whole(world, NOW + timedelta(microseconds=1)).sums.stopping_soon == 1


def test_an_uncovered_day_is_counted_once_begun(world):
    post = world.post()
    world.code(post, NOW - DAY, days=3)  # ends in two days at 14:05
    world.right(world.day(-30), post=post)
    world.flight(post, world.day(-1), world.day(2), daily_spend=Decimal(10))
    (part,) = whole(world).sections
    # 9 h 55 min of the last day are not covered.
    assert [(item.currency, item.amount) for item in part.money] == [("USD", Decimal(10))]
    assert part.lines[0].uncovered_days == 1


def test_an_evergreen_counts_the_next_thirty_days(world):
    post = world.post()
    world.code(post, NOW - DAY, days=11)
    world.right(world.day(-30), post=post)
    world.flight(post, world.day(-1), None, daily_spend=Decimal(10))
    (part,) = whole(world).sections
    assert [item.amount for item in part.money] == [Decimal(200)]


def test_a_narrowed_board_has_a_headline_of_what_is_shown(world):
    stops(world)
    other = blocked(world)
    flights = Flight.objects.for_brand(world.brand).filter(pk=other.pk)
    shown = board(replace(Choice(world.brand), flights=flights), None, now=NOW)
    assert [part.section for part in shown.sections] == [Section.BLOCKED]
    assert shown.sums.stopping_soon == 0


# --- Pages ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("count", "pages"), [(3, [3]), (4, [3, 1]), (6, [3, 3]), (7, [3, 3, 1])])
@pytest.mark.parametrize("section", [Section.STOPS, Section.INVENTORY])
def test_pages_end_where_the_lines_end(section, count, pages, world, monkeypatch):
    monkeypatch.setattr(module, "PAGE_LINES", 3)
    for _ in range(count):
        stops(world) if section is Section.STOPS else world.post()
    sizes, after = [], None
    while True:
        shown = page(world, section, after)
        sizes.append(len(shown.lines))
        assert shown.count == count
        if shown.next_cursor is None:
            break
        after = Cursor.parse(shown.next_cursor)
    assert sizes == pages


def test_a_large_inventory_is_counted_up_to_a_bound(world, monkeypatch):
    monkeypatch.setattr(module, "MOST_COUNTED", 3)
    for _ in range(3):
        world.post()
    assert (page(world, Section.INVENTORY).count, page(world, Section.INVENTORY).count_is_bound) == (3, False)
    world.post()
    assert (page(world, Section.INVENTORY).count, page(world, Section.INVENTORY).count_is_bound) == (3, True)


@pytest.mark.parametrize("sort", Sort)
def test_pages_of_every_order_hold_each_line_once(sort, world, monkeypatch):
    monkeypatch.setattr(module, "PAGE_LINES", 2)
    names = ("Beta", "alpha", "Ümlaut", "~tilde", "alpha 2")
    flights = [
        stops(world, campaign=world.campaign(name), daily_spend=spend)
        for name, spend in zip(names, (None, None, Decimal(5), Decimal(7), Decimal(7)), strict=True)
    ]
    found, after = [], None
    while True:
        choice = Choice(world.brand)
        (shown,) = section_board(choice, section=Section.STOPS, after=after, now=NOW, sort=sort).sections
        found += [line.flight_id for line in shown.lines]
        if shown.next_cursor is None:
            break
        after = Cursor.parse(shown.next_cursor, sort=sort)
    assert sorted(found) == sorted(flight.pk for flight in flights)
    by_name = [flights[place].pk for place in (1, 4, 0, 3, 2)]
    by_money = [flights[place].pk for place in (3, 4, 2, 0, 1)]
    assert found == {Sort.CAMPAIGN: by_name, Sort.MONEY: by_money}.get(sort, found)


def test_a_title_is_said_as_the_post_says_it(world):
    posts = [world.post(title=""), world.post(title="", tiktok_post_id="7301184422019655681")]
    shown = page(world, Section.INVENTORY).lines
    assert [line.title for line in shown] == [str(post) for post in reversed(posts)]


def test_a_section_without_lines_is_not_there(world):
    assert not section_board(Choice(world.brand), section=Section.STOPS, after=None, now=NOW).sections


@given(st.integers(-(2**63), 2**63 - 1), st.uuids())
def test_a_cursor_survives_its_text(key, pk):
    assert Cursor.parse(str(Cursor(key, pk))) == Cursor(key, pk)


@given(st.text(max_size=200).filter(lambda text: "\0" not in text), st.uuids())
def test_a_cursor_by_name_survives_its_text(key, pk):
    assert Cursor.parse(str(Cursor(key, pk)), sort=Sort.CAMPAIGN) == Cursor(key, pk)


@pytest.mark.parametrize("text", ["\0~" + "0" * 32, "x" * 201 + "~" + "0" * 32, "name", ""])
def test_a_name_that_no_database_holds_is_no_place(text):
    with pytest.raises(BadCursorError):
        Cursor.parse(text, sort=Sort.CAMPAIGN)


@given(st.text() | st.from_regex(r"-?[0-9]{1,25}~[0-9a-f-]{30,40}", fullmatch=True))
def test_any_text_is_a_cursor_that_the_database_can_hold_or_refused(text):
    try:
        cursor = Cursor.parse(text)
    except BadCursorError:
        return
    assert -(2**63) <= cursor.key < 2**63
    assert isinstance(cursor.pk, UUID)
