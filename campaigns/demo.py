"""The demo brand: who is in it, how they log in, and its loading."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from authorizations.operations.gaps import coverage_change
from brands.enums import Role
from brands.models import AuditEntry, Brand, User
from brands.operations.brands import add_brand
from brands.operations.invitations import Invite, invite_people, join
from campaigns.demo_details import DETAILS
from campaigns.demo_drafts import DRAFTS
from campaigns.demo_scenes import STORY
from campaigns.demo_stage import HISTORY, Stage
from sparktrack.core.actors import system_actor

SLUG = "northbeam"
ZONE = "America/New_York"
_LOADER = "load_demo"
PEOPLE = {
    Role.ADMIN: "Ingrid Solberg",
    Role.MANAGER: "Tomas Vidal",
    Role.BUYER: "Priya Raman",
    Role.VIEWER: "Hal Whitman",
}


@dataclass(frozen=True, slots=True)
class Login:
    """How one of the demo people logs in."""

    email: str
    password: str


def new_logins() -> dict[Role, Login]:
    """One login a role, with fresh passwords of 96 bits. The domain is one that nobody can own (RFC 2606)."""
    return {role: Login(f"{role}@{SLUG}.example", secrets.token_urlsafe(12)) for role in PEOPLE}


def demo_brand() -> Brand | None:
    """The demo brand, if it was loaded; a brand that somebody called so is none."""
    brand = Brand.objects.filter(slug=SLUG).first()
    if brand is None:
        return None
    added = AuditEntry.objects.for_brand(brand).filter(action="brand.added", actor_label=_LOADER)
    return brand if added.exists() else None


def load_demo(*, logins: Mapping[Role, Login], now: datetime) -> Brand:
    """Makes the demo brand with a login for every role, its story told relative to ``now``; all or nothing.

    Raises BrandRefusedError if it is there already, AccountExistsError if one of its people is.
    """
    with transaction.atomic():
        brand, people = _brand_with_people(logins, now - HISTORY)
        with coverage_change(brand):
            stage = Stage(brand, people, now)
            for scene in (*STORY, *DETAILS, *DRAFTS):
                scene(stage)
    return brand


def _brand_with_people(logins: Mapping[Role, Login], then: datetime) -> tuple[Brand, dict[Role, User]]:
    system = system_actor(_LOADER)
    brand, issued = add_brand(
        slug=SLUG,
        name="Northbeam",
        time_zone=ZONE,
        admin_email=logins[Role.ADMIN].email,
        currency="USD",
        now=then,
        actor=system,
    )
    others = [Invite(login.email, role) for role, login in logins.items() if role is not Role.ADMIN]
    invited = [issued, *invite_people(brand=brand, invites=others, now=then, actor=system)]
    people = {}
    for one in invited:
        role = Role(one.invitation.role)
        password = logins[role].password
        member = join(token=one.token, full_name=PEOPLE[role], password=password, now=then, actor=system)
        people[role] = member.user
    return brand, people
