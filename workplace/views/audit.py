"""The audit: who did what to what, and how it was before."""

from contextlib import suppress
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from brands.access import BrandRequest, brand_view
from brands.models import AuditEntry, User
from brands.rules import Action
from campaigns.filters import PersonFilter, PlainSelect
from posts.querysets import search_words
from sparktrack.core.actors import ActorKind
from sparktrack.core.days import end_of_last_day, first_instant
from sparktrack.core.templatetags.wording import time_element
from workplace.audit_words import KINDS, changes_of, kind_of, verb_of
from workplace.enums import Place
from workplace.lists.columns import Column, Look
from workplace.lists.filters import DayFilter, ListFilter
from workplace.lists.keys import Sort, as_instant
from workplace.lists.pages import ListPage
from workplace.lists.serving import show_list
from workplace.queries.audit import AuditLine, audit_lines, audit_of

# Values of an entry that a line of the page shows; a sheet has all.
_SHOWN = 6


class AuditFilter(ListFilter):
    """What the audit can be narrowed by."""

    who = PersonFilter(
        queryset=None, method="by_person", label="Who", empty_label="Everybody", widget=PlainSelect
    )
    by = django_filters.ChoiceFilter(
        field_name="actor_kind",
        choices=[
            (ActorKind.USER.value, "People"),
            (ActorKind.TOKEN.value, "Scripts"),
            (ActorKind.SYSTEM.value, "sparktrack and imports"),
        ],
        label="By",
        empty_label="Anybody",
        widget=PlainSelect,
    )
    kind = django_filters.ChoiceFilter(
        method="by_kind", choices=list(KINDS.items()), label="Kind", empty_label="Any", widget=PlainSelect
    )
    action = django_filters.CharFilter(
        method="by_action", label="Action", widget=forms.TextInput(attrs={"placeholder": "moved"})
    )
    since = DayFilter(method="by_day", label="From")
    until = DayFilter(method="by_day", label="To")
    thing = django_filters.UUIDFilter(field_name="object_id", label="Id of the thing")

    people = ("who",)

    class Meta:
        model = AuditEntry
        fields: tuple[str, ...] = ()

    def search(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """Each word in the name of the thing or of who did it, or the whole id of either."""
        for word in search_words(value):
            fits = Q(object_label__icontains=word) | Q(actor_label__icontains=word) | Q(request_id=word)
            with suppress(ValueError):
                fits |= Q(object_id=UUID(word))
            rows = rows.filter(fits)
        return rows

    def changed_since(self, rows: QuerySet[Any], _name: str, value: datetime) -> QuerySet[Any]:
        """What was done at ``value`` or later."""
        return rows.filter(at__gte=value)

    def by_person(self, rows: QuerySet[Any], _name: str, value: User) -> QuerySet[Any]:
        """What this person did."""
        return rows.filter(actor_kind=ActorKind.USER, actor_id=str(value.pk))

    def by_kind(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """What was done to things of this kind."""
        return rows.filter(action__startswith=f"{value}.")

    def by_action(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """What was done, as it is stored or as it is said: ``moved``, ``flight.moved``."""
        return rows.filter(action__icontains=value.strip().replace(" ", "_"))

    def by_day(self, rows: QuerySet[Any], name: str, value: Any) -> QuerySet[Any]:
        """Since, or until the end of, a day of the brand."""
        zone = self.brand.time_zone
        if name == "since":
            return rows.filter(at__gte=first_instant(value, zone))
        return rows.filter(at__lt=end_of_last_day(value, zone))


# --- Columns ---------------------------------------------------------------------------------------------------------
def _what(line: AuditLine, look: Look) -> SafeString:
    entry = line.entry
    label = entry.object_label or "…"
    thing: SafeString | str = label
    if entry.object_id is not None:
        address = f"{reverse('audit', args=[look.brand.slug])}?{urlencode({'thing': entry.object_id})}"
        thing = format_html('<a href="{}" title="Its history">{}</a>', address, label)
    return format_html("{} <b>{}</b><small>{}</small>", kind_of(entry.action), verb_of(entry.action), thing)


def _changes(line: AuditLine, look: Look) -> SafeString:
    found = changes_of(line.entry, line.names, zone=look.zone, now=look.now)
    shown = format_html_join(
        "",
        "<li><span>{}</span> {}</li>",
        ((each.label, _from_to(each.before, each.after)) for each in found[:_SHOWN]),
    )
    more = format_html("<li>and {} more</li>", len(found) - _SHOWN) if len(found) > _SHOWN else ""
    return format_html('<ul class="values">{}{}</ul>', shown, more) if found else format_html("{}", "")


def _from_to(before: str, after: str) -> SafeString:
    if not before:
        return format_html("<b>{}</b>", after or "nothing")
    return format_html("{} → <b>{}</b>", before, after or "nothing")


def _changes_in_sheet(line: AuditLine, look: Look) -> str:
    found = changes_of(line.entry, line.names, zone=look.zone, now=look.now)
    return "; ".join(
        f"{each.label}: {each.before or 'nothing'} → {each.after or 'nothing'}"
        if each.before
        else f"{each.label}: {each.after or 'nothing'}"
        for each in found
    )


AUDIT: ListPage[AuditLine] = ListPage(
    place=Place.AUDIT,
    route="audit",
    title="Audit",
    noun="record",
    columns=(
        Column(
            key="what",
            label="What was done",
            draw=_what,
            text=lambda line, _: f"{line.name}: {line.entry.object_label}",
            lead=True,
        ),
        Column(key="values", label="Before → after", draw=_changes, text=_changes_in_sheet),
        Column(
            key="who",
            label="Who",
            draw=lambda line, _: format_html('<span class="nowrap">{}</span>', line.who),
        ),
        Column(
            key="when",
            label="When",
            draw=lambda line, look: time_element(line.entry.at, look.zone, look.now),
            text=lambda line, _: line.entry.at,
            sort="newest",
        ),
        Column(key="action", label="Action", draw=lambda line, _: line.entry.action, usual=False),
        Column(
            key="thing",
            label="Id of the thing",
            draw=lambda line, _: str(line.entry.object_id or ""),
            usual=False,
        ),
        Column(key="ip", label="IP address", draw=lambda line, _: line.entry.ip, usual=False),
        Column(key="request", label="Request", draw=lambda line, _: line.entry.request_id, usual=False),
    ),
    sorts=(
        Sort(key="newest", label="Newest first", field="at", descending=True, parse=as_instant),
        Sort(key="oldest", label="Oldest first", field="at", parse=as_instant),
    ),
    filters=AuditFilter,
    rows=audit_of,
    lines=audit_lines,
    empty="workplace/audit/empty.html",
    template="workplace/audit/list.html",
)


@require_safe
@brand_view(action=Action.READ_AUDIT)
def audit(request: BrandRequest) -> HttpResponseBase:
    """Everything that was written in the brand, newest first, narrowed as the address says; as a sheet, too."""
    return show_list(request, AUDIT)
