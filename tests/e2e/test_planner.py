"""A stranger plans: from the login to the answer, by keys, without scripts, and with a link to pass on."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.looks import problems

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]

ASKED = (
    "/planner/?starts_on=2026-11-01&ends_on=2026-11-30&generated_on=2026-10-03"
    "&zone=Europe/Berlin&account_zone=America/New_York"
)
RIGHTS = "&rights=dates&rights_from=2026-10-01&rights_to=2026-11-24&time=18:30"


def fill(page):
    page.get_by_label("First day of the flight").fill("2026-11-01")
    page.get_by_label("Last day", exact=True).fill("2026-11-30")
    page.get_by_label("Code generated on").fill("2026-10-03")


def test_a_stranger_plans_and_passes_the_link_on(page, context, base_url):
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto("/accounts/login/")
    page.get_by_role("link", name="Plan without logging in").click()
    expect(page.get_by_label("Rights from")).to_be_hidden()
    fill(page)
    page.get_by_label("Usage rights for paid ads").select_option(label="From a day to a day")
    page.get_by_label("Rights from").fill("2026-10-01")
    page.get_by_label("Rights to (last day)").fill("2026-11-24")
    page.get_by_role("button", name="Plan it").click()
    headline = page.get_by_role("heading", level=1)
    expect(headline).to_have_text("Ask for 60 days, not 30")
    expect(page.get_by_text("But rights end Tue 24 Nov: pause it that day")).to_be_visible()
    expect(page.get_by_role("img", name=re.compile("^60 days: until"))).to_be_visible()
    page.get_by_role("button", name="Copy message").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert "an ad code for 60 days" in page.evaluate("navigator.clipboard.readText()")
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_role("button", name="Copied")).to_have_count(2)
    link = page.evaluate("navigator.clipboard.readText()")
    assert link.startswith(f"{base_url}/planner/?")
    answer = page.locator("main").inner_text()
    page.goto("/accounts/login/")
    page.goto(link)
    expect(headline).to_have_text("Ask for 60 days, not 30")
    assert page.locator("main").inner_text() == answer.replace("Copied", "Copy message", 1).replace(
        "Copied", "Copy link", 1
    )
    # The form of the login has one; the planner none.
    assert {cookie["name"] for cookie in context.cookies()} == {"csrftoken"}


@pytest.mark.browser_context_args(java_script_enabled=False)
def test_it_answers_without_scripts(page):
    page.goto("/planner/")
    page.get_by_role("link", name="Show me an example").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ask for 60 days, not 30")
    expect(page.get_by_role("button", name=re.compile("^Copy"))).to_have_count(0)
    expect(page.get_by_label("Link to this plan")).to_have_value(re.compile("/planner/\\?starts_on="))
    page.get_by_label("Longest the creator agrees to").select_option(label="30 days")
    page.get_by_role("button", name="Plan again").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("30 days")


def test_by_keys_alone(page):
    page.goto("/planner/")
    page.get_by_label("First day of the flight").focus()
    for name, keys in (("starts_on", "11012026"), ("ends_on", "11302026"), ("generated_on", "10032026")):
        for _ in range(6):  # A date has a stop for each of its parts.
            if page.evaluate("document.activeElement.name") == name:
                break
            page.keyboard.press("Tab")
        page.keyboard.type(keys)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Ask for 60 days, not 30")


@pytest.mark.console_errors
def test_answer_and_refusal_have_no_barriers(page):
    found = []
    for path in (ASKED + RIGHTS, f"{ASKED}&rights=dates&time=99"):
        page.goto(path)
        found += problems(page)
    assert found == []
    # After a refusal the first thing read is what is wrong, and the fields of the rights are open.
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_label("Rights from")).to_be_visible()
    expect(page.get_by_label("First day of the flight")).to_have_value("2026-11-01")


def test_on_paper_stands_the_answer_not_the_question(page):
    page.goto(ASKED)
    page.emulate_media(media="print")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator("form.question")).to_be_hidden()
    expect(page.locator("header.top")).to_be_hidden()
