"""A code is in use, with the end that a person read in Ads Manager."""

from datetime import date

import pytest

from authorizations.enums import EndSource
from authorizations.models import CodeUse
from authorizations.operations.applying import Reading, apply_as_read
from authorizations.operations.codes import Verification, verify_codes
from authorizations.windows import WindowError
from brands.operations.edits import OtherBrandError
from tests.world import DAY, NOW, World

pytestmark = pytest.mark.django_db


def test_the_date_on_file_is_confirmed_and_another_one_moves_the_end_by_whole_days():
    world = World()
    account = world.account(time_zone="America/Los_Angeles")
    # It ends at 05:00 UTC on 21 December: at the account that is still the 20th.
    code = world.code(world.post(), NOW.replace(hour=5), 30)
    (same,) = apply_as_read(readings=[Reading(code, account, date(2026, 12, 20))], **world.by)
    assert (same.expires_at, same.end_source, same.last_checked_at) == (
        code.expires_at,
        EndSource.ADS_MANAGER,
        NOW,
    )
    (moved,) = apply_as_read(readings=[Reading(code, account, date(2027, 1, 3))], **world.by)
    assert moved.expires_at == code.expires_at + 14 * DAY
    assert CodeUse.objects.count() == 1
    with pytest.raises(OtherBrandError):
        apply_as_read(readings=[Reading(code, World().account(), date(2027, 1, 3))], **world.by)


def test_an_end_that_tiktok_verified_keeps_its_source_unless_another_date_was_read():
    world = World()
    account = world.account()
    code = world.code(world.post(), NOW - DAY, 30)
    verify_codes(verifications=[Verification(code, NOW + 29 * DAY)], **world.by)
    (same,) = apply_as_read(readings=[Reading(code, account, date(2026, 12, 20))], **world.by)
    assert same.end_source == EndSource.TIKTOK
    (moved,) = apply_as_read(readings=[Reading(code, account, date(2026, 12, 19))], **world.by)
    assert (moved.end_source, moved.expires_at) == (EndSource.ADS_MANAGER, NOW + 28 * DAY)
    with pytest.raises(WindowError):
        apply_as_read(readings=[Reading(code, account, date(2026, 11, 19))], **world.by)
    assert CodeUse.objects.count() == 1
