"""Ctrl K: going to a post, a creator, a campaign or a page by a few letters of its name."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from brands.access import BrandRequest, brand_view
from brands.templatetags.navigation import places_of
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
    """The pages that this person can open, whose names have all that was typed."""
    wanted = text.casefold().split()
    places = places_of(request)
    return Group(
        "Pages",
        [
            Found(place.name, "", place.url)
            for place in [*places.main, *places.more]
            if all(word in place.name.casefold() for word in wanted)
        ],
    )
