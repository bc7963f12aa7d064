"""``{% load once %}``: the id of a page whose form makes something."""

from django import template
from django.template.context import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString

from sparktrack.core.ids import uuid7

register = template.Library()


@register.simple_tag(takes_context=True)
def once(context: Context) -> SafeString:
    """``{% once %}`` inside a form: the same id for as long as the page is shown again with what is wrong."""
    sent = context["request"].POST.get("once", "")
    return format_html('<input type="hidden" name="once" value="{}">', sent[:36] or uuid7())
