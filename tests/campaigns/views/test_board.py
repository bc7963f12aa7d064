"""The board: sections, words, pages of a section, queries."""

import re
from decimal import Decimal

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from brands.enums import Role
from campaigns.enums import Section
from campaigns.operations.flights import end_flights
from tests.campaigns.boardpage import sections, titles
from tests.campaigns.scenes import (
    SCENES,
    covered,
    many_flights,
    many_posts,
    ready_post,
    stops,
    unplanned,
    without_rights,
)
from tests.world import NOW, World, client_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def world():
    return World()


@pytest.fixture
def show(world):
    """Opens the board of ``world`` as a viewer; the query as a string or by keyword."""
    client = client_of(world.member(Role.VIEWER))

    def get(query="", **parameters):
        return client.get(f"/b/{world.brand.slug}/{query}", parameters)

    return get


def section(response, name):
    """The text of one section, without tags."""
    html = re.search(rf'<section id="{name}".*?</section>', response.content.decode(), re.DOTALL)[0]
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


# --- What it shows ----------------------------------------------------------------------------------------------
def test_sections_stand_in_the_order_of_urgency(world, show):
    for place in reversed(SCENES):
        SCENES[place](world)
    ready_post(world)
    assert sections(show()) == [place.value for place in Section]


def test_a_section_alone_holds_only_its_lines(world, show):
    for scene in SCENES.values():
        scene(world)
    response = show(section="stops")
    assert sections(response) == ["stops"]
    assert len(titles(response)) == 1


def test_the_empty_board_leads_to_the_import(world, show):
    page = show().content.decode()
    assert "Bring your sheet" in page
    assert 'name="q"' not in page


def test_filters_that_match_nothing_say_so_and_offer_the_whole_board(world, show):
    covered(world)
    page = show(q="nowhere").content.decode()
    assert "Nothing matches" in page
    assert "Bring your sheet" not in page


def test_a_flight_that_ended_is_gone_from_the_board(world, show):
    end_flights(flights=[stops(world)], **world.by)
    assert "stops" not in sections(show())


def test_a_post_whose_only_flight_ended_is_inventory_again(world, show):
    flight = stops(world)
    end_flights(flights=[flight], **world.by)
    assert sections(show()) == ["inventory"]


def test_unplanned_flights_show_no_verdict_and_no_money(world, show):
    unplanned(world)
    text = section(show(), "unplanned")
    assert "no dates yet" in text
    assert "≈" not in text


def test_paused_flights_show_no_money_at_risk(world, show):
    SCENES[Section.PAUSED](world)
    assert "at risk" not in section(show(), "paused")


def test_money_is_summed_per_currency(world, show):
    pounds = world.account(currency="GBP")
    stops(world, daily_spend=Decimal(10))
    stops(world, daily_spend=Decimal(20), ad_account=pounds)
    stops(world, daily_spend=None)
    # The code ends after 5 days at 14:05; the flight lasts to the end of the 20th day: 15.4 days, so 16.
    text = section(show(), "stops")
    assert "£320" in text
    assert "$160" in text
    assert "16 days no spend given" in text


def test_the_currency_of_the_ad_account_counts_before_the_brands(show, world):
    without_rights(world, daily_spend=Decimal(7), ad_account=world.account(currency="CHF"))
    assert "CHF" in section(show(), "without_rights")
    assert "$" not in section(show(), "without_rights")


def test_rights_never_stop_a_flight_in_words(world, show):
    without_rights(world)
    SCENES[Section.MUST_PAUSE](world)
    page = show()
    for place in ("without_rights", "must_pause"):
        assert not re.search(r"\bstop(s|ped)?\b", section(page, place), re.IGNORECASE)


# --- Pages of a section -------------------------------------------------------------------------------------------
def next_link(response):
    """The query of the link to the next page; None at the end."""
    found = re.search(r'href="(\?[^"]+)">Next page', response.content.decode())
    return found and found[1].replace("&amp;", "&")


def walk(show, place, between=lambda: None):
    """The titles of all pages of a section, page by page."""
    pages, query = [], f"?section={place}"
    while query:
        response = show(query)
        assert response.status_code == 200
        pages.append(titles(response))
        between()
        query = next_link(response)
    return pages


@pytest.mark.parametrize("place", ["stops", "unplanned", "inventory"])
def test_every_line_of_a_section_is_found_once_over_its_pages(place, world, show):
    wanted = [f"Post {number:03d}" for number in range(120)]
    if place == "inventory":
        many_posts(world, wanted)
    else:
        # Three each end at the same instant: the id decides.
        many_flights(world, wanted, code_days=(lambda place: 3 + place // 3) if place == "stops" else None)
    pages = walk(show, place)
    assert [len(page) for page in pages] == [50, 50, 20]
    found = [title for page in pages for title in page]
    assert sorted(found) == wanted
    if place == "stops":
        assert [int(title[5:]) // 3 for title in found] == [number // 3 for number in range(120)]


def test_lines_added_while_somebody_pages_neither_repeat_nor_hide_others(world, show):
    wanted = [f"Post {number:03d}" for number in range(101)]
    many_flights(world, wanted, code_days=lambda place: 9 + place // 2)
    added = iter(("New 1", "New 2", "New 3"))

    def add():
        many_flights(world, [next(added)], code_days=lambda _: 2)

    # Each new one ends sooner than all others: an offset would show the last line of the page before once more.
    pages = walk(show, "stops", between=add)
    found = [title for page in pages for title in page]
    assert sorted(found) == wanted


def test_a_long_section_of_the_whole_board_links_to_all_of_it(world, show):
    for _ in range(9):
        stops(world)
    response = show()
    assert len(titles(response)) == 8
    assert "All 9" in response.content.decode()


def test_a_cursor_of_another_brand_shows_only_ones_own_lines(world, show):
    other = World()
    many_flights(other, [f"Foreign {number}" for number in range(60)], code_days=lambda _: 5)
    own = ready_post(world, code_days=5, title="Own")
    world.flight(own, world.day(-1), world.day(20))
    client = client_of(other.member())
    query = next_link(client.get(f"/b/{other.brand.slug}/?section=stops"))
    assert set(titles(show(query))) <= {"Own"}


# --- Queries ------------------------------------------------------------------------------------------------------
def queries(show, query=""):
    """How many queries a page takes once the session is warm."""
    show(query)
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert show(query).status_code == 200
    return len(captured)


@pytest.mark.parametrize("rows", [1, 3, 50])
def test_the_board_takes_nine_queries_however_long_it_is(rows, world, show):
    for scene in SCENES.values():
        for _ in range(min(rows, 3)):
            scene(world, buyer=world.member(Role.BUYER), ad_account=world.account())
    titles = [f"Post {number}" for number in range(rows)]
    many_flights(world, titles, code_days=lambda place: place + 1, buyer=world.member(Role.BUYER))
    many_posts(world, titles)
    assert queries(show) == 9
    assert queries(show, "?section=inventory") == 8


@pytest.mark.parametrize("rows", [1, 3, 50])
def test_a_section_takes_seven_queries_however_long_it_is(rows, world, show):
    for _ in range(min(rows, 3)):
        stops(world, buyer=world.member(Role.BUYER), ad_account=world.account())
    many_flights(world, [f"Post {number}" for number in range(rows)], code_days=lambda place: place + 1)
    assert queries(show, "?section=stops") == 7


def test_filters_cost_at_most_one_query_each(world, show):
    buyer, campaign = world.member(Role.BUYER), world.campaign()
    stops(world, buyer=buyer, campaign=campaign)
    query = f"?q=creator&buyer={buyer.pk}&campaign={campaign.pk}&reason=code_expired"
    # Two for the chosen rows, two for what can be chosen; no inventory: it has neither buyer nor campaign.
    assert queries(show, query) == 11
