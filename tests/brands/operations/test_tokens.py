"""Tokens of scripts: found by the whole text and nothing else, refused when they are over, never written in clear."""

import re
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from time import monotonic
from uuid import UUID

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from brands.enums import Role, TokenScope
from brands.models import ApiToken, AuditEntry, Membership
from brands.operations.edits import OtherBrandError
from brands.operations.people import remove_members
from brands.operations.tokens import (
    MOST_ADDRESSES,
    MOST_TOKENS,
    BadAddressError,
    BadTokenError,
    TokenDraft,
    TokenRefusedError,
    clean_networks,
    find_token,
    is_allowed,
    issue_token,
    note_use,
    revoke_tokens,
)
from brands.secrets import is_token_secret, new_token_text, read_token_text, token_secret_hash
from sparktrack.core.actors import Actor, ActorKind
from sparktrack.core.logs import redact
from tests.world import DAY, NOW, World

DRAFT = TokenDraft("Nightly export", TokenScope.READ)
IP = "203.0.113.7"
TEXT = new_token_text()
BRAND = UUID(int=7)


@pytest.fixture
def world(db):
    return World()


def issued(world, **other):
    return issue_token(draft=replace(DRAFT, **other), **world.by)


def refusal(text, *, ip=IP, now=NOW):
    with pytest.raises(BadTokenError) as refused:
        find_token(text, ip=ip, now=now)
    return refused.value


# --- what is issued ----------------------------------------------------------------------------------------------
def test_a_token_is_found_by_its_whole_text_with_its_brand_in_one_query(world):
    made = issued(world)
    with CaptureQueriesContext(connection) as queries:
        found = find_token(made.secret, ip=IP, now=NOW)
        assert (found, found.brand, found.scope) == (made.token, world.brand, TokenScope.READ)
    assert len(queries) == 1


def test_a_token_has_its_form_and_256_random_bits(world):
    texts = [new_token_text().whole for _ in range(200)]
    assert all(re.fullmatch(r"stk_[a-z0-9]{16}_[A-Za-z0-9]{43}", text) for text in texts)
    assert 62**43 >= 2**256
    assert len({text[4:20] for text in texts}) == len({text[21:] for text in texts}) == 200


def test_the_database_and_the_audit_do_not_have_the_secret(world):
    made = issued(world)
    secret = made.secret.rpartition("_")[2]
    stored = str([*ApiToken.objects.values_list(), *AuditEntry.objects.values_list()])
    assert secret not in stored
    assert secret not in repr(made)
    assert made.token.public in stored
    entry = AuditEntry.objects.get(action="token.issued")
    assert entry.object_label == "Nightly export"
    assert entry.after == {
        "token": f"stk_{made.token.public}_…",
        "name": "Nightly export",
        "scope": "read",
        "expires_at": None,
        "allowed_addresses": [],
    }
    assert redact(f"Bearer {made.secret}") == f"Bearer stk_{made.token.public}_[secret]"


def test_networks_are_stored_as_such_each_once(world):
    addresses = ["203.0.113.7 ", "10.1.2.3/8", "", "10.0.0.0/8", "2001:db8::1"]
    made = issued(world, name="  Nightly\n export ", allowed_addresses=addresses)
    assert made.token.allowed_addresses == ["203.0.113.7/32", "10.0.0.0/8", "2001:db8::1/128"]
    assert made.token.name == "Nightly export"


@pytest.mark.parametrize(
    ("other", "field"),
    [
        ({"name": " \n"}, "name"),
        ({"name": "n" * 121}, "name"),
        ({"expires_at": NOW}, "expires_at"),
        ({"expires_at": NOW - DAY}, "expires_at"),
        ({"allowed_addresses": ["10.0.0.0/8", "office"]}, "allowed_addresses"),
        ({"allowed_addresses": ["10.0.0.256"]}, "allowed_addresses"),
        ({"allowed_addresses": ["10.0.0.0/33"]}, "allowed_addresses"),
        ({"allowed_addresses": [f"10.0.0.{n}" for n in range(MOST_ADDRESSES + 1)]}, "allowed_addresses"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(other, field, world):
    with pytest.raises(TokenRefusedError) as refused:
        issued(world, **other)
    assert refused.value.field == field
    assert not ApiToken.objects.exists()


def test_a_brand_has_so_many_that_count_and_any_number_that_do_not(world):
    row = {"brand": world.brand, "name": "x", "secret_hash": "0", "pepper_id": "1", "created_at": NOW - DAY}
    ended = [{"revoked_at": NOW}, {"expires_at": NOW}]
    ApiToken.objects.bulk_create(
        ApiToken(**row, scope="read", public=f"p{n}", **other)
        for n, other in enumerate([{}] * (MOST_TOKENS - 1) + ended)
    )
    issued(world)
    with pytest.raises(TokenRefusedError, match="at most 100"):
        issued(world)
    issue_token(brand=World().brand, draft=DRAFT, now=NOW, actor=world.actor)


# --- what opens nothing ------------------------------------------------------------------------------------------
@given(place=st.integers(0, 63), letter=st.characters(codec="utf-8"))
def test_a_token_with_another_character_anywhere_is_refused(place, letter):
    text, whole = TEXT, TEXT.whole
    stored = token_secret_hash(text, brand_id=BRAND, pepper_id="1")
    changed = whole[:place] + letter + whole[place + 1 :]
    read = read_token_text(changed)
    # Another public part finds another row; so this asks the row that is there.
    is_it = read is not None and is_token_secret(read, brand_id=BRAND, pepper_id="1", secret_hash=stored)
    assert is_it is (changed == whole)


def test_a_token_that_is_changed_in_any_place_cut_or_longer_is_refused(world):
    whole = issued(world).secret
    flipped = [
        whole[:place] + ("b" if letter == "a" else "a") + whole[place + 1 :]
        for place, letter in enumerate(whole)
    ]
    cased = [whole[:21] + whole[21:].swapcase(), whole.upper()]
    others = [whole[:-1], whole + "a", f" {whole}", f"{whole}\n", whole[4:], "", "stk__", "\0", "stk_é"]
    for text in [*flipped, *cased, *others]:
        assert str(refusal(text)) == "This token is not valid."
    assert find_token(whole, ip=IP, now=NOW)


def test_the_public_part_of_one_token_and_the_secret_of_another_open_nothing(world):
    one, other = issued(world).secret, issued(world).secret
    refusal(one[:21] + other[21:])


def test_a_row_that_was_moved_to_another_brand_opens_nothing(world):
    made = issued(world)
    ApiToken.objects.update(brand=World().brand)
    refusal(made.secret)


def test_an_expired_a_revoked_and_an_unknown_token_are_refused_in_the_same_words(world):
    until = NOW + DAY
    expiring, revoked = issued(world, expires_at=until), issued(world)
    assert find_token(expiring.secret, ip=IP, now=until - timedelta(microseconds=1))
    revoke_tokens(tokens=[revoked.token], **world.by)
    said = [refusal(expiring.secret, now=until), refusal(revoked.secret), refusal(new_token_text().whole)]
    assert {str(error) for error in said} == {"This token is not valid."}
    assert {type(error) for error in said} == {BadTokenError}


def test_a_right_token_from_elsewhere_is_told_so_and_a_wrong_one_is_not(world):
    made = issued(world, allowed_addresses=["10.0.0.0/8", "2001:db8::/32"])
    assert find_token(made.secret, ip="10.9.8.7", now=NOW)
    assert isinstance(refusal(made.secret), BadAddressError)
    assert "address" in str(refusal(made.secret))
    assert type(refusal(made.secret[:-1] + ("a" if made.secret[-1] != "a" else "b"))) is BadTokenError


@pytest.mark.parametrize(
    ("ip", "networks", "answer"),
    [
        ("", [], True),
        ("", ["10.0.0.0/8"], False),
        ("unknown", ["0.0.0.0/0"], False),
        ("10.0.0.1", ["10.0.0.1/32"], True),
        ("10.0.0.2", ["10.0.0.1/32"], False),
        ("::ffff:10.0.0.1", ["10.0.0.1/32"], True),
        ("2001:db8::5", ["10.0.0.0/8", "2001:db8::/32"], True),
        ("2001:db9::5", ["0.0.0.0/0"], False),
    ],
)
def test_an_address_counts_if_it_is_in_one_of_the_networks(ip, networks, answer):
    assert is_allowed(ip, networks) is answer


# --- peppers -----------------------------------------------------------------------------------------------------
def test_new_tokens_get_the_last_pepper_and_old_ones_count_while_theirs_is_there(world, settings):
    old = issued(world)
    first = settings.TOKEN_PEPPERS
    settings.TOKEN_PEPPERS = {**first, "next": b"n" * 32}
    new = issued(world)
    assert (old.token.pepper_id, new.token.pepper_id) == (list(first)[-1], "next")
    assert find_token(old.secret, ip=IP, now=NOW) == old.token
    settings.TOKEN_PEPPERS = {"next": b"n" * 32}
    assert find_token(new.secret, ip=IP, now=NOW) == new.token
    refusal(old.secret)
    settings.TOKEN_PEPPERS = {**first, "next": b"m" * 32}
    refusal(new.secret)


# --- revoked, used, left -----------------------------------------------------------------------------------------
def test_a_token_is_revoked_once(world):
    row = issued(world).token
    assert revoke_tokens(tokens=[row], **world.by) == [row]
    world.now += DAY
    assert revoke_tokens(tokens=[row], **world.by) == []
    row.refresh_from_db()
    assert row.revoked_at == NOW
    assert AuditEntry.objects.filter(action="token.revoked").count() == 1


def test_nobody_revokes_a_token_of_another_brand(world):
    row = issued(world).token
    with pytest.raises(OtherBrandError):
        revoke_tokens(brand=World().brand, tokens=[row], now=NOW, actor=world.actor)
    assert find_token_row(row).revoked_at is None


def find_token_row(row):
    return ApiToken.objects.get(pk=row.pk)


def test_the_last_use_is_written_at_most_once_a_minute(world):
    made = issued(world)
    stale = find_token_row(made.token)
    for seconds, noted in ((0, 0), (59, 0), (60, 60), (90, 60), (150, 150)):
        now = NOW + timedelta(seconds=seconds)
        token = find_token(made.secret, ip=IP, now=now)
        note_use(token, now=now)
        assert find_token_row(token).last_used_at == token.last_used_at == NOW + timedelta(seconds=noted)
    with CaptureQueriesContext(connection) as queries:
        note_use(token, now=NOW + timedelta(seconds=209))
    assert len(queries) == 0
    # Another process, which read the row before: the guard of the update, not what was read, decides.
    note_use(stale, now=NOW + timedelta(seconds=209))
    assert find_token_row(stale).last_used_at == NOW + timedelta(seconds=150)


def test_a_database_that_is_too_busy_for_the_last_use_fails_nothing(world):
    row = issued(world).token

    def busy(execute, sql, params, many, context):
        if sql.startswith("UPDATE"):
            raise OperationalError("database is locked")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(busy):
        note_use(row, now=NOW)
    assert find_token_row(row).last_used_at is None


@pytest.mark.django_db(transaction=True)
def test_on_sqlite_the_last_use_waits_for_no_import():
    if (
        connection.vendor != "sqlite"
    ):  # PostgreSQL locks the one row, and that for no longer than another note takes
        return
    row = issued(World()).token
    with closing(sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        began = monotonic()
        note_use(row, now=NOW)
        assert monotonic() - began < 2  # it would be the 20 seconds of the settings
        other.execute("ROLLBACK")
    assert find_token_row(row).last_used_at is None
    note_use(row, now=NOW)
    assert find_token_row(row).last_used_at == NOW
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout")
        assert cursor.fetchone()[0] >= 10_000


def test_a_token_outlives_the_membership_and_the_account_of_whoever_made_it(world):
    world.member(Role.ADMIN)
    kim = world.member(Role.ADMIN)
    actor = Actor(kind=ActorKind.USER, id=str(kim.pk), label=kim.email)
    made = issue_token(brand=world.brand, draft=DRAFT, now=NOW, actor=actor)
    assert made.token.created_by == kim
    remove_members(memberships=[Membership.objects.get(brand=world.brand, user=kim)], **world.by)
    assert find_token(made.secret, ip=IP, now=NOW).created_by_id == kim.pk
    kim.delete()
    assert find_token(made.secret, ip=IP, now=NOW).created_by_id is None


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("::ffff:203.0.113.7", "203.0.113.7/32"),
        ("::ffff:10.0.0.0/104", "10.0.0.0/8"),
        ("2001:db8::1", "2001:db8::1/128"),
    ],
)
def test_an_address_of_ipv4_is_one_however_it_is_written(text, stored):
    assert clean_networks([text]) == [stored]
    inside = stored.split("/")[0]
    assert is_allowed(inside, [stored])


def test_an_address_of_one_link_only_is_refused():
    with pytest.raises(TokenRefusedError):
        clean_networks(["fe80::1%eth0"])
