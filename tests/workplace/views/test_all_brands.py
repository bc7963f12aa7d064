"""The board across all brands of a person, and the switcher that keeps the page."""

import re

import pytest
import time_machine
from django.urls import reverse

from brands.enums import Role
from tests.campaigns.scenes import covered, must_pause, stops, without_rights
from tests.factories import MembershipFactory, UserFactory
from tests.world import NOW, World, client_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def agency():
    """A person with two brands, and a stranger's brand in trouble."""
    glow, trail = World(name="Glow & Co"), World(name="Trail", currency="EUR", time_zone="Europe/Berlin")
    user = glow.member(Role.VIEWER, time_zone="America/New_York")
    MembershipFactory(brand=trail.brand, user=user, role=Role.ADMIN)
    stranger = World(name="zq7canary")
    without_rights(stranger)
    return user, glow, trail


def page_of(user, url="/board/"):
    answer = client_of(user).get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def words(html):
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_the_answer_stands_first_then_a_line_a_brand_then_the_flights(agency):
    user, glow, trail = agency
    without_rights(glow, daily_spend=90)
    soon, pause = stops(trail), must_pause(trail)
    page = page_of(user)
    assert words(re.search(r"<h1.*?</h1>", page)[0]) == "1 ad runs without rights in Glow &amp; Co"
    assert "Next in Trail: stops in 5 d." in page
    assert page.count("<h1") == 1
    lines = re.findall(r"<tr>.*?</tr>", page, re.DOTALL)[1:]
    assert words(lines[0]).startswith(
        "Glow &amp; Co Viewer · 1 flight 1 without rights in Glow &amp; Co 0 0 0 0 ≈ $"
    )
    assert "Trail Admin · 2 flights 0 0 1 stops in Trail 1 pause soon in Trail 0 ≈ €" in words(lines[1])
    assert words(lines[1]).endswith("Stops in 5 d")
    assert f'href="/b/{trail.brand.slug}/?section=must_pause"' in page
    for flight, world in ((soon, trail), (pause, trail)):
        assert reverse("post", args=[world.brand.slug, flight.post_id]) in page
    assert f"Trail · @{soon.post.creator.handle}" in page
    # Rights never stop an ad: they end on a day, in the zone of the brand.
    assert "last day Thu 26 Nov" in words(page)
    assert "zq7canary" not in page


def test_times_are_those_of_the_person(agency):
    user, glow, _ = agency
    stops(glow)
    assert "Thu 26 Nov, 09:05 EST" in page_of(user)


def test_calm_brands_say_so(agency):
    user, glow, _ = agency
    assert "Nothing is planned in any brand" in page_of(user)
    covered(glow)
    page = page_of(user)
    assert "Everything that is planned is covered" in page
    assert "nothing ends" in page


def test_who_is_in_no_brand_learns_how_to_get_into_one(client):
    user = UserFactory()
    assert "You are not in a brand yet" in page_of(user)
    assert client.get("/board/").status_code == 302


def test_home_is_the_board_across_brands_for_who_has_several(agency):
    user, glow, _ = agency
    assert client_of(user).get("/")["Location"] == "/board/"
    assert client_of(glow.member()).get("/")["Location"] == f"/b/{glow.brand.slug}/"
    assert client_of(UserFactory()).get("/")["Location"] == "/brands/"


def test_queries_are_constant(agency, django_assert_max_num_queries):
    user, glow, trail = agency
    client = client_of(user)
    client.get("/board/")  # the first look of a login notes its session
    for _ in range(3):
        stops(glow)
        stops(trail)
        with django_assert_max_num_queries(6):
            page = client.get("/board/").content
        assert len(page) < 60_000


# --- The switcher ---------------------------------------------------------------------------------------------------
def switches(page):
    """What the switcher offers: name → address."""
    menu = re.search(r'<details class="menu" name="menu">.*?</details>', page, re.DOTALL)[0]
    return {words(name): url for url, name in re.findall(r'<a href="([^"]+)"[^>]*>(.*?)</a>', menu)}


def test_all_my_brands_comes_first_for_who_has_several(agency):
    user, glow, trail = agency
    offered = switches(page_of(user))
    assert list(offered) == ["All my brands", "Glow &amp; Co", "Trail"]
    assert offered["Trail"] == f"/b/{trail.brand.slug}/"
    assert "All my brands" not in switches(page_of(glow.member(), f"/b/{glow.brand.slug}/"))


def test_switching_keeps_the_page_and_drops_its_filters(agency):
    user, glow, trail = agency
    offered = switches(page_of(user, f"/b/{glow.brand.slug}/findings/?import="))
    assert offered["Trail"] == f"/b/{trail.brand.slug}/findings/"
    offered = switches(page_of(user, f"/b/{glow.brand.slug}/?section=stops"))
    assert offered["Trail"] == f"/b/{trail.brand.slug}/"


def test_a_page_about_one_thing_leads_to_the_board(agency):
    user, glow, trail = agency
    post = reverse("post", args=[glow.brand.slug, stops(glow).post_id])
    assert switches(page_of(user, post))["Trail"] == f"/b/{trail.brand.slug}/"


def test_a_page_that_the_role_there_does_not_allow_leads_to_the_board(agency):
    user, glow, trail = agency
    offered = switches(page_of(user, f"/b/{trail.brand.slug}/imports/"))
    assert offered["Glow &amp; Co"] == f"/b/{glow.brand.slug}/"
    assert offered["Trail"] == f"/b/{trail.brand.slug}/imports/"
