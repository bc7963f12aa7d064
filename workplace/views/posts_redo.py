"""Redoing a post: what goes with the new creative is chosen, looked at, then done at once."""

from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from authorizations.models import UsageRight
from brands.access import BrandRequest, brand_view, viewer_zone
from brands.operations.edits import locked
from brands.rules import Action
from campaigns.models import Flight
from campaigns.operations.redo import Redo, redo_post
from posts.enums import Method
from posts.models import Post
from sparktrack.core.clock import utc_now
from sparktrack.core.refusals import RefusedError
from sparktrack.core.wording import TimeWords, count
from workplace.forms.posts_redo import RedoForm
from workplace.once import actor_of_page, made_by
from workplace.queries.posts_redo import RedoDesk, redo_desk
from workplace.rights_words import term_words


@require_http_methods(["GET", "HEAD", "POST"])
@brand_view(action=Action.WRITE_POSTS)
def redo(request: BrandRequest, pk: UUID) -> HttpResponse:
    """GET: what can go with the new post. POST: what would happen; with ``sure`` it happens."""
    try:
        desk = redo_desk(request.brand, pk)
    except Post.DoesNotExist:
        raise Http404("No post of this brand has this address.") from None
    form = _form(request, desk)
    if request.method != "POST" or "back" in request.POST or not form.is_valid():
        return _page(request, form, desk)
    chosen = Redo(
        desk.post,
        title=form.cleaned_data["title"],
        link=form.cleaned_data["link"],
        rights=list(form.cleaned_data.get("rights", ())),
        flights=list(form.cleaned_data.get("flights", ())),
    )
    if "sure" not in request.POST:
        context = {"form": form, "desk": desk, "chosen": chosen, "happens": _happens(desk, chosen, form)}
        return render(request, "workplace/posts/redo_sure.html", context)
    try:
        with locked(request.brand):
            if made := made_by(request, "post"):
                return redirect("post", slug=request.brand.slug, pk=made)
            new = redo_post(brand=request.brand, redo=chosen, now=utc_now(), actor=actor_of_page(request))
    except RefusedError as refused:
        field = "link" if refused.field in {"url", "tiktok_post_id"} else refused.field
        form.add_error(field if field in form.fields else None, refused.message)
        return _page(request, form, desk)
    messages.success(request, f"{new} is on file and replaces the old post.")
    return redirect("post", slug=request.brand.slug, pk=new.pk)


def _form(request: BrandRequest, desk: RedoDesk) -> RedoForm:
    now, zone = utc_now(), viewer_zone(request)

    def times(account_zone: str) -> TimeWords:
        return TimeWords(now=now, zone=account_zone, viewer_zone=zone, contract_zone=request.brand.time_zone)

    def say_right(right: UsageRight) -> str:
        paid = "" if right.paid_amplification else ", not for paid use"
        name = str(right)
        return f"{name[:1].upper()}{name[1:]}: {term_words(right, times(request.brand.time_zone))}{paid}"

    def say_flight(flight: Flight) -> str:
        words = times(request.brand.zone_of(flight.ad_account))
        if flight.starts_at is None:
            return f"{flight.campaign}: no dates yet"
        end = f" – {words.last_day(flight.ends_at)}" if flight.ends_at else ", no end planned"
        return f"{flight.campaign}: {words.day(flight.starts_at)}{end}"

    data = request.POST if request.method == "POST" else None
    return RedoForm(data, desk=desk, say_right=say_right, say_flight=say_flight)


def _happens(desk: RedoDesk, chosen: Redo, form: RedoForm) -> list[tuple[str, list[str]]]:
    """What will be done, in sentences; some with what they are about."""
    named = f"“{chosen.title or 'Untitled post'}” of @{desk.post.creator.handle}"
    happens: list[tuple[str, list[str]]] = [(f"{named} is put on file. It replaces “{desk.post}”.", [])]
    for name, rows, said in (
        ("rights", chosen.rights, "copied to it, with the same days"),
        ("flights", chosen.flights, "planned with it, with the same dates"),
    ):
        if rows:
            field = form.fields[name]
            noun = "right" if name == "rights" else "flight"
            verb = "is" if len(rows) == 1 else "are"
            lines = [field.label_from_instance(row) for row in rows]  # type: ignore[attr-defined]
            happens.append((f"{count(len(rows), noun)} {verb} {said}:", lines))
    if any(right.fee is not None or right.spend_cap is not None for right in chosen.rights):
        happens.append(
            (
                "Fee and spend cap stay with the rights of the old post: they were agreed once, and count once.",
                [],
            )
        )
    if desk.launched:
        stays = "stays" if desk.launched == 1 else "stay"
        happens.append(
            (
                f"{count(desk.launched, 'launched flight')} {stays} with the old post: end them when it is taken off.",
                [],
            )
        )
    if desk.codes:
        stays = "stays" if desk.codes == 1 else "stay"
        happens.append(
            (f"{count(desk.codes, 'code')} {stays} with the old post: TikTok ties a code to one video.", [])
        )
    if desk.post.method == Method.CODE and not desk.post.creator.own_account:
        happens.append(("The new post needs a code of its own before it can run.", []))
    return happens


def _page(request: BrandRequest, form: RedoForm, desk: RedoDesk) -> HttpResponse:
    going_back = "back" in request.POST
    wrong = form.is_bound and not going_back and bool(form.errors)
    return render(
        request,
        "workplace/posts/redo.html",
        {"form": form, "desk": desk},
        status=HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK,
    )
