"""``{% load posts %}``: what only the page of a post says."""

from django import template
from django.forms import Form
from django.template.context import Context

from brands.models import AuditEntry
from brands.rules import Action
from campaigns import happenings
from campaigns.models import Flight
from campaigns.queries.post import PostPage

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


@register.simple_tag(takes_context=True)
def done_by(context: Context, entry: AuditEntry, page: PostPage) -> str:
    """``{% done_by entry page %}``: who did it; an e-mail only for those who may read contacts."""
    contacts = Action.READ_CONTACTS in context["request"].allowed
    return happenings.who(entry, page.people.names, contacts=contacts)
