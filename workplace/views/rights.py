"""A right: put on file, looked at, changed. What it covers is shown while it is typed, before anything is saved."""

from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.db import transaction
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods

from authorizations.enums import RightTrigger
from authorizations.models import UsageRight
from authorizations.operations.gaps import coverage_change
from authorizations.operations.rights import correct_rights, edit_rights, grant_rights
from authorizations.operations.terms import term_of
from authorizations.windows import WindowError
from brands.access import BrandRequest, actor_of, brand_view, viewer_zone
from brands.enums import AttachmentSubject
from brands.operations.attachments import Subject, attach_files, attach_links
from brands.operations.edits import Edit
from brands.rules import Action
from posts.models import Brief, Post
from sparktrack.core.clock import utc_now
from sparktrack.core.days import local_date
from sparktrack.core.refusals import RefusedError
from sparktrack.core.wording import TimeWords
from workplace.forms.evidence import ProofForm, refuse_beside
from workplace.forms.rights import DAYS, TIMES, RightForm, stored_values
from workplace.forms.rights_later import EndForm, HappenedForm, LongerForm
from workplace.once import actor_of_page, made_by
from workplace.queries.rights import (
    Holder,
    attachments_of,
    holder_of,
    level_of,
    meant_holder,
    named_holder,
    right_with_holder,
)
from workplace.queries.rights_outlook import Typed, outlook
from workplace.rights_words import OutlookWords, holder_words, outlook_words, short_holder, term_words


@require_http_methods(["GET", "HEAD", "POST"])
@brand_view(action=Action.WRITE_RIGHTS)
def add_right(request: BrandRequest) -> HttpResponse:
    """GET: the five questions about ``?post=``, ``?brief=`` or ``?creator=``, or which one. POST: put it on file."""
    now = utc_now()
    try:
        holder = named_holder(request.brand, request.GET.dict())
    except ObjectDoesNotExist:
        raise Http404("Nothing of this brand has this address.") from None
    if holder is None:
        return _choose(request)
    sent = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = RightForm(*sent, brand=request.brand, now=now, initial=_expected(holder))
    if _is_save(request) and form.is_valid():
        try:
            with coverage_change(request.brand):
                if made := made_by(request, "usageright"):
                    return redirect("right", slug=request.brand.slug, right=made)
                by: dict[str, Any] = {"brand": request.brand, "now": now, "actor": actor_of_page(request)}
                (right,) = grant_rights(drafts=[form.draft(holder)], **by)
                attach(form, Subject(AttachmentSubject.RIGHT, right.pk), by)
        except RefusedError as refused:
            refuse_beside(form, refused)
        else:
            return _done(request, right, holder, now)
    typed = _typed(form, holder, None) if form.is_bound else None
    return _page(request, form, holder=holder, typed=typed, now=now)


@require_http_methods(["GET", "HEAD", "POST"])
@brand_view()
def right(request: BrandRequest, right: UUID) -> HttpResponse:
    """GET: what is on file and what it covers, as a form for those who may change it. POST: change it."""
    if request.method == "POST" and Action.WRITE_RIGHTS not in request.allowed:
        raise PermissionDenied("Your role reads rights.")
    now = utc_now()
    if not _is_save(request):
        row = found_right(request, right)
        form = _form_of(request, row, now)
        typed = _typed(form, holder_of(row), row.pk) if form.is_bound else None
        return right_page(request, row, form=form, typed=typed, now=now)
    row, form = _changed(request, right, now)
    if form.errors:
        return right_page(request, row, form=form, typed=_typed(form, holder_of(row), row.pk), now=now)
    return _done(request, found_right(request, right), holder_of(row), now)


def _changed(request: BrandRequest, pk: UUID, now: datetime) -> tuple[UsageRight, RightForm]:
    """The right and the form; nothing was changed if that has errors.

    What was seen is compared with what is stored under the lock in which it is written.
    """
    with coverage_change(request.brand):
        row = found_right(request, pk)
        form = _form_of(request, row, now)
        if form.is_valid():
            by: dict[str, Any] = {"brand": request.brand, "now": now, "actor": actor_of(request)}
            try:
                with transaction.atomic():
                    if correction := form.correction(row):
                        correct_rights(corrections=[correction], **by)
                    edit_rights(edits=[Edit(row, form.edited())], **by)
                    attach(form, Subject(AttachmentSubject.RIGHT, row.pk), by)
            except RefusedError as refused:
                refuse_beside(form, refused)
        return row, form


def found_right(request: BrandRequest, pk: UUID) -> UsageRight:
    """The right of this id. Raises Http404 if the brand has none."""
    try:
        return right_with_holder(request.brand, pk)
    except UsageRight.DoesNotExist:
        raise Http404("No right of this brand has this address.") from None


def right_page(
    request: BrandRequest,
    row: UsageRight,
    *,
    now: datetime,
    form: RightForm | None = None,
    typed: Typed | None = None,
    later: Mapping[str, Form] | None = None,
) -> HttpResponse:
    """The page of a right; ``typed``: as somebody is about to change it; ``later``: refused forms by their names."""
    form = form or RightForm(brand=request.brand, now=now, row=row, stored=_stored(request, row))
    today = local_date(now, request.brand.time_zone)
    holder = holder_of(row)
    on_file = Typed(holder, row.starts_on, term_of(row), row.paid_amplification, row.channels, instead=row.pk)
    return _page(
        request,
        form,
        holder=holder,
        typed=on_file if not form.is_bound else typed,
        now=now,
        right=row,
        term=term_words(row, _times(request, now)),
        attachments=attachments_of(request.brand, row.pk),
        forms={
            "longer": LongerForm(prefix="longer"),
            "end": EndForm(prefix="end"),
            "happened": HappenedForm(prefix="happened", today=today, initial={"happened_on": today}),
            **(later or {}),
        },
        refused=bool(later),
    )


def attach(form: ProofForm, subject: Subject, by: Mapping[str, Any]) -> int:
    """Keep the files and the link of a valid form; how many. Raises AttachmentRefusedError."""
    files = attach_files(subject=subject, files=form.uploads(), **by)
    return len(files) + len(attach_links(subject=subject, links=form.links(), **by))


def _is_save(request: BrandRequest) -> bool:
    """``look``: what was typed is looked at, nothing is saved."""
    return request.method == "POST" and "look" not in request.POST


def _form_of(request: BrandRequest, row: UsageRight, now: datetime) -> RightForm:
    sent = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    return RightForm(*sent, brand=request.brand, now=now, row=row, stored=_stored(request, row))


def _stored(request: BrandRequest, row: UsageRight) -> dict[str, Any]:
    return stored_values(row, request.brand.time_zone)


def _expected(holder: Holder) -> dict[str, Any]:
    """What the brief expects, if the right is on one or on a post that has one."""
    brief = holder if isinstance(holder, Brief) else holder.brief if isinstance(holder, Post) else None
    found: dict[str, Any] = {"trigger": RightTrigger.FIXED.value}
    if brief and brief.usage_days:
        found |= {"term": DAYS, "length": brief.usage_days}
    if brief and brief.usage_paid is not None:
        found["paid_amplification"] = "yes" if brief.usage_paid else "no"
    return found


def _typed(form: RightForm, holder: Holder, instead: UUID | None) -> Typed | None:
    """The right as it stands in a bound form; None while that makes none."""
    form.is_valid()
    if form.has_error("__all__") or any(form.has_error(name) for name in (*TIMES, "channels")):
        return None
    values = form.cleaned_data
    paid = values.get("paid_amplification") == "yes"
    return Typed(holder, values["starts_on"], form.term_typed(), paid, values["channels"], instead)


def _times(request: BrandRequest, now: datetime) -> TimeWords:
    return TimeWords(now=now, zone=request.brand.time_zone, viewer_zone=viewer_zone(request))


def _answer(
    request: BrandRequest, typed: Typed | None, form: RightForm, now: datetime
) -> OutlookWords | None:
    if typed is None:
        return None
    trigger = form.cleaned_data["trigger"] if form.is_bound else form.initial["trigger"]
    try:
        found = outlook(request.brand, typed, now=now)
    except WindowError:
        return None
    return outlook_words(found, RightTrigger(trigger), _times(request, now))


def _page(
    request: BrandRequest, form: RightForm, *, holder: Holder, typed: Typed | None, now: datetime, **also: Any
) -> HttpResponse:
    looks = form.is_bound and not _is_save(request)
    context = {
        "form": form,
        "answer": _answer(request, typed, form, now),
        "holder": holder,
        "on": holder_words(holder),
        "crumb": short_holder(holder),
        "post": holder if isinstance(holder, Post) else None,
        "lost_files": bool(request.FILES),  # whatever is shown after a POST was not saved
        "now": now,
        "zone": viewer_zone(request),
        **also,
    }
    if looks and request.htmx:
        return render(request, "workplace/rights/covers.html", context)
    status = HTTPStatus.OK
    if not looks and (form.errors or also.get("refused")):
        status = HTTPStatus.CONFLICT if form.is_overtaken else HTTPStatus.UNPROCESSABLE_ENTITY
    may_write = Action.WRITE_RIGHTS in request.allowed
    template = "workplace/rights/form.html" if may_write else "workplace/rights/facts.html"
    return render(request, template, context, status=status)


def _choose(request: BrandRequest) -> HttpResponse:
    """Ask what the right is on; what somebody typed leads to it."""
    words = request.GET.get("for", "").strip()
    holder = meant_holder(request.brand, words) if words else None
    if holder is not None:
        page = reverse("add-right", args=[request.brand.slug])
        return redirect(f"{page}?{urlencode({level_of(holder): str(holder.pk)})}")
    return render(request, "workplace/rights/choose.html", {"words": words})


def _done(request: BrandRequest, row: UsageRight, holder: Holder, now: datetime) -> HttpResponse:
    messages.success(request, f"On file: {row}, {term_words(row, _times(request, now))}.")
    if isinstance(holder, Post):
        page = redirect("post", slug=request.brand.slug, pk=holder.pk)
        page["Location"] += "#rights"
        return page
    return redirect("right", slug=request.brand.slug, right=row.pk)
