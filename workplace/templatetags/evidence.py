"""``{% load evidence %}``: what an evidence pack says about deeds, terms and messages."""

from collections.abc import Sequence

from django import template
from django.template.context import Context
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from alerts.enums import AlertKind, DeliveryState
from alerts.templatetags.alerts import person
from alerts.words import DELIVERIES, KINDS, step_name
from authorizations.models import UsageRight
from brands.models import AuditEntry
from brands.rules import Action
from campaigns import happenings
from sparktrack.core.templatetags.wording import time_element
from sparktrack.core.wording import TimeWords
from workplace.evidence_words import Message, approver_then, deed, messages_of, reason_then
from workplace.queries.evidence import Chapter, Pack
from workplace.queries.evidence_rows import Warned
from workplace.rights_words import term_words

register = template.Library()
register.simple_tag(reason_then)
register.simple_tag(approver_then)


@register.simple_tag(takes_context=True)
def deeds(context: Context, entries: Sequence[AuditEntry], pack: Pack) -> SafeString:
    """``{% deeds facts.deeds pack %}``: what was done, by whom, when. Drawn at once: a pack has a thousand of them."""
    if not entries:
        return format_html("{}", "")
    now, zone = context["now"], context["zone"]
    contacts = Action.READ_CONTACTS in context["request"].allowed
    lines = (
        (
            time_element(entry.at, zone, now),
            deed(entry, pack),
            happenings.who(entry, pack.names, contacts=contacts),
        )
        for entry in entries
    )
    return format_html(
        '<ul class="deeds">{}</ul>', format_html_join("", "<li>{}: {} <span>by {}</span></li>", lines)
    )


@register.simple_tag(takes_context=True)
def warnings(context: Context, chapter: Chapter) -> SafeString:
    """``{% warnings chapter %}``: what was raised when, who was told, and how the messages fared."""
    now, zone = context["now"], context["zone"]

    def told(message: Message) -> SafeString:
        delivery = message.delivery
        fared = DELIVERIES[DeliveryState(delivery.state)] if delivery else "waits"
        if delivery is None or delivery.finished_at is None:
            return format_html("<li>{}: {} {}</li>", message.to, message.form, fared)
        at = time_element(delivery.finished_at, zone, now)
        return format_html("<li>{}: {} {}, {}</li>", message.to, message.form, fared, at)

    def raised(warned: Warned) -> SafeString:
        alert = warned.alert
        lines = [told(message) for message in messages_of(warned)]
        took: SafeString | str = ""
        if alert.acknowledged_at:
            at = time_element(alert.acknowledged_at, zone, now)
            took = format_html(" · {} took it, {}", person(alert.acknowledged_by), at)
        return format_html(
            "<li>{}: <b>{}, {}</b>{}<ul>{}</ul></li>",
            time_element(alert.raised_at, zone, now),
            KINDS[AlertKind(alert.kind)],
            step_name(alert.step),
            took,
            format_html_join("", "{}", ((line,) for line in lines)),
        )

    found = format_html_join("", "{}", ((raised(warned),) for warned in chapter.warnings))
    return format_html('<ul class="warned">{}</ul>', found)


@register.simple_tag(takes_context=True)
def right_term(context: Context, right: UsageRight, pack: Pack) -> str:
    """``{% right_term right pack %}``: from when to when, and how the contract says it."""
    return term_words(
        right, TimeWords(now=context["now"], zone=pack.brand.time_zone, viewer_zone=context["zone"])
    )
