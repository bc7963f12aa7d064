"""Alerts in a browser: somebody without a mouse takes some upon them; without scripts it is the same."""

import re
from urllib.parse import urlsplit

import pytest
from django.conf import settings as site
from playwright.sync_api import expect

from alerts.enums import AlertKind
from alerts.links import unsubscribe_url
from alerts.models import Alert
from alerts.operations.raising import raise_alerts
from brands.enums import Role
from brands.models import User
from campaigns.demo import SLUG
from campaigns.models import Flight
from sparktrack.core.clock import utc_now
from tests.e2e.looks import problems
from tests.e2e.test_post import tab_to
from tests.world import client_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]

BOARD, ALERTS = f"/b/{SLUG}/", f"/b/{SLUG}/alerts/"


@pytest.fixture
def raised(demo):
    """The demo brand after the first pass of the engine."""
    raise_alerts(now=utc_now())
    return Alert.objects.filter(closed_at=None).count()


@pytest.fixture
def plain(new_context, base_url, demo):
    """A browser without JavaScript in which the manager of the demo is logged in."""
    context = new_context(java_script_enabled=False)
    session = client_of(User.objects.get(email=demo[Role.MANAGER].email)).cookies[site.SESSION_COOKIE_NAME]
    context.add_cookies([{"name": site.SESSION_COOKIE_NAME, "value": session.value, "url": base_url}])
    return context.new_page()


def test_from_the_bell_to_who_was_told_without_a_mouse(page, enter_demo, raised):
    enter_demo(Role.MANAGER)
    page.goto(BOARD)
    expect(page.locator(".bell")).to_have_text(re.compile(r"\d\+?\s+for you: open alerts"))
    expect(page.locator("#without_rights .warned").first).to_have_text("alert")  # no mail is sent yet
    assert page.locator(".warned").count() == raised

    page.get_by_role("navigation", name="Main").get_by_role("link", name="Alerts").click()
    lines = page.locator(".lines.alerts > li")
    expect(lines).to_have_count(raised)
    assert problems(page) == []
    box = lines.last.get_by_role("checkbox")
    title = lines.last.locator(".who a").inner_text()
    tab_to(page, box)
    page.keyboard.press("Space")
    page.get_by_role("button", name="Acknowledge the chosen ones").focus()
    page.keyboard.press("Enter")
    said = page.locator("#said")
    expect(said).to_contain_text("1 alert acknowledged.")
    expect(said).to_be_focused()
    expect(lines).to_have_count(raised - 1)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # Undo
    expect(said).to_contain_text("Open again.")
    expect(lines).to_have_count(raised)
    page.get_by_label("Choose all").check()
    assert lines.locator("input:checked").count() == raised

    lines.locator(".who a", has_text=title).click()
    expect(page.get_by_role("heading", name="Who was told")).to_be_visible()
    page.get_by_text("Snooze", exact=True).click()
    assert problems(page) == []
    page.get_by_role("link", name=title).click()

    card = page.locator("#post-alerts")
    card.get_by_role("button", name="I have it").click()
    expect(card.get_by_role("heading", name="Alerts")).to_be_focused()
    expect(card).to_contain_text("Tomas has it")
    page.goto(BOARD)
    expect(page.get_by_role("link", name="Tomas has it")).to_be_visible()
    page.locator("#q, #id_q").first.fill("a")
    page.get_by_role("button", name="Filter", exact=True).click()
    expect(page).to_have_url(re.compile("q=a"))
    expect(page.locator(".warned").first).to_be_visible()


@pytest.mark.console_errors  # Chromium logs the 403, and that it is offline
def test_what_could_not_be_saved_says_so_and_leads_to_the_login(page, context, enter_demo, raised, demo):
    enter_demo(Role.MANAGER)
    page.goto(ALERTS)
    lines, failed = page.locator(".lines.alerts > li"), page.locator(".messages .failed")
    post = lines.first.locator(".who a").get_attribute("href")
    corner = lines.last.locator(".pick label")
    assert min(corner.bounding_box()[side] for side in ("width", "height")) >= 44
    corner.click(position={"x": 3, "y": 3})
    expect(lines.last.get_by_role("checkbox")).to_be_checked()
    press = page.get_by_role("button", name="Acknowledge the chosen ones").click
    context.set_offline(True)
    press()
    expect(failed).to_have_text("Not saved. The server could not be reached. Try again in a moment.")
    context.set_offline(False)
    cookies = context.cookies()
    context.clear_cookies(name=site.CSRF_COOKIE_NAME)
    press()
    expect(failed).to_contain_text("Not saved. This form is out of date: Go back, load the page again")
    expect(lines).to_have_count(raised)
    context.add_cookies(cookies)
    context.clear_cookies(name=site.SESSION_COOKIE_NAME)
    press()
    expect(page).to_have_url(re.compile(r"/accounts/login/\?next=/b/[^/]+/alerts/$"))
    expect(page.get_by_text("Your login had ended, so nothing was saved.")).to_be_visible()

    context.add_cookies(cookies)
    page.goto(post)
    page.locator(".of-post a").click()
    button = page.locator("#post-alerts").get_by_role("button", name="I have it")
    expect(button.first).to_be_visible()
    context.clear_cookies(name=site.SESSION_COOKIE_NAME)
    button.first.click()
    expect(page).to_have_url(re.compile(r"/accounts/login/\?next=/b/[^/]+/posts/"))
    assert not Alert.objects.exclude(acknowledged_at=None).exists()


def test_without_scripts_the_same_can_be_said(plain, raised):
    plain.goto(BOARD)
    plain.get_by_role("link", name="Alerts: who was warned of what").click()
    lines = plain.locator(".lines.alerts > li")
    lines.first.get_by_role("checkbox").check()
    plain.get_by_role("button", name="Acknowledge the chosen ones").click()
    expect(plain.locator("#said")).to_contain_text("1 alert acknowledged.")
    expect(lines).to_have_count(raised - 1)
    plain.get_by_role("button", name="Undo").click()
    expect(lines).to_have_count(raised)

    lines.locator(".who a").first.click()
    running = Flight.objects.filter(paused_at=None).count()
    plain.get_by_role("button", name="paused in Ads Manager").click()
    expect(plain.locator("#said")).to_contain_text("Noted")
    assert Flight.objects.filter(paused_at=None).count() == running - 1

    plain.goto(ALERTS)
    lines.last.locator(".who a").click()
    plain.get_by_text("Snooze", exact=True).click()
    until = plain.get_by_label("Until", exact=True)
    until.fill(until.get_attribute("min"))
    plain.get_by_label("Why").fill("The contract is on its way")
    plain.get_by_role("button", name="Snooze it").click()
    expect(plain.locator(".standing")).to_contain_text("by Tomas Vidal: The contract is on its way")
    plain.get_by_role("link", name="Your alerts").click()
    expect(plain.get_by_role("heading", level=1)).to_have_text("Your alerts")


def test_settings_and_the_page_to_unsubscribe_fit_and_have_no_barriers(page, enter_demo, demo):
    enter_demo(Role.ADMIN)
    page.goto(f"/b/{SLUG}/settings/warnings/")
    page.get_by_label("60").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    found = problems(page)
    page.goto("/account/alerts/")
    found += problems(page)
    page.goto("/alerts/")
    found += problems(page)
    user = User.objects.get(email=demo[Role.ADMIN].email)
    for kinds in (set(AlertKind), set(AlertKind) - {AlertKind.CODE}):
        page.goto(urlsplit(unsubscribe_url(user_id=user.pk, kinds=kinds, now=utc_now())).path)
        found += problems(page)
    assert found == []
