"""``manage.py doctor``: one line for each finding, exit code 1 when something is wrong, never a secret."""

import base64
import io
import os

import pytest
from django.core.management import CommandError, call_command

from alerts.models import Heartbeat
from alerts.rules.health import SILENT
from authorizations.models import AuthorizationCode
from brands.enums import TokenScope
from brands.operations.tokens import TokenDraft, issue_token, revoke_tokens
from sparktrack.core.clock import database_now
from tests import servers
from tests.core.checkup.test_mail import point_at, smtp_server
from tests.core.checkup.test_site import site
from tests.world import DAY, NOW, World, spark_code

pytestmark = pytest.mark.django_db


def doctor(**options):
    """What it prints, and what it ends with (empty: exit code 0)."""
    out = io.StringIO()
    try:
        call_command("doctor", stdout=out, **options)
    except CommandError as error:
        return out.getvalue(), str(error)
    return out.getvalue(), ""


def lines(text, verdict):
    return [line.split(maxsplit=1)[1] for line in text.splitlines() if line.startswith(verdict)]


@pytest.fixture
def well(settings):
    """A mail server, a site, and an engine that ticks."""
    now = database_now()
    Heartbeat.objects.bulk_create([Heartbeat(name=name, at=now) for name in SILENT])
    with smtp_server(settings) as inbox, site(settings):
        yield inbox


def test_all_is_well(well):
    world = World()
    world.code(world.post(), NOW - DAY, code=(code := spark_code()))
    text, error = doctor()
    assert error == ""
    assert lines(text, "WRONG") == []
    for about in (
        "Database",
        "Clock",
        "Keys",
        "Tokens",
        "Alerts",
        "Broker",
        "Cache",
        "Files",
        "Mail",
        "Site",
    ):
        assert any(line.startswith(about) for line in lines(text, "ok")), about
    assert text.rstrip().endswith("Nothing is wrong.")
    assert code not in text
    assert well.mails == []


def test_a_test_mail_is_sent_to_whom_it_is_said(well):
    text, error = doctor(send_to="ada@example.com")
    assert error == ""
    assert any("Test mail" in line for line in lines(text, "ok"))
    assert [mail.rcpt_tos for mail in well.mails] == [["ada@example.com"]]
    assert doctor(send_to="ada")[1] == "ada is no e-mail address."


def test_everything_that_is_wrong_is_counted_and_no_secret_is_said(well, settings):
    world = World()
    world.code(world.post(), NOW - DAY, code=(code := spark_code()))
    settings.PRODUCTION = True
    settings.CODE_KEYS = {"1": os.urandom(32)}
    settings.REDIS_URL = f"redis://:hunter2@127.0.0.1:{servers.free_port()}/0"
    settings.SITE_URL = f"http://127.0.0.1:{servers.free_port()}"
    settings.ALERTS_PING_URL = "https://ping.example/hunter2"
    Heartbeat.objects.all().delete()
    point_at(settings, servers.free_port())
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "mailer", "hunter2"
    text, error = doctor()
    wrong = lines(text, "WRONG")
    assert {line.split()[0] for line in wrong} >= {"Keys", "Alerts", "Broker", "Mail", "Site"}
    assert error == f"{len(wrong)} things are wrong."
    for secret in ("hunter2", code, base64.b64encode(settings.CODE_KEYS["1"]).decode(), settings.SECRET_KEY):
        assert secret not in text
    assert "ping.example is pinged" in text


def test_keys_that_are_not_those_of_what_is_stored(well, settings):
    world = World()
    world.code(world.post(), NOW - DAY)
    settings.FINGERPRINT_KEY = os.urandom(32)
    assert "FINGERPRINT_KEY is not the one" in " ".join(lines(doctor()[0], "WRONG"))
    AuthorizationCode.objects.update(key_id="9")
    text, error = doctor()
    assert "needs the key 9, which is not in CODE_KEYS" in " ".join(lines(text, "WRONG"))
    assert error == "1 thing is wrong."


def test_tokens_whose_pepper_is_gone_are_named(well, settings):
    world = World(now=database_now(), slug="northbeam")
    lost = [issue_token(draft=TokenDraft(f"Sheet {n}", TokenScope.READ), **world.by).token for n in range(7)]
    settings.TOKEN_PEPPERS = {"2": os.urandom(32)}
    issue_token(draft=TokenDraft("New", TokenScope.READ), **world.by)
    revoke_tokens(tokens=lost[:1], **world.by)
    text, error = doctor()
    (line,) = lines(text, "WRONG")
    assert "Sheet 1 of northbeam (pepper 1)" in line
    assert "Sheet 5 of northbeam (pepper 1) and 1 more." in line
    assert "New" not in line
    assert "Sheet 0" not in line
    assert error == "1 thing is wrong."


def test_messages_that_are_held_are_said(well, settings):
    settings.HOLD_ALERTS = True
    text, error = doctor()
    assert error == ""
    assert "HOLD_ALERTS is yes" in " ".join(lines(text, "note"))


def test_in_development_nothing_need_run(settings):
    point_at(settings, 25)
    settings.EMAIL_BACKEND = "sparktrack.core.mailbox.EmailBackend"
    settings.SITE_URL = f"http://127.0.0.1:{servers.free_port()}"
    text, error = doctor()
    assert error == ""
    assert {"Alerts", "Mail", "Site"} <= {line.split()[0] for line in lines(text, "note")}
