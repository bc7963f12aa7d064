"""What channels are told when one pass raises many alerts: chats once, machines of each."""

from datetime import UTC, datetime

import pytest

from alerts.enums import DeliveryState, Outcome
from alerts.letters import write
from alerts.models import Alert, Delivery
from alerts.operations.messages import MANY_TO_A_CHAT, RAISED, RESOLVED, tell_channels
from alerts.operations.raising import raise_alerts
from alerts.queries.told import lapse_page
from campaigns.models import Flight
from campaigns.operations.flights import pause_flights
from sparktrack.core.ids import uuid7
from tests.alerts import scenes
from tests.alerts.letters.stage import Stage
from tests.world import DAY, World

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)


@pytest.fixture
def world():
    return World(now=NOON)


def webhook(world, **fields):
    return scenes.channel(world, kind="webhook", secret=b"sealed", **fields)


def raised(world, number, *, run, step=0):
    return [scenes.alert(world, run=run, step=step, lapses_at=NOON) for _ in range(number)]


def keys(deliveries, channel):
    return [(each.kind, each.key) for each in deliveries if each.channel == channel]


def test_many_of_one_pass_are_one_message_to_a_chat_and_each_one_to_a_webhook(world):
    chats = [scenes.channel(world, kind=kind) for kind in ("slack", "teams", "discord")]
    hook, run = webhook(world), uuid7()
    made = tell_channels(raised(world, MANY_TO_A_CHAT, run=run), event=RAISED, now=NOON)
    for chat in chats:
        assert keys(made, chat) == [("summary", f"run:{run}")]
    [summary] = [each for each in made if each.channel == chats[0]]
    assert (summary.event, summary.alert) == (RAISED, None)
    assert [kind for kind, _ in keys(made, hook)] == ["alert"] * MANY_TO_A_CHAT


def test_fewer_are_one_message_each_and_other_brands_and_passes_do_not_count(world):
    chat, run = scenes.channel(world, from_step=1), uuid7()
    other = World(now=NOON)
    scenes.channel(other)
    found = [
        *raised(world, MANY_TO_A_CHAT - 1, run=run),
        *raised(world, 1, run=run, step=3),  # not asked for
        *raised(world, 1, run=uuid7()),
        *raised(other, 1, run=run),
    ]
    made = tell_channels(found, event=RAISED, now=NOON)
    assert [kind for kind, _ in keys(made, chat)] == ["alert"] * MANY_TO_A_CHAT


def test_what_a_summary_speaks_of_is_neither_said_again_nor_settled_one_by_one(world):
    chat, run = scenes.channel(world), uuid7()
    found = raised(world, MANY_TO_A_CHAT, run=run)
    tell_channels(found, event=RAISED, now=NOON)
    assert tell_channels(found[:1], event=RAISED, now=NOON) == []  # it waits
    Delivery.objects.filter(channel=chat).update(state=DeliveryState.SENT, finished_at=NOON)
    assert tell_channels(found, event=RAISED, now=NOON) == []
    assert tell_channels(found, event=RESOLVED, now=NOON) == []


def test_a_summary_that_was_cancelled_unsent_is_due_again_when_they_hold_again(world):
    scenes.channel(world)
    found = raised(world, MANY_TO_A_CHAT, run=uuid7())
    [summary] = tell_channels(found, event=RAISED, now=NOON)
    Delivery.objects.filter(pk=summary.pk).update(state=DeliveryState.CANCELLED, finished_at=NOON)
    [again] = tell_channels(found, event=RAISED, now=NOON + DAY)
    assert (again.pk, again.state) == (summary.pk, DeliveryState.DUE)


@pytest.mark.parametrize(
    ("state", "outcome"),
    [(DeliveryState.SENT, Outcome.RESOLVED), (DeliveryState.DUE, Outcome.CANCELLED)],
)
def test_who_was_told_by_a_summary_was_told(state, outcome):
    """A pass finds many, the chat hears once, all of it is settled: that counts as said only if it was sent."""
    stage = Stage(now=NOON)
    chat = scenes.channel(stage)
    for number in range(MANY_TO_A_CHAT):
        stage.flown(stage.post(stage.maya, title=f"Post {number}", posted_at=NOON - 90 * DAY))
    raise_alerts(now=NOON)
    summary = Delivery.objects.get(channel=chat)
    letter = write(summary, now=NOON)
    assert letter is not None
    assert "http://127.0.0.1:8000/b/" in letter.text
    alert = Alert.objects.filter(closed_at=None).first()
    [step] = lapse_page(stage.brand, alert.pk, now=NOON).steps
    assert [told.delivery for told in step.told if told.channel == chat] == [summary]
    Delivery.objects.filter(pk=summary.pk).update(
        state=state, finished_at=NOON if state is DeliveryState.SENT else None
    )
    pause_flights(flights=Flight.objects.for_brand(stage.brand), **stage.by)
    raise_alerts(now=NOON + DAY / 24)
    alert.refresh_from_db()
    assert alert.outcome == outcome
    [step] = lapse_page(stage.brand, alert.pk, now=NOON).steps
    told = [told.delivery for told in step.told if told.channel == chat]
    assert told == ([summary] if state is DeliveryState.SENT else [])
    assert write(summary, now=NOON + DAY / 24) is None
