"""Usage rights, account links, and the gaps that follow from all of it."""

from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.contrib.admin import EmptyFieldListFilter
from django.http import HttpRequest

from authorizations.enums import RightTrigger
from authorizations.models import AccountLink, PostGap, UsageRight
from authorizations.operations.gaps import coverage_change
from authorizations.operations.links import LinkDraft, close_links, open_links
from authorizations.operations.rights import (
    NewTerm,
    RightDraft,
    edit_rights,
    end_rights,
    extend_rights,
    grant_rights,
    trigger_rights,
)
from authorizations.windows import Term, right_bounds
from brands.operations.edits import Edit
from brands.owned_admin import OwnedAdmin, by
from sparktrack.core.admin import ReadOnlyAdmin
from sparktrack.core.refusals import RefusedError


@admin.register(AccountLink)
class AccountLinkAdmin(OwnedAdmin):
    """Accounts of creators that are linked to ad accounts."""

    list_display = ("creator", "ad_account", "brand", "starts_at", "ends_at", "last_seen_at")
    list_filter = (("ends_at", EmptyFieldListFilter),)
    list_select_related = ("creator", "ad_account", "brand")
    search_fields = ("creator__handle__startswith", "ad_account__advertiser_id__exact", "brand__slug__exact")
    ordering = ("-pk",)
    adding = ("creator", "ad_account", "starts_at", "ends_at")
    fields = ("brand", "creator", "ad_account", "starts_at", "ends_at", "last_seen_at", "created_at")
    changing = frozenset({"ends_at"})

    def add_row(self, request: HttpRequest, values: Mapping[str, Any]) -> AccountLink:
        """One link."""
        return open_links(drafts=[LinkDraft(**values)], **by(request, values["creator"].brand))[0]

    def change_row(self, request: HttpRequest, row: AccountLink, values: Mapping[str, Any]) -> None:
        """Its end. Raises RefusedError where an end is taken away."""
        if "ends_at" in values:
            if values["ends_at"] is None:
                raise RefusedError("A link that was opened again is a new link: add one.", field="ends_at")
            close_links(links=[row], at=values["ends_at"], **by(request, row.brand))


@admin.register(UsageRight)
class UsageRightAdmin(OwnedAdmin):
    """What contracts allow."""

    list_display = (
        "__str__",
        "post",
        "brief",
        "creator",
        "starts_on",
        "ends_at",
        "paid_amplification",
        "trigger",
        "brand",
    )
    list_filter = ("paid_amplification", "trigger", "perpetual", ("starts_at", EmptyFieldListFilter))
    list_select_related = ("post", "brief", "creator", "brand")
    search_fields = (
        "contract_reference__startswith",
        "post__tiktok_post_id__exact",
        "creator__handle__startswith",
        "brief__title__istartswith",
        "brand__slug__exact",
    )
    ordering = ("-pk",)
    _term = ("ends_on", "term_days", "term_months", "perpetual")
    _details = (
        "paid_amplification",
        "channels",
        "territories",
        "asset_owner",
        "comments_owner",
        "creator_may_remove",
        "fee",
        "spend_cap",
        "contract_reference",
        "granted_by",
        "approved_by",
        "approved_at",
    )
    adding = ("post", "brief", "creator", "trigger", "starts_on", *_term, *_details)
    fields = ("brand", *adding, "starts_at", "ends_at", "created_at")

    def get_readonly_fields(self, request: HttpRequest, obj: UsageRight | None = None) -> tuple[str, ...]:
        """A start stays, unless it is an event that happened, or happened on another day."""
        typed = {*self._term, *self._details}
        if obj is not None and obj.trigger != RightTrigger.FIXED:
            typed.add("starts_on")
        return tuple(name for name in self.get_fields(request, obj) if name not in typed) if obj else ()

    def add_row(self, request: HttpRequest, values: Mapping[str, Any]) -> UsageRight:
        """One right of the brand of what it is on."""
        holder = values["post"] or values["brief"] or values["creator"]
        if holder is None:
            raise RefusedError("A right is on one post, one brief or one creator.")
        rest = {name: value for name, value in values.items() if name not in self._term}
        draft = RightDraft(**{**rest, "trigger": RightTrigger(values["trigger"])}, term=_term(values))
        return grant_rights(drafts=[draft], **by(request, holder.brand))[0]

    def change_row(self, request: HttpRequest, row: UsageRight, values: Mapping[str, Any]) -> None:
        """The day it began, a longer term or an earlier last day, and what else it says."""
        common = by(request, row.brand)
        with coverage_change(row.brand):
            if "starts_on" in values:
                if values["starts_on"] is None:
                    raise RefusedError("What happened cannot be taken back.", field="starts_on")
                trigger_rights(rights=[row], happened_on=values["starts_on"], **common)
            if set(self._term) & set(values):
                term = _term({**{name: getattr(row, name) for name in self._term}, **values})
                _, end = right_bounds(row.starts_on, term, row.brand.time_zone)
                if term.ends_on and end and (row.ends_at is None or end < row.ends_at):
                    end_rights(rights=[row], ends_on=term.ends_on, **common)
                else:
                    extend_rights(terms=[NewTerm(row, term)], **common)
            details = {name: values[name] for name in self._details if name in values}
            if details:
                edit_rights(edits=[Edit(row, details)], **common)


def _term(values: Mapping[str, Any]) -> Term:
    return Term(values["ends_on"], values["term_days"], values["term_months"], values["perpetual"])


@admin.register(PostGap)
class PostGapAdmin(ReadOnlyAdmin):
    """Derived: rewritten by every operation, proven by ``manage.py prove_gaps``."""

    list_display = ("post", "starts_at", "ends_at", "reasons", "stops_itself", "brand")
    list_filter = ("stops_itself",)
    list_select_related = ("post", "brand")
    search_fields = ("post__tiktok_post_id__exact", "post__title__istartswith", "brand__slug__exact")
    ordering = ("-pk",)
    show_full_result_count = False
