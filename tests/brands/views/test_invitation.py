from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from brands.enums import Role
from brands.models import Invitation, Membership, User
from brands.operations.invitations import Invite, invite_people, revoke_invitations
from sparktrack.core.actors import system_actor
from sparktrack.core.clock import utc_now
from tests.brands.people import browser, give_app, is_logged_in, try_login
from tests.factories import PASSWORD, BrandFactory, UserFactory

pytestmark = pytest.mark.django_db

FORM = {"full_name": "Ada", "password": "grows on trees, 12 of them"}


def invite(email="new@example.com", role=Role.BUYER, brand=None):
    (issued,) = invite_people(
        brand=brand or BrandFactory(),
        invites=[Invite(email, role)],
        now=utc_now(),
        actor=system_actor("test"),
    )
    return issued


def path(issued):
    return f"/invitations/{issued.token}/"


def test_a_new_person_sees_what_the_invitation_is_for_and_joins(client):
    issued = invite()
    page = client.get(path(issued)).content.decode()
    for words in (issued.invitation.brand.name, "Buyer", "new@example.com"):
        assert words in page
    response = client.post(path(issued), FORM)
    assert response["Location"] == reverse("yours", args=[issued.invitation.brand.slug])
    assert is_logged_in(client)
    member = Membership.objects.get()
    assert (member.user.email, member.role) == ("new@example.com", Role.BUYER)


def test_looking_at_it_many_times_changes_nothing(client):
    issued = invite()
    before = Invitation.objects.values().get()
    for _ in range(50):
        client.get(path(issued), headers={"user-agent": "MailScanner/1.0"})
        client.head(path(issued))
    assert Invitation.objects.values().get() == before
    assert not User.objects.exists()
    assert client.post(path(issued), FORM).status_code == 302


def test_the_address_of_the_page_goes_nowhere(client):
    response = client.get(path(invite()))
    assert response["Referrer-Policy"] == "strict-origin"
    assert response["X-Robots-Tag"] == "noindex"
    assert "no-store" in response["Cache-Control"]


def test_used_expired_withdrawn_and_unknown_look_the_same():
    start = datetime(2026, 11, 1, tzinfo=UTC)
    with time_machine.travel(start, tick=False) as clock:
        expired = invite("expired@example.com")
        clock.shift(timedelta(days=14))
        used, withdrawn = invite("used@example.com"), invite("withdrawn@example.com")
        Client().post(path(used), FORM)
        revoke_invitations(
            brand=withdrawn.invitation.brand,
            invitations=[withdrawn.invitation],
            now=utc_now(),
            actor=system_actor("test"),
        )
        answers = set()
        for link in (path(used), path(expired), path(withdrawn), "/invitations/inv_unknown/"):
            for method in ("get", "post"):
                response = getattr(Client(), method)(link, FORM)
                answers.add((response.status_code, response.content))
    assert len(answers) == 1
    assert answers.pop()[0] == 404


@pytest.mark.parametrize(
    "wrong",
    [
        {"password": "short"},
        {"password": "password1234"},
        {"password": ""},
        {"full_name": ""},
        {"full_name": "x" * 121},
    ],
)
def test_a_bad_answer_gets_a_message_beside_the_field_and_the_invitation_stays(client, wrong):
    issued = invite()
    response = client.post(path(issued), {**FORM, **wrong})
    assert response.status_code == 422
    assert set(response.context["form"].errors) == set(wrong)
    assert not User.objects.exists()
    assert client.post(path(issued), FORM).status_code == 302


def test_the_password_must_not_resemble_the_email(client):
    issued = invite("wonderful-ada@example.com")
    response = client.post(path(issued), {**FORM, "password": "wonderful-ada@example"})
    assert response.status_code == 422


def test_the_email_of_the_form_counts_for_nothing(client):
    issued = invite()
    client.post(path(issued), {**FORM, "email": "eve@example.com", "role": "admin"})
    member = Membership.objects.get()
    assert (member.user.email, member.role) == ("new@example.com", Role.BUYER)


def test_somebody_else_logged_in_cannot_accept():
    issued = invite()
    eve = UserFactory()
    client = browser(eve)
    assert "This invitation is for new@example.com" in client.get(path(issued)).content.decode()
    response = client.post(path(issued), FORM)
    assert response.status_code == 422
    assert not Membership.objects.exists()
    assert not User.objects.filter(email="new@example.com").exists()


def test_a_person_with_an_account_logs_in_and_accepts(client):
    user = UserFactory()
    issued = invite(user.email)
    login = f"/accounts/login/?next=%2Finvitations%2F{issued.token}%2F"
    assert login in client.get(path(issued)).content.decode()
    response = client.post(login, {"login": user.email, "password": PASSWORD})
    assert response["Location"] == path(issued)
    assert not Membership.objects.exists()
    assert client.post(path(issued))["Location"] == reverse("yours", args=[issued.invitation.brand.slug])
    assert Membership.objects.get().user == user


def test_whoever_has_the_link_cannot_set_the_password_of_an_account_that_exists(client):
    user = UserFactory()
    issued = invite(user.email)
    response = client.post(path(issued), {**FORM, "password": "the password of eve"})
    assert response.status_code == 422
    assert not is_logged_in(client)
    assert try_login(Client(), user).status_code == 302
    assert not Membership.objects.exists()


def test_the_link_does_not_get_around_the_second_factor(client):
    user = UserFactory()
    give_app(user)
    issued = invite(user.email)
    client.post(path(issued), FORM)
    assert not is_logged_in(client)


def test_a_form_from_another_site_is_refused():
    issued = invite()
    response = Client(enforce_csrf_checks=True).post(path(issued), FORM)
    assert response.status_code == 403
    assert not User.objects.exists()
