"""Who takes the responsibility for a flight takes it for something."""

import pytest

from brands.enums import Role
from campaigns.enums import Section
from campaigns.models import Flight
from campaigns.operations.flights import FlightError
from campaigns.operations.flights_anyway import approve_flight
from tests.campaigns.scenes import SCENES
from tests.world import World

pytestmark = pytest.mark.django_db

LACKING = [Section.WITHOUT_RIGHTS, Section.BLOCKED, Section.STOPS, Section.PAUSED]


@pytest.mark.parametrize("section", [*LACKING, Section.COVERED, Section.UNPLANNED])
def test_only_a_flight_that_lacks_something_is_approved(section):
    world = World()
    flight, boss = SCENES[section](world), world.member(Role.MANAGER)
    said = {"reason": "Agreed by mail", "approver": boss}
    if section in LACKING:
        approve_flight(flight=flight, **said, **world.by)
    else:
        with pytest.raises(FlightError, match="there is nothing to approve"):
            approve_flight(flight=flight, **said, **world.by)
    assert Flight.objects.filter(run_anyway_by=boss).exists() is (section in LACKING)
