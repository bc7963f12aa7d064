import logging
import socket
import time

import pytest
from django.db import DatabaseError, connection
from django.test import Client

from tests import servers
from tests.factories import PASSWORD, MembershipFactory, UserFactory


def test_every_answer_has_a_request_id_of_its_own(client, db):
    ids = {client.get("/accounts/login/")["X-Request-ID"] for _ in range(3)}
    assert len(ids) == 3
    assert all(len(request_id) == 32 for request_id in ids)


def test_a_sane_id_of_the_caller_is_kept(client, db):
    assert (
        client.get("/accounts/login/", headers={"x-request-id": "abc-123.DEF_4"})["X-Request-ID"]
        == "abc-123.DEF_4"
    )


@pytest.mark.parametrize(
    "given", ["", "short", "x" * 65, "with space here", "line\r\nbreak", "<script>alert</script>"]
)
def test_any_other_id_of_the_caller_is_replaced(client, db, given):
    assert client.get("/accounts/login/", headers={"x-request-id": given})["X-Request-ID"] != given


def test_the_log_line_has_no_query(client, db, caplog, settings):
    settings.WHITENOISE_USE_FINDERS = True  # the style sheet is there
    with caplog.at_level(logging.INFO, "sparktrack.core.middleware"):
        client.get("/accounts/login/?next=/invitations/canary/")
        client.get("/healthz")
        client.get("/static/css/base.css").close()
    (line,) = caplog.records
    assert (line.method, line.path, line.status) == ("GET", "/accounts/login/", 200)
    assert "canary" not in str(line.__dict__)


def test_pages_carry_the_headers_of_privacy(client, db):
    response = client.get("/accounts/login/")
    policy = response["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    for directive in ("frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'", "object-src 'none'"):
        assert directive in policy
    assert "camera=()" in response["Permissions-Policy"]
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert response["Cross-Origin-Resource-Policy"] == "same-origin"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"


def test_cookies_are_out_of_reach_of_scripts_and_other_sites(db):
    client = Client()
    client.get("/accounts/login/")
    client.post("/accounts/login/", {"login": UserFactory().email, "password": PASSWORD})
    for name in ("sessionid", "csrftoken", "device"):
        assert client.cookies[name]["httponly"]
        assert client.cookies[name]["samesite"] == "Lax"


def test_pages_of_a_login_are_not_kept_by_caches(db):
    client = Client()
    client.force_login(
        MembershipFactory().user, backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    for path in ("/account/", "/nothing-here/"):
        assert client.get(path)["Cache-Control"] == "no-store, private"


def test_health_is_answered_without_database_host_or_session(client, settings):
    settings.ALLOWED_HOSTS = ["sparktrack.example"]
    settings.SECURE_SSL_REDIRECT = True
    response = client.get("/healthz", headers={"host": "10.0.0.9:8000"})
    assert (response.status_code, response.json()) == (200, {"status": "ok"})
    assert not response.cookies


def test_readiness_follows_the_database(client, db, monkeypatch):
    assert client.get("/readyz").json() == {"status": "ok", "database": "ok", "broker": "ok"}

    def refuse():
        raise DatabaseError("canary: no connection to db.internal")

    with monkeypatch.context() as broken:
        broken.setattr(connection, "cursor", refuse)
        response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json() == {"status": "unavailable", "database": "unavailable", "broker": "ok"}


def test_readiness_follows_redis(client, db, settings, redis_url):
    settings.REDIS_URL = redis_url
    assert client.get("/readyz").json()["broker"] == "ok"
    settings.REDIS_URL = f"redis://:canary@127.0.0.1:{servers.free_port()}/0"
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json() == {"status": "unavailable", "database": "ok", "broker": "unavailable"}


def test_readiness_does_not_wait_for_a_redis_that_is_stuck(client, db, settings):
    with socket.create_server(("127.0.0.1", 0)) as mute:
        settings.REDIS_URL = f"redis://127.0.0.1:{mute.getsockname()[1]}/0"
        began = time.monotonic()
        assert client.get("/readyz").status_code == 503
        assert time.monotonic() - began < 4


def test_readiness_follows_the_folder_of_the_embedded_broker(client, db, settings, tmp_path):
    settings.REDIS_URL = ""
    settings.CELERY_BROKER_TRANSPORT_OPTIONS = {"data_folder_out": str(tmp_path / "broker")}
    assert client.get("/readyz").json()["broker"] == "unavailable"
    (tmp_path / "broker").mkdir()
    assert client.get("/readyz").status_code == 200


def test_a_wrong_host_is_answered_with_a_policy_too(settings):
    settings.ALLOWED_HOSTS = ["sparktrack.example"]
    settings.SECURE_SSL_REDIRECT = True
    response = Client(raise_request_exception=False).get("/", headers={"host": "evil.example"})
    assert response.status_code == 400
    assert "default-src 'self'" in response["Content-Security-Policy"]
