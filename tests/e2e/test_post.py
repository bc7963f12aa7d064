"""The post page in a real browser: codes in clear and gone again, a flight that runs anyway; also without script."""

import re

import pytest
from django.conf import settings as site
from playwright.sync_api import expect

from authorizations.models import AuthorizationCode, CodeUse
from authorizations.secrets import open_code
from brands.enums import Role
from brands.models import AuditEntry, User
from campaigns.demo import SLUG
from campaigns.models import Flight
from posts.models import Post
from tests.e2e.looks import problems
from tests.world import client_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]


def path_of(title):
    return f"/b/{SLUG}/posts/{Post.objects.get(title=title).pk}/"


def audited():
    entries = AuditEntry.objects.filter(action__in=("code.revealed", "code.copied", "code.applied"))
    return list(entries.filter(request_id__gt="").order_by("at").values_list("action", flat=True))


def tab_to(page, target):
    """Press Tab until ``target`` has the focus, as somebody without a mouse does."""
    for _ in range(80):
        if target.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"Tab does not reach {target}")


@pytest.fixture
def plain(new_context, base_url, demo):
    """A browser without JavaScript in which one of the demo people is logged in."""
    context = new_context(java_script_enabled=False)
    session = client_of(User.objects.get(email=demo[Role.MANAGER].email)).cookies[site.SESSION_COOKIE_NAME]
    context.add_cookies([{"name": site.SESSION_COOKIE_NAME, "value": session.value, "url": base_url}])
    return context.new_page()


def test_a_buyer_without_a_mouse_reveals_copies_notes_and_hides_a_code(page, enter_demo, base_url):
    enter_demo(Role.BUYER)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=base_url)
    code = AuthorizationCode.objects.get(post__title="Mask on, mask off", supersedes__isnull=False)
    secret = open_code(code)
    article = page.locator(f"#code-{code.pk}")
    page.goto(path_of("Mask on, mask off"))

    reveal = article.get_by_role("button", name="Reveal")
    tab_to(page, reveal)
    page.keyboard.press("Enter")
    shown = article.locator("input[readonly]")
    expect(shown).to_have_value(secret)
    expect(shown).to_be_focused()

    hide = article.get_by_role("link", name="Hide")
    tab_to(page, hide)
    page.keyboard.press("Enter")
    expect(article.get_by_role("button", name="Reveal")).to_be_focused()
    assert secret not in page.content()

    page.keyboard.press("Shift+Tab")
    expect(article.get_by_role("button", name="Copy")).to_be_focused()
    page.keyboard.press("Enter")
    expect(article.get_by_role("status")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == secret
    assert secret not in page.content()

    # Copying is followed by noting where it was taken: that has opened.
    account = article.get_by_label("Taken to")
    tab_to(page, account)
    tab_to(page, article.get_by_role("button", name="Mark applied"))
    page.keyboard.press("Enter")
    expect(page.get_by_text(re.compile(r"^Noted: the code ending .* is in Northbeam"))).to_be_visible()
    assert CodeUse.objects.filter(code=code).count() == 1
    assert audited() == ["code.revealed", "code.copied", "code.applied"]
    assert not AuditEntry.objects.filter(after__icontains=secret[1:20]).exists()


def test_a_code_in_clear_and_open_forms_look_right_on_every_screen(page, enter_demo):
    enter_demo(Role.ADMIN)
    page.goto(path_of("Duet: her grandmother's comb"))
    page.get_by_role("button", name="Reveal").click()
    expect(page.locator("input[readonly]")).to_have_count(2)
    for summary in page.locator("main summary").all():
        summary.click()
    assert problems(page) == []
    page.goto(path_of("Knife skills in a minute"))
    page.locator("summary", has_text="Say it anew").click()
    assert problems(page) == []


def test_where_the_clipboard_is_refused_the_code_is_left_selected(page, enter_demo):
    enter_demo(Role.BUYER)
    code = AuthorizationCode.objects.get(post__title="Five mugs, one favourite")
    page.goto(path_of("Five mugs, one favourite"))
    page.evaluate(
        "Object.defineProperty(navigator, 'clipboard', {value: {writeText: () => Promise.reject(new Error())}})"
    )
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("status").filter(has_text="Selected")).to_be_visible()
    assert page.evaluate("getSelection().toString()") == open_code(code)


def test_who_was_logged_out_meanwhile_does_not_get_the_login_page_for_a_code(page, enter_demo, base_url):
    enter_demo(Role.BUYER)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=base_url)
    page.goto(path_of("Five mugs, one favourite"))
    page.evaluate("navigator.clipboard.writeText('before')")
    page.context.clear_cookies(name=site.SESSION_COOKIE_NAME)
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("status").filter(has_text="Log in again")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == "before"
    expect(page.locator("[data-applied][open]")).to_have_count(0)
    expect(page.locator("input[readonly]")).to_have_count(0)


@pytest.mark.console_errors
def test_who_looks_too_often_is_told_in_the_place_of_the_code(page, enter_demo, settings):
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "reveal_code": "1/h/user"}
    enter_demo(Role.BUYER)
    page.goto(path_of("Five mugs, one favourite"))
    page.get_by_role("button", name="Reveal").click()
    expect(page.locator("input[readonly]")).to_be_visible()
    page.get_by_role("link", name="Hide").click()
    page.get_by_role("button", name="Reveal").click()
    expect(page.get_by_role("alert")).to_contain_text("Wait a while")
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("status").filter(has_text="Wait a while")).to_be_visible()
    expect(page.locator("input[readonly]")).to_have_count(0)


def test_all_of_it_works_without_javascript(plain):
    page, code = plain, AuthorizationCode.objects.get(post__title="Latte art, slow motion")
    secret = open_code(code)
    page.goto(path_of("Latte art, slow motion"))
    for name in ("Reveal", "Copy"):
        page.get_by_role("button", name=name).click()
        expect(page.locator("input[readonly]")).to_have_value(secret)
        expect(page.locator(".verdict")).to_be_visible()
        page.get_by_role("link", name="Hide").click()
        assert secret not in page.content()

    page.locator("summary", has_text="Mark applied").click()
    page.get_by_label("Taken to").select_option(label="Northbeam UK")
    page.get_by_role("button", name="Mark applied").click()
    expect(page.locator("main")).to_contain_text("Northbeam UK by Tomas")

    page.locator("summary", has_text="Run anyway").click()
    page.get_by_label("Why may it run?").fill("  ")
    page.get_by_role("button", name="Run anyway").click()
    expect(page.get_by_role("alert")).to_contain_text("Say why it may run anyway.")
    page.get_by_label("Why may it run?").fill("Signed this morning.")
    page.get_by_label("Approved by").select_option(label="Ingrid Solberg")
    page.get_by_role("button", name="Run anyway").click()
    expect(page.locator(".verdict")).to_contain_text("Runs without permission")
    expect(page.locator("li .anyway").first).to_contain_text("Signed this morning. Approved by Ingrid")
    flight = Flight.objects.get(post__title="Latte art, slow motion")
    assert flight.run_anyway_by.full_name == "Ingrid Solberg"


def test_the_rest_of_the_history_comes_in_its_place(page, enter_demo):
    enter_demo(Role.VIEWER)
    page.goto(path_of("Sheet-pan supper, recut"))
    entries = page.locator("#history-card li")
    assert entries.count() == 8
    page.get_by_role("link", name="Show all that happened").click()
    expect(page.locator("#history-card")).to_contain_text("Post added")
    assert entries.count() > 8
    assert page.url.endswith(path_of("Sheet-pan supper, recut"))
