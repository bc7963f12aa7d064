"""The Django admin of codes, rights, links and gaps, for staff; and of what changes coverage in earlier apps.

Codes go in and never come out: they are shown as "code ending k2Y=" everywhere.
"""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin import EmptyFieldListFilter
from django.http import HttpRequest

from authorizations.enums import EndSource, RightTrigger
from authorizations.models import AccountLink, AuthorizationCode, CodeUse, PostGap, UsageRight
from authorizations.operations.codes import (
    Correction,
    Use,
    Verification,
    correct_codes,
    mark_applied,
    reject_codes,
    revoke_codes,
    unrevoke_codes,
    verify_codes,
)
from authorizations.operations.gaps import coverage_change
from authorizations.operations.links import LinkDraft, close_links, open_links
from authorizations.operations.posts import (
    PostDraft,
    add_posts,
    attach_brief,
    change_method,
    mark_posts_back,
    mark_posts_gone,
    set_own_account,
)
from authorizations.operations.recording import CodeDraft, record_codes
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
from brands.owned_admin import OwnedAdmin, OwnedForm, by
from creators.admin import CreatorAdmin as PlainCreatorAdmin
from creators.models import Creator
from posts.admin import PostAdmin as PlainPostAdmin
from posts.enums import Method
from posts.models import Post
from sparktrack.core.admin import ModelForm, ReadOnlyAdmin
from sparktrack.core.refusals import RefusedError

admin.site.unregister([Creator, Post])


@admin.register(Creator)
class CreatorAdmin(PlainCreatorAdmin):
    """Creators; whether one is the brand's own account."""

    changing = PlainCreatorAdmin.changing | {"own_account"}

    def change_row(self, request: HttpRequest, row: Creator, values: Mapping[str, Any]) -> None:
        """An own account needs no code."""
        with coverage_change(row.brand):
            super().change_row(request, row, values)
            if "own_account" in values:
                set_own_account(creators=[row], own=values["own_account"], **by(request, row.brand))


@admin.register(Post)
class PostAdmin(PlainPostAdmin):
    """Posts; how they are authorized, what they were made for, since when they are gone."""

    adding = ("creator", "brief", "replaces", "method", "unavailable_from", *PlainPostAdmin.details)
    changing = PlainPostAdmin.changing | {"brief", "method", "unavailable_from"}

    def add_row(self, request: HttpRequest, values: Mapping[str, Any]) -> Post:
        """One post of the creator's brand."""
        own = (
            "creator",
            "brief",
            "title",
            "url",
            "tiktok_post_id",
            "posted_at",
            "replaces",
            "unavailable_from",
        )
        draft = PostDraft(
            **{name: values[name] for name in own},
            method=Method(values["method"]),
            details={name: values[name] for name in self.details if name not in own},
        )
        return add_posts(drafts=[draft], **by(request, values["creator"].brand))[0]

    def change_row(self, request: HttpRequest, row: Post, values: Mapping[str, Any]) -> None:
        """One operation for each thing that changed, in one transaction."""
        common = by(request, row.brand)
        with coverage_change(row.brand):
            super().change_row(request, row, values)
            if "method" in values:
                change_method(posts=[row], method=Method(values["method"]), **common)
            if "brief" in values:
                attach_brief(posts=[row], brief=values["brief"], **common)
            if values.get("unavailable_from"):
                mark_posts_gone(posts=[row], since=values["unavailable_from"], **common)
            elif "unavailable_from" in values:
                mark_posts_back(posts=[row], **common)


class CodeForm(OwnedForm):
    """A code as it comes; the window as dates or as instants. What was typed is never sent back."""

    code = forms.CharField(widget=forms.PasswordInput(attrs={"autocomplete": "off"}))
    source_post_code = forms.CharField(
        required=False, widget=forms.PasswordInput(attrs={"autocomplete": "off"})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("starts_at", "expires_at", "window_days", "end_source"):
            self.fields[name].required = False


@admin.register(AuthorizationCode)
class AuthorizationCodeAdmin(OwnedAdmin):
    """Codes, masked."""

    list_display = (
        "__str__",
        "post",
        "creator",
        "starts_at",
        "expires_at",
        "end_source",
        "revoked_at",
        "rejected_at",
        "brand",
    )
    list_filter = (
        "end_source",
        "start_assumed",
        ("revoked_at", EmptyFieldListFilter),
        ("rejected_at", EmptyFieldListFilter),
    )
    list_select_related = ("brand", "post__creator")
    search_fields = (
        "ending__exact",
        "post__tiktok_post_id__exact",
        "post__creator__handle__startswith",
        "brand__slug__exact",
    )
    ordering = ("-pk",)
    _window = ("starts_on", "starts_at", "window_days", "expires_on", "expires_at")
    adding = ("post", "code", *_window, "start_assumed", "end_source", "supersedes", "source_post_code")
    fields = (
        "brand",
        "post",
        "__str__",
        *_window,
        "start_assumed",
        "end_source",
        "last_checked_at",
        "revoked_at",
        "rejected_error",
        "rejected_at",
        "supersedes",
        "created_at",
    )
    changing = frozenset({*_window, "end_source", "revoked_at", "rejected_error"})

    @admin.display(ordering="post__creator__handle")
    def creator(self, row: AuthorizationCode) -> str:
        """Who generated it."""
        return str(row.post.creator)

    def get_form(
        self, request: HttpRequest, obj: Any | None = None, change: bool = False, **kwargs: Any
    ) -> type[ModelForm]:
        """Only a new code is typed."""
        if obj is None:
            kwargs["form"] = CodeForm
        return super().get_form(request, obj, change, **kwargs)

    def add_row(self, request: HttpRequest, values: Mapping[str, Any]) -> AuthorizationCode:
        """One code; one that the post has already is extended or stays as it is."""
        draft = CodeDraft(**{**values, "end_source": EndSource(values["end_source"] or EndSource.COMPUTED)})
        return record_codes(drafts=[draft], **by(request, values["post"].brand))[0].code

    def change_row(self, request: HttpRequest, row: AuthorizationCode, values: Mapping[str, Any]) -> None:
        """A read end is a verification, another window a correction; revoked, taken back, rejected."""
        common = by(request, row.brand)
        window = {name: values[name] for name in self._window if values.get(name) is not None}
        source = EndSource(values.get("end_source") or row.end_source)
        with coverage_change(row.brand):
            if "rejected_error" in values:
                if not values["rejected_error"]:
                    raise RefusedError(
                        "A rejection is lifted by an end that TikTok states: choose that source.",
                        field="rejected_error",
                    )
                reject_codes(codes=[row], error=values["rejected_error"], **common)
            if "end_source" in values and source in {EndSource.TIKTOK, EndSource.ADS_MANAGER}:
                end = window.get("expires_at", row.expires_at)
                verification = Verification(row, end, window.get("starts_at"), source)
                verify_codes(verifications=[verification], **common)
            elif window or "end_source" in values:
                correct_codes(corrections=[Correction(row, source=source, **window)], **common)
            if "revoked_at" in values:
                if row.revoked_at is not None:
                    unrevoke_codes(codes=[row], **common)
                if values["revoked_at"] is not None:
                    revoke_codes(codes=[row], at=values["revoked_at"], **common)


@admin.register(CodeUse)
class CodeUseAdmin(OwnedAdmin):
    """Which code was taken to which ad account."""

    list_display = ("code", "ad_account", "brand", "by", "at")
    list_select_related = ("code", "ad_account", "brand", "by")
    search_fields = ("code__ending__exact", "code__post__tiktok_post_id__exact", "brand__slug__exact")
    ordering = ("-pk",)
    adding = ("code", "ad_account")
    fields = ("brand", "code", "ad_account", "by", "at")

    def add_row(self, request: HttpRequest, values: Mapping[str, Any]) -> CodeUse:
        """One use. Raises RefusedError if it is noted already."""
        use = Use(values["code"], values["ad_account"])
        rows = mark_applied(uses=[use], **by(request, values["code"].brand))
        if not rows:
            raise RefusedError("This use is noted already.", field="ad_account")
        return rows[0]


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
