"""Settings: the warnings of a brand, and what a person hears of."""

from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from alerts.enums import AlertKind, Wish
from alerts.forms.settings import ChoicesForm, WarningsForm
from alerts.models import MorningHour
from alerts.operations.wishes import WHAT_STAYS, set_morning_hour, set_wishes
from alerts.queries.alerts import brands_of
from alerts.queries.people import wishes_of
from brands.access import BrandRequest, actor_of, brand_view, viewer_zone
from brands.models import Brand, User
from brands.operations.brands import change_brand_settings
from brands.rules import Action
from sparktrack.core.clock import utc_now
from sparktrack.core.refusals import RefusedError


@brand_view(action=Action.CHANGE_SETTINGS)
def brand_settings(request: BrandRequest) -> HttpResponse:
    """The days of the warnings, the hour of the morning mail, when a code is about to end."""
    form = WarningsForm(request.POST if request.method == "POST" else None, brand=request.brand)
    if request.method == "POST" and form.is_valid():
        try:
            changed = change_brand_settings(
                brand=request.brand, values=form.values, now=utc_now(), actor=actor_of(request)
            )
        except RefusedError as refused:
            form.add_error(None, refused.message)
        else:
            messages.success(request, "Saved." if changed else "Nothing had changed.")
            return redirect("brand-settings", slug=request.brand.slug)
    return render(request, "alerts/settings/warnings.html", {"form": form}, status=_status(form))


@login_required
def alert_choices(request: HttpRequest) -> HttpResponse:
    """The hour of this person's morning mail, and how they hear of each kind of alert."""
    user = request.user
    if not isinstance(user, User):
        raise Http404
    brands = brands_of(user)
    default_hour = brands[0].digest_hour if brands else Brand._meta.get_field("digest_hour").default
    hour = MorningHour.objects.filter(user=user).values_list("hour", flat=True).first()
    wishes = wishes_of([user.pk])
    chosen = {kind.value: wishes.get((user.pk, kind), Wish.USUAL).value for kind in AlertKind}
    form = ChoicesForm(
        request.POST if request.method == "POST" else None,
        default_hour=default_hour,
        initial={"hour": "" if hour is None else hour, **chosen},
    )
    if request.method == "POST" and form.is_valid():
        now, actor = utc_now(), actor_of(request)
        set_wishes(user=user, wishes=form.wishes, now=now, actor=actor)
        set_morning_hour(user=user, hour=form.cleaned_data["hour"], now=now, actor=actor)
        messages.success(request, "Saved.")
        return redirect("alert-choices")
    zone = user.time_zone or (brands[0].time_zone if brands else viewer_zone(request))
    context = {"form": form, "zone": zone, "what_stays": WHAT_STAYS}
    return render(request, "alerts/settings/choices.html", context, status=_status(form))


def _status(form: WarningsForm | ChoicesForm) -> int:
    return HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
