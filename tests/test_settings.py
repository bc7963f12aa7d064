"""The settings: production refuses to start when something is missing or unsafe; without variables all is embedded."""

import base64
import os
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import get_connection

from sparktrack import settings as settings_module

CODE_KEY = bytes(range(32))
KEY = base64.b64encode(CODE_KEY).decode()
PEPPER = base64.b64encode(bytes(range(64, 96))).decode()
PRODUCTION = {
    "ENVIRONMENT": "production",
    "SECRET_KEY": "s3cret-" * 10,
    "CODE_KEYS": f"1:{KEY}",
    "FINGERPRINT_KEY": base64.b64encode(CODE_KEY[::-1]).decode(),
    "TOKEN_PEPPERS": f"1:{PEPPER}",
    "ALLOWED_HOSTS": "sparktrack.example",
    "SITE_URL": "https://sparktrack.example/",
    "DATABASE_URL": "postgres://sparktrack:hunter2@database.example/sparktrack",
    "REDIS_URL": "redis://:hunter2@redis.example/0",
    "EMAIL_URL": "smtp+tls://mailer:hunter2@mail.example:587",
    "DEFAULT_FROM_EMAIL": "sparktrack <alerts@sparktrack.example>",
}
OTHERS = (
    "SPARKTRACK_VAR", "LOG_LEVEL", "TRUSTED_PROXIES", "SECURE_SSL_REDIRECT", "DATABASE_POOLED", "ALLOW_SQLITE",
    "HOLD_ALERTS", "ALERTS_PING_URL",
)  # fmt: skip


@pytest.fixture
def load(monkeypatch, tmp_path):
    """Runs the settings file with these variables and no others; returns what it defines."""

    def run(**values: str | None) -> dict[str, Any]:
        for name in (*PRODUCTION, *OTHERS):
            monkeypatch.delenv(name, raising=False)
            monkeypatch.delenv(f"{name}_FILE", raising=False)
        for name, value in {"SPARKTRACK_VAR": str(tmp_path / "var"), **values}.items():
            if value is not None:
                monkeypatch.setenv(name, value)
        return runpy.run_path(str(settings_module.__file__))

    return run


def test_without_variables_everything_is_embedded(load, tmp_path):
    found = load()
    assert found["DATABASES"]["default"]["ENGINE"] == "django.db.backends.sqlite3"
    assert found["DATABASES"]["default"]["NAME"] == str(tmp_path / "var" / "sparktrack.sqlite3")
    assert found["CELERY_BROKER_URL"] == "filesystem://localhost"
    assert found["EMAIL_BACKEND"] == "sparktrack.core.mailbox.EmailBackend"
    assert found["PRODUCTION"] is False
    assert (tmp_path / "var" / "secrets.json").exists()


def test_sqlite_writes_one_after_the_other_and_waits(load):
    options = load()["DATABASES"]["default"]["OPTIONS"]
    assert options["transaction_mode"] == "IMMEDIATE"
    assert options["timeout"] >= 10
    assert "journal_mode=WAL" in options["init_command"]
    assert "foreign_keys=ON" in options["init_command"]


def test_production_takes_everything_from_its_variables(load, tmp_path):
    found = load(**PRODUCTION)
    assert found["DATABASES"]["default"]["HOST"] == "database.example"
    assert "statement_timeout" in found["DATABASES"]["default"]["OPTIONS"]["options"]
    assert found["CELERY_BROKER_URL"] == PRODUCTION["REDIS_URL"]
    assert (found["EMAIL_HOST"], found["EMAIL_PORT"]) == ("mail.example", 587)
    assert found["SITE_URL"] == "https://sparktrack.example"
    assert found["CSRF_TRUSTED_ORIGINS"] == ["https://sparktrack.example"]
    assert found["CODE_KEYS"] == {"1": CODE_KEY}
    assert found["TOKEN_PEPPERS"] == {"1": bytes(range(64, 96))}
    assert (found["HOLD_ALERTS"], found["ALERTS_PING_URL"]) == (False, "")
    assert found["DEBUG"] is False
    assert not (tmp_path / "var" / "secrets.json").exists()


def test_production_keeps_cookies_to_https_and_to_the_host(load):
    found = load(**PRODUCTION)
    for name in ("SESSION", "CSRF"):
        assert found[f"{name}_COOKIE_SECURE"] is True
        assert found[f"{name}_COOKIE_HTTPONLY"] is True
        assert found[f"{name}_COOKIE_NAME"].startswith("__Host-")
    assert found["SECURE_SSL_REDIRECT"] is True
    assert found["SECURE_HSTS_SECONDS"] >= 31_536_000


def test_behind_pgbouncer_no_startup_option_is_sent(load):
    database = load(**PRODUCTION, DATABASE_POOLED="yes")["DATABASES"]["default"]
    assert "options" not in database["OPTIONS"]
    assert database["DISABLE_SERVER_SIDE_CURSORS"] is True


@pytest.mark.parametrize(
    "name",
    [name for name in PRODUCTION if name not in {"ENVIRONMENT", "ALLOWED_HOSTS", "DEFAULT_FROM_EMAIL"}],
)
@pytest.mark.parametrize("value", [None, "", "  "], ids=["missing", "empty", "blank"])
def test_production_refuses_to_start_without(load, name, value):
    with pytest.raises(ImproperlyConfigured, match=f"{name} .or {name}_FILE. must be set"):
        load(**{**PRODUCTION, name: value})


@pytest.mark.parametrize("name", [name for name in PRODUCTION if name != "ENVIRONMENT"])
def test_production_takes_each_value_from_a_file_and_refuses_an_empty_one(load, tmp_path, name):
    path = tmp_path / "secret"
    path.write_text(PRODUCTION[name] + "\n")
    others = {**PRODUCTION, name: None, f"{name}_FILE": str(path)}
    assert load(**others)["PRODUCTION"] is True
    path.write_text("\n")
    with pytest.raises(ImproperlyConfigured, match=f"{name}_FILE: .* is empty"):
        load(**others)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ENVIRONMENT", "prod"),
        ("ENVIRONMENT", "Production"),
        ("SECRET_KEY", "short"),
        ("SECRET_KEY", "x" * 60),
        ("CODE_KEYS", KEY),
        ("CODE_KEYS", "1:" + base64.b64encode(b"short").decode()),
        ("CODE_KEYS", "1:" + base64.b64encode(b"k" * 32).decode()),
        ("CODE_KEYS", "1:" + base64.b64encode(bytes(32)).decode()),
        ("FINGERPRINT_KEY", base64.b64encode(b"key " * 8).decode()),
        ("FINGERPRINT_KEY", KEY),
        ("FINGERPRINT_KEY", "no base64!"),
        ("TOKEN_PEPPERS", PEPPER),
        ("TOKEN_PEPPERS", f"1:{KEY}"),
        ("TOKEN_PEPPERS", "1:" + base64.b64encode(bytes(32)).decode()),
        ("ALLOWED_HOSTS", None),
        ("ALLOWED_HOSTS", " , "),
        ("ALLOWED_HOSTS", "*"),
        ("ALLOWED_HOSTS", "sparktrack.example,*"),
        ("ALLOWED_HOSTS", "other.example"),
        ("SITE_URL", "http://sparktrack.example"),
        ("SITE_URL", "sparktrack.example"),
        ("SITE_URL", "https://"),
        ("SITE_URL", "https://sparktrack.example/app"),
        ("SITE_URL", "https://someone:hunter2@sparktrack.example"),
        ("SITE_URL", "https://@sparktrack.example"),
        ("DATABASE_URL", "sqlite:////var/lib/sparktrack.sqlite3"),
        ("DATABASE_URL", "hunter2"),
        ("DATABASE_URL", "mysql://u:hunter2@database.example/x"),
        ("DATABASE_URL", "postgres://u:hunter2@database.example:x/x"),
        ("REDIS_URL", "redis.example:6379"),
        ("REDIS_URL", "http://:hunter2@redis.example"),
        ("EMAIL_URL", "mail.example"),
        ("EMAIL_URL", "consolemail://"),
        ("EMAIL_URL", "memorymail://"),
        ("EMAIL_URL", "filemail:///var/mail"),
        ("EMAIL_URL", "smtp://"),
        ("EMAIL_URL", "smtp://mailer:hunter2@mail.example"),
        ("EMAIL_URL", "smtp+tls://mailer:hunter/2@mail.example"),
        ("EMAIL_URL", "smtp+tls://mailer:hunter2@mail.example/?ssl_cafile=x"),
        ("EMAIL_URL", "postmark://"),
        ("EMAIL_URL", "postmark://:hunter2@api.example"),
        ("EMAIL_URL", "resend://:hunter2@?region=eu"),
        ("EMAIL_URL", "amazon-ses://:hunter2@"),
        ("DEFAULT_FROM_EMAIL", None),
        ("DEFAULT_FROM_EMAIL", "sparktrack <sparktrack@localhost>"),
        ("DEFAULT_FROM_EMAIL", "sparktrack@web.localdomain"),
        ("DEFAULT_FROM_EMAIL", "sparktrack"),
        ("ALLOW_SQLITE", "perhaps"),
        ("HOLD_ALERTS", "perhaps"),
        ("ALERTS_PING_URL", "http://ping.example/hunter2"),
        ("ALERTS_PING_URL", "ping.example"),
        ("TRUSTED_PROXIES", "-1"),
        ("TRUSTED_PROXIES", "two"),
        ("SECURE_SSL_REDIRECT", "perhaps"),
        ("DATABASE_POOLED", "perhaps"),
        ("LOG_LEVEL", "loud"),
    ],
)
def test_production_refuses_an_unsafe_value_by_name_without_quoting_a_password(load, name, value):
    with pytest.raises(ImproperlyConfigured) as refused:
        load(**{**PRODUCTION, name: value})
    assert str(refused.value).startswith(name)
    assert "hunter2" not in str(refused.value)


def test_everything_that_is_wrong_is_said_at_once(load):
    with pytest.raises(ImproperlyConfigured) as refused:
        load(ENVIRONMENT="production", SITE_URL="http://sparktrack.example", LOG_LEVEL="loud")
    first, *problems = str(refused.value).splitlines()
    assert first == f"{len(problems)} settings are missing or unsafe."
    named = [problem.removeprefix("- ").split()[0] for problem in problems]
    assert sorted(named) == sorted({*PRODUCTION, "LOG_LEVEL"} - {"ENVIRONMENT"})


def test_sqlite_serves_production_only_with_leave(load):
    found = load(**{**PRODUCTION, "DATABASE_URL": "sqlite:////var/lib/one.sqlite3", "ALLOW_SQLITE": "yes"})
    assert found["DATABASES"]["default"]["NAME"] == "/var/lib/one.sqlite3"


def test_a_wildcard_of_subdomains_and_a_port_fit_the_site(load):
    hosts = {"ALLOWED_HOSTS": ".sparktrack.example", "SITE_URL": "https://acme.sparktrack.example:8443"}
    assert load(**{**PRODUCTION, **hosts})["SITE_URL"] == "https://acme.sparktrack.example:8443"


@pytest.mark.parametrize(
    ("url", "port", "tls", "ssl"),
    [
        ("smtp://mail.example", 25, False, False),
        ("smtp://mail.example:1025", 1025, False, False),
        ("smtp+tls://mailer:p%40ss%2F1@mail.example", 587, True, False),
        ("smtp+ssl://mailer:p%40ss%2F1@mail.example/", 465, False, True),
    ],
)
def test_a_mail_server_by_its_address(load, url, port, tls, ssl):
    found = load(**{**PRODUCTION, "EMAIL_URL": url})
    assert found["EMAIL_BACKEND"] == "django.core.mail.backends.smtp.EmailBackend"
    assert (found["EMAIL_HOST"], found["EMAIL_PORT"]) == ("mail.example", port)
    assert (found["EMAIL_USE_TLS"], found["EMAIL_USE_SSL"]) == (tls, ssl)
    if "@" in url:
        assert (found["EMAIL_HOST_USER"], found["EMAIL_HOST_PASSWORD"]) == ("mailer", "p@ss/1")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("postmark://:to%2Fken@", {"POSTMARK_SERVER_TOKEN": "to/ken"}),
        ("resend://:re_1@", {"RESEND_API_KEY": "re_1"}),
        ("brevo://:xkeysib-1@", {"BREVO_API_KEY": "xkeysib-1"}),
        ("mailgun://:key@", {"MAILGUN_API_KEY": "key"}),
        (
            "mailgun://:key@mg.sparktrack.example?region=eu",
            {
                "MAILGUN_API_KEY": "key",
                "MAILGUN_SENDER_DOMAIN": "mg.sparktrack.example",
                "MAILGUN_API_URL": "https://api.eu.mailgun.net/v3",
            },
        ),
    ],
)
def test_a_provider_by_its_key(load, settings, url, expected):
    found = load(**{**PRODUCTION, "EMAIL_URL": url})
    assert found["ANYMAIL"] == {**expected, "REQUESTS_TIMEOUT": 10}
    settings.ANYMAIL = found["ANYMAIL"]
    backend = get_connection(found["EMAIL_BACKEND"])
    assert set(expected.values()) & {getattr(backend, name, "") for name in ("api_key", "server_token")}
    assert backend.timeout == 10


def test_mail_may_go_to_a_server_outside_production_too(load):
    assert load(EMAIL_URL="smtp://127.0.0.1:1025")["EMAIL_PORT"] == 1025


def test_a_command_says_what_is_missing_without_a_traceback():
    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=Path(str(settings_module.__file__)).parent.parent,
        env={"PATH": os.environ["PATH"], "ENVIRONMENT": "production"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith(
        "10 settings are missing or unsafe.\n- SECRET_KEY (or SECRET_KEY_FILE) must be set."
    )
    assert "Traceback" not in done.stderr


def test_the_settings_file_is_the_one_of_the_project():
    assert Path(str(settings_module.__file__)).name == "settings.py"
