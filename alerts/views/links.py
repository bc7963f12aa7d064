"""The pages behind the signed links of mails: acknowledge, snooze, fewer mails.

The link is the leave to act: no login, and no CSRF token either, which a browser that sends no referrer (nor a mail
provider's one-click POST, RFC 8058) could not bring along; whoever forges a request would need the signed link itself.
GET shows a page and changes nothing: scanners of mails open every link.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from alerts.enums import AlertKind, Wish
from alerts.forms.saying import SnoozeForm
from alerts.letters.lapses import Lapse
from alerts.letters.telling import lapses_of
from alerts.links import BadLinkError, Purpose, read_alert_link, read_unsubscribe_link
from alerts.models import Alert
from alerts.operations.saying import acknowledge, reopen, snooze
from alerts.operations.wishes import WHAT_STAYS, set_wishes
from alerts.queries.people import wishes_of
from alerts.rules.people import EVERYBODY_FROM
from alerts.words import KINDS
from brands.models import Membership, User
from brands.operations.edits import BrandBusyError
from brands.rules import Action, may
from sparktrack.core.actors import Actor, ActorKind
from sparktrack.core.addresses import client_ip
from sparktrack.core.clock import utc_now
from sparktrack.core.refusals import RefusedError
from sparktrack.core.views import brand_busy

_View = Callable[[HttpRequest, str], HttpResponse]
# Besides tomorrow and a day of one's own.
_LATER = timedelta(days=2)


class _NotYoursError(Exception):
    """The link is good, but its person can do nothing in the brand any more."""


def _link_page(view: _View) -> _View:
    """A page for whoever has the link: kept by no cache, no search engine, and named to no other site."""

    @csrf_exempt
    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def guarded(request: HttpRequest, token: str) -> HttpResponse:
        try:
            response = view(request, token)
        except BadLinkError:
            response = render(request, "alerts/links/gone.html", status=HTTPStatus.NOT_FOUND)
        except _NotYoursError:
            response = render(request, "alerts/links/not_yours.html", status=HTTPStatus.FORBIDDEN)
        except BrandBusyError as error:
            response = brand_busy(request, error.message)
        response["Referrer-Policy"] = "no-referrer"
        response["X-Robots-Tag"] = "noindex, nofollow"
        response["Cache-Control"] = "no-store, private"
        return response

    return guarded


@dataclass(frozen=True, slots=True)
class _Page:
    """What a link to an alert is about now: the open alert of its lapse and its words, None once that is settled."""

    user: User
    alert: Alert
    lapse: Lapse | None
    now: datetime

    @property
    def is_mine(self) -> bool:
        """Whether what was said is theirs to take back."""
        return self.user.pk in {self.alert.acknowledged_by_id, self.alert.snoozed_by_id}

    @property
    def is_snoozed(self) -> bool:
        """Whether it is put off."""
        return self.alert.snoozed_until is not None and self.alert.snoozed_until > self.now

    @property
    def is_last_day(self) -> bool:
        """Whether everybody is told now, whatever was said before."""
        return self.alert.step <= EVERYBODY_FROM

    @property
    def until(self) -> str:
        """The day on which it is mentioned again; the snooze begins a day of the brand."""
        until = self.alert.snoozed_until
        return self.lapse.times.of_contract().day(until) if self.lapse and until else ""


@_link_page
def acknowledge_link(request: HttpRequest, token: str) -> HttpResponse:
    """Takes a lapse upon the person of the link, or takes that back."""
    page = _page(Purpose.ACKNOWLEDGE, token)
    if request.method == "POST" and page.lapse is not None:
        if "undo" in request.POST:
            _take_back(page, request)
        else:
            acknowledge(
                brand=page.alert.brand,
                alerts=[page.alert],
                by=page.user,
                now=page.now,
                actor=_actor(request, page.user),
            )
        return redirect(request.path)
    return render(request, "alerts/links/acknowledge.html", {"page": page, "lapse": page.lapse})


@_link_page
def snooze_link(request: HttpRequest, token: str) -> HttpResponse:
    """Puts a lapse off until a day of the brand, for a reason, or takes that back."""
    page = _page(Purpose.SNOOZE, token)
    if page.lapse is None:
        return render(request, "alerts/links/snooze.html", {"page": page, "lapse": None})
    data = None
    if request.method == "POST":
        if "undo" in request.POST:
            _take_back(page, request)
            return redirect(request.path)
        # The day of a button, else the one in the field.
        until = request.POST.get("until") or request.POST.get("day", "")
        data = {"until": until, "reason": request.POST.get("reason", "")}
    form = SnoozeForm(data, alert=page.alert, zone=page.alert.brand.time_zone, now=page.now)
    if form.is_valid():
        try:
            snooze(
                brand=page.alert.brand,
                alerts=[page.alert],
                by=page.user,
                now=page.now,
                actor=_actor(request, page.user),
                **form.cleaned_data,
            )
        except RefusedError as refused:
            form.add_error(refused.field if refused.field in form.fields else None, refused.message)
        else:
            return redirect(request.path)
    days = [form.first_day, form.first_day + _LATER]
    context = {
        "page": page,
        "lapse": page.lapse,
        "form": form,
        "days": [day for day in days if day <= form.last_day],
        "now": page.now,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "alerts/links/snooze.html", context, status=status)


@_link_page
def unsubscribe_link(request: HttpRequest, token: str) -> HttpResponse:
    """Fewer mails of some kinds for the person of the link; a POST without a choice is the provider's one click."""
    now = utc_now()
    link = read_unsubscribe_link(token, now=now)
    user = User.objects.filter(pk=link.user_id, is_active=True).first()
    if user is None:
        raise BadLinkError
    if request.method == "POST":
        wish = _wish(request.POST.get("wish", Wish.NOTHING))
        set_wishes(user=user, wishes=dict.fromkeys(link.kinds, wish), now=now, actor=_actor(request, user))
    chosen = wishes_of([user.pk])
    wishes = {chosen.get((user.pk, kind), Wish.USUAL) for kind in link.kinds}
    context = {
        "kinds": _listed(link.kinds),
        "wish": wishes.pop() if len(wishes) == 1 else "",
        "what_stays": WHAT_STAYS,
        "choices_url": settings.SITE_URL + reverse("alert-choices"),
    }
    # No redirect: who unsubscribes with one click does not follow it (RFC 8058).
    return render(request, "alerts/links/unsubscribe.html", context)


def _page(purpose: Purpose, token: str) -> _Page:
    """What the link is about now. Raises BadLinkError, _NotYoursError."""
    now = utc_now()
    link = read_alert_link(purpose, token, now=now)
    alert = Alert.objects.select_related("brand").filter(pk=link.alert_id).first()
    if alert is None:
        raise BadLinkError
    member = (
        Membership.objects.for_brand(alert.brand)
        .filter(user=link.user_id, user__is_active=True)
        .select_related("user")
        .first()
    )
    if member is None or not may(member.role, Action.PLAN_FLIGHTS):
        raise _NotYoursError
    # A tighter step may be open by now: people act on the lapse.
    current = (
        Alert.objects.for_brand(alert.brand)
        .filter(
            kind=alert.kind, subject_id=alert.subject_id, lapses_at=alert.lapses_at, closed_at__isnull=True
        )
        .select_related("brand", "acknowledged_by", "snoozed_by")
        .first()
    )
    zone = member.user.time_zone or alert.brand.time_zone
    lapses = lapses_of([current], zone=zone, now=now) if current is not None else []
    return _Page(member.user, current or alert, lapses[0] if lapses else None, now)


def _take_back(page: _Page, request: HttpRequest) -> None:
    """Only what they said themselves."""
    if page.is_mine:
        reopen(brand=page.alert.brand, alerts=[page.alert], now=page.now, actor=_actor(request, page.user))


def _actor(request: HttpRequest, user: User) -> Actor:
    """The person whom the link was sent to, whoever is logged in here."""
    return Actor(
        kind=ActorKind.USER,
        id=str(user.pk),
        label=user.email,
        ip=client_ip(request),
        request_id=getattr(request, "request_id", ""),
    )


def _wish(text: str) -> Wish:
    try:
        return Wish(text)
    except ValueError:
        return Wish.NOTHING


def _listed(kinds: tuple[AlertKind, ...]) -> str:
    """``codes, rights and posts``; all of them are ``alerts``."""
    if set(kinds) == set(AlertKind):
        return "alerts"
    names = [KINDS[kind].lower() for kind in AlertKind if kind in kinds]
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
