"""SITE_URL: links in mails begin with it, so it must lead people here."""

import socket
import ssl
from collections.abc import Iterator
from http import HTTPStatus
from urllib.parse import urlsplit

import httpx
from django.conf import settings

from sparktrack.core.checkup.findings import Finding, fine, note, place, wrong

ABOUT = "Site"
_SECONDS = 5.0


def check_site() -> Iterator[Finding]:
    """Fetches /healthz as the world sees it, then the login page, where host names and HTTPS count."""
    url = settings.SITE_URL
    # The same trust that mail has: the certificates of the system, or SSL_CERT_FILE. No proxy: directly, as people do.
    with httpx.Client(timeout=_SECONDS, trust_env=False, verify=ssl.create_default_context()) as client:
        try:
            health = client.get(f"{url}/healthz")
            login = client.get(f"{url}/accounts/login/")
        except httpx.HTTPError as error:
            complain = wrong if settings.PRODUCTION else note
            yield complain(ABOUT, f"{url} {_trouble(error)}")
            return
    if trouble := _of_health(health) or _of_login(login):
        yield wrong(ABOUT, f"{url} {trouble}")
        return
    yield fine(ABOUT, f"{url} leads here.")
    if settings.PRODUCTION and not settings.TRUSTED_PROXIES:
        yield note(ABOUT, "TRUSTED_PROXIES is 0: behind a proxy, limits and audit see its address only.")


def _of_health(response: httpx.Response) -> str:
    if response.is_redirect:
        target = place(response.headers.get("location", ""))
        return f"redirects to {target}: SITE_URL should be where people end."
    if response.status_code == HTTPStatus.BAD_GATEWAY:
        return "is answered by a proxy that does not reach sparktrack (502)."
    if response.status_code != HTTPStatus.OK:
        return f"is answered with {response.status_code} at /healthz: that is not sparktrack."
    if '"status"' not in response.text:
        return "is answered by something else than sparktrack."
    return ""


def _of_login(response: httpx.Response) -> str:
    if response.status_code == HTTPStatus.BAD_REQUEST:
        return "is refused by its name: the proxy must pass on the Host, and ALLOWED_HOSTS must have it."
    if response.is_redirect and urlsplit(response.headers.get("location", "")).scheme == "https":
        return "is sent to HTTPS again and again: the proxy must set X-Forwarded-Proto."
    if response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return f"answers {response.status_code} at its login page: look at the log."
    return ""


def _trouble(error: httpx.HTTPError) -> str:
    causes: list[BaseException] = []
    cause: BaseException | None = error
    while cause is not None:
        causes.append(cause)
        cause = cause.__cause__ or cause.__context__
    for found in causes:
        match found:
            case ssl.SSLCertVerificationError():
                return f"has a certificate that is not to be trusted ({found.verify_message})."
            case ssl.SSLError():
                return "does not speak HTTPS there."
            case socket.gaierror():
                return "has no address: its name is not in the DNS, or not for this machine."
            case ConnectionRefusedError():
                return "does not answer: nothing listens there."
            case httpx.TimeoutException():
                return f"does not answer within {_SECONDS:.0f} s."
    return f"cannot be fetched ({type(error).__name__})."
