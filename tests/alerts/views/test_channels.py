"""The pages of channels: admins add and delete; a secret is shown once and never again; the log."""

import re
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alerts.enums import AttemptOutcome, DeliveryState
from alerts.models import Channel
from alerts.queries.channels import PAGE
from alerts.secrets import open_channel
from brands.enums import Role
from tests.alerts import scenes
from tests.alerts.channeldesk import ADDRESSES, Desk, text
from tests.world import client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk():
    return Desk()


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
