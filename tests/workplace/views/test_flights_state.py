"""What was done in Ads Manager with one flight: noted, taken back, and what it forbids."""

import pytest

from brands.enums import Role
from brands.models import AuditEntry
from campaigns.operations.flights import launch_flights
from tests.workplace.flightdesk import LINK, address
from tests.world import World, client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(time_machine):
    world = World(tracks_rights=False, time_zone="America/New_York")
    time_machine.move_to(world.now, tick=False)
    return world


@pytest.fixture
def buyer(world):
    return world.member(Role.BUYER, full_name="Priya Raman")


@pytest.fixture
def post(world):
    post = world.post(world.creator("maya"), title="Morning pour", url=LINK, tiktok_post_id=LINK[-19:])
    world.code(post, world.now, 7)
    return post


def test_launched_ended_reopened_each_noted_and_both_taken_back(world, buyer, post):
    flight = world.flight(post, world.day(-1), world.day(9))
    client = client_of(buyer)
    for step in ("launch", "end"):
        assert client.post(address(world, f"{flight.pk}/{step}/"))["Location"] == address(
            world, f"{flight.pk}/"
        )
    flight.refresh_from_db()
    assert (flight.launched_at, flight.ended_at) == (world.now, world.now)
    page = client.get(address(world, f"{flight.pk}/")).content.decode()
    assert "Reopen: it goes on as planned" in page
    assert "This flight has ended" in page
    for action in ("flight.ended", "flight.launched"):
        change = AuditEntry.objects.get(action=action).request_id
        client.post(f"/b/{world.brand.slug}/undo/", {"change": change})
    flight.refresh_from_db()
    assert (flight.launched_at, flight.ended_at) == (None, None)
    client.post(address(world, f"{flight.pk}/end/"))
    client.post(address(world, f"{flight.pk}/reopen/"))
    flight.refresh_from_db()
    assert flight.ended_at is None


def test_pausing_from_its_page_leads_back_there(world, buyer, post):
    flight = world.flight(post, world.day(-1), world.day(9))
    client, own = client_of(buyer), address(world, f"{flight.pk}/")
    assert 'name="back" value="flight"' in client.get(own).content.decode()
    assert client.post(f"{own}pause/", {"back": "flight"})["Location"] == own
    assert client.post(f"{own}resume/")["Location"] == f"/b/{world.brand.slug}/posts/{post.pk}/"


def test_a_launched_flight_keeps_its_dates(world, buyer, post):
    flight = world.flight(post, world.day(-1), world.day(9))
    launch_flights(flights=[flight], **world.by)
    client, url = client_of(buyer), address(world, f"{flight.pk}/")
    form = client.get(url).context["form"]
    data = {name: form[name].value() or "" for name in form.fields} | {"starts_on": "", "ends_on": ""}
    answer = client.post(url, data)
    assert answer.status_code == 422
    assert "end it instead of taking its dates" in answer.content.decode()
