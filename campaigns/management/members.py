"""Who stands behind a command."""

from django.core.management.base import CommandError

from brands.models import Brand, Membership
from brands.rules import Action, may
from sparktrack.core.actors import Actor, ActorKind


def member_actor(brand: Brand, email: str, *actions: Action) -> Actor:
    """The member of ``brand`` with this e-mail. Raises CommandError (2) for anybody else and for one who may not."""
    membership = (
        Membership.objects.for_brand(brand)
        .filter(user__email=email.strip().lower(), user__is_active=True)
        .select_related("user")
        .first()
    )
    if membership is None:
        raise CommandError(f"{email} is no member of {brand.slug}.", returncode=2)
    if not all(may(membership.role, action) for action in actions):
        raise CommandError(f"{email} is {membership.role} of {brand.slug} and may not do this.", returncode=2)
    return Actor(kind=ActorKind.USER, id=str(membership.user_id), label=membership.user.email)
