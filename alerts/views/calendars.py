"""The calendar of a person: their page about it, and the feed that their calendar program asks for without a login."""

import hashlib
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from alerts.calendar_words import PROGRAMS
from alerts.letters.calendar import calendar
from alerts.models import CalendarFeed
from alerts.operations.calendars import make_feed, stop_feed
from alerts.queries.calendars import feed_events, feed_owner
from alerts.tasks import wake_calendars
from brands.access import actor_of, viewer_zone
from brands.models import Membership, User
from sparktrack.core.addresses import limit_address
from sparktrack.core.clock import utc_now

# Programs look once an hour or less; a person has a few of them.
_LOOKS_PER_HOUR = 120
_HOUR = 3600


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@cache_control(no_store=True, private=True)
def calendar_settings(request: HttpRequest) -> HttpResponse:
    """Whether there is a feed; POST makes one or renews it, and shows its address this once."""
    user = request.user
    if not isinstance(user, User):
        raise Http404
    now = utc_now()
    context: dict[str, Any] = {"now": now, "zone": _zone_of(request, user), "programs": PROGRAMS}
    if request.method == "POST":
        token = make_feed(user=user, now=now, actor=actor_of(request))
        wake_calendars()
        url = settings.SITE_URL + reverse("calendar-feed", args=[token])
        context |= {"url": url, "webcal": f"webcal://{url.partition('://')[2]}"}
    context["feed"] = CalendarFeed.objects.filter(user=user).first()
    return render(request, "alerts/settings/calendar.html", context)


def _zone_of(request: HttpRequest, user: User) -> str:
    """That of the person, else of their first brand."""
    membership = None if user.time_zone else Membership.objects.of_user(user).first()
    return membership.brand.time_zone if membership else viewer_zone(request)


@require_POST
@login_required
def calendar_stop(request: HttpRequest) -> HttpResponse:
    """The address is dead from now on."""
    user = request.user
    if not isinstance(user, User):
        raise Http404
    if stop_feed(user=user, now=utc_now(), actor=actor_of(request)):
        messages.success(request, "Your calendar address does not work any more.")
    return redirect("calendar")


@require_safe
def calendar_feed(request: HttpRequest, token: str) -> HttpResponseBase:
    """The calendar behind a secret address; a wrong or stopped one is not there. Changes nothing."""
    # Only an address that exists is counted by itself: else a stranger's guesses would fill the cache.
    if _too_often(limit_address(request) or "", 10 * _LOOKS_PER_HOUR):
        return _refused("Too many requests.", HTTPStatus.TOO_MANY_REQUESTS)
    owner = feed_owner(token)
    if owner is None:
        return _refused("No calendar is here.", HTTPStatus.NOT_FOUND)
    if _too_often(hashlib.sha256(token.encode()).hexdigest(), _LOOKS_PER_HOUR):
        return _refused("Too many requests.", HTTPStatus.TOO_MANY_REQUESTS)
    body = calendar(feed_events(owner, now=utc_now()))
    response = HttpResponse(body, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'inline; filename="sparktrack.ics"'
    response["ETag"] = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    found = get_conditional_response(request, etag=response["ETag"], response=response)
    return _marked(found or response)


def _refused(words: str, status: HTTPStatus) -> HttpResponseBase:
    return _marked(HttpResponse(words, "text/plain", status))


def _marked(response: HttpResponseBase) -> HttpResponseBase:
    """For the asking program alone, and for no index."""
    response["Cache-Control"] = "private, max-age=300"
    response["X-Robots-Tag"] = "noindex"
    response["Referrer-Policy"] = "no-referrer"
    return response


def _too_often(who: str, most: int) -> bool:
    """Whether ``who`` has asked more than ``most`` times within the hour that began with their first look."""
    key = f"calendar:{who}"
    if cache.add(key, 1, timeout=_HOUR):
        return False
    try:
        return cache.incr(key) > most
    except ValueError:  # it ran out between the two
        return False
