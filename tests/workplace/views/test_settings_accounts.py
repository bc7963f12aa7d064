"""Settings of a brand: its ad accounts."""

import re

import pytest
import time_machine
from django.urls import reverse

from brands.enums import Role
from brands.models import AdAccount, AuditEntry
from tests.world import NOW, World, client_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def world():
    return World(name="Northbeam", time_zone="America/New_York")


@pytest.fixture
def client(world):
    return client_of(world.member(Role.ADMIN))


def url(world, route, *args):
    return reverse(route, args=[world.brand.slug, *args])


def save(client, address, **values):
    form = client.get(address).context["form"]
    shown = {field.html_name: field.value() or "" for field in form}
    return client.post(address, {**shown, **values})


def test_an_account_is_added_and_listed(world, client):
    assert "No ad account yet" in client.get(url(world, "ad-accounts")).content.decode()
    answer = save(
        client, url(world, "ad-account-add"), name="Northbeam DE", advertiser_id="7012345", currency="eur"
    )
    assert answer.status_code == 302
    page = client.get(answer["Location"]).content.decode()
    assert "Northbeam DE is there." in page
    assert "America/New_York · EUR" in page
    assert "0 flights" in page


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"name": ""}, "This field is required"),
        ({"advertiser_id": "70-1"}, "An advertiser id is a number"),
        ({"time_zone": "Nowhere"}, "No such time zone"),
        ({"currency": "12€"}, "A currency is three letters"),
        ({"name": "Taken"}, "There is an ad account with this name or id already"),
    ],
)
def test_what_cannot_be_is_refused(values, said, world, client):
    world.account(name="Taken")
    own = world.account(name="Own")
    for address in (url(world, "ad-account-add"), url(world, "ad-account", own.pk)):
        answer = save(client, address, **{"name": "New", **values})
        assert answer.status_code == 422
        assert said in answer.content.decode()
    assert set(AdAccount.objects.values_list("name", flat=True)) == {"Taken", "Own"}


def test_a_new_zone_is_looked_at_first(world, client):
    account = world.account(name="Northbeam US")
    flight = world.flight(world.post(), world.day(1), world.day(5), ad_account=account)
    address = url(world, "ad-account", account.pk)
    asked = save(client, address, time_zone="Europe/Berlin", name="Northbeam EU")
    page = asked.content.decode()
    assert asked.status_code == 200
    assert "Days begin 6 h earlier. 1 flight begins or ends at another instant" in page
    looked = re.search(r'name="looked" value="([^"]+)"', page)[1]
    assert (
        save(client, address, time_zone="Europe/Berlin", name="Northbeam EU", looked=looked).status_code
        == 302
    )
    account.refresh_from_db()
    assert (account.name, account.time_zone) == ("Northbeam EU", "Europe/Berlin")
    starts = flight.starts_at
    flight.refresh_from_db()
    assert flight.starts_at < starts
    assert AuditEntry.objects.get(action="ad_account.zone_changed").after["rows_moved"] == 1
    assert save(client, address, time_zone="", looked="America/New_York").status_code == 302
    flight.refresh_from_db()
    assert flight.starts_at == starts


def test_an_account_of_another_brand_is_not_there(world, client):
    other = World().account()
    assert client.get(url(world, "ad-account", other.pk)).status_code == 404
    assert client.post(url(world, "ad-account", other.pk)).status_code == 404


def test_accounts_take_the_same_queries_however_many_they_are(world, client, django_assert_max_num_queries):
    for _ in range(5):
        world.flight(world.post(), world.day(1), world.day(5), ad_account=world.account())
    with django_assert_max_num_queries(8):
        client.get(url(world, "ad-accounts"))
