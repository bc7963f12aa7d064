"""The launch sheet: what is typed into Ads Manager, the code behind its own door, the checks and who ticked them."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from authorizations.operations.codes import Use, mark_applied
from brands.enums import Role
from brands.models import AuditEntry
from campaigns.enums import Check
from campaigns.models import Flight
from tests.world import DAY, World, client_of, spark_code

pytestmark = pytest.mark.django_db

LINK = "https://www.tiktok.com/@maya/video/7301184422019655681"


@pytest.fixture
def world(time_machine):
    world = World(tracks_rights=False)
    time_machine.move_to(world.now, tick=False)
    return world


@pytest.fixture
def buyer(world):
    return world.member(Role.BUYER, full_name="Priya Raman")


@pytest.fixture
def flight(world):
    post = world.post(world.creator("maya"), title="Morning pour", url=LINK, tiktok_post_id=LINK[-19:])
    account = world.account(name="Northbeam US")
    used = world.code(post, world.now - DAY, 30, code=spark_code(7001))
    mark_applied(uses=[Use(used, account)], **world.by)
    world.code(post, world.now - 40 * DAY, 7, code=spark_code(7002))
    return world.flight(
        post,
        world.day(1),
        world.day(9),
        ad_account=account,
        call_to_action="Shop now",
        landing_page="https://x.example",
    )


def sheet(world, flight):
    return f"/b/{world.brand.slug}/flights/{flight.pk}/launch-sheet/"


def test_everything_a_buyer_types_is_there_to_copy_but_no_code(world, buyer, flight):
    text = client_of(buyer).get(sheet(world, flight)).content.decode()
    entries = ("Northbeam US", "20261122_maya_655681", LINK, "Sun 22 Nov", "Mon 30 Nov", "$100", "Shop now")
    for value in (*entries, "https://x.example", flight.campaign.name):
        assert f">{value}</span>" in text, value
    assert text.count("data-copy=") == 12
    assert "Applied to Northbeam US." in text
    assert spark_code(7001) not in text
    assert text.count("code ending") >= 2
    assert spark_code(7002)[-4:] == spark_code(7001)[-4:] or spark_code(7002)[-4:] not in text


def test_checks_are_kept_with_who_ticked_them_and_when(world, buyer, flight):
    client, url = client_of(buyer), sheet(world, flight)
    client.post(url, {"check": ["music", "caption", "no-such-check"]})
    other = client_of(world.member(Role.MANAGER, full_name="Tomas Vidal"))
    other.post(url, {"check": ["music", "region"]})
    flight.refresh_from_db()
    assert set(flight.checklist) == {"music", "region"}
    assert flight.checklist["music"]["by"] == str(buyer.pk), "a tick that stays is of whoever made it"
    text = client.get(url).content.decode()
    assert "Priya Raman, " in text
    assert "Tomas Vidal, " in text
    assert f"{len(Check) - 2} to check" in text
    assert AuditEntry.objects.filter(action="flight.checked").count() == 2
    client.post(url, {"check": ["music", "region"]})
    assert AuditEntry.objects.filter(action="flight.checked").count() == 2, (
        "nothing changed, nothing is noted"
    )


def test_launched_is_noted_from_the_sheet(world, buyer, flight):
    client = client_of(buyer)
    assert ">Launched</button>" in client.get(sheet(world, flight)).content.decode()
    client.post(f"/b/{world.brand.slug}/flights/{flight.pk}/launch/")
    assert Flight.objects.get().launched_at == world.now
    assert ">Launched</button>" not in client.get(sheet(world, flight)).content.decode()


def test_a_viewer_and_another_brand_see_no_sheet(world, buyer, flight):
    assert client_of(world.member(Role.VIEWER)).get(sheet(world, flight)).status_code == 403
    other = World()
    assert client_of(buyer).get(sheet(world, other.flight(other.post(), other.day(1)))).status_code == 404


def test_few_queries_however_many_codes(world, buyer, flight):
    client = client_of(buyer)
    client.get(sheet(world, flight))
    counts = []
    for more in (1, 9):
        world.codes([flight.post] * more, world.now)
        with CaptureQueriesContext(connection) as queries:
            client.get(sheet(world, flight))
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 12
