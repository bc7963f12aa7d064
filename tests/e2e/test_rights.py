"""Rights in a real browser: the answer while dates change, and every page of rights and evidence looked at."""

import pytest
from playwright.sync_api import expect

from authorizations.models import UsageRight
from authorizations.windows import Term
from brands.enums import Role
from sparktrack.core.clock import utc_now
from tests.e2e.looks import problems
from tests.world import DAY, World

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]


def test_the_answer_follows_the_dates_and_what_is_put_on_file_is_shown(page, enter):
    world = World(now=utc_now())
    post = world.post(title="Glow")
    world.code(post, world.now - DAY, days=31)
    waits = world.right(world.day(-9), creator=post.creator, term=Term(months=6), fee=900)
    enter(world.member(Role.MANAGER))
    page.goto(post.get_absolute_url())
    page.get_by_role("link", name="Add rights").click()
    answer = page.locator("#covers")
    expect(answer).to_contain_text("Say from when and for how long")
    expect(page.get_by_label("How many")).to_be_hidden()
    page.get_by_role("group", name="Is paid use approved?").get_by_label("Yes").check()
    page.get_by_label("Until a day").check()
    page.get_by_label("First day").fill(world.day(0).isoformat())
    page.get_by_label("Last day").fill(world.day(4).isoformat())
    expect(answer).to_contain_text("Covers ads from")
    expect(answer).to_contain_text("spends without permission")
    page.get_by_label("Days", exact=True).check()
    page.get_by_label("How many").fill("300")
    expect(answer).to_contain_text("The ad stops by itself")
    found = problems(page)
    page.get_by_label("Files").set_input_files(
        {"name": "contract.pdf", "mimeType": "application/pdf", "buffer": b"%PDF"}
    )
    page.get_by_role("button", name="Put on file").click()
    expect(page.get_by_text("On file: rights")).to_be_visible()
    right = UsageRight.objects.get(post=post)
    page.locator(f"a[href*='/rights/{right.pk}/']").first.click()
    with page.expect_download() as download:
        page.get_by_role("link", name="contract.pdf").click()
    assert download.value.suggested_filename == "contract.pdf"
    page.locator("summary").get_by_text("Extend").click()
    found += problems(page)

    brand = world.brand.get_absolute_url()
    for place in (f"rights/{waits.pk}/", "rights/add/", "evidence/", f"posts/{post.pk}/evidence/", "rights/"):
        page.goto(f"{brand}{place}")
        found += problems(page)
    page.set_viewport_size({"width": 1280, "height": 800})
    page.get_by_label("Choose rights of Glow").check()
    page.locator("summary").get_by_text("Extend").click()
    page.get_by_role("button", name="Extend", exact=True).click()
    expect(page.get_by_role("heading", name="Extend 1 right by 30 days?")).to_be_visible()
    found += problems(page)
    page.get_by_role("button", name="Extend 1 right").click()
    expect(page.get_by_text("1 right extended by 30 days.")).to_be_visible()
    right.refresh_from_db()
    assert right.term_days == 330
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Taken back: 1 row as before.")).to_be_visible()
    right.refresh_from_db()
    assert (right.term_days, found) == (300, [])
