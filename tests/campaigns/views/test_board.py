import re
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from brands.enums import Role
from campaigns.enums import Section
from campaigns.operations.flights import end_flights
from tests.campaigns.scenes import (
    SCENES,
    blocked,
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


def titles(response):
    """The titles on the board, from top to bottom."""
    return re.findall(r'<p class="who"><a href="[^"]+">([^<]+)</a>', response.content.decode())


def sections(response):
    """The sections on the board, from top to bottom."""
    return re.findall(r'<section id="(\w+)"', response.content.decode())


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


# --- Filters ----------------------------------------------------------------------------------------------------
BAD = {
    "after=nonsense&section=stops": "This page does not exist any more",
    "after=1~zzz&section=stops": "This page does not exist any more",
    "after=99999999999999999999~00000000000000000000000000000000&section=stops": "does not exist any more",
    "after=-9223372036854775809~00000000000000000000000000000000&section=stops": "does not exist any more",
    "after=1~00000000000000000000000000000000": "This page does not exist any more",
    "colour=red": "There is no filter called colour",
    "__class__=x": "There is no filter called __class__",
    "post__brand=1": "There is no filter called post__brand",
    "lapses_within=abc": "Enter a number",
    "lapses_within=-1": "greater than or equal to 0",
    "lapses_within=99999": "less than or equal to 3650",
    "lapses_within=1.5": "no more than 0 decimal places",
    "lapses_within=NaN": "Enter a number",
    "lapses_within=1e400": "less than or equal to 3650",
    "buyer=1": "not a valid UUID",
    "buyer=00000000-0000-0000-0000-000000000000": "not one of the available choices",
    "campaign=1%27--": "not a valid UUID",
    "creator=two%20words": "is not a TikTok handle",
    "creator=%00": "Null characters",
    "reason=because": "not one of the available choices",
    "section=nonsense": "not one of the available choices",
    "q=%00": "Null characters",
    "q=a%1b[31mb": "nobody can type",
    "q=" + "a" * 2000: "at most 200 characters",
    "q=" + "a%20" * 1000: "at most 200 characters",
}


@pytest.mark.parametrize("query", BAD, ids=lambda query: query[:30])
def test_bad_filters_are_refused_in_words_and_show_nothing(query, world, show):
    covered(world)
    response = show(f"?{query}")
    page = response.content.decode()
    assert response.status_code == 400
    assert BAD[query] in page
    assert 'role="alert"' in page
    assert not titles(response)
    assert not sections(response)


@pytest.mark.parametrize("name", ["q", "buyer", "campaign", "creator", "reason", "lapses_within"])
def test_the_message_stands_next_to_its_field(name, world, show):
    covered(world)
    page = show(**{name: "\x00"}).content.decode()
    control = re.search(rf'<(input|select)[^>]*name="{name}"[^>]*>', page)[0]
    assert 'aria-invalid="true"' in control
    described_by = re.search(r'aria-describedby="([^"]+)"', control)[1].split()[-1]
    message = re.search(rf'<p class="error" id="{described_by}">(.*?)</p>', page, re.DOTALL)[1]
    assert message.strip()
    assert page.index(message) > page.index(control)


def test_a_refused_section_is_not_sent_again_by_the_form(world, show):
    covered(world)
    assert 'value="nonsense"' not in show(section="nonsense").content.decode()


def test_people_and_campaigns_of_another_brand_cannot_be_chosen(world, show):
    covered(world)
    other = World()
    stranger = other.member(Role.BUYER)
    campaign = other.campaign()
    assert show(buyer=stranger.pk).status_code == 400
    assert show(campaign=campaign.pk).status_code == 400
    page = show().content.decode()
    assert str(stranger.pk) not in page
    assert campaign.name not in page


def test_search_finds_every_word_in_title_creator_campaign_sku_product_and_post_id(world, show):
    creator = world.creator("maya.glow")
    post = ready_post(
        world,
        creator=creator,
        title="Night routine",
        tiktok_post_id="7301184422019655681",
        details={"sku": "SER-30", "product": "Barrier serum"},
    )
    world.flight(post, world.day(-1), world.day(20), campaign=world.campaign("Q4 Glow"))
    covered(world)
    for words in ("night", "ROUTINE maya", "@maya.glow", "ser-30 q4", "barrier", "7301184422019655681"):
        assert titles(show(q=words)) == ["Night routine"], words
    for words in ("night covered", "730118442201965568", "%", "_"):
        assert titles(show(q=words)) == [], words


def test_search_finds_posts_outside_flights_too(world, show):
    world.post(title="Winter set")
    world.post(title="Summer set")
    assert titles(show(q="winter")) == ["Winter set"]
    assert titles(show(q="winter", section="inventory")) == ["Winter set"]


def test_a_search_of_very_many_words_is_answered(world, show):
    world.post(title="Winter set")
    assert show(q="e " * 99).status_code == 200


def test_buyers_are_offered_by_name_and_never_by_their_whole_email(world, show):
    world.member(Role.BUYER, email="ada@brand.example", full_name="Ada Lovelace")
    world.member(Role.BUYER, email="grace@brand.example", full_name="")
    world.flight(world.post(), world.day(-1))
    html = show(more="1").content.decode()
    assert ">Ada Lovelace</option>" in html
    assert ">grace</option>" in html
    assert "@brand.example" not in html


def test_flights_are_narrowed_by_buyer_campaign_creator_and_reason(world, show):
    buyer, campaign = world.member(Role.BUYER), world.campaign()
    creator = world.creator("maya.glow")
    wanted = ready_post(world, code_days=5, creator=creator, title="Wanted")
    world.flight(wanted, world.day(-1), world.day(20), buyer=buyer, campaign=campaign)
    blocked(world)
    covered(world)
    for query in (
        {"buyer": buyer.pk},
        {"campaign": campaign.pk},
        {"creator": "@Maya.Glow"},
        {"creator": "https://www.tiktok.com/@maya.glow"},
        {"reason": "code_expired"},
        {"reason": "code_expired", "buyer": buyer.pk, "campaign": campaign.pk, "creator": "maya.glow"},
        {"lapses_within": 6, "reason": "code_expired"},
    ):
        assert titles(show(**query)) == ["Wanted"], query
    assert titles(show(lapses_within=4, reason="code_expired")) == []


def test_a_reason_finds_gaps_in_which_it_is_one_of_several(world, show):
    world.flight(world.post(title="Nothing at all"), world.day(-1), world.day(20))
    for reason in ("no_code", "no_rights"):
        assert titles(show(reason=reason)) == ["Nothing at all"]
    # Not by a part of its name.
    assert titles(show(reason="rights_expired")) == []


def test_filters_stay_in_the_links_of_sections(world, show):
    stops(world)
    links = re.findall(r'href="(\?[^"]+)"', show(q="").content.decode())
    assert links
    page = show(q="creator", reason="code_expired").content.decode().replace("&amp;", "&")
    link = next(link for link in re.findall(r'href="(\?[^"]+)"', page) if "section=stops" in link)
    assert parse_qs(urlsplit(link).query) == {
        "q": ["creator"],
        "reason": ["code_expired"],
        "section": ["stops"],
    }


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
