"""Help: plain pages for whoever is logged in; linked from where a question comes up."""

from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe


@dataclass(frozen=True, slots=True)
class HelpPage:
    """A page of help: how its address ends, what it is called, for whom it is."""

    key: str
    title: str
    what: str


PAGES = (
    HelpPage(
        "buyers", "For media buyers", "May I run this, until when? Codes to Ads Manager, errors, pausing."
    ),
    HelpPage(
        "managers", "For creator managers", "From the brief to the code: asking, pasting, rights, renewals."
    ),
    HelpPage("creators", "For creators: make a code", "The steps on the phone, to print or to send."),
    HelpPage("glossary", "Words", "What each word on these pages means."),
)


@require_safe
@login_required
def help_home(request: HttpRequest) -> HttpResponse:
    """The pages of help."""
    return render(request, "workplace/help/home.html", {"pages": PAGES})


@require_safe
@login_required
def help_page(request: HttpRequest, page: str) -> HttpResponse:
    """One of them."""
    found = next((each for each in PAGES if each.key == page), None)
    if found is None:
        raise Http404("There is no page of help with this address.")
    return render(request, f"workplace/help/{found.key}.html", {"pages": PAGES, "page": found})
