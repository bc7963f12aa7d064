"""``{% load settings_nav %}``: the pages of a brand's settings that this person may open."""

from django import template
from django.http import HttpRequest
from django.template.context import Context
from django.urls import reverse

from brands.models import Brand
from brands.rules import Action
from brands.templatetags.navigation import Place

register = template.Library()

# Name, route, how the names of the routes below it begin, leave that it needs. They stand to the right of this app.
_PLACES: list[tuple[str, str, str, Action]] = [
    ("Brand", "settings-brand", "settings-brand", Action.CHANGE_SETTINGS),
    ("Warnings", "brand-settings", "brand-settings", Action.CHANGE_SETTINGS),
    ("Channels", "channels", "channel", Action.CHANGE_SETTINGS),
    ("People", "people", "people", Action.VIEW),
    ("Ad accounts", "ad-accounts", "ad-account", Action.CHANGE_SETTINGS),
    ("API tokens", "api-tokens", "api-token", Action.CHANGE_SETTINGS),
    ("Ad names & rules", "settings-rules", "settings-rules", Action.CHANGE_SETTINGS),
    ("Imports", "imports", "import", Action.IMPORT_TRACKER),
    ("Audit", "audit", "audit", Action.READ_AUDIT),
]


@register.simple_tag(takes_context=True)
def settings_places(context: Context) -> list[Place]:
    """``{% settings_places as places %}``: in the order of the side navigation."""
    return settings_places_of(context["request"])


def settings_places_of(request: HttpRequest) -> list[Place]:
    """The pages of settings of the brand of the page that the role of this person may open."""
    here = request.resolver_match.url_name if request.resolver_match else None
    brand: Brand | None = getattr(request, "brand", None)
    allowed: frozenset[Action] = getattr(request, "allowed", frozenset())
    return [
        Place(name, reverse(route, args=[brand.slug]), (here or "").startswith(below))
        for name, route, below, action in _PLACES
        if brand is not None and action in allowed
    ]
