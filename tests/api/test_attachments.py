"""``attachments`` of the API: links and files on things of the brand; kept as pages keep them, and for good."""

import base64
import hashlib
import json
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from authorizations.operations.requests import RequestDraft, request_codes
from brands.enums import Role, TokenScope
from brands.models import Attachment
from brands.operations import attachments
from tests.api.parity import left_in
from tests.api.scripts import person, script
from tests.world import World, client_of

pytestmark = pytest.mark.django_db

TEXT = b"Yes, use it for ads."


@pytest.fixture
def world(time_machine, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    world = World()
    time_machine.move_to(world.now, tick=False)
    return world


@pytest.fixture
def caller(world):
    # The API is loaded before a test says that files are smaller.
    assert reverse("api-attachments")
    return script(world)


def on(row, kind="post"):
    return {"subject_kind": kind, "subject_id": str(row.pk)}


def file(content=TEXT, name="consent.txt"):
    return {"name": name, "content": base64.b64encode(content).decode()}


def pointer(answer, status):
    assert answer.status_code == status, answer.content
    (error,) = answer.json()["errors"]
    return error["pointer"]


def test_a_file_is_kept_with_its_hash_and_handed_out_by_the_page(world, caller):
    post = world.post()
    answer = caller.post("attachments", {**on(post), **file()})
    row = Attachment.objects.get()
    page = reverse("attachment", args=[world.brand.slug, row.pk])
    assert answer.status_code == 201
    assert (
        answer.json()
        == caller.get(f"attachments/{row.pk}").json()
        == {
            "id": str(row.pk),
            **on(post),
            "is_file": True,
            "name": "consent.txt",
            "link": "",
            "download": f"http://127.0.0.1:8000{page}",
            "sha256": hashlib.sha256(TEXT).hexdigest(),
            "added_by": None,
            "added_at": "2026-11-21T14:05:00Z",
        }
    )
    handed = client_of(world.member(Role.BUYER)).get(page)
    assert b"".join(handed.streaming_content) == TEXT


def test_a_link_is_kept_on_each_kind_of_thing(world, caller):
    post = world.post()
    code = world.code(post, world.now)
    right = world.right(world.day(0), post=post)
    (asked,) = request_codes(drafts=[RequestDraft(world.post(), 30)], **world.by)
    member = world.member(Role.MANAGER)
    for row, kind in ((post, "post"), (code, "code"), (right, "right"), (asked, "request")):
        answer = person(world).post("attachments", {**on(row, kind), "link": "https://drive.example/x"})
        assert answer.status_code == 201, answer.json()
        assert (answer.json()["name"], answer.json()["download"]) == ("drive.example", None)
    found = caller.get(f"attachments?subject_kind=code&subject_id={code.pk}").json()["results"]
    assert [each["subject_id"] for each in found] == [str(code.pk)]
    assert found[0]["added_by"] != str(member.pk)
    assert caller.get("attachments?sort=oldest&q=drive").json()["results"][0]["subject_kind"] == "post"


@pytest.mark.once
def test_what_is_not_kept_is_named(world, caller, monkeypatch):
    post, theirs = world.post(), World().post()
    monkeypatch.setattr(attachments, "MAX_FILE_BYTES", len(TEXT))
    link = {"link": "https://a.example"}
    for body, at, status in (
        (on(post), "", 400),
        ({**on(post), **file(), **link}, "", 400),
        ({**on(post), "content": file()["content"]}, "/name", 400),
        ({**on(post), **file(), "content": "not base64"}, "/content", 400),
        ({**on(post), **file(), "content": 5}, "/content", 400),
        ({**on(post), **file(), "content": "é"}, "/content", 400),
        ({**on(post), **file(name="run.html")}, "/content", 422),
        ({**on(post), **file(TEXT + b"!")}, "/content", 422),
        ({**on(post), "link": "javascript:alert(1)"}, "/link", 422),
        ({**on(theirs), **link}, "/subject_id", 400),
        ({**on(post, "right"), **link}, "/subject_id", 400),
        ({**on(post, "flight"), **link}, "/subject_kind", 400),
        ({**on(post), **link, "sha256": "x"}, "/sha256", 400),
    ):
        assert pointer(caller.post("attachments", body), status) == at, body
    assert not Attachment.objects.exists()


@pytest.mark.once
def test_a_file_may_be_larger_than_other_bodies_but_not_than_files_are(world, caller, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    post = world.post()
    assert caller.post("attachments", {**on(post), **file(TEXT * 20)}).status_code == 201
    # A body that could hold 20 MB; one that says more is not read.
    headers = {"authorization": caller._client.defaults["HTTP_AUTHORIZATION"]}
    too_much = b'"' + b"A" * (28 * 1024 * 1024) + b'"'
    answer = caller._client.generic(
        "POST", "/api/v1/attachments", too_much, "application/json", headers=headers
    )
    assert answer.status_code == 413


@pytest.mark.once
def test_names_and_addresses_are_for_those_who_may_read_fees(world, caller):
    post = world.post()
    caller.post("attachments", {**on(post), **file(name="Contract 900 EUR.pdf")})
    for reader in (person(world, Role.VIEWER), script(world, TokenScope.READ)):
        answer = reader.get("attachments")
        (row,) = answer.json()["results"]
        assert {"name", "link", "download"} & set(row) == set()
        assert row["is_file"] is True
        assert "900" not in answer.content.decode()
        assert reader.get("attachments?q=900").status_code == 400
        assert reader.post("attachments", {**on(post), "link": "https://a.example"}).status_code == 403
    assert person(world, Role.BUYER).get("attachments?q=900").json()["results"][0]["name"]


def test_evidence_is_neither_changed_nor_deleted_nor_seen_by_others(world, caller):
    pk = caller.post("attachments", {**on(world.post()), **file()}).json()["id"]
    for answer in (caller.patch(f"attachments/{pk}", {"name": "x"}), caller.delete(f"attachments/{pk}")):
        assert answer.status_code == 405
    other = script(World())
    assert other.get(f"attachments/{pk}").status_code == 404
    assert other.get("attachments").json()["results"] == []


@pytest.mark.once
def test_page_and_endpoint_leave_the_same(world, time_machine):
    api = World()
    ours, theirs = world.post(title="Glow"), api.post(title="Glow")
    member = world.member(Role.MANAGER)
    client, caller = client_of(member), person(api, Role.MANAGER)
    address = reverse("post-evidence", args=[world.brand.slug, ours.pk])
    page = {"on": "post", "link": "https://a.example/x", "link_name": "Contract"}
    assert client.post(address, page).status_code == 302
    assert (
        client.post(address, {"on": "post", "proofs": SimpleUploadedFile("consent.txt", TEXT)}).status_code
        == 302
    )
    caller.post("attachments", {**on(theirs), "link": "https://a.example/x", "name": "Contract"})
    caller.post("attachments", {**on(theirs), **file()})
    columns = ("subject_kind", "link", "name", "sha256", "added_at")
    rows = [
        list(Attachment.objects.for_brand(each.brand).order_by("pk").values_list(*columns))
        for each in (world, api)
    ]
    assert rows[0] == rows[1]
    (_, told), (_, retold) = (left_in(each.brand) for each in (world, api))
    kept = [entry for entry in told if entry[0].startswith("attachment")]
    assert kept == [entry for entry in retold if entry[0].startswith("attachment")]
    assert len(kept) == 2


def content(answer):
    """What was sent piece by piece, as JSON."""
    sent = b"".join(answer)
    assert (answer.status_code, answer["Content-Length"]) == (200, str(len(sent)))
    return json.loads(sent)


def test_the_content_of_a_file_comes_back_as_it_was_sent(world, caller):
    post = world.post()
    for size in (1, 2, 3, 65_536, 200_001):
        sent = file(bytes(range(256)) * (size // 256) + b"x" * (size % 256), name='Chat "ü".txt')
        pk = caller.post("attachments", {**on(post), **sent}).json()["id"]
        answer = caller.get(f"attachments/{pk}/content")
        assert answer["Cache-Control"] == "no-store, private"
        assert answer["Content-Type"] == "application/json"
        assert "RateLimit" in answer.headers
        row = Attachment.objects.get(pk=pk)
        assert content(answer) == {
            "id": pk,
            "name": 'Chat "ü".txt',
            "media_type": "text/plain",
            "sha256": row.sha256,
            "size": size,
            "content": sent["content"],
        }
    assert content(person(world, Role.BUYER).get(f"attachments/{pk}/content"))["size"] == size
    for reader in (person(world, Role.VIEWER), script(world, TokenScope.READ)):
        assert reader.get(f"attachments/{pk}/content").status_code == 403
    assert script(World()).get(f"attachments/{pk}/content").status_code == 404
    assert caller.get(f"attachments/{pk}/content?fields=name").status_code == 400


def test_a_link_a_file_that_is_gone_and_a_store_that_is_away_are_told_apart(world, caller):
    post = world.post()
    link = caller.post("attachments", {**on(post), "link": "https://a.example"}).json()["id"]
    pk = caller.post("attachments", {**on(post), **file()}).json()["id"]
    answer = caller.get(f"attachments/{link}/content")
    assert (answer.status_code, answer.json()["detail"]) == (404, "That is a link, not a file.")
    stored = Path(Attachment.objects.get(pk=pk).file.path)
    stored.unlink()
    answer = caller.get(f"attachments/{pk}/content")
    assert (answer.status_code, answer.json()["detail"]) == (404, "The file is not in the store any more.")
    # A folder in its place cannot be opened, whoever asks.
    stored.mkdir()
    answer = caller.get(f"attachments/{pk}/content")
    assert (answer.status_code, answer["Retry-After"]) == (503, "60")
