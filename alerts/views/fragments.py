"""What alerts add to the header, the board and the page of a post, loaded into them after the page."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from alerts.forms.saying import SnoozeForm
from alerts.queries.alerts import open_alerts_of_post
from alerts.queries.bell import MOST_SHOWN, open_alerts_of
from alerts.queries.health import mail_trouble
from alerts.queries.marks import flight_marks
from alerts.views.done import done_in
from brands.access import BrandRequest, brand_view, viewer_zone
from brands.models import User
from posts.models import Post
from sparktrack.core.clock import utc_now

# The lines of a board: 8 of each section, or 50 of one.
_MOST_POSTS = 100


@require_safe
def bell(request: HttpRequest) -> HttpResponse:
    """How many open alerts wait for this person; nothing for somebody who was logged out since the page was loaded."""
    if not isinstance(request.user, User):
        return HttpResponse(status=204)
    number = open_alerts_of(request.user, now=utc_now())
    context = {"number": min(number, MOST_SHOWN), "is_more": number > MOST_SHOWN}
    return render(request, "alerts/bell.html", context)


@require_safe
@brand_view()
def board_alerts(request: BrandRequest) -> HttpResponse:
    """The marks of the flights of the ``posts`` that a board shows, and what hinders the mails."""
    if not request.htmx:
        return redirect("alerts", slug=request.brand.slug)
    now, posts = utc_now(), []
    for text in request.GET.get("posts", "").split(",")[:_MOST_POSTS]:
        try:
            posts.append(UUID(text))
        except ValueError:
            continue
    context = {
        "marks": flight_marks(request.brand, posts, now=now),
        "trouble": mail_trouble(now=now),
        "now": now,
        "zone": viewer_zone(request),
    }
    return render(request, "alerts/board_part.html", context)


@require_safe
@brand_view()
def post_alerts(request: BrandRequest, pk: UUID) -> HttpResponse:
    """The open alerts of a post, with what can be said about them; who is told of them stands on their own pages."""
    post = get_object_or_404(Post.objects.for_brand(request.brand), pk=pk)
    if not request.htmx:
        return redirect(f"{reverse('alerts', args=[request.brand.slug])}?post={post.pk}")
    now = utc_now()
    lines = open_alerts_of_post(request.brand, post.pk, now=now)
    context = {
        "post": post,
        "part_url": request.path,
        "done": done_in(request, brand=request.brand),
        "lines": [
            (line, SnoozeForm(alert=line.alert, zone=request.brand.time_zone, now=now)) for line in lines
        ],
        "now": now,
        "zone": viewer_zone(request),
    }
    return render(request, "alerts/post_part.html", context)
