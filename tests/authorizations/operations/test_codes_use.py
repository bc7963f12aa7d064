"""Codes at work: revoked, rejected, verified, applied, revealed."""

import os
from datetime import date, timedelta

import pytest

from authorizations.enums import EndSource
from authorizations.models import CodeUse
from authorizations.operations.codes import (
    Use,
    Verification,
    mark_applied,
    reject_codes,
    reveal_codes,
    reveal_source_post_codes,
    revoke_codes,
    unrevoke_codes,
    verify_codes,
)
from authorizations.windows import WindowError
from brands.enums import Role
from sparktrack.core.actors import Actor, ActorKind
from sparktrack.core.secrets import UndecryptableError
from tests.audit import changes, entries
from tests.authorizations.coderows import START, state, stored
from tests.authorizations.test_gaps import reasons_now
from tests.world import DAY, NOW, World, spark_code

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return World(time_zone="America/New_York", tracks_rights=False)


@pytest.fixture
def code(world):
    """From 1 to 31 November (30 days), typed, in New York."""
    return world.code(world.post(), None, 30, starts_on=date(2026, 11, 1))


# --- revoke ------------------------------------------------------------------------------------------------------
def test_a_revoked_code_stops_at_that_instant_and_keeps_the_earliest(world):
    post = world.post()
    code = world.code(post, NOW - 10 * DAY)
    revoke_codes(codes=[code], at=NOW - DAY, **world.by)
    assert reasons_now(world, post) == "code_revoked"
    assert revoke_codes(codes=[code], at=NOW, **world.by) == []
    assert revoke_codes(codes=[code], at=NOW - DAY, **world.by) == []
    assert stored(code).revoked_at == NOW - DAY
    revoke_codes(codes=[code], at=NOW - 2 * DAY, **world.by)
    assert stored(code).revoked_at == NOW - 2 * DAY
    assert [after["revoked_at"] for _, after in changes(world.brand, "code.revoked")] == [
        (NOW - DAY).isoformat(),
        (NOW - 2 * DAY).isoformat(),
    ]


def test_a_revocation_that_was_a_mistake_is_taken_back(world):
    post = world.post()
    code = world.code(post, NOW - 10 * DAY)
    revoke_codes(codes=[code], at=NOW - DAY, **world.by)
    unrevoke_codes(codes=[code], **world.by)
    assert unrevoke_codes(codes=[code], **world.by) == []
    assert reasons_now(world, post) == ""
    assert changes(world.brand, "code.unrevoked") == [
        ({"revoked_at": (NOW - DAY).isoformat()}, {"revoked_at": None})
    ]


# --- reject ------------------------------------------------------------------------------------------------------
def test_a_rejected_code_counts_as_not_on_file_and_keeps_its_first_instant(world):
    post = world.post()
    code = world.code(post, NOW - DAY)
    reject_codes(codes=[code], error="x" * 400, **world.by)
    assert reasons_now(world, post) == "no_code"
    assert stored(code).rejected_error == "x" * 300
    later = {**world.by, "now": NOW + DAY}
    assert reject_codes(codes=[code], error="x" * 300, **later) == []
    reject_codes(codes=[code], error="4025", **later)
    assert (stored(code).rejected_at, stored(code).rejected_error) == (NOW, "4025")
    assert len(entries(world.brand, "code.rejected")) == 2


# --- verify ------------------------------------------------------------------------------------------------------
def test_what_tiktok_says_of_the_end_is_taken_over(world, code):
    end = START + 30 * DAY - timedelta(seconds=17)
    verify_codes(verifications=[Verification(code, end)], **world.by)
    row = stored(code)
    assert (row.expires_at, row.window_days, row.end_source, row.last_checked_at) == (end, 30, "tiktok", NOW)
    assert (row.starts_on, row.starts_at) == (date(2026, 11, 1), START)
    ((before, after),) = changes(world.brand, "code.verified")
    assert (before["end_source"], after["end_source"]) == ("computed", "tiktok")


def test_what_tiktok_says_of_the_start_takes_the_place_of_the_typed_date(world, code):
    verify_codes(
        verifications=[Verification(code, START + 30 * DAY, START, EndSource.ADS_MANAGER)], **world.by
    )
    row = stored(code)
    assert (row.starts_on, row.starts_at, row.end_source) == (None, START, "ads_manager")


def test_a_typed_end_stays_only_where_the_instant_is_the_same(world):
    code = world.code(world.post(), None, None, starts_on=date(2026, 11, 1), expires_on=date(2026, 11, 11))
    verify_codes(verifications=[Verification(code, code.expires_at)], **world.by)
    assert stored(code).expires_on == date(2026, 11, 11)
    verify_codes(verifications=[Verification(code, code.expires_at + timedelta(minutes=1))], **world.by)
    assert stored(code).expires_on is None


def test_a_code_that_tiktok_knows_is_no_longer_rejected_and_its_start_no_longer_assumed(world):
    post = world.post()
    code = world.code(post, NOW - DAY, start_assumed=True)
    reject_codes(codes=[code], error="4025", **world.by)
    verify_codes(verifications=[Verification(code, NOW + DAY)], **world.by)
    assert (stored(code).rejected_at, stored(code).rejected_error) == (None, "")
    assert stored(code).start_assumed is True
    assert reasons_now(world, post) == ""
    verify_codes(verifications=[Verification(code, NOW + DAY, NOW - DAY)], **world.by)
    assert stored(code).start_assumed is False


def test_a_verification_does_not_take_back_a_revocation(world):
    post = world.post()
    code = world.code(post, NOW - DAY)
    revoke_codes(codes=[code], at=NOW, **world.by)
    verify_codes(verifications=[Verification(code, NOW + DAY)], **world.by)
    assert reasons_now(world, post) == "code_revoked"


def test_an_end_before_the_start_cannot_be_true(world, code):
    before = state(code)
    for item in (Verification(code, START), Verification(code, NOW, NOW)):
        with pytest.raises(WindowError):
            verify_codes(verifications=[item], **world.by)
    assert state(code) == before


# --- apply -------------------------------------------------------------------------------------------------------
def test_uses_are_noted_once_each_with_who_and_when(world, code):
    buyer = world.member(Role.BUYER)
    by = {**world.by, "actor": Actor(ActorKind.USER, id=str(buyer.pk), label=buyer.email)}
    us, eu = world.account(), world.account()
    uses = [Use(code, us), Use(code, eu), Use(code), Use(code, us), Use(code)]
    rows = mark_applied(uses=uses, **by)
    assert [row.ad_account for row in rows] == [us, eu, None]
    assert set(CodeUse.objects.values_list("code", "by", "at")) == {(code.pk, buyer.pk, NOW)}
    assert mark_applied(uses=uses, **by) == []
    assert CodeUse.objects.count() == 3
    assert changes(world.brand, "code.applied") == [
        ({}, {"ad_account": str(us.pk)}),
        ({}, {"ad_account": str(eu.pk)}),
        ({}, {"ad_account": None}),
    ]
    assert {entry.object_id for entry in entries(world.brand, "code.applied")} == {code.pk}


def test_a_use_by_nobody_in_person_has_no_name(world, code):
    assert mark_applied(uses=[Use(code)], **world.by)[0].by is None


# --- reveal ------------------------------------------------------------------------------------------------------
def test_a_reveal_gives_the_codes_in_order_and_notes_each(world):
    codes = [world.code(world.post(), NOW, code=spark_code(number)) for number in (3, 1, 2)]
    assert reveal_codes(codes=codes, **world.by) == [spark_code(3), spark_code(1), spark_code(2)]
    noted = entries(world.brand, "code.revealed")
    assert [entry.object_id for entry in noted] == [code.pk for code in codes]
    assert [(entry.before, entry.after) for entry in noted] == [({}, {})] * 3
    assert [entry.object_label for entry in noted] == [f"code ending 00{number}=" for number in (3, 1, 2)]


def test_a_missing_key_reveals_nothing_and_notes_nothing(world, settings):
    codes = [world.code(world.post(), NOW), world.code(world.post(), NOW)]
    settings.CODE_KEYS = {"9": os.urandom(32)}
    with pytest.raises(UndecryptableError):
        reveal_codes(codes=codes, **world.by)
    assert entries(world.brand, "code.revealed") == []


def test_a_copy_is_noted_as_one(world, code):
    reveal_codes(codes=[code], copied=True, **world.by)
    assert [entry.object_id for entry in entries(world.brand, "code.copied")] == [code.pk]
    assert entries(world.brand, "code.revealed") == []


def test_the_code_of_a_source_post_is_revealed_and_noted_where_there_is_one(world):
    kept, source = world.post(), spark_code(7)
    codes = [world.code(kept, NOW, source_post_code=source), world.code(kept, NOW)]
    assert reveal_source_post_codes(codes=codes, **world.by) == [source, ""]
    noted = entries(world.brand, "code.source_post_code_revealed")
    assert [(entry.object_id, entry.after) for entry in noted] == [(codes[0].pk, {})]
