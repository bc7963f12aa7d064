"""The Django admin of brands and people, for staff: every write calls the operation that pages call."""

from collections.abc import Mapping
from typing import Any

from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.db import transaction
from django.http import HttpRequest

from brands.access import actor_of
from brands.enums import Role
from brands.invitations import invitation_url
from brands.mails import send_invitations
from brands.models import AdAccount, Attachment, AuditEntry, Brand, Invitation, Membership, User
from brands.operations.ad_accounts import NewAdAccount, add_ad_accounts, edit_ad_accounts
from brands.operations.brands import add_brand, change_brand_settings
from brands.operations.edits import Edit
from brands.operations.invitations import Invite, invite_people
from brands.operations.people import NewRole, change_profile, change_roles
from sparktrack.core.admin import OperationAdmin, ReadOnlyAdmin
from sparktrack.core.clock import utc_now

for unused in (Group, EmailConfirmation, EmailAddress, Authenticator, UserSession):
    if admin.site.is_registered(unused):
        admin.site.unregister(unused)


@admin.register(User)
class UserAdmin(OperationAdmin):
    """People. They come by invitation and set their own passwords."""

    list_display = ("email", "full_name", "time_zone", "is_staff", "is_active", "last_login", "created_at")
    list_filter = ("is_staff", "is_active")
    search_fields = ("email", "full_name")
    ordering = ("email",)
    fields = (
        "email",
        "full_name",
        "time_zone",
        "is_staff",
        "is_superuser",
        "is_active",
        "last_login",
        "created_at",
    )
    readonly_fields = ("email", "is_staff", "is_superuser", "is_active", "last_login", "created_at")

    def change_row(self, request: HttpRequest, row: User, values: Mapping[str, Any]) -> None:
        """Name and zone."""
        merged = {"full_name": row.full_name, "time_zone": row.time_zone, **values}
        change_profile(user=row, now=utc_now(), actor=actor_of(request), **merged)


@admin.register(Brand)
class BrandAdmin(OperationAdmin):
    """Tenants. Zone and rights tracking change what may run: not here."""

    list_display = ("name", "slug", "time_zone", "currency", "tracks_rights", "created_at")
    search_fields = ("name", "slug")
    ordering = ("name",)
    fields = (
        "name",
        "slug",
        "time_zone",
        "currency",
        "warning_steps",
        "digest_hour",
        "expiring_days",
        "tracks_rights",
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Brand | None = None) -> tuple[str, ...]:
        """What may be typed once, at the beginning; and what has a default then."""
        if obj is None:
            return ("warning_steps", "digest_hour", "expiring_days", "tracks_rights")
        return ("slug", "time_zone", "tracks_rights")

    def add_row(self, request: HttpRequest, values: Mapping[str, Any]) -> Brand:
        """A brand, with the person who makes it invited as its admin."""
        actor = actor_of(request)
        brand, issued = add_brand(
            slug=values["slug"],
            name=values["name"],
            time_zone=values["time_zone"],
            currency=values["currency"],
            admin_email=actor.label,
            now=utc_now(),
            actor=actor,
        )
        messages.info(request, f"Join it as admin: {invitation_url(issued.token)}")
        return brand

    def change_row(self, request: HttpRequest, row: Brand, values: Mapping[str, Any]) -> None:
        """Settings."""
        change_brand_settings(brand=row, values=values, now=utc_now(), actor=actor_of(request))


@admin.register(Membership)
class MembershipAdmin(OperationAdmin):
    """Who belongs where."""

    list_display = ("user", "brand", "role", "deputy", "created_at")
    list_filter = ("role",)
    search_fields = ("user__email", "user__full_name", "brand__name", "brand__slug")
    list_select_related = ("user", "brand", "deputy")
    ordering = ("brand__name", "user__email")
    fields = ("brand", "user", "role", "deputy", "deputy_from", "deputy_until", "created_at")
    readonly_fields = ("brand", "user", "deputy", "deputy_from", "deputy_until", "created_at")

    def change_row(self, request: HttpRequest, row: Membership, values: Mapping[str, Any]) -> None:
        """The role."""
        if "role" in values:
            change = NewRole(row, Role(values["role"]))
            change_roles(brand=row.brand, changes=[change], now=utc_now(), actor=actor_of(request))


@admin.register(Invitation)
class InvitationAdmin(OperationAdmin):
    """Ways in; the link is shown once, when it is made, and mailed."""

    list_display = ("email", "brand", "role", "created_at", "expires_at", "accepted_at", "revoked_at")
    list_filter = ("role",)
    search_fields = ("email", "brand__name", "brand__slug")
    list_select_related = ("brand",)
    ordering = ("-created_at",)
    fields = ("brand", "email", "role")

    def add_row(self, request: HttpRequest, values: Mapping[str, Any]) -> Invitation:
        """One person."""
        (issued,) = invite_people(
            brand=values["brand"],
            invites=[Invite(values["email"], Role(values["role"]))],
            now=utc_now(),
            actor=actor_of(request),
        )
        messages.info(
            request, f"The link, now mailed to {issued.invitation.email}: {invitation_url(issued.token)}"
        )

        def mail() -> None:
            if not send_invitations([issued]):
                messages.error(request, "The mail did not go out: give them the link yourself.")

        transaction.on_commit(mail)
        return issued.invitation


@admin.register(AdAccount)
class AdAccountAdmin(OperationAdmin):
    """Ad accounts; the zone moves the days of flights, so it is typed once here."""

    list_display = ("name", "advertiser_id", "brand", "time_zone", "currency")
    search_fields = ("name", "advertiser_id", "brand__name", "brand__slug")
    list_select_related = ("brand",)
    ordering = ("brand__name", "name")
    fields = ("brand", "name", "advertiser_id", "time_zone", "currency")

    def get_readonly_fields(self, request: HttpRequest, obj: AdAccount | None = None) -> tuple[str, ...]:
        """An account stays with its brand."""
        return ("brand", "time_zone") if obj else ()

    def add_row(self, request: HttpRequest, values: Mapping[str, Any]) -> AdAccount:
        """One account."""
        brand = values["brand"]
        account = NewAdAccount(**{name: value for name, value in values.items() if name != "brand"})
        (row,) = add_ad_accounts(brand=brand, accounts=[account], now=utc_now(), actor=actor_of(request))
        return row

    def change_row(self, request: HttpRequest, row: AdAccount, values: Mapping[str, Any]) -> None:
        """Name, id, currency."""
        edit_ad_accounts(brand=row.brand, edits=[Edit(row, values)], now=utc_now(), actor=actor_of(request))


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    """What was done, by whom, to what."""

    list_display = ("at", "brand", "actor_label", "action", "object_kind", "object_label")
    list_filter = ("actor_kind",)
    search_fields = ("actor_label", "action", "object_label", "object_id", "request_id")
    list_select_related = ("brand",)
    ordering = ("-at", "-id")


@admin.register(Attachment)
class AttachmentAdmin(ReadOnlyAdmin):
    """Evidence."""

    list_display = ("name", "brand", "subject_kind", "added_by", "added_at")
    list_filter = ("subject_kind",)
    search_fields = ("name", "link", "sha256", "brand__name")
    list_select_related = ("brand", "added_by")
    ordering = ("-added_at",)


@admin.register(Authenticator)
class AuthenticatorAdmin(ReadOnlyAdmin):
    """Second factors, without their secrets. Deleting one lets in a person who lost it; look at who asks."""

    list_display = ("user", "type", "created_at", "last_used_at")
    search_fields = ("user__email",)
    list_select_related = ("user",)
    fields = ("user", "type", "created_at", "last_used_at")

    def has_delete_permission(self, request: HttpRequest, obj: Authenticator | None = None) -> bool:
        """For superusers only."""
        return bool(request.user.is_active and getattr(request.user, "is_superuser", False))
