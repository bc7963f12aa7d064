"""Settings of a brand's warnings, and what a person chose about their mails."""

import re
from html import unescape

import pytest
import time_machine
from django.urls import reverse

from alerts.enums import AlertKind, Wish
from alerts.models import AlertWish, MorningHour
from brands.enums import Role
from brands.models import AuditEntry, Brand
from tests.factories import UserFactory
from tests.world import NOW, World, client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    with time_machine.travel(NOW, tick=False):
        yield World(name="Northbeam", time_zone="America/New_York")


@pytest.fixture
def ingrid(world):
    return world.member(Role.ADMIN)


@pytest.fixture
def client(ingrid):
    return client_of(ingrid)


def words(response):
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


# --- The brand ------------------------------------------------------------------------------------------------------
def save(client, world, **values):
    data = {"steps": [30, 14, 7, 3], "more": "", "digest_hour": 8, "expiring_days": 7, **values}
    return client.post(reverse("brand-settings", args=[world.brand.slug]), data)


def test_an_admin_changes_when_the_brand_is_warned(world, client):
    answer = save(client, world, steps=[14, 5], more="45, 90", digest_hour=6, expiring_days=10)
    assert answer.status_code == 302
    brand = Brand.objects.get(pk=world.brand.pk)
    assert brand.warning_steps == [90, 45, 14, 5, 1]
    assert (brand.digest_hour, brand.expiring_days) == (6, 10)
    entry = AuditEntry.objects.get(brand=brand, action="brand.settings_changed")
    assert entry.after["warning_steps"] == [90, 45, 14, 5, 1]
    page = client.get(answer["Location"]).content.decode()
    assert "Saved." in page
    checked = re.findall(r'name="steps" value="(\d+)"[^>]*checked', page)
    assert checked == ["90", "45", "14", "5"]


def test_the_last_day_stays_whatever_is_chosen(world, client):
    save(client, world, steps=[])
    assert Brand.objects.get(pk=world.brand.pk).warning_steps == [1]
    assert "The last day always has a warning" in words(
        client.get(reverse("brand-settings", args=[world.brand.slug]))
    )


def test_the_same_again_says_so(world, client):
    assert "Nothing had changed." in words(client.get(save(client, world)["Location"]))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"more": "366"}, "366 is not a whole number of days from 1 to 365"),
        ({"more": "2,5 x"}, "x is not a whole number"),
        ({"more": "0"}, "0 is not a whole number"),
        ({"more": "40,41,42,43,44,45"}, "At most 10 days"),
        ({"digest_hour": 24}, "Select a valid choice"),
        ({"expiring_days": 0}, "greater than or equal to 1"),
        ({"expiring_days": ""}, "required"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_typed_is_lost(wrong, said, world, client):
    answer = save(client, world, **wrong)
    assert answer.status_code == 422
    assert said in words(answer)
    if "more" in wrong:
        assert f'value="{wrong["more"]}"' in answer.content.decode()
    assert Brand.objects.get(pk=world.brand.pk).warning_steps == [30, 14, 7, 3, 1]


def test_a_form_without_any_field_is_refused_not_shown_as_new(world, client):
    for url in (reverse("brand-settings", args=[world.brand.slug]), reverse("alert-choices")):
        answer = client.post(url)
        assert answer.status_code == 422
        assert "required" in words(answer)


def test_only_admins_get_there(world):
    for role in (Role.VIEWER, Role.BUYER, Role.MANAGER):
        client = client_of(world.member(role))
        assert client.get(reverse("brand-settings", args=[world.brand.slug])).status_code == 403
        assert save(client, world).status_code == 403
        board = client.get(reverse("board", args=[world.brand.slug])).content.decode()
        assert "Settings of Northbeam" not in board


def test_admins_find_it_in_their_menu(world, client):
    board = client.get(reverse("board", args=[world.brand.slug])).content.decode()
    assert f'href="/b/{world.brand.slug}/settings/"' in board


# --- A person -------------------------------------------------------------------------------------------------------
USUAL = {kind.value: Wish.USUAL.value for kind in AlertKind}


def choose(client, **values):
    return client.post(reverse("alert-choices"), {"hour": "", **USUAL, **values})


def test_a_person_chooses_their_hour_and_less_mail(world, ingrid, client):
    page = words(client.get(reverse("alert-choices")))
    assert "As the brand has it (08:00)" in page
    assert "America/New_York" in page
    answer = choose(client, hour="6", code="digest", rights="nothing")
    assert answer.status_code == 302
    assert MorningHour.objects.get(user=ingrid).hour == 6
    assert dict(AlertWish.objects.values_list("kind", "wish")) == {"code": "digest", "rights": "nothing"}
    page = client.get(answer["Location"]).content.decode()
    assert re.search(r'<option value="6" selected>06:00', page)
    assert re.findall(r'name="(\w+)" value="(?:digest|nothing)"[^>]*checked', page) == ["code", "rights"]
    choose(client)
    assert not MorningHour.objects.exists()
    assert not AlertWish.objects.exists()


def test_it_says_what_is_never_switched_off(client):
    assert "The warning of the last day, and what stopped or must be paused, still comes" in words(
        client.get(reverse("alert-choices"))
    )


@pytest.mark.parametrize("wrong", [{"hour": "24"}, {"hour": "x"}, {"code": "never"}, {"post": ""}])
def test_a_choice_that_is_none_is_refused(wrong, client):
    assert choose(client, **wrong).status_code == 422
    assert not AlertWish.objects.exists()


def test_who_is_in_no_brand_has_choices_too():
    client = client_of(UserFactory())
    assert "As the brand has it (08:00)" in words(client.get(reverse("alert-choices")))
    assert "Nothing waits for you" in words(client.get(reverse("my-alerts")))
