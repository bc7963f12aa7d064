"""A message that tells very much: the most urgent in full, all the rest judged and counted."""

import pytest

from alerts.enums import DeliveryKind
from alerts.letters import write
from alerts.letters.groups import URGENCY, Group, group_by
from alerts.letters.lapses import Lapse
from alerts.models import Notice
from alerts.queries.outlines import outlines
from alerts.queries.standing import standing
from brands.enums import Role
from brands.models import Membership
from campaigns.operations.flights import pause_flights
from tests.alerts import scenes
from tests.alerts.letters.stage import Stage
from tests.world import DAY
from tests.world import NOW as SATURDAY

NOW = SATURDAY + 2 * DAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def stage(monkeypatch):
    monkeypatch.setattr("alerts.letters.telling.MOST_IN_FULL", 3)
    return Stage(now=NOW)


def everything(stage):
    """A lapse of every group but those that people took upon them."""
    apply, _ = stage.to_apply()
    return [
        stage.stops(),
        stage.stopped(),
        stage.pause_by(),
        stage.pause_now(),
        stage.pause_now(coded=False),
        stage.cannot_start(),
        apply,
    ]


def paused(stage, alert):
    pause_flights(flights=[alert.hits.get().flight], **stage.by)
    return alert


def test_outlines_say_what_is_said_in_full(stage):
    alerts = [*everything(stage), paused(stage, stage.stops())]
    full = {pk: found for pk, found in standing(alerts, now=NOW).items() if found.holds}
    short = outlines(alerts, now=NOW)
    assert short.keys() == full.keys() == {alert.pk for alert in alerts[:-1]}
    groups = set()
    for alert in alerts[:-1]:
        (hit,) = short[alert.pk]
        lapse = Lapse.of(full[alert.pk], viewer_zone="UTC", now=NOW)
        group = group_by(lapse.kind, fails=hit.fails, planned=not hit.is_live, halted=hit.is_halted)
        assert group is lapse.group
        assert hit.daily_spend == lapse.weight
        groups.add(group)
    assert groups == set(URGENCY) - {Group.WAITING}


@pytest.mark.parametrize("kind", [DeliveryKind.SUMMARY, DeliveryKind.MORNING])
def test_the_most_urgent_are_named_and_all_that_hold_are_counted_and_told(stage, kind):
    alerts = everything(stage)
    message = stage.message(
        stage.ana, *alerts, *(stage.stops(title=f"T{number}") for number in range(4)), kind=kind
    )
    unsaid = paused(stage, stage.stops(title="Paused"))
    gone = scenes.waiting(unsaid, stage.ana, "at_once", delivery=message)
    letter = write(message, now=NOW)
    assert letter.subject.startswith(
        "1 to pause now, 1 stopped, 1 without rights, 1 cannot start · Glow"
        if kind == DeliveryKind.SUMMARY
        else "1 to pause today, 1 stopped, 1 without rights"
    )
    assert "8 more" in letter.text
    assert "Get ready" not in letter.text
    assert "Night routine" in letter.text
    told = Notice.objects.filter(delivery=message).exclude(pk=gone.pk)
    assert set(letter.notices) == set(told.values_list("pk", flat=True))
    assert len(letter.notices) == len(alerts) + 4


def test_no_day_is_named_for_what_is_only_counted(stage):
    letter = stage.letter(
        stage.ana, *(stage.stops(title=f"T{number}") for number in range(5)), kind=DeliveryKind.SUMMARY
    )
    assert letter.subject == "5 stop · Glow Skincare"


def test_nothing_is_told_of_a_brand_in_which_the_reader_may_only_read(stage):
    message = stage.message(stage.ana, *everything(stage), kind=DeliveryKind.SUMMARY)
    Membership.objects.filter(user=stage.ana).update(role=Role.VIEWER)
    assert write(message, now=NOW) is None


def test_nothing_is_said_when_nothing_holds(stage):
    message = stage.message(stage.ana, *everything(stage), kind=DeliveryKind.SUMMARY)
    for flight in list(stage.q4.flights.all()):
        pause_flights(flights=[flight], **stage.by)
    assert write(message, now=NOW) is None
