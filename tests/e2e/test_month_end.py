"""Looking ahead and back in a browser: months by key, the agenda, a report and its sheet, from brand to brand."""

import csv
import io
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from brands.enums import Role
from brands.models import User
from campaigns.demo import SLUG
from sparktrack.core.clock import utc_now
from tests.campaigns.scenes import stops
from tests.e2e.looks import problems
from tests.factories import MembershipFactory
from tests.world import World

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]

BRAND = f"/b/{SLUG}/"


def test_months_are_turned_by_key_and_the_filters_stay(page, enter_demo):
    enter_demo(Role.BUYER)
    page.goto(f"{BRAND}calendar/?kind=ends")
    here = page.locator("h1").inner_text()
    for _ in range(2):
        page.keyboard.press("n")
        expect(page.locator("#following-month")).to_be_focused()
        expect(page.locator("h1")).not_to_have_text(here)
        expect(page).to_have_title(re.compile(page.locator("h1").inner_text()))
        page.keyboard.press("p")
        expect(page.locator("h1")).to_have_text(here)
    assert "kind=ends" in page.url
    page.keyboard.press("n")
    expect(page.locator("h1")).not_to_have_text(here)
    page.go_back()
    expect(page.locator("h1")).to_have_text(here)
    page.get_by_role("link", name="Agenda").click()
    expect(page.locator("#view-agenda")).to_have_attribute("aria-current", "page")
    expect(page.locator("#view-agenda")).to_be_focused()
    page.goto(f"{BRAND}calendar/?view=agenda")
    assert problems(page) == []


def test_the_report_of_a_month_as_page_and_sheet(page, enter_demo):
    enter_demo(Role.ADMIN)
    page.goto(f"{BRAND}reports/")
    page.get_by_role("link", name="This quarter").click()
    page.get_by_role("link", name=re.compile("behind Flight-days lost")).click()
    expect(page.get_by_role("heading", name="Flight-days lost").last).to_be_in_viewport()
    shown = page.locator("#rows tbody tr").count()
    assert problems(page) == []
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV of all rows").click()
    text = Path(download.value.path()).read_text("utf-8-sig")
    assert len(list(csv.reader(io.StringIO(text)))) == shown + 1 > 1
    page.emulate_media(media="print")
    expect(page.get_by_role("link", name="CSV of all rows")).to_be_hidden()
    expect(page.locator(".figures")).to_be_visible()


def test_from_brand_to_brand_on_the_same_page(page, enter_demo):
    other = World(name="Solace", now=utc_now())
    stops(other)
    MembershipFactory(brand=other.brand, user=User.objects.get(email=f"buyer@{SLUG}.example"))
    enter_demo(Role.BUYER)
    page.goto("/")
    expect(page.get_by_role("row", name=re.compile("Solace"))).to_be_visible()
    assert problems(page) == []
    page.goto(f"{BRAND}calendar/?view=agenda")
    page.locator("summary", has_text="Northbeam").click()
    page.get_by_role("link", name="Solace").click()
    expect(page).to_have_url(re.compile(f"/b/{other.brand.slug}/calendar/$"))
    page.locator("summary", has_text="Solace").click()
    page.get_by_role("link", name="All my brands").click()
    expect(page).to_have_url(re.compile("/board/$"))
