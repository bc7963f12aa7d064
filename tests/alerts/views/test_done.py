"""What a form did is said where one comes back to, with a way to undo it."""

import re

import pytest
import time_machine
from django.urls import reverse

from alerts.models import Alert
from brands.enums import Role
from brands.models import AuditEntry
from tests.alerts import scenes
from tests.alerts.pagedesk import send, titles, words
from tests.campaigns.scenes import stops
from tests.world import NOW, World, client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    with time_machine.travel(NOW, tick=False):
        yield World(name="Northbeam", time_zone="America/New_York")


@pytest.fixture
def mara(world):
    return world.member(Role.MANAGER, full_name="Mara Okafor", time_zone="Europe/Berlin")


@pytest.fixture
def jonas(world):
    return world.member(Role.BUYER, full_name="Jonas Weber")


@pytest.fixture
def client(world, jonas):
    return client_of(jonas)


def test_several_are_acknowledged_at_once_and_that_can_be_undone(world, mara, jonas, client):
    rows = [scenes.alert(world, stops(world)) for _ in range(3)]
    back = reverse("alerts", args=[world.brand.slug], query={"kind": "code"})
    answer = send(client, "alerts-acknowledge", world, alert=[row.pk for row in rows[:2]], back=back)
    assert answer.status_code == 302
    assert answer["Location"].startswith(f"{back}&did=acknowledged.")
    page = client.get(answer["Location"])
    assert "2 alerts acknowledged. Undo" in words(page)
    assert len(titles(page)) == 1
    assert Alert.objects.filter(acknowledged_by=jonas).count() == 2
    assert AuditEntry.objects.filter(brand=world.brand, action="alert.acknowledged").count() == 2
    undo = re.search(r'action="[^"]+/reopen/".*?</form>', page.content.decode(), re.DOTALL)[0]
    ids = re.findall(r'name="alert" value="([^"]+)"', undo)
    answer = send(client, "alerts-reopen", world, alert=ids, back=page.request["PATH_INFO"])
    assert "Open again." in words(client.get(answer["Location"]))
    assert not Alert.objects.exclude(acknowledged_at=None).exists()
    # Somebody else's address undoes nothing for me.
    assert "Undo" not in words(
        client_of(mara).get(page.request["PATH_INFO"] + "?" + page.request["QUERY_STRING"])
    )


@pytest.mark.parametrize(
    "place", ["https://evil.example/b/", "//evil.example", "/accounts/logout/", "", "/\\evil.example"]
)
def test_a_form_leads_back_to_pages_of_the_brand_only(place, world, client):
    row = scenes.alert(world, stops(world))
    answer = send(client, "alerts-acknowledge", world, alert=row.pk, back=place)
    assert answer["Location"].startswith(f"/b/{world.brand.slug}/alerts/?did=")
