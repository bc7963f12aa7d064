"""What the doctor says about database, broker, cache and files."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.contrib.staticfiles.storage import ManifestStaticFilesStorage, StaticFilesStorage
from django.db import connection, connections
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from sparktrack.core.checkup import data, services
from sparktrack.core.checkup.findings import Verdict, place
from tests import servers
from tests.core.test_outages import read_only


def only(findings):
    (finding,) = findings
    return finding.verdict, finding.words


def test_an_address_is_said_without_its_secrets():
    assert place("redis://user:hunter2@host:6379/0?password=hunter2#x") == "redis://host:6379/0"
    assert place("https://hunter2@host/path") == "https://host/path"


@pytest.mark.django_db
def test_a_database_that_is_well_is_named_and_keeps_nothing():
    verdict, words = only(data.check_database())
    assert verdict == Verdict.FINE
    assert connection.display_name in words
    assert str(connection.settings_dict["NAME"]) in words
    assert not Session.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_database_that_can_only_be_read():
    with read_only():
        verdict, words = only(data.check_database())
    assert verdict == Verdict.WRONG
    assert "can be read but not written to" in words


@pytest.mark.django_db(transaction=True)
def test_migrations_that_are_missing_are_counted(settings):
    settings.MIGRATION_MODULES = {}  # the tests' own tables come straight from the models
    recorder = MigrationRecorder(connection)
    recorder.ensure_schema()
    for app, name in MigrationLoader(None).graph.nodes:
        if app != "sessions":
            recorder.record_applied(app, name)
    found = only(data.check_database())
    with connection.schema_editor() as editor:
        editor.delete_model(recorder.Migration)
    assert found == (Verdict.WRONG, "1 migrations are not applied: manage.py migrate applies them.")


@pytest.mark.django_db
def test_a_database_that_is_away_is_said_without_its_password(monkeypatch, settings):
    away = connections.create_connection("default")
    away.settings_dict = {
        **away.settings_dict,
        "ENGINE": "django.db.backends.postgresql", "NAME": "sparktrack", "USER": "sparktrack",
        "PASSWORD": "hunter2", "HOST": "127.0.0.1", "PORT": str(servers.free_port()),
        "OPTIONS": {"connect_timeout": 1},
    }  # fmt: skip
    from django.db.backends.postgresql.base import DatabaseWrapper

    monkeypatch.setattr(data, "connection", DatabaseWrapper(away.settings_dict, "away"))
    verdict, words = only(data.check_database())
    assert verdict == Verdict.WRONG
    assert words.startswith(f"sparktrack at 127.0.0.1:{away.settings_dict['PORT']} does not answer")
    assert "hunter2" not in words


@pytest.mark.django_db
def test_clocks_that_differ(monkeypatch):
    assert only(data.check_clock())[0] == Verdict.FINE
    for hours in (-1, 1):
        monkeypatch.setattr(data, "database_now", lambda: data.utc_now() + timedelta(hours=hours))  # noqa: B023
        verdict, words = only(data.check_clock())
        assert verdict == Verdict.WRONG
        assert "3600.0 s" in words or "3599.9 s" in words


def test_static_files_that_are_not_collected(monkeypatch, settings, tmp_path):
    settings.STATIC_ROOT = tmp_path / "static"
    settings.MEDIA_ROOT = tmp_path / "media"
    monkeypatch.setattr(data, "staticfiles_storage", StaticFilesStorage())
    assert [finding.verdict for finding in data.check_files()] == [Verdict.FINE, Verdict.FINE]
    monkeypatch.setattr(data, "staticfiles_storage", ManifestStaticFilesStorage())
    room, static = data.check_files()
    assert (room.verdict, static.verdict) == (Verdict.FINE, Verdict.WRONG)
    assert "collectstatic" in static.words


def test_an_uploads_folder_that_cannot_be_made(settings, tmp_path):
    (tmp_path / "file").write_text("in the way")
    settings.MEDIA_ROOT = tmp_path / "file" / "media"
    finding, *_ = data.check_files()
    assert finding.verdict == Verdict.WRONG


def test_a_redis_that_works_that_is_away_and_that_wants_another_password(settings, redis_url):
    settings.REDIS_URL = redis_url
    first, *more = services.check_broker()
    assert first.verdict == Verdict.FINE
    assert "append-only" in more[0].words  # that of the tests keeps nothing
    settings.REDIS_URL = redis_url.replace("redis://", "redis://nobody:hunter2@")
    verdict, words = only(services.check_broker())
    assert (verdict, "hunter2" in words) == (Verdict.WRONG, False)
    assert "refuses the password" in words
    settings.REDIS_URL = f"redis://:hunter2@127.0.0.1:{servers.free_port()}/0"
    verdict, words = only(services.check_broker())
    assert (verdict, "hunter2" in words) == (Verdict.WRONG, False)
    assert "does not answer" in words


def test_the_folder_of_the_embedded_broker(settings, tmp_path):
    settings.REDIS_URL = ""
    settings.CELERY_BROKER_TRANSPORT_OPTIONS = {"data_folder_out": str(tmp_path)}
    assert only(services.check_broker())[0] == Verdict.FINE
    settings.CELERY_BROKER_TRANSPORT_OPTIONS = {"data_folder_out": str(tmp_path / "gone")}
    assert only(services.check_broker())[0] == Verdict.WRONG


def test_a_cache_that_keeps_forgets_or_is_away(settings):
    assert only(services.check_cache())[0] == Verdict.FINE
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
    assert "forgets at once" in only(services.check_cache())[1]
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": f"redis://:hunter2@127.0.0.1:{servers.free_port()}",
        }
    }
    verdict, words = only(services.check_cache())
    assert (verdict, "hunter2" in words) == (Verdict.WRONG, False)
