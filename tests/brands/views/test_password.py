import re

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client

from tests.brands.people import app_code, browser, give_app, is_logged_in, try_login
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db

RESET = "/accounts/password/reset/"
NEW = "another long one, 12+"


def ask_for_link(email, **extra):
    """Asks for a reset; the path of the link in the mail, without the site."""
    Client().post(RESET, {"email": email}, **extra)
    (link,) = re.findall(r"http\S+/key/\S+", mail.outbox[-1].body)
    assert link.startswith(settings.SITE_URL + "/")
    return link.removeprefix(settings.SITE_URL)


def set_password(path, password=NEW):
    """Follows the link and sets a password; the browser that did."""
    client = Client()
    form = client.get(path)["Location"]
    client.post(form, {"password1": password, "password2": password})
    return client


def test_the_link_in_the_mail_sets_a_new_password_and_ends_all_sessions():
    user = UserFactory()
    elsewhere = browser(user)
    set_password(ask_for_link(user.email))
    assert not is_logged_in(elsewhere)
    assert try_login(Client(), user, PASSWORD).status_code == 200
    assert try_login(Client(), user, NEW).status_code == 302


def test_the_link_works_once():
    user = UserFactory()
    path = ask_for_link(user.email)
    set_password(path)
    response = Client().get(path)
    assert "no longer works" in response.content.decode()


def test_the_answer_is_the_same_for_an_unknown_email_and_a_mail_goes_out_either_way():
    answers = set()
    for email in (UserFactory().email, "nobody@example.com", UserFactory(is_active=False).email):
        response = Client().post(RESET, {"email": email}, follow=True)
        answers.add((response.status_code, response.redirect_chain[-1], response.content))
    assert len(answers) == 1
    assert len(mail.outbox) == 3
    assert "There is no account" in mail.outbox[1].body


def test_a_reset_opens_an_account_that_strangers_locked():
    user = UserFactory()
    for _ in range(10):
        try_login(Client(REMOTE_ADDR="198.51.100.7"), user, "wrong password")
    assert try_login(Client(), user).status_code == 429
    set_password(ask_for_link(user.email))
    assert try_login(Client(), user, NEW).status_code == 302


def test_a_forged_host_does_not_get_into_the_mail():
    user = UserFactory()
    ask_for_link(user.email, headers={"host": "evil.example"})
    ask = Client()
    ask.post(RESET, {"email": "nobody@example.com"}, headers={"host": "evil.example"})
    for message in mail.outbox:
        assert "evil.example" not in str(message.message())
        assert settings.SITE_URL in message.body


def test_after_a_reset_the_login_still_asks_for_the_second_factor():
    user = UserFactory()
    secret = give_app(user)
    client = set_password(ask_for_link(user.email))
    assert not is_logged_in(client)
    response = try_login(client, user, NEW)
    assert response["Location"] == "/accounts/factors/authenticate/"
    assert not is_logged_in(client)
    client.post(response["Location"], {"code": app_code(secret)})
    assert is_logged_in(client)


@pytest.mark.parametrize("password", ["short", "password1234", "personal-ada@example.com"])
def test_a_weak_password_is_refused_beside_its_field(password):
    user = UserFactory(email="personal-ada@example.com")
    client = Client()
    form = client.get(ask_for_link(user.email))["Location"]
    response = client.post(form, {"password1": password, "password2": password})
    assert response.status_code == 200
    assert response.context["form"].errors["password1"]
    assert try_login(Client(), user, PASSWORD).status_code == 302


def test_asking_again_and_again_is_stopped():
    email = UserFactory().email
    statuses = [Client().post(RESET, {"email": email}).status_code for _ in range(7)]
    assert statuses[-1] == 429


def test_changing_the_password_keeps_this_session_and_ends_the_others():
    user = UserFactory()
    here, elsewhere = browser(user), browser(user)
    response = here.post(
        "/accounts/password/change/", {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    )
    assert response["Location"] == "/account/"
    assert is_logged_in(here)
    assert not is_logged_in(elsewhere)
    assert "password" in mail.outbox[-1].subject
    assert NEW not in mail.outbox[-1].body


def test_changing_the_password_needs_the_current_one():
    user = UserFactory()
    here = browser(user)
    here.post("/accounts/password/change/", {"oldpassword": "wrong", "password1": NEW, "password2": NEW})
    assert try_login(Client(), user, PASSWORD).status_code == 302
