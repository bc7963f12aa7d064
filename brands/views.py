"""Pages about people: where to begin, one's brands, one's profile, accepting an invitation."""

from http import HTTPStatus
from typing import Any, cast

from allauth.account.utils import perform_login
from allauth.usersessions.views import ListUserSessionsView
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.http import urlencode
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_safe

from brands.access import actor_of, viewer_zone
from brands.forms import JoinForm, ProfileForm
from brands.models import Invitation, Membership, User
from brands.operations.invitations import (
    AccountExistsError,
    InvitationGoneError,
    accept_invitation,
    join,
    open_invitation,
)
from brands.operations.people import change_profile
from sparktrack.core.clock import utc_now
from sparktrack.core.zones import zone_names


@require_safe
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """The board of one's only brand, the board across all of several; without any, how to get into one."""
    memberships = list(Membership.objects.of_user(cast(User, request.user))[:2])
    if len(memberships) == 1:
        return redirect(memberships[0].brand)
    # A page to the right of this app: it is named, not imported.
    return redirect("all-brands" if memberships else "brands")


@require_safe
@login_required
def brand_list(request: HttpRequest) -> HttpResponse:
    """The brands of this person, with their role in each."""
    memberships = Membership.objects.of_user(cast(User, request.user))
    return render(request, "brands/list.html", {"memberships": memberships})


@login_required
def profile(request: HttpRequest) -> HttpResponse:
    """Name and time zone; links to password, e-mail, second factor and sessions."""
    user = cast(User, request.user)
    form = ProfileForm(
        request.POST or None, initial={"full_name": user.full_name, "time_zone": user.time_zone}
    )
    if request.method == "POST" and form.is_valid():
        if change_profile(user=user, now=utc_now(), actor=actor_of(request), **form.cleaned_data):
            messages.success(request, "Saved.")
        return redirect("profile")
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    context = {"form": form, "zone": viewer_zone(request), "zones": zone_names()}
    return render(request, "brands/profile.html", context, status=status)


class SessionListView(ListUserSessionsView):
    """Where this person is logged in; POST logs them out everywhere else."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The sessions, and what it takes to show their times."""
        times = {"now": utc_now(), "zone": viewer_zone(self.request)}
        return {**super().get_context_data(**kwargs), **times}


@method_decorator((never_cache, sensitive_post_parameters("password")), name="dispatch")
class InvitationView(View):
    """An invitation: GET shows it and changes nothing (mail scanners follow links), POST accepts it."""

    def dispatch(self, request: HttpRequest, *args: str, **kwargs: str) -> HttpResponse:
        """The token is in the address, so the address goes nowhere; what does not work looks all the same."""
        try:
            response = cast(HttpResponse, super().dispatch(request, *args, **kwargs))
        except InvitationGoneError:
            response = render(request, "brands/invitation_gone.html", status=HTTPStatus.NOT_FOUND)
        # Not "no-referrer": browsers then send "Origin: null" with the form, which the CSRF check refuses.
        response["Referrer-Policy"] = "strict-origin"
        response["X-Robots-Tag"] = "noindex"
        return response

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        """What the invitation is for, and the form that fits who is looking."""
        invitation = open_invitation(token, now=utc_now())
        return self._page(request, invitation, token, JoinForm(email=invitation.email))

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        """Accept, as the person logged in or as a new one; then what is theirs, with the offer of a tour."""
        now = utc_now()
        invitation = open_invitation(token, now=now)
        form = JoinForm(request.POST, email=invitation.email)
        if _is_invited(request, invitation):
            membership = accept_invitation(
                token=token, user=cast(User, request.user), now=now, actor=actor_of(request)
            )
            return redirect("yours", membership.brand.slug)
        if request.user.is_authenticated or _has_account(invitation) or not form.is_valid():
            return self._page(request, invitation, token, form)
        try:
            membership = join(token=token, now=now, actor=actor_of(request), **form.cleaned_data)
        except AccountExistsError:
            return self._page(request, invitation, token, form)
        url = reverse("yours", args=[membership.brand.slug])
        return cast(HttpResponse, perform_login(request, membership.user, redirect_url=url))

    def _page(self, request: HttpRequest, invitation: Invitation, token: str, form: JoinForm) -> HttpResponse:
        here = reverse("invitation", args=[token])
        context = {
            "invitation": invitation,
            "form": form,
            "is_invited": _is_invited(request, invitation),
            "has_account": _has_account(invitation),
            "here": here,
            "login_url": f"{reverse('account_login')}?{urlencode({'next': here})}",
        }
        refused = request.method == "POST"
        status = HTTPStatus.UNPROCESSABLE_ENTITY if refused else HTTPStatus.OK
        return render(request, "brands/invitation.html", context, status=status)


def _is_invited(request: HttpRequest, invitation: Invitation) -> bool:
    return isinstance(request.user, User) and request.user.email == invitation.email


def _has_account(invitation: Invitation) -> bool:
    return User.objects.filter(email=invitation.email).exists()
