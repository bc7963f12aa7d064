"""What a person chose for themselves: single keys."""

import pytest
from django.urls import reverse

from tests.brands.people import browser
from tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db


def test_single_keys_are_switched_off_here_and_at_the_next_login_elsewhere(django_assert_num_queries):
    user = MembershipFactory().user
    client, address = browser(user), reverse("preferences")
    page = client.get(address).content.decode()
    assert "data-shortcuts" not in page
    assert page.count(" checked") == 1
    answer = client.post(address, {"shortcuts": "off"})
    assert answer.status_code == 302
    page = client.get(address).content.decode()
    assert '<body data-shortcuts="off">' in page
    assert "Saved." in page
    other = browser(user)
    assert '<body data-shortcuts="off">' in other.get("/help/").content.decode()
    with django_assert_num_queries(3):  # session, person, memberships: no query for the choice
        other.get("/help/")
    client.post(address, {"shortcuts": "on"})
    assert "data-shortcuts" not in client.get(address).content.decode()
    assert "data-shortcuts" not in browser(user).get("/help/").content.decode()


def test_a_choice_that_is_none_is_refused():
    client = browser(MembershipFactory().user)
    assert client.post(reverse("preferences"), {"shortcuts": "maybe"}).status_code == 422
    assert client.post(reverse("preferences")).status_code == 422
