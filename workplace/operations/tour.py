"""The tour of a new member goes through the demo brand, where there is one: they read along there until it ends."""

from datetime import datetime

from brands.enums import Role
from brands.models import Brand, Invitation, Membership, User
from brands.operations.people import add_guests, remove_members
from campaigns.demo import demo_brand
from sparktrack.core.actors import Actor


def brand_of_tour(*, user: User, own: Brand, now: datetime, actor: Actor) -> Brand:
    """The demo brand, in which ``user`` is a viewer from now on if they were not in it; without one their ``own``."""
    demo = demo_brand()
    if demo is None:
        return own
    add_guests(brand=demo, users=[user], now=now, actor=actor)
    return demo


def leave_tour(*, user: User, now: datetime, actor: Actor) -> None:
    """A guest of the demo brand is one no more; who was invited there stays."""
    demo = demo_brand()
    if demo is None:
        return
    invited = Invitation.objects.for_brand(demo).filter(email=user.email, accepted_at__isnull=False)
    guest = Membership.objects.for_brand(demo).filter(user=user, role=Role.VIEWER).first()
    if guest is not None and not invited.exists():
        remove_members(brand=demo, memberships=[guest], now=now, actor=actor)
