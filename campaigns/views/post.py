"""The page of a post."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from brands.access import BrandRequest, brand_view, viewer_zone
from campaigns.queries.post import post_page
from posts.models import Post
from sparktrack.core.clock import utc_now


@require_safe
@brand_view()
def show_post(request: BrandRequest, pk: UUID) -> HttpResponse:
    """May this post run, until when, and what limits it."""
    now = utc_now()
    try:
        page = post_page(request.brand, pk, now=now)
    except Post.DoesNotExist:
        raise Http404("No post of this brand has this address.") from None
    return render(request, "campaigns/post.html", {"page": page, "now": now, "zone": viewer_zone(request)})
