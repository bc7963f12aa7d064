import pytest
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.core import mail
from django.test import Client

from brands.enums import Role
from brands.models import AdAccount, AuditEntry, Brand, Invitation, Membership, User
from tests.brands.people import browser, give_app, try_login
from tests.factories import AdAccountFactory, BrandFactory, MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db

BRANDS = "/admin/brands"


@pytest.fixture
def staff():
    """A superuser, logged in as everybody logs in."""
    return browser(UserFactory(email="root@example.com", is_staff=True, is_superuser=True))


def ours():
    return [model for model in admin.site._registry if model._meta.app_label == "brands"]


def test_every_model_of_the_app_is_there():
    names = {model.__name__ for model in ours()}
    assert names == {
        "User", "Brand", "Membership", "Invitation", "AdAccount", "AuditEntry", "Attachment"
    }  # fmt: skip


@pytest.mark.parametrize(
    "name", ["user", "brand", "membership", "invitation", "adaccount", "auditentry", "attachment"]
)
def test_every_model_is_listed_searched_and_shown(staff, name):
    MembershipFactory()
    AdAccountFactory()
    staff.post("/account/", {"full_name": "Root", "time_zone": ""})
    staff.post(
        f"{BRANDS}/invitation/add/", {"brand": Brand.objects.first().pk, "email": "x@y.com", "role": "buyer"}
    )
    assert staff.get(f"{BRANDS}/{name}/").status_code == 200
    assert staff.get(f"{BRANDS}/{name}/?q=exa").status_code == 200
    model = next(model for model in ours() if model._meta.model_name == name)
    row = model.objects.first()
    if name != "attachment":
        page = staff.get(f"{BRANDS}/{name}/{row.pk}/change/")
        assert page.status_code == 200
        assert "argon2" not in page.content.decode()


@pytest.mark.parametrize(
    "name", ["user", "brand", "membership", "invitation", "adaccount", "auditentry", "attachment"]
)
def test_nothing_is_deleted(staff, name):
    row = MembershipFactory().user
    assert staff.get(f"{BRANDS}/{name}/{row.pk}/delete/").status_code in {302, 403}
    page = staff.get(f"{BRANDS}/{name}/").content.decode()
    assert "delete_selected" not in page


def test_the_admin_is_for_staff_and_has_no_login_of_its_own(client):
    assert client.get("/admin/", follow=True).redirect_chain[-1][0].startswith("/accounts/login/")
    response = client.post("/admin/login/", {"username": "root@example.com", "password": "x"})
    assert response["Location"].startswith("/accounts/login/")
    assert browser(MembershipFactory().user).get("/admin/", follow=True).status_code == 403


def test_the_password_is_changed_on_the_account_page(staff):
    assert staff.get("/admin/password_change/")["Location"] == "/accounts/password/change/"


def test_staff_with_an_app_need_its_code_for_the_admin_too():
    user = UserFactory(is_staff=True, is_superuser=True)
    give_app(user)
    client = Client()
    try_login(client, user)
    assert client.get("/admin/")["Location"].startswith("/admin/login/")


def test_adding_an_invitation_shows_the_link_once_and_mails_it(staff, django_capture_on_commit_callbacks):
    brand = BrandFactory()
    with django_capture_on_commit_callbacks(execute=True):
        page = staff.post(
            f"{BRANDS}/invitation/add/",
            {"brand": brand.pk, "email": "New@Example.com", "role": "manager"},
            follow=True,
        ).content.decode()
    invitation = Invitation.objects.get()
    assert (invitation.email, invitation.role, invitation.invited_by.email) == (
        "new@example.com",
        Role.MANAGER,
        "root@example.com",
    )
    link = next(word for word in mail.outbox[-1].body.split() if "/invitations/" in word)
    assert link in page
    assert link not in staff.get(f"{BRANDS}/invitation/{invitation.pk}/change/").content.decode()
    assert AuditEntry.objects.get(action="invitation.sent").actor_label == "root@example.com"
    assert Client().get(link).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_an_invitation_that_could_not_be_mailed_says_so_beside_its_link(staff, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    sent = {"brand": BrandFactory().pk, "email": "new@example.com", "role": "manager"}
    page = staff.post(f"{BRANDS}/invitation/add/", sent, follow=True).content.decode()
    assert "/invitations/inv_" in page
    assert "The mail did not go out: give them the link yourself." in page


def test_what_an_operation_refuses_stands_beside_its_field(staff):
    member = MembershipFactory()
    response = staff.post(
        f"{BRANDS}/invitation/add/", {"brand": member.brand.pk, "email": member.user.email, "role": "buyer"}
    )
    assert response.status_code == 200
    assert "Already in" in str(response.context["adminform"].form.errors["email"])
    assert not Invitation.objects.exists()
    assert mail.outbox == []


def test_a_role_changes_by_the_operation_and_the_last_admin_stays(staff):
    member = MembershipFactory()
    url = f"{BRANDS}/membership/{member.pk}/change/"
    assert "at least one admin" in staff.post(url, {"role": "viewer"}).content.decode()
    MembershipFactory(brand=member.brand)
    assert staff.post(url, {"role": "viewer"}).status_code == 302
    member.refresh_from_db()
    assert member.role == Role.VIEWER
    entry = AuditEntry.objects.get(action="member.role_changed")
    assert (entry.before, entry.after, entry.actor_label) == (
        {"role": "admin"},
        {"role": "viewer"},
        "root@example.com",
    )


def test_a_brand_is_added_with_its_maker_invited_and_its_settings_change(staff):
    form = {"name": "North", "slug": "north", "time_zone": "Europe/Berlin", "currency": "EUR"}
    page = staff.post(f"{BRANDS}/brand/add/", form, follow=True).content.decode()
    assert "/invitations/inv_" in page
    brand = Brand.objects.get()
    url = f"{BRANDS}/brand/{brand.pk}/change/"
    change = {
        "name": "Northbeam",
        "currency": "EUR",
        "warning_steps": "[7, 1]",
        "digest_hour": 7,
        "expiring_days": 7,
        "time_zone": "Europe/Berlin",  # typed again where an app further right lets it change
    }
    assert staff.post(url, {**change, "slug": "stolen"}).status_code == 302
    brand.refresh_from_db()
    assert (brand.name, brand.slug, brand.time_zone, brand.warning_steps) == (
        "Northbeam",
        "north",
        "Europe/Berlin",
        [7, 1],
    )
    for steps in ("[0]", '{"a": 1}', "7", "null", '["x", 1]', "[[]]", "not JSON"):
        response = staff.post(url, {**change, "warning_steps": steps})
        assert response.context["adminform"].form.errors["warning_steps"]
    assert staff.post(f"{BRANDS}/brand/add/", {**form, "slug": "x", "time_zone": "Berlin"}).status_code == 200
    assert Brand.objects.count() == 1


def test_an_ad_account_is_added_and_edited(staff):
    brand = BrandFactory()
    form = {"brand": brand.pk, "name": "US", "advertiser_id": "70012345", "time_zone": "", "currency": ""}
    assert staff.post(f"{BRANDS}/adaccount/add/", form).status_code == 302
    account = AdAccount.objects.get()
    url = f"{BRANDS}/adaccount/{account.pk}/change/"
    assert staff.post(url, {"name": "USA", "advertiser_id": "70012345", "currency": "usd"}).status_code == 302
    account.refresh_from_db()
    assert (account.name, account.currency, account.brand) == ("USA", "USD", brand)
    assert staff.post(url, {"name": "USA", "advertiser_id": "letters", "currency": ""}).status_code == 200


def test_staff_rights_and_emails_are_not_changed_here(staff):
    user = UserFactory()
    staff.post(
        f"{BRANDS}/user/{user.pk}/change/",
        {
            "full_name": "Ada",
            "time_zone": "",
            "is_staff": "on",
            "is_superuser": "on",
            "email": "eve@example.com",
        },
    )
    user.refresh_from_db()
    assert (user.full_name, user.is_staff, user.is_superuser) == ("Ada", False, False)
    assert User.objects.count() == 2
    assert not Membership.objects.exists()


def test_second_factors_are_shown_without_their_secret_and_a_lost_one_can_be_deleted(staff):
    user = UserFactory()
    secret = give_app(user)
    factor = Authenticator.objects.get(user=user, type="totp")
    page = staff.get(f"/admin/mfa/authenticator/{factor.pk}/change/").content.decode()
    assert secret not in page
    assert factor.data["secret"] not in page
    staff.post(f"/admin/mfa/authenticator/{factor.pk}/delete/", {"post": "yes"})
    assert not Authenticator.objects.filter(pk=factor.pk).exists()


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("brands/user", "password__startswith=a"),
        ("brands/user", "email__regex=."),
        ("brands/invitation", "token_hash__startswith=a"),
        ("mfa/authenticator", "data__secret__startswith=1"),
        ("authorizations/authorizationcode", "fingerprint__startswith=a"),
        ("authorizations/accountlink", "ends_at__year=99999999999999"),
    ],
)
def test_the_address_of_a_list_asks_for_nothing_but_its_filters(staff, name, query):
    staff.raise_request_exception = False
    assert staff.get(f"/admin/{name}/?{query}").status_code == 400


def test_the_filters_of_a_list_work(staff):
    found = staff.get("/admin/brands/user/?is_staff__exact=0").context["cl"].queryset
    assert not found.filter(is_staff=True).exists()
    assert staff.get("/admin/authorizations/accountlink/?ends_at__isempty=1").status_code == 200
