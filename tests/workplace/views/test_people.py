"""The people of a brand: the list, invitations."""

import re

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from brands.enums import Role
from brands.models import Invitation
from brands.operations.invitations import Invite, invite_people
from brands.operations.people import Deputy, set_deputies
from tests.world import DAY, NOW, World, client_of

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


def people(client, world):
    return client.get(reverse("people", args=[world.brand.slug])).content.decode()


def invite(client, world, emails, role="buyer"):
    return client.post(reverse("people-invite", args=[world.brand.slug]), {"emails": emails, "role": role})


def test_each_role_sees_as_much_of_people_as_it_may(world, admin):
    mara = world.member(Role.MANAGER, full_name="Mara Okafor", email="mara@example.com")
    membership = mara.memberships.get()
    set_deputies(deputies=[Deputy(membership, admin, world.day(1), world.day(5))], **world.by)
    invite_people(invites=[Invite("ada@example.com", Role.BUYER)], **world.by)
    pages = {role: people(client_of(world.member(role)), world) for role in Role}
    for page in pages.values():
        assert "Mara Okafor" in page
        assert "Ingrid Solberg stands in from Sun 22 Nov to Thu 26 Nov" in page
        assert "While I am away" in page
    assert "mara@example.com" not in pages[Role.VIEWER]
    assert "mara@example.com" in pages[Role.BUYER]
    for role in (Role.VIEWER, Role.BUYER, Role.MANAGER):
        assert "ada@example.com" not in pages[role]
        assert "Invite" not in pages[role]
        assert reverse("people-member", args=[world.brand.slug, membership.pk]) not in pages[role]
    assert "ada@example.com" in pages[Role.ADMIN]
    assert "never logged in" in pages[Role.ADMIN]


def test_a_deputy_whose_days_are_over_is_not_named(world, admin):
    mara = world.member(Role.MANAGER).memberships.get()
    set_deputies(deputies=[Deputy(mara, admin, world.day(-9), world.day(-1))], **world.by)
    assert "stands in" not in people(client_of(admin), world)


def test_several_people_are_invited_at_once_and_their_links_are_shown_this_once(world, admin):
    client = client_of(admin)
    answer = invite(
        client, world, "Ada Lovelace <Ada@Example.com>, ben@example.com\nada@example.com", "manager"
    )
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store, private"
    found = dict(Invitation.objects.values_list("email", "role"))
    assert found == {"ada@example.com": "manager", "ben@example.com": "manager"}
    links = re.findall(r'value="([^"]*/invitations/inv_[^"]+)"', answer.content.decode())
    assert len(links) == 2
    assert {one.to[0] for one in mail.outbox} == set(found)
    assert "inv_" not in people(client, world)
    for link in links:
        assert client_of(admin).get(link.removeprefix("http://127.0.0.1:8000")).status_code == 200


@pytest.mark.parametrize(
    ("emails", "said"),
    [
        ("", "This field is required"),
        (" , ", "Type at least one e-mail address"),
        ("ada@example.com, nobody, ben@", "Not an e-mail address: nobody, ben@."),
        (", ".join(f"p{n}@example.com" for n in range(51)), "Invite at most 50 people at once"),
        ("in@example.com", "Already in Northbeam: in@example.com"),
    ],
)
def test_who_cannot_be_invited_is_named_and_nothing_typed_is_lost(emails, said, world, admin):
    world.member(Role.VIEWER, email="in@example.com")
    answer = invite(client_of(admin), world, emails)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert said in page
    assert emails.strip(" ,") in page
    assert not Invitation.objects.exists()
    assert not mail.outbox


def test_a_mail_that_does_not_go_out_leaves_the_link(world, admin, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    page = invite(client_of(admin), world, "ada@example.com").content.decode()
    assert "No mail went out" in page
    assert "/invitations/inv_" in page


def test_an_invitation_is_sent_again_or_withdrawn(world, admin):
    client = client_of(admin)
    (old,) = invite_people(invites=[Invite("ada@example.com", Role.VIEWER)], **world.by)
    again = client.post(reverse("people-invite-again", args=[world.brand.slug, old.invitation.pk]))
    assert "/invitations/inv_" in again.content.decode()
    old.invitation.refresh_from_db()
    assert old.invitation.revoked_at == NOW
    new = Invitation.objects.get(revoked_at=None)
    assert (new.email, new.role) == ("ada@example.com", "viewer")
    withdraw = reverse("people-withdraw", args=[world.brand.slug, new.pk])
    said = [client.get(client.post(withdraw)["Location"]).content.decode() for _ in range(2)]
    assert "The invitation of ada@example.com is withdrawn." in said[0]
    assert "had ended already" in said[1]


def test_an_old_invitation_can_be_sent_again_one_of_a_member_is_not_shown(world, admin):
    client = client_of(admin)
    with time_machine.travel(NOW - 15 * DAY, tick=False):
        by = {**world.by, "now": NOW - 15 * DAY}
        invite_people(invites=[Invite("old@example.com", Role.VIEWER)], **by)
        (second,) = invite_people(invites=[Invite("joined@example.com", Role.VIEWER)], **by)
    world.member(Role.VIEWER, email="joined@example.com")
    page = people(client, world)
    assert "The link is too old" in page
    assert reverse("people-invite-again", args=[world.brand.slug, second.invitation.pk]) not in page
    gone = client.post(reverse("people-invite-again", args=[world.brand.slug, second.invitation.pk]))
    assert "Already in Northbeam" in client.get(gone["Location"]).content.decode()


def test_people_take_the_same_queries_however_many_they_are(world, admin):
    client = client_of(admin)
    people(client, world)
    counts = []
    for number in (1, 2, 9):
        for _ in range(number):
            world.member(Role.BUYER)
            invite_people(
                invites=[Invite(f"p{Invitation.objects.count()}@example.com", Role.BUYER)], **world.by
            )
        with CaptureQueriesContext(
            connection,
        ) as queries:
            people(client, world)
        counts.append(len(queries))
    assert len(set(counts)) == 1
    assert counts[0] <= 8
