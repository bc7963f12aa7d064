"""``{% load posts %}``: what only the page of a post says."""

from decimal import Decimal

from django import template
from django.forms import Form
from django.template.context import Context

from brands.models import AuditEntry
from brands.rules import Action
from campaigns import happenings
from campaigns.models import Flight
from campaigns.queries.post import PostPage
from posts import rules
from posts.enums import Stage
from posts.models import MetricsSnapshot
from posts.rules import StrongRule, is_strong
from sparktrack.core.models import choices

register = template.Library()


@register.simple_tag
def anyway_form(form: Form, flight: Flight) -> Form:
    """``{% anyway_form form flight as form %}``: the form with ids of this flight's own: a page has many."""
    form.auto_id = f"anyway-{flight.pk}-%s"
    return form


@register.simple_tag
def happened(entry: AuditEntry, page: PostPage) -> str:
    """``{% happened entry page %}``: an entry of the history in words."""
    return happenings.happened(entry, page.history)


@register.simple_tag
def stages() -> list[tuple[str, str]]:
    """``{% stages as steps %}``: the steps of a deliverable, with the words for them."""
    return choices(Stage)


@register.simple_tag
def engagement(metrics: MetricsSnapshot) -> str:
    """``{% engagement page.metrics %}``: ``8.4 %``; empty where nobody can tell."""
    percent = _percent(metrics)
    return f"{percent:.1f} %" if percent is not None else ""


@register.simple_tag
def strong(page: PostPage) -> bool:
    """``{% strong page as is_strong %}``: whether the newest numbers reach what the brand asks for."""
    if page.metrics is None:
        return False
    rule = StrongRule(page.brand.strong_views, page.brand.strong_engagement)
    return is_strong(rule, views=page.metrics.views, percent=_percent(page.metrics))


def _percent(metrics: MetricsSnapshot) -> Decimal | None:
    return rules.engagement(metrics.views, [getattr(metrics, name) for name in rules.ENGAGING])


@register.simple_tag(takes_context=True)
def done_by(context: Context, entry: AuditEntry, page: PostPage) -> str:
    """``{% done_by entry page %}``: who did it; an e-mail only for those who may read contacts."""
    contacts = Action.READ_CONTACTS in context["request"].allowed
    return happenings.who(entry, page.people.names, contacts=contacts)
