"""What happens to a right that is on file: it is extended, ends early, or what it waited for has happened."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from authorizations.models import UsageRight
from authorizations.operations.rights import NewTerm, end_rights, extend_rights, trigger_rights
from brands.access import BrandRequest, actor_of, brand_view, viewer_zone
from brands.rules import Action
from sparktrack.core.clock import utc_now
from sparktrack.core.days import local_date
from sparktrack.core.refusals import RefusedError
from sparktrack.core.wording import TimeWords
from workplace.forms.rights import LAST_DAY
from workplace.forms.rights_later import EndForm, HappenedForm, LongerForm
from workplace.rights_words import term_words
from workplace.views.rights import found_right, right_page


@require_POST
@brand_view(action=Action.WRITE_RIGHTS)
def extend_right(request: BrandRequest, right: UUID) -> HttpResponse:
    """Agreed for longer."""
    row, form, by = found_right(request, right), LongerForm(request.POST, prefix="longer"), _by(request)
    if form.is_valid():
        try:
            extend_rights(terms=[NewTerm(row, form.term_for(row))], **by)
        except RefusedError as refused:
            form.add_error("ends_on" if form.cleaned_data["term"] == LAST_DAY else "length", refused.message)
    return _answer(request, row, form, "longer", by)


@require_POST
@brand_view(action=Action.WRITE_RIGHTS)
def end_right(request: BrandRequest, right: UUID) -> HttpResponse:
    """Over earlier than agreed."""
    row, form, by = found_right(request, right), EndForm(request.POST, prefix="end"), _by(request)
    if form.is_valid():
        try:
            end_rights(rights=[row], ends_on=form.cleaned_data["ends_on"], **by)
        except RefusedError as refused:
            form.add_error("ends_on", refused.message)
    return _answer(request, row, form, "end", by)


@require_POST
@brand_view(action=Action.WRITE_RIGHTS)
def right_began(request: BrandRequest, right: UUID) -> HttpResponse:
    """What it waited for has happened: it counts from that day."""
    row, by = found_right(request, right), _by(request)
    today = local_date(by["now"], request.brand.time_zone)
    form = HappenedForm(request.POST, prefix="happened", today=today)
    if form.is_valid():
        try:
            trigger_rights(rights=[row], happened_on=form.cleaned_data["happened_on"], **by)
        except RefusedError as refused:
            form.add_error("happened_on", refused.message)
    return _answer(request, row, form, "happened", by)


def _by(request: BrandRequest) -> dict[str, Any]:
    return {"brand": request.brand, "now": utc_now(), "actor": actor_of(request)}


def _answer(
    request: BrandRequest, row: UsageRight, form: forms.Form, name: str, by: dict[str, Any]
) -> HttpResponse:
    if form.errors:
        return right_page(request, row, now=by["now"], later={name: form})
    times = TimeWords(now=by["now"], zone=request.brand.time_zone, viewer_zone=viewer_zone(request))
    changed = found_right(request, row.pk)
    messages.success(request, f"Noted: {changed}, {term_words(changed, times)}.")
    return redirect("right", slug=request.brand.slug, right=row.pk)
