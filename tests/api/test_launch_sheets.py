"""The launch sheet of the API: what the page has to copy, the codes by their ending, and who ticked what."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from authorizations.operations.codes import Use, mark_applied
from brands.enums import Role, TokenScope
from campaigns.enums import Check
from tests.api.scripts import Caller, person, script
from tests.world import DAY, World, client_of, spark_code

pytestmark = pytest.mark.django_db

LINK = "https://www.tiktok.com/@maya/video/7301184422019655681"


@pytest.fixture
def world(time_machine):
    world = World(time_zone="America/New_York")
    time_machine.move_to(world.now, tick=False)
    return world


@pytest.fixture
def flight(world):
    post = world.post(world.creator("maya"), title="Morning pour", url=LINK, tiktok_post_id=LINK[-19:])
    return world.flight(
        post,
        world.day(1),
        world.day(9),
        campaign=world.campaign("Winter"),
        ad_account=world.account(name="Northbeam US", time_zone="Europe/Berlin", currency="EUR"),
        call_to_action="Shop now",
        landing_page="https://x.example",
    )


def test_all_that_is_typed_and_checked_is_there_and_no_code(world, flight):
    used = world.code(flight.post, world.now - DAY, 30, code=spark_code(7001))
    mark_applied(uses=[Use(used, flight.ad_account)], **world.by)
    world.code(flight.post, world.now - 40 * DAY, 7, code=spark_code(7002))
    right = world.right(world.day(-9), post=flight.post, territories=["DE"])
    buyer = world.member(Role.BUYER, full_name="Priya Raman")
    caller = Caller(client_of(buyer), world.brand.slug)
    caller.patch(f"flights/{flight.pk}", {"checklist": ["music"]})
    answer = caller.get(f"flights/{flight.pk}/launch-sheet")
    assert spark_code(7001) not in answer.content.decode()
    sheet = answer.json()
    checks = sheet.pop("checks")
    assert sheet == {
        "flight": str(flight.pk),
        "post": str(flight.post_id),
        "needs_code": True,
        "apply_by": None,
        "entries": {
            "ad_account_name": "Northbeam US",
            "advertiser_id": flight.ad_account.advertiser_id,
            "campaign_name": "Winter",
            "objective": "",
            "ad_name": "20261122_maya_655681",
            "ad_name_is_proposed": True,
            "handle": "maya",
            "post_url": LINK,
            "tiktok_post_id": LINK[-19:],
            "starts_on": "2026-11-22",
            "ends_on": "2026-11-30",
            "daily_spend": "100.00",
            "currency": "EUR",
            "call_to_action": "Shop now",
            "landing_page": "https://x.example",
        },
        "codes": [
            {
                "id": str(used.pk),
                "ending": used.ending,
                "status": "active",
                "ends_at": "2026-12-20T14:05:00Z",
                "is_applied": True,
                "has_source_post_code": False,
            }
        ],
        "rights": [
            {
                "id": str(right.pk),
                "paid_amplification": True,
                "starts_at": "2026-11-12T05:00:00Z",
                "ends_at": None,
                "territories": ["DE"],
                "channels": [],
            }
        ],
        "open": len(Check) - 1,
        "time_zone": "Europe/Berlin",
    }
    assert [each["check"] for each in checks] == [check.value for check in Check]
    assert checks[0] == {
        "check": "music",
        "title": "Music",
        "meaning": "Original, or from the Commercial Music Library.",
        "known": "",
        "ticked_at": "2026-11-21T14:05:00Z",
        "ticked_by": str(buyer.pk),
        "ticked_by_name": "Priya Raman",
    }
    territory = next(each for each in checks if each["check"] == "territory")
    assert (territory["known"], territory["ticked_at"], territory["ticked_by"]) == ("On file: DE", None, None)


def test_the_landing_page_of_the_post_counts_where_the_flight_has_none(world):
    post = world.post(details={"landing_page": "https://post.example"})
    flight = world.flight(post, world.day(1))
    sheet = script(world).get(f"flights/{flight.pk}/launch-sheet").json()
    assert sheet["entries"]["landing_page"] == "https://post.example"


def test_it_proposes_the_name_that_the_page_shows_unless_the_flight_has_one(world, flight):
    writer, path = script(world), f"flights/{flight.pk}/launch-sheet"
    page = client_of(world.member(Role.BUYER)).get(f"/b/{world.brand.slug}/flights/{flight.pk}/launch-sheet/")
    proposed = writer.get(path).json()["entries"]["ad_name"]
    assert f">{proposed}</span>" in page.content.decode()
    writer.patch(f"flights/{flight.pk}", {"ad_name": "My own", "checklist": ["caption"]})
    sheet = writer.get(path).json()
    assert (sheet["entries"]["ad_name"], sheet["entries"]["ad_name_is_proposed"]) == ("My own", False)
    ticked = next(each for each in sheet["checks"] if each["ticked_at"])
    assert (ticked["check"], ticked["ticked_by"], ticked["ticked_by_name"]) == ("caption", None, "a script")


def test_who_plans_no_flights_and_another_brand_get_no_sheet(world, flight):
    path = f"flights/{flight.pk}/launch-sheet"
    assert script(world, TokenScope.READ).get(path).status_code == 403
    assert person(world, Role.VIEWER).get(path).status_code == 403
    assert script(World()).get(path).status_code == 404
    assert script(world).post(path, {}).status_code == 405
    assert script(world).get(f"{path}?fields=codes").status_code == 400


def test_it_costs_the_same_however_many_codes_there_are(world, flight):
    writer, counts = script(world), []
    writer.get("flights")  # notes that the token was used
    for more in (1, 9):
        world.codes([flight.post] * more, world.now)
        with CaptureQueriesContext(connection) as queries:
            assert writer.get(f"flights/{flight.pk}/launch-sheet").status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 9
