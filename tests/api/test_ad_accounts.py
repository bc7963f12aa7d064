"""Ad accounts: everybody reads them, admins keep them; a new zone moves the days of flights."""

from datetime import date

import pytest
import time_machine
from django.urls import reverse

from brands.enums import Role, TokenScope
from brands.models import AdAccount
from tests.api.parity import left_in
from tests.api.scripts import person, script
from tests.audit import changes
from tests.world import NOW, World, client_of

pytestmark = pytest.mark.django_db

BODY = {
    "name": "Northbeam US",
    "advertiser_id": "7012345678901234567",
    "time_zone": "America/New_York",
    "currency": "usd",
}


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def world():
    return World(time_zone="Europe/Berlin")


@pytest.fixture
def admin(world):
    return person(world, Role.ADMIN)


def pointers(answer):
    return [error["pointer"] for error in answer.json()["errors"]]


def test_an_ad_account_is_put_on_file_changed_and_deleted(world, admin):
    answer = admin.post("ad-accounts", BODY)
    row = AdAccount.objects.get()
    assert answer.status_code == 201
    shown = {"id": str(row.pk), **BODY, "currency": "USD", "created_at": "2026-11-21T14:05:00Z"}
    assert answer.json() == shown
    assert script(world, TokenScope.READ).get(f"ad-accounts/{row.pk}").json() == shown
    flight = world.flight(world.post(), date(2026, 11, 1), date(2026, 11, 30), ad_account=row)
    changed = admin.patch(f"ad-accounts/{row.pk}", {"name": "Northbeam", "time_zone": ""})
    assert (changed.json()["name"], changed.json()["time_zone"]) == ("Northbeam", "")
    was = flight.starts_at
    flight.refresh_from_db()
    assert (was.hour, flight.starts_at.hour) == (4, 23)
    kept = admin.delete(f"ad-accounts/{row.pk}")
    assert kept.status_code == 409
    assert [each["id"] for each in kept.json()["dependents"]] == [str(flight.pk)]
    flight.delete()
    assert admin.delete(f"ad-accounts/{row.pk}").status_code == 204
    (entry,) = changes(world.brand, "ad_account.deleted")
    assert entry == ({"name": "Northbeam"}, {})


def test_what_makes_no_ad_account_is_said_beside_its_field(world, admin):
    world.account(name="Taken")
    for change, status, pointer in (
        ({"advertiser_id": "12"}, 422, "/advertiser_id"),
        ({"currency": "E1"}, 422, "/currency"),
        ({"name": "Taken"}, 422, "/name"),
        ({"time_zone": "Mars"}, 400, "/time_zone"),
        ({"name": 5}, 400, "/name"),
        ({"brand": "x"}, 400, "/brand"),
    ):
        answer = admin.post("ad-accounts", {**BODY, **change})
        assert (answer.status_code, pointers(answer)) == (status, [pointer]), change
    twice = admin.post("ad-accounts/bulk", [BODY, {**BODY, "advertiser_id": ""}])
    assert (twice.status_code, pointers(twice)) == (422, ["/1/name"])
    assert AdAccount.objects.count() == 1


def test_admins_keep_ad_accounts_and_nobody_else(world):
    account = world.account()
    for caller in (person(world, Role.MANAGER), script(world)):
        assert caller.post("ad-accounts", BODY).status_code == 403
        assert caller.patch(f"ad-accounts/{account.pk}", {"name": "X"}).status_code == 403
        assert caller.delete(f"ad-accounts/{account.pk}").status_code == 403
        assert caller.delete("ad-accounts/bulk", [{"id": str(account.pk)}]).status_code == 403
    theirs = World().account()
    admin = person(world, Role.ADMIN)
    for answer in (
        admin.get(f"ad-accounts/{theirs.pk}"),
        admin.patch(f"ad-accounts/{theirs.pk}", {"name": "X"}),
        admin.delete(f"ad-accounts/{theirs.pk}"),
    ):
        assert answer.status_code == 404
    assert AdAccount.objects.count() == 2


def test_ad_accounts_are_listed_from_a_to_z(world, django_assert_max_num_queries):
    for name in ("beta", "Alpha", "Gamma"):
        world.account(name=name)
    caller = script(world, TokenScope.READ)
    caller.get("ad-accounts")  # the first use of a token is written down
    with django_assert_max_num_queries(2):
        rows = caller.get("ad-accounts").json()["results"]
    assert [row["name"] for row in rows] == ["Alpha", "beta", "Gamma"]
    first = caller.get("ad-accounts?limit=1").json()
    assert caller.get(first["next"].split("/api/v1/")[1]).json()["results"][0]["name"] == "beta"
    assert [row["name"] for row in caller.get("ad-accounts?q=gam").json()["results"]] == ["Gamma"]


def test_the_page_and_the_endpoint_leave_the_same():
    paged, asked = World(), World()
    client = client_of(paged.member(Role.ADMIN))
    body = {**BODY, "currency": "USD"}
    assert client.post(reverse("ad-account-add", args=[paged.brand.slug]), body).status_code == 302
    caller = person(asked, Role.ADMIN)
    made = caller.post("ad-accounts", body).json()
    assert left_in(paged.brand, AdAccount) == left_in(asked.brand, AdAccount)
    row = AdAccount.objects.get(brand=paged.brand)
    url = reverse("ad-account", args=[paged.brand.slug, row.pk])
    form = client.get(url).context["form"]
    data = {name: form[name].value() for name in form.fields}
    zone = {**data, "name": "US", "time_zone": "Asia/Tokyo", "looked": "Asia/Tokyo"}
    assert client.post(url, zone).status_code == 302
    caller.patch(f"ad-accounts/{made['id']}", {"name": "US", "time_zone": "Asia/Tokyo"})
    assert left_in(paged.brand, AdAccount) == left_in(asked.brand, AdAccount)
