import threading
from datetime import UTC, date, datetime

import pytest
from django.db import connection, transaction

from brands.enums import Role
from brands.models import AuditEntry, Membership
from brands.operations.edits import OtherBrandError
from brands.operations.people import (
    Deputy,
    DeputyRefusedError,
    LastAdminError,
    NewRole,
    ProfileRefusedError,
    change_profile,
    change_roles,
    remove_members,
    set_deputies,
)
from sparktrack.core.actors import system_actor
from tests.factories import BrandFactory, MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
BY = {"now": NOW, "actor": system_actor("test")}


def test_a_role_changes_and_the_audit_has_both():
    brand = MembershipFactory().brand
    member = MembershipFactory(brand=brand, role=Role.VIEWER)
    change_roles(brand=brand, changes=[NewRole(member, Role.MANAGER)], **BY)
    member.refresh_from_db()
    assert member.role == Role.MANAGER
    entry = AuditEntry.objects.get(action="member.role_changed")
    assert (entry.before, entry.after) == ({"role": "viewer"}, {"role": "manager"})


def test_the_last_admin_cannot_be_demoted():
    admin = MembershipFactory()
    MembershipFactory(brand=admin.brand, role=Role.MANAGER)
    with pytest.raises(LastAdminError):
        change_roles(brand=admin.brand, changes=[NewRole(admin, Role.BUYER)], **BY)
    admin.refresh_from_db()
    assert admin.role == Role.ADMIN
    assert not AuditEntry.objects.exists()


def test_all_admins_at_once_cannot_be_removed_but_one_of_two_can():
    first = MembershipFactory()
    second = MembershipFactory(brand=first.brand)
    with pytest.raises(LastAdminError):
        remove_members(brand=first.brand, memberships=[first, second], **BY)
    assert Membership.objects.count() == 2
    remove_members(brand=first.brand, memberships=[first], **BY)
    assert list(Membership.objects.all()) == [second]


def test_an_admin_whose_account_is_switched_off_is_none():
    admin = MembershipFactory()
    MembershipFactory(brand=admin.brand, user=UserFactory(is_active=False))
    with pytest.raises(LastAdminError, match="who can log in"):
        change_roles(brand=admin.brand, changes=[NewRole(admin, Role.VIEWER)], **BY)
    with pytest.raises(LastAdminError):
        remove_members(brand=admin.brand, memberships=[admin], **BY)
    assert Membership.objects.filter(role=Role.ADMIN).count() == 2


def test_an_admin_may_hand_over_in_one_step():
    admin = MembershipFactory()
    heir = MembershipFactory(brand=admin.brand, role=Role.BUYER)
    change_roles(brand=admin.brand, changes=[NewRole(admin, Role.VIEWER), NewRole(heir, Role.ADMIN)], **BY)
    assert set(Membership.objects.values_list("user", "role")) == {
        (admin.user_id, "viewer"),
        (heir.user_id, "admin"),
    }


def test_who_leaves_keeps_their_account_and_is_nobodys_deputy_any_more():
    admin = MembershipFactory()
    leaving = MembershipFactory(brand=admin.brand, role=Role.BUYER)
    set_deputies(brand=admin.brand, deputies=[Deputy(admin, leaving.user)], **BY)
    remove_members(brand=admin.brand, memberships=[leaving], **BY)
    admin.refresh_from_db()
    leaving.user.refresh_from_db()
    assert admin.deputy is None
    entry = AuditEntry.objects.get(action="member.removed")
    assert entry.before == {"user": str(leaving.user.pk), "role": "buyer"}


def test_members_of_another_brand_are_neither_changed_nor_removed():
    brand, stranger = MembershipFactory().brand, MembershipFactory()
    with pytest.raises(OtherBrandError):
        change_roles(brand=brand, changes=[NewRole(stranger, Role.VIEWER)], **BY)
    with pytest.raises(OtherBrandError):
        remove_members(brand=brand, memberships=[stranger], **BY)
    stranger.refresh_from_db()
    assert stranger.role == Role.ADMIN


def test_a_deputy_is_set_for_days_and_taken_back():
    admin = MembershipFactory()
    deputy = MembershipFactory(brand=admin.brand).user
    first, last = date(2026, 12, 1), date(2026, 12, 24)
    set_deputies(brand=admin.brand, deputies=[Deputy(admin, deputy, first, last)], **BY)
    admin.refresh_from_db()
    assert (admin.deputy, admin.deputy_from, admin.deputy_until) == (deputy, first, last)
    set_deputies(brand=admin.brand, deputies=[Deputy(admin, None, first, last)], **BY)
    admin.refresh_from_db()
    assert (admin.deputy, admin.deputy_from, admin.deputy_until) == (None, None, None)
    assert AuditEntry.objects.filter(action="member.deputy_set").count() == 2


def test_a_deputy_is_another_member_and_the_days_are_in_order():
    admin = MembershipFactory()
    colleague = MembershipFactory(brand=admin.brand).user
    for deputy in (
        Deputy(admin, UserFactory()),
        Deputy(admin, admin.user),
        Deputy(admin, colleague, date(2026, 12, 2), date(2026, 12, 1)),
    ):
        with pytest.raises(DeputyRefusedError):
            set_deputies(brand=admin.brand, deputies=[deputy], **BY)


def test_a_changed_profile_is_noted_in_every_brand_of_the_person_once():
    user = UserFactory(full_name="Ada", time_zone="")
    brands = [MembershipFactory(user=user).brand, MembershipFactory(user=user).brand]
    assert change_profile(user=user, full_name="Ada L", time_zone="Asia/Tokyo", **BY)
    assert not change_profile(user=user, full_name="Ada L", time_zone="Asia/Tokyo", **BY)
    user.refresh_from_db()
    assert (user.full_name, user.time_zone) == ("Ada L", "Asia/Tokyo")
    assert {entry.brand for entry in AuditEntry.objects.all()} == set(brands)
    assert AuditEntry.objects.count() == 2


@pytest.mark.parametrize("zone", ["Mars/Olympus", "europe/berlin", "../etc/passwd", "localtime", "+02:00"])
def test_a_zone_that_is_not_iana_is_refused(zone):
    with pytest.raises(ProfileRefusedError):
        change_profile(user=UserFactory(), full_name="", time_zone=zone, **BY)


@pytest.mark.django_db(transaction=True)
def test_two_admins_who_demote_each_other_at_once_leave_one():
    brand = BrandFactory()
    first, second = MembershipFactory(brand=brand), MembershipFactory(brand=brand)
    demoted, done = threading.Event(), threading.Event()
    refused = []

    def demote_the_first():
        with transaction.atomic():
            change_roles(brand=brand, changes=[NewRole(first, Role.VIEWER)], **BY)
            demoted.set()
            done.wait(1)  # the other one must wait for this commit, not decide before it
        connection.close()

    def demote_the_second():
        demoted.wait()
        try:
            change_roles(brand=brand, changes=[NewRole(second, Role.VIEWER)], **BY)
        except LastAdminError:
            refused.append(second)
        finally:
            done.set()
            connection.close()

    threads = [threading.Thread(target=act) for act in (demote_the_first, demote_the_second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert refused == [second]
    assert Membership.objects.filter(role=Role.ADMIN).get() == second
