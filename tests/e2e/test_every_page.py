"""Every page in light and dark, at a desk and on phones: no barrier that axe knows, nothing that scrolls sideways."""

import pytest
from playwright.sync_api import expect

from brands.enums import Role
from brands.models import Brand, User
from brands.operations.invitations import Invite, invite_people
from campaigns.demo import SLUG
from campaigns.enums import Section
from sparktrack.core.actors import system_actor
from sparktrack.core.clock import utc_now
from tests.brands.people import app_code, give_app
from tests.e2e.looks import problems
from tests.factories import PASSWORD, MembershipFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]

BOARD = f"/b/{SLUG}/"


def look(page, *paths):
    """What is wrong with the pages at ``paths``."""
    found = []
    for path in paths:
        page.goto(path)
        found += problems(page)
    return found


def test_pages_of_strangers(page, demo):
    (issued,) = invite_people(
        brand=Brand.objects.get(slug=SLUG),
        invites=[Invite("ada@example.com", Role.BUYER)],
        now=utc_now(),
        actor=system_actor("test"),
    )
    paths = [
        "login",
        "signup",
        "password/reset",
        "password/reset/done",
        "password/reset/key/done",
        "inactive",
    ]
    assert look(page, *(f"/accounts/{path}/" for path in paths), f"/invitations/{issued.token}/") == []


def test_forms_that_were_refused(page, demo):
    found = []
    page.goto("/accounts/login/")
    page.get_by_label("E-mail").fill("ada@example.com")
    page.get_by_label("Password").fill("not the password")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("alert")).to_be_visible()
    found += problems(page)
    assert found == []


def test_the_board_with_every_section(page, enter_demo):
    enter_demo(Role.BUYER)
    page.goto(BOARD)
    assert page.locator("main section[id]").count() == len(Section)
    assert problems(page) == []


def test_sections_and_filters(page, enter_demo):
    enter_demo(Role.VIEWER)
    queries = [
        "section=stops",
        "section=inventory",
        "q=ramen",
        "q=nowhere",
        "reason=no_code&lapses_within=30",
        "more=1&sort=money",
    ]
    assert look(page, *(f"{BOARD}?{query}" for query in queries)) == []


def test_an_empty_board(page, enter):
    member = MembershipFactory(brand__name="A brand with a name that is longer than most of them are")
    enter(member.user)
    assert look(page, member.brand.get_absolute_url()) == []


@pytest.mark.parametrize("half", [0, 1])
def test_the_post_pages_of_every_section(half, page, enter_demo):
    enter_demo(Role.MANAGER)
    page.goto(BOARD)
    lines = page.locator("main section[id]").evaluate_all(
        "sections => sections.map(section => section.querySelector('.who a').getAttribute('href'))"
    )
    assert len(lines) == len(Section)
    assert look(page, *lines[half::2]) == []


def test_pages_about_oneself(page, enter_demo, demo):
    enter_demo(Role.ADMIN)
    user = User.objects.get(email=demo[Role.ADMIN].email)
    user.set_password(PASSWORD)
    user.save()
    # A new password ends the session: log in again.
    enter_demo(Role.ADMIN)
    paths = ["/brands/", "/account/", "/accounts/email/", "/accounts/password/change/", "/accounts/sessions/"]
    add_app = "/accounts/factors/app/add/"  # asks for the password first
    found = look(page, *paths, "/accounts/factors/", "/accounts/logout/", add_app)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url(f"**{add_app}")
    assert found + problems(page) == []


def test_settings_people_audit_and_help(page, enter_demo):
    enter_demo(Role.ADMIN)
    places = ["settings/", "people/", "people/me/", "audit/?kind=flight&since=2020-01-01", "yours/"]
    own = ["/account/preferences/", "/help/creators/", "/help/buyers/"]
    found = look(page, *(f"{BOARD}{place}" for place in places), *own)
    page.goto(f"{BOARD}settings/rules/")
    page.get_by_label("Ad names").fill("{date}_{skuu}")
    expect(page.get_by_text("Did you mean {sku}?")).to_be_visible()
    found += problems(page)
    page.goto(f"{BOARD}settings/")
    page.get_by_label("Time zone").fill("Europe/Berlin")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("Days begin 6 h earlier")
    assert found + problems(page) == []


def test_pages_of_the_second_factor(page, enter):
    user = MembershipFactory().user
    secret = give_app(user)
    enter(user)
    found = look(page, "/accounts/factors/", "/accounts/factors/recovery-codes/")
    page.goto("/accounts/factors/app/remove/")
    found += problems(page)  # asks for the password, or for a code of the app
    page.context.clear_cookies()
    page.goto("/accounts/login/")
    page.get_by_label("E-mail").fill(user.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    code = page.get_by_label("Code from your authenticator app")
    expect(code).to_be_visible()
    found += problems(page)
    code.fill(app_code(secret))
    page.get_by_role("button", name="Log in", exact=True).click()
    page.wait_for_url("**/b/**")
    assert found == []


@pytest.mark.console_errors
def test_refused_pages(page, enter_demo):
    enter_demo(Role.VIEWER)
    paths = [
        f"{BOARD}?lapses_within=abc&q=%00",
        f"{BOARD}?colour=red",
        f"{BOARD}?section=stops&after=x",
        "/b/nowhere/",
        "/invitations/inv_gone/",
        "/accounts/confirm-email/gone/",
    ]
    assert look(page, *paths) == []
