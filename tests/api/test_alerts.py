"""Alerts, the messages that told of them, the audit and the brand, as scripts read them."""

import pytest
import time_machine

from alerts.enums import AlertKind
from alerts.models import Alert, Delivery
from brands.enums import Role, TokenScope
from brands.models import AuditEntry
from campaigns.models import Flight
from tests.access.everything import Everything
from tests.alerts import scenes
from tests.alerts.pagedesk import send
from tests.api.parity import left_in
from tests.api.scripts import person, script
from tests.campaigns.scenes import ready_post
from tests.world import DAY, NOW, World, client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    with time_machine.travel(NOW, tick=False):
        yield Everything()


@pytest.fixture
def alert(world):
    Alert.objects.filter(pk=world.ids["alert"]).update(acknowledged_at=None, acknowledged_by=None)
    return Alert.objects.get(pk=world.ids["alert"])


def test_an_alert_names_its_lapse_its_state_and_the_flights_it_hits(world, alert):
    answer = script(world, TokenScope.READ).get(f"alerts/{alert.pk}")
    assert answer.status_code == 200
    told = answer.json()
    assert told["flights"] == [str(world.ids["flight"])]
    assert told["state"] == "open"
    assert told["lapses_at"].endswith("Z")


def test_alerts_are_narrowed_by_state_kind_and_what_they_hit(world, alert):
    reader = script(world, TokenScope.READ)

    def found(query):
        return {row["id"] for row in reader.get(f"alerts?{query}").json()["results"]}

    everything = {str(pk) for pk in Alert.objects.for_brand(world.brand).values_list("pk", flat=True)}
    states = [found(f"state={state}") for state in ("open", "acknowledged", "snoozed", "closed")]
    assert set.union(*states) == everything
    assert sum(map(len, states)) == len(everything)
    assert str(alert.pk) in found(f"flight={world.ids['flight']}")
    assert str(alert.pk) in found(f"post={world.full.pk}")
    assert found(f"kind={alert.kind}") <= everything


def test_a_person_takes_an_alert_and_gives_it_back(world, alert):
    buyer = person(world, Role.BUYER)
    taken = buyer.post(f"alerts/{alert.pk}/acknowledge", {})
    assert taken.status_code == 200
    assert taken.json()["state"] == "acknowledged"
    assert taken.json()["acknowledged_by"]
    back = buyer.post(f"alerts/{alert.pk}/reopen")
    assert back.json()["state"] == "open"


def test_a_script_says_who_takes_an_alert(world, alert):
    writer = script(world)
    refused = writer.post(f"alerts/{alert.pk}/acknowledge", {})
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["pointer"] == "/by"
    manager = world.people[Role.MANAGER]
    taken = writer.post(f"alerts/{alert.pk}/acknowledge", {"by": str(manager.pk)})
    assert taken.json()["acknowledged_by"] == str(manager.pk)
    entry = AuditEntry.objects.for_brand(world.brand).get(action="alert.acknowledged", object_id=alert.pk)
    assert (entry.actor_kind, entry.actor_label) == ("token", "token write script")


def test_a_snooze_needs_a_reason_and_a_day_that_leaves_time(world, alert):
    buyer = person(world, Role.BUYER)
    path = f"alerts/{alert.pk}/snooze"
    assert buyer.post(path, {"until": "2026-11-22T00:00:00Z"}).json()["errors"][0]["pointer"] == "/reason"
    late = buyer.post(path, {"until": "2027-11-22T00:00:00Z", "reason": "Waiting"})
    assert late.status_code == 422
    assert late.json()["errors"][0]["pointer"] == "/until"


def test_flights_that_run_without_rights_are_noted_as_paused_as_the_page_does(time_machine):
    time_machine.move_to(NOW, tick=False)
    worlds = []
    for _ in range(2):
        world = World(time_zone="America/New_York")
        post = ready_post(world, rights_days=-3)
        flights = [world.flight(post, world.day(-10), world.day(20)) for _ in range(2)]
        row = scenes.alert(world, *flights, kind=AlertKind.RIGHTS, lapses_at=NOW - 3 * DAY, step=0)
        worlds.append((world, flights, row))
    (asked, flights, row), (paged, shown, other) = worlds
    writer, path = script(asked), f"alerts/{row.pk}/paused"
    foreign = writer.post(path, {"flights": [str(shown[0].pk)]})
    assert (foreign.status_code, foreign.json()["errors"][0]["pointer"]) == (400, "/flights")
    not_hit = asked.flight(asked.post(), asked.day(-1), asked.day(3))
    refused = writer.post(path, {"flights": [str(flights[0].pk), str(not_hit.pk)]})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/flights")
    paged.flight(paged.post(), paged.day(-1), paged.day(3))
    assert script(asked, TokenScope.READ).post(path, {}).status_code == 403
    seen = writer.get(f"alerts/{row.pk}")["ETag"]
    Alert.objects.filter(pk=row.pk).update(step=1)
    assert writer.post(path, {}, if_match=seen).status_code == 412
    assert not Flight.objects.filter(paused_at__isnull=False).exists()
    done = writer.post(path, {}, idempotency_key="once")
    assert (done.status_code, done.json()["id"]) == (200, str(row.pk))
    assert writer.post(path, {}, idempotency_key="once")["Idempotency-Replayed"] == "true"
    again = writer.post(path)
    assert (again.status_code, again.json()["detail"]) == (422, "None of its flights runs without rights.")
    client = client_of(paged.member(Role.BUYER))
    send(client, "alert-paused", paged, other.pk, flight=[str(flight.pk) for flight in shown])
    assert Flight.objects.filter(paused_at=NOW).count() == 4
    (rows, told), (their_rows, their_told) = left_in(asked.brand, Flight), left_in(paged.brand, Flight)
    paused = [entry for entry in told if entry[0] == "flight.paused"]
    assert (rows, len(paused)) == (their_rows, 2)
    assert paused == [entry for entry in their_told if entry[0] == "flight.paused"]
    assert script(paged).post(path, {}).status_code == 404


def test_viewers_and_reading_scripts_say_nothing_about_alerts(world, alert):
    for caller in (person(world, Role.VIEWER), script(world, TokenScope.READ)):
        assert caller.post(f"alerts/{alert.pk}/acknowledge", {}).status_code == 403


def test_messages_are_told_without_what_they_say(world):
    answer = script(world, TokenScope.READ).get("deliveries?count=true")
    assert answer.status_code == 200
    rows = answer.json()["results"]
    assert rows
    assert rows[0].keys().isdisjoint({"subject", "message", "address", "message_id"})
    known = {str(pk) for pk in Delivery.objects.values_list("pk", flat=True)}
    assert {row["id"] for row in rows} <= known
    alerts = {alert for row in rows for alert in row["alerts"]}
    assert str(world.ids["alert"]) in alerts


def test_messages_of_another_brand_are_not_there(world):
    other = Everything(handle="stranger")
    mine = {row["id"] for row in script(world).get("deliveries").json()["results"]}
    theirs = {row["id"] for row in script(other).get("deliveries").json()["results"]}
    assert mine
    assert theirs
    assert mine.isdisjoint(theirs)


def test_the_audit_is_for_admins(world):
    admin = person(world, Role.ADMIN)
    rows = admin.get("audit?kind=token").json()["results"]
    assert {row["action"] for row in rows} == {"token.issued"}
    for caller in (person(world, Role.MANAGER), script(world)):
        assert caller.get("audit").status_code == 403
    assert admin.post("audit", {}).status_code == 405


def test_the_brand_of_a_caller_is_the_only_one(world):
    Everything(handle="stranger")
    rows = script(world, TokenScope.READ).get("brands").json()["results"]
    assert [(row["slug"], row["time_zone"]) for row in rows] == [(world.brand.slug, world.brand.time_zone)]


@pytest.mark.parametrize("path", ["alerts", "deliveries"])
def test_the_number_of_statements_does_not_depend_on_rows(world, path, django_assert_max_num_queries):
    reader = script(world, TokenScope.READ)
    reader.get(path)
    with django_assert_max_num_queries(4):
        assert reader.get(path).status_code == 200
