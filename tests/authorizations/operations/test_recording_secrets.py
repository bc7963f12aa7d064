"""A code that arrives is a secret: nothing anywhere holds one in clear."""

import traceback

import pytest
from django.db import connection

from authorizations.models import AuthorizationCode
from authorizations.operations.recording import (
    CodeDraft,
    Outcome,
)
from authorizations.secrets import open_code, open_source_post_code
from brands.models import AuditEntry
from sparktrack.core.secrets import UndecryptableError
from sparktrack.tiktok.codes import MaskedCode
from tests.audit import changes, entries
from tests.authorizations.recordingdesk import START, record
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return World(time_zone="America/New_York", tracks_rights=False)


CANARY = "#canaryCANARYcanary" + "Z" * 41 + "k2Y="
SOURCE_CANARY = "#sourceSOURCEsource" + "Y" * 41 + "q9X="


@pytest.fixture
def canary(world):
    """A code with a source-post code, recorded, repeated and extended."""
    post = world.post()
    draft = {"starts_at": START, "source_post_code": f" {SOURCE_CANARY} "}
    (answer,) = record(world, CodeDraft(post, CANARY, window_days=30, **draft))
    record(world, CodeDraft(post, CANARY, window_days=60, **draft))
    return AuthorizationCode.objects.get(pk=answer.code.pk)


def test_both_codes_of_a_row_can_be_opened(canary):
    assert (open_code(canary), open_source_post_code(canary)) == (CANARY, SOURCE_CANARY)


def test_a_row_shows_the_ending_only(canary):
    assert str(canary) == "code ending k2Y="
    for shown in (repr(canary), str(vars(canary)), str(AuthorizationCode.objects.values().get())):
        assert "canary" not in shown
        assert "source" not in shown.replace("source_post", "").replace("end_source", "")


def test_a_draft_does_not_show_its_codes(world):
    draft = CodeDraft(world.post(), CANARY, starts_at=START, window_days=30, source_post_code=SOURCE_CANARY)
    assert "canary" not in repr(draft)
    assert "SOURCE" not in repr(draft)


def test_the_audit_names_the_ending_only(canary, world):
    kept = str(list(AuditEntry.objects.values()))
    assert "canary" not in kept
    assert "SOURCE" not in kept
    assert changes(world.brand, "code.recorded") == [
        (
            {},
            {
                "post": str(canary.post_id),
                "ending": "k2Y=",
                "starts_at": "2026-11-01T09:30:00+00:00",
                "expires_at": "2026-12-01T09:30:00+00:00",
                "window_days": 30,
                "end_source": "computed",
                "supersedes": None,
            },
        )
    ]
    assert entries(world.brand, "code.recorded")[0].object_label == "code ending k2Y="


def test_no_value_in_the_database_holds_a_code(canary):
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            for row in cursor.fetchall():
                for value in row:
                    content = bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
                    assert b"canary" not in content
                    assert b"SOURCE" not in content


def test_a_row_that_is_copied_to_another_brand_or_post_code_does_not_decrypt(canary):
    other = World()
    canary.brand = other.brand
    for opened in (open_code, open_source_post_code):
        with pytest.raises(UndecryptableError):
            opened(canary)


def test_a_ciphertext_does_not_open_under_another_fingerprint_or_as_the_other_code(canary):
    swapped = AuthorizationCode(
        brand=canary.brand,
        fingerprint=canary.fingerprint,
        key_id=canary.key_id,
        ciphertext=canary.source_post_ciphertext,
        source_post_key_id=canary.key_id,
        source_post_ciphertext=canary.ciphertext,
    )
    moved = AuthorizationCode(
        brand=canary.brand, fingerprint="0" * 64, key_id=canary.key_id, ciphertext=canary.ciphertext
    )
    for attempt in (
        lambda: open_code(moved),
        lambda: open_code(swapped),
        lambda: open_source_post_code(swapped),
    ):
        with pytest.raises(UndecryptableError) as refused:
            attempt()
        assert "canary" not in "".join(traceback.format_exception(refused.value))


def test_a_refused_source_post_code_writes_nothing(world):
    with pytest.raises(MaskedCode):
        record(
            world,
            CodeDraft(world.post(), CANARY, starts_at=START, window_days=30, source_post_code="…q9X="),
        )
    assert not AuthorizationCode.objects.exists()


def test_a_source_post_code_that_comes_later_is_kept_beside_the_code(world):
    post = world.post()
    draft = {"starts_at": START, "window_days": 30}
    (first,) = record(world, CodeDraft(post, CANARY, **draft))
    for source in (SOURCE_CANARY, SOURCE_CANARY, "", "#another"):
        (again,) = record(world, CodeDraft(post, CANARY, source_post_code=source, **draft))
        assert (again.outcome, again.code) == (Outcome.REPEATED, first.code)
        row = AuthorizationCode.objects.get()
        assert (open_code(row), open_source_post_code(row)) == (CANARY, source or SOURCE_CANARY)
    noted = entries(world.brand, "code.source_post_code_kept")
    assert [(entry.object_id, entry.before, entry.after) for entry in noted] == [(first.code.pk, {}, {})] * 2


def test_one_call_may_bring_the_source_post_code_after_the_code(world):
    post = world.post()
    draft = {"starts_at": START, "window_days": 30}
    record(
        world,
        CodeDraft(post, CANARY, **draft),
        CodeDraft(post, CANARY, source_post_code=SOURCE_CANARY, **draft),
    )
    assert open_source_post_code(AuthorizationCode.objects.get()) == SOURCE_CANARY
