"""The description of the API in a browser: found from the help, read, and tried out with one's own session."""

import json
import re

import pytest
from playwright.sync_api import expect

from brands.enums import Role
from campaigns.models import Campaign
from sparktrack.api.document import document
from sparktrack.core.clock import utc_now
from tests.world import World

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]


def test_a_manager_finds_the_description_and_tries_it_out(page, enter):
    world = World(now=utc_now())
    enter(world.member(Role.MANAGER))
    page.goto("/help/")
    page.get_by_role("link", name="The REST API").click()
    expect(page).to_have_url(re.compile("/api/v1/docs$"))
    # The document is made with the first request for it.
    expect(page.get_by_role("heading", name=re.compile("sparktrack"))).to_be_visible(timeout=30_000)

    resources = page.locator(".opblock-tag-section")
    expect(resources).to_have_count(len(resources_of_the_document()), timeout=30_000)
    page.emulate_media(color_scheme="dark")
    expect(page.locator("html")).to_have_class("dark-mode")
    page.emulate_media(color_scheme="light")
    expect(page.locator("html")).not_to_have_class("dark-mode")
    made = tried(page, "campaigns_create", world.brand.slug, '{"name": "Winter"}')
    expect(made.locator(".live-responses-table .response-col_status").last).to_contain_text("201")
    assert Campaign.objects.get(brand=world.brand).name == "Winter"


def resources_of_the_document():
    """The tags of its operations."""
    paths = json.loads(document())["paths"].values()
    return {tag for path in paths for operation in path.values() for tag in operation["tags"]}


def tried(page, operation, brand, body):
    """The part of an operation that was opened, filled in and sent."""
    page.locator(f"#operations-tag-{operation.partition('_')[0]} button").click()
    part = page.locator(f"[id$='{operation}']")
    part.locator(".opblock-summary-control").click(timeout=30_000)
    part.get_by_role("button", name="Try it out").click()
    part.locator("tr[data-param-name=brand] input").fill(brand)
    part.locator("textarea").first.fill(body)
    part.get_by_role("button", name="Execute").click()
    return part
