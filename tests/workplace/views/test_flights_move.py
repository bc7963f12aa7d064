"""Moving many flights: looked at first, then done in one go that can be taken back."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from brands.enums import Role
from brands.models import AuditEntry
from campaigns.models import Flight
from campaigns.operations.flights import Move, move_flights
from tests.workplace.flightdesk import winter
from tests.world import World, client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(time_machine):
    world = World(tracks_rights=False)
    time_machine.move_to(world.now, tick=False)
    return world


@pytest.fixture
def buyer(world):
    return world.member(Role.BUYER)


@pytest.fixture
def campaign(world):
    return winter(world)


def address(world):
    return f"/b/{world.brand.slug}/flights/move/"


def seen_by(page):
    """What the form of the page would send: flights that are ticked, and what was seen of all."""
    return {
        "flight": re.findall(r'name="flight"\s+value="([^"]+)"\s+checked', page),
        "seen": re.findall(r'name="seen" value="([^"]+)"', page),
    }


def test_what_was_seen_is_moved_in_one_go_and_taken_back_in_one(world, buyer, campaign):
    client = client_of(buyer)
    asked = {"campaign": campaign.pk, "by": "days", "days": "14"}
    page = client.get(address(world), asked).content.decode()
    done = client.post(address(world), asked | seen_by(page) | {"apply": "1"})
    assert (done.status_code, done["Location"]) == (302, f"/b/{world.brand.slug}/campaigns/{campaign.pk}/")
    assert Flight.objects.filter(starts_on=world.day(19), ends_on=world.day(34)).count() == 3
    assert "3 flights moved." in client.get(done["Location"]).content.decode()
    (change,) = set(AuditEntry.objects.filter(action="flight.moved").values_list("request_id", flat=True))
    client.post(f"/b/{world.brand.slug}/undo/", {"change": change})
    assert Flight.objects.filter(starts_on=world.day(5), ends_on=world.day(20)).count() == 3


def test_only_what_is_ticked_moves(world, buyer, campaign):
    client = client_of(buyer)
    asked = {"campaign": campaign.pk, "by": "end", "on": world.day(60).isoformat()}
    sent = seen_by(client.get(address(world), asked).content.decode())
    first = sent["flight"][0]
    assert client.post(address(world), asked | sent | {"flight": [first], "apply": "1"}).status_code == 302
    assert [str(each.pk) for each in Flight.objects.filter(ends_on=world.day(60))] == [first]


def test_what_changed_meanwhile_is_shown_again_and_nothing_moves(world, buyer, campaign):
    client = client_of(buyer)
    asked = {"campaign": campaign.pk, "by": "days", "days": "3"}
    sent = seen_by(client.get(address(world), asked).content.decode())
    flight = Flight.objects.get(pk=sent["flight"][0])
    move_flights(moves=[Move(flight, world.day(6), world.day(21))], **world.by)
    answer = client.post(address(world), asked | sent | {"apply": "1"})
    assert answer.status_code == 409
    assert "Something is other than you saw it" in answer.content.decode()
    assert not Flight.objects.filter(starts_on__in=[world.day(8), world.day(9)]).exists()
    again = seen_by(answer.content.decode())
    assert client.post(address(world), asked | again | {"apply": "1"}).status_code == 302


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"by": "days"}, "Say by how many days."),
        ({"by": "start"}, "Say which day."),
        ({"by": "days", "days": "9999"}, "less than or equal to 730"),
        ({"by": "sideways"}, "Choose one of the three."),
        ({"by": "days", "days": "1", "flight": []}, "Tick at least one flight."),
    ],
)
def test_what_cannot_be_read_is_said_and_the_flights_stay_chosen(world, buyer, campaign, values, said):
    flight = Flight.objects.filter(campaign=campaign).first()
    answer = client_of(buyer).post(
        address(world), {"flight": [flight.pk], "seen": [f"{flight.pk}:"], **values}
    )
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert str(flight.pk) in answer.content.decode()


def test_flights_of_another_brand_are_not_there(world, buyer, campaign):
    other = World()
    theirs = other.flight(other.post(), other.day(1), other.day(9))
    client = client_of(buyer)
    assert client.get(address(world), {"campaign": theirs.campaign_id}).status_code == 404
    assert client.get(address(world), {"flight": theirs.pk}).status_code == 404
    sent = {"flight": [theirs.pk], "seen": [f"{theirs.pk}:x"], "by": "days", "days": "3", "apply": "1"}
    assert client.post(address(world), sent).status_code == 404
    theirs.refresh_from_db()
    assert theirs.starts_on == other.day(1)
    assert (
        client_of(world.member(Role.VIEWER)).get(address(world), {"campaign": campaign.pk}).status_code == 403
    )


def test_as_many_queries_for_fifty_flights_as_for_three(world, buyer, campaign):
    client = client_of(buyer)
    asked = {"campaign": campaign.pk, "by": "days", "days": "14"}
    client.get(address(world), asked)
    counts = []
    for more in (0, 46):
        for post in world.posts(more):
            world.flight(post, world.day(5), world.day(20), campaign=campaign)
        with CaptureQueriesContext(connection) as queries:
            page = client.get(address(world), asked)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 12
    assert len(page.content) < 60_000
