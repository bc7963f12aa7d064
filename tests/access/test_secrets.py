"""A Spark code is nowhere in plain: no page, no log line, no audit entry, no byte of the database."""

import io
import logging
from pathlib import Path

import pytest
from django.db import connection

from authorizations.models import AuthorizationCode
from authorizations.secrets import open_code, open_source_post_code
from brands.enums import Role
from brands.models import AuditEntry
from sparktrack.core.clock import utc_now
from tests.access.crawl import crawl
from tests.access.everything import Everything
from tests.access.routes import routes, url_of
from tests.factories import UserFactory
from tests.world import client_of

CODE = "#CanaryCanaryCanary0123456789+/abcdefghijklmnopqrstuvwxyzABCDEFg="
# What would give it away: all of it, or a stretch that is longer than its ending.
PARTS = [CODE, CODE[1:20], CODE[20:40], CODE[40:60]]


@pytest.fixture
def logs():
    """All that is logged, before anything is redacted and as it is written."""
    raw, written = io.StringIO(), io.StringIO()
    root = logging.getLogger()
    handlers = [logging.StreamHandler(raw), logging.StreamHandler(written)]
    ours = next(handler for handler in root.handlers if type(handler) is logging.StreamHandler)
    handlers[1].setFormatter(ours.formatter)
    for handler in handlers:
        root.addHandler(handler)
    yield raw, written
    for handler in handlers:
        root.removeHandler(handler)


def given_away(text: str) -> list[str]:
    """The parts of the code that are in ``text``."""
    return [part for part in PARTS if part in text]


@pytest.mark.django_db
@pytest.mark.parametrize("role", [Role.VIEWER, Role.ADMIN])
def test_no_page_log_line_or_audit_entry_has_a_code(role, logs):
    world = Everything(now=utc_now(), code=CODE)
    starts = [url_of(route, world) for route in routes() if not route.is_admin]
    pages = crawl(client_of(world.people[role]), starts)
    full = pages[f"/b/{world.brand.slug}/posts/{world.full.pk}/"]
    assert f"code ending {CODE[-4:]}" in full
    assert not [url for url, page in pages.items() if given_away(page)]
    raw, written = logs
    assert "path=" in written.getvalue()
    assert not given_away(raw.getvalue())
    assert not given_away(written.getvalue())
    assert not [entry for entry in AuditEntry.objects.values_list() if given_away(str(entry))]


@pytest.mark.django_db
def test_no_page_of_the_admin_has_a_code(logs):
    world = Everything(now=utc_now(), code=CODE)
    client = client_of(UserFactory(is_staff=True, is_superuser=True))
    code = AuthorizationCode.objects.get(ending=CODE[-4:], brand=world.brand)
    base = "/admin/authorizations/authorizationcode/"
    for url in (base, f"{base}?q={CODE[-4:]}", f"{base}{code.pk}/change/", f"{base}{code.pk}/history/"):
        page = client.get(url, follow=True).content.decode()
        assert CODE[-4:] in page, url
        assert not given_away(page), url
        assert code.fingerprint not in page, url
    assert not given_away(logs[0].getvalue())


@pytest.mark.django_db
def test_a_code_in_an_address_is_not_logged(logs):
    world = Everything(now=utc_now())
    client = client_of(world.people[Role.BUYER])
    quoted = CODE.replace("#", "%23").replace("+", "%2B").replace("=", "%3D")
    client.get(f"/b/{world.brand.slug}/?q={quoted}")
    client.get(f"/b/{world.brand.slug}/posts/{quoted}/")
    _, written = logs
    assert "path=" in written.getvalue()
    assert not given_away(written.getvalue())


@pytest.mark.django_db(transaction=True)
def test_the_database_holds_no_code_in_plain():
    world = Everything(now=utc_now(), code=CODE)
    code = AuthorizationCode.objects.get(ending=CODE[-4:], brand=world.brand)
    assert open_code(code) == CODE
    other = AuthorizationCode.objects.exclude(source_post_ciphertext=None).first()
    source = open_source_post_code(other) if other else ""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            for row in cursor.fetchall():
                content = b"\n".join(_bytes(value) for value in row)
                assert not [part for part in [*PARTS, source] if part and part.encode() in content], table
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        content = Path(str(connection.settings_dict["NAME"])).read_bytes()
        assert world.brand.slug.encode() in content
        assert not [part for part in PARTS if part.encode() in content]


def _bytes(value: object) -> bytes:
    return bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
