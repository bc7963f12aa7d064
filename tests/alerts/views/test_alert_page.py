"""The page of a lapse: who was told and how it fared, its steps, its flights."""

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alerts.enums import AttemptOutcome, DeliveryState, Form, Outcome
from alerts.models import Notice
from alerts.operations.saying import acknowledge, snooze
from brands.enums import Role
from tests.alerts import scenes
from tests.alerts.pagedesk import flight_of, opened, show, words
from tests.campaigns.scenes import stops
from tests.world import DAY, NOW, World, client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    with time_machine.travel(NOW, tick=False):
        yield World(name="Northbeam", time_zone="America/New_York")


@pytest.fixture
def mara(world):
    return world.member(Role.MANAGER, full_name="Mara Okafor", time_zone="Europe/Berlin")


@pytest.fixture
def jonas(world):
    return world.member(Role.BUYER, full_name="Jonas Weber")


@pytest.fixture
def client(world, jonas):
    return client_of(jonas)


def test_every_attempt_to_tell_somebody_is_there_with_its_outcome(world, mara, jonas, client):
    flight = flight_of(world, mara, jonas)
    row = scenes.alert(world, flight, step=0, lapses_at=world.now)
    delivery = scenes.message(mara, world.now, subject="ZQ7 of another brand", message=None)
    scenes.waiting(row, mara, Form.AT_ONCE, delivery=delivery)
    scenes.tried(delivery, AttemptOutcome.DEFERRED, "451 4.7.1 greylisted")
    scenes.tried(delivery, None)
    scenes.tried(delivery, answer="250 2.0.0 queued")
    refused = scenes.message(jonas, world.now, state=DeliveryState.FAILED, problem="550 no such user")
    scenes.waiting(row, jonas, Form.AT_ONCE, delivery=refused)
    scenes.tried(refused, AttemptOutcome.REFUSED, "550 no such user")
    room = scenes.message(scenes.channel(world, "Launches"), world.now, alert=row, event="alert.raised")
    scenes.tried(room, answer="200")
    said = words(opened(client, world, row))
    for part in (
        "Mara Okafor mail at once accepted Sat 21 Nov, 09:05 EST",
        "deferred, tried again 451 4.7.1 greylisted",
        "cut short: nobody knows whether it arrived",
        "accepted 250 2.0.0 queued",
        "Jonas Weber mail at once not delivered",
        "refused 550 no such user",
        "Launches Slack accepted",
        f"{mara.email}",
        "3 attempts",
    ):
        assert part in said
    assert "ZQ7" not in said


def test_an_attempt_under_way_is_not_called_cut_short(world, mara, client):
    row = scenes.alert(world, stops(world), step=0)
    delivery = scenes.message(mara, world.now, state=DeliveryState.SENDING)
    scenes.waiting(row, mara, Form.AT_ONCE, delivery=delivery)
    scenes.tried(delivery, None)
    assert "under way" in words(opened(client, world, row))


def test_viewers_see_who_was_told_but_no_address_and_no_answer(world, mara, client):
    viewer = client_of(world.member(Role.VIEWER))
    row = scenes.alert(world, stops(world))
    delivery = scenes.message(mara, world.now, problem=f"550 <{mara.email}>", state=DeliveryState.FAILED)
    scenes.waiting(row, mara, delivery=delivery)
    scenes.tried(delivery, AttemptOutcome.REFUSED, f"550 <{mara.email}>")
    said = words(opened(viewer, world, row))
    assert "Mara Okafor" in said
    assert mara.email not in said
    assert "550" not in said
    assert "I have it" not in said
    assert mara.email in words(opened(client, world, row))


def test_what_waits_says_for_whose_morning(world, mara, jonas, client):
    row = scenes.alert(world, flight_of(world, mara, jonas))
    scenes.waiting(row, mara)
    scenes.waiting(row, mara, Form.DIGEST, repeat_on=world.day(1))
    said = words(opened(client, world, row))
    # Sat 21 Nov in New York and Berlin: the next working morning is Monday, 8:00 of her own clock.
    assert "Mara Okafor morning mail waits until Mara's morning, Mon 23 Nov, 02:00 EST" in said
    assert "line of the morning mail, again waits" in said
    assert "Sun 22 Nov, 02:00 EST" in said


def test_all_steps_of_the_lapse_are_told_and_those_to_come(world, mara, jonas, client):
    flight = flight_of(world, mara, jonas)
    early = scenes.alert(world, flight, step=14, raised_at=world.now - 9 * DAY)
    scenes.told(early, mara, Form.DIGEST)
    scenes.closed(early, world.now, Outcome.SUPERSEDED)
    skipped = scenes.closed(scenes.alert(world, flight, step=30), world.now, Outcome.SKIPPED)
    newest = scenes.alert(world, flight, step=7)
    for asked in (early, newest, skipped):
        said = words(opened(client, world, asked))
        assert said.index("7 days before ·") < said.index("14 days before ·")
        assert "30 days before" not in said
        assert "Mon 23 Nov, 09:05 EST 3 days before: in the morning mail" in said
        assert "Wed 25 Nov, 09:05 EST 1 day before: to buyer and manager" in said
        assert "Thu 26 Nov, 09:05 EST at the lapse: at once" in said


def test_quiet_steps_are_not_among_those_to_come(world, mara, jonas, client):
    row = scenes.alert(world, flight_of(world, mara, jonas), step=7)
    acknowledge(alerts=[row], by=mara, **world.by)
    said = words(opened(client, world, row))
    assert "3 days before:" not in said
    assert "1 day before:" in said
    snooze(alerts=[row], until=world.now + 3 * DAY, reason="Soon", by=mara, **world.by)
    said = words(opened(client, world, row))
    assert "3 days before:" not in said
    assert "1 day before:" in said


def test_the_page_of_a_closed_one_and_of_one_without_flights(world, mara, jonas, client):
    flight = flight_of(world, mara, jonas, title="Morning routine")
    row = scenes.closed(scenes.alert(world, flight), world.now)
    said = words(opened(client, world, row))
    assert "Resolved" in said
    assert "Open it again" not in said
    lone = scenes.alert(world, lapses_at=world.now + 6 * DAY)
    assert "The flights that it hit were deleted." in words(opened(client, world, lone))
    assert show(client, world).status_code == 200


def test_the_page_of_a_lapse_takes_the_same_queries_however_much_was_said(world, mara, jonas, client):
    row = scenes.alert(world, flight_of(world, mara, jonas), step=0, lapses_at=world.now)

    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert opened(client, world, row).status_code == 200
        return len(captured)

    scenes.told(row, mara)
    scenes.waiting(row, jonas)
    acknowledge(alerts=[row], by=mara, **world.by)
    queries()
    few = queries()
    for days in range(1, 4):
        delivery = scenes.message(mara, world.now)
        scenes.tried(delivery)
        Notice.objects.create(
            brand=world.brand,
            alert=row,
            user=mara,
            form="round",
            repeat_on=world.day(days),
            delivery=delivery,
            created_at=world.now,
        )
    assert queries() == few
    assert few <= 22
