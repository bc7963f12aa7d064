"""A brief: its page, which is also what is printed, and the forms that make and change it."""

from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from brands.access import BrandRequest, actor_of, brand_view, viewer_zone
from brands.operations.edits import Edit, locked
from brands.rules import Action
from posts.models import Brief
from posts.operations.briefs import add_briefs, edit_briefs
from sparktrack.core.clock import utc_now
from sparktrack.core.refusals import RefusedError
from sparktrack.core.wording import TimeWords
from workplace.briefs_words import contract_text, usage_words
from workplace.forms.briefs import BriefForm
from workplace.lists.columns import Look
from workplace.lists.drawing import plain_table
from workplace.queries.briefs import brief_page
from workplace.rights_words import term_words
from workplace.views.briefs_list import posts_url
from workplace.views.posts_columns import COLUMNS

_FORM_METHODS = ("GET", "HEAD", "POST")
_POST_COLUMNS = [column for column in COLUMNS if column.key in {"post", "may_run", "stage", "due"}]


@require_safe
@brand_view()
def show_brief(request: BrandRequest, brief: UUID) -> HttpResponse:
    """What is asked for, the lines for the contract, the posts that were made for it."""
    now = utc_now()
    try:
        page = brief_page(request.brand, brief, now=now)
    except Brief.DoesNotExist:
        raise Http404("No brief of this brand has this address.") from None
    look = Look(request.brand, request.allowed, now, viewer_zone(request))
    brand = request.brand
    times = TimeWords(now=now, zone=brand.time_zone, viewer_zone=look.zone)
    row = page.brief
    context = {
        "page": page,
        "brief": row,
        "chapters": [
            (title, text)
            for title, text in (
                ("Product truth", row.product_truth),
                ("Problem of the audience", row.audience_problem),
                ("What must not be claimed", row.claim_boundaries),
                ("Tone", row.tone_examples),
            )
            if text
        ],
        "usage": usage_words(row),
        "contract": contract_text(row, brand=brand.name, window_days=brand.window_days),
        "posts": plain_table(page.posts, _POST_COLUMNS, look, caption="Posts made for this brief"),
        "posts_url": posts_url(brand, row),
        "rights": [(right, term_words(right, times)) for right in page.rights],
        "now": now,
        "zone": look.zone,
    }
    return render(request, "workplace/briefs/brief.html", context)


@require_http_methods(_FORM_METHODS)
@brand_view(action=Action.WRITE_POSTS)
def add_brief(request: BrandRequest) -> HttpResponse:
    """A new brief."""
    if request.method != "POST":
        return _form(request, BriefForm())
    form = BriefForm(request.POST)
    if form.is_valid():
        try:
            drafts = [dict(form.cleaned_data)]
            (row,) = add_briefs(brand=request.brand, drafts=drafts, now=utc_now(), actor=actor_of(request))
        except RefusedError as refused:
            form.add_error(refused.field or None, refused.message)
        else:
            messages.success(request, f"{row} is on file. Now add the posts that are made for it.")
            return redirect("brief", slug=request.brand.slug, brief=row.pk)
    return _form(request, form)


@require_http_methods(_FORM_METHODS)
@brand_view(action=Action.WRITE_POSTS)
def edit_brief(request: BrandRequest, brief: UUID) -> HttpResponse:
    """What a brief says."""
    rows = Brief.objects.for_brand(request.brand)
    now = utc_now()
    if request.method != "POST":
        row = get_object_or_404(rows, pk=brief)
        return _form(request, BriefForm(row=row, now=now), row)
    with locked(request.brand):
        row = get_object_or_404(rows, pk=brief)
        form = BriefForm(request.POST, row=row, now=now)
        if form.is_valid():
            try:
                edits = [Edit(row, form.changes)]
                edit_briefs(brand=request.brand, edits=edits, now=now, actor=actor_of(request))
            except RefusedError as refused:
                form.add_error(refused.field or None, refused.message)
    if form.errors:
        return _form(request, form, row)
    messages.success(request, "Saved." if form.changes else "Nothing had changed.")
    return redirect("brief", slug=request.brand.slug, brief=row.pk)


def _form(request: BrandRequest, form: BriefForm, brief: Brief | None = None) -> HttpResponse:
    status = HTTPStatus.OK
    if form.errors:
        status = HTTPStatus.CONFLICT if form.is_overtaken else HTTPStatus.UNPROCESSABLE_ENTITY
    context = {"form": form, "brief": brief}
    return render(request, "workplace/briefs/form.html", context, status=status)
