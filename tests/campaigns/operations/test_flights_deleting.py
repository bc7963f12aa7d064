"""Flights planned by mistake are deleted; what ran, or may have, stays."""

import pytest

from brands.models import AuditEntry
from brands.operations.edits import OtherBrandError
from campaigns.models import Flight
from campaigns.operations.flights import FlightError, launch_flights
from campaigns.operations.flights_deleting import delete_flights
from tests.world import World

pytestmark = pytest.mark.django_db


def test_flights_that_never_ran_go_and_the_audit_remembers_them():
    world = World()
    flights = [world.flight(world.post(), world.day(3), ad_name="Pour"), world.flight(world.post(), None)]
    assert delete_flights(flights=flights, **world.by) == 2
    assert not Flight.objects.exists()
    gone = AuditEntry.objects.filter(action="flight.deleted").order_by("object_label")
    assert [each.before["name"] for each in gone] == ["Pour", "flight not yet planned"]


@pytest.mark.parametrize(("days", "launched"), [(3, True), (0, False), (-9, False)])
def test_one_that_ran_keeps_all_of_them(days, launched):
    world = World()
    flights = [world.flight(world.post(), None), world.flight(world.post(), world.day(days))]
    if launched:
        launch_flights(flights=flights[1:], **world.by)
    with pytest.raises(FlightError, match="end it instead"):
        delete_flights(flights=flights, **world.by)
    assert Flight.objects.count() == 2


def test_a_flight_of_another_brand_is_not_there():
    world, other = World(), World()
    with pytest.raises(OtherBrandError):
        delete_flights(flights=[other.flight(other.post(), None)], **world.by)
    assert Flight.objects.count() == 1
