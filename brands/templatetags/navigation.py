"""``{% load navigation %}``: where a person can go from here."""

from dataclasses import dataclass

from django import template
from django.http import HttpRequest
from django.template.context import Context
from django.urls import reverse

from brands.models import Brand
from brands.rules import Action, may

register = template.Library()


@dataclass(frozen=True, slots=True)
class Place:
    """An entry of the navigation."""

    name: str
    url: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Places:
    """What stands in the bar, and what is behind the menu; that is named after where one is, if it is there."""

    main: list[Place]
    more: list[Place]

    @property
    def more_name(self) -> str:
        """What the menu says while it is closed."""
        return next((place.name for place in self.more if place.is_current), "More")


# Name, route, leave that it needs. The routes stand to the right of this app: they are named, not imported.
_Entry = tuple[str, str, Action]
_MAIN: list[_Entry] = [
    ("Board", "board", Action.VIEW),
    ("Posts", "posts", Action.VIEW),
    ("Creators", "creators", Action.VIEW),
    ("Codes", "codes", Action.VIEW),
    ("Campaigns", "campaigns", Action.VIEW),
    ("Calendar", "brand-calendar", Action.VIEW),
    ("Alerts", "alerts", Action.VIEW),
    ("Reports", "reports", Action.VIEW),
]
_MORE: list[_Entry] = [
    ("Yours", "yours", Action.VIEW),
    ("Stages", "post-stages", Action.VIEW),
    ("Briefs", "briefs", Action.VIEW),
    ("Flights", "flights", Action.VIEW),
    ("Peak", "peak", Action.VIEW),
    ("Rights", "rights", Action.VIEW),
    ("Evidence", "evidence", Action.VIEW),
    ("Import", "imports", Action.IMPORT_TRACKER),
    ("Findings", "findings", Action.VIEW),
]


@register.simple_tag(takes_context=True)
def navigation(context: Context) -> Places:
    """``{% navigation as places %}``: what the role of this person can open in the brand of the page."""
    return places_of(context["request"])


def places_of(request: HttpRequest) -> Places:
    """What the role of this person can open in the brand of the page; outside of a brand what everybody can."""
    here = request.resolver_match.url_name if request.resolver_match else ""
    planner = Place("Planner", reverse("planner"), here == "planner")
    brand: Brand | None = getattr(request, "brand", None)
    if brand is None:
        return Places([planner], [])
    slug = brand.slug
    allowed: frozenset[Action] = getattr(request, "allowed", frozenset())

    def places(entries: list[_Entry]) -> list[Place]:
        return [
            Place(name, reverse(route, args=[slug]), here == route)
            for name, route, action in entries
            if action in allowed
        ]

    return Places(places(_MAIN), [*places(_MORE), planner])


@register.simple_tag(takes_context=True)
def same_page_of(context: Context, brand: Brand) -> str:
    """``{% same_page_of brand as url %}``: this page, without its filters, in another brand of the person.

    Its board where the page is about one thing of this brand, or not for the role that the person has there.
    """
    request = context["request"]
    match = request.resolver_match
    if match is not None and request.method in {"GET", "HEAD"} and set(match.kwargs) == {"slug"}:
        action = getattr(match.func, "action", None)
        roles = (each.role for each in getattr(request, "memberships", ()) if each.brand_id == brand.pk)
        if action is not None and any(may(role, action) for role in roles):
            return reverse(match.view_name, args=[brand.slug])
    return brand.get_absolute_url()
