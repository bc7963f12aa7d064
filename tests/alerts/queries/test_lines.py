"""Whose move a lapse is, and the states in which it can be."""

import pytest

from alerts.enums import AlertKind, AlertState
from alerts.models import Alert
from alerts.queries.lines import alert_lines, is_in, state_of
from brands.enums import Role
from brands.models import Membership
from campaigns.models import Campaign
from tests.alerts import scenes
from tests.campaigns.scenes import ready_post
from tests.world import DAY, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return World()


@pytest.fixture
def people(world):
    """Manager of the creator, buyer of the flight, buyer of its campaign."""
    return [
        world.member(role, full_name=name)
        for role, name in ((Role.MANAGER, "Mara"), (Role.BUYER, "Jonas"), (Role.BUYER, "Ana"))
    ]


@pytest.fixture
def flight(world, people):
    mara, jonas, ana = people
    campaign = world.campaign()
    Campaign.objects.update(buyer=ana)
    post = ready_post(world, code_days=5, creator=world.creator(details={"manager": mara}))
    return world.flight(post, world.day(-1), world.day(20), buyer=jonas, campaign=campaign)


def mover(world, row):
    (line,) = alert_lines([row], [world.brand], now=world.now)
    return line.mover.full_name if line.mover else None


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        (AlertKind.CODE, ["Mara", "Jonas", "Ana", None]),
        (AlertKind.RIGHTS, ["Mara", "Jonas", "Ana", None]),
        (AlertKind.POST, ["Mara", "Jonas", "Ana", None]),
        (AlertKind.APPLY, ["Jonas", "Ana", "Mara", None]),
    ],
)
def test_whose_move_it_is_falls_to_the_next_when_somebody_left(kind, names, world, flight):
    row = scenes.alert(world, flight, kind=kind)
    for name in names:
        assert mover(world, row) == name
        Membership.objects.filter(user__full_name=name).delete()


def test_while_somebody_is_away_it_is_their_deputys_move(world, people, flight):
    mara, jonas, _ = people
    Membership.objects.filter(user=mara).update(
        deputy=jonas, deputy_from=world.day(-1), deputy_until=world.day(0)
    )
    assert mover(world, scenes.alert(world, flight)) == "Jonas"


def test_the_states_of_pages_and_of_lists_are_the_same(world, flight):
    now, later = world.now, world.now + DAY
    rows = [
        scenes.alert(world, flight, lapses_at=world.now + (3 + number) * DAY, **fields)
        for number, fields in enumerate(
            [
                {},
                {"acknowledged_at": now},
                {"snoozed_until": later},
                {"snoozed_until": now},
                {"acknowledged_at": now, "snoozed_until": later},
                {"acknowledged_at": now, "snoozed_until": now},
            ]
        )
    ]
    rows.append(scenes.closed(scenes.alert(world, flight, acknowledged_at=now, kind=AlertKind.POST), now))
    for row in rows:
        states = [state for state in AlertState if Alert.objects.filter(is_in(state, now=now), pk=row.pk)]
        assert states == [state_of(row, now=now)]
    assert [state_of(row, now=now).value for row in rows] == [
        "open",
        "acknowledged",
        "snoozed",
        "open",
        "snoozed",
        "acknowledged",
        "closed",
    ]


def test_flights_that_go_on_are_named_before_paused_and_ended_ones(world, people):
    post = ready_post(world, code_days=5)
    flights = [world.flight(post, world.day(-number), world.day(20)) for number in range(1, 8)]
    for flight, field in zip(flights, ["ended_at", "paused_at"], strict=False):
        type(flight).objects.filter(pk=flight.pk).update(**{field: world.now})
    row = scenes.alert(world, *flights)
    (line,) = alert_lines([row], [world.brand], now=world.now)
    assert [each.flight.pk for each in line.lines] == [flight.pk for flight in reversed(flights[2:])]
    assert (line.hits, line.more) == (7, 2)
    (line,) = alert_lines([row], [world.brand], now=world.now, flights=50)
    assert [each.flight.pk for each in line.lines][-2:] == [flights[1].pk, flights[0].pk]
    assert [money.amount for money in line.a_day] == [500]
