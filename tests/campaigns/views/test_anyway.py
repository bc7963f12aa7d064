"""A flight runs anyway: somebody says so. It leaves the verdict as it is."""

import re

import pytest
import time_machine
from django.urls import reverse

from brands.enums import Role
from campaigns.models import Flight
from tests.audit import entries
from tests.campaigns.scenes import blocked, covered, must_pause, stops, unplanned, without_rights
from tests.world import NOW, World, client_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def world():
    return World()


def url(flight, brand=None):
    return reverse("run-anyway", args=[(brand or flight.brand).slug, flight.pk])


def text(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def said(approver, reason="Agreed by mail"):
    return {"reason": reason, "approver": str(approver.pk)}


@pytest.mark.parametrize("scene", [without_rights, blocked, stops, must_pause])
def test_it_stands_on_the_page_with_reason_person_and_time_and_the_verdict_stays(scene, world):
    flight = scene(world)
    boss = world.member(Role.ADMIN, full_name="Ada Lovelace")
    manager = world.member(Role.MANAGER)
    client = client_of(manager)
    verdict = re.compile(r'<p class="verdict.*?</p>', re.DOTALL)
    before = verdict.search(client.get(flight.post.get_absolute_url()).content.decode())[0]

    response = client.post(url(flight), said(boss))
    assert response["Location"] == f"{flight.post.get_absolute_url()}#flight-{flight.pk}"
    page = client.get(response["Location"])
    assert "Runs anyway: Agreed by mail Approved by Ada, Sat 21 Nov, 14:05 UTC" in text(page)
    assert verdict.search(page.content.decode())[0] == before
    (entry,) = entries(world.brand, "flight.run_anyway")
    assert (entry.object_id, entry.actor_id) == (flight.pk, str(manager.pk))


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"reason": ""}, "Say why it may run anyway."),
        ({"reason": "  \n"}, "Say why it may run anyway."),
        ({"reason": "x" * 501}, "at most 500 characters"),
        ({"approver": ""}, "Say who approved it."),
        ({"approver": "nobody"}, "Choose a manager or admin of this brand."),
    ],
)
def test_what_is_missing_is_said_beside_its_field_and_nothing_is_lost(changed, problem, world):
    flight, boss = without_rights(world), world.member(Role.MANAGER)
    response = client_of(boss).post(url(flight), {**said(boss, "Kept words"), **changed})
    page = response.content.decode()
    assert response.status_code == 422
    assert problem in text(response)
    assert re.search(rf'<details class="anyway reveal"\s+open>.*?{re.escape(url(flight))}', page, re.DOTALL)
    assert changed.get("reason", "Kept words") in page
    assert Flight.objects.get(pk=flight.pk).run_anyway_at is None


@pytest.mark.parametrize("role", [Role.BUYER, Role.VIEWER])
def test_only_managers_and_admins_approve(role, world):
    flight, boss, other = without_rights(world), world.member(Role.MANAGER), world.member(role)
    assert client_of(boss).post(url(flight), said(other)).status_code == 422
    assert client_of(boss).post(url(flight), said(World().member())).status_code == 422
    assert client_of(other).post(url(flight), said(boss)).status_code == 403
    assert "Run anyway" not in text(client_of(other).get(flight.post.get_absolute_url()))
    assert entries(world.brand, "flight.run_anyway") == []


@pytest.mark.parametrize("scene", [covered, unplanned])
def test_where_nothing_is_missing_there_is_nothing_to_approve(scene, world):
    flight, boss = scene(world), world.member(Role.ADMIN)
    client = client_of(boss)
    assert "Run anyway" not in text(client.get(flight.post.get_absolute_url()))
    response = client.post(url(flight), said(boss))
    assert response.status_code == 422
    assert entries(world.brand, "flight.run_anyway") == []


def test_a_flight_of_another_brand_is_not_there(world):
    foreign = World()
    flight, boss = without_rights(foreign), world.member(Role.ADMIN)
    assert client_of(boss).post(url(flight, world.brand), said(boss)).status_code == 404
    assert client_of(boss).post(url(flight), said(boss)).status_code == 404
    assert client_of(boss).get(url(without_rights(world))).status_code == 405
    assert entries(foreign.brand, "flight.run_anyway") == []
