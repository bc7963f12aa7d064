"""A new member in a browser, from the invitation to the day they leave."""

import re

import pytest
from django.core import mail
from playwright.sync_api import expect

from brands.enums import Role
from brands.models import Membership, User
from campaigns.demo import SLUG
from campaigns.models import Flight
from sparktrack.core.clock import utc_now
from tests.campaigns.scenes import stops
from tests.e2e.looks import problems
from tests.factories import PASSWORD
from tests.world import World

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]


def test_a_new_member_comes_takes_the_tour_and_hands_over(page, enter, demo):
    world = World(now=utc_now(), name="Solstice", slug="solstice")
    ingrid = world.member(Role.ADMIN, full_name="Ingrid")
    enter(ingrid)
    page.goto("/b/solstice/people/")
    found = problems(page)
    page.get_by_label("E-mails").fill("Ada Lovelace <ada@example.com>")
    page.get_by_role("radio", name=re.compile("^Buyer")).check()
    page.get_by_role("button", name="Invite").click()
    link = page.get_by_label("Link for ada@example.com").input_value()
    assert link in mail.outbox[0].body
    found += problems(page)

    page.context.clear_cookies()
    page.goto(link.partition("8000")[2])
    page.get_by_label("Name").fill("Ada Lovelace")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Make my account").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Yours in Solstice")
    found += problems(page)
    page.get_by_role("button", name="Show me").click()
    card = page.locator("aside.tour")
    for number in range(1, 6):
        expect(card).to_contain_text(f"Step {number} of 5")
        if number in {1, 2, 4}:  # on demo data
            assert f"/b/{SLUG}/" in page.url
        if number == 2:
            found += problems(page)
        card.get_by_role("button", name=re.compile("Next|Done")).click()
    expect(page).to_have_url(re.compile("/b/solstice/yours/$"))
    expect(card).to_have_count(0)
    page.goto("/account/preferences/")
    page.get_by_role("radio", name=re.compile("Do nothing")).check()
    page.get_by_role("button", name="Save").click()
    expect(page.locator("body[data-shortcuts=off]")).to_have_count(1)
    found += problems(page)

    ada = User.objects.get(email="ada@example.com")
    flight = stops(world, buyer=ada)
    enter(ingrid)
    page.goto("/b/solstice/people/")
    page.get_by_role("link", name="Change Ada Lovelace").click()
    found += problems(page)
    page.get_by_role("link", name="Remove").click()
    page.get_by_label("Flights they buy").select_option(label="Ingrid")
    found += problems(page)
    page.get_by_role("button", name="Hand over and remove").click()
    expect(page.get_by_text("Ada Lovelace is not in Solstice any more.")).to_be_visible()
    assert Flight.objects.get(pk=flight.pk).buyer == ingrid
    assert not Membership.objects.filter(user=ada).exists()
    assert found == []
