"""Evidence for a period: what was ended before its time is evidence until then."""

from datetime import date

import pytest

from authorizations.operations.codes import revoke_codes
from campaigns.operations.flights import end_flights
from tests.world import DAY, NOW, World
from workplace.queries.evidence import Period, evidence_pack, posts_with_evidence

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return World()


def on_file(world, first=None, last=None):
    """How many codes and flights of each post are listed for this period."""
    period = Period(first, last)
    posts = posts_with_evidence(world.brand, period)
    pack = evidence_pack(world.brand, posts, now=NOW, period=period)
    return {chapter.post.title: (len(chapter.codes), len(chapter.flights)) for chapter in pack.chapters}


def test_what_was_revoked_or_ended_before_the_period_is_not_of_it(world):
    cut, ran, whole = (world.post(title=title) for title in ("Cut", "Ran", "Whole"))
    code = world.code(cut, NOW - 40 * DAY, days=365)
    revoke_codes(codes=[code], at=NOW - 20 * DAY, **world.by)
    for ends_on in (world.day(30), None):
        flight = world.flight(ran, world.day(-40), ends_on)
        end_flights(flights=[flight], **{**world.by, "now": NOW - 20 * DAY})
    world.code(whole, NOW - 40 * DAY, days=365)
    world.flight(whole, world.day(-40), world.day(30))
    world.flight(whole, world.day(-40))
    everything = {"Cut": (1, 0), "Ran": (0, 2), "Whole": (1, 2)}
    assert on_file(world, world.day(-5), world.day(0)) == {"Whole": (1, 2)}
    assert on_file(world, world.day(-19)) == {"Whole": (1, 2)}
    assert on_file(world, world.day(-20), world.day(0)) == everything
    assert on_file(world, last=world.day(-30)) == everything
    assert on_file(world) == everything
    assert on_file(world, date(2025, 1, 1), date(2025, 1, 2)) == {}
