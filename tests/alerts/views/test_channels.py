"""The pages of channels: admins add, test, exchange, switch and delete; a secret is shown once and never again."""

import re
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alerts.enums import AttemptOutcome, ChannelKind, DeliveryKind, DeliveryState
from alerts.models import Channel, Delivery
from alerts.operations.channels import ChannelDraft, add_channel
from alerts.queries.channels import PAGE
from alerts.secrets import open_channel
from brands.enums import Role
from brands.models import AuditEntry
from sparktrack.core.clock import utc_now
from tests.alerts import scenes
from tests.world import World, client_of

pytestmark = pytest.mark.django_db

ADDRESSES = {
    "slack": "https://hooks.slack.com/services/T1/B1/canary",
    "teams": "https://a.logic.azure.com/workflows/0a/triggers/manual/paths/invoke?sp=x&sig=canary",
    "discord": "https://discord.com/api/webhooks/1/canary",
    "webhook": "https://hooks.example.com/canary",
}


class Desk:
    """An admin before the pages of channels."""

    def __init__(self):
        self.world = World(now=utc_now())
        self.client = client_of(self.world.member(Role.ADMIN))
        self.home = f"/b/{self.world.brand.slug}/settings/channels/"

    def channel(self, kind="slack", name="Team"):
        draft = ChannelDraft(ChannelKind(kind), name, ADDRESSES[kind])
        return add_channel(draft=draft, **self.world.by).channel

    def get(self, path="", **headers):
        response = self.client.get(self.home + path, headers=headers)
        assert "canary" not in response.content.decode()
        return response

    def post(self, path, headers=None, **data):
        return self.client.post(self.home + path, data, headers=headers)


@pytest.fixture
def desk():
    return Desk()


def text(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def test_an_empty_list_says_what_a_channel_is_for(desk):
    page = desk.get()
    assert "Only mail so far" in text(page)
    for kind in ADDRESSES:
        assert f"{desk.home}add/{kind}/" in page.content.decode()


@pytest.mark.parametrize("kind", ["slack", "teams", "discord"])
def test_a_chat_is_added_with_the_address_that_was_pasted(kind, desk):
    form = desk.get(f"add/{kind}/")
    assert "Where the address comes from" in text(form)
    answer = desk.post(f"add/{kind}/", address=f" {ADDRESSES[kind]} ", name="Ads", from_step="3")
    row = Channel.objects.get()
    assert answer["Location"] == f"{desk.home}{row.pk}/"
    assert (row.kind, row.name, row.from_step, open_channel(row).address) == (kind, "Ads", 3, ADDRESSES[kind])
    page = desk.get(f"{row.pk}/")
    assert "Ads is there. Send a test" in text(page)
    assert row.host in text(page)


def test_the_secret_of_a_webhook_is_shown_once_and_kept_by_nobody(desk):
    answer = desk.post("add/webhook/", address=ADDRESSES["webhook"], name="CRM", from_step="1")
    row = Channel.objects.get()
    secret = open_channel(row).secret
    assert answer.status_code == 200
    assert f'value="{secret}"' in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    assert "canary" not in answer.content.decode()
    for path in ("", f"{row.pk}/", "add/webhook/"):
        assert secret[6:] not in desk.get(path).content.decode()


def test_what_was_typed_stays_when_it_is_refused(desk):
    answer = desk.post("add/webhook/", address="https://127.0.0.1/x", name="CRM", from_step="7")
    assert answer.status_code == 422
    page = answer.content.decode()
    assert 'value="https://127.0.0.1/x"' in page
    assert 'value="CRM"' in page
    assert '<option value="7" selected>' in page
    assert "a name that the whole internet knows" in page
    assert not Channel.objects.exists()
    assert desk.post("add/slack/", address="", name="", from_step="x").status_code == 422
    assert desk.get("add/pager/").status_code == 404


def test_the_list_says_how_each_channel_fares_in_constantly_many_queries(desk):
    now = desk.world.now
    desk.channel(name="Quiet")
    with CaptureQueriesContext(
        connection,
    ) as few:
        desk.get()
    refused = {"state": DeliveryState.FAILED, "problem": "404 Not Found: no_service"}
    scenes.tried(scenes.message(desk.channel(name="Broken"), now, **refused), AttemptOutcome.REFUSED)
    late = scenes.message(desk.channel(name="Late"), now, state=DeliveryState.DUE, problem="503")
    scenes.tried(late, AttemptOutcome.DEFERRED)
    scenes.tried(scenes.message(desk.channel(name="Well"), now))
    Channel.objects.filter(pk=desk.channel(name="Resting").pk).update(disabled_at=now)
    with CaptureQueriesContext(connection) as many:
        page = desk.get()
    assert len(many) <= len(few) + 1  # the last messages, as there are some
    badges = re.findall(r'<span class="badge (\w+)">', page.content.decode())
    assert badges == ["stop", "warn", "ok", "idle", "ok"]
    assert "404 Not Found: no_service" in text(page)


def test_a_test_is_asked_for_and_what_came_of_it_is_shown(desk):
    row = desk.channel()
    answer = desk.post(f"{row.pk}/test/")
    assert answer["Location"] == f"{desk.home}{row.pk}/#test"
    test = Delivery.objects.get(kind=DeliveryKind.TEST)
    page = desk.get(f"{row.pk}/").content.decode()
    assert "On its way" in page
    assert 'hx-trigger="load delay:1s"' in page
    part = desk.get(f"{row.pk}/test/", **{"HX-Request": "true"})
    assert part.content.decode().count("On its way") == 1
    assert "<main" not in part.content.decode()
    scenes.tried(test, answer="200 OK: ok")
    Delivery.objects.filter(pk=test.pk).update(state=DeliveryState.SENT, finished_at=utc_now())
    part = desk.get(f"{row.pk}/test/", **{"HX-Request": "true"}).content.decode()
    assert "It arrived" in part
    assert "200 OK: ok" in part
    assert "hx-trigger" not in part
    assert desk.get(f"{row.pk}/test/")["Location"].endswith(f"{row.pk}/#test")


def test_a_test_that_failed_says_why_and_an_old_one_is_only_in_the_log(desk):
    row = desk.channel()
    failed = {
        "kind": DeliveryKind.TEST,
        "state": DeliveryState.FAILED,
        "problem": "403 Forbidden: invalid_token",
    }
    scenes.tried(
        scenes.message(row, desk.world.now, **failed), AttemptOutcome.REFUSED, "403 Forbidden: invalid_token"
    )
    page = text(desk.get(f"{row.pk}/"))
    assert page.count("403 Forbidden: invalid_token") == 3  # headline, test, log
    Delivery.objects.update(dated_at=desk.world.now - timedelta(hours=1))
    assert text(desk.get(f"{row.pk}/")).count("403 Forbidden: invalid_token") == 2


def test_a_second_test_waits_for_the_first(desk):
    row = desk.channel()
    desk.post(f"{row.pk}/test/")
    answer = desk.post(f"{row.pk}/test/")
    assert answer.status_code == 409
    assert "on its way already" in text(answer)
    part = desk.post(f"{row.pk}/test/", headers={"HX-Request": "true"})
    assert part.status_code == 200
    assert "On its way" in part.content.decode()
    assert Delivery.objects.count() == 1


def test_the_secret_is_exchanged_once_however_often_the_page_is_sent(desk):
    row = desk.channel("webhook")
    old = open_channel(row).secret
    version = re.search(r'name="version" value="([^"]+)"', desk.get(f"{row.pk}/").content.decode())[1]
    answer = desk.post(f"{row.pk}/secret/", version=version)
    new = open_channel(Channel.objects.get()).secret
    assert f'value="{new}"' in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    assert new != old
    again = desk.post(f"{row.pk}/secret/", version=version)
    assert again.status_code == 409
    assert "exchanged meanwhile" in text(again)
    assert open_channel(Channel.objects.get()).secret == new
    assert "signed with the old secret, too" in text(desk.get(f"{row.pk}/"))
    assert desk.post(f"{desk.channel(name='Chat').pk}/secret/", version="first").status_code == 409


def test_a_secret_that_no_key_opens_is_said(desk, settings):
    row = desk.channel("webhook")
    settings.CODE_KEYS = {"9": b"9" * 32}
    answer = desk.post(f"{row.pk}/secret/", version="first")
    assert answer.status_code == 409
    assert "the key is gone" in text(answer)


def test_name_and_warning_are_changed_or_refused_in_place(desk):
    row = desk.channel()
    desk.channel(name="Taken")
    assert desk.post(f"{row.pk}/change/", name="Ads", from_step="14")["Location"] == f"{desk.home}{row.pk}/"
    row.refresh_from_db()
    assert (row.name, row.from_step) == ("Ads", 14)
    answer = desk.post(f"{row.pk}/change/", name="Taken", from_step="14")
    assert answer.status_code == 422
    assert "There is a channel of this name already" in text(answer)
    assert 'value="Taken"' in answer.content.decode()
    assert desk.post(f"{row.pk}/change/", name="", from_step="14").status_code == 422


def test_a_channel_is_switched_off_and_on(desk):
    row = desk.channel()
    desk.post(f"{row.pk}/off/")
    page = text(desk.get(f"{row.pk}/"))
    assert "Nothing is sent there" in page
    assert "Does it work?" not in page
    assert desk.post(f"{row.pk}/test/").status_code == 409
    desk.post(f"{row.pk}/on/")
    assert "Is told of alerts from 1 day before on" in text(desk.get(f"{row.pk}/"))


def test_a_channel_that_went_away_by_itself_says_so(desk):
    row = desk.channel()
    gone = {"state": DeliveryState.FAILED, "problem": "410 Gone"}
    scenes.tried(scenes.message(row, desk.world.now, **gone), AttemptOutcome.REFUSED, "410 Gone")
    Channel.objects.update(disabled_at=desk.world.now)
    assert "answered “410 Gone”" in text(desk.get(f"{row.pk}/"))


def test_deleting_asks_first(desk):
    row = desk.channel()
    assert "cannot be brought back" in text(desk.get(f"{row.pk}/delete/"))
    assert Channel.objects.exists()
    assert desk.post(f"{row.pk}/delete/")["Location"] == desk.home
    assert not Channel.objects.exists()
    assert "Team is deleted" in text(desk.get())


def test_the_log_has_every_attempt_and_goes_on_by_key_in_constantly_many_queries(desk):
    row, now = desk.channel(), desk.world.now
    for number in range(PAGE + 3):
        at = now - timedelta(hours=number)
        fields = {"event": "alert.raised", "subject": f"Stops: post {number:02}"}
        scenes.tried(scenes.message(row, at, **fields), answer="200 OK")
    late = scenes.message(row, now, event="alert.resolved", state=DeliveryState.DUE, problem="503")
    scenes.tried(late, AttemptOutcome.DEFERRED, "503 Service Unavailable")
    scenes.tried(late, None)
    with CaptureQueriesContext(connection) as full:
        page = desk.get(f"{row.pk}/")
    words = text(page)
    assert "2 attempts" in words
    assert "503 Service Unavailable" in words
    assert "cut short: nobody knows whether it arrived" in words
    assert page.content.decode().count("<li>") > PAGE
    after = re.search(r"\?after=([0-9a-f-]+)", page.content.decode())[1]
    older = desk.get(f"{row.pk}/?after={after}")
    shown = [set(re.findall(r"post \d\d", text(each))) for each in (page, older)]
    assert [len(each) for each in shown] == [PAGE - 1, 4]
    assert not shown[0] & shown[1]
    assert "after=" not in older.content.decode()
    assert "Nothing yet" not in text(desk.get(f"{row.pk}/?after=x"))
    other = desk.channel(name="Other")
    with CaptureQueriesContext(connection) as empty:
        desk.get(f"{other.pk}/")
    assert len(full) <= len(empty) + 1


def test_a_channel_of_another_brand_is_not_there(desk):
    row = Desk().channel("webhook", "Theirs")
    for path in ("", "change/", "test/", "secret/", "off/", "on/", "delete/"):
        assert desk.post(f"{row.pk}/{path}", version="first").status_code in {404, 405}
    for path in ("", "test/", "delete/", f"?{urlencode({'after': row.pk})}"):
        assert desk.get(f"{row.pk}/{path}").status_code == 404
    assert Channel.objects.get().disabled_at is None
    assert "Theirs" not in text(desk.get())


@pytest.mark.parametrize("role", [Role.VIEWER, Role.BUYER, Role.MANAGER])
def test_only_admins_come_in(role, desk):
    row = desk.channel()
    client = client_of(desk.world.member(role))
    for path in ("", "add/slack/", f"{row.pk}/", f"{row.pk}/delete/"):
        assert client.get(desk.home + path).status_code == 403
    assert client.post(f"{desk.home}{row.pk}/off/").status_code == 403


def test_everything_that_was_done_is_in_the_audit(desk):
    row = desk.channel("webhook")
    for path in ("test/", "off/", "on/", "delete/"):
        desk.post(f"{row.pk}/{path}")
    found = set(AuditEntry.objects.values_list("action", flat=True))
    assert found >= {"channel.tested", "channel.switched_off", "channel.switched_on", "channel.deleted"}
