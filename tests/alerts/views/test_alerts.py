"""The list of alerts: a line a lapse, narrowed, by pages."""

import re
from html import unescape

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from alerts.enums import AlertKind, Form, Outcome
from alerts.models import Alert
from alerts.operations.saying import acknowledge, snooze
from brands.enums import Role
from tests.alerts import scenes
from tests.alerts.pagedesk import flight_of, opened, show, titles, words
from tests.campaigns.scenes import must_pause, ready_post, stops, without_rights
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


def test_a_line_says_what_ends_when_whose_move_it_is_who_was_told_and_the_money(world, mara, jonas, client):
    flight = flight_of(world, mara, jonas, title="Morning routine")
    row = scenes.alert(world, flight)
    scenes.told(row, mara)
    scenes.waiting(row, jonas)
    page = show(client, world)
    said = words(page)
    assert "in 5 d" in said
    assert "Thu 26 Nov, 09:05 EST" in said
    assert "Code ends" in said
    assert "Mara's move 3 days before · told Mara, waits for Jonas" in said
    assert "$100 a day" in said
    assert f"· {flight.campaign} · Jonas" in said
    assert reverse("alert", args=[world.brand.slug, row.pk]) in page.content.decode()


def test_the_words_for_rights_never_say_that_anything_stops(world, client):
    coming = scenes.alert(world, must_pause(world), kind=AlertKind.RIGHTS)
    late = scenes.alert(
        world, without_rights(world), kind=AlertKind.RIGHTS, lapses_at=world.now - 3 * DAY, step=-1
    )
    for page in (show(client, world), opened(client, world, coming), opened(client, world, late)):
        assert not re.search(r"\bstop", words(page), re.IGNORECASE)
    assert "Rights end Thu 26 Nov: pause it that day" in words(opened(client, world, coming))
    assert "Runs without permission" in words(opened(client, world, late))


def test_only_the_side_that_lapses_is_spoken_of(world, client):
    post = ready_post(world, code_days=9, rights_days=3)
    flight = world.flight(post, world.day(-1), world.day(20))
    scenes.alert(world, flight, kind=AlertKind.CODE, lapses_at=world.now + 9 * DAY)
    said = words(show(client, world))
    assert "Code ends" in said
    assert "Rights end" not in said


def test_a_lapse_with_many_flights_is_one_line_with_their_money(world, mara, jonas, client):
    post = ready_post(world, code_days=5)
    account = world.account(currency="GBP")
    flights = [world.flight(post, world.day(-1), world.day(20)) for _ in range(7)]
    pounds = world.flight(post, world.day(-1), world.day(20), ad_account=account)
    row = scenes.alert(world, *flights, pounds)
    said = words(show(client, world))
    assert "8 flights" in said
    assert "£100 + $700 a day" in said
    assert len(titles(show(client, world))) == 1
    assert "Flights it hits 8" in words(opened(client, world, row))


def test_states_are_tabs(world, mara, jonas, client):
    flight = flight_of(world, mara, jonas)
    rows = [scenes.alert(world, flight, lapses_at=world.now + days * DAY) for days in (5, 6, 7, 8, 9, 40)]
    acknowledge(alerts=[rows[1]], by=mara, **world.by)
    snooze(alerts=[rows[2]], until=world.now + 2 * DAY, reason="At the lawyer's", by=mara, **world.by)
    scenes.closed(rows[3], world.now - DAY)
    scenes.closed(rows[4], world.now - DAY, Outcome.SUPERSEDED)
    scenes.closed(rows[5], world.now - 31 * DAY)
    said = words(show(client, world))
    assert "Open 1 Acknowledged 1 Snoozed 1 Closed" in said
    assert "Mara has it" in words(show(client, world, state="acknowledged"))
    assert "At the lawyer's (Mara)" in words(show(client, world, state="snoozed"))
    closed = show(client, world, state="closed")
    assert "Resolved" in words(closed)
    for state in ("open", "acknowledged", "snoozed", "closed"):
        assert len(titles(show(client, world, state=state))) == 1


def test_a_snooze_that_is_over_is_open_again(world, client):
    scenes.alert(
        world, stops(world), snoozed_until=world.now, snooze_reason="Wait", lapses_at=world.now + 9 * DAY
    )
    assert len(titles(show(client, world))) == 1


def test_it_can_be_narrowed_to_mine_a_kind_and_a_post(world, mara, jonas, client):
    first = flight_of(world, mara, jonas, title="First")
    second = flight_of(world, mara, jonas, title="Second")
    scenes.told(scenes.alert(world, first), mara)
    row = scenes.alert(world, second, kind=AlertKind.RIGHTS)
    scenes.waiting(row, jonas, Form.DIGEST)
    assert titles(show(client, world, whose="mine")) == ["Second"]
    assert titles(show(client, world, kind="code")) == ["First"]
    assert titles(show(client, world, post=str(second.post_id))) == ["Second"]


def test_a_quiet_step_is_still_mine(world, mara, jonas, client):
    flight = flight_of(world, mara, jonas)
    scenes.told(scenes.closed(scenes.alert(world, flight, step=7), world.now, Outcome.SUPERSEDED), jonas)
    scenes.alert(world, flight, step=3)
    assert len(titles(show(client, world, whose="mine"))) == 1


@pytest.mark.parametrize(
    "query", [{"colour": "red"}, {"state": "lost"}, {"after": "x"}, {"post": "7"}, {"kind": "\0"}]
)
def test_what_is_no_filter_is_400_and_leads_back(query, world, client):
    page = show(client, world, **query)
    assert page.status_code == 400
    assert "Show all open alerts" in words(page)


@pytest.mark.parametrize("state", ["open", "closed"])
def test_pages_go_by_key_and_show_every_line_once(state, world, client, monkeypatch):
    monkeypatch.setattr("alerts.queries.alerts.PAGE_LINES", 2)
    flight = stops(world)
    for number in range(5):
        row = scenes.alert(
            world, flight, lapses_at=world.now + (5 + number // 2) * DAY, kind="code", step=number + 2
        )
        if state == "closed":
            scenes.closed(row, world.now - (number // 2) * DAY)
        else:
            Alert.objects.filter(pk=row.pk).update(subject_id=row.pk)
    seen, page = [], show(client, world, state=state)
    while True:
        html = page.content.decode()
        seen += re.findall(r'class="who">\s*<a href="([^"]+)"', html)
        link = re.search(r'href="([^"]+)">Next page', html)
        if not link:
            break
        page = client.get(f"{reverse('alerts', args=[world.brand.slug])}{unescape(link[1])}")
    assert len(seen) == len(set(seen)) == 5


def test_an_empty_list_says_what_would_stand_there(world, client):
    assert "Nobody has to do anything" in words(show(client, world))
    assert "Nothing waits for you" in words(show(client, world, whose="mine"))
    assert "Nothing is put off" in words(show(client, world, state="snoozed"))
    assert "No alert fits" in words(show(client, world, kind="post"))


@pytest.mark.parametrize("state", ["open", "closed"])
def test_the_number_of_queries_is_the_same_with_one_three_and_fifty_lines(state, world, mara, jonas, client):
    flight = flight_of(world, mara, jonas)

    def queries(rows):
        while Alert.objects.count() < rows:
            row = scenes.alert(world, flight, lapses_at=world.now + (5 + Alert.objects.count()) * DAY)
            scenes.told(row, mara)
            if state == "closed":
                scenes.closed(row, world.now)
        with CaptureQueriesContext(connection) as captured:
            assert len(titles(show(client, world, state=state))) == rows
        return len(captured)

    queries(1)  # the first page of a session also notes when it began
    few = queries(1)
    assert queries(3) == queries(50) == few
    assert few <= 15


def test_one_s_own_alerts_are_those_of_all_brands(world, mara, jonas, client):
    other = World(name="Southlight")
    other.brand.memberships.create(user=jonas, role=Role.BUYER, created_at=NOW)
    left = World(name="Leftlane")
    for place in (world, other, left):
        scenes.told(scenes.alert(place, stops(place)), jonas)
    scenes.alert(world, stops(world))
    page = client.get(reverse("my-alerts"))
    assert len(titles(page)) == 2
    assert "Northbeam" in words(page)
    assert "Southlight" in words(page)
    assert "Leftlane" not in words(page)
    assert client.get(reverse("my-alerts", query={"colour": "red"})).status_code == 400
