"""Ctrl K: going to a post, a creator, a campaign or a page by a few letters of its name."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from brands.access import BrandRequest, brand_view
from brands.templatetags.navigation import Place, places_of
from brands.templatetags.settings_nav import settings_places_of
from workplace.queries.search import Found, Group, search_brand

_MOST_LETTERS = 200


@require_safe
@brand_view()
def search(request: BrandRequest) -> HttpResponse:
    """What ``?q=`` finds: a part for the dialog, a page without JavaScript. No words: the pages of the brand."""
    text = request.GET.get("q", "").replace("\0", "")[:_MOST_LETTERS]
    groups = [*search_brand(request.brand, text), _pages(request, text)]
    groups = [group for group in groups if group.found]
    template = "workplace/search/found.html" if request.htmx else "workplace/search/page.html"
    return render(request, template, {"groups": groups, "text": text})


def _pages(request: BrandRequest, text: str) -> Group:
    """The pages that this person can open, whose names have all that was typed; settings and help to who types."""
    wanted = text.casefold().split()
    places = places_of(request)
    also = [*settings_places_of(request), *_own_places(request)] if wanted else []
    return Group(
        "Pages",
        [
            Found(place.name, "", place.url)
            for place in [*places.main, *places.more, *also]
            if all(word in place.name.casefold() for word in wanted)
        ],
    )


def _own_places(request: BrandRequest) -> list[Place]:
    """What is below the name of the person, and help."""
    return [
        Place("While I am away", reverse("people-me", args=[request.brand.slug]), is_current=False),
        Place("Your account", reverse("profile"), is_current=False),
        Place("Keys and tour", reverse("preferences"), is_current=False),
        Place("Help", reverse("help"), is_current=False),
        Place("Help: phone steps for creators", reverse("help-page", args=["creators"]), is_current=False),
    ]
