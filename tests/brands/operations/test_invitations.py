import threading
from datetime import UTC, datetime, timedelta

import pytest
from allauth.account.models import EmailAddress
from django.db import connection

from brands.enums import Role
from brands.models import AuditEntry, Invitation, Membership, User
from brands.operations.edits import OtherBrandError
from brands.operations.invitations import (
    AccountExistsError,
    InvitationGoneError,
    InvitationRefusedError,
    Invite,
    WrongPersonError,
    _claim,
    accept_invitation,
    invite_people,
    join,
    open_invitation,
    revoke_invitations,
)
from sparktrack.core.actors import Actor, ActorKind, system_actor
from tests.factories import BrandFactory, MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
SYSTEM = system_actor("test")


def invite(brand, email="new@example.com", role=Role.BUYER, *, now=NOW, actor=SYSTEM):
    (issued,) = invite_people(brand=brand, invites=[Invite(email, role)], now=now, actor=actor)
    return issued


def test_an_invitation_stores_only_the_hash_of_its_token_and_names_no_token_in_the_audit():
    issued = invite(BrandFactory())
    assert len(issued.token) >= 43
    for row in [*Invitation.objects.values(), *AuditEntry.objects.values()]:
        assert issued.token not in str(row)
    assert open_invitation(issued.token, now=NOW).pk == issued.invitation.pk


def test_an_invitation_knows_who_invited_and_lower_cases_the_email():
    admin = MembershipFactory()
    actor = Actor(ActorKind.USER, id=str(admin.user.pk), label=admin.user.email)
    issued = invite(admin.brand, " New@Example.COM ", actor=actor)
    assert issued.invitation.email == "new@example.com"
    assert issued.invitation.invited_by == admin.user


def test_a_new_invitation_replaces_the_open_one_for_the_same_email_but_not_that_of_another_brand():
    brand, other = BrandFactory(), BrandFactory()
    first, elsewhere, second = invite(brand), invite(other), invite(brand)
    with pytest.raises(InvitationGoneError):
        open_invitation(first.token, now=NOW)
    assert open_invitation(elsewhere.token, now=NOW)
    assert open_invitation(second.token, now=NOW)


@pytest.mark.parametrize(
    "email",
    [
        "",
        "nobody",
        "a@b",
        "a b@example.com",
        "x@example.com\nBcc: y@example.com",
        "a@。example.com",
        "=?utf-8?q?=0a?=@example.com",
        "=?utf-8?q?ben?=@example.com",
        f"{'a' * 64}@{'.'.join(['b' * 63] * 3)}.com",
    ],
)
def test_a_malformed_email_is_refused_and_nobody_of_the_list_is_invited(email):
    brand = BrandFactory()
    with pytest.raises(InvitationRefusedError):
        invite_people(
            brand=brand,
            invites=[Invite("good@example.com", Role.VIEWER), Invite(email, Role.VIEWER)],
            now=NOW,
            actor=SYSTEM,
        )
    assert not Invitation.objects.exists()


def test_members_are_not_invited_again_and_the_refusal_names_them():
    member = MembershipFactory()
    with pytest.raises(InvitationRefusedError, match=member.user.email):
        invite(member.brand, member.user.email.upper())


def test_the_same_email_twice_in_one_list_is_refused():
    with pytest.raises(InvitationRefusedError, match="twice"):
        invite_people(
            brand=BrandFactory(),
            invites=[Invite("a@example.com", Role.VIEWER), Invite("A@example.com", Role.ADMIN)],
            now=NOW,
            actor=SYSTEM,
        )


def test_joining_makes_a_verified_account_with_the_role_and_notes_both_in_the_audit():
    issued = invite(BrandFactory(), role=Role.MANAGER)
    membership = join(
        token=issued.token, full_name=" Ada ", password="a long password", now=NOW, actor=SYSTEM
    )
    user = User.objects.get(email="new@example.com")
    assert (membership.user, membership.role, user.full_name) == (user, Role.MANAGER, "Ada")
    assert user.check_password("a long password")
    assert EmailAddress.objects.get(user=user, verified=True, primary=True).email == user.email
    entries = AuditEntry.objects.filter(action__in=["invitation.accepted", "member.joined"])
    assert {entry.actor_label for entry in entries} == {"new@example.com"}
    assert "a long password" not in str(list(AuditEntry.objects.values()))


def test_an_invitation_works_once():
    issued = invite(BrandFactory())
    join(token=issued.token, full_name="Ada", password="a long password", now=NOW, actor=SYSTEM)
    with pytest.raises(InvitationGoneError):
        join(token=issued.token, full_name="Eve", password="a long password", now=NOW, actor=SYSTEM)
    assert Membership.objects.count() == 1


def test_an_invitation_ends_exactly_14_days_after_it_was_made():
    issued = invite(BrandFactory())
    assert open_invitation(issued.token, now=NOW + timedelta(days=14) - timedelta(microseconds=1))
    with pytest.raises(InvitationGoneError):
        open_invitation(issued.token, now=NOW + timedelta(days=14))


def test_a_withdrawn_invitation_opens_nothing_and_withdrawing_again_changes_nothing():
    issued = invite(BrandFactory())
    brand = issued.invitation.brand
    withdrawn = revoke_invitations(brand=brand, invitations=[issued.invitation], now=NOW, actor=SYSTEM)
    assert [row.pk for row in withdrawn] == [issued.invitation.pk]
    with pytest.raises(InvitationGoneError):
        open_invitation(issued.token, now=NOW)
    assert revoke_invitations(brand=brand, invitations=withdrawn, now=NOW, actor=SYSTEM) == []
    assert AuditEntry.objects.filter(action="invitation.withdrawn").count() == 1


def test_an_invitation_of_another_brand_cannot_be_withdrawn():
    issued = invite(BrandFactory())
    with pytest.raises(OtherBrandError):
        revoke_invitations(brand=BrandFactory(), invitations=[issued.invitation], now=NOW, actor=SYSTEM)
    assert open_invitation(issued.token, now=NOW)


def test_a_user_with_the_invited_email_becomes_a_member():
    user = UserFactory()
    issued = invite(BrandFactory(), user.email, Role.VIEWER)
    membership = accept_invitation(token=issued.token, user=user, now=NOW, actor=SYSTEM)
    assert (membership.user, membership.role) == (user, Role.VIEWER)


def test_somebody_else_cannot_accept_and_the_invitation_stays_open():
    issued = invite(BrandFactory())
    with pytest.raises(WrongPersonError):
        accept_invitation(token=issued.token, user=UserFactory(), now=NOW, actor=SYSTEM)
    assert open_invitation(issued.token, now=NOW)
    assert not Membership.objects.exists()


def test_a_member_who_accepts_once_more_keeps_the_role_they_have():
    issued = invite(BrandFactory(), "late@example.com", Role.VIEWER)
    user = UserFactory(email="late@example.com")
    MembershipFactory(brand=issued.invitation.brand, user=user, role=Role.ADMIN)
    assert accept_invitation(token=issued.token, user=user, now=NOW, actor=SYSTEM).role == Role.ADMIN


def test_joining_is_refused_when_the_email_has_an_account_and_the_invitation_stays_open():
    user = UserFactory()
    issued = invite(BrandFactory(), user.email)
    with pytest.raises(AccountExistsError):
        join(token=issued.token, full_name="Eve", password="another password", now=NOW, actor=SYSTEM)
    user.refresh_from_db()
    assert not user.check_password("another password")
    assert open_invitation(issued.token, now=NOW)


def test_whoever_opened_it_before_somebody_else_accepted_comes_too_late():
    issued = invite(BrandFactory())
    opened = open_invitation(issued.token, now=NOW)
    join(token=issued.token, full_name="Ada", password="a long password", now=NOW, actor=SYSTEM)
    with pytest.raises(InvitationGoneError):
        _claim(opened, now=NOW)


@pytest.mark.django_db(transaction=True)
def test_two_simultaneous_clicks_make_one_member():
    issued = invite(BrandFactory())
    barrier = threading.Barrier(2)
    outcomes = []

    def click():
        barrier.wait()
        try:
            join(token=issued.token, full_name="Ada", password="a long password", now=NOW, actor=SYSTEM)
            outcomes.append("joined")
        except (InvitationGoneError, AccountExistsError):
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=click) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["joined", "refused"]
    assert Membership.objects.count() == 1
