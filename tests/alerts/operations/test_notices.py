"""Who gets a notice of an alert, in which form, and in which message."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alerts.enums import AlertKind, DeliveryKind, DeliveryState, Form, Wish
from alerts.models import AlertWish, Delivery, MorningHour, Notice
from alerts.operations.messages import RESOLVED, make_deliveries, tell_channels
from alerts.operations.notices import HitFlight, RaisedAlert, notices_for, store_notices
from brands.enums import Role
from brands.models import Membership, User
from sparktrack.core.ids import uuid7
from tests.alerts import scenes
from tests.factories import MembershipFactory
from tests.world import DAY, World

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
TICK = timedelta(microseconds=1)
# A Wednesday, noon in UTC: the morning (8 o'clock) of that day was made, the next one is Thursday's.
NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)
THURSDAY = datetime(2026, 11, 19, 8, tzinfo=UTC)
# The last day before the lapse as the round of Thursday tells it.
FRIDAY = THURSDAY + DAY
SUPERSEDED = {"closed_at": NOON, "outcome": "superseded"}


@pytest.fixture
def world():
    world = World(now=NOON)
    scenes.mornings_made(NOON)
    return world


@pytest.fixture
def buyer(world):
    return world.member(Role.BUYER)


@pytest.fixture
def manager(world):
    return world.member(Role.MANAGER)


@pytest.fixture
def admin(world):
    return world.member(Role.ADMIN)


def raised(world, *, buyer=None, campaign_buyer=None, manager=None, step=3, lapses_at=None, **fields):
    """An alert and one flight that it hits, with the people who answer for it."""
    if lapses_at is None:
        lapses_at = world.now + step * DAY
    fields = {"subject_id": uuid7(), **fields}
    alert = scenes.alert(world, step=step, lapses_at=lapses_at, **fields)
    ids = (person.pk if person else None for person in (buyer, campaign_buyer, manager))
    return RaisedAlert(alert, [HitFlight(uuid7(), *ids)])


def told(world, *found):
    """Person and form of each notice."""
    notices = notices_for(found, now=world.now)
    people = User.objects.in_bulk({notice.user_id for notice in notices})
    return {(people[notice.user_id], Form(notice.form)) for notice in notices}


def passed(world, *found, run=None, **options):
    """What a pass stores for these alerts: the messages."""
    notices = notices_for(found, now=world.now)
    deliveries = make_deliveries(notices, run=run or uuid7(), now=world.now, **options)
    store_notices(notices)
    return deliveries


def as_on_file(found):
    """The same alert as a later pass finds it."""
    found.alert.refresh_from_db()
    return found


# --- to whom ------------------------------------------------------------------------------------------------------
def test_a_line_of_the_managers_digest_then_the_round_of_all_then_at_once_to_all(
    world, buyer, manager, admin
):
    people = {"buyer": buyer, "manager": manager}
    for step in (30, 14, 7):
        assert told(world, raised(world, step=step, **people)) == {(manager, Form.DIGEST)}
    assert told(world, raised(world, step=3, **people)) == {(manager, Form.ROUND)}
    everybody = {buyer, manager, admin}
    assert told(world, raised(world, step=1, lapses_at=FRIDAY, **people)) == {
        (each, Form.ROUND) for each in everybody
    }
    for step in (0, -1):
        assert told(world, raised(world, step=step, **people)) == {(each, Form.AT_ONCE) for each in everybody}


def test_who_left_the_brand_or_is_inactive_is_passed_over(world, buyer, manager, admin):
    hit = raised(world, buyer=buyer, manager=manager, step=14)
    Membership.objects.filter(user=manager).delete()
    assert told(world, hit) == {(buyer, Form.DIGEST)}
    buyer.is_active = False
    buyer.save()
    assert told(world, hit) == {(admin, Form.DIGEST)}


def test_nobody_of_another_brand_hears(world, manager, admin):
    other = World(now=NOON)
    assert told(world, raised(world, buyer=other.member(Role.BUYER), manager=None)) == {(admin, Form.ROUND)}


def test_days_of_absence_are_days_of_the_brand(world, manager, admin):
    """Noon in UTC on the 18th is two in the morning of the 19th on Kiritimati."""
    world.brand.time_zone = "Pacific/Kiritimati"
    world.brand.save()
    hit = raised(world, manager=manager, step=14)
    for day, heard in ((date(2026, 11, 18), manager), (date(2026, 11, 19), admin)):
        Membership.objects.filter(user=manager).update(deputy=admin, deputy_from=day, deputy_until=day)
        assert told(world, hit) == {(heard, Form.DIGEST)}


def test_admins_hear_on_the_last_day_unless_a_wider_step_was_acknowledged(world, manager, admin):
    last = raised(world, manager=manager, step=1, lapses_at=FRIDAY)
    wider = scenes.alert(
        world, step=3, subject_id=last.alert.subject_id, lapses_at=last.alert.lapses_at, **SUPERSEDED
    )
    assert told(world, last) == {(manager, Form.ROUND), (admin, Form.ROUND)}
    wider.acknowledged_at = NOON - DAY
    wider.save()
    assert told(world, last) == {(manager, Form.ROUND)}


# --- when ---------------------------------------------------------------------------------------------------------
def test_a_late_warning_waits_for_the_next_working_morning_if_that_is_twelve_hours_before(world, manager):
    early_enough = THURSDAY + 12 * HOUR
    assert told(world, raised(world, manager=manager, step=1, lapses_at=early_enough)) == {
        (manager, Form.ROUND)
    }
    too_early = early_enough - TICK
    assert told(world, raised(world, manager=manager, step=1, lapses_at=too_early)) == {
        (manager, Form.AT_ONCE)
    }


def test_a_warning_on_friday_for_sunday_goes_at_once(world, manager):
    world.now = datetime(2026, 11, 20, 12, tzinfo=UTC)
    scenes.mornings_made(world.now)
    sunday, monday_evening = world.now + 2 * DAY, datetime(2026, 11, 23, 20, tzinfo=UTC)
    assert told(world, raised(world, manager=manager, lapses_at=sunday)) == {(manager, Form.AT_ONCE)}
    assert told(world, raised(world, manager=manager, lapses_at=monday_evening)) == {(manager, Form.ROUND)}


def test_what_is_raised_in_a_persons_morning_is_told_in_it_however_late(world, manager):
    """8:00: the morning of this pass has begun and is not made yet."""
    world.now = THURSDAY
    assert told(world, raised(world, manager=manager, step=1, lapses_at=THURSDAY + HOUR)) == {
        (manager, Form.ROUND)
    }
    scenes.message(manager, THURSDAY, kind=DeliveryKind.MORNING, key="morning:2026-11-19")
    assert told(world, raised(world, manager=manager, step=1, lapses_at=THURSDAY + HOUR)) == {
        (manager, Form.AT_ONCE)
    }


def test_each_person_has_their_own_morning(world, buyer, manager):
    """The buyer's next morning is at noon, 8 hours before; the manager's is soon enough."""
    MorningHour.objects.create(user=buyer, hour=12)
    hit = raised(world, buyer=buyer, manager=manager, step=1, lapses_at=THURSDAY + 12 * HOUR)
    assert told(world, hit) == {(buyer, Form.AT_ONCE), (manager, Form.ROUND)}


# --- what people chose --------------------------------------------------------------------------------------------
def test_what_a_person_chose_for_a_kind_counts_until_the_last_day_of_their_own(world, manager, admin):
    AlertWish.objects.create(user=manager, kind=AlertKind.CODE, wish=Wish.NOTHING)
    AlertWish.objects.create(user=admin, kind=AlertKind.CODE, wish=Wish.DIGEST)
    assert told(world, raised(world, manager=manager, step=3)) == set()
    rights = raised(world, manager=manager, step=3, kind=AlertKind.RIGHTS)
    assert told(world, rights) == {(manager, Form.ROUND)}
    stopped = raised(world, manager=manager, step=0)
    assert told(world, stopped) == {(manager, Form.AT_ONCE), (admin, Form.DIGEST)}


def test_acknowledged_or_snoozed_is_quiet_for_those_who_knew_until_the_last_day(world, buyer, manager):
    for said in ({"acknowledged_at": NOON - DAY}, {"snoozed_until": NOON + DAY}):
        tighter = raised(world, manager=manager, step=3, **said)
        assert told(world, tighter) == {(manager, Form.ROUND)}  # who did not know hears
        lapse = {"subject_id": tighter.alert.subject_id, "lapses_at": tighter.alert.lapses_at}
        wider = scenes.alert(world, step=7, **lapse, **SUPERSEDED)
        scenes.waiting(wider, manager, Form.DIGEST)
        assert told(world, tighter) == {(manager, Form.ROUND)}  # the line was never sent
        Notice.objects.all().delete()
        scenes.told(wider, manager, Form.DIGEST)
        assert told(world, tighter) == set()
        assert told(world, RaisedAlert(tighter.alert, [HitFlight(uuid7(), None, None, buyer.pk)])) == {
            (buyer, Form.ROUND)
        }
        scenes.closed(tighter.alert, NOON, "superseded")
        assert (manager, Form.ROUND) in told(world, raised(world, manager=manager, step=1, **lapse))
        Notice.objects.all().delete()


def test_a_snooze_that_is_over_is_not_quiet(world, manager):
    wider = raised(world, manager=manager, step=7)
    scenes.told(wider.alert, manager, Form.DIGEST)
    scenes.closed(wider.alert, NOON, "superseded")
    lapse = {"subject_id": wider.alert.subject_id, "lapses_at": wider.alert.lapses_at}
    assert told(world, raised(world, manager=manager, step=3, snoozed_until=NOON, **lapse)) == {
        (manager, Form.ROUND)
    }


# --- once ---------------------------------------------------------------------------------------------------------
def test_who_has_a_notice_gets_no_second_one_and_who_joins_gets_one(world, buyer, manager):
    hit = raised(world, manager=manager, step=3)
    passed(world, hit)
    assert told(world, as_on_file(hit)) == set()
    more = [*hit.flights, HitFlight(uuid7(), None, None, buyer.pk)]
    assert told(world, RaisedAlert(hit.alert, more)) == {(buyer, Form.ROUND)}


def test_one_message_for_one_alert_and_a_summary_for_several(world, buyer, manager):
    run = uuid7()
    first = raised(world, buyer=buyer, manager=manager, step=0, lapses_at=NOON)
    second = raised(world, manager=manager, step=0, lapses_at=NOON)
    digest = raised(world, manager=manager, step=7)
    found = {each.user: each for each in passed(world, first, second, digest, run=run)}
    assert {user: (each.kind, each.key) for user, each in found.items()} == {
        buyer: ("alert", f"alert:{first.alert.pk}"),
        manager: ("summary", f"run:{run}"),
    }
    assert found[manager].notices.count() == 2
    assert Notice.objects.get(delivery=None).alert == digest.alert


def test_message_id_and_date_are_fixed_from_the_start(world, manager, settings):
    settings.SITE_URL = "https://sparktrack.example:8443"
    [delivery] = passed(world, raised(world, manager=manager, step=0))
    assert delivery.message_id == f"<{delivery.pk.hex}@sparktrack.example>"
    assert (delivery.dated_at, delivery.due_at, delivery.state) == (NOON, NOON, DeliveryState.DUE)


def test_a_warning_is_worth_sending_until_the_lapse_a_lapse_for_a_week(world, manager):
    [warning] = passed(world, raised(world, manager=manager, step=1, lapses_at=NOON + HOUR))
    assert warning.send_before == NOON + HOUR
    [stopped] = passed(world, raised(world, manager=manager, step=-1, lapses_at=NOON - 30 * DAY))
    assert stopped.send_before == NOON + 7 * DAY
    both = passed(
        world,
        raised(world, manager=manager, step=1, lapses_at=NOON + HOUR),
        raised(world, manager=manager, step=0, lapses_at=NOON),
    )
    assert [each.send_before for each in both] == [NOON + 7 * DAY]


def test_what_was_cancelled_unsent_is_due_again_when_it_holds_again(world, manager):
    hit = raised(world, manager=manager, step=0)
    [delivery] = passed(world, hit)
    Delivery.objects.filter(pk=delivery.pk).update(state=DeliveryState.CANCELLED, finished_at=NOON)
    world.now = NOON + HOUR
    [again] = passed(world, as_on_file(hit))
    delivery.refresh_from_db()
    assert again.pk == delivery.pk
    assert (delivery.state, delivery.due_at, delivery.finished_at) == (DeliveryState.DUE, world.now, None)
    assert Notice.objects.get().delivery == delivery


def test_a_mail_that_may_have_been_seen_is_never_made_again_from_the_same_row(world, manager):
    hit = raised(world, manager=manager, step=0)
    [delivery] = passed(world, hit)
    Delivery.objects.filter(pk=delivery.pk).update(
        state=DeliveryState.CANCELLED, finished_at=NOON, attempts=1
    )
    [again] = passed(world, as_on_file(hit))
    assert again.pk != delivery.pk
    assert again.message_id != delivery.message_id
    assert Notice.objects.get().delivery == again


def test_the_second_slice_of_a_pass_speaks_in_the_message_of_the_first(world, manager):
    run = uuid7()
    for _ in range(2):
        pair = [raised(world, manager=manager, step=0, lapses_at=NOON) for _ in range(2)]
        passed(world, *pair, run=run)
    assert Delivery.objects.get().notices.count() == 4


# --- channels -----------------------------------------------------------------------------------------------------
def test_channels_of_the_brand_hear_from_their_step_on(world, manager):
    early, late = scenes.channel(world, from_step=7), scenes.channel(world, from_step=0)
    scenes.channel(world, from_step=30, disabled_at=NOON)
    scenes.channel(World(now=NOON), from_step=30)
    digest = raised(world, manager=manager, step=7)
    assert [(each.channel, each.alert, each.event, each.key) for each in passed(world, digest)] == [
        (early, digest.alert, "alert.raised", f"alert:{digest.alert.pk}:raised")
    ]
    found = passed(world, raised(world, manager=manager, step=0))
    assert {each.channel for each in found if each.channel_id} == {early, late}
    assert passed(world, raised(world, manager=manager, step=14)) == []


def test_channels_hear_of_what_people_chose_not_to(world, manager):
    channel = scenes.channel(world, from_step=30)
    AlertWish.objects.create(user=manager, kind=AlertKind.CODE, wish=Wish.NOTHING)
    hit = raised(world, manager=manager, step=7)
    assert [each.channel for each in passed(world, hit, alerts=[hit.alert])] == [channel]


def test_a_channel_is_told_once_and_of_the_end_if_it_was_told(world, manager):
    told_one, other = scenes.channel(world, from_step=7), scenes.channel(world, from_step=7)
    hit = raised(world, manager=manager, step=3)
    passed(world, hit)
    assert passed(world, hit, alerts=[hit.alert]) == []
    assert tell_channels([hit.alert], event=RESOLVED, now=NOON) == []
    Delivery.objects.filter(channel=told_one).update(state=DeliveryState.SENT, finished_at=NOON)
    Delivery.objects.filter(channel=other).update(state=DeliveryState.FAILED, finished_at=NOON)
    [resolved] = tell_channels([hit.alert], event=RESOLVED, now=NOON)
    assert (resolved.channel, resolved.event) == (told_one, "alert.resolved")
    assert tell_channels([hit.alert], event=RESOLVED, now=NOON) == []


# --- cost ---------------------------------------------------------------------------------------------------------
def test_as_many_queries_for_twelve_alerts_as_for_three(world, buyer, manager, admin):
    counts = []
    for number in (3, 12):
        hits = [
            raised(world, buyer=buyer, manager=world.member(Role.MANAGER), step=step)
            for step in (7, 1, 0)
            for _ in range(number // 3)
        ]
        with CaptureQueriesContext(
            connection,
        ) as queries:
            passed(world, *hits)
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert counts[0] <= 20


def test_without_alerts_nothing_is_asked(world, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert notices_for([], now=NOON) == []
        assert tell_channels([], event=RESOLVED, now=NOON) == []


def test_a_person_of_two_brands_hears_by_the_clock_of_the_first(world, manager):
    """Their first brand by name is in Auckland: Thursday's morning there has been."""
    first = World(now=NOON, name="Aa first", time_zone="Pacific/Auckland")
    MembershipFactory(brand=first.brand, user=manager, role=Role.VIEWER)
    # 8:00 on Thursday in Auckland is 19:00 in UTC on Wednesday.
    soon = NOON + 7 * HOUR + 12 * HOUR
    assert told(world, raised(world, manager=manager, step=1, lapses_at=soon)) == {(manager, Form.ROUND)}
    assert told(world, raised(world, manager=manager, step=1, lapses_at=soon - TICK)) == {
        (manager, Form.AT_ONCE)
    }
    manager.time_zone = "UTC"
    manager.save()
    assert told(world, raised(world, manager=manager, step=1, lapses_at=soon)) == {(manager, Form.AT_ONCE)}
