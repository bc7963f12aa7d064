"""A viewer reads what the sheet did not tell, copies it into a chat, opens a post, and prints it."""

import re

import pytest
from playwright.sync_api import expect

from brands.enums import Role
from campaigns.demo import SLUG
from tests.e2e.looks import problems
from tests.factories import MembershipFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]

FINDINGS = f"/b/{SLUG}/findings/"


def test_from_the_board_to_the_chat(page, context, enter_demo):
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    enter_demo(Role.VIEWER)
    page.goto(f"/b/{SLUG}/")
    page.locator("summary").get_by_text("More").click()
    page.get_by_role("link", name="Findings").click()
    expect(page).to_have_url(re.compile(f"{FINDINGS}$"))
    expect(page.get_by_role("heading", level=1)).to_have_text(
        re.compile(r"^\d+ ads? runs? without rights, about \$\d+")
    )
    page.get_by_role("button", name="Copy as text").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    behind = page.request.get(f"/b/{SLUG}/findings.txt").text()
    # The clock of the page and that of the text may stand in different minutes.
    assert copied.splitlines()[2:4] == behind.splitlines()[2:4]
    assert copied.startswith("Northbeam: findings, ")
    page.locator("nav.chips").get_by_role("link", name=re.compile("^Running without rights")).click()
    expect(page.locator("#without-rights")).to_be_in_viewport()
    page.get_by_role("link", name=re.compile("^Plan it")).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("^Ask for"))
    page.go_back()
    page.locator("#without-rights").get_by_role("link").first.click()
    expect(page).to_have_url(re.compile(f"/b/{SLUG}/posts/"))


def test_the_page_has_no_barriers_and_fits_a_phone_and_paper(page, enter_demo):
    enter_demo(Role.BUYER)
    page.goto(FINDINGS)
    page.get_by_text("Show the text").click()
    assert problems(page) == []
    # What has to be tapped is large enough; the link of a line stretches over the whole line.
    small = page.evaluate(
        """() => [...document.querySelectorAll("main :is(a, button, summary)")]
            .filter(element => element.checkVisibility() && !element.closest(".who"))
            .map(element => [element.outerHTML.slice(0, 80), element.getBoundingClientRect()])
            .filter(([_, box]) => box.height < 24 || box.width < 24).map(([html]) => html)"""
    )
    assert small == []
    page.emulate_media(media="print")
    expect(page.locator("header.top")).to_be_hidden()
    expect(page.get_by_role("button", name="Copy as text")).to_be_hidden()
    expect(page.locator("#without-rights li").first).to_be_visible()


@pytest.mark.console_errors  # beside a text the browser asks for a picture of the site that only pages name
@pytest.mark.browser_context_args(java_script_enabled=False)
def test_without_scripts_the_text_is_a_page(page, enter_demo):
    enter_demo(Role.VIEWER)
    page.goto(FINDINGS)
    expect(page.get_by_role("button", name="Copy as text")).to_be_hidden()
    page.get_by_role("link", name="Open as text").click()
    expect(page.locator("body")).to_contain_text("RUNNING WITHOUT RIGHTS")


def test_a_brand_without_anything_leads_to_the_import(page, enter):
    member = MembershipFactory(role=Role.MANAGER)
    enter(member.user)
    page.goto(f"/b/{member.brand.slug}/findings/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Nothing to look at yet")
    assert problems(page) == []
    page.get_by_role("link", name="Import your sheet").click()
    expect(page).to_have_url(re.compile("/imports/$"))
