"""One member: role, deputy, leaving; and who stands in for oneself."""

import pytest
import time_machine
from django.urls import reverse

from brands.enums import Role
from brands.models import Membership
from brands.operations.edits import locked
from brands.operations.people import Deputy, NewRole, change_roles, set_deputies
from campaigns.models import Flight
from tests.world import NOW, World, client_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def world():
    return World(name="Northbeam")


@pytest.fixture
def admin(world):
    return world.member(Role.ADMIN, full_name="Ingrid Solberg")


@pytest.fixture
def mara(world):
    return world.member(Role.MANAGER, full_name="Mara Okafor").memberships.get()


def url(world, route, *args):
    return reverse(route, args=[world.brand.slug, *args])


def sent(client, address, **values):
    """A form as a browser sends it: with what its reader saw."""
    form = client.get(address).context["form"]
    shown = {field.html_name: field.value() for field in form}
    data = {name: "" if value is None else value for name, value in {**shown, **values}.items()}
    return client.post(address, data)


def test_an_admin_changes_a_role_and_says_who_stands_in(world, admin, mara):
    address = url(world, "people-member", mara.pk)
    answer = sent(
        client_of(admin), address, role="buyer", deputy=admin.pk, deputy_from="2026-12-01", deputy_until=""
    )
    assert answer.status_code == 302
    mara.refresh_from_db()
    assert (mara.role, mara.deputy, mara.deputy_from, mara.deputy_until) == (
        "buyer",
        admin,
        world.day(10),
        None,
    )


def test_who_may_only_read_any_more_and_answers_for_things_is_named(world, admin, mara):
    client, address = client_of(admin), url(world, "people-member", mara.pk)
    world.creator(details={"manager": mara.user})
    page = client.get(sent(client, address, role="viewer")["Location"]).content.decode()
    assert "Mara Okafor may only read now" in page
    assert (
        "may only read now"
        not in client.get(sent(client, address, role="buyer")["Location"]).content.decode()
    )


def test_the_last_admin_stays_admin(world, admin, mara):
    own = admin.memberships.get()
    answer = sent(client_of(admin), url(world, "people-member", own.pk), role="viewer", deputy=mara.user.pk)
    assert answer.status_code == 422
    assert "must keep at least one admin" in answer.content.decode()
    own.refresh_from_db()
    assert (own.role, own.deputy) == ("admin", None)
    answer = client_of(admin).post(url(world, "people-remove", own.pk))
    assert answer.status_code == 422
    assert "must keep at least one admin" in answer.content.decode()


def test_who_lost_their_role_while_their_page_waited_gives_it_to_nobody(world, admin, mara, monkeypatch):
    world.member(Role.ADMIN)
    own, client = admin.memberships.get(), client_of(admin)

    def waited(brand):
        Membership.objects.filter(pk=own.pk).update(role=Role.VIEWER)
        return locked(brand)

    monkeypatch.setattr("workplace.views.people_member.locked", waited)
    for name, pk in (("people-member", own.pk), ("people-member", mara.pk), ("people-remove", mara.pk)):
        Membership.objects.filter(pk=own.pk).update(role=Role.ADMIN)
        answer = client.post(url(world, name, pk), {"role": "admin", "was": "{}"})
        assert answer.status_code == 403
    assert Membership.objects.get(pk=mara.pk).role == mara.role


def test_two_who_change_the_same_member_both_see_it(world, admin, mara):
    client = client_of(admin)
    address = url(world, "people-member", mara.pk)
    shown = {field.html_name: field.value() or "" for field in client.get(address).context["form"]}
    change_roles(changes=[NewRole(mara, Role.BUYER)], **world.by)
    answer = client.post(address, {**shown, "role": "viewer"})
    assert answer.status_code == 409
    assert "changed this" in answer.content.decode()
    mara.refresh_from_db()
    assert mara.role == "buyer"


def test_everybody_says_who_stands_in_for_them(world, admin, mara):
    for role in Role:
        member = world.member(role).memberships.get()
        client = client_of(member.user)
        answer = sent(client, url(world, "people-me"), deputy=mara.user.pk, deputy_until="2026-11-30")
        assert answer.status_code == 302
        member.refresh_from_db()
        assert (member.deputy, member.role) == (mara.user, role)
        assert "Saved." in client.get(answer["Location"]).content.decode()


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"deputy_from": "2026-12-02", "deputy_until": "2026-12-01"}, "The last day is before the first"),
        ({"deputy_until": "soon"}, "Enter a valid date"),
    ],
)
def test_days_that_cannot_be_are_refused(values, said, world, admin, mara):
    answer = sent(client_of(mara.user), url(world, "people-me"), deputy=admin.pk, **values)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    mara.refresh_from_db()
    assert mara.deputy is None


def test_nobody_stands_in_for_themselves_nor_who_only_reads_or_is_elsewhere(world, admin, mara):
    others = [mara.user, world.member(Role.VIEWER), World().member(Role.ADMIN)]
    for person in others:
        answer = sent(client_of(mara.user), url(world, "people-me"), deputy=person.pk)
        assert answer.status_code == 422
    set_deputies(deputies=[Deputy(mara, admin)], **world.by)
    assert sent(client_of(mara.user), url(world, "people-me"), deputy="").status_code == 302
    mara.refresh_from_db()
    assert mara.deputy is None


def test_a_member_leaves_and_somebody_is_chosen_for_each_duty(world, admin, mara):
    jonas = world.member(Role.BUYER, full_name="Jonas Weber").memberships.get()
    creator = world.creator(details={"manager": jonas.user})
    flight = world.flight(world.post(creator), world.day(-3), world.day(3), buyer=jonas.user)
    world.flight(world.post(creator), world.day(-30), world.day(-20), buyer=jonas.user)
    client, address = client_of(admin), url(world, "people-remove", jonas.pk)
    page = client.get(address).content.decode()
    assert "2 flights, 1 of them running or planned" in page
    assert "1 creator" in page
    assert "Campaigns they buy" not in page
    refused = client.post(address, {"flights": mara.user.pk})
    assert refused.status_code == 422
    assert "Say who takes this over" in refused.content.decode()
    assert Membership.objects.filter(pk=jonas.pk).exists()
    done = client.post(address, {"flights": mara.user.pk, "creators": "nobody"})
    assert done.status_code == 302
    assert "Jonas Weber is not in Northbeam any more." in client.get(done["Location"]).content.decode()
    assert Flight.objects.filter(buyer=mara.user).count() == 2
    creator.refresh_from_db()
    assert creator.manager is None
    assert client_of(jonas.user).get(url(world, "board")).status_code == 404
    assert flight.brand_id == world.brand.pk


def test_whoever_stands_in_is_proposed(world, admin, mara):
    jonas = world.member(Role.BUYER).memberships.get()
    world.flight(world.post(), world.day(1), world.day(3), buyer=jonas.user)
    set_deputies(deputies=[Deputy(jonas, mara.user)], **world.by)
    form = client_of(admin).get(url(world, "people-remove", jonas.pk)).context["form"]
    assert form["flights"].value() == str(mara.user.pk)


def test_an_admin_who_removes_themselves_is_led_home(world, admin):
    world.member(Role.ADMIN)
    client = client_of(admin)
    done = client.post(url(world, "people-remove", admin.memberships.get().pk))
    assert (done.status_code, done["Location"]) == (302, "/")


def test_pages_of_a_member_are_constant(world, admin, mara, django_assert_max_num_queries):
    for _ in range(3):
        world.flight(world.post(), world.day(1), world.day(3), buyer=mara.user)
    client = client_of(admin)
    with django_assert_max_num_queries(16):
        client.get(url(world, "people-remove", mara.pk))
    with django_assert_max_num_queries(9):
        client.get(url(world, "people-member", mara.pk))
