"""The settings: production refuses to start when something is missing or unsafe; without variables all is embedded."""

import base64
import runpy
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from sparktrack import settings as settings_module

KEY = base64.b64encode(b"k" * 32).decode()
PRODUCTION = {
    "ENVIRONMENT": "production",
    "SECRET_KEY": "s3cret-" * 10,
    "CODE_KEYS": f"1:{KEY}",
    "FINGERPRINT_KEY": KEY,
    "ALLOWED_HOSTS": "sparktrack.example",
    "SITE_URL": "https://sparktrack.example/",
    "DATABASE_URL": "postgres://sparktrack:hunter2@database.example/sparktrack",
    "REDIS_URL": "redis://:hunter2@redis.example/0",
    "EMAIL_URL": "smtp://mailer:hunter2@mail.example:587",
}
OTHERS = (
    "SPARKTRACK_VAR", "LOG_LEVEL", "TRUSTED_PROXIES", "SECURE_SSL_REDIRECT", "DATABASE_POOLED", "DEFAULT_FROM_EMAIL",
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
    assert found["EMAIL_BACKEND"].endswith("filebased.EmailBackend")
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
    assert found["CODE_KEYS"] == {"1": b"k" * 32}
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
    "name", [name for name in PRODUCTION if name not in {"ENVIRONMENT", "ALLOWED_HOSTS"}]
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
        ("FINGERPRINT_KEY", "no base64!"),
        ("ALLOWED_HOSTS", None),
        ("ALLOWED_HOSTS", " , "),
        ("ALLOWED_HOSTS", "*"),
        ("ALLOWED_HOSTS", "sparktrack.example,*"),
        ("SITE_URL", "http://sparktrack.example"),
        ("SITE_URL", "sparktrack.example"),
        ("SITE_URL", "https://"),
        ("DATABASE_URL", "hunter2"),
        ("DATABASE_URL", "mysql://u:hunter2@database.example/x"),
        ("DATABASE_URL", "postgres://u:hunter2@database.example:x/x"),
        ("REDIS_URL", "redis.example:6379"),
        ("REDIS_URL", "http://:hunter2@redis.example"),
        ("EMAIL_URL", "mail.example"),
        ("EMAIL_URL", "consolemail://"),
        ("EMAIL_URL", "memorymail://"),
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


def test_the_settings_file_is_the_one_of_the_project():
    assert Path(str(settings_module.__file__)).name == "settings.py"
