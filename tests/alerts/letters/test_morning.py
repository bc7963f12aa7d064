"""The one mail of a morning: what is new, what rides along, in which order, and how its subject counts."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alerts.enums import DeliveryKind, DeliveryState, Form
from alerts.letters import write
from alerts.operations.saying import acknowledge, snooze
from brands.enums import Role
from brands.models import Membership
from campaigns.operations.flights import pause_flights
from sparktrack.core.actors import Actor, ActorKind
from tests.alerts import scenes
from tests.alerts.letters.stage import Stage
from tests.world import DAY
from tests.world import NOW as SATURDAY

NOW = SATURDAY + 2 * DAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def stage():
    return Stage(now=NOW)


def by(stage, user):
    return {
        "brand": stage.brand,
        "by": user,
        "now": NOW,
        "actor": Actor(ActorKind.USER, id=str(user.pk), label=user.email),
    }


def test_sections_come_most_urgent_first_and_the_subject_counts_them(stage):
    alerts = [stage.stops(), stage.pause_now(), stage.pause_by(), stage.cannot_start(), stage.stopped()]
    letter = stage.morning(stage.ana, *alerts)
    assert letter.subject == "1 to pause today, 1 stopped, 1 cannot start"
    heads = ["PAUSE TODAY", "STOPPED", "CANNOT START", "STOPS", "PAUSE BY"]
    places = [letter.text.index(head) for head in heads]
    assert places == sorted(places)
    assert "The morning of Mon 23 Nov. Clock times are those of Europe/Berlin." in letter.text
    assert "This is your one mail of the morning, over all your brands." in letter.text


def test_the_subject_says_by_when(stage):
    alerts = [stage.stops(title="A"), stage.stops(title="B"), stage.pause_now(), stage.pause_by(days=0)]
    assert stage.morning(stage.ana, *alerts).subject == "2 to pause today, 2 stop by Saturday"


def test_rights_are_counted_by_their_last_day(stage):
    # In Berlin they end on Friday morning; their last day is Thursday.
    letter = stage.morning(stage.ana, stage.pause_by(), stage.pause_by(days=2))
    assert letter.subject == "2 to pause by Thursday"


def test_a_single_line_is_its_own_subject(stage):
    assert stage.morning(stage.ana, stage.stops()).subject.startswith(
        "Stops Sat 28 Nov 12:05: Morning routine"
    )


def test_far_warnings_name_the_date(stage):
    def far(title):
        post = stage.ready(title)
        code = stage.code(post, NOW - 10 * DAY, 30)
        flight = stage.flown(post)
        return scenes.alert(stage, flight, lapses_at=code.expires_at, step=30)

    letter = stage.morning(stage.ana, far("A"), far("B"))
    assert letter.subject == "2 stop by Sun 13 Dec"


def test_rights_whose_last_day_is_today_are_paused_today(stage):
    letter = stage.morning(stage.ana, stage.pause_by(days=0), stage.stops())
    assert "PAUSE TODAY" in letter.text
    assert "Rights end Mon 23 Nov: pause it that day" in letter.text


def test_lines_name_the_brand_only_for_people_of_several(stage):
    alert = stage.stops()
    assert "Glow Skincare ·" not in stage.morning(stage.ana, alert).text.partition("STOPS")[2]
    other = Stage(now=NOW, name="Second brand")
    Membership.objects.create(user=stage.ana, brand=other.brand, role=Role.BUYER, created_at=NOW)
    theirs = other.stops(title="Theirs")
    scenes.closed(alert, NOW)
    again = stage.stops(title="Again")
    letter = stage.morning(stage.ana, again, theirs)
    assert "Glow Skincare · Q4 Glow, Glow US" in letter.text
    assert "Second brand · Q4 Glow, Glow US" in letter.text


# --- What rides along ------------------------------------------------------------------------------------------
def test_what_stands_rides_along_but_never_makes_a_mail(stage):
    scenes.told(stage.stops(title="Standing"), stage.ana)
    assert "Standing" in stage.morning(stage.ana, stage.cannot_start()).text
    paused = stage.pause_by()
    message = stage.message(stage.ana, paused, kind=DeliveryKind.MORNING)
    pause_flights(flights=[paused.hits.get().flight], **stage.by)
    assert write(message, now=NOW) is None


def test_at_the_weekend_nothing_rides_along():
    stage = Stage(now=SATURDAY)
    scenes.told(stage.stops(title="Standing"), stage.ana)
    scenes.message(stage.ana, stage.now - DAY / 2, state=DeliveryState.FAILED)
    letter = stage.morning(stage.ana, stage.pause_now())
    assert letter.subject.startswith("Pause now: What I eat")
    assert "Standing" not in letter.text
    assert "did not arrive" not in letter.text


def test_what_others_were_told_or_lies_far_ahead_does_not_ride_along(stage):
    scenes.told(stage.stops(title="Of Jonas"), stage.jonas)
    post = stage.ready("Far ahead")
    code = stage.code(post, NOW - 10 * DAY, 30)
    scenes.told(scenes.alert(stage, stage.flown(post), lapses_at=code.expires_at, step=30), stage.ana)
    text = stage.morning(stage.ana, stage.cannot_start()).text
    assert "Of Jonas" not in text
    assert "Far ahead" not in text


def test_what_somebody_is_at_waits_for_creators(stage):
    taken, put_off = stage.stops(title="Taken", step=7), stage.stops(title="Put off", step=7)
    for alert in (taken, put_off):
        scenes.told(alert, stage.ana)
    acknowledge(alerts=[taken], **by(stage, stage.jonas))
    snooze(alerts=[put_off], until=NOW + DAY, reason="She is\n travelling", **by(stage, stage.ana))
    letter = stage.morning(stage.ana, stage.cannot_start())
    waiting = letter.text.partition("WAITING FOR CREATORS")[2]
    assert "code ends. Jonas is on it" in waiting
    assert "Put off until Tue 24 Nov: She is travelling" in waiting
    # They are not counted among what is to be done.
    assert letter.subject.startswith("Cannot start Fri 27 Nov")


def test_on_its_last_day_nothing_waits(stage):
    last = stage.stops(title="Last day", step=1)
    last.acknowledged_at, last.acknowledged_by = NOW, stage.jonas
    last.save()
    assert "WAITING" not in stage.morning(stage.ana, last).text


def test_what_was_settled_is_said_once(stage):
    def settled(title, at, user=None, **fields):
        post = stage.ready(title)
        stage.code(post, NOW - DAY, 60)
        flight = stage.flown(post, **fields)
        alert = scenes.alert(stage, flight, lapses_at=NOW + DAY, step=3, raised_at=NOW - 6 * DAY)
        scenes.told(alert, user or stage.ana)
        scenes.closed(alert, at)
        return flight

    settled("Renewed", NOW - timedelta(hours=3))
    pause_flights(flights=[settled("Stands still", NOW - timedelta(hours=2))], **stage.by)
    settled("Shortened", NOW - timedelta(hours=2), last=0)
    settled("Before last morning", NOW - 2 * DAY)
    settled("Of Jonas", NOW - timedelta(hours=3), user=stage.jonas)
    moved = settled("Moved", NOW - timedelta(hours=2))
    scenes.alert(stage, moved, lapses_at=NOW + 2 * DAY)
    scenes.message(stage.ana, NOW - DAY, kind=DeliveryKind.MORNING)
    text = stage.morning(stage.ana, stage.stops()).text.partition("SETTLED")[2]
    said = dict(zip(text.splitlines()[1:], text.splitlines()[2:], strict=False))
    assert said["- Renewed @maya.glow"].strip() == "The code is renewed"
    assert said["- Stands still @maya.glow"].strip() == "The flight is paused"
    assert said["- Shortened @maya.glow"].strip() == "The flight ends before it"
    assert "Moved" not in text  # It lapses at another instant: that is another line.
    assert "Before last morning" not in text
    assert "Of Jonas" not in text


def test_messages_that_did_not_arrive_are_counted(stage):
    scenes.message(stage.ana, NOW - DAY / 2, state=DeliveryState.FAILED)
    scenes.message(stage.jonas, NOW - DAY / 2, state=DeliveryState.FAILED)
    scenes.message(stage.ana, NOW - DAY / 2, state=DeliveryState.CANCELLED)
    assert "1 message to you did not arrive" in stage.morning(stage.ana, stage.stops()).text


def test_the_number_of_queries_does_not_grow(stage):
    def queries(*alerts):
        message = stage.message(stage.ana, *alerts, kind=DeliveryKind.MORNING, form=Form.ROUND)
        with CaptureQueriesContext(connection) as captured:
            write(message, now=NOW)
        return len(captured)

    scenes.told(stage.stops(title="Standing"), stage.ana)
    one = queries(stage.stops(title="One"))
    many = queries(*(stage.stops(title=f"T{number}", daily_spend=Decimal(number)) for number in range(4)))
    assert one == many <= 18
