"""What happens around every request: health, request id, log line, headers, the age of sessions."""

import logging
import re
import time
from collections.abc import Callable
from datetime import timedelta
from http import HTTPStatus

import structlog
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase

from sparktrack.core.clock import utc_now
from sparktrack.core.ids import uuid7
from sparktrack.core.readiness import broker_answers, database_answers

GetResponse = Callable[[HttpRequest], HttpResponseBase]

logger = logging.getLogger(__name__)

# What begins like one of these is ours: by it the audit knows what belongs to one import, change or page; or it is a
# token that somebody put into the wrong header.
_SANE_ID = re.compile(r"(?!import-|change-|page-|undo-|stk_)[A-Za-z0-9._-]{8,64}")
_CLOSED_FEATURES = (
    "accelerometer",
    "camera",
    "display-capture",
    "geolocation",
    "gyroscope",
    "microphone",
    "midi",
    "payment",
    "usb",
)
_PERMISSIONS = ", ".join(f"{feature}=()" for feature in _CLOSED_FEATURES)

# An open page that asks by itself whether it is still true names the version it shows: nobody need be sitting there.
SEEN_VERSION = "Seen-Version"

SESSION_LIFE = timedelta(days=14)
# A session is saved, and with it its idle time begun again, at most this often.
_TOUCH_EVERY = timedelta(minutes=5)


def health(get_response: GetResponse) -> GetResponse:
    """Answers /healthz (this process runs) and /readyz (database and broker too) before hosts, TLS or sessions matter.

    Load balancers and containers ask by address, not by the name of the site.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if request.path_info == "/healthz":
            return JsonResponse({"status": "ok"})
        if request.path_info == "/readyz":
            return _ready()
        return get_response(request)

    return middleware


def _ready() -> HttpResponse:
    answers = {"database": database_answers(), "broker": broker_answers()}
    parts = {name: "ok" if holds else "unavailable" for name, holds in answers.items()}
    ready = all(answers.values())
    return JsonResponse(
        {"status": "ok" if ready else "unavailable", **parts},
        status=HTTPStatus.OK if ready else HTTPStatus.SERVICE_UNAVAILABLE,
    )


def request_log(get_response: GetResponse) -> GetResponse:
    """Gives the request an id (the caller's, if sane), logs one line without the query, sets headers of privacy."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        given = request.META.get("HTTP_X_REQUEST_ID", "")
        request_id = given if _SANE_ID.fullmatch(given) else uuid7().hex
        request.request_id = request_id  # type: ignore[attr-defined]
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        started = time.monotonic()
        response = get_response(request)
        response["X-Request-ID"] = request_id
        response.setdefault("Permissions-Policy", _PERMISSIONS)
        response.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if _is_quiet(request.path) and response.status_code < HTTPStatus.BAD_REQUEST:
            return response
        logger.info(
            "request",
            extra={
                "method": request.method,
                "path": request.path,
                "status": response.status_code,
                "ms": round((time.monotonic() - started) * 1000, 1),
            },
        )
        return response

    return middleware


def _is_quiet(path: str) -> bool:
    """Probes and pictures would drown what people do."""
    return path in {"/healthz", "/readyz", "/healthz/alerts"} or path.startswith(
        f"/{settings.STATIC_URL.strip('/')}/"
    )


def session_limits(get_response: GetResponse) -> GetResponse:
    """Ends a login after 14 days, keeps an active one from idling out, and lets no cache keep its pages.

    The idle limit itself is SESSION_COOKIE_AGE: a session that is not saved for so long is gone.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        session = request.session
        if SESSION_KEY in session:
            now = utc_now().timestamp()
            started = session.setdefault("started_at", now)
            if now - started >= SESSION_LIFE.total_seconds():
                session.flush()
            elif (
                SEEN_VERSION not in request.headers
                and now - session.get("seen_at", 0) >= _TOUCH_EVERY.total_seconds()
            ):
                session["seen_at"] = now
        response = get_response(request)
        if SESSION_KEY in session and response.get("Content-Type", "").startswith("text/"):
            response["Cache-Control"] = "no-store, private"
        return response

    return middleware
