"""What the board is narrowed by, and what it refuses."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine

from brands.enums import Role
from tests.campaigns.boardpage import sections, titles
from tests.campaigns.scenes import (
    blocked,
    covered,
    ready_post,
    stops,
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
