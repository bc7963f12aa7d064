"""Flights in a real browser: the verdict while dates change, a campaign moved by keys and taken back, the sheet."""

import pytest
from playwright.sync_api import expect

from brands.enums import Role
from campaigns.models import Flight
from sparktrack.core.clock import utc_now
from tests.e2e.looks import problems
from tests.world import DAY, World

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]


@pytest.fixture
def world():
    return World(now=utc_now(), tracks_rights=False)


def test_a_flight_is_planned_while_its_verdict_follows_the_dates(world, page, enter):
    post = world.post(world.creator("maya"), title="Glow", tiktok_post_id="7301184422019655681")
    world.code(post, world.now - DAY, days=31)
    enter(world.member(Role.BUYER))
    page.goto(post.get_absolute_url())
    page.get_by_role("link", name="Plan a flight").click()
    verdict = page.locator("#verdict")
    expect(verdict).to_contain_text("Ready to run until")
    expect(page.get_by_role("button", name="Check these dates")).to_be_hidden()
    page.get_by_label("Campaign", exact=True).fill("Winter")
    page.get_by_label("First day").fill(world.day(1).isoformat())
    expect(verdict).to_contain_text("the flight has no end")
    page.get_by_label("Last day").fill(world.day(50).isoformat())
    expect(verdict).to_contain_text("Ask @maya for 60 days")
    expect(verdict).to_contain_text("Planned without traction")
    page.get_by_label("Last day").fill(world.day(20).isoformat())
    expect(verdict).to_contain_text("Covered to the end")
    assert not Flight.objects.exists()
    page.get_by_role("button", name="Use the suggested name").click()
    expect(page.get_by_label("Ad name")).to_have_value(f"{world.day(1):%Y%m%d}_maya_655681")
    found = problems(page)
    page.get_by_role("button", name="Plan the flight").click()
    expect(page.get_by_text("Planned: Glow in Winter.")).to_be_visible()
    page.get_by_role("link", name="Launch sheet").click()
    page.get_by_label("Music").check()
    page.get_by_role("button", name="Keep these checks").click()
    expect(page.get_by_text("Kept: 5 to check.")).to_be_visible()
    page.get_by_role("button", name="Reveal").click()
    expect(page.get_by_label("Code ending")).to_be_visible()
    found += problems(page)
    page.get_by_role("button", name="Launched").click()
    expect(page.get_by_text("is launched.")).to_be_visible()
    assert found == []


def test_a_campaign_is_moved_and_taken_back_by_keys_alone(world, page, enter):
    campaign = world.campaign("Winter")
    posts = world.posts(2)
    world.codes(posts, world.now, 30)
    for post in posts:
        world.flight(post, world.day(2), world.day(12), campaign=campaign)
    enter(world.member(Role.BUYER))
    page.goto(f"{world.brand.get_absolute_url()}campaigns/{campaign.pk}/")

    def press(role, name):
        page.get_by_role(role, name=name).focus()
        page.keyboard.press("Enter")

    press("link", "Move its flights")
    page.get_by_label("Days later").focus()
    page.keyboard.type("25")
    press("button", "Look at it")
    expect(page.get_by_text("2 of 2 flights lose coverage")).to_be_visible()
    expect(page.get_by_role("textbox", name="What to ask for")).to_contain_text("for 60 days")
    press("button", "Move 2 flights")
    expect(page.get_by_text("2 flights moved.")).to_be_visible()
    assert Flight.objects.filter(starts_on=world.day(27)).count() == 2
    press("button", "Undo")
    expect(page.get_by_text("Taken back: 2 rows as before.")).to_be_visible()
    assert Flight.objects.filter(starts_on=world.day(2)).count() == 2
