"""Planned, launched, paused, resumed, ended: what that makes of an alert (DOMAIN.md §7)."""

from datetime import timedelta

import pytest

from alerts.models import Alert, AlertFlight
from alerts.operations import raising
from alerts.operations.raising import raise_alerts
from brands.enums import Role
from campaigns.operations.flights import (
    end_flights,
    launch_flights,
    pause_flights,
    resume_flights,
)
from tests.alerts.raisingdesk import HOUR, NOTHING, running, sent, shown
from tests.world import DAY, NOW, World


@pytest.fixture
def world(db):
    world = World()
    world.boss = world.member(Role.ADMIN)
    world.buyer = world.member(Role.BUYER)
    return world


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
