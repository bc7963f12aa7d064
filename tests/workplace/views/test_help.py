"""Help: a page for everybody who is logged in."""

import pytest
from django.urls import reverse

from tests.factories import UserFactory
from tests.world import client_of
from workplace.views.help import PAGES

pytestmark = pytest.mark.django_db


@pytest.fixture
def client():
    return client_of(UserFactory())


def test_each_page_is_led_to_and_leads_to_the_others(client):
    home = client.get(reverse("help")).content.decode()
    for page in PAGES:
        address = reverse("help-page", args=[page.key])
        assert f'href="{address}"' in home
        shown = client.get(address).content.decode()
        assert f"<h1>{page.title}</h1>" in shown
        for other in PAGES:
            assert reverse("help-page", args=[other.key]) in shown
    assert client.get(reverse("help-page", args=["nothing"])).status_code == 404


def test_creators_get_the_words_of_the_menus_on_paper_and_as_a_message(client):
    page = client.get(reverse("help-page", args=["creators"])).content.decode()
    message = page.partition("<textarea")[2].partition("</textarea>")[0]
    for words in ("Creator tools", "Ad settings", "Ad authorization", "Authorize", "Generate code"):
        assert page.count(words) >= 2
        assert words in message


def test_rights_never_stop(client):
    for page in PAGES:
        text = client.get(reverse("help-page", args=[page.key])).content.decode()
        assert "rights stop" not in text.lower()
