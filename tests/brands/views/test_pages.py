import pytest
from django.urls import URLPattern, reverse

from brands import urls
from tests.brands.people import browser, confirm_it_is_me, give_app
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

NAMES = [pattern.name for pattern in urls.urlpatterns if isinstance(pattern, URLPattern)]
ARGUMENTS = {
    "invitation": ["inv_unknown"],
    "account_confirm_email": ["unknown-key"],
    "account_reset_password_from_key": ["1", "unknown-key"],
}


def show(client, name):
    return client.get(reverse(name, args=ARGUMENTS.get(name)), follow=True)


def assert_is_ours(response):
    page = response.content.decode()
    assert response.status_code in {200, 404}
    assert "css/base.css" in page
    assert page.count("<h1") == 1
    # allauth's own pages have a menu, ask for signing in, and say it with inline style.
    assert "Menu:" not in page
    assert "Sign In" not in page
    assert "style=" not in page
    assert "<script>" not in page


@pytest.mark.parametrize("name", NAMES)
def test_every_page_is_in_our_frame_for_anonymous_people(client, name):
    assert_is_ours(show(client, name))


@pytest.mark.parametrize("with_app", [False, True])
@pytest.mark.parametrize("name", NAMES)
def test_every_page_is_in_our_frame_for_people_logged_in(name, with_app):
    user = UserFactory()
    client = browser(user)
    confirm_it_is_me(client)
    if with_app:
        give_app(user)
    response = show(client, name)
    # Adding an app that is there, removing one that is not: a redirect or nothing.
    assert_is_ours(response)


@pytest.mark.parametrize("name", NAMES)
def test_every_page_answers_a_head_request(client, name):
    assert client.head(reverse(name, args=ARGUMENTS.get(name))).status_code in {200, 302, 404}
