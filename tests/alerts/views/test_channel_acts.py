"""What admins do with a channel: test it, exchange its secret, change it, switch it."""

import re
from datetime import timedelta

import pytest

from alerts.enums import AttemptOutcome, DeliveryKind, DeliveryState
from alerts.models import Channel, Delivery
from alerts.secrets import open_channel
from brands.models import AuditEntry
from sparktrack.core.clock import utc_now
from tests.alerts import scenes
from tests.alerts.channeldesk import Desk, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk():
    return Desk()


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


def test_everything_that_was_done_is_in_the_audit(desk):
    row = desk.channel("webhook")
    for path in ("test/", "off/", "on/", "delete/"):
        desk.post(f"{row.pk}/{path}")
    found = set(AuditEntry.objects.values_list("action", flat=True))
    assert found >= {"channel.tested", "channel.switched_off", "channel.switched_on", "channel.deleted"}


def test_a_channel_that_is_deleted_between_look_and_act_is_not_there(desk, monkeypatch):
    row = desk.channel()

    def look(*_args):
        Channel.objects.all().delete()
        return row

    monkeypatch.setattr("alerts.views.channel_acts.channel_or_404", look)
    for path in ("off/", "on/", "test/"):
        assert desk.post(f"{row.pk}/{path}").status_code == 404
