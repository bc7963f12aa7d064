"""Words are true: what only rights limit never "stops", an end from a date shows its last day, time is not promised."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authorizations.enums import Reason, Verdict
from authorizations.rules import RIGHTS_REASONS, Coverage, Gap, judge
from campaigns.enums import FlightStatus
from campaigns.phrases import Subject, Tone
from campaigns.words import flight_words, post_words, strip_sentence
from sparktrack.core.days import end_of_last_day
from sparktrack.core.wording import TimeWords

ZONE = "America/New_York"
NOW = datetime(2026, 11, 21, 14, 5, tzinfo=ZoneInfo(ZONE)).astimezone(UTC)
DAY = timedelta(days=1)
TIMES = TimeWords(now=NOW, zone=ZONE, viewer_zone=ZONE)
MAYA = Subject("maya.glow")


def local(month: int, day: int, hour: int = 0, minute: int = 0, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=ZoneInfo(ZONE)).astimezone(UTC)


START, END = local(11, 9), local(12, 15)


def say(gaps, *, start=START, end=END, status=FlightStatus.LIVE, since=None, subject=MAYA, apply_by=None):
    return flight_words(
        judge(gaps, starts_at=start, ends_at=end, now=NOW),
        status=status,
        starts_at=start,
        ends_at=end,
        subject=subject,
        times=TIMES,
        blocked_since=since,
        apply_by=apply_by,
    )


def describe(gaps, *, days=0, end=END):
    return strip_sentence(
        judge(gaps, starts_at=START, ends_at=end, now=NOW),
        starts_at=START,
        ends_at=end,
        uncovered_days=days,
        subject=MAYA,
        times=TIMES,
    )


def test_a_code_that_ends_mid_flight_stops_at_its_instant():
    words = say([Gap(local(11, 23, 18, 12), None, (Reason.CODE_EXPIRED,))])
    assert words.answer == "Stops Mon 23 Nov, 18:12 EST – 21 days before the flight ends"
    assert words.why == "The code ends. Last full day: Sun 22 Nov (America/New_York)."
    assert (words.tone, words.limit) == (Tone.WARN, "Code ends")
    assert (words.when, words.at) == ("in 2 d 4 h", local(11, 23, 18, 12))
    assert words.day == "last full day Sun 22 Nov"
    assert words.step == "Ask @maya.glow for 30 days"


def test_a_code_that_ends_with_a_date_shows_its_last_day():
    words = say([Gap(local(11, 26), None, (Reason.CODE_EXPIRED,))])
    assert words.answer == "Stops after Wed 25 Nov – 19 days before the flight ends"
    assert (words.when, words.day, words.at) == ("4 full days left", "last day Wed 25 Nov", None)


def test_rights_that_end_mid_flight_ask_for_a_pause_on_the_last_day():
    words = say([Gap(local(11, 26), None, (Reason.RIGHTS_EXPIRED,))])
    assert words.answer == "Rights end Wed 25 Nov: pause it that day"
    assert words.limit == "Rights end: pause"
    assert (words.when, words.day) == ("4 full days left", "last day Wed 25 Nov")
    assert words.step == "Extend the rights"


def test_running_without_rights_asks_for_a_pause_now():
    since = local(11, 19)
    words = say([Gap(since, None, (Reason.RIGHTS_EXPIRED,))], since=since)
    assert words.answer == "Runs without permission since Thu 19 Nov: pause it now"
    assert words.tone is Tone.STOP
    assert (words.when, words.day, words.at) == ("for 2 d 14 h", "since Thu 19 Nov", None)


def test_a_post_that_went_private_says_since_when():
    since = NOW - timedelta(hours=3, minutes=5)
    words = say([Gap(since, None, (Reason.POST_UNAVAILABLE,))], since=since)
    assert words.answer == "Has not run since Sat 21 Nov, 11:00 EST: post is private"
    assert (words.when, words.at) == ("for 3 h 5 min", since)
    assert words.step == "Ask @maya.glow to make it public"


def test_a_gap_from_ever_does_not_say_since_when():
    assert say([Gap(None, None, (Reason.NO_CODE,))]).answer == "Does not run: no code"


def test_a_flight_that_was_launched_before_its_first_day_is_not_blocked_since_the_future():
    start = local(11, 25)
    words = say([Gap(None, None, (Reason.NO_CODE,))], start=start, since=start)
    assert (words.when, words.at, words.day) == ("now", None, "")
    assert words.answer == "Does not run: no code"


def test_a_gap_that_closes_before_the_flight_ends_says_when_it_may_run_again():
    words = say([Gap(None, local(11, 24, 9), (Reason.CODE_NOT_STARTED,))], since=START)
    assert words.why == "The code has not started. It may run again from Tue 24 Nov, 09:00 EST."
    assert words.step == "Wait: it starts Tue 24 Nov"


def test_several_reasons_are_named_with_the_limiting_one_first():
    gap = Gap(local(11, 20), None, (Reason.CODE_EXPIRED, Reason.NO_RIGHTS, Reason.POST_UNAVAILABLE))
    words = say([gap], since=local(11, 20))
    assert words.limit == "Post is private"
    assert words.answer == "Has not run since Fri 20 Nov: post is private, code ended, no rights"


def test_a_planned_flight_without_code_cannot_start():
    gap = Gap(None, None, (Reason.NO_CODE,))
    words = say([gap], start=local(11, 26), status=FlightStatus.PLANNED, since=local(11, 26))
    assert words.answer == "Cannot start Thu 26 Nov: no code"
    assert (words.tone, words.when, words.day) == (Tone.WARN, "starts in 4 d 9 h", "Thu 26 Nov")


def test_a_code_that_lasts_until_before_the_first_day_has_not_ended_yet():
    gap = Gap(local(11, 24), None, (Reason.CODE_EXPIRED,))
    words = say([gap], start=local(11, 26), status=FlightStatus.PLANNED, since=local(11, 26))
    assert words.limit == "Code ends too early"
    assert words.why == "The code ends before the flight starts."


def test_a_covered_flight_is_covered_to_its_last_day():
    words = say([])
    assert words.answer == "Covered to the end, Mon 14 Dec"
    assert (words.tone, words.when, words.day, words.step) == (Tone.OK, "to 14 Dec", "24 days to go", "")


def test_a_covered_flight_to_come_says_when_it_starts():
    assert say([], start=local(11, 26), status=FlightStatus.PLANNED).day == "starts Thu 26 Nov"


def test_a_flight_without_end_runs_until_its_code_ends():
    words = say([Gap(local(1, 12, 18, 0, 2027), None, (Reason.CODE_EXPIRED,))], end=None)
    assert words.answer == "Runs until Tue 12 Jan 2027, 18:00 EST"
    assert (words.tone, words.when, words.day) == (Tone.OK, "until 12 Jan 2027", "no end planned")


def test_a_flight_without_end_whose_code_ends_soon_is_a_warning():
    words = say([Gap(local(12, 1, 9), None, (Reason.CODE_EXPIRED,))], end=None)
    assert words.tone is Tone.WARN
    assert words.answer == "Stops Tue 1 Dec, 09:00 EST – the flight has no end"
    assert words.step == "Ask @maya.glow for a code"


def test_a_flight_without_end_and_without_gap_has_nothing_that_ends():
    assert say([], end=None).answer == "May run, and nothing ends"


def test_a_paused_flight_says_so_first():
    words = say([Gap(local(11, 26), None, (Reason.RIGHTS_EXPIRED,))], status=FlightStatus.PAUSED)
    assert (words.tone, words.when) == (Tone.IDLE, "paused")
    assert words.answer.startswith("Paused. ")


def test_an_ended_flight_shows_its_last_day():
    words = say([], end=local(11, 20), status=FlightStatus.ENDED)
    assert (words.when, words.day) == ("ended", "last day Thu 19 Nov")


def test_a_flight_that_somebody_ended_shows_that_day():
    assert say([], end=local(11, 20, 15), status=FlightStatus.ENDED).day == "Fri 20 Nov"


def test_a_flight_without_dates_is_not_judged():
    words = flight_words(
        None, status=FlightStatus.UNPLANNED, starts_at=None, ends_at=None, subject=MAYA, times=TIMES
    )
    assert words.limit == "Not planned"


def test_a_replacement_that_is_not_applied_says_by_when():
    words = say((), apply_by=local(11, 23, 18, 12))
    assert (words.tone, words.limit) == (Tone.WARN, "Replacement not applied")
    assert (words.when, words.at) == ("in 2 d 4 h", local(11, 23, 18, 12))
    assert words.step == "Apply by Mon 23 Nov, 18:12 EST"
    by_date = say((), apply_by=local(11, 24))
    assert (by_date.when, by_date.day, by_date.at) == ("2 full days left", "last day Mon 23 Nov", None)
    assert by_date.step == "Apply by Mon 23 Nov"


def test_a_replacement_whose_old_code_has_ended_is_to_be_applied_now():
    words = say((), apply_by=local(11, 21, 11, 5))
    assert (words.tone, words.when) == (Tone.STOP, "for 3 h")
    assert words.step == "The old code has ended: apply the new one now"


def test_a_window_that_is_an_account_link_is_not_called_a_code():
    words = say(
        [Gap(local(11, 25, 9), None, (Reason.CODE_EXPIRED,))], subject=Subject("maya.glow", linked=True)
    )
    assert words.limit == "Account link ends"
    assert words.step == "Ask @maya.glow to link the account"
    assert "code" not in f"{words}".lower()


def test_a_short_rest_of_a_flight_is_less_than_a_day():
    words = say([Gap(END - timedelta(hours=5), None, (Reason.CODE_EXPIRED,))])
    assert words.answer.endswith("less than a day before the flight ends")


@pytest.mark.parametrize(
    ("last", "when"), [(21, "last day is today"), (22, "1 full day left"), (25, "4 full days left")]
)
def test_full_days_left_count_the_days_after_today(last, when):
    end = end_of_last_day(date(2026, 11, last), ZONE)
    assert say([Gap(end, None, (Reason.RIGHTS_EXPIRED,))]).when == when


reasons = st.sets(st.sampled_from(Reason), min_size=1).map(lambda found: tuple(sorted(found)))
ahead = st.timedeltas(timedelta(minutes=1), 60 * DAY)


@given(
    st.none() | ahead.map(lambda length: NOW + length) | ahead.map(lambda length: NOW - length),
    st.none() | ahead,
    reasons,
    st.sampled_from(
        [(START, FlightStatus.LIVE), (START, FlightStatus.PAUSED), (NOW + DAY, FlightStatus.PLANNED)]
    ),
    st.sampled_from([END, None]),
)
def test_nothing_is_said_to_stop_where_only_rights_are_missing(at, length, missing, flight, end):
    start, status = flight
    close = None if length is None else max(NOW, at or NOW) + length
    words = say([Gap(at, close, missing)], start=start, end=end, status=status)
    if RIGHTS_REASONS.issuperset(missing):
        assert "stop" not in f"{words.answer} {words.why} {words.limit} {words.step}".lower()


@given(reasons)
def test_every_set_of_reasons_has_words_on_board_and_strip(missing):
    gap = Gap(NOW + 3 * DAY, None, missing)
    assert say([gap]).limit
    assert describe([gap], days=20)
    assert post_words(judge([gap], starts_at=NOW, ends_at=None, now=NOW), subject=MAYA, times=TIMES).limit


def test_a_strip_is_one_sentence():
    assert describe([]) == "Flight from 9 Nov to 14 Dec: covered."
    code = Gap(local(11, 23, 18, 12), None, (Reason.CODE_EXPIRED,))
    assert describe([code], days=22) == (
        "Flight from 9 Nov to 14 Dec: runs until Mon 23 Nov, 18:12 EST, then 22 days not covered."
    )
    rights = Gap(local(11, 26), None, (Reason.RIGHTS_EXPIRED,))
    assert describe([rights], days=6) == (
        "Flight from 9 Nov to 14 Dec: rights until Wed 25 Nov, then 6 days without permission."
    )
    gone = Gap(local(11, 20), None, (Reason.POST_UNAVAILABLE,))
    assert describe([gone], days=1) == "Flight from 9 Nov to 14 Dec: post is private, 1 day not covered."
    assert describe([], end=None) == "Flight from 9 Nov, no end planned: covered."


def test_a_strip_of_a_flight_without_end_counts_no_days():
    later = local(1, 20, 18, 12, year=2027)
    assert describe([Gap(later, None, (Reason.CODE_EXPIRED,))], end=None) == (
        "Flight from 9 Nov, no end planned: runs until Wed 20 Jan 2027, 18:12 EST."
    )
    later = local(2, 1, year=2027)
    assert describe([Gap(later, None, (Reason.RIGHTS_EXPIRED,))], end=None) == (
        "Flight from 9 Nov, no end planned: rights until Sun 31 Jan 2027."
    )


def test_a_strip_without_dates_says_so():
    sentence = strip_sentence(None, starts_at=None, ends_at=None, uncovered_days=0, subject=MAYA, times=TIMES)
    assert sentence == "No dates yet."


def test_a_post_outside_flights_is_ready_until_what_limits_it():
    coverage = judge(
        [Gap(local(12, 18, 18), None, (Reason.CODE_EXPIRED,))], starts_at=NOW, ends_at=None, now=NOW
    )
    words = post_words(coverage, subject=MAYA, times=TIMES)
    assert words.answer == "Ready to run until Fri 18 Dec, 18:00 EST"
    assert (words.tone, words.when, words.day) == (Tone.OK, "ready until 18 Dec", "last day Thu 17 Dec")


def test_a_post_outside_flights_without_code_is_not_ready():
    coverage = judge([Gap(None, None, (Reason.NO_CODE,))], starts_at=NOW, ends_at=None, now=NOW)
    words = post_words(coverage, subject=MAYA, times=TIMES)
    assert words.answer == "Not ready: no code"
    assert words.step == "Ask @maya.glow for a code"


def test_a_post_that_nothing_limits_is_ready():
    words = post_words(Coverage(Verdict.COVERED, None, ()), subject=MAYA, times=TIMES)
    assert (words.answer, words.when) == ("Ready to run", "ready")


def test_a_lapse_into_a_gap_from_ever_is_a_mistake_of_the_caller():
    impossible = Coverage(Verdict.LAPSES, NOW, (Gap(None, None, (Reason.NO_CODE,)),))
    with pytest.raises(ValueError, match="always there"):
        flight_words(
            impossible, status=FlightStatus.LIVE, starts_at=START, ends_at=END, subject=MAYA, times=TIMES
        )
