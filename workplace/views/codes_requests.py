"""Whether a creator was asked for a code: noted and withdrawn on the page of the post."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from authorizations.operations.arrivals import last_codes
from authorizations.operations.requests import (
    RequestDraft,
    open_requests,
    request_codes,
    withdraw_requests,
)
from brands.access import BrandRequest, brand_view
from brands.rules import Action
from posts.models import Post
from sparktrack.core.clock import utc_now
from sparktrack.core.refusals import RefusedError
from sparktrack.core.wording import count
from workplace.forms.codes_requests import AskForm
from workplace.undoing import actor_of_change, say_done


@require_POST
@brand_view(action=Action.WRITE_CODES)
def ask_code(request: BrandRequest, pk: UUID) -> HttpResponse:
    """The creator of the post was asked for a code, in place of the one that ends last if there is any."""
    post = _post(request, pk)
    form = AskForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Choose for how many days you asked.")
        return _back(post)
    days, actor = form.cleaned_data["window_days"], actor_of_change(request)
    last = last_codes(request.brand, [post.pk]).get(post.pk)
    draft = RequestDraft(post, days, last)
    try:
        request_codes(brand=request.brand, drafts=[draft], now=utc_now(), actor=actor)
    except RefusedError as refused:
        messages.error(request, refused.message)
    else:
        say_done(request, f"Noted: {post.creator} was asked for {count(days, 'day')}.", actor)
    return _back(post)


@require_POST
@brand_view(action=Action.WRITE_CODES)
def withdraw_request(request: BrandRequest, pk: UUID) -> HttpResponse:
    """Nobody waits for a code of the post any more."""
    post = _post(request, pk)
    waiting = list(open_requests(request.brand, [post.pk]).values())
    actor = actor_of_change(request)
    if withdraw_requests(brand=request.brand, requests=waiting, now=utc_now(), actor=actor):
        say_done(request, "Withdrawn: nobody waits for this code any more.", actor)
    else:
        messages.info(request, "There is no open request any more.")
    return _back(post)


def _post(request: BrandRequest, pk: UUID) -> Post:
    """The post of this address. Raises Http404."""
    post: Post = get_object_or_404(Post.objects.for_brand(request.brand).select_related("creator"), pk=pk)
    post.brand = request.brand
    return post


def _back(post: Post) -> HttpResponse:
    page = redirect(post)
    page["Location"] += "#codes"
    return page
