"""Several passes at once, each in a thread with a connection of its own: one alert, one notice, one message."""

from datetime import timedelta

import pytest

from alerts.models import Alert, AlertFlight, Delivery, Notice
from alerts.operations.raising import Raised, raise_alerts
from brands.enums import Role
from campaigns.models import Flight
from campaigns.operations.flights import pause_flights, resume_flights
from tests.campaigns.scenes import many_flights
from tests.concurrency.crowd import at_once, no_errors
from tests.world import DAY, NOW, World

pytestmark = pytest.mark.django_db(transaction=True)

FLIGHTS = 40
LATER = NOW + 54 * DAY


@pytest.fixture
def world():
    world = World()
    world.buyer, world.boss = world.member(Role.BUYER), world.member(Role.ADMIN)
    # At LATER every second one has stopped, the others lapse in six days.
    many_flights(
        world,
        [f"Post {number}" for number in range(FLIGHTS)],
        code_days=lambda place: 60 * (place % 2),
        buyer=world.buyer,
    )
    return world


def counts():
    """How many rows of each kind there are."""
    return {model.__name__: model.objects.count() for model in (Alert, AlertFlight, Notice, Delivery)}


def passes(number, now):
    """So many passes that start together; their sum."""
    answers = at_once(*[lambda: raise_alerts(now=now)] * number)
    assert no_errors(answers)
    return sum(answers, start=Raised())


@pytest.mark.parametrize("raisers", [2, 10])
def test_raisers_at_a_barrier_make_the_rows_that_are_due(raisers, world):
    made = passes(raisers, LATER)
    assert raise_alerts(now=LATER) == Raised()
    # Stopped: buyer and admin, in one mail each; the rest waits for a morning of the buyer.
    assert counts() == {"Alert": FLIGHTS, "AlertFlight": FLIGHTS, "Notice": FLIGHTS * 3 // 2, "Delivery": 2}
    assert (made.raised, made.notices) == (FLIGHTS, FLIGHTS * 3 // 2)
    assert Delivery.objects.filter(kind="summary", notices__isnull=False).distinct().count() == 2


def test_ten_raisers_after_three_days_down_raise_one_step_and_close_the_one_before(world):
    raise_alerts(now=LATER)
    before = counts()
    now = LATER + 3 * DAY + timedelta(hours=1)
    made = passes(10, now)
    assert (made.raised, made.superseded) == (FLIGHTS // 2, FLIGHTS // 2)
    assert counts()["Alert"] == before["Alert"] + made.raised
    assert Alert.objects.filter(closed_at=None).count() == FLIGHTS
    assert raise_alerts(now=now) == Raised()


def test_raisers_while_people_pause_and_resume_end_where_the_flights_do(world):
    flights = list(Flight.objects.order_by("pk"))
    half = flights[: FLIGHTS // 2]

    def people():
        for _ in range(3):
            pause_flights(flights=half, **world.by)
            resume_flights(flights=half, **world.by)
        pause_flights(flights=half, **world.by)

    answers = at_once(people, *[lambda: [raise_alerts(now=LATER) for _ in range(4)]] * 3)
    assert no_errors(answers)
    raise_alerts(now=LATER)
    hit = set(AlertFlight.objects.filter(alert__closed_at=None).values_list("flight", flat=True))
    assert hit == {flight.pk for flight in flights[FLIGHTS // 2 :]}
    assert raise_alerts(now=LATER) == Raised()
