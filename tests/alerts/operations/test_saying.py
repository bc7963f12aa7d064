"""What people say of a lapse, and what stays of it when a tighter step is raised."""

from datetime import UTC, datetime, timedelta

import pytest

from alerts.models import Alert, Delivery
from alerts.operations.mornings import send_mornings
from alerts.operations.raising import raise_alerts
from alerts.operations.saying import SayingError, acknowledge, reopen, snooze
from brands.enums import Role
from brands.models import Membership
from brands.operations.edits import OtherBrandError
from sparktrack.core.actors import Actor, ActorKind
from tests.alerts import scenes
from tests.audit import changes, entries
from tests.world import DAY, World

pytestmark = pytest.mark.django_db

TICK = timedelta(microseconds=1)
MONDAY = datetime(2026, 11, 16, 8, tzinfo=UTC)


@pytest.fixture
def world():
    return World(now=MONDAY)


@pytest.fixture
def manager(world):
    return world.member(Role.MANAGER)


def as_person(world, user):
    """The arguments of an operation of this person."""
    return {**world.by, "actor": Actor(kind=ActorKind.USER, id=str(user.pk), label=user.email)}


def lapses(world, number=1, **fields):
    return [scenes.alert(world, lapses_at=MONDAY + 10 * DAY, step=14, **fields) for _ in range(number)]


# --- acknowledge --------------------------------------------------------------------------------------------------
def test_acknowledged_by_whom_and_when_with_an_entry_each(world, manager):
    rows = lapses(world, 2)
    done = acknowledge(alerts=rows, by=manager, **as_person(world, manager))
    assert {row.pk for row in done} == {row.pk for row in rows}
    for row in Alert.objects.all():
        assert (row.acknowledged_at, row.acknowledged_by) == (MONDAY, manager)
    said = {"acknowledged_at": MONDAY.isoformat(), "acknowledged_by": str(manager.pk)}
    assert (
        changes(world.brand, "alert.acknowledged")
        == [({"acknowledged_at": None, "acknowledged_by": None}, said)] * 2
    )


def test_who_acknowledged_first_has_it(world, manager):
    rows = lapses(world)
    acknowledge(alerts=rows, by=manager, **world.by)
    assert acknowledge(alerts=rows, by=world.member(Role.ADMIN), **world.by) == []
    assert Alert.objects.get().acknowledged_by == manager
    assert len(entries(world.brand, "alert.acknowledged")) == 1


def test_what_is_said_of_an_old_step_goes_to_the_one_that_is_open(world, manager):
    [old] = lapses(world)
    scenes.closed(old, MONDAY, "superseded")
    new = scenes.alert(world, subject_id=old.subject_id, lapses_at=old.lapses_at, step=7)
    lapses(world)  # of another lapse
    assert acknowledge(alerts=[old], by=manager, **world.by) == [new]


def test_lapses_that_are_over_are_passed_by(world, manager):
    row = scenes.closed(lapses(world)[0], MONDAY)
    assert acknowledge(alerts=[row], by=manager, **world.by) == []
    assert snooze(alerts=[row], by=manager, until=MONDAY + DAY, reason="Later", **world.by) == []
    assert reopen(alerts=[row], **world.by) == []
    assert entries(world.brand, "alert.acknowledged") == []


# --- snooze -------------------------------------------------------------------------------------------------------
def test_snoozed_until_when_why_and_by_whom(world, manager):
    rows = lapses(world)
    acknowledge(alerts=rows, by=manager, **world.by)
    [row] = snooze(alerts=rows, by=manager, until=MONDAY + 3 * DAY, reason=" On \n holiday ", **world.by)
    row.refresh_from_db()
    assert (row.snoozed_until, row.snooze_reason, row.snoozed_by) == (MONDAY + 3 * DAY, "On holiday", manager)
    assert row.acknowledged_at is None
    acknowledge(alerts=rows, by=manager, **world.by)
    row.refresh_from_db()
    assert (row.snoozed_until, row.snooze_reason, row.snoozed_by) == (None, "", None)


def test_a_snooze_ends_a_day_before_the_lapse_at_the_latest(world, manager):
    rows = lapses(world)
    with pytest.raises(SayingError, match="A day before a lapse") as refused:
        snooze(alerts=rows, by=manager, until=MONDAY + 9 * DAY + TICK, reason="Later", **world.by)
    assert refused.value.field == "until"
    assert len(snooze(alerts=rows, by=manager, until=MONDAY + 9 * DAY, reason="Later", **world.by)) == 1


def test_the_last_day_and_the_lapse_cannot_be_put_off(world, manager):
    for step in (1, 0, -1):
        row = scenes.alert(world, step=step, lapses_at=MONDAY + 10 * DAY)
        with pytest.raises(SayingError):
            snooze(alerts=[row], by=manager, until=MONDAY + DAY, reason="Later", **world.by)


@pytest.mark.parametrize(
    ("until", "reason", "field"),
    [
        (MONDAY, "Later", "until"),
        (MONDAY - DAY, "Later", "until"),
        (MONDAY + DAY, " ", "reason"),
        (MONDAY + DAY, "x" * 201, "reason"),
    ],
)
def test_a_snooze_needs_a_day_to_come_and_a_reason(world, manager, until, reason, field):
    with pytest.raises(SayingError) as refused:
        snooze(alerts=lapses(world), by=manager, until=until, reason=reason, **world.by)
    assert refused.value.field == field


def test_one_that_is_too_near_refuses_the_whole_selection(world, manager):
    rows = [*lapses(world), scenes.alert(world, lapses_at=MONDAY + 2 * DAY)]
    with pytest.raises(SayingError):
        snooze(alerts=rows, by=manager, until=MONDAY + 3 * DAY, reason="Later", **world.by)
    assert not Alert.objects.filter(snoozed_until__isnull=False).exists()


# --- reopen -------------------------------------------------------------------------------------------------------
def test_reopened_nobody_has_it_and_nothing_is_put_off(world, manager):
    rows = lapses(world, 2)
    acknowledge(alerts=rows[:1], by=manager, **world.by)
    snooze(alerts=rows[1:], by=manager, until=MONDAY + DAY, reason="Later", **world.by)
    assert len(reopen(alerts=rows, **as_person(world, manager))) == 2
    for row in Alert.objects.all():
        assert (row.acknowledged_at, row.snoozed_until, row.snooze_reason) == (None, None, "")
    assert len(entries(world.brand, "alert.reopened")) == 2
    assert reopen(alerts=rows, **world.by) == []


# --- who may ------------------------------------------------------------------------------------------------------
def test_viewers_strangers_and_who_is_inactive_may_not(world, manager):
    rows = lapses(world)
    stranger = World(now=MONDAY).member(Role.ADMIN)
    inactive = world.member(Role.ADMIN, is_active=False)
    gone = world.member(Role.BUYER)
    Membership.objects.filter(user=gone).delete()
    for person in (world.member(Role.VIEWER), stranger, inactive, gone):
        with pytest.raises(SayingError, match="may not act"):
            acknowledge(alerts=rows, by=person, **as_person(world, person))
        with pytest.raises(SayingError, match="may not act"):
            snooze(alerts=rows, by=person, until=MONDAY + DAY, reason="x", **as_person(world, person))
        with pytest.raises(SayingError, match="may not act"):
            reopen(alerts=rows, **as_person(world, person))
    acknowledge(alerts=rows, by=world.member(Role.BUYER), **world.by)


def test_alerts_of_another_brand_are_refused(world, manager):
    other = World(now=MONDAY)
    with pytest.raises(OtherBrandError):
        acknowledge(alerts=lapses(other), by=manager, **world.by)


# --- what stays of it ---------------------------------------------------------------------------------------------
def test_it_is_quiet_until_the_last_day_then_everybody_is_told(world, manager):
    post = world.post(world.creator(details={"manager": manager}))
    world.code(post, MONDAY - 80 * DAY, days=90)
    world.right(world.day(-80), world.day(300), post=post)
    world.flight(post, world.day(-30), buyer=world.member(Role.BUYER))
    scenes.mornings_made(MONDAY - DAY)
    told = {}
    for day in range(10):
        world.now = MONDAY + day * DAY
        raise_alerts(now=world.now)
        if send_mornings(now=world.now):
            told[day] = Delivery.objects.filter(dated_at=world.now).count()
            Delivery.objects.update(state="sent", finished_at=world.now)
        if day == 0:
            acknowledge(alerts=list(Alert.objects.filter(closed_at=None)), by=manager, **world.by)
    # Thursday in a week it ends; its last round is that of Wednesday. No admin hears: somebody has it.
    assert told == {0: 1, 9: 2}
