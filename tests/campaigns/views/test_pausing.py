"""A flight was paused in Ads Manager, or runs again: somebody says so."""

import re

import pytest
import time_machine
from django.urls import reverse

from brands.enums import Role
from campaigns.models import Flight
from campaigns.operations.flights import end_flights
from tests.audit import entries
from tests.campaigns.scenes import blocked, must_pause, stops, without_rights
from tests.world import NOW, World, client_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def world():
    return World()


def text(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def test_who_runs_without_rights_is_asked_to_pause_and_can_say_that_it_is(world):
    flight = without_rights(world)
    client, page = client_of(world.member(Role.BUYER)), flight.post.get_absolute_url()
    pause = reverse("pause-flight", args=[world.brand.slug, flight.pk])
    assert f'action="{pause}"' in client.get(page).content.decode()
    assert client.post(pause)["Location"] == page
    shown = client.get(page)
    assert "Noted: the flight in" in text(shown)
    assert f'action="{pause}"' not in shown.content.decode()
    assert Flight.objects.get(pk=flight.pk).paused_at == NOW

    resume = reverse("resume-flight", args=[world.brand.slug, flight.pk])
    assert f'action="{resume}"' in shown.content.decode()
    client.post(resume)
    assert Flight.objects.get(pk=flight.pk).paused_at is None
    assert len(entries(world.brand, "flight.paused")) == len(entries(world.brand, "flight.resumed")) == 1


@pytest.mark.parametrize("scene", [stops, must_pause, blocked])
def test_what_runs_with_permission_or_stops_by_itself_is_not_to_be_paused(scene, world):
    page = client_of(world.member(Role.BUYER)).get(scene(world).post.get_absolute_url())
    assert "It is paused" not in text(page)


def test_a_flight_that_was_ended_is_not_paused_and_a_viewer_notes_nothing(world):
    flight = without_rights(world)
    pause = reverse("pause-flight", args=[world.brand.slug, flight.pk])
    viewer = client_of(world.member(Role.VIEWER))
    assert "It is paused" not in text(viewer.get(flight.post.get_absolute_url()))
    assert viewer.post(pause).status_code == 403
    end_flights(flights=[flight], **world.by)
    client = client_of(world.member(Role.BUYER))
    assert "This flight was ended: plan a new one." in text(client.get(client.post(pause)["Location"]))
    assert Flight.objects.get(pk=flight.pk).paused_at is None
