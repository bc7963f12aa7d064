"""Disk full, a database that may only be read, servers that are away: 503 in plain words, and nothing half-written."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import redis
from django.db import DatabaseError, OperationalError, connection, transaction

from authorizations.models import AuthorizationCode, PostGap
from authorizations.operations.recording import CodeDraft, record_codes
from brands.models import AuditEntry
from campaigns.models import ImportRun
from sparktrack.core.outages import AWAY, FULL, READ_ONLY, outage_words
from tests import servers
from tests.campaigns.importdesk import Pages, tsv
from tests.world import DAY, NOW, World, spark_code

SHEET = tsv(*([f"maker{number}", "Title " + "x" * 200] for number in range(400)))


def run(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


@contextmanager
def no_room() -> Iterator[None]:
    """SQLite may not grow by a page (that is a full disk to it); PostgreSQL says what it says then, late in a write."""
    if connection.vendor == "sqlite":
        run("VACUUM", "PRAGMA max_page_count = 1")  # it never goes below what there is
        try:
            yield
        finally:
            run("PRAGMA max_page_count = 1073741823")
        return
    run(
        "CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END $$",
        "CREATE TRIGGER no_room BEFORE INSERT ON brands_auditentry EXECUTE FUNCTION no_room()",
    )
    try:
        yield
    finally:
        run("DROP TRIGGER no_room ON brands_auditentry", "DROP FUNCTION no_room")


@contextmanager
def read_only() -> Iterator[None]:
    on, off = {
        "sqlite": ("PRAGMA query_only = 1", "PRAGMA query_only = 0"),
        "postgresql": ("SET default_transaction_read_only = on", "SET default_transaction_read_only = off"),
    }[connection.vendor]
    run(on)
    try:
        yield
    finally:
        run(off)


FAULTS = pytest.mark.parametrize(
    ("fault", "words"), [(no_room, FULL), (read_only, READ_ONLY)], ids=["full", "read-only"]
)


@FAULTS
@pytest.mark.django_db(transaction=True)
def test_a_sheet_that_cannot_be_kept_is_answered_in_words_and_comes_in_later(fault, words):
    desk = Pages(World())
    before = AuditEntry.objects.count()
    with fault():
        response = desk.upload(SHEET)
    page = response.content.decode()
    assert response.status_code == 503
    assert response["Retry-After"] == "60"
    assert words in page
    assert "request_id" not in page
    assert not ImportRun.objects.exists()
    assert AuditEntry.objects.count() == before
    assert desk.upload(SHEET).status_code == 302
    assert ImportRun.objects.count() == 1


@FAULTS
@pytest.mark.django_db(transaction=True)
def test_codes_are_recorded_all_or_none(fault, words):
    world = World()
    posts = [world.post() for _ in range(3)]
    drafts = [
        CodeDraft(post, code=spark_code(), starts_at=NOW - DAY, window_days=30)
        for post in posts
        for _ in range(30)
    ]
    gaps, entries = set(PostGap.objects.values_list("pk", "starts_at")), AuditEntry.objects.count()
    with fault():
        with pytest.raises(DatabaseError) as failed:
            record_codes(drafts=drafts, **world.by)
        assert outage_words(failed.value) == words
    assert not AuthorizationCode.objects.exists()
    assert set(PostGap.objects.values_list("pk", "starts_at")) == gaps
    assert AuditEntry.objects.count() == entries
    record_codes(drafts=drafts, **world.by)
    assert AuthorizationCode.objects.count() == len(drafts)


@FAULTS
@pytest.mark.django_db(transaction=True)
def test_a_page_that_writes_nothing_can_be_read_meanwhile(fault, words):
    desk = Pages(World())
    assert desk.client.get(desk.url("board")).status_code == 200
    with fault():
        assert desk.client.get(desk.url("board")).status_code == 200


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), FULL),
        (OSError(errno.EROFS, "Read-only file system"), READ_ONLY),
        (FileNotFoundError(errno.ENOENT, "No such file"), ""),
        (redis.ConnectionError("canary"), AWAY),
        (redis.ResponseError("canary"), ""),
        (OperationalError("canary"), ""),
        (RuntimeError("canary"), ""),
        (None, ""),
    ],
)
def test_what_is_an_outage_and_what_a_bug(error, words):
    assert outage_words(error) == words


def test_what_an_error_was_raised_from_counts_unless_it_was_hidden():
    full = OSError(errno.ENOSPC, "No space left on device")

    def fail(*, hidden):
        try:
            raise full
        except OSError:
            if hidden:
                raise RuntimeError from None
            raise RuntimeError  # noqa: B904 - what careless code does

    with pytest.raises(RuntimeError) as open_error:
        fail(hidden=False)
    assert outage_words(open_error.value) == FULL
    with pytest.raises(RuntimeError) as hidden_error:
        fail(hidden=True)
    assert outage_words(hidden_error.value) == ""


@pytest.mark.django_db
def test_a_wrong_query_is_a_bug():
    with pytest.raises(DatabaseError) as failed, transaction.atomic():
        run("SELECT nothing FROM no_such_table")
    assert outage_words(failed.value) == ""


def test_a_postgresql_that_is_away_is_an_outage():
    import psycopg2

    with pytest.raises(psycopg2.OperationalError) as failed:
        psycopg2.connect(host="127.0.0.1", port=servers.free_port(), user="x", connect_timeout=1)
    assert outage_words(failed.value) == AWAY
