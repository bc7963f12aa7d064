"""What an open board asks for: whether it is still true, and the part below the headline."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from brands.enums import Role
from brands.models import AuditEntry
from campaigns.models import Campaign
from campaigns.operations.flights import pause_flights
from sparktrack.core.middleware import SEEN_VERSION
from tests.campaigns.scenes import covered, ready_post, stops
from tests.world import NOW, World, client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock():
    with time_machine.travel(NOW, tick=False) as travelled:
        yield travelled


@pytest.fixture
def world(clock):
    return World()


@pytest.fixture
def ask(world):
    """Opens the board of ``world`` as a viewer, as htmx does."""
    client = client_of(world.member(Role.VIEWER))

    def get(query="", seen="", **headers):
        headers |= {"HX-Request": "true"} | ({SEEN_VERSION: seen} if seen else {})
        return client.get(f"/b/{world.brand.slug}/{query}", headers=headers)

    return get


def version(response):
    return re.search(r'data-version="([^"]+)"', response.content.decode())[1]


def test_an_unchanged_board_is_not_sent_again(ask, world):
    stops(world)
    seen = version(ask())
    answer = ask(seen=seen)
    assert (answer.status_code, answer.content) == (204, b"")
    # Also when it is narrowed, or another page of it is open.
    assert ask("?section=stops&q=creator", seen=seen).status_code == 204


def test_the_question_costs_one_query_beside_session_person_and_brand(ask, world):
    for _ in range(3):
        stops(world)
    seen = version(ask())
    with CaptureQueriesContext(connection) as captured:
        assert ask(seen=seen).status_code == 204
    assert len(captured) == 4


def test_every_change_of_the_brand_is_seen(ask, world, clock):
    flight = stops(world)
    seen = version(ask())
    pause_flights(flights=[flight], **world.by)
    answer = ask(seen=seen)
    assert answer.status_code == 200
    assert 'id="chip-paused"' in answer.content.decode()
    assert ask(seen=version(answer)).status_code == 204


def test_a_change_that_is_written_late_is_seen_with_the_next_minute(ask, world, clock):
    stops(world)
    seen = version(ask())
    late = {"brand": world.brand, "at": NOW - timedelta(seconds=9), "actor_kind": "system"}
    AuditEntry.objects.create(action="import.applied", object_kind="importrun", **late)
    assert ask(seen=seen).status_code == 204
    clock.shift(timedelta(minutes=1))
    assert ask(seen=seen).status_code == 200


def test_what_time_changes_is_seen_within_a_minute(ask, world, clock):
    post = ready_post(world)
    world.flight(post, world.day(-1), world.day(0))
    seen = version(ask())
    clock.move_to(NOW.replace(hour=23, minute=59))
    before = ask(seen=seen)
    assert 'id="chip-covered"' in before.content.decode()
    clock.shift(timedelta(minutes=1))
    after = ask(seen=version(before))
    assert 'id="chip-covered"' not in after.content.decode()


def test_another_brand_changes_nothing(ask, world):
    stops(world)
    seen = version(ask())
    stops(World())
    assert ask(seen=seen).status_code == 204


def test_htmx_gets_the_part_below_the_headline_and_the_way_back_the_whole_page(ask, world):
    covered(world)
    part, whole = ask().content.decode(), ask(**{"HX-History-Restore-Request": "true"}).content.decode()
    assert "<h1" not in part
    assert '<ul class="sums">' in part
    assert "<h1" in whole
    assert 'id="view"' in whole


def test_a_page_that_only_looks_keeps_no_login_alive(world, clock):
    client = client_of(world.member(Role.VIEWER))
    address = f"/b/{world.brand.slug}/"
    client.get(address)
    seen_at = client.session["seen_at"]
    clock.shift(timedelta(hours=1))
    client.get(address, headers={SEEN_VERSION: "any"})
    assert client.session["seen_at"] == seen_at
    client.get(address)
    assert client.session["seen_at"] > seen_at


def test_fifty_lines_with_long_names_stay_below_sixty_kilobytes(ask, world):
    campaign = world.campaign("Always-on, autumn and winter, EMEA & North America, wave two")
    Campaign.objects.bulk_create(
        Campaign(brand=world.brand, name=f"Offered to nobody yet {number:03}", created_at=NOW)
        for number in range(200)
    )
    creator = world.creator("a.very.long.handle.of24")
    buyer = world.member(Role.BUYER, full_name="Wilhelmina-Alexandra Featherstonehaugh")
    title = "Morning routine with the barrier serum, and everything that one could say about it in one minute"
    for number in range(51):
        post = ready_post(world, code_days=5, creator=creator, title=f"{number:02} {title}")
        world.flight(post, world.day(-1), world.day(20), campaign=campaign, buyer=buyer, daily_spend=149)
    part = ask("?section=stops")
    assert part.content.count(b'class="strip"') == 50
    whole = ask("?section=stops", **{"HX-History-Restore-Request": "true"})
    assert len(part.content) < len(whole.content) < 60_000
