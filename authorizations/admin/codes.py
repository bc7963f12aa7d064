"""Codes and their uses. Codes go in and never come out: they are shown as "code ending k2Y=" everywhere."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin import EmptyFieldListFilter
from django.http import HttpRequest

from authorizations.enums import EndSource
from authorizations.models import AuthorizationCode, CodeRequest, CodeUse
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
from authorizations.operations.recording import CodeDraft, record_codes
from brands.owned_admin import OwnedAdmin, OwnedForm, by
from sparktrack.core.admin import ModelForm, ReadOnlyAdmin
from sparktrack.core.refusals import RefusedError


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


@admin.register(CodeRequest)
class CodeRequestAdmin(ReadOnlyAdmin):
    """Who asked for which code, and what became of it; noted on the pages of the brand."""

    list_display = ("post", "window_days", "asked_at", "asked_by", "answered_at", "withdrawn_at", "brand")
    list_filter = (("answered_at", EmptyFieldListFilter), ("withdrawn_at", EmptyFieldListFilter))
    list_select_related = ("post", "asked_by", "brand")
    search_fields = ("post__tiktok_post_id__exact", "post__creator__handle__startswith", "brand__slug__exact")
    ordering = ("-pk",)
    show_full_result_count = False
