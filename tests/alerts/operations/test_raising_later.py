"""What becomes of an alert when its lapse moves, people act, a code is replaced, rows go."""

import pytest
from django.db.models.deletion import ProtectedError

from alerts.enums import AlertKind, DeliveryState, Outcome
from alerts.models import Alert, AlertFlight, Delivery, Notice
from alerts.operations.raising import raise_alerts
from alerts.queries.standing import standing
from authorizations.models import PostGap
from authorizations.operations.codes import (
    Extension,
    Use,
    extend_codes,
    mark_applied,
    revoke_codes,
    unrevoke_codes,
)
from authorizations.operations.rights import NewTerm, end_rights, extend_rights
from authorizations.windows import Term
from brands.enums import Role
from brands.models import Brand
from campaigns.operations.flights import (
    Move,
    move_flights,
)
from campaigns.operations.undo import undo_import
from tests.alerts.raisingdesk import NOTHING, code_of, running, sent, shown, told
from tests.campaigns.importers.sheets import Desk, post_url, row
from tests.world import DAY, NOW, World, spark_code


@pytest.fixture
def world(db):
    world = World()
    world.boss = world.member(Role.ADMIN)
    world.buyer = world.member(Role.BUYER)
    return world


# --- lapses that move ------------------------------------------------------------------------------------------------
def test_an_extension_after_the_raise_ends_it_and_counts_from_its_own_end(world):
    flight = running(world, code_days=3)
    raise_alerts(now=NOW)
    sent()
    extend_codes(extensions=[Extension(code_of(flight), days=7)], **world.by)
    done = raise_alerts(now=NOW)
    assert (done.raised, done.cancelled, done.resolved) == (1, 1, 0)  # the round had not begun
    assert shown() == [("code", 3, "cancelled", 1), ("code", 14, "", 1)]


def test_who_was_told_sees_that_it_is_resolved(world):
    flight = running(world, code_days=0)
    raise_alerts(now=NOW)
    sent()
    extend_codes(extensions=[Extension(code_of(flight), days=200)], **world.by)
    assert raise_alerts(now=NOW).resolved == 1


def test_a_lapse_that_moves_forward_back_and_back_again_is_told_once(world):
    flight = running(world, code_days=200, rights_days=2)
    right = flight.post.rights.get()
    raise_alerts(now=NOW)
    (first,) = Alert.objects.all()
    notices = told(first)
    for _ in range(2):
        extend_rights(terms=[NewTerm(right, Term(ends_on=world.day(100)))], **world.by)
        assert raise_alerts(now=NOW).cancelled == 1
        end_rights(rights=[right], ends_on=world.day(2), **world.by)
        done = raise_alerts(now=NOW)
        assert (done.reopened, done.raised) == (1, 0)
    assert shown() == [("rights", 3, "", 1)]
    assert told(first) == notices
    assert Notice.objects.count() == len(notices)


def test_an_unsent_mail_of_a_lapse_that_is_back_goes_out_once_and_a_sent_one_not_again(world):
    flight = running(world, code_days=200)
    (code,) = [code_of(flight)]
    for is_sent in (False, True):
        revoke_codes(codes=[code], at=NOW, **world.by)
        raise_alerts(now=NOW)
        assert Delivery.objects.filter(state=DeliveryState.DUE).count() == 2
        if is_sent:
            sent()
        unrevoke_codes(codes=[code], **world.by)
        raise_alerts(now=NOW)
        # The engine finds that nothing holds, and sends nothing.
        Delivery.objects.filter(state=DeliveryState.DUE).update(
            state=DeliveryState.CANCELLED, finished_at=NOW
        )
    revoke_codes(codes=[code], at=NOW, **world.by)
    done = raise_alerts(now=NOW)
    assert (done.reopened, done.deliveries) == (1, 0)
    assert Delivery.objects.filter(state=DeliveryState.SENT).count() == Delivery.objects.count() == 2


def test_shorter_rights_are_found_at_once(world):
    flight = running(world, code_days=200, rights_days=100)
    assert raise_alerts(now=NOW) == NOTHING
    end_rights(rights=[flight.post.rights.get()], ends_on=world.day(0), **world.by)
    raise_alerts(now=NOW)
    assert shown() == [("rights", 1, "", 1)]


def test_a_flight_moved_behind_its_lapse_closes_it_and_lapses_at_its_start(world):
    flight = running(world, code_days=3)
    raise_alerts(now=NOW)
    move_flights(moves=[Move(flight, world.day(5), world.day(30))], **world.by)
    raise_alerts(now=NOW)
    assert shown() == [("code", 3, "cancelled", 1), ("code", 7, "", 1)]
    assert Alert.objects.get(closed_at=None).lapses_at == NOW.replace(hour=0, minute=0) + 5 * DAY


# --- what people said ------------------------------------------------------------------------------------------------
def test_acknowledgement_and_snooze_go_on_until_the_last_day(world):
    running(world, code_days=14)
    raise_alerts(now=NOW)
    said = {
        "acknowledged_at": NOW,
        "acknowledged_by": world.buyer,
        "snoozed_until": NOW + 12 * DAY,
        "snoozed_by": world.buyer,
        "snooze_reason": "Asked",
    }
    Alert.objects.update(**said)
    kept = []
    for days in (7, 11, 13, 14):
        raise_alerts(now=NOW + days * DAY)
        kept += Alert.objects.filter(closed_at=None, **said).values_list("step", flat=True)
    assert kept == [7, 3]
    last = Alert.objects.get(closed_at=None)
    assert (last.acknowledged_at, last.snoozed_until, last.snooze_reason) == (None, None, "")


# --- replacements ----------------------------------------------------------------------------------------------------
def test_a_replacement_that_is_not_applied_readdresses_the_alert_to_the_buyer(world):
    manager = world.member(Role.MANAGER)
    flight = running(world, code_days=3)
    flight.post.creator.__class__.objects.filter(pk=flight.post.creator_id).update(manager=manager)
    old = code_of(flight)
    mark_applied(uses=[Use(old)], **world.by)
    raise_alerts(now=NOW)
    (alert,) = Alert.objects.all()
    assert told(alert) == {manager.pk}
    new = world.code(flight.post, NOW - DAY, days=60, supersedes=old)
    raise_alerts(now=NOW)
    assert shown() == [("code", 3, "cancelled", 1), ("apply", 3, "", 1)]
    apply = Alert.objects.get(kind=AlertKind.APPLY)
    assert (told(apply), apply.lapses_at, apply.subject_id) == (
        {world.buyer.pk},
        old.expires_at,
        flight.post_id,
    )
    assert standing([apply], now=NOW)[apply.pk].hits[0].line.apply_by == old.expires_at
    raise_alerts(now=NOW + 3 * DAY)
    assert Alert.objects.get(closed_at=None).step == 0
    mark_applied(uses=[Use(new)], **world.by)
    assert raise_alerts(now=NOW + 3 * DAY).cancelled == 1


# --- rows that go ----------------------------------------------------------------------------------------------------
def test_an_import_can_be_undone_although_alerts_point_to_its_flights(db, tmp_path):
    desk = Desk(tmp_path, time_zone="America/New_York")
    desk.world.member(Role.ADMIN)
    cells = {
        "creator_handle": "maya",
        "post_link": post_url(number=1),
        "spark_code": spark_code(1),
        "auth_date": "2026-10-20",
        "days": "30",
        "rights_start": "2026-10-01",
        "rights_end": "2026-11-22",
        "paid": "yes",
        "campaign": "Q4",
        "flight_start": "2026-11-01",
        "flight_end": "2026-12-30",
    }
    run = desk.take(row(**cells)).run
    done = raise_alerts(now=NOW)
    assert (done.raised, done.deliveries) == (2, 1)  # one summary
    undo_import(run=run, brand=desk.brand, now=NOW, actor=desk.world.actor)
    assert not AlertFlight.objects.exists()
    assert raise_alerts(now=NOW).cancelled == 2
    assert set(Alert.objects.values_list("outcome", flat=True)) == {Outcome.CANCELLED}
    assert raise_alerts(now=NOW) == NOTHING


def test_a_deleted_flight_ends_its_alert(world):
    flight = running(world, code_days=1)
    raise_alerts(now=NOW)
    flight.delete()
    assert raise_alerts(now=NOW).cancelled == 1


def test_a_brand_without_content_can_be_deleted_with_all_its_alerts(world):
    flight = running(world, code_days=0)
    raise_alerts(now=NOW)
    with pytest.raises(ProtectedError):
        world.brand.delete()
    flight.delete()
    PostGap.objects.all().delete()
    flight.post.codes.all().delete()
    flight.post.rights.all().delete()
    flight.campaign.delete()
    flight.post.delete()
    flight.post.creator.delete()
    Brand.objects.get(pk=world.brand.pk).delete()
    assert not Alert.objects.exists()
    assert not Notice.objects.exists()
