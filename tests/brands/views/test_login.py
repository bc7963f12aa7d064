import pytest
from django.conf import settings
from django.test import Client

from tests.brands.people import LOGIN, browser, is_logged_in, try_login
from tests.factories import PASSWORD, BrandFactory, MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_the_right_password_opens_the_board_of_the_only_brand(client):
    member = MembershipFactory()
    response = try_login(client, member.user)
    assert response["Location"] == "/"
    assert client.get("/")["Location"] == member.brand.get_absolute_url()


def test_the_email_counts_in_any_case_and_with_spaces(client):
    user = UserFactory(email="ada@example.com")
    try_login(client, f"  {user.email.upper()} ")
    assert is_logged_in(client)


def test_wrong_password_unknown_email_and_closed_account_get_the_same_answer():
    known, closed = UserFactory(), UserFactory(is_active=False)
    answers = set()
    for email, password in [
        (known.email, "not the password"),
        ("nobody@example.com", "not the password"),
        (closed.email, "not the password"),
    ]:
        response = try_login(Client(), email, password)
        answers.add((response.status_code, _without(response, email)))
    assert len(answers) == 1


def _without(response, email):
    """The page without what differs by itself: the token of the form and the e-mail typed."""
    lines = response.content.decode().replace(email, "").splitlines()
    return "\n".join(line for line in lines if "csrfmiddlewaretoken" not in line)


def test_an_unknown_email_costs_as_much_hashing_as_a_known_one(monkeypatch):
    from django.contrib.auth.hashers import MD5PasswordHasher

    hashed = []
    encode = MD5PasswordHasher.encode
    monkeypatch.setattr(
        MD5PasswordHasher, "encode", lambda self, *args: hashed.append(1) or encode(self, *args)
    )
    costs = []
    for email in (UserFactory().email, "nobody@example.com"):
        hashed.clear()
        try_login(Client(), email, "not the password")
        costs.append(len(hashed))
    assert costs == [1, 1]


def test_a_closed_account_does_not_get_in_with_the_right_password(client):
    user = UserFactory(is_active=False)
    try_login(client, user)
    assert not is_logged_in(client)


def test_whoever_is_closed_while_logged_in_is_out_at_once():
    user = UserFactory()
    client = browser(user)
    assert is_logged_in(client)
    user.is_active = False
    user.save()
    assert not is_logged_in(client)


def test_an_account_without_an_address_row_logs_in_too(client):
    user = UserFactory()
    user.emailaddress_set.all().delete()
    try_login(client, user)
    assert is_logged_in(client)


def test_logging_in_changes_the_session_key(client):
    session = client.session
    session["planted"] = True
    session.save()
    planted = session.session_key
    try_login(client, UserFactory())
    assert is_logged_in(client)
    assert client.session.session_key != planted


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "\\\\evil.example",
        "/%2f%2fevil.example",
        "///evil.example",
        "javascript:alert(1)",
        "http:evil.example",
        " //evil.example",
        "/\t/evil.example",
    ],
)
def test_next_leads_nowhere_but_to_this_site(client, target):
    response = client.post(
        f"{LOGIN}?next=x", {"login": UserFactory().email, "password": PASSWORD, "next": target}
    )
    location = response["Location"]
    assert location == "/" or (location.startswith("/") and not location.startswith(("//", "/\\", "/\t")))
    assert location in {"/", "/%2f%2fevil.example"}


def test_next_is_not_believed_for_a_forged_host(client):
    response = client.post(
        LOGIN,
        {"login": UserFactory().email, "password": PASSWORD, "next": "http://evil.example/x"},
        headers={"host": "evil.example"},
    )
    assert response["Location"] == "/"


def test_next_leads_to_a_page_of_this_site(client):
    response = client.post(f"{LOGIN}?next=/account/", {"login": UserFactory().email, "password": PASSWORD})
    assert response["Location"] == "/account/"


def test_logging_out_is_a_post_and_ends_the_session():
    client = browser(UserFactory())
    assert client.get("/accounts/logout/").status_code == 200
    assert is_logged_in(client)
    client.post("/accounts/logout/")
    assert not is_logged_in(client)


@pytest.mark.parametrize("method", ["get", "post"])
def test_nobody_signs_up_by_themselves(client, method):
    data = {"email": "eve@example.com", "password1": PASSWORD, "password2": PASSWORD}
    response = getattr(client, method)("/accounts/signup/", data)
    assert "Accounts come by invitation" in response.content.decode()
    assert not is_logged_in(client)


@pytest.mark.parametrize("path", [LOGIN, "/accounts/password/reset/", "/accounts/logout/", "/account/"])
def test_a_form_without_its_token_is_refused_with_a_page(path):
    client = Client(enforce_csrf_checks=True)
    client.force_login(UserFactory(), backend=settings.AUTHENTICATION_BACKENDS[1])
    response = client.post(path, {"login": "x@example.com", "password": "x"})
    assert response.status_code == 403
    assert "out of date" in response.content.decode()


def test_passwords_are_hashed_with_argon2():
    # conftest puts a quick hasher in its place, so the setting is read from where it is written.
    source = (settings.BASE_DIR / "sparktrack" / "settings.py").read_text(encoding="utf-8")
    assert 'PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]' in source


def test_of_several_brands_one_chooses_and_of_none_one_learns_what_to_do():
    user = UserFactory()
    client = browser(user)
    assert "add_brand" in client.get("/", follow=True).content.decode()
    brands = [MembershipFactory(user=user, role="viewer").brand, MembershipFactory(user=user).brand]
    foreign = BrandFactory(name="Foreign")
    page = client.get("/", follow=True).content.decode()
    assert all(brand.get_absolute_url() in page for brand in brands)
    assert "Viewer" in page
    assert foreign.name not in page


@pytest.mark.parametrize("path", ["/", "/brands/", "/account/", "/accounts/factors/", "/accounts/sessions/"])
def test_anonymous_people_are_sent_to_the_login(client, path):
    response = client.get(path)
    assert response.status_code == 302
    assert response["Location"].startswith(f"{LOGIN}?next=")
