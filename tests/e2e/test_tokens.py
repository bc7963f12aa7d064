"""A token in a browser: made by two quick clicks and still to be seen, copied, gone from the next page."""

import pytest
from playwright.sync_api import Error, expect

from brands.enums import Role
from brands.models import ApiToken
from brands.operations.tokens import find_token
from sparktrack.core.clock import utc_now
from tests.e2e.looks import problems
from tests.world import World

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]

# The second while the answer to the first is on its way.
TWO_CLICKS = """() => {
    const button = document.querySelector("form.new-token button[type=submit]");
    button.click();
    setTimeout(() => button.click(), 25);
}"""


@pytest.mark.console_errors
def test_an_admin_makes_a_token_copies_and_revokes_it(page, enter, context):
    world = World(now=utc_now())
    enter(world.member(Role.ADMIN, full_name="Ingrid"))
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"/b/{world.brand.slug}/settings/")
    page.get_by_role("link", name="API tokens").click()
    page.get_by_role("link", name="New token").click()
    page.get_by_label("Name").fill("A nightly export with a name that is longer than most of them are")
    expect(page.get_by_label("Its last day")).to_be_hidden()
    page.get_by_label("Until a day of your own").check()
    expect(page.get_by_label("Its last day")).to_be_visible()
    page.get_by_role("button", name="Make it").click()
    expect(page.get_by_role("alert")).to_be_focused()
    found = problems(page)
    page.get_by_label("For ever").check()
    page.evaluate(TWO_CLICKS)
    expect(page.get_by_role("heading", name="Keep this token now")).to_be_visible()
    found += problems(page)
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    token = page.evaluate("navigator.clipboard.readText()")
    assert find_token(token, ip="", now=utc_now()) == ApiToken.objects.get()

    page.get_by_role("link", name="I have kept it").click()
    expect(page.get_by_text("Until somebody revokes it")).to_be_visible()
    assert token.rpartition("_")[2] not in page.content()
    revoking = context.new_page()
    revoking.goto(page.url)
    revoking.get_by_role("link", name="Revoke").click()
    revoking.get_by_role("button", name="Revoke it").click()
    expect(revoking.get_by_text("No token counts at the moment")).to_be_visible()
    # Back to the answer: the browser has not kept it, and does not send the form again by itself.
    with pytest.raises(Error, match="ERR_CACHE_MISS"):
        page.go_back()
    assert found == []
