"""/dev/mail/: the mails that were not sent. The routes are not there in production (sparktrack/urls.py).

They hold links that open accounts, so only a browser on this machine sees them, or staff.
"""

import ipaddress
import re
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Concatenate, ParamSpec
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.http.request import split_domain_port
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from sparktrack.core.clock import utc_now
from sparktrack.core.mailbox import Mailbox, Opened

_PAGE = 50
_HEAD = re.compile(r"<head\b[^>]*>", re.IGNORECASE)
# A mail brings its own styles. Nothing in it runs, loads or is sent; links open in a page of their own.
_MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"
)
# What proxies add to a request.
_PASSED_ON = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_HOST", "HTTP_X_REAL_IP", "HTTP_FORWARDED", "HTTP_VIA")

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def _for_this_machine(view: View[P]) -> View[P]:
    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not (_is_from_here(request) or (request.user.is_authenticated and request.user.is_staff)):
            raise Http404
        return view(request, *args, **kwargs)

    return require_safe(never_cache(guarded))


def _is_from_here(request: HttpRequest) -> bool:
    """Whether the browser runs on this machine, and its user asked for this machine.

    A request that somebody passed on does not count; nor does one for another name: any site can let its own name stand
    for this machine and read what its visitor's browser gets from here (DNS rebinding).
    """
    if any(name in request.META for name in _PASSED_ON):
        return False
    host = split_domain_port(request.META.get("HTTP_HOST", ""))[0].strip("[]")
    is_here = host == "localhost" or _is_loopback(host)
    return is_here and _is_loopback(request.META.get("REMOTE_ADDR", ""))


def _is_loopback(text: str) -> bool:
    try:
        return ipaddress.ip_address(text).is_loopback
    except ValueError:
        return False


@_for_this_machine
def show_mails(request: HttpRequest) -> HttpResponse:
    """The newest first; ``?q=`` searches recipients and subjects, ``?before=`` turns the page."""
    words = request.GET.get("q", "").strip()[:200]
    try:
        before = UUID(request.GET["before"]) if "before" in request.GET else None
    except ValueError:
        raise Http404 from None
    mails = _mailbox().page(size=_PAGE + 1, before=before, words=words)
    context = {
        "mails": mails[:_PAGE],
        "next": mails[_PAGE - 1].pk if len(mails) > _PAGE else None,
        "words": words,
        "is_first": before is None,
        "stored": settings.EMAIL_BACKEND == "sparktrack.core.mailbox.EmailBackend",
        **_times(request),
    }
    return render(request, "dev/mails.html", context)


@_for_this_machine
def show_mail(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One mail: what it says, to whom, how it looks, all headers."""
    return render(request, "dev/mail.html", {"mail": _mail(pk), **_times(request)})


@_for_this_machine
def mail_html(_request: HttpRequest, pk: UUID) -> HttpResponse:
    """The HTML of a mail as its reader sees it, for the frame of ``show_mail``."""
    html = _mail(pk).html
    target = '<base target="_blank">'
    found = _HEAD.search(html)
    response = HttpResponse(html[: found.end()] + target + html[found.end() :] if found else target + html)
    response["Content-Security-Policy"] = _MAIL_POLICY  # in place of the one that all pages have
    response["X-Frame-Options"] = "SAMEORIGIN"
    return response


@_for_this_machine
def mail_source(_request: HttpRequest, pk: UUID) -> HttpResponse:
    """The mail as a file that mail programs open."""
    response = HttpResponse(_mail(pk).source, content_type="message/rfc822")
    response["Content-Disposition"] = f'attachment; filename="{pk}.eml"'
    return response


def _mailbox() -> Mailbox:
    return Mailbox(Path(settings.VAR_DIR) / "mail")


def _mail(pk: UUID) -> Opened:
    mail = _mailbox().open(pk)
    if mail is None:
        raise Http404
    return mail


def _times(request: HttpRequest) -> dict[str, object]:
    return {"now": utc_now(), "zone": getattr(request.user, "time_zone", "") or "UTC"}
