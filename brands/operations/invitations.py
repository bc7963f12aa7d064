"""Ways in: inviting people to a brand, withdrawing invitations, accepting them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, validate_email
from django.db import IntegrityError, models, transaction
from django.utils.encoding import punycode

from brands.enums import Role
from brands.invitations import new_token, token_hash
from brands.models import Brand, Invitation, Membership, User
from brands.operations.audit import BATCH, Change, record_changes
from brands.operations.edits import require_brand
from sparktrack.core.actors import Actor, ActorKind
from sparktrack.core.refusals import RefusedError

INVITATION_LIFE = timedelta(days=14)


class InvitationGoneError(RefusedError):
    """The token opens nothing: unknown, used, withdrawn or older than 14 days. Which of these is not said."""

    def __init__(self) -> None:
        super().__init__("This invitation no longer works.")


class InvitationRefusedError(RefusedError):
    """People who cannot be invited, with the reason in the message."""


class WrongPersonError(RefusedError):
    """An invitation is for one e-mail; somebody else tried to accept it."""


class AccountExistsError(RefusedError):
    """A new account was to be made for an e-mail that has one already."""


@dataclass(frozen=True, slots=True)
class Invite:
    """Whom to invite, as what."""

    email: str
    role: Role


@dataclass(frozen=True, slots=True)
class IssuedInvitation:
    """A stored invitation and its token, which is known only now."""

    invitation: Invitation
    token: str


def invite_people(
    *, brand: Brand, invites: Sequence[Invite], now: datetime, actor: Actor
) -> list[IssuedInvitation]:
    """Invite people by e-mail, each with one role, for 14 days.

    A new invitation replaces an open one for the same e-mail. Raises InvitationRefusedError, naming all e-mails
    that are malformed, twice in the list, or of members.
    """
    wanted = {_email(invite.email): invite.role for invite in invites}
    if len(wanted) < len(invites):
        raise InvitationRefusedError("The same e-mail is in the list twice.", field="email")
    with transaction.atomic():
        members = sorted(
            Membership.objects.for_brand(brand)
            .filter(user__email__in=wanted)
            .values_list("user__email", flat=True)
        )
        if members:
            raise InvitationRefusedError(f"Already in {brand}: {', '.join(members)}.", field="email")
        changes = _withdraw(_open(brand, now).filter(email__in=wanted), now=now)
        issued = [
            IssuedInvitation(
                Invitation(
                    brand=brand,
                    email=email,
                    role=role,
                    token_hash=token_hash(token := new_token()),
                    invited_by_id=actor.user_id,
                    created_at=now,
                    expires_at=now + INVITATION_LIFE,
                ),
                token,
            )
            for email, role in wanted.items()
        ]
        invitations = Invitation.objects.bulk_create([one.invitation for one in issued], batch_size=BATCH)
        changes += [
            Change("invitation.sent", row, after={"email": row.email, "role": row.role})
            for row in invitations
        ]
        record_changes(brand, changes, now=now, actor=actor)
    return issued


def revoke_invitations(
    *, brand: Brand, invitations: Sequence[Invitation], now: datetime, actor: Actor
) -> list[Invitation]:
    """Withdraw invitations; those that are used, withdrawn or expired stay as they are. Returns the withdrawn.

    Raises OtherBrandError.
    """
    require_brand(brand, *invitations)
    with transaction.atomic():
        changes = _withdraw(_open(brand, now).filter(pk__in=[row.pk for row in invitations]), now=now)
        record_changes(brand, changes, now=now, actor=actor)
    return [row for change in changes if isinstance(row := change.row, Invitation)]


def open_invitation(token: str, *, now: datetime) -> Invitation:
    """The invitation, with its brand, that ``token`` opens. Raises InvitationGoneError."""
    invitation = (
        Invitation.objects.select_related("brand")
        .filter(token_hash=token_hash(token), accepted_at=None, revoked_at=None, expires_at__gt=now)
        .first()
    )
    if invitation is None:
        raise InvitationGoneError
    found: Invitation = invitation
    return found


def accept_invitation(*, token: str, user: User, now: datetime, actor: Actor) -> Membership:
    """Make ``user`` a member as invited; who is one already keeps their role.

    Raises InvitationGoneError, and WrongPersonError if the invitation is for another e-mail.
    """
    invitation = open_invitation(token, now=now)
    if user.email != invitation.email:
        raise WrongPersonError(f"This invitation is for {invitation.email}.")
    with transaction.atomic():
        _claim(invitation, now=now)
        return _join(invitation, user, now=now, actor=actor)


def join(
    *, token: str, full_name: str, password: str, time_zone: str = "", now: datetime, actor: Actor
) -> Membership:
    """Make an account for the e-mail of the invitation and make it a member.

    The e-mail counts as verified: the link was read there. Raises InvitationGoneError, AccountExistsError.
    """
    invitation = open_invitation(token, now=now)
    user = User(
        email=invitation.email,
        full_name=" ".join(full_name.split()),
        time_zone=time_zone,
        password=make_password(password),  # slow on purpose, so not inside the transaction
        created_at=now,
    )
    by_themselves = Actor(
        kind=ActorKind.USER, id=str(user.pk), label=user.email, ip=actor.ip, request_id=actor.request_id
    )
    try:
        with transaction.atomic():
            _claim(invitation, now=now)
            user.save(force_insert=True)
            EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
            return _join(invitation, user, now=now, actor=by_themselves)
    except IntegrityError:
        raise AccountExistsError(f"There is an account for {invitation.email}: log in to accept.") from None


def _email(text: str) -> str:
    email = text.strip().lower()
    try:
        validate_email(email)
        # More than validate_email asks: what no mail could be sent to, and what does not fit into the column.
        punycode(email.rpartition("@")[2])
        MaxLengthValidator(Invitation._meta.get_field("email").max_length)(email)
        if "=?" in email:
            raise ValidationError("Mail programs read it as an encoded word, and so as another address.")
    except (ValidationError, UnicodeError):
        raise InvitationRefusedError(
            f"Not an e-mail address: {text.strip() or 'empty'}.", field="email"
        ) from None
    return email


def _open(brand: Brand, now: datetime) -> models.QuerySet[Invitation]:
    return Invitation.objects.for_brand(brand).filter(accepted_at=None, revoked_at=None, expires_at__gt=now)


def _withdraw(invitations: models.QuerySet[Invitation], *, now: datetime) -> list[Change]:
    rows = list(invitations)
    for row in rows:
        row.revoked_at = now
    Invitation.objects.filter(pk__in=[row.pk for row in rows]).update(revoked_at=now)
    return [Change("invitation.withdrawn", row, after={"revoked_at": now}) for row in rows]


def _claim(invitation: Invitation, *, now: datetime) -> None:
    """The guarded update that lets only one of two simultaneous clicks in."""
    claimed = Invitation.objects.filter(
        pk=invitation.pk, accepted_at=None, revoked_at=None, expires_at__gt=now
    ).update(accepted_at=now)
    if not claimed:
        raise InvitationGoneError


def _join(invitation: Invitation, user: User, *, now: datetime, actor: Actor) -> Membership:
    membership, created = Membership.objects.get_or_create(
        brand=invitation.brand, user=user, defaults={"role": invitation.role, "created_at": now}
    )
    changes = [Change("invitation.accepted", invitation, after={"accepted_at": now})]
    if created:
        changes.append(Change("member.joined", membership, after={"user": user, "role": membership.role}))
    record_changes(invitation.brand, changes, now=now, actor=actor)
    return membership
