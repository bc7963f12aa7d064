"""What is raised, once, also when it is learnt late (DOMAIN.md §7)."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alerts.enums import AlertKind
from alerts.models import Alert, Delivery, Notice
from alerts.operations.raising import raise_alerts
from alerts.queries.standing import standing
from authorizations.operations.codes import (
    revoke_codes,
)
from authorizations.operations.posts import mark_posts_gone
from brands.enums import Role
from campaigns.enums import FlightStatus
from campaigns.models import Flight
from campaigns.operations.flights import (
    end_flights,
    pause_flights,
)
from tests.alerts.raisingdesk import HOUR, NOTHING, code_of, running, shown, told
from tests.campaigns.scenes import ready_post
from tests.world import DAY, NOW, World

TICK = timedelta.resolution


@pytest.fixture
def world(db):
    world = World()
    world.boss = world.member(Role.ADMIN)
    world.buyer = world.member(Role.BUYER)
    return world


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
