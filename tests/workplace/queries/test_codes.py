"""The status of codes in SQL is that of the rules, on both databases."""

from datetime import timedelta

import pytest

from authorizations.enums import CodeStatus
from authorizations.models import AuthorizationCode
from authorizations.operations.codes import reject_codes, revoke_codes
from authorizations.rules import Code, code_status
from tests.world import DAY, NOW, World
from workplace.queries.codes import code_lines, codes_of, with_status

pytestmark = pytest.mark.django_db


def test_the_status_in_sql_is_that_of_the_rules():
    world = World()
    post = world.post()
    hours = [-720, -168, -48, -1, 0, 1, 42, 47, 48, 49, 100, 168, 169, 180, 360, 400, 9000]
    for days in (1, 7, 30, 60):
        for left in hours:
            world.code(post, NOW + timedelta(hours=left) - days * DAY, days)
    rows = list(AuthorizationCode.objects.order_by("pk"))
    revoke_codes(codes=rows[::7], at=NOW, **world.by)
    revoke_codes(codes=rows[3::7], at=NOW + DAY, **world.by)
    reject_codes(codes=rows[::9], error="4013", **world.by)
    rows = list(AuthorizationCode.objects.all())
    for expiring_days in (1, 7, 30):
        for status in CodeStatus:
            found = with_status(
                codes_of(world.brand, NOW), status, now=NOW, expiring_days=expiring_days
            ).values_list("pk", flat=True)
            expected = {
                row.pk
                for row in rows
                if code_status(
                    Code(row.starts_at, row.expires_at, row.revoked_at, row.rejected_at is not None),
                    now=NOW,
                    expiring_days=expiring_days,
                )
                is status
            }
            assert set(found) == expected, (status, expiring_days)


def test_the_end_in_sql_is_the_natural_one_or_the_earlier_revocation():
    world = World()
    post = world.post()
    plain, early, late, coming = (world.code(post, NOW - 20 * DAY, days) for days in (30, 31, 32, 60))
    revoke_codes(codes=[early], at=NOW - DAY, **world.by)
    revoke_codes(codes=[late], at=late.expires_at + DAY, **world.by)
    revoke_codes(codes=[coming], at=NOW + 2 * DAY, **world.by)
    rows = list(codes_of(world.brand, NOW).order_by("end_at"))
    assert [row.pk for row in rows] == [early.pk, coming.pk, plain.pk, late.pk]
    assert [row.end_at for row in rows] == [line.ends_at for line in code_lines(world.brand, rows, NOW)]
    upcoming = codes_of(world.brand, NOW).order_by("next_end")
    assert [row.pk for row in upcoming] == [coming.pk, plain.pk, late.pk, early.pk]
