"""What is raised, once; what closes, comes back and is told anew, as people work and time goes on (DOMAIN.md §7)."""

from datetime import timedelta

import pytest
from django.db import connection
from django.db.models.deletion import ProtectedError
from django.test.utils import CaptureQueriesContext

from alerts.enums import AlertKind, DeliveryState, Outcome
from alerts.models import Alert, AlertFlight, Delivery, Notice
from alerts.operations import raising
from alerts.operations.raising import Raised, raise_alerts
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
from authorizations.operations.posts import mark_posts_gone
from authorizations.operations.rights import NewTerm, end_rights, extend_rights
from authorizations.windows import Term
from brands.enums import Role
from brands.models import Brand
from campaigns.enums import FlightStatus
from campaigns.models import Flight
from campaigns.operations.flights import (
    Move,
    end_flights,
    launch_flights,
    move_flights,
    pause_flights,
    resume_flights,
)
from campaigns.operations.undo import undo_import
from tests.campaigns.importers.sheets import Desk, post_url, row
from tests.campaigns.scenes import ready_post
from tests.world import DAY, NOW, World, spark_code

HOUR = timedelta(hours=1)
TICK = timedelta.resolution
NOTHING = Raised()


@pytest.fixture
def world(db):
    world = World()
    world.boss = world.member(Role.ADMIN)
    world.buyer = world.member(Role.BUYER)
    return world


def running(world, *, code_days=5, rights_days=None, code_window=366, **flight):
    """A running flight whose code ends ``code_days`` from now, and its post's rights ``rights_days`` from now."""
    post = world.post()
    world.code(post, NOW + (code_days - code_window) * DAY, days=code_window)
    world.right(world.day(-400), None if rights_days is None else world.day(rights_days), post=post)
    return world.flight(post, world.day(-1), world.day(40), buyer=world.buyer, **flight)


def code_of(flight):
    """The first code of its post."""
    return flight.post.codes.order_by("pk").first()


def shown():
    """``(kind, step, outcome, flights)`` of every alert, oldest first."""
    return [
        (alert.kind, alert.step, alert.outcome, alert.hits.count()) for alert in Alert.objects.order_by("pk")
    ]


def sent(alert=None):
    """Every message that is due was accepted (or those of ``alert``)."""
    due = Delivery.objects.filter(state=DeliveryState.DUE)
    if alert is not None:
        due = due.filter(notices__alert=alert)
    return Delivery.objects.filter(pk__in=list(due.values_list("pk", flat=True))).update(
        state=DeliveryState.SENT, finished_at=NOW
    )


def told(alert):
    """Who is to hear of it."""
    return set(alert.notices.values_list("user", flat=True))


# --- once ------------------------------------------------------------------------------------------------------------
def test_a_lapse_is_raised_once_at_each_step_and_the_tighter_one_takes_over(world):
    running(world, code_days=14)
    assert raise_alerts(now=NOW).raised == 1
    assert raise_alerts(now=NOW + HOUR) == NOTHING
    for days in (7, 11, 13, 14):
        assert raise_alerts(now=NOW + days * DAY - TICK) == NOTHING
        done = raise_alerts(now=NOW + days * DAY)
        assert (done.raised, done.superseded) == (1, 1)
    assert shown() == [
        ("code", 14, "superseded", 1),
        ("code", 7, "superseded", 1),
        ("code", 3, "superseded", 1),
        ("code", 1, "superseded", 1),
        ("code", 0, "", 1),
    ]
    assert len(set(Alert.objects.values_list("subject_id", "lapses_at"))) == 1
    assert raise_alerts(now=NOW + 24 * DAY) == NOTHING


def test_after_three_days_down_only_the_tightest_step_is_raised(world):
    running(world, code_days=15)
    raise_alerts(now=NOW)
    raise_alerts(now=NOW + 14 * DAY)  # 14, 7 and 3 were missed
    assert shown() == [("code", 30, "superseded", 1), ("code", 1, "", 1)]


def test_a_clock_that_goes_back_an_hour_raises_nothing_twice(world):
    running(world, code_days=3)
    for hours in (0, 48, 72):
        raise_alerts(now=NOW + hours * HOUR)
        before = shown(), Notice.objects.count(), Delivery.objects.count()
        assert raise_alerts(now=NOW + (hours - 1) * HOUR) == NOTHING
        assert (shown(), Notice.objects.count(), Delivery.objects.count()) == before


def test_a_code_of_seven_days_is_warned_of_three_days_and_one_day_before(world):
    running(world, code_days=7, code_window=7)
    assert raise_alerts(now=NOW).skipped == 1
    assert not Notice.objects.exists()
    assert raise_alerts(now=NOW + HOUR) == NOTHING
    for days in (4, 6, 7):
        raise_alerts(now=NOW + days * DAY)
    assert [(step, outcome) for _, step, outcome, _ in shown()] == [
        (7, "skipped"),
        (3, "superseded"),
        (1, "superseded"),
        (0, ""),
    ]


def test_a_step_before_the_weekend_is_raised_ahead_and_stays_the_only_one(world):
    running(world, code_days=4)
    monday = {world.brand.pk: NOW + 3 * DAY + HOUR}
    assert raise_alerts(now=NOW).raised == 1
    assert raise_alerts(now=NOW, ahead=monday).raised == 1
    assert shown() == [("code", 7, "superseded", 1), ("code", 1, "", 1)]
    for hours in (0, 25, 73):
        assert raise_alerts(now=NOW + hours * HOUR) == NOTHING
    assert raise_alerts(now=NOW + 4 * DAY).raised == 1


# --- what is learnt late ---------------------------------------------------------------------------------------------
def test_a_revoked_code_is_found_at_once_and_told_at_once(world):
    flight = running(world, code_days=200)
    assert raise_alerts(now=NOW) == NOTHING
    revoke_codes(codes=[code_of(flight)], at=NOW, **world.by)
    assert raise_alerts(now=NOW).deliveries == 2  # the buyer and the admin
    (alert,) = Alert.objects.all()
    assert (alert.step, alert.lapses_at, alert.subject_id) == (0, NOW, flight.post_id)


def test_a_post_that_went_long_ago_stopped_long_ago(world):
    flight = running(world, code_days=200)
    Flight.objects.filter(pk=flight.pk).update(starts_at=NOW - 30 * DAY)
    mark_posts_gone(posts=[flight.post], since=NOW - 9 * DAY, **world.by)
    raise_alerts(now=NOW)
    (alert,) = Alert.objects.all()
    assert (alert.kind, alert.step, alert.lapses_at) == ("post", -1, NOW - 9 * DAY)


def test_flights_of_one_post_that_fail_already_share_one_alert_with_the_earliest(world):
    first = running(world, code_days=-20)
    for days in (-3, -2):
        world.flight(first.post, world.day(days), None, buyer=world.buyer)
    raise_alerts(now=NOW)
    (alert,) = Alert.objects.all()
    assert (alert.lapses_at, alert.hits.count()) == (NOW.replace(hour=0, minute=0) - 3 * DAY, 3)


def test_the_alerts_of_flights_that_begin_later_are_superseded_by_the_one_they_share(world):
    first = running(world, code_days=1)
    world.flight(first.post, world.day(2), None, buyer=world.buyer)
    raise_alerts(now=NOW)
    assert shown() == [("code", 1, "", 1), ("code", 3, "", 1)]
    raise_alerts(now=NOW + 3 * DAY)
    assert shown() == [("code", 1, "superseded", 1), ("code", 3, "superseded", 1), ("code", 0, "", 2)]
    assert raise_alerts(now=NOW + 3 * DAY) == NOTHING


def test_what_a_person_plans_into_an_open_lapse_joins_it_and_only_new_people_hear(world):
    flight = running(world, code_days=1)
    raise_alerts(now=NOW)
    (alert,) = Alert.objects.all()
    before = told(alert)
    colleague = world.member(Role.BUYER)
    for buyer in (world.buyer, colleague):
        world.flight(flight.post, world.day(-1), None, buyer=buyer)
        assert raise_alerts(now=NOW + HOUR).attached == 1
    assert (alert.hits.count(), told(alert)) == (3, before | {colleague.pk})
    assert raise_alerts(now=NOW + HOUR) == NOTHING


def test_a_clock_that_goes_back_does_not_bring_an_ended_flight_to_life(world):
    flight = running(world, code_days=1)
    end_flights(flights=[flight], **world.by)
    assert raise_alerts(now=NOW - HOUR) == NOTHING


# --- states of flights -----------------------------------------------------------------------------------------------
def test_a_planned_flight_that_is_blocked_is_warned_of_before_its_start(world):
    post = world.post()
    world.right(world.day(-30), post=post)
    flight = world.flight(post, world.day(8), world.day(20), buyer=world.buyer)
    steps = []
    for days in (0, 2, 5, 7, 8):
        raise_alerts(now=NOW + days * DAY)
        steps.append(Alert.objects.get(closed_at=None).step)
    assert steps == [14, 7, 3, 1, 0]
    assert set(Alert.objects.values_list("lapses_at", flat=True)) == {flight.starts_at}


@pytest.mark.parametrize("change", [pause_flights, end_flights])
def test_an_alert_closes_when_its_only_flight_is_paused_or_ended(change, world):
    flight = running(world, code_days=1)
    raise_alerts(now=NOW)
    change(flights=[flight], **world.by)
    assert raise_alerts(now=NOW).cancelled == 1
    assert raise_alerts(now=NOW + 2 * DAY) == NOTHING


def test_to_resume_judges_anew(world):
    flight = running(world, code_days=3)
    pause_flights(flights=[flight], **world.by)
    assert raise_alerts(now=NOW + 4 * DAY) == NOTHING
    resume_flights(flights=[flight], **world.by)
    assert raise_alerts(now=NOW + 4 * DAY).deliveries == 2
    assert shown() == [("code", 0, "", 1)]


def test_a_flight_that_was_told_of_paused_and_resumed_is_open_again_without_a_second_mail(world):
    flight = running(world, code_days=200, rights_days=-2)
    raise_alerts(now=NOW)
    sent()
    pause_flights(flights=[flight], **world.by)
    assert raise_alerts(now=NOW + HOUR).resolved == 1
    resume_flights(flights=[flight], **world.by)
    done = raise_alerts(now=NOW + HOUR + timedelta(minutes=59))
    assert (done.reopened, done.raised, done.deliveries) == (1, 0, 0)
    assert shown() == [("rights", 0, "", 1)]


@pytest.mark.parametrize("pause", [HOUR, 40 * DAY])
def test_a_flight_that_is_resumed_later_without_a_code_is_told_of_once_more(world, pause):
    flight = running(world, code_days=-2)
    raise_alerts(now=NOW)
    sent()
    pause_flights(flights=[flight], **world.by)
    assert raise_alerts(now=NOW + HOUR).resolved == 1
    resume_flights(flights=[flight], **world.by)
    done = raise_alerts(now=NOW + HOUR + pause)
    assert (done.reopened + done.raised, done.deliveries) == (1, 2)
    assert raise_alerts(now=NOW + HOUR + pause) == NOTHING


def test_a_brand_that_cannot_be_raised_keeps_no_other_from_its_alerts(world, monkeypatch):
    running(world, code_days=3)
    other = World(now=NOW)
    other.buyer = other.member(Role.BUYER)
    running(other, code_days=3)
    raise_news = raising._raise_news

    def broken(news, **about):
        if any(each.brand_id == other.brand.pk for each in news.untold):
            raise LookupError("a zone that nobody knows")
        return raise_news(news, **about)

    monkeypatch.setattr(raising, "_raise_news", broken)
    with pytest.raises(LookupError):
        raise_alerts(now=NOW)
    assert set(Alert.objects.values_list("brand", flat=True)) == {world.brand.pk}


def test_a_launched_flight_whose_start_lies_ahead_is_warned_of_as_planned(world):
    post = world.post()
    world.right(world.day(-30), post=post)
    flight = world.flight(post, world.day(1), None)
    launch_flights(flights=[flight], **world.by)
    raise_alerts(now=NOW)
    assert shown() == [("code", 1, "", 1)]


def test_a_flight_without_dates_raises_nothing(world):
    world.flight(world.post(), None)
    assert raise_alerts(now=NOW) == NOTHING


def test_a_flight_that_left_a_lapse_which_others_are_in_is_let_go_and_told_anew_when_it_comes_back(world):
    stays = running(world, code_days=3)
    leaves = world.flight(stays.post, world.day(-1), world.day(40), buyer=world.buyer)
    raise_alerts(now=NOW)
    pause_flights(flights=[leaves], **world.by)
    raise_alerts(now=NOW)
    assert list(AlertFlight.objects.values_list("flight", flat=True)) == [stays.pk]
    resume_flights(flights=[leaves], **world.by)
    assert raise_alerts(now=NOW).attached == 1
    assert shown() == [("code", 3, "", 2)]


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


# --- what an alert stands for ----------------------------------------------------------------------------------------
def test_standing_knows_the_flights_the_side_and_the_money(world, monkeypatch):
    creator = world.creator()
    right = world.right(world.day(-100), world.day(-1), creator=creator)
    flights = []
    for spend in (100, 300):
        post = world.post(creator)
        world.code(post, NOW - 20 * DAY, days=22)
        flights.append(world.flight(post, world.day(-9), world.day(20), daily_spend=spend, buyer=world.buyer))
    raise_alerts(now=NOW)
    alerts = list(Alert.objects.filter(closed_at=None).order_by("-kind"))
    assert {(alert.kind, alert.step) for alert in alerts} == {("rights", 0), ("code", 3)}
    with CaptureQueriesContext(connection) as few:
        found = standing(alerts[:1], now=NOW)
    with CaptureQueriesContext(connection) as many:
        found = standing(alerts, now=NOW)
    assert len(few) == len(many) == 5
    of_rights = next(each for each in found.values() if each.kind is AlertKind.RIGHTS)
    assert (of_rights.right, of_rights.alert.lapses_at) == (right, right.ends_at)
    assert [hit.flight for hit in of_rights.hits] == flights[::-1]
    monkeypatch.setattr("alerts.queries.standing._MANY", 1)
    at_once = standing(alerts, now=NOW)
    with CaptureQueriesContext(connection) as later:
        assert at_once == found
        for hit in at_once[of_rights.alert.pk].hits:
            flight = hit.flight
            assert (flight.buyer, flight.post.creator.manager) == (world.buyer, creator.manager)
            assert {flight.campaign.buyer, flight.ad_account, flight.post.brief} == {None}
    assert not later
    assert of_rights.a_day == {"USD": 400}
    assert len(of_rights.must_pause(now=NOW)) == 2
    (first, _) = of_rights.hits
    assert (first.reasons, first.stops_itself, first.is_running) == (("rights_expired",), False, True)
    assert (first.line.status, first.gap.starts_at, first.fails_at) == (FlightStatus.LIVE, NOW, NOW)
    pause_flights(flights=flights[:1], **world.by)
    after = standing(alerts, now=NOW)
    assert [hit.flight for hit in after[of_rights.alert.pk].hits] == flights[1:]
    pause_flights(flights=flights[1:], **world.by)
    assert not any(each.holds for each in standing(alerts, now=NOW).values())


def test_an_idle_pass_reads_nothing_but_the_answer_that_nothing_is_new(world):
    for _ in range(3):
        running(world, code_days=5)
    ready_post(world)
    raise_alerts(now=NOW)
    with CaptureQueriesContext(connection) as captured:
        assert raise_alerts(now=NOW) == NOTHING
    assert len(captured) == 3  # the brands, the furthest open alert, the statement
