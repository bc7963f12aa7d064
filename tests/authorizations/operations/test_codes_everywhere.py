"""What holds for every write on codes: nothing, another brand, the audit, very many."""

from datetime import date, timedelta

import pytest
from django.db import connection

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
    revoke_codes,
    unrevoke_codes,
    verify_codes,
)
from brands.operations.edits import OtherBrandError
from tests.audit import entries
from tests.authorizations.coderows import state
from tests.world import DAY, NOW, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return World(time_zone="America/New_York", tracks_rights=False)


@pytest.fixture
def code(world):
    """From 1 to 31 November (30 days), typed, in New York."""
    return world.code(world.post(), None, 30, starts_on=date(2026, 11, 1))


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
