import re

import pytest
from playwright.sync_api import expect

from brands.enums import Role
from brands.operations.invitations import Invite, invite_people
from sparktrack.core.actors import system_actor
from sparktrack.core.clock import utc_now
from tests.brands.people import app_code
from tests.factories import PASSWORD, BrandFactory, MembershipFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]


def log_in(page, user, password=PASSWORD):
    page.goto("/accounts/login/")
    page.get_by_label("E-mail").fill(user.email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()


def test_an_invited_person_joins_and_lands_on_the_board(page):
    brand = BrandFactory(name="Northbeam")
    (issued,) = invite_people(
        brand=brand,
        invites=[Invite("ada@example.com", Role.BUYER)],
        now=utc_now(),
        actor=system_actor("test"),
    )
    page.goto(f"/invitations/{issued.token}/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Join Northbeam")
    page.get_by_label("Name").fill("Ada")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Make my account").click()
    expect(page).to_have_url(re.compile(rf"/b/{brand.slug}/yours/$"))


def test_a_wrong_password_is_said_and_the_right_one_opens_the_board(page):
    member = MembershipFactory()
    log_in(page, member.user, "wrong password")
    expect(page.get_by_role("alert")).to_contain_text("do not fit together")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page).to_have_url(re.compile(rf"/b/{member.brand.slug}/$"))


def test_a_second_factor_is_switched_on_and_asked_for_with_pages_that_the_policy_lets_through(page):
    member = MembershipFactory()
    log_in(page, member.user)
    page.goto("/accounts/factors/")
    page.get_by_role("link", name="Switch on").click()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
    picture = page.get_by_alt_text("The key below as a QR code")
    assert picture.evaluate("image => image.complete && image.naturalWidth > 0")
    secret = page.locator("code").inner_text()
    page.get_by_label("Code that the app shows now").fill(app_code(secret))
    page.get_by_role("button", name="Switch on").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Recovery codes")
    recovery_code = page.locator("li code").first.inner_text()
    page.locator("summary", has_text="You:").click()
    page.get_by_role("button", name="Log out").click()
    log_in(page, member.user)
    page.get_by_label("Code from your authenticator app").fill(recovery_code)
    page.get_by_role("button", name="Log in", exact=True).click()
    expect(page).to_have_url(re.compile(rf"/b/{member.brand.slug}/$"))
