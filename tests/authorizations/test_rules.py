"""Coverage by example: the worked cases, and each rule of DOMAIN.md §5 and §6 at its boundary."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from authorizations.enums import CodeStatus, Reason, Verdict
from authorizations.planning import answer, parse_case
from authorizations.rules import (
    Code,
    Coverage,
    Gap,
    PostInputs,
    Right,
    Window,
    clip,
    code_status,
    coverage,
    is_paid_right,
    judge,
    post_gaps,
    shortest_preset,
    uncovered_days,
)

VECTORS = (Path(__file__).parents[1] / "data/vectors/coverage.jsonl").read_text().splitlines()
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
DAY = timedelta(days=1)
TICK = timedelta(microseconds=1)
FOREVER = Right(NOON - 365 * DAY, None, paid=True)
MONTH = Code(NOON, NOON + 30 * DAY)


def post(**changes):
    """A post that needs a code and rights, and has neither."""
    return PostInputs(**{"needs_code": True, "needs_rights": True, "codes": (), "rights": ()} | changes)


def code_gaps(*codes):
    """The gaps of a post that needs nothing but a code."""
    return post_gaps(post(codes=codes, needs_rights=False))


def rights_gaps(*rights):
    """The gaps of a post that needs nothing but rights."""
    return post_gaps(post(rights=rights, needs_code=False))


@pytest.mark.parametrize("line", VECTORS, ids=[f"case-{json.loads(line)['id']}" for line in VECTORS])
def test_worked_case(line):
    found = answer(parse_case(line, path="line"))
    assert {key: found[key] for key in ("verdict", "runnable_until", "gaps")} == json.loads(line)["expected"]


def test_all_worked_cases_are_here():
    assert len(VECTORS) == 520


def test_a_code_holds_from_its_start_to_the_tick_before_its_end():
    assert code_gaps(MONTH) == (
        Gap(None, NOON, (Reason.CODE_NOT_STARTED,)),
        Gap(NOON + 30 * DAY, None, (Reason.CODE_EXPIRED,)),
    )


def test_without_code_and_rights_the_post_never_may_run():
    assert post_gaps(post()) == (Gap(None, None, (Reason.NO_CODE, Reason.NO_RIGHTS)),)


def test_a_post_that_needs_nothing_has_no_gap():
    assert post_gaps(post(needs_code=False, needs_rights=False)) == ()


@pytest.mark.parametrize(
    "unusable",
    [
        Code(NOON, NOON + 30 * DAY, rejected=True),
        Code(NOON, NOON),
        Code(NOON, NOON - DAY),
        Code(NOON, NOON + 30 * DAY, revoked_at=NOON),
        Code(NOON, NOON + 30 * DAY, revoked_at=NOON - DAY),
    ],
)
def test_a_rejected_code_or_an_empty_window_counts_as_not_on_file(unusable):
    assert code_gaps(unusable) == (Gap(None, None, (Reason.NO_CODE,)),)


@pytest.mark.parametrize(
    ("revoked_at", "end", "reason"),
    [
        (NOON + 30 * DAY - TICK, NOON + 30 * DAY - TICK, Reason.CODE_REVOKED),
        (NOON + 30 * DAY, NOON + 30 * DAY, Reason.CODE_EXPIRED),
        (NOON + 31 * DAY, NOON + 30 * DAY, Reason.CODE_EXPIRED),
    ],
)
def test_a_window_ends_as_revoked_only_before_its_natural_end(revoked_at, end, reason):
    assert code_gaps(Code(NOON, NOON + 30 * DAY, revoked_at))[1] == Gap(end, None, (reason,))


@pytest.mark.parametrize("turned", [False, True])
def test_of_two_codes_that_ended_together_the_revoked_one_is_the_reason(turned):
    codes = [MONTH, Code(NOON - DAY, NOON + 60 * DAY, revoked_at=NOON + 30 * DAY)]
    assert code_gaps(*(reversed(codes) if turned else codes))[-1].reasons == (Reason.CODE_REVOKED,)


def test_the_code_that_ended_last_is_the_reason_even_if_another_started_later():
    revoked_early = Code(NOON + DAY, NOON + 31 * DAY, revoked_at=NOON + 2 * DAY)
    assert code_gaps(MONTH, revoked_early)[-1] == Gap(NOON + 30 * DAY, None, (Reason.CODE_EXPIRED,))


def test_between_two_codes_the_first_one_has_expired():
    later = Code(NOON + 40 * DAY, NOON + 47 * DAY)
    assert code_gaps(later, MONTH)[1] == Gap(NOON + 30 * DAY, NOON + 40 * DAY, (Reason.CODE_EXPIRED,))


def test_a_replacement_that_begins_at_the_end_leaves_no_gap_and_one_tick_later_a_gap_of_a_tick():
    end = NOON + 30 * DAY
    assert [gap.starts_at for gap in code_gaps(MONTH, Code(end, end + DAY))] == [None, end + DAY]
    assert Gap(end, end + TICK, (Reason.CODE_EXPIRED,)) in code_gaps(MONTH, Code(end + TICK, end + DAY))


def test_paid_rights_before_within_and_after():
    assert rights_gaps(Right(NOON, NOON + DAY, paid=True)) == (
        Gap(None, NOON, (Reason.RIGHTS_NOT_STARTED,)),
        Gap(NOON + DAY, None, (Reason.RIGHTS_EXPIRED,)),
    )


def test_an_unpaid_right_is_the_reason_while_it_holds_and_always_if_there_is_no_paid_one():
    unpaid = Right(NOON + 2 * DAY, NOON + 3 * DAY, paid=False)
    assert rights_gaps(unpaid) == (Gap(None, None, (Reason.PAID_NOT_ALLOWED,)),)
    assert rights_gaps(unpaid, Right(NOON, NOON + DAY, paid=True)) == (
        Gap(None, NOON, (Reason.RIGHTS_NOT_STARTED,)),
        Gap(NOON + DAY, NOON + 2 * DAY, (Reason.RIGHTS_EXPIRED,)),
        Gap(NOON + 2 * DAY, NOON + 3 * DAY, (Reason.PAID_NOT_ALLOWED,)),
        Gap(NOON + 3 * DAY, None, (Reason.RIGHTS_EXPIRED,)),
    )


def test_an_open_paid_right_holds_for_ever():
    assert rights_gaps(Right(NOON, None, paid=True)) == (Gap(None, NOON, (Reason.RIGHTS_NOT_STARTED,)),)


@pytest.mark.parametrize("paid", [False, True])
def test_an_empty_right_counts_as_not_on_file(paid):
    assert rights_gaps(Right(NOON, NOON, paid=paid)) == (Gap(None, None, (Reason.NO_RIGHTS,)),)


def test_a_post_that_is_gone_is_unavailable_for_ever_beside_its_other_reasons():
    gone = post(codes=[MONTH], rights=[FOREVER], unavailable_from=NOON + DAY)
    assert clip(post_gaps(gone), NOON, None) == (
        Gap(NOON + DAY, NOON + 30 * DAY, (Reason.POST_UNAVAILABLE,)),
        Gap(NOON + 30 * DAY, None, (Reason.CODE_EXPIRED, Reason.POST_UNAVAILABLE)),
    )


def test_account_links_are_the_windows_of_a_post_of_another_method():
    links = [Window(NOON, NOON + DAY), Window(NOON + 2 * DAY, None)]
    linked = post(needs_code=False, needs_rights=False, links_required=True, links=links, codes=[MONTH])
    assert post_gaps(linked) == (
        Gap(None, NOON, (Reason.CODE_NOT_STARTED,)),
        Gap(NOON + DAY, NOON + 2 * DAY, (Reason.CODE_EXPIRED,)),
    )


def test_a_post_of_another_method_without_account_links_needs_no_window():
    assert post_gaps(post(needs_code=False, needs_rights=False, links_required=True)) == ()


def test_account_links_say_nothing_about_a_post_that_needs_a_code_or_nothing():
    links = [Window(NOON, None)]
    assert post_gaps(post(needs_rights=False, links=links)) == (Gap(None, None, (Reason.NO_CODE,)),)
    assert post_gaps(post(needs_code=False, needs_rights=False, links=links)) == ()


@pytest.mark.parametrize("reason", list(Reason))
def test_only_gaps_of_rights_alone_must_be_paused_by_hand(reason):
    rights = {"no_rights", "rights_not_started", "rights_expired", "paid_not_allowed"}
    assert Gap(None, None, (reason,)).stops_itself is (reason not in rights)
    assert Gap(None, None, tuple(sorted({reason, Reason.CODE_EXPIRED}))).stops_itself


@pytest.mark.parametrize(
    ("starts_at", "ends_at", "verdict", "runnable_until"),
    [
        (NOON - 9 * DAY, NOON, Verdict.ENDED, None),
        (NOON - 9 * DAY, NOON + TICK, Verdict.COVERED, NOON + TICK),
        (NOON, NOON + 30 * DAY, Verdict.COVERED, NOON + 30 * DAY),
        (NOON, NOON + 30 * DAY + TICK, Verdict.LAPSES, NOON + 30 * DAY),
        (NOON, None, Verdict.LAPSES, NOON + 30 * DAY),
        (NOON + 30 * DAY - TICK, None, Verdict.LAPSES, NOON + 30 * DAY),
        (NOON + 30 * DAY, NOON + 31 * DAY, Verdict.BLOCKED, None),
    ],
)
def test_verdict_of_a_flight_at_its_boundaries(starts_at, ends_at, verdict, runnable_until):
    found = coverage(post(codes=[MONTH], rights=[FOREVER]), starts_at=starts_at, ends_at=ends_at, now=NOON)
    assert (found.verdict, found.runnable_until) == (verdict, runnable_until)


def test_a_flight_without_end_and_without_gap_is_covered_without_an_instant():
    free = post(needs_code=False, rights=[FOREVER])
    assert coverage(free, starts_at=NOON, ends_at=None, now=NOON) == Coverage(Verdict.COVERED, None, ())


def test_an_ended_flight_has_no_gaps():
    assert judge(post_gaps(post()), starts_at=NOON - DAY, ends_at=NOON, now=NOON).gaps == ()


def test_gaps_are_clipped_to_what_is_left_of_the_flight():
    found = judge(code_gaps(), starts_at=NOON - DAY, ends_at=NOON + DAY, now=NOON)
    assert found.gaps == clip(code_gaps(), NOON, NOON + DAY) == (Gap(NOON, NOON + DAY, (Reason.NO_CODE,)),)


@pytest.mark.parametrize(
    ("starts_at", "ends_at", "days"),
    [
        (NOON, NOON + 30 * DAY, 0),
        (NOON, NOON + 30 * DAY + TICK, 1),
        (NOON, NOON + 31 * DAY, 1),
        (NOON, NOON + 31 * DAY + TICK, 2),
        (NOON - 5 * DAY, NOON + DAY, 0),
        (NOON - 9 * DAY, NOON - 8 * DAY, 0),
        (NOON, None, 0),
        (NOON + 40 * DAY, None, 0),
    ],
)
def test_uncovered_days_are_begun_days(starts_at, ends_at, days):
    assert uncovered_days(code_gaps(MONTH), starts_at=starts_at, ends_at=ends_at, now=NOON) == days


def test_uncovered_time_is_rounded_up_once_per_flight():
    late = [Code(NOON + 0.5 * DAY, NOON + 2 * DAY), Code(NOON + 2.5 * DAY, NOON + 9 * DAY)]
    assert uncovered_days(code_gaps(*late), starts_at=NOON, ends_at=NOON + 9 * DAY, now=NOON) == 1


@pytest.mark.parametrize(("starts_in", "days"), [(0, 30), (-1, 30), (10, 20), (31, 0)])
def test_a_flight_without_end_counts_the_next_thirty_days(starts_in, days):
    assert uncovered_days(code_gaps(), starts_at=NOON + starts_in * DAY, ends_at=None, now=NOON) == days


@pytest.mark.parametrize(
    ("code", "now", "status"),
    [
        (Code(NOON, NOON + 30 * DAY, revoked_at=NOON, rejected=True), NOON, CodeStatus.REJECTED),
        (Code(NOON, NOON + 30 * DAY, revoked_at=NOON + DAY), NOON + DAY, CodeStatus.REVOKED),
        (Code(NOON, NOON + 30 * DAY, revoked_at=NOON + DAY), NOON + DAY - TICK, CodeStatus.ACTIVE),
        (Code(NOON, NOON + 30 * DAY, revoked_at=NOON - DAY), NOON - DAY, CodeStatus.REVOKED),
        (MONTH, NOON - TICK, CodeStatus.SCHEDULED),
        (MONTH, NOON, CodeStatus.ACTIVE),
        (MONTH, NOON + 23 * DAY - TICK, CodeStatus.ACTIVE),
        (MONTH, NOON + 23 * DAY, CodeStatus.EXPIRING),
        (MONTH, NOON + 30 * DAY - TICK, CodeStatus.EXPIRING),
        (MONTH, NOON + 30 * DAY, CodeStatus.EXPIRED),
        (Code(NOON, NOON + 7 * DAY), NOON + 5 * DAY - TICK, CodeStatus.ACTIVE),
        (Code(NOON, NOON + 7 * DAY), NOON + 5 * DAY, CodeStatus.EXPIRING),
        (Code(NOON, NOON + 12 * DAY), NOON + 9 * DAY - TICK, CodeStatus.ACTIVE),
        (Code(NOON, NOON + 12 * DAY), NOON + 9 * DAY, CodeStatus.EXPIRING),
    ],
)
def test_code_status_at_its_boundaries(code, now, status):
    assert code_status(code, now=now, expiring_days=7) is status


def test_the_brand_may_shorten_the_warning_of_a_code():
    assert code_status(MONTH, now=NOON + 29 * DAY - TICK, expiring_days=1) is CodeStatus.ACTIVE
    assert code_status(MONTH, now=NOON + 29 * DAY, expiring_days=1) is CodeStatus.EXPIRING


@pytest.mark.parametrize(
    ("paid", "channels", "expected"),
    [
        (True, [], True),
        (True, ["tiktok"], True),
        (True, ["Instagram", " TikTok "], True),
        (True, ["instagram"], False),
        (False, [], False),
        (False, ["tiktok"], False),
    ],
)
def test_a_paid_right_allows_amplification_on_tiktok(paid, channels, expected):
    assert is_paid_right(paid, channels) is expected


def test_planner_asks_for_the_shortest_window_that_lasts_until_the_flight_ends():
    october, december = datetime(2026, 10, 3, 9, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)
    advice = shortest_preset(generated_at=october, ends_at=december, rights=[FOREVER])
    assert advice.days == 60
    hours = timedelta(hours=15)
    assert advice.shortfalls == ((7, 51 * DAY + hours), (30, 28 * DAY + hours))
    assert advice.rights_gaps == ()


def test_planner_counts_to_the_tick_and_knows_when_no_window_is_long_enough():
    def days(needed):
        advice = shortest_preset(generated_at=NOON, ends_at=NOON + needed, rights=[FOREVER])
        assert all(lacking > timedelta() for _, lacking in advice.shortfalls)
        return advice.days

    assert (days(7 * DAY), days(7 * DAY + TICK)) == (7, 30)
    assert (days(365 * DAY), days(365 * DAY + TICK)) == (365, None)


def test_planner_names_the_days_no_paid_right_covers():
    until = Right(NOON - DAY, NOON + 5 * DAY, paid=True)
    advice = shortest_preset(generated_at=NOON, ends_at=NOON + 7 * DAY, rights=[until])
    assert advice.rights_gaps == (Gap(NOON + 5 * DAY, NOON + 7 * DAY, (Reason.RIGHTS_EXPIRED,)),)
