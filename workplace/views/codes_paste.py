"""The paste box: any message in, its codes looked at one by one, then saved.

Between the pages the codes are in a sealed field that only this person can hand in again, in this brand.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from http import HTTPStatus
from itertools import zip_longest
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods

from authorizations.operations.arrivals import Arrival, record_arrivals
from authorizations.operations.recording import Outcome, Recorded
from authorizations.rules import PRESET_DAYS
from authorizations.secrets import open_from_page, seal_for_page
from brands.access import BrandRequest, actor_of, brand_view, viewer_zone
from brands.rules import Action
from posts.models import Post
from sparktrack.core.cells import masked
from sparktrack.core.clock import utc_now
from sparktrack.core.days import local_date
from sparktrack.core.refusals import RefusedError
from sparktrack.core.secrets import UndecryptableError
from sparktrack.core.wording import TimeWords, count
from sparktrack.tiktok.messages import read_message
from workplace.forms.codes_paste import PasteForm, typed_handle
from workplace.forms.codes_pasted import PastedForm
from workplace.queries.codes_paste import Paste, desk_of, loaded, paste_of

# As many as Ads Manager takes in one go; nobody looks at more with care. The others follow once these are saved.
MOST = 20
NO_CODE = "There is no code in this message. A code is # and 64 characters, the last of them =."
MASKED = "The code is shown in part only: ask for the whole one, or copy it where it is whole."
TOO_OLD = "This page was open for too long, so the codes in it are gone. Paste the message again."
NOTHING_CHOSEN = "No code is chosen. Tick those that shall be saved."


@require_http_methods(["GET", "HEAD", "POST"])
@cache_control(no_store=True, private=True)
@brand_view(action=Action.WRITE_CODES)
def paste_codes(request: BrandRequest) -> HttpResponse:
    """The box; then, for what was pasted, the preview; then the codes are on file. ``?post=`` names the post meant."""
    today = local_date(utc_now(), request.brand.time_zone)
    if request.method != "POST":
        return _box(request, PasteForm(today=today), _own_post(request))
    if "sealed" in request.POST:
        return _looked_at(request, today)
    form, own = PasteForm(request.POST, today=today), _own_post(request)
    if not form.is_valid():
        return _box(request, form, own, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    message = read_message(form.cleaned_data["message"])
    if not message.deliverables:
        form.add_error("message", MASKED if message.masked else NO_CODE)
        return _box(request, form, own, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    paste = paste_of(message, post=own.pk if own else None)
    said = [{"when": form.cleaned_data["when"]}] * len(paste.items[:MOST])
    return _preview(request, paste, _forms(request, paste, today, initial=said))


def _looked_at(request: BrandRequest, today: date) -> HttpResponse:
    """The answer to the preview: looked at again, or saved."""
    who = {"brand_id": request.brand.pk, "user_id": request.user.pk}
    try:
        paste = loaded(open_from_page(request.POST["sealed"], now=utc_now(), **who))
    except UndecryptableError:
        messages.error(request, TOO_OLD)
        return redirect("paste-codes", slug=request.brand.slug)
    forms = _forms(request, paste, today, data=request.POST)
    valid = [form.is_valid() for form in forms]
    if request.POST.get("do") != "save":
        return _preview(request, paste, forms)
    kept = [form for form in forms if form["keep"].value()]
    refused = "" if kept else NOTHING_CHOSEN
    if all(valid) and kept and (arrivals := _arrivals(kept)):
        try:
            saved = record_arrivals(
                brand=request.brand, arrivals=arrivals, now=utc_now(), actor=actor_of(request)
            )
        except RefusedError as error:
            refused = error.message
        else:
            return _saved(request, paste, forms, saved, today)
    return _preview(request, paste, forms, refused=refused, status=HTTPStatus.UNPROCESSABLE_ENTITY)


def _arrivals(forms: Sequence[PastedForm]) -> list[Arrival]:
    """What to record; empty as long as something is missing for one of them."""
    found = [form.arrival for form in forms if form.arrival is not None]
    return found if len(found) == len(forms) else []


def _saved(
    request: BrandRequest, paste: Paste, forms: Sequence[PastedForm], saved: Sequence[Recorded], today: date
) -> HttpResponse:
    """Says what became of the codes; those that were not chosen and can still be saved stay on the page."""
    messages.success(request, _said(request, saved))
    done = {number for number, form in enumerate(forms) if form["keep"].value() or form.foreign}
    left = paste.without(done)
    if left.items:
        messages.info(request, f"{count(len(left.items), 'code')} still to be saved.")
        typed = [
            form.cleaned_data | {"keep": True} for number, form in enumerate(forms) if number not in done
        ]
        typed += [{"when": forms[-1].cleaned_data.get("when", "")}] * (len(left.items) - len(typed))
        return _preview(request, left, _forms(request, left, today, initial=typed[:MOST]))
    if len(saved) == 1:
        page = redirect("post", slug=request.brand.slug, pk=saved[0].code.post_id)
        page["Location"] += f"#code-{saved[0].code.pk}"
        return page
    return redirect("codes", slug=request.brand.slug)


_OUTCOMES = {
    Outcome.CREATED: "saved",
    Outcome.EXTENDED: "extended",
    Outcome.REPEATED: "was on file already",
}


def _said(request: BrandRequest, saved: Sequence[Recorded]) -> str:
    """Each code by its ending, with what became of it, linked to its post."""
    lines = (
        (
            reverse("post", args=[request.brand.slug, item.code.post_id]),
            item.code,
            _OUTCOMES[item.outcome],
        )
        for item in saved
    )
    links = format_html_join(", ", '<a href="{}">{}</a> {}', lines)
    return format_html("<span>{}: {}.</span>", count(len(saved), "code"), links)


# --- Pages -----------------------------------------------------------------------------------------------------------
def _own_post(request: BrandRequest) -> Post | None:
    """The post whose page the box was opened from, if it is one of this brand."""
    try:
        wanted = UUID(request.GET.get("post", ""))
    except ValueError:
        return None
    found: Post | None = (
        Post.objects.for_brand(request.brand).filter(pk=wanted).select_related("creator").first()
    )
    return found


def _box(
    request: BrandRequest, form: PasteForm, own: Post | None, *, status: int = HTTPStatus.OK
) -> HttpResponse:
    if form.is_bound:  # a refused message comes back, but no page shows a code
        form.data = request.POST.copy()
        form.data["message"] = masked(request.POST.get("message", ""))
    return render(request, "workplace/codes/paste.html", {"form": form, "own_post": own}, status=status)


def _forms(
    request: BrandRequest,
    paste: Paste,
    today: date,
    *,
    data: QueryDict | None = None,
    initial: Sequence[dict[str, Any]] = (),
) -> list[PastedForm]:
    """A form for each code; ``initial``: what was said of each before."""
    now = utc_now()
    shown = paste.items[:MOST]
    typed = [values.get("handle", "") for values in initial]
    if data is not None:
        typed += [typed_handle(data.get(f"{number}-handle", "")) for number in range(len(shown))]
    desk = desk_of(request.brand, replace(paste, items=shown), handles=typed, now=now)
    about: dict[str, Any] = {
        "desk": desk,
        "links": paste.links,
        "may_add": {Action.WRITE_POSTS, Action.WRITE_CREATORS} <= request.allowed,
        "today": today,
        "times": TimeWords(now=now, zone=request.brand.time_zone, viewer_zone=viewer_zone(request)),
    }
    return [
        PastedForm(data, prefix=str(number), item=item, initial=dict(values or {}), **about)
        for number, (item, values) in enumerate(zip_longest(shown, initial))
    ]


def _preview(
    request: BrandRequest,
    paste: Paste,
    forms: Sequence[PastedForm],
    *,
    refused: str = "",
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    sealed = seal_for_page(paste.dumped(), brand_id=request.brand.pk, user_id=request.user.pk, now=utc_now())
    context = {
        "paste": paste,
        "forms": forms,
        "later": len(paste.items) - len(forms),
        "sealed": sealed,
        "refused": refused,
        "presets": PRESET_DAYS,
        "wrong": status == HTTPStatus.UNPROCESSABLE_ENTITY,
        "ready": sum(form.arrival is not None for form in forms),
    }
    return render(request, "workplace/codes/preview.html", context, status=status)
