"""What the list of flights shows of each, on the page and in a sheet."""

import pytest

from brands.enums import Role
from tests.workplace.flightdesk import listing, one_of_each_state, shown
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(time_machine):
    world = World(tracks_rights=False)
    time_machine.move_to(world.now, tick=False)
    return world


@pytest.fixture
def buyer(world):
    return world.member(Role.BUYER, full_name="Priya Raman")


@pytest.fixture
def flights(world, buyer):
    return one_of_each_state(world)


def test_flights_stand_with_their_verdicts_and_open_for_whoever_plans(world, buyer, flights):
    text = listing(world, buyer).content.decode()
    assert shown(listing(world, buyer)) == ["Live", "Coming", "Paused", "Unplanned", "Ended"]
    assert f"/flights/{flights['live'].pk}/" in text
    assert "Covered" in text
    assert "Code ends" in text
    assert "28 Nov" in text
    assert "≈ $1,400" in text
    viewer = listing(world, world.member(Role.VIEWER)).content.decode()
    assert f"/flights/{flights['live'].pk}/" not in viewer
    assert f"/posts/{flights['live'].post_id}/" in viewer
    assert 'name="id"' not in viewer


def test_a_sheet_has_what_is_shown(world, buyer, flights):
    answer = listing(world, buyer, export="csv", state="live")
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert lines[0].startswith("Flight,Verdict,May run until,First day,Last day,Campaign")
    assert "Live,Covered," in lines[1]
    assert "100" in lines[1]
    assert len(lines) == 2
