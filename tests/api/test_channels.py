"""Channels: added, tested, changed, switched and deleted by admins; addresses never leave, secrets leave once."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from alerts.enums import AttemptOutcome, ChannelKind, DeliveryKind, DeliveryState
from alerts.models import Channel, Delivery
from alerts.operations.channels import ChannelDraft, add_channel
from alerts.secrets import SEALED_FIELDS, open_channel
from brands.enums import Role
from brands.models import AuditEntry
from sparktrack.api.models import KeptAnswer
from sparktrack.api.resources.channels import Channels
from tests.alerts import scenes
from tests.alerts.channeldesk import ADDRESSES
from tests.api.parity import left_in
from tests.api.scripts import person, script
from tests.audit import changes, entries
from tests.world import NOW, World, client_of

pytestmark = pytest.mark.django_db

HOOK = {"kind": "webhook", "name": "Ops desk", "address": ADDRESSES["webhook"], "from_step": 3}
CHAT = {"kind": "slack", "name": "Team", "address": ADDRESSES["slack"]}


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def world():
    return World()


@pytest.fixture
def admin(world):
    return person(world, Role.ADMIN)


def pointers(answer):
    return [error["pointer"] for error in answer.json()["errors"]]


def added(world, kind="slack", name="Team"):
    draft = ChannelDraft(ChannelKind(kind), name, ADDRESSES[kind])
    return add_channel(draft=draft, **world.by).channel


def test_a_webhook_is_added_changed_switched_and_deleted(world, admin):
    made = admin.post("channels", HOOK)
    row = Channel.objects.get()
    shown = {
        "id": str(row.pk),
        "kind": "webhook",
        "name": "Ops desk",
        "host": "hooks.example.com",
        "from_step": 3,
        "state": "on",
        "created_at": "2026-11-21T14:05:00Z",
        "disabled_at": None,
        "old_secret_until": None,
        "last_message": None,
        "last_test": None,
    }
    assert made.status_code == 201
    kept = open_channel(row)
    assert made.json() == {**shown, "secret": kept.secret}
    assert made["Location"] == f"/api/v1/channels/{row.pk}"
    assert "no-store" in made["Cache-Control"]
    assert kept.address == HOOK["address"]
    one = f"channels/{row.pk}"
    assert admin.get(one).json() == shown
    seen = admin.get(one)["ETag"]
    shown["name"] = "Ops"
    assert admin.patch(one, {"name": "Ops"}, if_match=seen).json() == shown
    assert admin.patch(one, {"name": "Late"}, if_match=seen).status_code == 412
    off = {**shown, "state": "off", "disabled_at": "2026-11-21T14:05:00Z"}
    assert admin.post(f"{one}/off").json() == admin.post(f"{one}/off").json() == off
    refused = admin.post(f"{one}/test")
    assert (refused.status_code, "switched off" in refused.json()["detail"]) == (422, True)
    assert admin.post(f"{one}/on").json() == shown
    assert admin.delete(one).status_code == 204
    assert not Channel.objects.exists()
    assert [entry.action for entry in entries(world.brand)] == [
        "channel.added",
        "channel.changed",
        "channel.switched_off",
        "channel.switched_on",
        "channel.deleted",
    ]


def test_a_secret_is_exchanged_once_however_often_that_is_sent(world, admin):
    first = admin.post("channels", HOOK, idempotency_key="add").json()["secret"]
    row = Channel.objects.get()
    again = admin.post("channels", HOOK, idempotency_key="add")
    assert (again.status_code, again.json()["made"]["id"]) == (409, str(row.pk))
    address = f"channels/{row.pk}/secret"
    changed = admin.post(address, idempotency_key="new")
    assert changed.status_code == 200
    assert "no-store" in changed["Cache-Control"]
    second = changed.json()["secret"]
    assert changed.json()["old_secret_until"] == "2026-11-22T14:05:00Z"
    row.refresh_from_db()
    kept = open_channel(row)
    assert (kept.secret, kept.old_secret) == (second, first)
    twice = admin.post(address, idempotency_key="new")
    assert (twice.status_code, "secret" in twice.json()["made"]) == (409, False)
    row.refresh_from_db()
    assert open_channel(row) == kept
    # Whoever did not see that cannot drop the old secret unknowingly.
    for headers in ({}, {"idempotency_key": "newer"}, {"if_match": "*"}):
        refused = admin.post(address, **headers)
        assert (refused.status_code, "If-Match" in refused.json()["detail"]) == (422, True)
    row.refresh_from_db()
    assert open_channel(row) == kept
    seen = admin.get(f"channels/{row.pk}")["ETag"]
    assert admin.post(address, if_match=seen).status_code == 200
    assert admin.post(address, if_match=seen).status_code == 412
    with time_machine.travel(NOW + timedelta(hours=24), tick=False):
        assert person(world, Role.ADMIN).post(address).status_code == 200
    stored = [*KeptAnswer.objects.values_list("body", "headers"), *AuditEntry.objects.values_list("after")]
    for secret in (first, second, HOOK["address"]):
        assert secret not in str(stored)


def test_a_chat_has_no_secret_and_its_answer_is_given_again(world, admin):
    made = admin.post("channels", CHAT, idempotency_key="add")
    assert (made.status_code, made.json()["secret"], made.json()["from_step"]) == (201, None, 1)
    again = admin.post("channels", CHAT, idempotency_key="add")
    assert (again.status_code, again.json()) == (201, made.json())
    assert again["Idempotency-Replayed"] == "true"
    refused = admin.post(f"channels/{made.json()['id']}/secret")
    assert (refused.status_code, refused.json()["detail"]) == (422, "Only webhooks are signed.")
    broken = scenes.channel(world, kind="webhook", secret=b"sealed with a key that is gone")
    lost = admin.post(f"channels/{broken.pk}/secret")
    assert (lost.status_code, "the key is gone" in lost.json()["detail"]) == (409, True)


def test_a_test_is_sent_and_what_came_of_it_is_told(
    world, admin, django_capture_on_commit_callbacks, monkeypatch
):
    row = added(world)
    woken = []
    monkeypatch.setattr("sparktrack.api.resources.channels.wake", lambda: woken.append("wake"))
    one = f"channels/{row.pk}"
    with django_capture_on_commit_callbacks() as afterwards:
        sent = admin.post(f"{one}/test")
    assert woken == []
    for each in afterwards:
        each()
    assert woken == ["wake"]
    test = Delivery.objects.get(kind=DeliveryKind.TEST)
    told = {
        "id": str(test.pk),
        "kind": "test",
        "event": "test",
        "alert": None,
        "subject": "",
        "state": "due",
        "due_at": "2026-11-21T14:05:00Z",
        "send_before": "2026-11-21T14:15:00Z",
        "attempts": 0,
        "finished_at": None,
        "problem": "",
    }
    assert (sent.json()["last_test"], sent.json()["last_message"]) == (told, None)
    wait = admin.post(f"{one}/test")
    assert (wait.status_code, "on its way already" in wait.json()["detail"]) == (422, True)
    scenes.tried(test, AttemptOutcome.REFUSED, "403 Forbidden")
    over = {"state": DeliveryState.FAILED, "finished_at": NOW, "problem": "403 Forbidden"}
    Delivery.objects.filter(pk=test.pk).update(**over)
    told |= {
        "state": "failed",
        "attempts": 1,
        "finished_at": "2026-11-21T14:05:00Z",
        "problem": "403 Forbidden",
    }
    shown = admin.get(one).json()
    assert (shown["state"], shown["last_test"], shown["last_message"]) == ("fails", told, told)
    at = "2026-11-21T14:05:00Z"
    log = admin.get(f"{one}/messages").json()
    tried = {"number": 1, "started_at": at, "finished_at": "2026-11-21T14:05:01Z"}
    tried |= {"outcome": "refused", "answer": "403 Forbidden"}
    assert log == {"results": [{**told, "tries": [tried]}], "next": None}
    assert len(changes(world.brand, "channel.tested")) == 1


def test_how_a_channel_fares_is_told_by_its_last_message(world, admin):
    row = added(world)
    one = f"channels/{row.pk}?fields=state"
    problem = {"problem": "503 later"}
    for fields, state in (
        ({}, "on"),
        ({"state": DeliveryState.DUE, **problem}, "waits"),
        ({"state": DeliveryState.EXPIRED, **problem}, "fails"),
        ({"state": DeliveryState.CANCELLED, **problem}, "on"),
    ):
        scenes.tried(scenes.message(row, NOW, **fields))
        assert admin.get(one).json() == {"id": str(row.pk), "state": state}
    scenes.tried(scenes.message(row, NOW, state=DeliveryState.FAILED, problem="410 Gone"))
    admin.post(f"channels/{row.pk}/off")
    assert admin.get(one).json()["state"] == "gone"


def test_messages_are_read_page_by_page_with_few_queries(world, admin, django_assert_num_queries):
    row = added(world)
    for minutes in range(5):
        scenes.tried(scenes.message(row, NOW + timedelta(minutes=minutes), subject=f"Message {minutes}"))
    pages, path = [], f"channels/{row.pk}/messages?limit=2"
    admin.get(path)  # the first use of a session is written down
    while path:
        with django_assert_num_queries(8):  # session, person, membership; channel, test, log, last, attempts
            page = admin.get(path).json()
        pages.append([message["subject"] for message in page["results"]])
        path = page["next"] and page["next"].split("/api/v1/")[1].replace(f"&brand={world.brand.slug}", "")
    assert pages == [["Message 4", "Message 3"], ["Message 2", "Message 1"], ["Message 0"]]
    for query in ("cursor=x", "cursor=", "limit=0", "state=sent"):
        assert admin.get(f"channels/{row.pk}/messages?{query}").status_code == 400


def test_what_makes_no_channel_is_said_beside_its_field_and_no_address_is_repeated(world, admin):
    added(world, name="Taken")
    for change, status, pointer in (
        ({"address": "https://10.0.0.1/canary"}, 422, "/address"),
        ({"address": "http://hooks.example.com/canary"}, 422, "/address"),
        ({"address": "https://canary.internal/"}, 422, "/address"),
        ({"kind": "slack"}, 422, "/address"),
        ({"address": ["canary"]}, 400, "/address"),
        ({"address": "canary" * 400}, 400, "/address"),
        ({"kind": "canary"}, 400, "/kind"),
        ({"name": "Taken"}, 422, "/name"),
        ({"name": "\0"}, 400, "/name"),
        ({"from_step": 366}, 400, "/from_step"),
        ({"from_step": "3"}, 400, "/from_step"),
        ({"host": "canary"}, 400, "/host"),
    ):
        answer = admin.post("channels", {**HOOK, **change})
        assert (answer.status_code, pointers(answer)) == (status, [pointer]), change
        assert "canary" not in answer.content.decode()
    row = Channel.objects.get()
    taken = admin.patch(f"channels/{added(world).pk}", {"name": "Taken"})
    assert (taken.status_code, pointers(taken)) == (422, ["/name"])
    assert pointers(admin.patch(f"channels/{row.pk}", {"address": HOOK["address"]})) == ["/address"]
    for _ in range(18):
        scenes.channel(world)
    full = admin.post("channels", HOOK)
    assert (full.status_code, "at most 20 channels" in full.json()["detail"]) == (422, True)


def test_channels_are_for_admins_in_person_and_of_their_brand(world, admin):
    row, theirs = added(world), added(World())
    for caller, status, pk in (
        (person(world, Role.MANAGER), 403, row.pk),
        (script(world), 403, row.pk),
        (admin, 404, theirs.pk),
    ):
        for answer in (
            caller.get(f"channels/{pk}"),
            caller.get(f"channels/{pk}/messages"),
            caller.patch(f"channels/{pk}", {"name": "X"}),
            caller.delete(f"channels/{pk}"),
            *(caller.post(f"channels/{pk}/{action}") for action in ("test", "secret", "off", "on")),
        ):
            assert answer.status_code == status
        if status == 403:
            assert caller.get("channels").status_code == caller.post("channels", HOOK).status_code == 403
    assert Channel.objects.filter(name="Team", disabled_at=None).count() == 2
    assert Client().get(f"/api/v1/channels?brand={world.brand.slug}").status_code == 401


def test_a_channel_that_is_deleted_between_look_and_act_is_not_there(world, admin, monkeypatch):
    seen, row = Channels.seen, added(world)

    def look(view, pk):
        found = seen(view, pk)
        Channel.objects.filter(pk=pk).delete()
        return found

    monkeypatch.setattr(Channels, "seen", look)
    for send in (
        lambda one: admin.patch(one, {"name": "X"}),
        admin.delete,
        *(
            lambda one, action=action: admin.post(f"{one}/{action}")
            for action in ("test", "secret", "off", "on")
        ),
    ):
        assert send(f"channels/{row.pk}").status_code == 404
        assert Channel.objects.filter(pk=row.pk).exists()  # what the refusal took back
    assert not any(entry.action != "channel.added" for entry in entries(world.brand))


def test_channels_are_listed_without_their_addresses_in_as_many_queries_however_many_there_are(
    world, admin, django_assert_num_queries
):
    added(world, "webhook", "beta")
    admin.get("channels")  # the first use of a session is written down
    # Session, person, membership; channels, last messages, last tests.
    with django_assert_num_queries(6):
        admin.get("channels")
    for kind, name in (("slack", "Alpha"), ("teams", "Gamma"), ("discord", "delta")):
        row = added(world, kind, name)
        scenes.tried(scenes.message(row, NOW))
        scenes.message(row, NOW, kind=DeliveryKind.TEST, state=DeliveryState.DUE)
    with django_assert_num_queries(6) as sent:
        answer = admin.get("channels")
    read = "".join(query["sql"] for query in sent.captured_queries)
    assert [column for column in SEALED_FIELDS if f'"{column}"' in read] == []
    assert [row["name"] for row in answer.json()["results"]] == ["Alpha", "beta", "delta", "Gamma"]
    assert "canary" not in answer.content.decode()
    with django_assert_num_queries(4):
        admin.get("channels?fields=name,host")
    for query, names in (("kind=teams", ["Gamma"]), ("q=slack.com", ["Alpha"]), ("q=zeta", [])):
        assert [row["name"] for row in admin.get(f"channels?{query}").json()["results"]] == names


def test_the_pages_and_the_endpoint_leave_the_same():
    paged, asked = World(), World()
    client, caller = client_of(paged.member(Role.ADMIN)), person(asked, Role.ADMIN)
    home = f"/b/{paged.brand.slug}/settings/channels/"
    typed = {name: value for name, value in HOOK.items() if name != "kind"}
    assert client.post(f"{home}add/webhook/", typed).status_code == 200
    made = caller.post("channels", HOOK).json()
    row = Channel.objects.get(brand=paged.brand)
    one, address = f"{home}{row.pk}/", f"channels/{made['id']}"
    client.post(f"{one}change/", {"name": "Ops", "from_step": 7})
    caller.patch(address, {"name": "Ops", "from_step": 7})
    client.post(f"{one}secret/", {"version": "first"})
    caller.post(f"{address}/secret")
    for action in ("test", "off", "on"):
        client.post(f"{one}{action}/")
        caller.post(f"{address}/{action}")
    kept = [
        Channel.objects.filter(brand=world.brand)
        .values(
            "kind", "name", "host", "from_step", "created_at", "disabled_at", "old_secret_until", "key_id"
        )
        .get()
        for world in (paged, asked)
    ]
    assert kept[0] == kept[1]
    assert left_in(paged.brand)[1] == left_in(asked.brand)[1]
    sent = Delivery.objects.order_by("pk").values("kind", "event", "state", "due_at", "problem")
    assert list(sent.filter(channel=row)) == list(sent.filter(channel=made["id"]))
