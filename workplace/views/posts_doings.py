"""What is noted about a post from its page: numbers, a stage, that it is gone or back."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from authorizations.operations.posts import mark_posts_back, mark_posts_gone
from brands.access import BrandRequest, actor_of, brand_view, viewer_zone
from brands.operations.edits import Edit, locked
from brands.rules import Action
from posts.enums import MetricsSource
from posts.models import Post
from posts.operations.metrics import Metrics, record_metrics
from posts.operations.posts import edit_posts
from posts.operations.stages import StageMove, move_stages
from sparktrack.core.clock import utc_now
from sparktrack.core.refusals import RefusedError
from workplace.forms.posts_doings import NumbersForm, StageForm
from workplace.posts_words import stage_words
from workplace.undoing import actor_of_change, say_done


@require_http_methods(["GET", "HEAD", "POST"])
@brand_view(action=Action.WRITE_POSTS)
def note_numbers(request: BrandRequest, pk: UUID) -> HttpResponse:
    """The numbers of a post as somebody reads them on TikTok, and what its comments are like."""
    now = utc_now()
    zone = viewer_zone(request)
    if request.method != "POST":
        post = _post(request, pk)
        return _numbers(request, NumbersForm(post=post, zone=zone, now=now), post)
    with locked(request.brand):
        post = _post(request, pk)
        form = NumbersForm(request.POST, post=post, zone=zone, now=now)
        if form.is_valid():
            try:
                _store_numbers(request, post, form)
            except RefusedError as refused:
                form.add_error(refused.field if refused.field in form.fields else None, refused.message)
    if form.errors:
        return _numbers(request, form, post)
    messages.success(request, "Noted.")
    return redirect("post", slug=request.brand.slug, pk=pk)


@require_POST
@brand_view(action=Action.WRITE_POSTS)
def note_stage(request: BrandRequest, pk: UUID) -> HttpResponse:
    """The post reached a stage."""
    post = _post(request, pk)
    form = StageForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Choose the stage that it reached.")
        return redirect(post)
    actor = actor_of_change(request)
    try:
        moves = [StageMove(post, form.to, form.seen)]
        made = move_stages(brand=request.brand, moves=moves, now=utc_now(), actor=actor)
    except RefusedError as refused:
        messages.error(request, refused.message)
    else:
        if made:
            say_done(request, f"{post}: {stage_words(form.to).lower()}.", actor)
    return redirect(post)


@require_POST
@brand_view(action=Action.MARK_POSTS_GONE)
def mark_gone(request: BrandRequest, pk: UUID) -> HttpResponse:
    """The post was deleted or is private: ads with it stop."""
    return _seen(request, pk, gone=True)


@require_POST
@brand_view(action=Action.MARK_POSTS_GONE)
def mark_back(request: BrandRequest, pk: UUID) -> HttpResponse:
    """The post can be seen again."""
    return _seen(request, pk, gone=False)


def _seen(request: BrandRequest, pk: UUID, *, gone: bool) -> HttpResponse:
    post, now = _post(request, pk), utc_now()
    by: dict[str, Any] = {"brand": request.brand, "now": now, "actor": actor_of(request)}
    try:
        if not gone:
            mark_posts_back(posts=[post], **by)
        elif post.unavailable_from is None:
            mark_posts_gone(posts=[post], since=now, **by)
    except RefusedError as refused:
        messages.error(request, refused.message)
    else:
        said = "is private or deleted: ads with it stop" if gone else "can be seen again"
        messages.success(request, f"Noted: the post {said}.")
    return redirect(post)


def _post(request: BrandRequest, pk: UUID) -> Post:
    """The post of this address. Raises Http404."""
    rows = Post.objects.for_brand(request.brand).select_related("creator")
    post: Post = get_object_or_404(rows, pk=pk)
    post.brand = request.brand
    return post


def _store_numbers(request: BrandRequest, post: Post, form: NumbersForm) -> None:
    by: dict[str, Any] = {"brand": request.brand, "now": utc_now(), "actor": actor_of(request)}
    if form.numbers:
        read = Metrics(post, form.cleaned_data["at"], MetricsSource.PERSON, form.numbers)
        if not record_metrics(metrics=[read], **by):
            raise RefusedError("Numbers of this minute are on file already. Say another time.", field="at")
    if "comment_quality" in form.changes:
        edit_posts(edits=[Edit(post, {"comment_quality": form.changes["comment_quality"]})], **by)


def _numbers(request: BrandRequest, form: NumbersForm, post: Post) -> HttpResponse:
    status = HTTPStatus.OK
    if form.errors:
        status = HTTPStatus.CONFLICT if form.is_overtaken else HTTPStatus.UNPROCESSABLE_ENTITY
    context = {"form": form, "post": post}
    return render(request, "workplace/posts/numbers.html", context, status=status)
