"""``flights`` of the API: the answer of each, filters that agree with it, and everything that the pages do."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from authorizations.enums import Reason, Verdict
from brands.enums import Role, TokenScope
from brands.models import AuditEntry
from campaigns.enums import FlightStatus, Section
from campaigns.models import Flight
from campaigns.operations.flights import end_flights, launch_flights
from campaigns.queries.lines import flight_lines, stored_gaps
from tests.api.scripts import person, script
from tests.campaigns.scenes import SCENES, ready_post
from tests.world import DAY, World, client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(time_machine):
    world = World()
    time_machine.move_to(world.now, tick=False)
    return world


def everything(caller, query=""):
    """All flights that a query finds, page by page, by id."""
    found, address = {}, f"flights?limit=7&{query}"
    while address:
        page = caller.get(address)
        assert page.status_code == 200, page.json()
        found |= {row["id"]: row for row in page.json()["results"]}
        address = page.json()["next"]
        address = address and address.partition("/api/v1/")[2]
    return found


def test_a_flight_with_all_that_there_is_to_say(world):
    buyer = world.member(Role.BUYER)
    flight = SCENES[Section.STOPS](world, buyer=buyer)
    stops_at = world.now + 5 * DAY
    assert script(world, TokenScope.READ).get(f"flights/{flight.pk}").json() == {
        "id": str(flight.pk),
        "post": str(flight.post_id),
        "post_title": str(flight.post),
        "creator": str(flight.post.creator_id),
        "handle": flight.post.creator.handle,
        "campaign": str(flight.campaign_id),
        "campaign_name": flight.campaign.name,
        "buyer": str(buyer.pk),
        "responsible_buyer": str(buyer.pk),
        "ad_account": None,
        "starts_on": "2026-11-20",
        "ends_on": "2026-12-11",
        "starts_at": "2026-11-20T00:00:00Z",
        "ends_at": "2026-12-12T00:00:00Z",
        "daily_spend": "100.00",
        "spend_source": "typed",
        "call_to_action": "",
        "landing_page": "",
        "ad_name": "",
        "tiktok_ad_ids": [],
        "checklist": [],
        "launched_at": None,
        "paused_at": None,
        "ended_at": None,
        "run_anyway_reason": "",
        "run_anyway_by": None,
        "run_anyway_at": None,
        "created_at": "2026-11-21T14:05:00Z",
        "state": "live",
        "verdict": "lapses",
        "runnable_until": "2026-11-26T14:05:00Z",
        "last_full_day": "2026-11-25",
        "reasons": ["code_expired"],
        "gaps": [
            {
                "starts_at": stops_at.isoformat().replace("+00:00", "Z"),
                "ends_at": "2026-12-12T00:00:00Z",
                "reasons": ["code_expired"],
                "stops_itself": True,
            }
        ],
        "blocked_since": None,
        "stops_itself": True,
        "must_pause": False,
        "uncovered_days": 16,
        "at_risk": "1600.00",
        "currency": world.brand.currency,
        "time_zone": world.brand.time_zone,
    }
