"""``{% load evidence %}``: what an evidence pack says about deeds, terms and messages."""

from collections.abc import Sequence

from django import template
from django.template.context import Context
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from alerts.enums import AlertKind, DeliveryState
from alerts.models import Delivery
from alerts.templatetags.alerts import person
from alerts.words import DELIVERIES, KINDS, step_name
from authorizations.models import UsageRight
from brands.models import AuditEntry
from brands.rules import Action
from campaigns import happenings
from campaigns.queries.history import History
from sparktrack.core.templatetags.wording import time_element
from sparktrack.core.wording import TimeWords
from workplace.queries.evidence import Chapter, Pack
from workplace.queries.evidence_rows import Warned
from workplace.rights_words import term_words

register = template.Library()


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


def deed(entry: AuditEntry, pack: Pack) -> str:
    """``Taken to Northbeam US``; the thing it is about stands above it."""
    words = happenings.happened(entry, History([entry], more=False, subjects=pack.accounts))
    kind = entry.action.partition(".")[0]
    subject = entry.object_label if kind in {"code", "right"} else kind
    said = words[len(subject) :].strip() if words.lower().startswith(subject.lower()) else words
    return said[:1].upper() + said[1:]


@register.simple_tag(takes_context=True)
def warnings(context: Context, chapter: Chapter) -> SafeString:
    """``{% warnings chapter %}``: what was raised when, who was told, and how the messages fared."""
    now, zone = context["now"], context["zone"]

    def told(who: str, how: str, delivery: Delivery | None) -> SafeString:
        fared = DELIVERIES[DeliveryState(delivery.state)] if delivery else "waits"
        if delivery is None or delivery.finished_at is None:
            return format_html("<li>{}: {} {}</li>", who, how, fared)
        return format_html(
            "<li>{}: {} {}, {}</li>", who, how, fared, time_element(delivery.finished_at, zone, now)
        )

    def raised(warned: Warned) -> SafeString:
        alert = warned.alert
        lines = [
            told(person(notice.user), "mail", notice.delivery)
            for notice in warned.notices
            if notice.delivery or not alert.closed_at  # closed before this person would have heard of it
        ] + [told(str(each.channel), "message", each) for each in warned.messages]
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


@register.simple_tag
def reason_then(entry: AuditEntry) -> str:
    """The reason that an earlier "run anyway" gave."""
    return str(entry.after.get("run_anyway_reason") or "the same reason")


@register.simple_tag
def approver_then(entry: AuditEntry, pack: Pack) -> str:
    """Who approved an earlier "run anyway"; empty where the audit does not name them again."""
    return pack.names.get(str(entry.after.get("run_anyway_by")), "")


@register.simple_tag(takes_context=True)
def right_term(context: Context, right: UsageRight, pack: Pack) -> str:
    """``{% right_term right pack %}``: from when to when, and how the contract says it."""
    return term_words(
        right, TimeWords(now=context["now"], zone=pack.brand.time_zone, viewer_zone=context["zone"])
    )
