"""Board and post page as a whole: light, escaped, without a code, the same for people without a mouse or colours."""

import re
from decimal import Decimal

import pytest
import time_machine
from django.urls import reverse

from brands.enums import Role
from campaigns.enums import Section
from tests.factories import MembershipFactory
from tests.world import DAY, NOW, World, spark_code

pytestmark = [pytest.mark.django_db, pytest.mark.once]

TODAY = NOW.date()
NASTY = '<script>alert("x")</script>'


@pytest.fixture
def world():
    return World(time_zone="America/New_York")


@pytest.fixture
def member(client, world):
    client.force_login(MembershipFactory(brand=world.brand, role=Role.VIEWER).user)
    with time_machine.travel(NOW, tick=False):
        yield client


def board(world, **parameters):
    return reverse("board", args=[world.brand.slug], query=parameters)


def stopping(world, count, **fields):
    """Flights that stop mid-flight, with titles as long as real ones."""
    creator = world.creator("a.handle.of.usual.size")
    campaign = world.campaign("Q4 Glow, always-on")
    flights = []
    for number in range(count):
        post = world.post(creator, title=f"Morning routine with the barrier serum, take {number}", **fields)
        world.code(post, NOW - 20 * DAY, days=25)
        world.right(TODAY - 20 * DAY, post=post)
        dates = {"starts_on": TODAY - 10 * DAY, "ends_on": TODAY + 30 * DAY}
        flights.append(world.flight(post, **dates, campaign=campaign, daily_spend=Decimal("149.50")))
    return flights


def test_a_page_of_fifty_lines_is_lighter_than_sixty_kilobytes(member, world):
    stopping(world, 50)
    response = member.get(board(world, section=Section.STOPS))
    assert response.content.count(b'class="strip"') == 50
    assert len(response.content) < 60_000


def test_what_people_typed_is_escaped(member, world):
    creator = world.creator("maya.glow", details={"display_name": NASTY})
    post = world.post(creator, title=NASTY, details={"notes": NASTY, "hook_angle": NASTY, "offer": NASTY})
    world.code(post, NOW - 20 * DAY, days=25)
    world.right(TODAY - 20 * DAY, post=post, contract_reference=NASTY, channels=["TikTok", NASTY])
    world.flight(post, TODAY - 10 * DAY, TODAY + 10 * DAY, campaign=world.campaign(NASTY))
    for address in (board(world), board(world, q=NASTY), reverse("post", args=[world.brand.slug, post.pk])):
        assert "<script>alert" not in member.get(address).content.decode()


def test_a_code_is_only_seen_by_its_ending(member, world):
    post = world.post()
    code = spark_code()
    row = world.code(post, NOW - 20 * DAY, code=code)
    page = member.get(reverse("post", args=[world.brand.slug, post.pk])).content.decode()
    assert f"code ending {row.ending}" in page
    assert code[1:20] not in page


def test_the_answer_comes_first_and_pictures_have_sentences(member, world):
    flight = stopping(world, 1)[0]
    page = member.get(reverse("post", args=[world.brand.slug, flight.post_id])).content.decode()
    answer = page.index("Stops Thu 26 Nov, 09:05 EST – 25 days before the flight ends")
    assert answer < page.index("Coverage</h2>")
    assert "≈ $3,887" in page
    assert len(re.findall(r'role="img"\s+aria-label="[^"]{20,}"', page)) == 2


def test_a_search_that_finds_nothing_offers_the_way_back(member, world):
    stopping(world, 1)
    page = member.get(board(world, q="zebra")).content.decode()
    assert "Nothing matches" in page
    assert "Bring your sheet" not in page


def test_a_refused_filter_is_explained_next_to_its_field(member, world):
    stopping(world, 1)
    response = member.get(board(world, reason="full_moon"))
    assert response.status_code == 400
    page = response.content.decode()
    assert 'aria-invalid="true"' in page
    assert 'id="id_reason_error"' in page


@pytest.mark.parametrize(("role", "may_ask"), [(Role.VIEWER, False), (Role.BUYER, True)])
def test_only_who_may_read_contacts_gets_the_mail_to_the_creator(client, world, role, may_ask):
    client.force_login(MembershipFactory(brand=world.brand, role=role).user)
    post = world.post(world.creator("maya.glow", details={"email": "maya@glow.example"}))
    world.code(post, NOW - 20 * DAY, days=25)
    world.right(TODAY - 20 * DAY, post=post)
    world.flight(post, TODAY - 10 * DAY, TODAY + 30 * DAY)
    with time_machine.travel(NOW, tick=False):
        page = client.get(reverse("post", args=[world.brand.slug, post.pk])).content.decode()
    assert "Ask @maya.glow for 60 days" in page
    assert ("maya@glow.example" in page) is may_ask
