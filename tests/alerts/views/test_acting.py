"""What people say of alerts, and do about them, on their pages."""

import re
from datetime import timedelta

import pytest
import time_machine

from alerts.enums import AlertKind, Outcome
from alerts.models import Alert
from brands.enums import Role
from campaigns.models import Flight
from tests.alerts import scenes
from tests.alerts.pagedesk import flight_of, opened, send, show, words
from tests.campaigns.scenes import ready_post, stops
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


def test_nothing_chosen_and_what_is_not_there_changes_nothing(world, client):
    other = World()
    foreign = scenes.alert(other, stops(other))
    for chosen in ([], [str(foreign.pk)], ["x", "\0"]):
        answer = send(client, "alerts-acknowledge", world, alert=chosen)
        assert "Nothing was chosen." in words(client.get(answer["Location"]))
    assert not Alert.objects.exclude(acknowledged_at=None).exists()


def test_a_lapse_is_snoozed_until_a_day_with_a_reason_and_opened_again(world, jonas, client):
    row = scenes.alert(world, stops(world), lapses_at=world.now + 9 * DAY)
    answer = send(
        client, "alert-snooze", world, row.pk, until="2026-11-25", reason="Contract at the lawyer's"
    )
    assert answer.status_code == 302
    row.refresh_from_db()
    assert row.snoozed_until.isoformat() == "2026-11-25T05:00:00+00:00"  # that day's begin in New York
    said = words(client.get(answer["Location"]))
    assert "Snoozed to Wed 25 Nov by Jonas Weber: Contract at the lawyer's" in said
    assert "Snoozed: Contract at the lawyer's Jonas Weber" in said
    send(client, "alerts-reopen", world, alert=row.pk)
    row.refresh_from_db()
    assert row.snoozed_until is None


@pytest.mark.parametrize(
    ("until", "reason", "said"),
    [
        ("2026-11-25", "", "Say why it can wait"),
        ("2026-11-21", "Soon", "still to come"),
        ("2026-11-30", "Soon", "take Sun 29 Nov or earlier"),
        ("x", "Soon", "Enter a valid date"),
    ],
)
def test_a_snooze_that_cannot_be_is_refused_beside_the_field(until, reason, said, world, client):
    row = scenes.alert(world, stops(world), lapses_at=world.now + 9 * DAY)
    answer = send(client, "alert-snooze", world, row.pk, until=until, reason=reason)
    assert answer.status_code == 422
    assert said in words(answer)
    assert f'value="{until}"' in answer.content.decode()
    row.refresh_from_db()
    assert row.snoozed_until is None


def test_on_the_last_day_nothing_is_put_off(world, client):
    row = scenes.alert(world, stops(world), step=1, lapses_at=world.now + DAY)
    assert "Snooze" not in words(opened(client, world, row)).replace("Snoozed", "")
    answer = send(client, "alert-snooze", world, row.pk, until="2026-11-22", reason="Soon")
    assert answer.status_code == 422


def test_paused_in_ads_manager_is_noted_for_all_flights_that_run_without_rights(world, mara, jonas, client):
    post = ready_post(world, rights_days=-3)
    flights = [world.flight(post, world.day(-10), world.day(20)) for _ in range(2)]
    row = scenes.alert(world, *flights, kind=AlertKind.RIGHTS, lapses_at=world.now - 3 * DAY, step=0)
    page = opened(client, world, row)
    assert "All 2 are paused in Ads Manager" in words(page)
    assert "Every morning until it is paused" in words(page)
    named = re.findall(r'name="flight" value="([^"]+)"', page.content.decode())
    answer = send(client, "alert-paused", world, row.pk, flight=named)
    assert "Noted: paused in Ads Manager." in words(client.get(answer["Location"]))
    assert Flight.objects.filter(paused_at=NOW).count() == 2
    # A second press, or a flight that is none of it, does nothing.
    answer = send(client, "alert-paused", world, row.pk, flight=named)
    assert "Nothing was chosen." in words(client.get(answer["Location"]))


def test_viewers_may_say_nothing(world):
    viewer = client_of(world.member(Role.VIEWER))
    row = scenes.alert(world, stops(world), lapses_at=world.now + 9 * DAY)
    assert send(viewer, "alerts-acknowledge", world, alert=row.pk).status_code == 403
    assert send(viewer, "alert-snooze", world, row.pk, until="2026-11-25", reason="x").status_code == 403
    page = show(viewer, world).content.decode()
    assert 'type="checkbox"' not in page


def test_what_is_said_of_an_old_step_goes_to_the_open_one(world, mara, jonas, client):
    flight = flight_of(world, mara, jonas)
    old = scenes.closed(scenes.alert(world, flight, step=7), world.now, Outcome.SUPERSEDED)
    new = scenes.alert(world, flight, step=3, raised_at=world.now + timedelta(seconds=1))
    send(client, "alert-snooze", world, old.pk, until="2026-11-24", reason="Soon")
    new.refresh_from_db()
    assert new.snooze_reason == "Soon"
