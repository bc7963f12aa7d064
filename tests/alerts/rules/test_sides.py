"""One side of what a post lacks, apart from the rest."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from alerts.enums import AlertKind
from alerts.rules.sides import is_of, one_side
from authorizations.enums import Reason
from authorizations.rules import Gap

START = datetime(2026, 11, 21, tzinfo=UTC)


def at(day):
    return START + timedelta(days=day)


def test_every_reason_is_of_one_side():
    sides = (AlertKind.CODE, AlertKind.RIGHTS, AlertKind.POST)
    for reason in Reason:
        assert [side for side in sides if is_of(side, reason)] == [
            AlertKind.POST
            if reason is Reason.POST_UNAVAILABLE
            else AlertKind.CODE
            if "code" in reason
            else AlertKind.RIGHTS
        ]


def test_stretches_that_the_other_side_cut_are_one():
    gaps = [
        Gap(None, at(1), (Reason.NO_CODE,)),
        Gap(at(1), at(2), (Reason.NO_CODE, Reason.RIGHTS_EXPIRED)),
        Gap(at(2), at(3), (Reason.CODE_EXPIRED, Reason.RIGHTS_EXPIRED)),
        Gap(at(4), None, (Reason.POST_UNAVAILABLE, Reason.RIGHTS_EXPIRED)),
    ]
    assert one_side(gaps, AlertKind.CODE) == [
        Gap(None, at(2), (Reason.NO_CODE,)),
        Gap(at(2), at(3), (Reason.CODE_EXPIRED,)),
    ]
    assert one_side(gaps, AlertKind.RIGHTS) == [
        Gap(at(1), at(3), (Reason.RIGHTS_EXPIRED,)),
        Gap(at(4), None, (Reason.RIGHTS_EXPIRED,)),
    ]
    assert one_side(gaps, AlertKind.POST) == [Gap(at(4), None, (Reason.POST_UNAVAILABLE,))]


reasons = st.lists(st.sampled_from(list(Reason)), min_size=1, max_size=3, unique=True).map(sorted).map(tuple)


@given(st.lists(st.tuples(st.booleans(), reasons), max_size=8))
def test_a_side_fails_exactly_where_a_gap_has_a_reason_of_it(stretches):
    gaps = [Gap(at(day), at(day + 1), found) for day, (held, found) in enumerate(stretches) if held]
    for kind in (AlertKind.CODE, AlertKind.RIGHTS, AlertKind.POST):
        side = one_side(gaps, kind)
        for day in range(len(stretches)):
            fails = any(gap.starts_at == at(day) and any(is_of(kind, r) for r in gap.reasons) for gap in gaps)
            assert fails == any(gap.starts_at <= at(day) < gap.ends_at for gap in side)
        assert all(one.ends_at != two.starts_at or one.reasons != two.reasons for one, two in pairwise(side))
