"""How one row is written: bodies, versions, refusals, protected deletes. Creators stand for all resources."""

import json

import pytest
from django.test import Client

from brands.enums import Role
from brands.operations.edits import Edit
from creators.models import Creator
from creators.operations import edit_creators
from tests.api.scripts import ROOT, person, script
from tests.audit import entries
from tests.world import World

pytestmark = pytest.mark.django_db

JSON = "application/json"


@pytest.fixture
def world():
    return World()


@pytest.fixture
def caller(world):
    return script(world)


def send(caller, content, content_type=JSON, path="creators", **headers):
    """POST these very bytes."""
    return caller._client.generic("POST", f"{ROOT}/{path}", content, content_type, headers=headers)


def pointers(answer, status=400):
    """Where something is wrong, in order."""
    assert answer.status_code == status, answer.content
    return [error["pointer"] for error in answer.json()["errors"]]


# --- Bodies ----------------------------------------------------------------------------------------------------------
def test_a_row_is_added_and_says_where_it_is(world, caller):
    answer = caller.post("creators", {"handle": " @Maya "})
    row = Creator.objects.get()
    assert (answer.status_code, row.handle, row.brand) == (201, "maya", world.brand)
    assert answer["Location"] == f"{ROOT}/creators/{row.pk}"
    again = caller.get(answer["Location"].removeprefix(f"{ROOT}/"))
    assert again.json() == answer.json()
    assert again["ETag"] == answer["ETag"]


def test_a_field_that_there_is_none_of_or_that_nobody_may_set_is_named(world, caller):
    other = World()
    values = {
        "brand": str(other.brand.pk),
        "id": "x",
        "created_at": "2026-01-01T00:00:00Z",
        "former_handles": ["a"],
    }
    assert pointers(caller.post("creators", {"handle": "maya", **values})) == [
        f"/{name}" for name in sorted(values)
    ]
    assert not Creator.objects.exists()
    row = world.creator("maya")
    assert pointers(caller.patch(f"creators/{row.pk}", {"a/b~c": 1})) == ["/a~1b~0c"]


@pytest.mark.once
def test_bodies_are_strict_about_types(world, caller):
    wrong = {
        "handle": ["", " ", 5, True, None, [], {}, "a b", "x" * 301, "a\0b", "\ud800"],
        "display_name": [5, None, "x" * 121, "a\0b", "\ud800"],
        "email": ["maya", "maya@", 5, None, f"{'x' * 250}@example.com"],
        "country": ["USA", "1", "é1", "ÅÄ", None],
        "time_zone": ["Berlin", "europe/berlin", "../etc", "\0", 5],
        "tags": ["a", [1], ["x" * 61], [None], {"a": 1}, ["a"] * 51],
        "own_account": ["true", 1, None, "yes"],
        "manager": ["x", 5, [], "0199b5a2-0000-7000-8000-000000000000"],
    }
    for name, values in wrong.items():
        for value in values:
            places = pointers(caller.post("creators", {"handle": "maya", name: value}))
            assert all(place.startswith(f"/{name}") for place in places), (name, value, places)
    assert not Creator.objects.exists()


@pytest.mark.once
def test_only_json_is_read_and_only_json_is_given(caller):
    for content_type in (
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "x",
    ):
        answer = send(caller, b'{"handle": "maya"}', content_type)
        assert (answer.status_code, answer["Content-Type"]) == (415, "application/problem+json")
    for accepted in ("text/html", "application/xml", "image/*;q=0.5"):
        answer = caller.get("creators", accept=accepted)
        assert (answer.status_code, answer["Content-Type"]) == (406, "application/problem+json")
    for accepted in ("*/*", "application/*", "text/html, application/json;q=0.1", JSON):
        assert caller.get("creators", accept=accepted).status_code == 200
    assert not Creator.objects.exists()


@pytest.mark.once
def test_a_body_that_is_no_object_in_json_is_refused(caller):
    deep = b"[" * 100_000
    for content in (b"", b"{", b"nothing", b"[]", b"5", b'"a"', b"null", b'{"handle": NaN}', b"\xff{}", deep):
        answer = send(caller, content)
        assert answer.status_code == 400, content[:20]
        assert answer.json()["detail"]
    long = b'{"handle": "maya", "notes": ' + b"9" * 5000 + b"}"
    assert send(caller, long).status_code == 400
    # Whatever its charset is said to be, JSON is in UTF-8.
    for charset in ("latin-1", "utf-16", "zlib", "nothing"):
        answer = send(
            caller, '{"handle": "maya", "display_name": "Máya"}'.encode(), f"{JSON}; charset={charset}"
        )
        assert answer.json()["display_name"] == "Máya"
        Creator.objects.all().delete()


@pytest.mark.once
def test_a_body_larger_than_what_is_read_is_refused(caller, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    assert send(caller, json.dumps({"handle": "maya"})).status_code == 201
    answer = send(caller, json.dumps({"handle": "iris", "notes": "x" * 100}))
    assert (answer.status_code, answer.json()["detail"]) == (413, "Send at most 100 bytes at once.")


@pytest.mark.once
def test_a_method_that_an_address_does_not_have(world, caller):
    row = world.creator()
    client: Client = caller._client
    for method, path in (("patch", "creators"), ("delete", "creators"), ("post", f"creators/{row.pk}")):
        answer = getattr(caller, method)(path, {})
        assert (answer.status_code, answer["Content-Type"]) == (405, "application/problem+json")
        assert method.upper() not in answer["Allow"]
    for method in ("put", "options", "trace"):
        assert getattr(client, method)(f"{ROOT}/creators").status_code == 405
    assert Creator.objects.get() == row


# --- Versions --------------------------------------------------------------------------------------------------------
def test_a_change_is_made_to_what_the_caller_saw(world, caller):
    row = world.creator("maya")
    path = f"creators/{row.pk}"
    seen = caller.get(path)["ETag"]
    changed = caller.patch(path, {"display_name": "Maya"}, if_match=seen)
    assert (changed.status_code, changed.json()["display_name"]) == (200, "Maya")
    assert changed["ETag"] == caller.get(path)["ETag"] != seen
    late = caller.patch(path, {"display_name": "M."}, if_match=seen)
    assert late.status_code == 412
    assert late.json()["current"] == changed.json()
    # What the answer names is enough to try again.
    again = caller.patch(path, {"display_name": "M."}, if_match=late["ETag"])
    assert (again.status_code, again.json()["display_name"]) == (200, "M.")
    assert caller.patch(path, {"display_name": "Maya"}, if_match=f'"x", {seen}').status_code == 400


def test_what_somebody_changed_on_a_page_is_not_overwritten(world, caller):
    row = world.creator("maya")
    path = f"creators/{row.pk}"
    seen = caller.get(f"{path}?fields=handle")["ETag"]
    edit_creators(edits=[Edit(row, {"notes": "Prefers mail"})], **world.by)
    for answer in (caller.patch(path, {"notes": ""}, if_match=seen), caller.delete(path, if_match=seen)):
        assert answer.status_code == 412
        assert answer.json()["current"]["notes"] == "Prefers mail"
    fresh = caller.get(path)["ETag"]
    assert caller.patch(path, {}, if_match=f"{seen}, {fresh}").status_code == 200
    assert caller.patch(path, {}, if_match="*").status_code == 200
    assert caller.delete(path, if_match=f"W/{fresh}").status_code == 204
    assert not Creator.objects.exists()


def test_the_version_that_is_not_there_any_more_shows_no_more_than_the_caller_may_see(world):
    row = world.creator("maya", details={"notes": "Prefers mail"})
    answer = person(world, Role.MANAGER).patch(f"creators/{row.pk}", {}, if_match='"0123456789abcdef"')
    assert answer.json()["current"]["notes"] == "Prefers mail"
    viewer = person(world, Role.VIEWER).patch(f"creators/{row.pk}", {}, if_match='"0123456789abcdef"')
    assert viewer.status_code == 403
    assert "mail" not in viewer.content.decode()


# --- Refusals --------------------------------------------------------------------------------------------------------
def test_what_an_operation_refuses_points_at_its_field(world, caller):
    world.creator("maya")
    answer = caller.post("creators", {"handle": "maya"})
    assert pointers(answer, 422) == ["/handle"]
    body = answer.json()
    assert {key: body[key] for key in ("type", "title", "status")} == {
        "type": "about:blank",
        "title": "Unprocessable Entity",
        "status": 422,
    }
    assert body["errors"][0]["code"] == "refused"
    assert body["detail"] == body["errors"][0]["detail"]
    assert Creator.objects.count() == 1


def test_a_row_of_another_brand_is_not_there(world, caller):
    theirs = World().creator("maya", details={"notes": "a canary"})
    path = f"creators/{theirs.pk}"
    for answer in (caller.get(path), caller.patch(path, {"notes": "x"}), caller.delete(path)):
        assert answer.status_code == 404
        assert "canary" not in answer.content.decode()
    theirs.refresh_from_db()
    assert theirs.notes == "a canary"
    stranger = World().member(Role.MANAGER)
    assert pointers(caller.post("creators", {"handle": "iris", "manager": str(stranger.pk)})) == ["/manager"]
    assert not entries(world.brand, "creator.added")


def test_what_others_need_is_not_deleted_and_they_are_named(world, caller):
    post = world.post(title="Glow")
    answer = caller.delete(f"creators/{post.creator_id}")
    assert answer.status_code == 409
    assert answer.json()["dependents"] == [{"type": "post", "id": str(post.pk), "name": "Glow"}]
    free = world.creator("iris")
    gone = caller.delete(f"creators/{free.pk}")
    assert (gone.status_code, gone.content) == (204, b"")
    assert caller.get(f"creators/{free.pk}").status_code == 404
    assert caller.delete(f"creators/{free.pk}").status_code == 404
    (entry,) = entries(world.brand, "creator.deleted")
    assert (entry.object_id, entry.object_label, entry.before) == (free.pk, "@iris", {"name": "@iris"})
