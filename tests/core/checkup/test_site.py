"""What the doctor says about SITE_URL: real answers over HTTP, each with its own trouble."""

import ssl
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from sparktrack.core.checkup.findings import Verdict
from sparktrack.core.checkup.site import check_site
from tests import servers
from tests.core.checkup.test_mail import certificate

OK: tuple[int, dict[str, str], str] = (200, {}, '{"status": "ok"}')
LOGIN: tuple[int, dict[str, str], str] = (200, {}, "<form>")


@contextmanager
def site(settings, health=OK, login=LOGIN, *, context=None):
    """A server that answers as told; SITE_URL leads to it."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            status, headers, body = health if self.path == "/healthz" else login
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        scheme = "http"
        if context:
            scheme = "https"
            server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        settings.SITE_URL = f"{scheme}://127.0.0.1:{server.server_port}"
        try:
            yield
        finally:
            server.shutdown()
            thread.join()


def answer():
    finding, *_ = check_site()
    return finding.verdict, finding.words


def test_a_site_that_leads_here(settings):
    with site(settings):
        assert answer() == (Verdict.FINE, f"{settings.SITE_URL} leads here.")


@pytest.mark.parametrize(
    ("health", "login", "words"),
    [
        ((301, {"Location": "https://a.example/?secret=1"}, ""), LOGIN, "redirects to https://a.example/: SITE_URL"),
        ((502, {}, "Bad gateway"), LOGIN, "a proxy that does not reach sparktrack"),
        ((404, {}, "nginx"), LOGIN, "that is not sparktrack"),
        ((200, {}, "<html>parked</html>"), LOGIN, "something else than sparktrack"),
        (OK, (400, {}, ""), "the proxy must pass on the Host, and ALLOWED_HOSTS must have it"),
        (OK, (301, {"Location": "https://127.0.0.1/accounts/login/"}, ""), "the proxy must set X-Forwarded-Proto"),
        (OK, (503, {}, ""), "answers 503 at its login page"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(settings, health, login, words):
    with site(settings, health, login):
        verdict, said = answer()
    assert verdict == Verdict.WRONG
    assert words in said
    assert "secret" not in said


def test_nothing_that_answers_is_wrong_in_production_only(settings):
    settings.SITE_URL = f"http://127.0.0.1:{servers.free_port()}"
    assert answer() == (Verdict.NOTE, f"{settings.SITE_URL} does not answer: nothing listens there.")
    settings.PRODUCTION = True
    assert answer()[0] == Verdict.WRONG
    settings.SITE_URL = "https://no-such-host.invalid"
    assert "has no address: its name is not in the DNS" in answer()[1]


def test_a_certificate_that_nobody_vouches_for_and_plain_http_where_https_is_asked(settings, tmp_path):
    settings.PRODUCTION = True
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate(tmp_path))
    with site(settings, context=context):
        assert "certificate that is not to be trusted" in answer()[1]
    with site(settings):
        settings.SITE_URL = settings.SITE_URL.replace("http:", "https:")
        assert "does not speak HTTPS" in answer()[1]


def test_behind_a_proxy_that_nobody_named(settings):
    settings.PRODUCTION, settings.TRUSTED_PROXIES = True, 0
    with site(settings):
        assert [finding.verdict for finding in check_site()] == [Verdict.FINE, Verdict.NOTE]
        settings.TRUSTED_PROXIES = 1
        assert [finding.verdict for finding in check_site()] == [Verdict.FINE]
