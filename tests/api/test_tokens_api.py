"""Tokens of the brand's scripts: made, listed and revoked by admins in person; the whole of one is shown once."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from brands.enums import Role, TokenScope
from brands.models import ApiToken, AuditEntry
from brands.operations.tokens import TokenDraft, find_token, issue_token, note_use
from sparktrack.api.models import KeptAnswer
from tests.api.parity import left_in
from tests.api.scripts import person, script
from tests.audit import changes
from tests.world import NOW, World, client_of

pytestmark = pytest.mark.django_db

BODY = {"name": "Nightly", "scope": "read", "last_day": "2026-12-31", "allowed_addresses": ["203.0.113.7"]}
HOUR = timedelta(hours=1)
FOREVER = {"name": "Board", "scope": "write", "last_day": None}


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def world():
    return World(time_zone="America/New_York")


@pytest.fixture
def kim(world):
    return world.member(Role.ADMIN)


@pytest.fixture
def admin(world):
    return person(world, Role.ADMIN)


def pointers(answer):
    return [error["pointer"] for error in answer.json()["errors"]]


def issued(world, name="Nightly", **draft):
    return issue_token(draft=TokenDraft(name, TokenScope.READ, **draft), **world.by)


def test_a_token_is_made_shown_once_used_and_revoked(world, admin):
    made = admin.post("tokens", BODY)
    row = ApiToken.objects.get()
    shown = {
        "id": str(row.pk),
        "name": "Nightly",
        "token": f"stk_{row.public}_…",
        "scope": "read",
        "state": "live",
        "allowed_addresses": ["203.0.113.7/32"],
        "created_by": str(row.created_by_id),
        "created_at": "2026-11-21T14:05:00Z",
        "expires_at": "2027-01-01T05:00:00Z",
        "last_used_at": None,
        "revoked_at": None,
    }
    assert made.status_code == 201
    secret = made.json()["secret"]
    assert made.json() == {**shown, "secret": secret}
    assert made["Location"] == f"/api/v1/tokens/{row.pk}"
    assert "no-store" in made["Cache-Control"]
    assert find_token(secret, ip="203.0.113.7", now=NOW) == row
    assert admin.get(f"tokens/{row.pk}").json() == shown
    # That it was used is no change that anybody must see first.
    seen = admin.get(f"tokens/{row.pk}")["ETag"]
    note_use(row, now=NOW)
    gone = admin.post(f"tokens/{row.pk}/revoke", if_match=seen)
    at = "2026-11-21T14:05:00Z"
    assert gone.json() == {**shown, "state": "revoked", "last_used_at": at, "revoked_at": at}
    assert admin.post(f"tokens/{row.pk}/revoke").status_code == 200
    assert len(changes(world.brand, "token.revoked")) == 1
    assert admin.post(f"tokens/{row.pk}/revoke", if_match=seen).status_code == 412


def test_a_token_that_was_made_already_is_not_made_again_and_its_secret_not_told_again(world, admin):
    first = admin.post("tokens", FOREVER, idempotency_key="board")
    made = first.json()
    again = admin.post("tokens", FOREVER, idempotency_key="board")
    assert again.status_code == 409
    assert "This was done already, and its secret shown in that answer, once." in again.json()["detail"]
    secret = made.pop("secret")
    assert again.json()["made"] == made
    assert admin.post("tokens", BODY, idempotency_key="board").status_code == 422
    assert ApiToken.objects.count() == 1
    kept, tail = KeptAnswer.objects.get(), secret.rpartition("_")[2]
    told = [*AuditEntry.objects.values_list("before", "after"), kept.body, kept.headers, kept.key, kept.asked]
    assert tail not in str(told) + str(ApiToken.objects.values().get())
    # Without a key nobody can know that it is the same.
    assert admin.post("tokens", FOREVER).status_code == 201
    assert ApiToken.objects.count() == 2


def test_no_token_sees_makes_or_revokes_one_and_neither_does_a_manager(world, admin):
    row, theirs = issued(world).token, issued(World()).token
    for caller in (person(world, Role.MANAGER), script(world)):
        for answer in (
            caller.get("tokens"),
            caller.get(f"tokens/{row.pk}"),
            caller.post("tokens", BODY),
            caller.post(f"tokens/{row.pk}/revoke"),
        ):
            assert answer.status_code == 403
    assert admin.get(f"tokens/{theirs.pk}").status_code == 404
    assert admin.post(f"tokens/{theirs.pk}/revoke").status_code == 404
    assert admin.delete(f"tokens/{row.pk}").status_code == 405
    assert not ApiToken.objects.exclude(revoked_at=None).exists()


def test_what_makes_no_token_is_said_beside_its_field(world, admin):
    for change, status, pointer in (
        ({"name": " "}, 400, "/name"),
        ({"scope": "admin"}, 400, "/scope"),
        ({"last_day": "2026-11-20"}, 422, "/last_day"),
        ({"last_day": "2037-01-01"}, 422, "/last_day"),
        ({"last_day": "9999-12-31"}, 400, "/last_day"),
        ({"allowed_addresses": ["10.0.0.0/40"]}, 422, "/allowed_addresses"),
        ({"allowed_addresses": ["fe80::1%eth0"]}, 422, "/allowed_addresses"),
        ({"allowed_addresses": ["a\0"]}, 400, "/allowed_addresses/0"),
        ({"expires_at": "2026-12-31T00:00:00Z"}, 400, "/expires_at"),
    ):
        answer = admin.post("tokens", {**BODY, **change})
        assert (answer.status_code, pointers(answer)) == (status, [pointer]), change
    left_out = {name: value for name, value in BODY.items() if name != "last_day"}
    assert pointers(admin.post("tokens", left_out)) == ["/last_day"]
    assert not ApiToken.objects.exists()


def test_tokens_are_listed_by_state_in_as_many_queries_however_many_there_are(
    world, admin, django_assert_num_queries
):
    issued(world, "Live")
    admin.get("tokens")  # the first use of a session is written down
    with django_assert_num_queries(4):  # session, person, membership, tokens
        assert len(admin.get("tokens").json()["results"]) == 1
    issued(world, "Over", expires_at=NOW + HOUR)
    gone = issued(world, "Gone").token
    admin.post(f"tokens/{gone.pk}/revoke")
    with time_machine.travel(NOW + 2 * HOUR, tick=False):
        admin.get("tokens")
        with django_assert_num_queries(4) as sent:
            rows = admin.get("tokens").json()["results"]
        assert not any("secret_hash" in query["sql"] for query in sent.captured_queries)
        assert [(row["name"], row["state"]) for row in rows] == [
            ("Gone", "revoked"),
            ("Over", "expired"),
            ("Live", "live"),
        ]
        for state, name in (("revoked", "Gone"), ("expired", "Over"), ("live", "Live")):
            assert [row["name"] for row in admin.get(f"tokens?state={state}").json()["results"]] == [name]
        assert [row["name"] for row in admin.get("tokens?q=ov&scope=read").json()["results"]] == ["Over"]
        only = admin.get("tokens?fields=state,token&sort=name").json()["results"]
        assert [set(row) for row in only] == [{"id", "state", "token"}] * 3


def test_the_page_and_the_endpoint_leave_the_same():
    paged, asked = World(time_zone="Asia/Tokyo"), World(time_zone="Asia/Tokyo")
    client = client_of(paged.member(Role.ADMIN))
    sent = {**BODY, "ends": "day", "allowed_addresses": "203.0.113.7"}
    assert client.post(reverse("api-token-add", args=[paged.brand.slug]), sent).status_code == 200
    caller = person(asked, Role.ADMIN)
    made = caller.post("tokens", BODY).json()
    row = ApiToken.objects.get(brand=paged.brand)
    client.post(reverse("api-token-revoke", args=[paged.brand.slug, row.pk]))
    caller.post(f"tokens/{made['id']}/revoke")
    secret = {"public", "secret_hash"}
    both = [
        ApiToken.objects.filter(brand=world.brand)
        .values(*[field.name for field in ApiToken._meta.concrete_fields if field.name not in _OWN | secret])
        .get()
        for world in (paged, asked)
    ]
    assert both[0] == both[1]
    assert left_in(paged.brand)[1] == left_in(asked.brand)[1]
    said = [changes(world.brand, "token.issued")[0][1] for world in (paged, asked)]
    assert {**said[0], "token": ""} == {**said[1], "token": ""}


_OWN = {"id", "brand", "created_by"}
