"""The pages for what went wrong: in words, with the request id, never with a stack trace."""

import sys
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from sparktrack.core.outages import outage_words

_WORDS = {
    HTTPStatus.BAD_REQUEST: (
        "That request makes no sense",
        "Something in the address or the form is malformed.",
    ),
    HTTPStatus.FORBIDDEN: (
        "Not allowed",
        "Your role does not allow this. An admin of the brand can change it.",
    ),
    HTTPStatus.NOT_FOUND: (
        "Nothing here",
        "The page does not exist, or it belongs to a brand you are not in.",
    ),
    HTTPStatus.TOO_MANY_REQUESTS: (
        "Too many tries",
        "To keep accounts safe we count failed tries. Wait 15 minutes, or reset your password, then try again.",
    ),
    HTTPStatus.INTERNAL_SERVER_ERROR: (
        "Something went wrong here",
        "It is not your fault. Try again; if it stays, tell us the number below.",
    ),
    HTTPStatus.SERVICE_UNAVAILABLE: ("Not at this moment", "Try again in a minute."),
}


def _refusal(request: HttpRequest, status: HTTPStatus, *, title: str = "", words: str = "") -> HttpResponse:
    default_title, default_words = _WORDS.get(status, ("", ""))
    if _is_of_a_script(request):
        return _problem(request, status, title or default_title, words or default_words)
    context = {"status": status.value, "title": title or default_title, "words": words or default_words}
    return render(request, "error.html", context, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400. Without the frame of the site: the Host may be what is wrong."""
    return _bare(request, HTTPStatus.BAD_REQUEST)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403: a member whose role is too small, or somebody who is not staff."""
    return _refusal(request, HTTPStatus.FORBIDDEN)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404, the same whether a thing does not exist or belongs to another brand."""
    return _refusal(request, HTTPStatus.NOT_FOUND)


def too_many_requests(request: HttpRequest) -> HttpResponse:
    """429, also for allauth's rate limits (they look for ``handler429`` in the root URLs)."""
    response = _refusal(request, HTTPStatus.TOO_MANY_REQUESTS)
    response["Retry-After"] = "900"
    return response


def brand_busy(request: HttpRequest, words: str) -> HttpResponse:
    """503: an import of a large sheet holds the brand; ``words`` say what to do."""
    title = "Busy at this moment"
    response = _refusal(request, HTTPStatus.SERVICE_UNAVAILABLE, title=title, words=words)
    response["Retry-After"] = "60"
    return response


def locked_out(
    request: HttpRequest, original: HttpResponse | None, credentials: dict[str, Any] | None
) -> HttpResponse:
    """429 after too many failed passwords; called by axes."""
    return too_many_requests(request)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: the form is from another site, or older than its cookie."""
    return _refusal(
        request,
        HTTPStatus.FORBIDDEN,
        title="This form is out of date",
        words="Go back, load the page again and send the form once more. Cookies must be allowed for this site.",
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """500, or 503 for an outage (disk full, database away). Touches neither database nor session: they may be it."""
    words = outage_words(sys.exc_info()[1])  # Django calls this while it handles the error
    if not words:
        return _bare(request, HTTPStatus.INTERNAL_SERVER_ERROR)
    response = _bare(request, HTTPStatus.SERVICE_UNAVAILABLE, words=words)
    response["Retry-After"] = "60"
    return response


def _bare(request: HttpRequest, status: HTTPStatus, *, words: str = "") -> HttpResponse:
    title, default_words = _WORDS[status]
    if _is_of_a_script(request):
        return _problem(request, status, title, words or default_words)
    context = {
        "status": status.value,
        "title": title,
        "words": words or default_words,
        "request_id": getattr(request, "request_id", ""),
    }
    return HttpResponse(render_to_string("error_bare.html", context), status=status)


def _is_of_a_script(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")


def _problem(request: HttpRequest, status: HTTPStatus, title: str, words: str) -> HttpResponse:
    """The same for scripts (RFC 9457); what goes wrong inside the API is said by its own handler."""
    body = {
        "type": "about:blank",
        "title": title,
        "status": status.value,
        "detail": words,
        "request_id": getattr(request, "request_id", ""),
    }
    return JsonResponse(body, status=status, content_type="application/problem+json")
