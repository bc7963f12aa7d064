"""Undo puts back what stood there, to the instant."""

from dataclasses import replace
from datetime import timedelta

import pytest

from brands.rules import Action
from campaigns.operations.flights import (
    end_flights,
    pause_flights,
    reopen_flights,
    resume_flights,
)
from tests.world import DAY, NOW, World
from workplace.operations.undo import NothingToUndoError, undo_change

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(hours=3)


@pytest.fixture
def world():
    return World()


def by(world, now, change=""):
    return {"brand": world.brand, "now": now, "actor": replace(world.actor, id="u1", request_id=change)}


@pytest.mark.parametrize(
    ("before", "click", "field"),
    [
        (pause_flights, resume_flights, "paused_at"),
        (end_flights, reopen_flights, "ended_at"),
        (None, pause_flights, "paused_at"),
        (None, end_flights, "ended_at"),
    ],
)
def test_a_flight_is_paused_or_ended_since_when_it_was(world, before, click, field):
    flight = world.flight(world.post(), world.day(-5), world.day(5))
    if before:
        before(flights=[flight], **by(world, NOW - 2 * DAY))
    flight.refresh_from_db()
    stood = getattr(flight, field)
    click(flights=[flight], **by(world, NOW, "change-1"))
    flight.refresh_from_db()
    assert getattr(flight, field) != stood
    undo_change(change="change-1", allowed=frozenset(Action), **by(world, LATER))
    flight.refresh_from_db()
    assert getattr(flight, field) == stood


def test_who_may_not_do_it_any_more_does_not_take_it_back(world):
    flight = world.flight(world.post(), world.day(-5), world.day(5))
    pause_flights(flights=[flight], **by(world, NOW, "change-1"))
    with pytest.raises(NothingToUndoError):
        undo_change(change="change-1", allowed=frozenset({Action.VIEW}), **by(world, LATER))
    flight.refresh_from_db()
    assert flight.paused_at == NOW
