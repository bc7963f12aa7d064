"""The page of a post."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from brands.access import BrandRequest, brand_view, viewer_zone
from campaigns.forms.post import RunAnywayForm
from campaigns.queries.history import FIRST_LINES, MOST_LINES
from campaigns.queries.post import post_page
from posts.models import Post
from sparktrack.core.clock import utc_now


@require_safe
@brand_view()
def show_post(request: BrandRequest, pk: UUID) -> HttpResponse:
    """May this post run, until when, and what limits it; with ``?history=all`` all that was done about it."""
    return post_response(request, pk, now=utc_now())


def post_response(
    request: BrandRequest, post_id: UUID, *, now: datetime, status: int = 200, **also: Any
) -> HttpResponse:
    """The whole page; ``also``: what the answer to a form adds to it (``shown``, ``refused_use``, ``run_anyway``).

    Raises Http404 for a post that is not there in the brand of the request.
    """
    lines = MOST_LINES if request.GET.get("history") == "all" else FIRST_LINES
    try:
        page = post_page(request.brand, post_id, now=now, history=lines)
    except Post.DoesNotExist:
        raise Http404("No post of this brand has this address.") from None
    context = {
        "page": page,
        "now": now,
        "zone": viewer_zone(request),
        "new_run_anyway": RunAnywayForm(
            approvers=page.people.approvers, initial={"approver": str(request.user.pk)}
        ),
    }
    return render(request, "campaigns/post.html", {**context, **also}, status=status)
