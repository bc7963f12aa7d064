"""Codes on file: extended, corrected, revoked, rejected, verified, applied, revealed."""

import os
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection

from authorizations.enums import EndSource
from authorizations.models import AuthorizationCode, CodeUse
from authorizations.operations.codes import (
    Correction,
    Extension,
    Use,
    Verification,
    correct_codes,
    extend_codes,
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
from brands.operations.edits import OtherBrandError
from sparktrack.core.actors import Actor, ActorKind
from sparktrack.core.secrets import UndecryptableError
from tests.audit import changes, entries
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


START = datetime(2026, 11, 1, 4, tzinfo=UTC)


def stored(code):
    return AuthorizationCode.objects.get(pk=code.pk)


def state(code):
    return AuthorizationCode.objects.filter(pk=code.pk).values().get()


# --- extend ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("longer", "window"),
    [
        ({"days": 30}, (START + 60 * DAY, 60, None)),
        ({"expires_on": date(2026, 12, 31)}, (START + 60 * DAY, 60, date(2026, 12, 31))),
        (
            {"expires_at": START + timedelta(days=45, hours=3)},
            (START + timedelta(days=45, hours=3), 45, None),
        ),
    ],
)
def test_an_extension_lengthens_the_same_code(world, code, longer, window):
    (row,) = extend_codes(extensions=[Extension(code, source=EndSource.CREATOR, **longer)], **world.by)
    assert row == code
    row = stored(code)
    assert (row.starts_at, row.starts_on) == (START, date(2026, 11, 1))
    assert (row.expires_at, row.window_days, row.expires_on) == window
    assert row.end_source == "creator"
    ((before, after),) = changes(world.brand, "code.extended")
    assert before["expires_at"] == (START + 30 * DAY).isoformat()
    assert after["expires_at"] == window[0].isoformat()
    assert "starts_at" not in after


@pytest.mark.parametrize(
    "shorter",
    [
        {"days": 0},
        {"days": -5},
        {"days": 10**12},
        {"expires_on": date(2026, 12, 1)},
        {"expires_on": date(2026, 11, 2)},
        {"expires_at": START + 30 * DAY},
        {"expires_at": START - DAY},
        {},
    ],
)
def test_an_extension_that_does_not_lengthen_is_refused_and_nothing_of_the_call_is_written(
    world, code, shorter
):
    other = world.code(world.post(), NOW)
    before = state(code), state(other)
    with pytest.raises(WindowError):
        extend_codes(extensions=[Extension(other, days=7), Extension(code, **shorter)], **world.by)
    assert (state(code), state(other)) == before
    assert entries(world.brand, "code.extended") == []


def test_two_extensions_of_one_code_in_a_call_add_up(world, code):
    (row,) = extend_codes(extensions=[Extension(code, days=7), Extension(code, days=7)], **world.by)
    assert row.window_days == stored(code).window_days == 44
    assert [after["window_days"] for _, after in changes(world.brand, "code.extended")] == [37, 44]


def test_an_extension_begins_at_the_row_as_it_is_now_not_as_it_was_loaded(world, code):
    extend_codes(extensions=[Extension(code, days=30)], **world.by)
    with pytest.raises(WindowError):  # ``code`` still says 30 days
        extend_codes(extensions=[Extension(code, expires_on=date(2026, 12, 15))], **world.by)
    assert stored(code).window_days == 60


def test_an_extension_by_days_drops_the_typed_end(world):
    code = world.code(world.post(), None, None, starts_on=date(2026, 11, 1), expires_on=date(2026, 11, 11))
    extend_codes(extensions=[Extension(code, days=7)], **world.by)
    assert (stored(code).expires_on, stored(code).window_days) == (None, 17)


# --- correct -----------------------------------------------------------------------------------------------------
def test_a_corrected_start_takes_the_end_with_it(world, code):
    correct_codes(corrections=[Correction(code, starts_on=date(2026, 11, 10))], **world.by)
    row = stored(code)
    assert row.starts_at == datetime(2026, 11, 10, 5, tzinfo=UTC)
    assert (row.starts_on, row.expires_at) == (date(2026, 11, 10), row.starts_at + 30 * DAY)
    ((before, after),) = changes(world.brand, "code.corrected")
    assert (before["starts_on"], after["starts_on"]) == ("2026-11-01", "2026-11-10")


def test_a_corrected_start_keeps_a_length_that_was_read_to_the_second(world, code):
    verify_codes(verifications=[Verification(code, START + 30 * DAY + timedelta(seconds=90))], **world.by)
    correct_codes(corrections=[Correction(code, starts_at=START + DAY)], **world.by)
    row = stored(code)
    assert (row.starts_at, row.starts_on) == (START + DAY, None)
    assert (row.expires_at, row.window_days) == (START + 31 * DAY + timedelta(seconds=90), 30)


@pytest.mark.parametrize(
    ("said", "window"),
    [
        ({"window_days": 7}, (START, START + 7 * DAY, 7)),
        ({"expires_on": date(2026, 11, 15)}, (START, START + 14 * DAY, 14)),
        ({"expires_at": NOW}, (START, NOW, 20)),
        (
            {"starts_on": date(2026, 11, 2), "window_days": 60},
            (START + timedelta(hours=25), START + timedelta(days=61, hours=1), 60),
        ),
        ({"starts_at": NOW, "expires_on": date(2026, 11, 22)}, (NOW, NOW + DAY, 1)),
    ],
)
def test_a_window_is_set_right(world, code, said, window):
    correct_codes(corrections=[Correction(code, **said)], **world.by)
    row = stored(code)
    assert (row.starts_at, row.expires_at, row.window_days) == window
    assert row.end_source == "computed"


def test_a_corrected_source_changes_nothing_else(world):
    code = world.code(world.post(), None, None, starts_on=date(2026, 11, 1), expires_on=date(2026, 11, 11))
    before = state(code)
    correct_codes(corrections=[Correction(code, source=EndSource.CREATOR)], **world.by)
    assert state(code) == {**before, "end_source": "creator"}


def test_a_start_that_is_known_now_is_no_longer_assumed_but_a_new_length_says_nothing_of_it(world):
    code = world.code(world.post(), None, 30, starts_on=date(2026, 11, 1), start_assumed=True)
    correct_codes(corrections=[Correction(code, window_days=60)], **world.by)
    assert stored(code).start_assumed is True
    correct_codes(corrections=[Correction(code, starts_on=date(2026, 11, 3))], **world.by)
    assert stored(code).start_assumed is False


def test_a_correction_to_what_is_there_leaves_no_trace(world, code):
    assert (
        correct_codes(corrections=[Correction(code, starts_on=date(2026, 11, 1), window_days=30)], **world.by)
        == []
    )
    assert entries(world.brand, "code.corrected") == []


def test_a_correction_to_no_window_is_refused(world, code):
    before = state(code)
    for said in ({"expires_on": date(2026, 11, 1)}, {"window_days": 0}, {"starts_on": date(1926, 11, 1)}):
        with pytest.raises(WindowError):
            correct_codes(corrections=[Correction(code, **said)], **world.by)
    assert state(code) == before


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


# --- every operation ---------------------------------------------------------------------------------------------
OPERATIONS = {
    "code.extended": lambda codes, by: extend_codes(
        extensions=[Extension(code, days=7) for code in codes], **by
    ),
    "code.corrected": lambda codes, by: correct_codes(
        corrections=[Correction(code, window_days=7) for code in codes], **by
    ),
    "code.revoked": lambda codes, by: revoke_codes(codes=codes, at=NOW, **by),
    "code.unrevoked": lambda codes, by: unrevoke_codes(codes=codes, **by),
    "code.rejected": lambda codes, by: reject_codes(codes=codes, error="4025", **by),
    "code.verified": lambda codes, by: verify_codes(
        verifications=[Verification(code, NOW + 99 * DAY) for code in codes], **by
    ),
    "code.applied": lambda codes, by: mark_applied(uses=[Use(code) for code in codes], **by),
    "code.revealed": lambda codes, by: reveal_codes(codes=codes, **by),
}
every_operation = pytest.mark.parametrize("action", OPERATIONS)


def some_codes(world, number):
    codes = world.codes(world.posts(number), NOW - DAY)
    AuthorizationCode.objects.update(revoked_at=NOW - timedelta(hours=1))  # for the one that takes it back
    return codes


@every_operation
def test_nothing_is_a_sequence_too(world, action):
    assert OPERATIONS[action]([], world.by) == []
    assert entries(world.brand) == []


@every_operation
def test_a_code_of_another_brand_is_refused_and_nothing_of_the_call_is_written(world, action):
    ours, foreign = some_codes(world, 1), some_codes(World(), 1)
    before = [state(code) for code in (*ours, *foreign)]
    with pytest.raises(OtherBrandError):
        OPERATIONS[action]([*ours, *foreign], world.by)
    assert [state(code) for code in (*ours, *foreign)] == before
    assert not CodeUse.objects.exists()
    assert entries(world.brand, action) == []


@every_operation
def test_every_change_is_noted_on_its_row_without_any_code(world, action):
    codes = some_codes(world, 2)
    if action == "code.revoked":
        AuthorizationCode.objects.update(revoked_at=None)
    OPERATIONS[action](codes, world.by)
    noted = entries(world.brand, action)
    assert [entry.object_id for entry in noted] == [code.pk for code in codes]
    assert {(entry.object_kind, entry.at, entry.actor_label) for entry in noted} == {
        ("authorizationcode", NOW, "tests")
    }
    assert not any("00000" in f"{entry.before}{entry.after}" for entry in noted)


@every_operation
def test_sixty_codes_take_as_many_queries_as_three(world, action, django_assert_max_num_queries):
    def queries(number):
        codes = some_codes(world, number)
        if action == "code.revoked":
            AuthorizationCode.objects.update(revoked_at=None)
        with django_assert_max_num_queries(1000) as counted:
            OPERATIONS[action](codes, world.by)
        return sum("SAVEPOINT" not in query["sql"] for query in counted.captured_queries)

    few = queries(3)
    # SQLite takes fewer parameters at once, so Django writes wide updates in parts.
    assert queries(60) - few <= (0 if connection.vendor == "postgresql" else 2)
    assert few <= 14


def test_an_ad_account_of_another_brand_is_refused(world, code):
    with pytest.raises(OtherBrandError):
        mark_applied(uses=[Use(code), Use(code, World().account())], **world.by)
    assert not CodeUse.objects.exists()
