"""Page beside endpoint, for what is done to flights and rights later: both leave the same rows and the same audit.

What adds and changes rows is held beside its page in the tests of each resource.
"""

import re

import pytest
from django.urls import reverse

from authorizations.enums import RightTrigger
from authorizations.models import UsageRight
from authorizations.windows import Term
from brands.enums import Role
from campaigns.models import Flight
from campaigns.operations.flights import end_flights, pause_flights
from tests.api.parity import left_in
from tests.api.scripts import Caller
from tests.world import World, client_of

pytestmark = pytest.mark.django_db


class Side:
    """A brand in which a flight and a right wait, and the manager who acts."""

    def __init__(self):
        self.world = World()
        self.manager = self.world.member(Role.MANAGER, full_name="Tomas Vega")
        self.campaign = self.world.campaign("Winter")
        post = self.world.post(self.world.creator("maya"), title="Morning pour")
        self.flight = self.world.flight(post, self.world.day(-2), self.world.day(9), campaign=self.campaign)
        waits = {"trigger": RightTrigger.POSTING, "term": Term(days=90)}
        self.right = self.world.right(None, post=post, **waits)

    def address(self, name, row):
        return reverse(name, args=[self.world.brand.slug, row.pk])

    def browse(self, url, **data):
        """What a page answers to its form."""
        answer = client_of(self.manager).post(url, data)
        assert answer.status_code == 302, answer.content.decode()

    def call(self, path, **body):
        """What the endpoint does for the same person."""
        answer = person_of(self).post(path, body)
        assert answer.status_code == 200, answer.json()

    @property
    def left(self):
        return left_in(self.world.brand, Flight, UsageRight)


def did_the_same(page, api, action):
    """Whether both left the same, an entry for ``action`` among it."""
    assert page.left == api.left
    return action in [entry[0] for entry in api.left[1]]


def person_of(side):
    return Caller(client_of(side.manager), side.world.brand.slug)


@pytest.fixture
def sides(time_machine):
    time_machine.move_to(World().now, tick=False)
    return Side(), Side()


def test_a_flight_goes_on(sides):
    page, api = sides
    for side in sides:
        pause_flights(flights=[side.flight], **side.world.by)
    page.browse(page.address("resume-flight", page.flight))
    api.call(f"flights/{api.flight.pk}/resume")
    assert did_the_same(page, api, "flight.resumed")
    for side in sides:
        side.flight.refresh_from_db()
        end_flights(flights=[side.flight], **side.world.by)
    page.browse(page.address("reopen-flight", page.flight))
    api.call(f"flights/{api.flight.pk}/reopen")
    assert did_the_same(page, api, "flight.reopened")


def test_a_flight_runs_anyway_if_somebody_who_may_says_so(sides):
    page, api = sides
    buyers = [side.world.member(Role.BUYER, email=f"buyer{at}@example.com") for at, side in enumerate(sides)]
    refused = person_of(api).post(
        f"flights/{api.flight.pk}/run-anyway", {"reason": "Agreed", "approver": str(buyers[1].pk)}
    )
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/approver")
    page.browse(page.address("run-anyway", page.flight), reason="Agreed", approver=str(page.manager.pk))
    api.call(f"flights/{api.flight.pk}/run-anyway", reason="Agreed", approver=str(api.manager.pk))
    assert did_the_same(page, api, "flight.run_anyway")


@pytest.mark.parametrize("days", [14, -3])
def test_a_flight_is_moved(sides, days):
    page, api = sides
    url = f"/b/{page.world.brand.slug}/flights/move/"
    asked = {"campaign": page.campaign.pk, "by": "days", "days": str(days)}
    shown = client_of(page.manager).get(url, asked).content.decode()
    seen = re.findall(r'name="seen" value="([^"]+)"', shown)
    page.browse(url, **asked, seen=seen, flight=[page.flight.pk], apply="1")
    api.call(f"flights/{api.flight.pk}/move", days=days)
    assert did_the_same(page, api, "flight.moved")


def test_what_a_right_waited_for_has_happened(sides):
    page, api = sides
    page.browse(page.address("right-began", page.right), **{"happened-happened_on": "2026-11-20"})
    api.call(f"rights/{api.right.pk}/trigger", happened_on="2026-11-20")
    assert did_the_same(page, api, "right.triggered")
    assert UsageRight.objects.filter(starts_on="2026-11-20").count() == 2
