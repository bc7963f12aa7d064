"""Who can be meant by a name in a sheet."""

from datetime import datetime

from brands.models import Brand, Invitation, Membership


def members_of(brand: Brand) -> list[Membership]:
    """Everybody in the brand, by name."""
    return list(
        Membership.objects.for_brand(brand).select_related("user").order_by("user__full_name", "user__email")
    )


def open_invitations(brand: Brand, *, now: datetime) -> list[Invitation]:
    """Those who were invited and can still accept, by e-mail."""
    invitations = Invitation.objects.for_brand(brand).filter(
        accepted_at=None, revoked_at=None, expires_at__gt=now
    )
    return list(invitations.order_by("email"))
