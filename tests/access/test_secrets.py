"""A Spark code is nowhere in plain: no page, no log line, no audit entry, no byte of the database.

What members read of all pages is in test_tenants.py.
"""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from authorizations.models import AuthorizationCode
from authorizations.secrets import open_code, open_source_post_code
from brands.enums import Role
from sparktrack.core.clock import utc_now
from tests.access.canary import CODE, parts
from tests.access.everything import Everything
from tests.campaigns.importers.sheets import HEADER, Office, post_url, row
from tests.factories import UserFactory
from tests.world import World, client_of

PARTS = parts(CODE)


def given_away(text: str) -> list[str]:
    """The parts of the code that are in ``text``."""
    return [part for part in PARTS if part in text]


@pytest.mark.django_db
@pytest.mark.once
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


@pytest.mark.django_db
@pytest.mark.once
def test_a_token_is_in_the_one_answer_that_shows_it_and_in_no_log_line(logs):
    world = World(now=utc_now())
    client = client_of(world.member(Role.ADMIN))
    home = f"/b/{world.brand.slug}/settings/tokens/"
    typed = {"name": "Nightly", "scope": "read", "ends": "30", "allowed_addresses": "10.0.0.0/8"}
    made = client.post(f"{home}add/", typed).content.decode()
    token, public, secret = re.findall(r"((stk_[a-z0-9]{16})_([A-Za-z0-9]{43}))", made)[0]
    again = [client.get(page).content.decode() for page in (home, f"/b/{world.brand.slug}/audit/")]
    assert "Nightly" in again[0]
    assert not [page for page in again if secret in page]
    # As scripts send it: from an address that is not allowed, as a wrong password, in an address by mistake.
    script = Client(raise_request_exception=False)
    for header in (f"Bearer {token}", f"Token {token}", f"Bearer {token}x"):
        refused = script.get("/api/v1/creators", headers={"authorization": header})
        assert refused.status_code == 401, header
        assert secret not in refused.content.decode()
    raw, written = logs
    assert secret not in raw.getvalue()
    script.get(f"/api/v1/creators?token={token}")
    script.get(f"/b/{world.brand.slug}/{token}/")
    assert f"{public}_[secret]" in written.getvalue()
    assert secret not in written.getvalue()


@pytest.mark.django_db(transaction=True)
def test_an_import_shows_and_keeps_no_code_wherever_it_stands_in_the_sheet(logs, tmp_path):
    office = Office(tmp_path)
    usual = {"creator_handle": "maya", "post_link": post_url(), "auth_date": "2026-10-02", "days": "30"}
    header = [*HEADER, "Agency", CODE]
    rows = [
        row(
            **usual, spark_code=CODE, title=CODE, notes=f"take {CODE}", owner=CODE, campaign=CODE, status=CODE
        ),
        row(**usual, spark_code=f"{CODE[:30]} {CODE[30:]}", paid=CODE, expires=CODE),
        row(**{**usual, "creator_handle": CODE, "post_link": CODE, "days": CODE}),
    ]
    run = office.preview(office.upload(*[[*cells, CODE, CODE] for cells in rows], header=header))
    run = office.apply(run, skip_errors=True)
    assert AuthorizationCode.objects.get().ending == CODE[-4:]
    assert not leaks([])
    office.undo(run)
    failed = office.upload(*[[*cells, CODE, CODE] for cells in rows], header=header)
    assert office.preview(failed, columns={CODE: "title", f"x {CODE}": "sku"}).state == "failed"
    assert not leaks([])
    raw, _ = logs
    assert not given_away(raw.getvalue())
    assert not [file for file in Path(settings.VAR_DIR / "cache").rglob("*") if leaks_in(file)]


@pytest.mark.django_db(transaction=True)
def test_the_database_holds_no_code_in_plain():
    world = Everything(now=utc_now(), code=CODE)
    code = AuthorizationCode.objects.get(ending=CODE[-4:], brand=world.brand)
    assert open_code(code) == CODE
    other = AuthorizationCode.objects.exclude(source_post_ciphertext=None).first()
    source = open_source_post_code(other) if other else ""
    token = world.script.rpartition("_")[2]
    assert not leaks([token, source] if source else [token])
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        content = Path(str(connection.settings_dict["NAME"])).read_bytes()
        assert world.brand.slug.encode() in content
        assert not [part for part in [*PARTS, token] if part.encode() in content]


def leaks(more: list[str]) -> list[str]:
    """The tables that hold a part of the code, or one of ``more``, in plain."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            for values in cursor.fetchall():
                content = b"\n".join(map(_bytes, values))
                if [part for part in [*PARTS, *more] if part.encode() in content]:
                    found.append(table)
    return found


def leaks_in(file: Path) -> bool:
    """Whether a file holds a part of the code in plain."""
    return file.is_file() and any(part.encode() in file.read_bytes() for part in PARTS)


def _bytes(value: object) -> bytes:
    return bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
