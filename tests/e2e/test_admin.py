"""The Django admin in a real browser: under the Content-Security-Policy of every page, with nothing in the console."""

import pytest
from django.conf import settings

from campaigns.models import Flight
from tests.adminpages import add_url, staff_client
from tests.world import World

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]


def test_a_flight_is_planned_by_typing_the_post_and_the_campaign(page, context, live_server):
    world = World()
    post = world.post(world.creator("maya.glow"), title="Morning routine")
    world.campaign("BFCM")
    session = staff_client().cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])

    page.goto(add_url(Flight))
    for field, typed in (("post", "maya"), ("campaign", "bf")):
        page.locator(f".field-{field} .select2-selection").click()
        page.locator(".select2-search__field").fill(typed)
        page.locator(".select2-results__option--highlighted").click()
    page.get_by_label("Daily spend").fill("120")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("was added successfully").wait_for()
    flight = Flight.objects.get()
    assert (flight.post, flight.campaign.name, flight.daily_spend) == (post, "BFCM", 120)
