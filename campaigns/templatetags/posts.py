"""``{% load posts %}``: what only the page of a post says."""

from datetime import datetime, timedelta
from decimal import Decimal

from django import template
from django.forms import Form
from django.template.context import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString

from authorizations.rules import PRESET_DAYS
from brands.models import AuditEntry
from brands.rules import Action
from campaigns import happenings
from campaigns.models import Flight
from campaigns.phrases import days_to_ask
from campaigns.queries.lines import FlightLine
from campaigns.queries.post import PostPage
from campaigns.rules import flight_end
from posts import rules
from posts.enums import Stage
from posts.models import MetricsSnapshot
from posts.rules import StrongRule, is_strong
from sparktrack.core.models import choices
from sparktrack.core.wording import clock, count, stretch

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


@register.simple_tag(takes_context=True)
def ago(context: Context, at: datetime) -> SafeString:
    """``{% ago request.asked_at %}``: ``3 d ago``, the instant in the reader's zone on hover."""
    now: datetime = context["now"]
    shown = clock(at, context["zone"], now=now)
    length = stretch(max(now - at, timedelta()))
    return format_html('<time datetime="{}" title="{}">{} ago</time>', at.isoformat(), shown, length)


@register.simple_tag
def days_to_choose(page: PostPage) -> list[tuple[int, str, bool]]:
    """``{% days_to_choose page as windows %}``: the windows of TikTok in words, and which the creator is asked for.

    That of the ready mail, as far as a flight says how long it is needed; else what the brand usually asks for.
    """
    flight = page.answer.flight if isinstance(page.answer, FlightLine) else None
    end = flight_end(flight.ends_at, flight.ended_at) if flight else None
    wanted = days_to_ask(end, page.now) or page.brand.window_days
    return [(days, count(days, "day"), days == wanted) for days in PRESET_DAYS]


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
