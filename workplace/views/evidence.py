"""Evidence packs: of a post, of a campaign, of all of a brand; to be read, printed and handed over."""

from datetime import date, datetime, timedelta
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_safe

from authorizations.models import AuthorizationCode
from brands.access import BrandRequest, actor_of, brand_view, viewer_zone
from brands.operations.attachments import attach_files, attach_links
from brands.operations.edits import writing
from brands.rules import Action
from campaigns.models import Campaign
from posts.models import Post
from sparktrack.core.clock import utc_now
from sparktrack.core.days import local_date
from sparktrack.core.refusals import RefusedError
from sparktrack.core.wording import clock, local_year, short_day, weekday
from workplace.forms.evidence import AttachForm, PeriodForm, refuse_beside
from workplace.queries.evidence import PER_PART, Period, evidence_pack, posts_with_evidence


@require_http_methods(["GET", "HEAD", "POST"])
@brand_view()
def post_evidence(request: BrandRequest, pk: UUID) -> HttpResponse:
    """GET: the evidence about one post. POST: a file or link is added to it, or to one of its codes."""
    post = get_object_or_404(Post.objects.for_brand(request.brand), pk=pk)
    form, now = None, utc_now()
    if Action.WRITE_POSTS in request.allowed:
        codes = AuthorizationCode.objects.for_brand(request.brand).filter(post=post)
        known = list(codes.order_by("starts_at", "pk").values_list("pk", "ending"))
        sent = (request.POST, request.FILES) if request.method == "POST" else (None, None)
        form = AttachForm(*sent, post=post.pk, codes=known)
    if request.method == "POST":
        if form is None:
            raise PermissionDenied("Your role reads evidence.")
        if form.is_valid() and _attached(request, form, now):
            messages.success(request, "Kept as evidence.")
            return redirect("post-evidence", slug=request.brand.slug, pk=post.pk)
    posts = Post.objects.for_brand(request.brand).filter(pk=post.pk)
    return _page(request, posts, subject=str(post), now=now, post=post, attach=form)


@require_safe
@brand_view()
def campaign_evidence(request: BrandRequest, campaign: UUID) -> HttpResponse:
    """The evidence about the posts that flew in one campaign."""
    row = get_object_or_404(Campaign.objects.for_brand(request.brand), pk=campaign)
    return _page(request, None, subject=f"Campaign {row}", now=utc_now(), campaign=row)


@require_safe
@brand_view()
def evidence(request: BrandRequest) -> HttpResponse:
    """The evidence about all posts of the brand that had a code or a flight."""
    return _page(request, None, subject="All posts", now=utc_now())


def _attached(request: BrandRequest, form: AttachForm, now: datetime) -> bool:
    by: dict[str, Any] = {"brand": request.brand, "now": now, "actor": actor_of(request)}
    try:
        with writing():
            attach_links(subject=form.subject(), links=form.links(), **by)
            attach_files(subject=form.subject(), files=form.uploads(), **by)
    except RefusedError as refused:
        refuse_beside(form, refused)
        return False
    return True


def _page(
    request: BrandRequest,
    posts: Any,
    *,
    subject: str,
    now: datetime,
    campaign: Campaign | None = None,
    **also: Any,
) -> HttpResponse:
    """``posts`` None: those of ``campaign``, else of the brand, in the period of the address; a wrong one is a 400."""
    asked = PeriodForm(request.GET)
    period = asked.period() if asked.is_valid() else Period()
    of_many = posts is None
    if of_many:
        posts = posts_with_evidence(request.brand, period, campaign)
    pack = evidence_pack(
        request.brand, posts, now=now, period=period, campaign=campaign, after=asked.cleaned_data.get("after")
    )
    dates = {"first": asked.data.get("first", ""), "last": asked.data.get("last", "")}
    context = {
        "pack": pack,
        "made": _with_year(now, viewer_zone(request)),
        "year": local_year(now, request.brand.time_zone),
        "subject": subject,
        "of_many": of_many,
        "campaign": campaign,
        "form": asked,
        "narrowed": bool(period.first or period.last),
        "period": _period_words(period),
        "suggested": _suggested(local_date(now, request.brand.time_zone)),
        "per_part": PER_PART,
        "next": urlencode({**{name: day for name, day in dates.items() if day}, "after": str(pack.after)}),
        "is_later": bool(asked.cleaned_data.get("after")),
        "now": now,
        "zone": viewer_zone(request),
        **also,
    }
    status = HTTPStatus.BAD_REQUEST if asked.errors else HTTPStatus.OK
    attach = also.get("attach")
    if attach is not None and attach.errors:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    return render(request, "workplace/evidence/pack.html", context, status=status)


def _with_year(now: datetime, zone: str) -> str:
    """``Sun 22 Nov 2026, 02:00 EST``: a paper is read years later."""
    day = local_date(now, zone)
    return clock(now, zone, now=now).replace(weekday(day, year=day.year), weekday(day), 1)


def _period_words(period: Period) -> str:
    """``1 Nov 2026 – 30 Nov 2026``, ``since 1 Nov 2026``, ``everything on file``."""
    first, last = (short_day(day) if day else "" for day in (period.first, period.last))
    if first and last:
        return f"{first} – {last}"
    return f"since {first}" if first else f"until {last}" if last else "everything on file"


def _suggested(today: date) -> list[tuple[str, str]]:
    """Periods that people hand over, as links: the name and the part of an address."""
    month = today.replace(day=1)
    before = month - timedelta(days=1)
    year = today.replace(month=1, day=1)
    spans = [
        ("This month", month, today),
        ("Last month", before.replace(day=1), before),
        ("This year", year, today),
    ]
    return [
        (name, urlencode({"first": first.isoformat(), "last": last.isoformat()}))
        for name, first, last in spans
    ]
