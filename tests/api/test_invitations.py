"""Invitations: admins ask people in as on the page; a link is shown once, and kept nowhere."""

import json

import pytest
import time_machine
from django.core import mail
from django.urls import reverse

from brands.enums import Role
from brands.models import AuditEntry, Invitation
from brands.operations.invitations import Invite, invite_people
from sparktrack.api.models import KeptAnswer
from tests.api.parity import left_in
from tests.api.scripts import Caller, person, script
from tests.faults.sink import UNKNOWN, sink
from tests.world import DAY, NOW, World, client_of

pytestmark = pytest.mark.django_db

BODY = {"email": "Ada@Example.com", "role": "buyer"}


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def world():
    return World(name="Northbeam")


@pytest.fixture
def ingrid(world):
    return world.member(Role.ADMIN, full_name="Ingrid Solberg")


@pytest.fixture
def admin(world, ingrid):
    return Caller(client_of(ingrid), world.brand.slug)


def errors(answer):
    return [(error["pointer"], error["detail"]) for error in answer.json()["errors"]]


def test_somebody_is_invited_and_the_link_is_in_this_answer_only(world, ingrid, admin):
    answer = admin.post("invitations", BODY)
    row = Invitation.objects.get()
    kept = {
        "id": str(row.pk),
        "email": "ada@example.com",
        "role": "buyer",
        "invited_by": str(ingrid.pk),
        "created_at": "2026-11-21T14:05:00Z",
        "expires_at": "2026-12-05T14:05:00Z",
        "accepted_at": None,
        "revoked_at": None,
    }
    made = answer.json()
    link = made.pop("link")
    assert (answer.status_code, made) == (201, {**kept, "mailed": True})
    assert answer["Cache-Control"] == "no-store, private"
    assert answer["Location"] == f"/api/v1/invitations/{row.pk}"
    (sent,) = mail.outbox
    assert sent.to == ["ada@example.com"]
    assert link in sent.body
    assert client_of(ingrid).get(link.removeprefix("http://127.0.0.1:8000")).status_code == 200
    shown = admin.get(f"invitations/{row.pk}")
    assert shown.json() == kept
    assert shown["ETag"][:17] == answer["ETag"][:17]
    assert admin.get("invitations").json() == {"results": [kept], "next": None}
    token = link.rpartition("/inv_")[2].strip("/")
    stored = [list(model.objects.values()) for model in (AuditEntry, Invitation, KeptAnswer)]
    assert token not in json.dumps(stored, default=str)


def test_sent_again_under_its_key_nothing_is_done_and_no_link_is_told(world, admin):
    key = {"idempotency_key": "ada-1"}
    made = admin.post("invitations", BODY, **key).json()
    token = made["link"].rpartition("/inv_")[2].strip("/")
    again = admin.post("invitations", BODY, **key)
    assert again.status_code == 409
    assert again.json()["made"]["id"] == made["id"]
    assert token not in again.content.decode()
    assert token not in json.dumps(list(KeptAnswer.objects.values()), default=str)
    assert (Invitation.objects.count(), len(mail.outbox)) == (1, 1)
    other = admin.post("invitations", {**BODY, "role": "admin"}, **key)
    assert other.status_code == 422
    # Whoever has lost the link makes a new one; the old one ends.
    new = admin.post(f"invitations/{made['id']}/again", **key | {"idempotency_key": "ada-2"})
    assert (new.status_code, new.json()["role"]) == (201, "buyer")
    assert new.json()["link"] != made["link"]
    assert new["Cache-Control"] == "no-store, private"
    assert admin.get(f"invitations/{made['id']}").json()["revoked_at"] == "2026-11-21T14:05:00Z"
    assert [row["id"] for row in admin.get("invitations").json()["results"]] == [new.json()["id"]]
    assert len(mail.outbox) == 2


def test_links_of_many_are_kept_nowhere_either(admin):
    key = {"idempotency_key": "all"}
    body = [BODY, {"email": "ben@example.com", "role": "viewer"}]
    made = admin.post("invitations/bulk", body, **key).json()["results"]
    again = admin.post("invitations/bulk", body, **key)
    assert again.status_code == 409
    assert [one["id"] for one in again.json()["made"]["results"]] == [one["id"] for one in made]
    kept = json.dumps(list(KeptAnswer.objects.values()), default=str)
    for one in made:
        token = one["link"].rpartition("/inv_")[2].strip("/")
        assert token not in kept + again.content.decode()
    assert (Invitation.objects.count(), len(mail.outbox)) == (2, 2)


def test_a_mail_that_does_not_go_out_leaves_the_link(world, admin, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    made = admin.post("invitations/bulk", [BODY, {"email": "ben@example.com", "role": "viewer"}]).json()
    assert [one["mailed"] for one in made["results"]] == [False, False]
    assert all("/invitations/inv_" in one["link"] for one in made["results"])
    assert Invitation.objects.count() == 2


def test_one_address_that_is_refused_takes_no_link_and_no_mail_from_the_others(
    world, ingrid, admin, settings
):
    with sink(at_rcpt=lambda address, _times: UNKNOWN if address.startswith("gone") else None) as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        gone = {"email": "gone@example.com", "role": "viewer"}
        made = admin.post("invitations/bulk", [gone, BODY])
        assert made.status_code == 201
        assert [one["mailed"] for one in made.json()["results"]] == [False, True]
        assert all("/invitations/inv_" in one["link"] for one in made.json()["results"])
        page = client_of(ingrid).post(
            reverse("people-invite", args=[world.brand.slug]),
            {"emails": "gone@example.com ben@example.com", "role": "buyer"},
        )
        assert page.status_code == 200
        assert page.content.decode().count("/invitations/inv_") == 2
        assert page.content.decode().count("mail did not go out") == 1
    assert [mailed.to for mailed in server.accepted] == ["ada@example.com", "ben@example.com"]
    assert server.connections == 2  # one for each request


def test_who_cannot_be_invited_is_named_and_nobody_is_invited(world, admin):
    world.member(Role.VIEWER, email="in@example.com")
    long = f"{'a' * 64}@{'.'.join(['b' * 63] * 2)}.{'c' * 59}.com"
    for change, status, pointer in (
        ({"email": "In@example.com"}, 422, "/email"),
        ({"email": "a@。example.com"}, 422, "/email"),
        ({"email": "=?utf-8?q?=0a?=@example.com"}, 422, "/email"),  # no mail can be sent to it
        ({"email": "=?utf-8?q?ben?=@example.com"}, 422, "/email"),  # it would go to ben@
        ({"email": long}, 400, "/email"),
        (
            {"email": f"a@{'.'.join(['İ' * 12] * 10)}.example.com"},
            422,
            "/email",
        ),  # twice as long in small letters
        ({"email": "ada"}, 400, "/email"),
        ({"email": 5}, 400, "/email"),
        ({"email": "a\0@example.com"}, 400, "/email"),
        ({"email": "\ud800@example.com"}, 400, "/email"),
        ({"role": "owner"}, 400, "/role"),
        ({"brand": "x"}, 400, "/brand"),
    ):
        answer = admin.post("invitations", {**BODY, **change})
        assert (answer.status_code, {where for where, _ in errors(answer)}) == (status, {pointer}), change
    ben = {"email": "ben@example.com", "role": "viewer"}
    twice = admin.post("invitations/bulk", [BODY, ben, {**BODY, "email": "ada@example.com"}])
    assert (twice.status_code, errors(twice)) == (
        422,
        [("/2/email", "The same e-mail is in the list twice.")],
    )
    here = admin.post("invitations/bulk", [ben, {**BODY, "email": "in@example.com"}])
    assert (here.status_code, errors(here)) == (422, [("/1/email", "Already in Northbeam: in@example.com.")])
    many = [{**BODY, "email": f"p{number}@example.com"} for number in range(51)]
    assert admin.post("invitations/bulk", many).status_code == 422
    assert admin.post("invitations/bulk", [BODY], if_match='"0123456789abcdef"').status_code == 400
    assert not Invitation.objects.exists()
    assert not mail.outbox


def test_an_invitation_is_withdrawn_once_and_an_old_one_sent_again(world, admin):
    (old,) = invite_people(
        invites=[Invite("old@example.com", Role.VIEWER)], **{**world.by, "now": NOW - 15 * DAY}
    )
    (row,) = invite_people(invites=[Invite("ada@example.com", Role.BUYER)], **world.by)
    path = f"invitations/{row.invitation.pk}"
    seen = admin.get(path)["ETag"]
    answer = admin.post(f"{path}/withdraw", if_match=seen)
    assert (answer.status_code, answer.json()["revoked_at"]) == (200, "2026-11-21T14:05:00Z")
    assert admin.post(f"{path}/withdraw", if_match=seen).status_code == 412
    ended = admin.post(f"{path}/withdraw")
    assert (ended.status_code, errors(ended)) == (
        422,
        [("", "The invitation of ada@example.com had ended already.")],
    )
    stale = admin.post(f"invitations/{old.invitation.pk}/again", if_match='"0123456789abcdef"')
    assert (stale.status_code, stale.json()["current"]["email"]) == (412, "old@example.com")
    again = admin.post(f"invitations/{old.invitation.pk}/again")
    assert again.status_code == 201
    # The one that had ended is not there beside it.
    assert [each["id"] for each in admin.get("invitations").json()["results"]] == [again.json()["id"]]
    world.member(Role.VIEWER, email="old@example.com")
    joined = admin.post(f"invitations/{old.invitation.pk}/again")
    assert (joined.status_code, errors(joined)) == (422, [("", "Already in Northbeam: old@example.com.")])
    assert admin.get("invitations").json()["results"] == []


def test_only_admins_in_person_see_and_send_invitations(world, admin):
    (issued,) = invite_people(invites=[Invite("ada@example.com", Role.BUYER)], **world.by)
    path = f"invitations/{issued.invitation.pk}"
    for caller in (person(world, Role.VIEWER), person(world, Role.MANAGER), script(world)):
        for answer in (
            caller.get("invitations"),
            caller.get(path),
            caller.post("invitations", BODY),
            caller.post("invitations/bulk", [BODY]),
            caller.post(f"{path}/again"),
            caller.post(f"{path}/withdraw"),
        ):
            assert answer.status_code == 403
    stranger = person(World(), Role.ADMIN)
    assert stranger.get(path).status_code == 404
    for action in ("again", "withdraw"):
        assert stranger.post(f"{path}/{action}").status_code == 404
        assert admin.post(f"{path}/{action}", {"role": "admin"}).status_code == 400
    assert stranger.get("invitations").json()["results"] == []
    assert list(Invitation.objects.values_list("pk", "revoked_at")) == [(issued.invitation.pk, None)]
    assert not mail.outbox


def test_the_list_has_those_who_may_still_come_in_the_same_statements(
    world, admin, django_assert_num_queries
):
    emails = [f"p{number}@example.com" for number in range(20)]
    admin.get("invitations")  # the first request of a session notes that
    spent = 4  # session, person, membership, rows
    for some in (emails[:1], emails):
        invite_people(invites=[Invite(email, Role.BUYER) for email in some], **world.by)
        with django_assert_num_queries(spent):
            rows = admin.get("invitations").json()["results"]
        assert sorted(row["email"] for row in rows) == sorted(some)
    world.member(Role.BUYER, email="p7@example.com")
    assert len(admin.get("invitations?q=p1").json()["results"]) == 11
    assert admin.get("invitations?q=p7").json()["results"] == []
    assert admin.get("invitations?role=viewer").json()["results"] == []
    first = admin.get("invitations?limit=15&count=true").json()
    assert first["count"] == 19
    assert len(admin._client.get(first["next"]).json()["results"]) == 4


def test_the_page_and_the_endpoint_leave_the_same():
    worlds = [World(name="Northbeam") for _ in range(2)]
    admins = [world.member(Role.ADMIN, full_name="Ingrid Solberg") for world in worlds]
    paged, asked = worlds
    browser, caller = client_of(admins[0]), Caller(client_of(admins[1]), asked.brand.slug)
    for email in ("ada@example.com", "Ben@example.com"):
        data = {"emails": email, "role": "manager"}
        assert browser.post(reverse("people-invite", args=[paged.brand.slug]), data).status_code == 200
        assert caller.post("invitations", {"email": email, "role": "manager"}).status_code == 201
    for action in ("again", "withdraw"):
        for world in worlds:
            row = Invitation.objects.filter(brand=world.brand, email="ada@example.com").latest("pk")
            page = reverse(
                f"people-{'invite-again' if action == 'again' else action}", args=[world.brand.slug, row.pk]
            )
            done = browser.post(page) if world is paged else caller.post(f"invitations/{row.pk}/{action}")
            assert done.status_code < 400
    left = []
    for world in worlds:
        fields = ("email", "role", "created_at", "expires_at", "accepted_at", "revoked_at")
        rows = Invitation.objects.filter(brand=world.brand).order_by("pk")
        left.append((list(rows.values_list(*fields)), left_in(world.brand)[1]))
    assert left[0] == left[1]
    assert len(left[0][0]) == 3
    subjects = [sent.subject for sent in mail.outbox]
    assert len(subjects) == 6
    assert len(set(subjects)) == 1
