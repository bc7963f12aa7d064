"""A manager's day on a phone, in the demo brand: a deliverable logged, found again, redone, extended; peak and report.

The other ways of a day have files of their own: codes, flights, rights, people, alerts, imports.
"""

import re

import pytest
from playwright.sync_api import expect

from brands.enums import Role
from campaigns.demo import SLUG
from posts.models import Post
from tests.e2e.looks import PHONE

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]

BRAND = f"/b/{SLUG}"
ID = "7575757575757575757"


def test_a_deliverable_is_logged_redone_and_its_numbers_are_in_the_report(page, enter_demo):
    enter_demo(Role.MANAGER)
    page.set_viewport_size({"width": PHONE, "height": 760})
    page.goto(f"{BRAND}/posts/")
    page.get_by_role("link", name="New post").click()
    page.get_by_label("TikTok link").fill(f"look https://www.tiktok.com/@maya.glow/video/{ID}?lang=en")
    page.get_by_label("TikTok link").blur()
    expect(page.get_by_label("Post id")).to_have_value(ID)
    expect(page.get_by_label("Creator", exact=False).first).to_have_value(re.compile("maya.glow"))
    page.get_by_label("Title").fill("Monday drop")
    page.get_by_role("button", name="Add the post").click()
    expect(page.get_by_text("Monday drop").first).to_be_visible()
    post = Post.objects.get(title="Monday drop")
    assert (post.creator.handle, post.tiktok_post_id) == ("maya.glow", ID)
    assert post.posted_at is not None

    # Ctrl K has it at once, also for a finger.
    page.get_by_role("link", name="Search").click()
    page.get_by_label("Post, creator, campaign or page").fill("monday dr")
    page.locator("#palette").get_by_role("link", name="Monday drop").click()
    page.wait_for_url(f"**{post.get_absolute_url()}")

    page.get_by_role("link", name="Redo").click()
    page.get_by_label("Title").fill("Monday drop, second cut")
    page.get_by_role("button", name="Look at what happens").click()
    page.get_by_role("main").get_by_role("button").first.click()
    expect(page.get_by_text("Monday drop, second cut").first).to_be_visible()
    assert Post.objects.get(title="Monday drop, second cut").replaces == post


def test_a_code_is_extended_and_taken_back_then_peak_and_the_report_of_the_month(page, enter_demo):
    enter_demo(Role.MANAGER)
    page.set_viewport_size({"width": PHONE, "height": 760})
    page.goto(f"{BRAND}/codes/?creator=maya.glow")
    before = page.locator("#list").inner_text()
    page.locator("tbody .pick input").first.check()
    page.locator(".bulk summary").get_by_text("Extended by the creators").click()
    page.get_by_role("button", name="Extended by the creators").click()
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    assert page.locator("#list").inner_text() != before
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Taken back")).to_be_visible()
    assert page.locator("#list").inner_text() == before

    page.goto(f"{BRAND}/peak/")
    expect(page.get_by_role("main")).to_contain_text("planned flights survive")
    page.goto(f"{BRAND}/reports/")
    page.get_by_role("link", name="Last month").click()
    expect(page.get_by_role("main")).to_contain_text("Flight-days lost")
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV", exact=True).click()
    assert download.value.suggested_filename.endswith(".csv")


def test_a_list_is_worked_through_by_keys_alone(page, enter_demo):
    enter_demo(Role.MANAGER)
    page.goto(f"{BRAND}/")
    page.keyboard.press("Control+k")
    page.get_by_label("Post, creator, campaign or page").press_sequentially("posts")
    expect(page.locator("#palette .found a").first).to_have_text(re.compile("Posts"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/posts/")
    page.keyboard.press("/")
    page.keyboard.type("three pours")
    page.keyboard.press("Enter")
    expect(page.locator("#list-news")).to_have_text("1 post")
    page.keyboard.press("Tab")
    page.keyboard.press("j")
    expect(page.locator(".listing tbody a").first).to_be_focused()
    page.keyboard.press("x")
    expect(page.locator("[data-picked]")).to_have_text("1 chosen")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Keys")).to_be_hidden()
