"""Who may call the API, in which brand, and what they may do there."""

import pytest
from django.test import Client

from brands.enums import Role, TokenScope
from brands.models import ApiToken
from brands.operations.edits import locked
from brands.operations.tokens import revoke_tokens
from creators.models import Creator
from tests.api.scripts import ROOT, Caller, person, script
from tests.audit import entries
from tests.world import DAY, World, client_of

pytestmark = [pytest.mark.django_db, pytest.mark.once]

NEW = {"handle": "maya"}


@pytest.fixture
def world():
    return World()


def problem(answer, status):
    """The body of a problem of this status, whose members are as RFC 9457 has them."""
    body = answer.json()
    assert answer.status_code == status == body["status"], body
    assert answer["Content-Type"] == "application/problem+json"
    assert body["type"] == "about:blank"
    assert body["title"]
    assert body["detail"]
    assert body["request_id"] == answer["X-Request-ID"]
    return body


def test_nobody_reads_or_writes_without_a_token_that_counts(world):
    tokens = ("Bearer", "Bearer stk_nothing", "Bearer stk_00000000_11111111", "Basic YTpi", "Bearer \xe9")
    for headers in ({}, *({"authorization": text} for text in tokens)):
        caller = Caller(Client(headers=headers))
        for answer in (caller.get("creators"), caller.post("creators", NEW), caller.get("creators?brand=x")):
            problem(answer, 401)
            assert answer["WWW-Authenticate"] == 'Bearer realm="sparktrack"'
    assert not Creator.objects.exists()


def test_a_token_that_is_revoked_while_its_request_waits_does_nothing(world, monkeypatch):
    caller, token = script(world), ApiToken.objects.get()

    def waited(brand):
        revoke_tokens(tokens=[token], **world.by)
        return locked(brand)

    monkeypatch.setattr("sparktrack.api.keeping.locked", waited)
    answer = caller.post("creators", NEW)
    assert problem(answer, 401)["detail"] == "This token is not valid."
    assert answer["WWW-Authenticate"] == 'Bearer realm="sparktrack"'
    assert not Creator.objects.exists()


def test_a_token_knows_its_brand_and_opens_no_other(world):
    other = World()
    mine, theirs = world.creator(), other.creator()
    caller = script(world)
    assert [row["id"] for row in caller.get("creators").json()["results"]] == [str(mine.pk)]
    assert caller.get(f"creators?brand={world.brand.slug}").status_code == 200
    assert problem(caller.get(f"creators?brand={other.brand.slug}"), 404)["detail"] == (
        "This token is of another brand."
    )
    problem(caller.get(f"creators/{theirs.pk}"), 404)
    problem(caller.get(f"creators/{theirs.pk}?brand={other.brand.slug}"), 404)


def test_a_person_says_which_brand(world):
    other = World()
    world.creator("maya")
    client = client_of(world.member(Role.VIEWER))
    (error,) = problem(Caller(client).get("creators"), 400)["errors"]
    assert error["parameter"] == "brand"
    rows = Caller(client, world.brand.slug).get("creators").json()["results"]
    assert [row["handle"] for row in rows] == ["maya"]
    for slug in (other.brand.slug, "nobody", "%00", "x%00", "", "%ED%A0%80"):
        assert problem(Caller(client).get(f"creators?brand={slug}"), 404)["detail"] == (
            "No brand of yours is called so."
        )


def test_a_person_may_do_what_their_role_may(world):
    for role in Role:
        answer = person(world, role).post("creators", {"handle": f"of.{role}"})
        if role in {Role.VIEWER, Role.BUYER}:
            assert problem(answer, 403)["detail"] == "Your role or token does not allow this."
        else:
            assert answer.status_code == 201, answer.json()
    assert sorted(Creator.objects.values_list("handle", flat=True)) == ["of.admin", "of.manager"]


def test_a_token_that_reads_writes_nothing(world):
    caller, row = script(world, TokenScope.READ), world.creator("maya")
    assert caller.get("creators").status_code == 200
    for answer in (
        caller.post("creators", {"handle": "iris"}),
        caller.patch(f"creators/{row.pk}", {"display_name": "M"}),
        caller.delete(f"creators/{row.pk}"),
        caller.post("creators/bulk", [NEW]),
        caller.patch("creators/bulk", [{"id": str(row.pk)}]),
        caller.delete("creators/bulk", [{"id": str(row.pk)}]),
    ):
        problem(answer, 403)
    assert Creator.objects.get().display_name == ""


def test_a_session_writes_with_a_csrf_token_only(world):
    client = client_of(world.member(Role.MANAGER), enforce_csrf_checks=True)
    caller = Caller(client, world.brand.slug)
    assert caller.get("creators").status_code == 200
    assert "CSRF" in problem(caller.post("creators", NEW), 403)["detail"]
    assert not Creator.objects.exists()


def test_a_token_beside_a_session_is_what_counts(world):
    other = World()
    client = client_of(other.member(Role.ADMIN))
    client.defaults.update(script(world)._client.defaults)
    assert Caller(client).post("creators", NEW).status_code == 201
    assert Creator.objects.get().brand == world.brand


def test_a_token_ends_with_its_time(world, time_machine):
    time_machine.move_to(world.now, tick=False)
    caller = script(world)
    assert caller.get("creators").status_code == 200
    ApiToken.objects.for_brand(world.brand).update(expires_at=world.now + DAY)
    time_machine.move_to(world.now + DAY, tick=False)
    problem(caller.get("creators"), 401)


def test_who_did_it_stands_in_the_audit_with_the_id_of_the_request(world):
    given = {"x_request_id": "nightly-2026-11-21"}
    answer = script(world).post("creators", NEW, **given)
    assert answer["X-Request-ID"] == "nightly-2026-11-21"
    (entry,) = entries(world.brand, "creator.added")
    assert (entry.actor_kind, entry.actor_label, entry.request_id, entry.ip) == (
        "token",
        "token write script",
        "nightly-2026-11-21",
        "127.0.0.1",
    )
    member = world.member(Role.MANAGER, email="tomas@example.com")
    answer = Caller(client_of(member), world.brand.slug).post("creators", {"handle": "iris"})
    entry = entries(world.brand, "creator.added")[-1]
    assert (entry.actor_kind, entry.actor_id) == ("user", str(member.pk))
    assert entry.request_id == answer["X-Request-ID"]


def test_whatever_is_not_there_is_a_problem_too(world):
    for path in ("", "nothing", "creators/", "creators/nothing", "creators/bulk/"):
        for answer in (script(world).get(path), Client().get(f"{ROOT}/{path}")):
            problem(answer, 404)
