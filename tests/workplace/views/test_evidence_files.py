"""Attachments leave only as files to be saved, only to those who may read contracts, only within their brand."""

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse

from brands.enums import AttachmentSubject, Role
from brands.operations.attachments import Link, Subject, attach_files, attach_links
from tests.world import World, client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return World()


def attached(world, name="Vertrag – Ü.pdf", content=b"<script>alert(1)</script>"):
    subject = Subject(AttachmentSubject.POST, world.post().pk)
    return attach_files(subject=subject, files=[ContentFile(content, name=name)], **world.by)[0]


def address(world, row):
    return reverse("attachment", args=[world.brand.slug, row.pk])


def test_a_file_is_handed_out_to_be_saved_and_nothing_may_keep_it(world):
    row = attached(world)
    response = client_of(world.member(Role.BUYER)).get(address(world, row))
    assert b"".join(response.streaming_content) == b"<script>alert(1)</script>"
    assert response["Content-Type"] == "application/octet-stream"
    assert response["Content-Disposition"].startswith("attachment; filename*=utf-8''Vertrag")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == "no-store, private"


def test_viewers_strangers_and_other_brands_get_nothing(world):
    row, other = attached(world), World()
    assert client_of(world.member(Role.VIEWER)).get(address(world, row)).status_code == 403
    stranger = client_of(other.member(Role.ADMIN))
    assert stranger.get(address(world, row)).status_code == 404
    assert stranger.get(address(other, row)).status_code == 404
    assert client_of(world.member(Role.ADMIN)).post(address(world, row)).status_code == 405


def test_a_link_and_a_file_that_is_gone_are_not_there(world):
    subject = Subject(AttachmentSubject.POST, world.post().pk)
    (link,) = attach_links(subject=subject, links=[Link("https://docs.example/1")], **world.by)
    row, client = attached(world), client_of(world.member(Role.ADMIN))
    row.file.storage.delete(row.file.name)
    for each in (link, row):
        assert client.get(address(world, each)).status_code == 404
