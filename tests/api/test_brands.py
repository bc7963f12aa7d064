"""The brand and its settings: everybody reads them, admins change them, and what another zone moves can be asked."""

from datetime import date, timedelta

import pytest
import time_machine
from django.urls import reverse

from brands.enums import Role, TokenScope
from brands.models import Brand
from campaigns.models import Flight
from tests.api.parity import left_in
from tests.api.scripts import person, script
from tests.audit import changes, entries
from tests.world import NOW, World, client_of

pytestmark = pytest.mark.django_db

SETTINGS = {
    "name": "Nordstern",
    "currency": "EUR",
    "window_days": 60,
    "tracks_rights": False,
    "ad_name_template": "{date}_{creator}",
    "strong_views": 10_000,
    "strong_engagement": "2.50",
    "warning_steps": [45, 7, 3, 1],
    "digest_hour": 7,
    "expiring_days": 10,
}


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def world():
    return World(name="Northbeam", slug="northbeam", time_zone="America/New_York")


@pytest.fixture
def admin(world):
    return person(world, Role.ADMIN)


def pointers(answer):
    return [error["pointer"] for error in answer.json()["errors"]]


def test_admins_change_every_setting_and_everybody_reads_them(world, admin):
    one = f"brands/{world.brand.pk}"
    changed = admin.patch(one, {**SETTINGS, "warning_steps": [1, 3, 45, 7, 7], "currency": "eur"})
    assert changed.status_code == 200
    assert changed.json() == {
        "id": str(world.brand.pk),
        "slug": "northbeam",
        "time_zone": "America/New_York",
        "created_at": "2026-11-21T14:05:00Z",
        **SETTINGS,
    }
    before, after = changes(world.brand, "brand.settings_changed")[0]
    assert before["name"] == "Northbeam"
    assert after == {name: SETTINGS[name] for name in before}
    assert changes(world.brand, "brand.rights_tracking_set") == [
        ({"tracks_rights": True}, {"tracks_rights": False})
    ]
    for caller in (person(world, Role.VIEWER), script(world, TokenScope.READ)):
        assert caller.get(one).json() == changed.json()
    free = {"strong_views": None, "strong_engagement": None, "ad_name_template": " "}
    assert admin.patch(one, free).json() == {**changed.json(), **free, "ad_name_template": ""}
    # What is there already is no change.
    told = len(entries(world.brand))
    assert admin.patch(one, {"digest_hour": 7}).status_code == 200
    assert len(entries(world.brand)) == told


def test_what_cannot_be_is_said_beside_its_field_and_nothing_is_stored(world, admin):
    one = f"brands/{world.brand.pk}"
    for change, status, pointer in (
        ({"name": "\u200b"}, 400, "/name"),
        ({"currency": "12€"}, 422, "/currency"),
        ({"time_zone": "Berlin"}, 400, "/time_zone"),
        ({"window_days": 31}, 400, "/window_days"),
        ({"window_days": "30"}, 400, "/window_days"),
        ({"ad_name_template": "{date}_{creater}"}, 400, "/ad_name_template"),
        ({"strong_views": 2**31}, 400, "/strong_views"),
        ({"strong_engagement": "100.5"}, 400, "/strong_engagement"),
        ({"warning_steps": [7, 3]}, 422, "/warning_steps"),
        ({"warning_steps": []}, 400, "/warning_steps"),
        ({"warning_steps": [366, 1]}, 400, "/warning_steps/0"),
        ({"digest_hour": 24}, 400, "/digest_hour"),
        ({"expiring_days": 0}, 400, "/expiring_days"),
        ({"slug": "mine"}, 400, "/slug"),
    ):
        answer = admin.patch(one, {"name": "Other", **change})
        assert (answer.status_code, pointers(answer)) == (status, [pointer]), change
    fresh = Brand.objects.get(pk=world.brand.pk)
    assert (fresh.name, entries(world.brand)) == ("Northbeam", [])


def test_settings_are_for_admins_in_person_and_of_their_brand(world, admin):
    one, theirs = f"brands/{world.brand.pk}", f"brands/{World().brand.pk}"
    for address, body in (
        ("", {"name": "X"}),
        ("/preview-zone", {"time_zone": "UTC"}),
        ("/preview-ad-name", {"ad_name_template": ""}),
    ):
        for caller in (person(world, Role.MANAGER), script(world)):
            send = caller.post if address else caller.patch
            assert send(one + address, body).status_code == 403
        send = admin.post if address else admin.patch
        assert send(theirs + address, body).status_code == 404
    assert set(Brand.objects.filter(name="X")) == set()


def test_settings_that_somebody_else_changed_meanwhile_are_shown(world, admin):
    one = f"brands/{world.brand.pk}"
    seen = admin.get(one)["ETag"]
    assert admin.patch(one, {"digest_hour": 6}, if_match=seen).status_code == 200
    late = admin.patch(one, {"digest_hour": 9}, if_match=seen)
    assert (late.status_code, late.json()["current"]["digest_hour"]) == (412, 6)
    assert admin.post(f"{one}/preview-zone", {"time_zone": "UTC"}, if_match=seen).status_code == 412


def test_what_another_zone_moves_is_asked_before_it_is_stored(world, admin):
    post, own = world.post(), world.account(time_zone="Asia/Tokyo")
    world.right(world.day(-5), world.day(5), post=post)
    flight = world.flight(post, world.day(-1), world.day(20))
    world.flight(post, world.day(1), None, ad_account=own)
    one = f"brands/{world.brand.pk}"
    asked = admin.post(f"{one}/preview-zone", {"time_zone": "Europe/Berlin"})
    assert asked.status_code == 200
    assert asked.json() == {"minutes_later": -360, "flights": 1, "rights": 1, "codes": 0}
    account = admin.post(f"ad-accounts/{own.pk}/preview-zone", {"time_zone": ""})
    assert account.json() == {"minutes_later": 840, "flights": 1, "rights": 0, "codes": 0}
    begun = flight.starts_at
    flight.refresh_from_db()
    assert flight.starts_at == begun
    assert not changes(world.brand, "brand.zone_changed")
    # It is as was said.
    assert admin.patch(one, {"time_zone": "Europe/Berlin"}).json()["time_zone"] == "Europe/Berlin"
    assert changes(world.brand, "brand.zone_changed") == [
        ({"time_zone": "America/New_York"}, {"time_zone": "Europe/Berlin", "rows_moved": 2})
    ]
    flight.refresh_from_db()
    assert flight.starts_at == begun - timedelta(hours=6)


def test_a_zone_that_skipped_a_day_on_file_is_refused(world, admin):
    """Samoa had no 30 December 2011."""
    lost = date(2011, 12, 30)
    flight = world.flight(world.post(), lost, lost, ad_account=world.account(time_zone=""))
    address = f"ad-accounts/{flight.ad_account_id}"
    for answer in (
        admin.patch(f"brands/{world.brand.pk}", {"name": "X", "time_zone": "Pacific/Apia"}),
        admin.post(f"brands/{world.brand.pk}/preview-zone", {"time_zone": "Pacific/Apia"}),
        admin.patch(address, {"time_zone": "Pacific/Apia"}),
        admin.post(f"{address}/preview-zone", {"time_zone": "Pacific/Apia"}),
    ):
        assert (answer.status_code, pointers(answer)) == (422, ["/time_zone"])
    world.brand.refresh_from_db()
    assert (world.brand.name, world.brand.time_zone) == ("Northbeam", "America/New_York")


def test_a_template_is_tried_on_the_newest_post(world, admin):
    world.post(world.creator("maya.glow"), details={"sku": "SERUM"})
    one = f"brands/{world.brand.pk}/preview-ad-name"
    assert admin.post(one, {"ad_name_template": "{sku}_{creator}"}).json() == {"ad_name": "SERUM_maya.glow"}
    assert admin.post(one, {"ad_name_template": ""}).json()["ad_name"].startswith("20261121_maya.glow_")
    bad = admin.post(one, {"ad_name_template": "{skoo}"})
    assert (bad.status_code, pointers(bad)) == (400, ["/ad_name_template"])


def test_a_template_that_is_too_long_is_not_read(world, admin):
    one, long = f"brands/{world.brand.pk}", {"ad_name_template": "".join(f"{{creato{n}}}" for n in range(40))}
    for answer in (admin.patch(one, long), admin.post(f"{one}/preview-ad-name", long)):
        assert answer.status_code == 400
        (error,) = answer.json()["errors"]  # not one for each token
        assert error["detail"] == "Ensure this field has no more than 300 characters."


def test_the_pages_and_the_endpoint_leave_the_same():
    zone = {"time_zone": "Asia/Tokyo"}
    left = []
    for is_page in (True, False):
        world = World(name="Northbeam", time_zone="UTC")
        world.flight(world.post(world.creator(f"maya{is_page}")), world.day(1), world.day(9))
        first = len(entries(world.brand))
        if is_page:
            _by_pages(world, {**SETTINGS, **zone})
        else:
            body = {**SETTINGS, **zone}
            assert person(world, Role.ADMIN).patch(f"brands/{world.brand.pk}", body).status_code == 200
        stored = Brand.objects.filter(pk=world.brand.pk).values(*SETTINGS, *zone).get()
        # The pages take three requests, and so three entries, for what is one change here.
        told = {
            (entry.action, name): (entry.before.get(name), value)
            for entry in entries(world.brand)[first:]
            for name, value in entry.after.items()
        }
        left.append((stored, told, left_in(world.brand, Flight)[0]))
    assert left[0] == left[1]


def _by_pages(world, values):
    """Sends the three pages of settings as a browser does."""
    client = client_of(world.member(Role.ADMIN))
    for route in ("settings-brand", "settings-rules", "brand-settings"):
        address = reverse(route, args=[world.brand.slug])
        form = client.get(address).context["form"]
        shown = {name: form[name].value() for name in form.fields}
        sent = {name: values.get(name, value) for name, value in shown.items()}
        sent |= {"looked": values["time_zone"]}
        sent |= {"steps": [], "more": "45, 7, 3"} if "steps" in form.fields else {}
        sent = {name: value for name, value in sent.items() if value not in (None, False)}
        assert client.post(address, sent).status_code == 302, route
