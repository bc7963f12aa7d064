"""Channels are added, changed, rotated, tested, switched off and deleted; what is secret stays out of the audit."""

from dataclasses import replace
from datetime import timedelta

import pytest

from alerts.enums import ChannelKind, DeliveryKind, DeliveryState
from alerts.models import Attempt, Channel, Delivery
from alerts.operations import channels
from alerts.operations.channels import ChannelDraft, ChannelRefusedError
from alerts.secrets import ChannelSecrets, open_channel
from brands.models import AuditEntry
from brands.operations.edits import OtherBrandError
from sparktrack.core.secrets import UndecryptableError
from tests.alerts import scenes
from tests.world import NOW, World

pytestmark = pytest.mark.django_db

SLACK = ChannelDraft(ChannelKind.SLACK, "Team", "https://hooks.slack.com/services/T1/B1/canary")
HOOK = ChannelDraft(ChannelKind.WEBHOOK, " Our   CRM ", "https://hooks.example.com/canary", from_step=7)


@pytest.fixture
def world():
    return World()


def add(world, draft=SLACK):
    return channels.add_channel(draft=draft, **world.by)


def actions(world):
    return list(AuditEntry.objects.for_brand(world.brand).order_by("pk").values_list("action", flat=True))


def test_a_chat_is_stored_sealed_and_has_no_secret(world):
    added = add(world)
    row = Channel.objects.get()
    assert (row.kind, row.name, row.host, row.from_step, row.disabled_at) == (
        "slack",
        "Team",
        "hooks.slack.com",
        1,
        None,
    )
    assert added.secret == ""
    assert row.secret is None
    assert b"canary" not in bytes(row.address)
    assert open_channel(row) == ChannelSecrets(SLACK.address)


def test_a_webhook_gets_a_secret_of_its_own(world):
    first, second = add(world, HOOK), add(world, replace(HOOK, name="Other"))
    assert first.channel.name == "Our CRM"
    assert first.secret.startswith("whsec_")
    assert len(first.secret) == 50
    assert first.secret != second.secret
    assert open_channel(Channel.objects.get(pk=first.channel.pk)).secret == first.secret


def test_a_row_of_another_brand_or_channel_does_not_open(world):
    own, other = add(world).channel, add(World()).channel
    second = add(world, replace(SLACK, name="Second")).channel
    for row in (other, second):
        row.address = own.address
        with pytest.raises(UndecryptableError):
            open_channel(row)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": "  "}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"name": "Team"}, "name"),
        ({"address": "https://127.0.0.1/"}, "address"),
        ({"from_step": -1}, "from_step"),
        ({"from_step": 366}, "from_step"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(change, field, world):
    add(world)
    with pytest.raises(ChannelRefusedError) as refused:
        add(world, replace(SLACK, **{"name": "New", **change}))
    assert refused.value.field == field
    assert Channel.objects.count() == 1
    add(World())  # the same name in another brand


def test_there_are_at_most_so_many(world, monkeypatch):
    monkeypatch.setattr(channels, "MOST_CHANNELS", 1)
    add(world)
    add(World())
    with pytest.raises(ChannelRefusedError, match="at most 1"):
        add(world, replace(SLACK, name="Second"))


def test_name_and_first_warning_change(world):
    row = add(world).channel
    assert channels.change_channel(channel=row, name="Ads", from_step=3, **world.by)
    assert not channels.change_channel(channel=row, name=" Ads ", from_step=3, **world.by)
    stored = Channel.objects.get()
    assert (stored.name, stored.from_step) == ("Ads", 3)
    assert open_channel(stored).address == SLACK.address
    entry = AuditEntry.objects.get(action="channel.changed")
    assert (entry.before, entry.after) == ({"name": "Team", "from_step": 1}, {"name": "Ads", "from_step": 3})
    add(world)
    with pytest.raises(ChannelRefusedError, match="of this name"):
        channels.change_channel(channel=row, name="Team", from_step=3, **world.by)


def test_the_old_secret_signs_for_24_hours_more(world):
    added = add(world, HOOK)
    new = channels.rotate_secret(channel=added.channel, **world.by)
    row = Channel.objects.get()
    until = NOW + timedelta(hours=24)
    assert row.old_secret_until == until
    opened = open_channel(row)
    assert opened == ChannelSecrets(HOOK.address, new, added.secret)
    microsecond = timedelta(microseconds=1)
    assert opened.signing(row, until - microsecond) == [new, added.secret]
    assert opened.signing(row, until) == [new]


def test_a_page_that_is_sent_twice_does_not_drop_the_secret_in_use(world):
    seen = add(world, HOOK).channel
    new = channels.rotate_secret(channel=seen, **world.by)
    with pytest.raises(ChannelRefusedError, match="a moment ago"):
        channels.rotate_secret(channel=seen, **world.by)
    again = channels.rotate_secret(channel=Channel.objects.get(), **world.by)
    assert open_channel(Channel.objects.get()) == ChannelSecrets(HOOK.address, again, new)


def test_a_chat_has_no_secret_to_rotate(world):
    with pytest.raises(ChannelRefusedError, match="Only webhooks"):
        channels.rotate_secret(channel=add(world).channel, **world.by)


def test_switched_off_nothing_that_waits_goes_there(world):
    row = add(world).channel
    waiting = scenes.message(row, NOW, state=DeliveryState.DUE, message=b"x")
    sending = scenes.message(row, NOW, state=DeliveryState.SENDING)
    elsewhere = scenes.message(add(world, HOOK).channel, NOW, state=DeliveryState.DUE)
    assert channels.switch_off(channel=row, **world.by)
    assert not channels.switch_off(channel=row, **world.by)
    for message in (waiting, sending, elsewhere):
        message.refresh_from_db()
    assert (waiting.state, waiting.finished_at, waiting.message) == ("cancelled", NOW, None)
    assert (sending.state, elsewhere.state) == ("sending", "due")
    assert channels.switch_on(channel=row, **world.by)
    assert not channels.switch_on(channel=row, **world.by)
    assert actions(world) == ["channel.added", "channel.added", "channel.switched_off", "channel.switched_on"]


def test_a_test_is_a_message_of_its_own_one_at_a_time(world):
    row = add(world).channel
    made = channels.send_test(channel=row, **world.by)
    stored = Delivery.objects.get()
    assert (stored.pk, stored.kind, stored.event, stored.state) == (
        made.pk,
        DeliveryKind.TEST,
        "test",
        "due",
    )
    assert (stored.due_at, stored.send_before) == (NOW, NOW + timedelta(minutes=10))
    assert stored.message_id.startswith(f"<{made.pk.hex}@")
    with pytest.raises(ChannelRefusedError, match="on its way"):
        channels.send_test(channel=row, **world.by)
    channels.switch_off(channel=row, **world.by)
    with pytest.raises(ChannelRefusedError, match="switched off"):
        channels.send_test(channel=row, **world.by)
    channels.switch_on(channel=row, **world.by)
    channels.send_test(channel=row, **world.by)


def test_deleted_a_channel_takes_its_log_along_but_not_the_audit(world):
    row = add(world).channel
    scenes.tried(scenes.message(row, NOW))
    channels.delete_channel(channel=row, **world.by)
    assert not Channel.objects.exists()
    assert not Delivery.objects.exists()
    assert not Attempt.objects.exists()
    entry = AuditEntry.objects.get(action="channel.deleted")
    assert entry.before == {"name": "Team", "kind": "slack", "host": "hooks.slack.com", "from_step": 1}
    with pytest.raises(OtherBrandError):
        channels.switch_off(channel=row, **world.by)


def test_a_channel_of_another_brand_cannot_be_touched(world):
    row, other = add(world).channel, World()
    for act in (channels.switch_off, channels.delete_channel, channels.send_test, channels.rotate_secret):
        with pytest.raises(OtherBrandError):
            act(channel=row, **other.by)
    with pytest.raises(OtherBrandError):
        channels.change_channel(channel=row, name="x", from_step=1, **other.by)


def test_no_audit_entry_has_an_address_or_a_secret(world):
    added = add(world, HOOK)
    new = channels.rotate_secret(channel=added.channel, **world.by)
    channels.delete_channel(channel=added.channel, **world.by)
    entries = str(list(AuditEntry.objects.values_list()))
    assert "channel.secret_rotated" in entries
    assert not [each for each in ("canary", added.secret[6:], new[6:]) if each in entries]
