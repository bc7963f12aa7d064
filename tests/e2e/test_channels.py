"""Channels and the calendar in a browser: added, tested while one watches, switched off; on a phone, in the dark."""

import pytest
from playwright.sync_api import expect

from alerts.enums import AttemptOutcome, DeliveryState
from alerts.models import Channel, Delivery
from brands.enums import Role
from sparktrack.core.clock import utc_now
from tests.alerts import scenes
from tests.e2e.looks import problems
from tests.world import World

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]


@pytest.mark.console_errors
def test_an_admin_adds_a_webhook_and_watches_its_test(page, enter):
    world = World(now=utc_now())
    enter(world.member(Role.ADMIN, full_name="Ingrid"))
    page.goto(f"/b/{world.brand.slug}/settings/channels/")
    page.get_by_role("link", name="Webhook").click()
    page.get_by_label("Address").fill("https://127.0.0.1/in")
    page.get_by_label("Name").fill("A data warehouse with a name that is longer than most of them are")
    page.get_by_role("button", name="Add Webhook").click()
    expect(page.get_by_role("alert")).to_be_focused()
    found = problems(page)
    page.get_by_label("Address").fill("https://hooks.example.com/in")
    page.get_by_role("button", name="Add Webhook").click()
    expect(page.get_by_label("Signing secret")).to_be_focused()
    found += problems(page)

    page.get_by_role("link", name="I have kept it").click()
    page.get_by_role("button", name="Send a test").click()
    expect(page.get_by_text("On its way")).to_be_visible()
    test = Delivery.objects.get()
    scenes.tried(test, AttemptOutcome.ACCEPTED, "204 No Content")
    Delivery.objects.filter(pk=test.pk).update(state=DeliveryState.SENT, finished_at=utc_now())
    expect(page.get_by_text("It arrived")).to_be_visible()
    page.reload()
    expect(page.locator("ol.log > li")).to_have_count(1)
    found += problems(page)

    page.get_by_role("button", name="Switch it off").click()
    expect(page.get_by_text("Nothing is sent there")).to_be_visible()
    page.get_by_role("link", name="Delete …").click()
    page.get_by_role("button", name="Delete it").click()
    expect(page.get_by_text("Only mail so far")).to_be_visible()
    assert not Channel.objects.exists()

    page.goto("/account/calendar/")
    page.get_by_role("button", name="Make the address").click()
    expect(page.get_by_label("Address of your calendar")).to_be_focused()
    assert found + problems(page) == []
