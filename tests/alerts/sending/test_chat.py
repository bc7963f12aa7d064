"""Chats: in their own form, at their own hosts, by our own client; nothing of apprise ever speaks to anybody."""

import json

import pytest
import requests
from apprise import NotifyType

from alerts.enums import AttemptOutcome, ChannelKind
from alerts.models import Channel
from alerts.operations.channels import ChannelDraft, add_channel, send_test
from alerts.secrets import ChannelSecrets, seal_channel
from alerts.sending import guarded
from alerts.sending.chat import MOST_CHARACTERS, chat_payload, send
from sparktrack.core.clock import utc_now
from tests.world import World

SLACK = "https://hooks.slack.com/services/T0CANARY/B0CANARY/x0canary"
DISCORD = "https://discord.com/api/webhooks/123/canary-_x"
TEAMS = (
    "https://prod-23.westeurope.logic.azure.com:443/workflows/0canary/triggers/manual/paths/invoke"
    "?api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=canary_-x"
)
ADDRESSES = {ChannelKind.SLACK: SLACK, ChannelKind.DISCORD: DISCORD, ChannelKind.TEAMS: TEAMS}
TEXT = "Stops Thu 3 Dec: Morning routine\nThe code ends.\nhttps://sparktrack.example/b/a/?x=1&y=2"


@pytest.fixture(autouse=True)
def _apprise_is_mute(monkeypatch):
    """Whatever apprise would send by itself fails."""

    def refuse(*_arguments, **_options):
        raise AssertionError("apprise tried to send")

    for name in ("request", "post", "get"):
        monkeypatch.setattr(requests, name, refuse)


def delivery_to(kind):
    world = World(now=utc_now())
    channel = add_channel(draft=ChannelDraft(kind, "Team", ADDRESSES[kind]), **world.by).channel
    made = send_test(channel=channel, **world.by)
    made.message = TEXT.encode()
    return made


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "path", "host"),
    [
        (ChannelKind.SLACK, "/services/T0CANARY/B0CANARY/x0canary", "hooks.slack.com"),
        (ChannelKind.DISCORD, "/api/webhooks/123/canary-_x", "discord.com"),
        (ChannelKind.TEAMS, TEAMS.partition(":443")[2], "prod-23.westeurope.logic.azure.com"),
    ],
)
def test_each_chat_is_posted_to_at_the_address_that_was_pasted(kind, path, host, receiver, caplog):
    answer = send(delivery_to(kind))
    assert (answer.outcome, answer.text) == (AttemptOutcome.ACCEPTED, "200 OK: ok")
    (request,) = receiver.requests
    assert (request.path, request.headers["host"]) == (path, host)
    sent = json.dumps(json.loads(request.body), ensure_ascii=False)
    assert "Stops Thu 3 Dec: Morning routine" in sent
    assert "https://sparktrack.example/b/a/?x=1" in sent
    assert "canary" not in caplog.text.lower() + sent.lower()


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ADDRESSES)
def test_chats_are_guarded_like_webhooks(kind, receiver, monkeypatch):
    made = delivery_to(kind)
    receiver.status, receiver.headers = 307, {"Location": "https://127.0.0.1/"}
    assert send(made).outcome == AttemptOutcome.REFUSED
    assert len(receiver.requests) == 1
    receiver.status, receiver.body = 404, b"no_service"
    assert send(made).text == "404 Not Found: no_service"
    receiver.status = 410
    assert send(made).outcome == AttemptOutcome.REFUSED
    assert Channel.objects.get().disabled_at is not None
    monkeypatch.setattr(guarded, "INTERNET", receiver.internet(lambda _: ["169.254.169.254"]))
    assert send(made).outcome == AttemptOutcome.REFUSED
    assert len(receiver.requests) == 3


def test_slack_gets_an_attachment_with_the_colour_of_what_happened():
    (attachment,) = chat_payload(ChannelKind.SLACK, text=TEXT, of_type=NotifyType.SUCCESS)["attachments"]
    assert attachment["title"] == "Stops Thu 3 Dec: Morning routine"
    assert attachment["text"].startswith("The code ends.\nhttps://sparktrack.example")
    assert attachment["color"] == "#1a6f45"


def test_teams_gets_a_card_whose_lines_stay_lines():
    (attachment,) = chat_payload(ChannelKind.TEAMS, text=TEXT)["attachments"]
    headline, body = attachment["content"]["body"]
    assert (headline["text"], headline["size"]) == ("Stops Thu 3 Dec: Morning routine", "Large")
    assert body["text"].startswith("The code ends.\n\nhttps://sparktrack.example")


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ADDRESSES)
def test_no_chat_reads_a_file_whatever_its_address_says(kind, tmp_path, receiver):
    card = tmp_path / "card.json"
    card.write_text('{"type": "message", "attachments": [{"secret": "stolen"}]}')
    made = delivery_to(kind)
    mark = "&" if "?" in ADDRESSES[kind] else "?"
    seal_channel(made.channel, ChannelSecrets(f"{ADDRESSES[kind]}{mark}template={card}&:secret=x"))
    assert send(made).outcome == AttemptOutcome.ACCEPTED
    body = receiver.requests[-1].body.decode()
    assert "stolen" not in body
    assert "Morning routine" in body


def test_no_chat_loads_a_picture_from_elsewhere_or_names_apprise():
    for kind in ADDRESSES:
        payload = json.dumps(chat_payload(kind, text=TEXT))
        assert "github" not in payload
        assert "pprise" not in payload
        assert "avatar" not in payload


@pytest.mark.parametrize("kind", ADDRESSES)
@pytest.mark.parametrize(
    "hostile",
    [
        "<!channel> <!here|x> <@U123> <https://evil.example|https://good.example>",
        "!channel> @here> <at>Everyone</at>",
        "@everyone @here <@&123>",
        "[https://good.example](https://evil.example)",
    ],
)
def test_names_that_people_chose_call_nobody_and_hide_no_address(kind, hostile):
    payload = chat_payload(kind, text=f"{hostile}\n{hostile}\nx")
    text = json.dumps(payload, ensure_ascii=False)
    assert "<" not in text
    assert ">" not in text
    assert "](" not in text
    assert "entities" not in text
    if kind is ChannelKind.DISCORD:
        assert payload["allowed_mentions"] == {"parse": []}
        assert "flags" not in payload


@pytest.mark.parametrize("kind", ADDRESSES)
def test_one_message_stays_one_however_long(kind):
    payload = chat_payload(kind, text="Title " + "t" * 400 + "\n" + "line\n" * 2000)
    assert len(json.dumps(payload)) < 2 * MOST_CHARACTERS


@pytest.mark.parametrize("kind", ADDRESSES)
def test_a_single_line_is_a_message(kind):
    assert "Just this" in json.dumps(chat_payload(kind, text="Just this\n"))


def test_a_webhook_is_no_chat():
    with pytest.raises(ValueError, match="is no chat"):
        chat_payload(ChannelKind.WEBHOOK, text=TEXT)


@pytest.mark.django_db
def test_an_address_whose_key_is_gone_is_our_mistake(receiver, settings):
    made = delivery_to(ChannelKind.SLACK)
    settings.CODE_KEYS = {"9": b"9" * 32}
    assert send(made).outcome == AttemptOutcome.BROKEN
    assert receiver.requests == []
