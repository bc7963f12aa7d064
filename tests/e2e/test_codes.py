"""Codes in a real browser, by keys alone: three deliverables out of a chat, then a batch to Ads Manager."""

import pytest
from playwright.sync_api import expect

from authorizations.models import AuthorizationCode, CodeUse
from brands.enums import Role
from sparktrack.core.clock import utc_now
from tests.e2e.looks import problems
from tests.world import DAY, World, spark_code

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]

ID = "7301184422019655681"
SECRETS = [spark_code(number) for number in (4711, 4712, 4713)]


def tab_to(page, target):
    """Press Tab until ``target`` has the focus, as somebody without a mouse does."""
    for _ in range(60):
        if target.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"Tab does not reach {target}")


def test_a_manager_pastes_three_deliverables_and_takes_two_to_ads_manager_by_keys(page, enter, base_url):
    world = World(now=utc_now())
    account = world.account(name="Glow US")
    maya, noah = world.creator("maya.glow"), world.creator("noah_pours")
    routine = world.post(maya, title="Routine", tiktok_post_id=ID)
    kettle = world.post(noah, title="Kettle")
    for days, post in ((1, routine), (2, kettle)):
        world.flight(post, world.day(days), world.day(days + 20), ad_account=account)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=base_url)
    enter(world.member(Role.MANAGER))

    page.goto(f"/b/{world.brand.slug}/codes/")
    tab_to(page, page.get_by_role("link", name="Paste codes"))
    page.keyboard.press("Enter")
    box = page.get_by_label("The message")
    tab_to(page, box)
    page.keyboard.insert_text(
        f"hi! https://www.tiktok.com/@maya.glow/video/{ID}\n{SECRETS[0]}\n30 days\n\n"
        f"https://www.tiktok.com/@newface/video/7302284422019655682\n{SECRETS[1]}\n60 days\n\n"
        f"and @noah_pours: {SECRETS[2]}, 60 days"
    )
    tab_to(page, page.get_by_label("Today"))
    page.keyboard.press("Space")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Control+Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text("3 codes in the message")
    assert not [secret for secret in SECRETS if secret[1:30] in page.content()]
    assert problems(page) == []
    third = page.locator(".pasted > li").nth(2)
    expect(third.get_by_text("Which post?")).to_be_visible()
    tab_to(page, third.get_by_label("Post"))
    page.keyboard.type("Kettle")  # a choice is found by its first letters
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(third.get_by_label("Days")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text("3 codes:")).to_be_visible()
    assert AuthorizationCode.objects.get(post=kettle).ending == SECRETS[2][-4:]
    expect(page.get_by_role("row")).to_have_count(4)

    tab_to(page, page.get_by_role("link", name="Batch for Ads Manager"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Codes for Glow US")
    tab_to(page, page.get_by_role("button", name="Copy these 2"))
    page.keyboard.press("Enter")
    expect(page.get_by_text("Copied").first).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == f"{SECRETS[0]}\n{SECRETS[2]}"
    first, second = (
        page.locator(f"#ends-{AuthorizationCode.objects.get(post=post).pk}") for post in (routine, kettle)
    )
    tab_to(page, first)
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 applied today, 1 to go")).to_be_visible()
    expect(second).to_be_focused()
    before = AuthorizationCode.objects.get(post=kettle)
    page.keyboard.press("ArrowUp")  # the first part of a date field: the next month
    page.keyboard.press("Enter")
    expect(page.get_by_text("2 applied today, 0 to go")).to_be_visible()
    after = AuthorizationCode.objects.get(post=kettle)
    assert after.end_source == "ads_manager"
    assert after.expires_at - before.expires_at >= 28 * DAY or after.expires_at < before.expires_at
    assert CodeUse.objects.filter(ad_account=account).count() == 2
    assert not [secret for secret in SECRETS if secret[1:30] in page.content()]
