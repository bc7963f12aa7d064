"""The form of a post: a new one, or one that is there; and what the link that is pasted into it says."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from authorizations.operations.posts import PostDraft, add_posts, attach_brief, change_method
from brands.access import BrandRequest, actor_of, brand_view
from brands.operations.edits import Edit, locked
from brands.rules import Action
from campaigns.phrases import Tone
from creators.models import Creator
from creators.operations import CreatorDraft, add_creators
from posts.enums import Method
from posts.models import Brief, Post
from posts.operations.posts import edit_posts
from sparktrack.core.cells import Refusal
from sparktrack.core.clock import utc_now
from sparktrack.core.days import local_date
from sparktrack.core.refusals import RefusedError
from sparktrack.core.wording import local_year
from workplace.forms.fields import HandleField
from workplace.forms.posts import PostForm
from workplace.posts_words import Note, link_notes
from workplace.queries.posts_link import link_in, offered_handles, read_link

_FORM_METHODS = ("GET", "HEAD", "POST")
_LONGEST_LINK = 2000


@require_http_methods(_FORM_METHODS)
@brand_view(action=Action.WRITE_POSTS)
def add_post(request: BrandRequest) -> HttpResponse:
    """A new post; ``?creator=`` and ``?brief=`` say what is known of it already."""
    if request.method != "POST":
        return _form(request, _new_form(request, initial=_asked_for(request)))
    form = _new_form(request, request.POST)
    with locked(request.brand):
        row = _added(request, form) if form.is_valid() else None
    if row is None:
        return _form(request, form)
    messages.success(request, f"{row} is on file." + _of_short_link(form))
    return redirect("post", slug=request.brand.slug, pk=row.pk)


@require_http_methods(_FORM_METHODS)
@brand_view(action=Action.WRITE_POSTS)
def edit_post(request: BrandRequest, pk: UUID) -> HttpResponse:
    """What a post says."""
    rows = Post.objects.for_brand(request.brand).select_related("creator", "brief")
    if request.method != "POST":
        row = get_object_or_404(rows, pk=pk)
        return _form(request, _form_of(request, row), row)
    with locked(request.brand):
        row = get_object_or_404(rows, pk=pk)
        form = _form_of(request, row, request.POST)
        if form.is_valid():
            try:
                _store(request, row, form)
            except RefusedError as refused:
                form.refuse(refused)
    if form.errors:
        return _form(request, form, row)
    messages.success(request, ("Saved." if form.changes else "Nothing had changed.") + _of_short_link(form))
    return redirect("post", slug=request.brand.slug, pk=row.pk)


@require_safe
@brand_view(action=Action.WRITE_POSTS)
def read_post_link(request: BrandRequest) -> HttpResponse:
    """What a pasted link says, for the form that it was pasted into: notes, and the fields that it fills."""
    now, brand = utc_now(), request.brand
    post = _post_of(request)
    asked = request.GET
    filled: dict[str, Any] = {
        name: asked.get(name, "")[:100] for name in ("handle", "tiktok_post_id", "posted_on")
    }
    notes: list[Note] = []
    try:
        link = link_in(asked.get("link", "")[:_LONGEST_LINK])
        handle = HandleField(required=False).clean(filled["handle"]) if post is None else ""
    except Refusal as refused:
        notes = [Note(Tone.STOP, refused.message)]
    except ValidationError as wrong:
        notes = [Note(Tone.STOP, " ".join(wrong.messages))]
    else:
        # Whoever pastes a link means its creator, whoever stood in the form before.
        read = read_link(brand, link, handle="" if link and link.handle else handle, post=post)
        day = local_date(read.born, brand.time_zone) if read.born else None
        notes = link_notes(read, posted_on=day, year=local_year(now, brand.time_zone))
        filled["handle"] = read.handle or filled["handle"]
        filled["new_creator"] = read.handle if read.creator is None else ""
        if read.post_id:
            filled |= {"tiktok_post_id": read.post_id, "posted_on": day}
        if read.on_file:
            filled["on_file"] = read.on_file
    form = PostForm(brand=brand, allowed=request.allowed, row=post, initial=filled, now=now)
    context = {"form": form, "notes": notes, "on_file": filled.get("on_file"), "swapped": True}
    return render(request, "workplace/posts/link_read.html", context)


def _post_of(request: BrandRequest) -> Post | None:
    """The post that is edited; raises Http404 for one that is not there."""
    text = request.GET.get("post", "")
    if not text:
        return None
    rows = Post.objects.for_brand(request.brand).select_related("creator")
    try:
        pk = UUID(text)
    except ValueError:
        raise Http404("No post of this brand has this address.") from None
    post: Post = get_object_or_404(rows, pk=pk)
    return post


def _asked_for(request: BrandRequest) -> dict[str, Any]:
    """What the address says of a new post. Raises Http404 for a creator or brief that is not there."""
    found: dict[str, Any] = {}
    try:
        if text := request.GET.get("creator"):
            creator = get_object_or_404(Creator.objects.for_brand(request.brand), pk=UUID(text))
            found["handle"] = creator.handle
        if text := request.GET.get("brief"):
            found["brief"] = get_object_or_404(Brief.objects.for_brand(request.brand), pk=UUID(text)).pk
    except ValueError:
        raise Http404("No creator or brief of this brand has this address.") from None
    return found


def _new_form(request: BrandRequest, data: Any = None, **kwargs: Any) -> PostForm:
    return PostForm(data, brand=request.brand, allowed=request.allowed, **kwargs)


def _form_of(request: BrandRequest, row: Post, data: Any = None) -> PostForm:
    return PostForm(data, brand=request.brand, allowed=request.allowed, row=row, now=utc_now())


def _added(request: BrandRequest, form: PostForm) -> Post | None:
    """The new post with its creator, both or neither; None if it was refused."""
    by: dict[str, Any] = {"brand": request.brand, "now": utc_now(), "actor": actor_of(request)}
    values, read = form.cleaned_data, form.read
    assert read is not None
    details = form.details(values)
    try:
        with transaction.atomic():
            creator = read.creator or add_creators(drafts=[CreatorDraft(read.handle)], **by)[0]
            draft = PostDraft(
                creator,
                brief=values["brief"],
                method=Method(values["method"]),
                **{name: details.pop(name) for name in ("title", "url", "tiktok_post_id", "posted_at")},
                details=details,
            )
            return add_posts(drafts=[draft], **by)[0]
    except RefusedError as refused:
        form.refuse(refused)
        return None


def _store(request: BrandRequest, row: Post, form: PostForm) -> None:
    """All that was changed, or nothing."""
    by: dict[str, Any] = {"brand": request.brand, "now": utc_now(), "actor": actor_of(request)}
    with transaction.atomic():
        edit_posts(edits=[Edit(row, form.details(form.changes))], **by)
        if "method" in form.changes:
            change_method(posts=[row], method=Method(form.changes["method"]), **by)
        if "brief" in form.changes:
            attach_brief(posts=[row], brief=form.changes["brief"], **by)


def _of_short_link(form: PostForm) -> str:
    if form.read is None or not form.read.is_short:
        return ""
    return " Its short link says neither id nor day: open it and paste the long one when you can."


def _form(request: BrandRequest, form: PostForm, post: Post | None = None) -> HttpResponse:
    status = HTTPStatus.OK
    if form.errors:
        status = HTTPStatus.CONFLICT if form.is_overtaken else HTTPStatus.UNPROCESSABLE_ENTITY
    context = {
        "form": form,
        "post": post,
        "handles": offered_handles(request.brand) if post is None else (),
    }
    return render(request, "workplace/posts/form.html", context, status=status)
