"""What a brand's earlier sheets taught: the meaning of columns, and whom the names of owners mean."""

from collections.abc import Mapping

from brands.models import Brand, Invitation, Membership, User
from campaigns.importers.columns import Field
from campaigns.models import ColumnMeaning, OwnerName
from campaigns.operations.imports import fold_owner
from sparktrack.core.tabular import fold_name

_FIELDS = frozenset(Field)


def remembered_columns(brand: Brand) -> dict[str, Field | None]:
    """Folded header → field as somebody said it before; None: to the notes."""
    rows = ColumnMeaning.objects.for_brand(brand).values_list("header", "field")
    return {
        header: Field(field) if field else None for header, field in rows if not field or field in _FIELDS
    }


def with_remembered(
    asked: Mapping[str, Field | None], remembered: Mapping[str, Field | None]
) -> dict[str, Field | None]:
    """The wishes for columns, what is asked for before what is remembered; a field is never wished for twice."""
    said = {fold_name(header) for header in asked}
    taken = {field for field in asked.values() if field is not None}
    return {
        **{
            header: field for header, field in remembered.items() if header not in said and field not in taken
        },
        **asked,
    }


def owners_meant(brand: Brand, asked: Mapping[str, User | Invitation]) -> dict[str, User | Invitation]:
    """Folded name → who is meant, as asked or remembered. Who is no member (any more) is left out."""
    found: dict[str, User | Invitation] = {}
    for row in OwnerName.objects.for_brand(brand).select_related("user", "invitation"):
        found[row.name] = row.user or row.invitation
    found |= {fold_owner(name): owner for name, owner in asked.items()}
    members = {
        membership.user_id: membership.user
        for membership in Membership.objects.for_brand(brand).select_related("user")
    }
    by_email = {user.email: user for user in members.values()}
    meant: dict[str, User | Invitation] = {}
    for name, owner in found.items():
        if isinstance(owner, User):
            if owner.pk in members:
                meant[name] = owner
        elif owner.accepted_at is not None or owner.email in by_email:
            if owner.email in by_email:
                meant[name] = by_email[owner.email]
        elif owner.revoked_at is None:
            meant[name] = owner
    return meant


def owners_of(brand: Brand, said: Mapping[str, str]) -> dict[str, User | Invitation]:
    """The people behind ``user:<id>`` and ``invitation:<id>`` of wishes; ids of other brands are left out."""
    users = {
        f"user:{membership.user_id}": membership.user
        for membership in Membership.objects.for_brand(brand).select_related("user")
    }
    wanted = [owner.partition(":")[2] for owner in said.values() if owner.startswith("invitation:")]
    invited = {
        f"invitation:{row.pk}": row for row in Invitation.objects.for_brand(brand).filter(pk__in=wanted)
    }
    known: Mapping[str, User | Invitation] = {**users, **invited}
    return {name: known[owner] for name, owner in said.items() if owner in known}
