"""A creator: the page, and the forms that make and change one."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from authorizations.operations.posts import set_own_account
from brands.access import BrandRequest, actor_of, brand_view, viewer_zone
from brands.operations.edits import Edit, locked
from brands.rules import Action
from creators.models import Creator
from creators.operations import EDITABLE, CreatorDraft, add_creators, edit_creators, rename_creator
from sparktrack.core.clock import utc_now
from sparktrack.core.refusals import RefusedError
from workplace.forms.creators import CreatorForm
from workplace.lists.columns import Look
from workplace.lists.drawing import plain_table
from workplace.queries.creators import MOST_POSTS, creator_page
from workplace.views.creators_list import answers_in, code_after, on_time
from workplace.views.posts_columns import COLUMNS

# Which of their posts may run, and which bring comments.
_SHOWN = ("post", "may_run", "stage", "views", "comments", "engagement", "flights")
_BY_KEY = {column.key: column for column in COLUMNS}
_POST_COLUMNS = [_BY_KEY[key] for key in _SHOWN]


@require_safe
@brand_view()
def show_creator(request: BrandRequest, creator: UUID) -> HttpResponse:
    """What they made, what runs, how quickly they answer; whom to write to, for those who may know it."""
    now = utc_now()
    try:
        page = creator_page(request.brand, creator, now=now)
    except Creator.DoesNotExist:
        raise Http404("No creator of this brand has this address.") from None
    look = Look(request.brand, request.allowed, now, viewer_zone(request))
    context = {
        "page": page,
        "creator": page.line.creator,
        "posts": plain_table(page.posts, _POST_COLUMNS, look, caption="Posts"),
        "left_out": max(page.line.posts - MOST_POSTS, 0),
        "on_time": on_time(page.line),
        "code_after": code_after(page.line),
        "answers_in": answers_in(page.line),
        "now": now,
        "zone": look.zone,
    }
    return render(request, "workplace/creators/creator.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@brand_view(action=Action.WRITE_CREATORS)
def add_creator(request: BrandRequest) -> HttpResponse:
    """A new creator."""
    if request.method != "POST":
        return _form(request, CreatorForm(brand=request.brand))
    form = CreatorForm(request.POST, brand=request.brand)
    if form.is_valid():
        values = form.cleaned_data
        draft = CreatorDraft(values["handle"], values["own_account"], _details(values))
        try:
            (row,) = add_creators(brand=request.brand, drafts=[draft], now=utc_now(), actor=actor_of(request))
        except RefusedError as refused:
            form.add_error(refused.field or None, refused.message)
        else:
            messages.success(request, f"{row} is on file.")
            return redirect("creator", slug=request.brand.slug, creator=row.pk)
    return _form(request, form)


@require_http_methods(["GET", "HEAD", "POST"])
@brand_view(action=Action.WRITE_CREATORS)
def edit_creator(request: BrandRequest, creator: UUID) -> HttpResponse:
    """What is known about them; a new handle keeps the old one as a former one."""
    rows = Creator.objects.for_brand(request.brand)
    now = utc_now()
    if request.method != "POST":
        row = get_object_or_404(rows, pk=creator)
        return _form(request, CreatorForm(brand=request.brand, creator=row, now=now), row)
    with locked(request.brand):
        row = get_object_or_404(rows, pk=creator)
        form = CreatorForm(request.POST, brand=request.brand, creator=row, now=now)
        if form.is_valid():
            try:
                _store(request, row, form.changes)
            except RefusedError as refused:
                form.add_error(refused.field or None, refused.message)
            else:
                messages.success(request, "Saved." if form.changes else "Nothing had changed.")
                return redirect("creator", slug=request.brand.slug, creator=row.pk)
    return _form(request, form, row)


def _store(request: BrandRequest, row: Creator, changes: dict[str, Any]) -> None:
    """All of it or nothing: three operations, for a handle and the brand's own account are more than words."""
    by: dict[str, Any] = {"brand": request.brand, "now": utc_now(), "actor": actor_of(request)}
    with transaction.atomic():
        if "handle" in changes:
            rename_creator(creator=row, handle=changes["handle"], **by)
        if "own_account" in changes:
            set_own_account(creators=[row], own=changes["own_account"], **by)
        edit_creators(edits=[Edit(row, _details(changes))], **by)


def _details(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name in EDITABLE}


def _form(request: BrandRequest, form: CreatorForm, creator: Creator | None = None) -> HttpResponse:
    status = HTTPStatus.OK
    if form.errors:
        status = HTTPStatus.CONFLICT if form.is_overtaken else HTTPStatus.UNPROCESSABLE_ENTITY
    context = {"form": form, "creator": creator}
    return render(request, "workplace/creators/form.html", context, status=status)
