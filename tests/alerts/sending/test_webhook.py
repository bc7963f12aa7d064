"""Signed webhooks, read by a receiver as it would be written: with the library of Standard Webhooks."""

import json
from datetime import timedelta

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from alerts.enums import AttemptOutcome, ChannelKind
from alerts.models import Channel, Delivery
from alerts.operations.channels import ChannelDraft, add_channel, rotate_secret, send_test
from alerts.sending import guarded
from alerts.sending.engine import deliver
from alerts.sending.webhook import send
from brands.models import AuditEntry
from sparktrack.core.clock import database_now, utc_now
from tests.world import World

pytestmark = pytest.mark.django_db

URL = "https://hooks.example.com/in?key=canary"
BODY = json.dumps({"type": "alert.raised", "title": "Größe"}, ensure_ascii=False).encode()


@pytest.fixture
def world():
    return World(now=utc_now())


@pytest.fixture
def added(world):
    return add_channel(draft=ChannelDraft(ChannelKind.WEBHOOK, "CRM", URL), **world.by)


@pytest.fixture
def delivery(world, added):
    made = send_test(channel=added.channel, **world.by)
    made.message = BODY
    return made


def verified(receiver, secret):
    request = receiver.requests[-1]
    return Webhook(secret).verify(request.body, request.headers)


def test_whoever_has_the_secret_can_tell_that_it_is_ours(receiver, added, delivery):
    receiver.status, receiver.body = 204, b""
    assert (send(delivery).outcome, send(delivery).text) == (AttemptOutcome.ACCEPTED, "204 No Content")
    assert verified(receiver, added.secret) == {"type": "alert.raised", "title": "Größe"}
    first, second = receiver.requests
    assert first.body == second.body == BODY
    assert first.headers["webhook-id"] == second.headers["webhook-id"] == f"msg_{delivery.pk.hex}"
    assert first.headers["content-type"] == "application/json"
    assert first.path == "/in?key=canary"


def test_what_was_tampered_with_is_found_out(receiver, added, delivery):
    send(delivery)
    request = receiver.requests[-1]
    changed = [
        (request.body + b" ", {}),
        (request.body, {"webhook-id": "msg_1"}),
        (request.body, {"webhook-timestamp": "1"}),
    ]
    for body, headers in changed:
        with pytest.raises(WebhookVerificationError):
            Webhook(added.secret).verify(body, {**request.headers, **headers})


def test_both_secrets_sign_for_a_day_then_only_the_new_one(world, receiver, added, delivery):
    new = rotate_secret(channel=added.channel, **world.by)
    assert new != added.secret
    delivery.channel.refresh_from_db()
    send(delivery)
    assert verified(receiver, new) == verified(receiver, added.secret)
    Channel.objects.update(old_secret_until=utc_now() - timedelta(seconds=1))
    delivery.channel.refresh_from_db()
    send(delivery)
    assert verified(receiver, new)
    with pytest.raises(WebhookVerificationError):
        verified(receiver, added.secret)


@pytest.mark.parametrize(
    ("status", "meant"),
    [
        (200, ("accepted", "200 OK: ok", False)),
        (302, ("refused", "302 Found: ok: redirects are not followed", False)),
        (400, ("refused", "400 Bad Request: ok", False)),
        (401, ("refused", "401 Unauthorized: ok", False)),
        (404, ("refused", "404 Not Found: ok", False)),
        (408, ("deferred", "408 Request Timeout: ok", False)),
        (429, ("deferred", "429 Too Many Requests: ok", True)),
        (500, ("deferred", "500 Internal Server Error: ok", False)),
        (503, ("deferred", "503 Service Unavailable: ok", True)),
        (599, ("deferred", "599: ok", False)),
    ],
)
def test_what_an_answer_means(status, meant, receiver, delivery):
    receiver.status = status
    answer = send(delivery)
    assert (answer.outcome, answer.text, answer.away) == meant
    assert len(receiver.requests) == 1


@pytest.mark.parametrize("status", [200, 404, 500])
@pytest.mark.parametrize(
    "body",
    [
        '{"error": "Not Found", "path": "/hooks/CANARY%2fx1"}',
        "Cannot POST /hooks/CANARY/x1?key=canary2",
        r"The POST method is not supported for route hooks\/CANARY%2Fx1?key=canary2.",
        "unknown key canary2",
    ],
)
def test_a_server_that_repeats_the_address_does_not_give_it_away(status, body, receiver, world):
    url = "https://hooks.example.com/hooks/CANARY%2Fx1?key=canary2"
    channel = add_channel(draft=ChannelDraft(ChannelKind.WEBHOOK, "CRM", url), **world.by).channel
    made = send_test(channel=channel, **world.by)
    made.message = BODY
    receiver.status, receiver.body = status, body.encode()
    said = send(made).text
    assert "canary" not in said.lower()
    assert said.startswith(str(status))


def test_a_webhook_that_is_gone_is_switched_off_once(world, receiver, delivery):
    receiver.status = 410
    waiting = Delivery.objects.get(pk=delivery.pk)
    assert waiting.state == "due"
    assert send(delivery).outcome == AttemptOutcome.REFUSED
    assert Channel.objects.get().disabled_at is not None
    waiting.refresh_from_db()
    assert waiting.state == "cancelled"
    send(delivery)
    (entry,) = AuditEntry.objects.filter(action="channel.switched_off")
    assert (entry.actor_kind, entry.after["reason"]) == ("system", "hooks.example.com answered 410 Gone")
    Channel.objects.all().delete()
    assert send(delivery).text == "410 Gone: ok"


def test_a_channel_that_was_switched_off_meanwhile_gets_nothing(receiver, delivery):
    Channel.objects.update(disabled_at=utc_now())
    delivery.channel.refresh_from_db()
    assert send(delivery).outcome == AttemptOutcome.CANCELLED
    assert receiver.requests == []


def test_the_engine_carries_a_test_to_its_receiver_and_repeats_it_to_the_byte(receiver, added, delivery):
    receiver.status = 503
    assert deliver(clock=database_now).outcomes[AttemptOutcome.DEFERRED] == 1
    Delivery.objects.update(due_at=utc_now())
    receiver.status, receiver.body = 204, b""
    assert deliver(clock=database_now).accepted == 1
    sent = Delivery.objects.get()
    assert (sent.state, sent.attempts, sent.message, sent.problem) == ("sent", 2, None, "")
    answers = list(sent.tries.order_by("number").values_list("answer", flat=True))
    assert answers == ["503 Service Unavailable: ok", "204 No Content"]
    first, second = receiver.requests
    assert first.body == second.body
    assert first.headers["webhook-id"] == second.headers["webhook-id"] == f"msg_{delivery.pk.hex}"
    assert verified(receiver, added.secret)["type"] == "test"


def test_a_host_that_moved_inside_is_refused_and_one_that_is_away_is_tried_again(
    receiver, delivery, monkeypatch
):
    monkeypatch.setattr(guarded, "INTERNET", receiver.internet(lambda _: ["10.0.0.7"]))
    answer = send(delivery)
    assert answer.outcome == AttemptOutcome.REFUSED
    assert "10.0.0.7" not in answer.text
    monkeypatch.setattr(guarded, "INTERNET", receiver.internet(lambda _: []))
    answer = send(delivery)
    assert (answer.outcome, answer.away) == (AttemptOutcome.DEFERRED, True)
    assert answer.text == "hooks.example.com: the name of the host is not known"


def test_pages_and_control_characters_of_a_server_stay_out_of_the_log(receiver, delivery):
    receiver.body = b"<!doctype html><title>x</title>"
    assert send(delivery).text == "200 OK"
    receiver.body = b"a\x00b\r\nc \xff\xe2\x80\xaed " + b"z" * 5000
    text = send(delivery).text
    assert text.startswith("200 OK: a b c � d zzz")
    assert len(text) < 300


def test_an_address_whose_key_is_gone_is_our_mistake(receiver, delivery, settings):
    settings.CODE_KEYS = {"9": b"9" * 32}
    answer = send(delivery)
    assert answer.outcome == AttemptOutcome.BROKEN
    assert receiver.requests == []


def test_neither_address_nor_secret_is_in_a_representation_or_the_database(added):
    row = Channel.objects.values_list().get()
    for secret in (added.secret, added.secret[6:30], "canary"):
        assert secret not in f"{added!r} {ChannelDraft(ChannelKind.WEBHOOK, 'x', URL)!r} {row}"
        assert secret.encode() not in b"".join(
            bytes(value) for value in row if isinstance(value, bytes | memoryview)
        )
        assert not [entry for entry in AuditEntry.objects.values_list() if secret in str(entry)]
