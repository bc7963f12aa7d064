"""The page of a post: its answer, and that it is asked for in few queries."""

from decimal import Decimal

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from authorizations.operations.codes import Use, mark_applied
from authorizations.operations.posts import mark_posts_gone
from brands.enums import Role
from campaigns.operations.flights import end_flights, pause_flights
from posts.enums import Stage
from posts.operations.stages import StageReached, record_stages
from tests.campaigns.postpage import text, verdict
from tests.campaigns.scenes import blocked, covered, must_pause, ready_post, stops, unplanned, without_rights
from tests.world import DAY, NOW, World, client_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def world():
    return World()


@pytest.fixture
def show(world):
    """Opens the page of a post as a member with a role."""

    def get(post, role=Role.VIEWER):
        return client_of(world.member(role)).get(f"/b/{world.brand.slug}/posts/{post.pk}/")

    return get


# --- The answer -----------------------------------------------------------------------------------------------------
def test_the_answer_is_that_of_the_flight(world, show):
    assert verdict(show(stops(world).post)).startswith("Stops Thu 26 Nov")
    assert verdict(show(must_pause(world).post)) == "Rights end Thu 26 Nov: pause it that day"
    assert "Covered to the end, Fri 11 Dec" in verdict(show(covered(world).post))
    assert verdict(show(without_rights(world).post)).startswith("Runs without permission since")
    assert verdict(show(blocked(world).post)) == "Has not run since Fri 20 Nov: no code"


def test_without_a_flight_the_post_answers_for_itself(world, show):
    assert verdict(show(ready_post(world))).startswith("Ready to run until")
    assert verdict(show(world.post())).startswith("Not ready")
    assert "it is inventory" in text(show(world.post()))


def test_a_flight_without_dates_or_one_that_ended_leaves_the_answer_to_the_post(world, show):
    assert verdict(show(unplanned(world).post)).startswith("Ready to run until")
    (ended,) = end_flights(flights=[covered(world)], **world.by)
    assert verdict(show(ended.post)).startswith("Ready to run until")
    assert "Ended" in text(show(ended.post), "flights")


def test_of_several_flights_the_one_that_runs_and_lapses_first_answers(world, show):
    post = ready_post(world, code_days=5)
    world.flight(post, world.day(8), world.day(20), campaign=world.campaign("Later"))
    world.flight(post, world.day(-1), world.day(2), campaign=world.campaign("Safe"))
    world.flight(post, world.day(-1), world.day(20), campaign=world.campaign("Now"))
    assert "in Now" in text(show(post))


def test_a_paused_flight_says_so(world, show):
    (flight,) = pause_flights(flights=[stops(world)], **world.by)
    assert "paused" in text(show(flight.post), "flights").lower()


def test_money_at_risk_is_in_the_currency_of_the_account(world, show):
    flight = stops(world, daily_spend=Decimal("12.50"), ad_account=world.account(currency="EUR"))
    assert "≈ €200" in text(show(flight.post)).replace("≈€", "≈ €")


def test_a_post_that_is_gone_is_blocked_since_then(world, show):
    flight = covered(world)
    mark_posts_gone(posts=[flight.post], since=NOW - DAY, **world.by)
    assert "private" in verdict(show(flight.post)).lower()


# --- Not there --------------------------------------------------------------------------------------------------------
def test_an_unknown_post_and_a_malformed_id_are_not_found(world):
    client = client_of(world.member())
    for pk in ("00000000-0000-0000-0000-000000000000", "1", "../../admin", "%00"):
        assert client.get(f"/b/{world.brand.slug}/posts/{pk}/").status_code == 404


# --- Queries ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("rows", [1, 3, 50])
def test_the_post_page_takes_sixteen_queries_however_much_is_on_it(rows, world):
    post = world.post()
    for _ in range(rows):
        code = world.code(post, NOW)
        mark_applied(uses=[Use(code, world.account()), Use(code)], **world.by)
        world.right(world.day(-9), world.day(9), post=post, approved_by=world.member())
        world.right(world.day(-9), creator=post.creator)
        world.flight(post, world.day(-1), world.day(9), buyer=world.member(), ad_account=world.account())
        record_stages(stages=[StageReached(post, Stage.POSTED, NOW)], **world.by)
    client = client_of(world.member())
    url = f"/b/{world.brand.slug}/posts/{post.pk}/"
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    assert len(captured) == 16
