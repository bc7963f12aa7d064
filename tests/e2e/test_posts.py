"""Posts in a real browser: a link that fills the form; cards that are dragged or moved by keys, and a phone."""

import pytest
from playwright.sync_api import expect

from brands.enums import Role
from posts.enums import Stage
from posts.models import Post, StageEvent
from posts.operations.stages import StageMove, move_stages
from sparktrack.core.clock import utc_now
from tests.e2e.looks import problems
from tests.world import World

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]


@pytest.fixture
def world():
    return World(now=utc_now())


def test_a_pasted_link_fills_the_form_at_once(world, page, enter):
    world.creator("maya")
    enter(world.member(Role.MANAGER))
    page.goto(f"{world.brand.get_absolute_url()}posts/")
    page.get_by_role("link", name="New post").click()
    link = page.get_by_label("TikTok link")
    expect(link).to_be_focused()
    link.fill("https://www.tiktok.com/@maya/video/7301184422019655681?x=1")
    expect(page.get_by_text("Post 7301184422019655681 of @maya, posted Tue 14 Nov 2023.")).to_be_visible()
    expect(page.get_by_role("combobox", name="Creator")).to_have_value("maya")
    expect(page.get_by_label("Post id")).to_have_value("7301184422019655681")
    expect(page.get_by_label("Posted on")).to_have_value("2023-11-14")
    expect(link).to_be_focused()
    found = problems(page)
    page.get_by_label("Title").fill("Glow")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Glow is on file.")).to_be_visible()
    assert Post.objects.get().tiktok_post_id == "7301184422019655681"
    assert found == []


@pytest.mark.console_errors
def test_cards_move_by_keys_and_by_dragging_and_keep_the_focus(world, page, enter):
    maya = world.creator("maya")
    glow, drip = world.post(maya, title="Glow"), world.post(maya, title="Drip")
    enter(world.member(Role.MANAGER))
    page.goto(f"{world.brand.get_absolute_url()}posts/stages/")
    news = page.locator("#stages-news")

    def card(title):
        return page.get_by_role("link", name=title)

    def column(stage):
        return page.locator(f".stage[data-stage='{stage}']")

    card("Glow").focus()
    page.keyboard.press("ArrowRight")
    expect(news).to_have_text("Glow: briefed.")
    expect(card("Glow")).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(news).to_have_text("Glow: not begun.")
    expect(card("Glow")).to_be_focused()
    assert not StageEvent.objects.exists()
    page.locator("li", has=card("Drip")).drag_to(column("approved"))
    expect(column("approved").get_by_role("link")).to_have_text("Drip")
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Taken back: 1 row as before.")).to_be_visible()
    page.get_by_label("Choose Glow").check()
    page.get_by_label("Choose Drip").check()
    found = problems(page)
    page.set_viewport_size({"width": 1280, "height": 900})
    page.get_by_role("button", name="Product shipped", exact=True).click()
    expect(column("product_shipped").get_by_role("link")).to_have_count(2)
    # Somebody else is quicker.
    moves = [StageMove(glow, Stage.APPROVED, Stage.PRODUCT_SHIPPED)]
    move_stages(moves=moves, **{**world.by, "now": utc_now()})
    card("Glow").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("alert")).to_contain_text("Somebody has moved Glow meanwhile")
    expect(page.get_by_role("alert")).to_be_focused()
    expect(column("approved").get_by_role("link")).to_have_text("Glow")
    page.set_viewport_size({"width": 390, "height": 800})
    expect(card("Glow")).to_be_hidden()
    page.get_by_role("link", name="Approved 1").click()
    expect(card("Glow")).to_be_visible()
    expect(card("Drip")).to_be_hidden()
    page.get_by_role("button", name="Glow: move to Posted").click()
    expect(page.get_by_text("Glow: posted.").first).to_be_visible()
    found += problems(page)
    assert found == []
    assert drip.stages.get().stage == Stage.PRODUCT_SHIPPED
