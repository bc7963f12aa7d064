"""The page of a campaign, and the forms that make and change it."""

import pytest

from brands.enums import Role
from brands.models import AuditEntry
from brands.operations.edits import Edit
from campaigns.models import Campaign
from campaigns.operations.campaigns import edit_campaigns
from campaigns.operations.flights import end_flights, pause_flights
from tests.world import DAY, World, client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(time_machine):
    world = World(tracks_rights=False, currency="USD")
    time_machine.move_to(world.now, tick=False)
    return world


@pytest.fixture
def buyer(world):
    return world.member(Role.BUYER, full_name="Priya Raman")


def page(world, user, campaign):
    return client_of(user).get(f"/b/{world.brand.slug}/campaigns/{campaign.pk}/")


def test_the_page_says_first_how_many_are_covered_and_what_stops_first(world, buyer):
    campaign = world.campaign("Winter")
    covered, stops, idle = (
        world.post(world.creator(name), title=name.title()) for name in ("ada", "bea", "cy")
    )
    world.code(covered, world.now, 365)
    world.code(stops, world.now - 24 * DAY, 30)
    world.flight(covered, world.day(-2), world.day(20), campaign=campaign, buyer=buyer)
    world.flight(stops, world.day(-2), world.day(20), campaign=campaign)
    pause_flights(flights=[world.flight(idle, world.day(-2), world.day(9), campaign=campaign)], **world.by)
    end_flights(flights=[world.flight(idle, world.day(-9), world.day(9), campaign=campaign)], **world.by)
    world.flight(idle, None, campaign=campaign)
    answer = page(world, buyer, campaign)
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "1 of 2 flights is covered" in text
    assert "Bea</a>" in text
    assert "Stops" in text
    assert "≈ $1,500 at risk · 1 paused · 1 not planned yet · 1 ended" in text
    assert text.count('class="track"') == 5
    assert 'href="#grid"' in text
    assert text.index(">Bea<") < text.index(">Ada<"), "what is urgent comes first"


def test_a_new_campaign_teaches_what_a_flight_is(world, buyer):
    text = page(world, buyer, world.campaign("Empty")).content.decode()
    assert "No flight yet" in text
    assert "what to ask the creator for" in text
    assert "add/?campaign=" in text


def test_a_viewer_reads_it_and_changes_nothing(world):
    flight = world.flight(world.post(), world.day(1), world.day(9))
    viewer = world.member(Role.VIEWER)
    text = page(world, viewer, flight.campaign).content.decode()
    assert "Add a flight" not in text
    assert "edit/" not in text
    assert client_of(viewer).get(f"/b/{world.brand.slug}/campaigns/add/").status_code == 403


def test_a_campaign_of_another_brand_is_not_there(world, buyer):
    other = World()
    flight = other.flight(other.post(), other.day(1), other.day(9))
    assert page(world, buyer, flight.campaign).status_code == 404
    assert (
        client_of(buyer).get(f"/b/{world.brand.slug}/campaigns/{flight.campaign_id}/edit/").status_code == 404
    )


def test_a_campaign_is_made_and_changed_and_who_did_it_is_noted(world, buyer):
    client, slug = client_of(buyer), world.brand.slug
    made = client.post(
        f"/b/{slug}/campaigns/add/", {"name": " Winter ", "objective": "Sales", "buyer": buyer.pk}
    )
    campaign = Campaign.objects.get()
    assert (made.status_code, made["Location"]) == (302, f"/b/{slug}/campaigns/{campaign.pk}/")
    assert (campaign.name, campaign.objective, campaign.buyer) == ("Winter", "Sales", buyer)
    form = client.get(f"/b/{slug}/campaigns/{campaign.pk}/edit/").context["form"]
    data = {"name": "Winter 26", "objective": "Sales", "buyer": "", "was": form["was"].value()}
    assert client.post(f"/b/{slug}/campaigns/{campaign.pk}/edit/", data).status_code == 302
    campaign.refresh_from_db()
    assert (campaign.name, campaign.buyer) == ("Winter 26", None)
    assert AuditEntry.objects.filter(action="campaign.edited", actor_label=buyer.email).count() == 1


def test_a_name_that_is_taken_is_refused_beside_the_field(world, buyer):
    world.campaign("Winter")
    answer = client_of(buyer).post(
        f"/b/{world.brand.slug}/campaigns/add/", {"name": "Winter", "objective": "X"}
    )
    assert answer.status_code == 422
    assert "There is a campaign called Winter already." in answer.content.decode()
    assert 'value="X"' in answer.content.decode()
    assert Campaign.objects.count() == 1


def test_the_second_of_two_who_rename_it_sees_both_names(world, buyer):
    campaign, client = world.campaign("Winter"), client_of(buyer)
    url = f"/b/{world.brand.slug}/campaigns/{campaign.pk}/edit/"
    was = client.get(url).context["form"]["was"].value()
    edit_campaigns(edits=[Edit(campaign, {"name": "Spring"})], **world.by)
    answer = client.post(url, {"name": "Summer", "was": was})
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "to: Spring" in text
    assert 'value="Summer"' in text
    assert Campaign.objects.get().name == "Spring"


def test_whoever_may_only_read_buys_nothing(world, buyer):
    viewer, stranger = world.member(Role.VIEWER), World().member(Role.BUYER)
    for person in (viewer, stranger):
        answer = client_of(buyer).post(
            f"/b/{world.brand.slug}/campaigns/add/", {"name": "W", "buyer": person.pk}
        )
        assert answer.status_code == 422
    assert not Campaign.objects.exists()
