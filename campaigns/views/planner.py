"""The planner: which window to ask a creator for. It stores nothing, and nobody has to log in for it."""

from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from authorizations.rules import DAY
from brands.access import viewer_zone
from brands.models import Membership, User
from campaigns.forms.planner import PlannerForm
from campaigns.planner import advise
from campaigns.planner_words import planner_answer
from sparktrack.core.clock import utc_now
from sparktrack.core.days import local_date


@require_safe
def show_planner(request: HttpRequest) -> HttpResponse:
    """The question, and with everything in the address the answer; what is missing or wrong is a 400."""
    now = utc_now()
    context: dict[str, Any] = {"now": now}
    status = HTTPStatus.OK
    if PlannerForm.base_fields.keys() & request.GET.keys():
        form = PlannerForm(request.GET)
        if form.is_valid() and form.plan is not None:
            known = form.cleaned_data["time"] is not None
            advice = advise(form.plan)
            context["advice"] = advice
            context["answer"] = planner_answer(form.plan, advice, time_known=known, now=now)
            context["link"] = request.build_absolute_uri(f"{request.path}?{form.link()}")
        else:
            status = HTTPStatus.BAD_REQUEST
    else:
        zone, account_zone = _zones(request)
        today = local_date(now, zone)
        form = PlannerForm(initial={"zone": zone, "account_zone": account_zone, "generated_on": today})
        days = {"starts_on": today + 29 * DAY, "ends_on": today + 58 * DAY, "generated_on": today}
        asked = {name: day.isoformat() for name, day in days.items()}
        context["example"] = urlencode(asked | {"zone": zone, "account_zone": account_zone})
    return render(request, "campaigns/planner.html", {**context, "form": form}, status=status)


def _zones(request: HttpRequest) -> tuple[str, str]:
    """Where this person reads clocks, and the zone of their first brand; strangers begin in UTC."""
    if not isinstance(request.user, User):
        return "UTC", "UTC"
    first = Membership.objects.of_user(request.user).first()
    brand_zone = first.brand.time_zone if first else "UTC"
    return request.user.time_zone or brand_zone, brand_zone if first else viewer_zone(request)
