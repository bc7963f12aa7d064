"""What a preview of a move says is what comes of it."""

from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campaigns.models import Flight
from campaigns.moves import MoveBy, Shift
from campaigns.operations.flights import Move, move_flights, pause_flights
from campaigns.queries.board import board
from campaigns.sections import Choice
from tests.world import DAY, World
from workplace.queries.flights_move import Change, at_risk, flights_to_move, judged_as_they_are, move_preview

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    """Posts with a code that ends, rights that end, both, neither; an account far east of the brand."""
    world = World(time_zone="America/New_York")
    east = world.account(time_zone="Pacific/Auckland")
    posts = world.posts(4)
    world.code(posts[0], world.now - 5 * DAY, 30)
    world.right(world.day(-5), None, post=posts[0])
    world.code(posts[1], world.now, 60)
    world.right(world.day(-5), world.day(20), post=posts[1])
    world.code(posts[2], world.now + 10 * DAY, 365)
    world.right(world.day(-5), None, post=posts[2])
    for number, post in enumerate(posts):
        world.flight(post, world.day(3 + number), world.day(15 + 5 * number), ad_account=east)
        world.flight(post, world.day(-4), world.day(9) if number % 2 else None)
    pause_flights(flights=[Flight.objects.order_by("pk").first()], **world.by)
    return world


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    shift=st.one_of(
        st.builds(lambda days: (MoveBy.DAYS, days), st.integers(-30, 60)),
        st.builds(lambda day: (MoveBy.START, day), st.integers(0, 60)),
        st.builds(lambda day: (MoveBy.END, day), st.integers(-5, 90)),
    )
)
def test_after_the_move_every_verdict_and_all_money_is_as_the_preview_said(world, shift):
    by, number = shift
    wanted = Shift(by, number, (world.now + timedelta(number)).date())
    flights = flights_to_move(world.brand, ids=Flight.objects.values_list("pk", flat=True), now=world.now)
    with transaction.atomic():
        lines = move_preview(world.brand, flights, wanted, now=world.now)
        going = [line for line in lines if line.change is not Change.STAYS]
        moves = [Move(line.flight, line.moved.starts_on, line.moved.ends_on) for line in going]
        changed = move_flights(moves=moves, **world.by)
        assert {flight.pk for flight in changed} == {line.flight.pk for line in going}
        fresh = flights_to_move(world.brand, ids=[flight.pk for flight in flights], now=world.now)
        real = dict(
            zip(
                [flight.pk for flight in fresh],
                judged_as_they_are(world.brand, fresh, now=world.now),
                strict=True,
            )
        )
        assert real == {line.flight.pk: line.after for line in lines}
        found = board(Choice(world.brand), None, now=world.now)
        on_board = {line.flight_id: line for section in found.sections for line in section.lines}
        for line in lines:
            if shown := on_board.get(line.flight.pk):
                assert (shown.coverage, shown.at_risk) == (line.after.coverage, line.after.at_risk)
        assert at_risk(real.values()) == at_risk(line.after for line in lines)
        transaction.set_rollback(True)


def test_a_campaign_brings_its_flights_that_are_not_over(world):
    first = Flight.objects.order_by("pk").first()
    assert first is not None
    found = flights_to_move(world.brand, campaign=first.campaign_id, now=world.now)
    assert [flight.pk for flight in found] == [first.pk]
    assert flights_to_move(world.brand, campaign=first.campaign_id, now=world.now + 99 * DAY) == []
    assert flights_to_move(World().brand, ids=[first.pk], now=world.now) == []
