"""The planner held against the rules of coverage, on ordinary days and on those when clocks or calendars jump."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from authorizations.enums import Verdict
from authorizations.rules import PRESET_DAYS, Code, PostInputs, coverage
from campaigns.phrases import Tone
from campaigns.pictures import Kind
from campaigns.planner import Later, Plan, PlannedRights, advise
from campaigns.planner_words import planner_answer
from sparktrack.core.days import first_instant, local_date

NOW = datetime(2026, 9, 21, 12, tzinfo=UTC)
DAY = timedelta(days=1)
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Kathmandu")


def plan(starts_on, ends_on, generated, *, zone="UTC", account_zone="UTC", **fields):
    """A plan from days; ``generated`` may be an instant."""
    at = generated if isinstance(generated, datetime) else first_instant(generated, zone)
    return Plan(starts_on, ends_on, at, zone, account_zone, **fields)


def said(planned, *, time_known=True):
    return planner_answer(planned, advise(planned), time_known=time_known, now=NOW)


def titles(answer):
    return [note.title for note in answer.notes]


# --- Against the rules ----------------------------------------------------------------------------------------------
days = st.dates(date(2000, 1, 1), date(2100, 11, 30))


@st.composite
def plans(draw):
    starts_on = draw(days)
    ends_on = starts_on + DAY * draw(st.integers(0, 500))
    moved = timedelta(minutes=draw(st.integers(-400 * 1440, 30 * 1440)))
    zone, account_zone = draw(st.sampled_from(ZONES)), draw(st.sampled_from(ZONES))
    rights = draw(st.sampled_from(PlannedRights))
    of_rights = {}
    if rights is PlannedRights.DATES:
        first = starts_on + DAY * draw(st.integers(-30, 30))
        of_rights = {"rights_from": first, "rights_to": first + DAY * draw(st.integers(0, 400))}
    made = Plan(
        starts_on,
        ends_on,
        first_instant(starts_on, account_zone) + moved,
        zone,
        account_zone,
        rights=rights,
        longest=draw(st.sampled_from(PRESET_DAYS)),
        **of_rights,
    )
    assume(made.generated_at < made.ends_at and made.starts_at < made.ends_at)
    return made


def judged(planned, length, *, from_day=None):
    """What the rules say of the flight from the day of generation on, with a code of this length."""
    at = planned.generated_at if from_day is None else first_instant(from_day, planned.zone)
    code = Code(at, at + length * DAY)
    inputs = PostInputs(needs_code=True, needs_rights=False, codes=[code], rights=())
    starts_at = max(planned.starts_at, at)
    return coverage(inputs, starts_at=starts_at, ends_at=planned.ends_at, now=starts_at)


@given(plans())
def test_what_is_recommended_covers_and_the_next_shorter_does_not(planned):
    advice = advise(planned)
    offered = [length for length in PRESET_DAYS if length <= planned.longest]
    assert [preset.days for preset in advice.presets] == offered
    for preset in advice.presets:
        found = judged(planned, preset.days)
        assert (found.verdict is Verdict.COVERED) == (preset.short_by == timedelta(0))
        if preset.short_by and found.verdict is Verdict.LAPSES:
            assert found.runnable_until == preset.ends_at == planned.ends_at - preset.short_by
    covering = [length for length in offered if judged(planned, length).verdict is Verdict.COVERED]
    assert advice.days == (covering[0] if covering else None)


@given(plans())
def test_every_other_piece_of_advice_holds_by_the_rules(planned):
    advice = advise(planned)
    if advice.days_then is not None:
        assert judged(planned, advice.days_then, from_day=advice.best_day).verdict is Verdict.COVERED
        assert advice.days is None or advice.days_then < advice.days
    # Generated on the best day, the code is there when the flight starts, whatever the hour.
    assert first_instant(advice.best_day + DAY, planned.zone) <= planned.starts_at
    if advice.later is not None:
        assert advice.days is None
        for day in (advice.later.first, advice.later.last):
            assert judged(planned, planned.longest, from_day=day).verdict is Verdict.COVERED
    if advice.replacement is not None:
        second = advice.replacement
        assert first_instant(second.on, planned.zone) < planned.generated_at + planned.longest * DAY
        assert second.codes >= 2
        if second.days is not None:
            assert judged(planned, second.days, from_day=second.on).verdict is Verdict.COVERED
    assert (advice.later is None and advice.replacement is None) == (advice.days is not None)


@given(plans())
def test_rights_are_judged_on_the_days_of_the_flight_alone(planned):
    advice = advise(planned)
    inputs = PostInputs(
        needs_code=False,
        needs_rights=planned.rights is not PlannedRights.UNTRACKED,
        codes=(),
        rights=planned.paid_rights,
    )
    found = coverage(
        inputs, starts_at=planned.starts_at, ends_at=planned.ends_at, now=planned.starts_at - 999 * DAY
    )
    assert advice.rights_gaps == found.gaps


@given(plans())
def test_words_and_drawing_are_whole_for_every_plan(planned):
    answer = said(planned, time_known=False)
    assert answer.headline
    assert "None" not in " ".join([answer.headline, answer.why, answer.message, *titles(answer)])
    assert "stops" not in " ".join(note.text for note in answer.notes).lower()
    for line in answer.presets:
        for piece in line.preset.pieces:
            assert piece.x >= 0
            assert piece.x + piece.width <= 100.2
        kinds = [piece.kind for piece in line.preset.pieces]
        assert (Kind.PLANNED in kinds) == (planned.generated_at < planned.starts_at)
        assert Kind.GAP in kinds or not line.preset.short_by
    assert [line.chosen for line in answer.presets].count(True) == (advise(planned).days is not None)


# --- The contract's example, and the ways out ---------------------------------------------------------------------
def test_the_example_of_the_contract():
    answer = said(plan(date(2026, 11, 1), date(2026, 11, 30), date(2026, 10, 3)))
    assert answer.headline == "Ask for 60 days, not 30"
    assert answer.why == (
        "60 days last until Wed 2 Dec, 00:00 UTC, 1 day longer than the flight. "
        "30 days would end 29 days before the flight does."
    )
    assert [line.fit for line in answer.presets] == [
        "52 days short",
        "29 days short",
        "covers, 1 day to spare",
        "covers, 306 days to spare",
    ]
    assert "60 days for your post on Sat 3 Oct" in answer.message


def test_an_end_is_said_on_both_clocks_with_the_last_full_day_at_the_account():
    planned = plan(
        date(2026, 11, 1),
        date(2026, 11, 30),
        date(2026, 10, 3),
        zone="Europe/Berlin",
        account_zone="America/New_York",
    )
    line = next(line for line in said(planned).presets if line.chosen)
    # The clocks of both places changed in between: 60 times 24 hours are 60 times 24 hours.
    assert line.end == "Tue 1 Dec, 23:00 CET"
    assert line.elsewhere == "Tue 1 Dec, 17:00 EST"
    assert line.last_day == "Mon 30 Nov"
    assert said(plan(date(2026, 11, 1), date(2026, 11, 2), date(2026, 10, 31))).presets[0].elsewhere == ""


def test_the_shortest_window_may_be_enough():
    answer = said(plan(date(2026, 11, 1), date(2026, 11, 3), date(2026, 10, 31)))
    assert answer.headline == "Ask for 7 days: the shortest window is enough"
    assert answer.tone is Tone.OK


def test_a_code_that_is_generated_early_loses_days_and_may_be_shorter_later():
    answer = said(plan(date(2026, 11, 10), date(2026, 11, 30), date(2026, 10, 20)))
    assert answer.headline == "Ask for 60 days, not 30"
    assert titles(answer) == ["21 days are gone before launch"]
    assert answer.notes[0].text == (
        "The clock starts when the creator generates: 21 of its 60 days pass before launch. "
        "The latest sensible day is Mon 9 Nov: then 30 days would do."
    )
    assert answer.tone is Tone.WARN


def test_a_code_after_the_first_day_leaves_the_first_days_without():
    answer = said(plan(date(2026, 11, 1), date(2026, 11, 20), date(2026, 11, 4)))
    assert titles(answer) == ["The first 3 days have no code"]
    assert answer.headline == "Ask for 30 days, not 7"


def test_where_even_the_longest_is_too_short_it_is_generated_later():
    planned = plan(date(2026, 11, 1), date(2027, 10, 29), date(2026, 10, 1))
    assert advise(planned).later == Later(date(2026, 10, 30), date(2026, 10, 31))
    answer = said(planned)
    assert answer.headline == "Ask for 365 days, but not before Fri 30 Oct"
    assert "between Fri 30 Oct and Sat 31 Oct" in answer.message
    assert answer.tone is Tone.WARN


def test_later_means_a_day_on_which_every_hour_is_late_enough():
    # 365 days before the end it is 5 o'clock where the creator is: not yet that day, but the next one.
    zones = {"zone": "Europe/Berlin", "account_zone": "America/New_York"}
    planned = plan(date(2026, 11, 1), date(2027, 10, 29), date(2026, 10, 1), **zones)
    assert advise(planned).later == Later(date(2026, 10, 31), date(2026, 10, 31))
    assert "on Sat 31 Oct" in said(planned).message


def test_or_it_is_replaced_before_it_ends():
    answer = said(plan(date(2026, 11, 1), date(2026, 12, 10), date(2026, 11, 1), longest=30))
    assert answer.headline == "Even 30 days are too short: plan a second code"
    assert answer.tone is Tone.STOP
    note = answer.notes[-1]
    assert note.title == "Replace the code by Mon 30 Nov"
    assert "30 days will do then" in note.text


def test_a_flight_of_years_takes_several_codes():
    second = advise(plan(date(2026, 1, 1), date(2028, 12, 31), date(2025, 12, 31))).replacement
    assert second is not None
    assert (second.days, second.codes) == (None, 4)


# --- Rights ----------------------------------------------------------------------------------------------------------
def rights(first, last):
    return {"rights": PlannedRights.DATES, "rights_from": first, "rights_to": last}


@pytest.mark.parametrize(
    ("first", "last", "title", "text"),
    [
        ((2026, 10, 1), (2026, 11, 25), "Rights end Wed 25 Nov: pause it that day", "to Mon 30 Nov (5 days)"),
        ((2026, 11, 5), (2026, 12, 25), "Rights begin Thu 5 Nov", "Sun 1 Nov to Wed 4 Nov (4 days)"),
        ((2026, 10, 1), (2026, 11, 29), "Rights end Sun 29 Nov: pause it that day", "covers Mon 30 Nov (1 day)"),
        ((2026, 9, 1), (2026, 10, 5), "No day of the flight has rights", "Sun 1 Nov to Mon 30 Nov (30 days)"),
    ],
)  # fmt: skip
def test_days_without_a_paid_right_are_named(first, last, title, text):
    days = rights(date(*first), date(*last))
    planned = plan(date(2026, 11, 1), date(2026, 11, 30), date(2026, 10, 31), **days)
    answer = said(planned)
    assert titles(answer)[0] == title
    assert text in answer.notes[0].text
    assert answer.why.endswith(f"But {title[0].lower()}{title[1:]}.")
    assert answer.tone is Tone.WARN


def test_rights_that_begin_late_and_end_early_are_said_in_one_sentence():
    days = rights(date(2026, 11, 5), date(2026, 11, 20))
    why = said(plan(date(2026, 11, 1), date(2026, 11, 30), date(2026, 10, 31), **days)).why
    assert why.endswith("But rights begin Thu 5 Nov, and rights end Fri 20 Nov: pause it that day.")


def test_rights_that_cover_the_flight_are_said_too():
    days = rights(date(2026, 11, 1), date(2026, 11, 30))
    answer = said(plan(date(2026, 11, 1), date(2026, 11, 30), date(2026, 10, 20), **days))
    assert titles(answer)[0] == "Rights cover every day of the flight"
    for kind, title in (
        (PlannedRights.PERPETUAL, "Rights cover every day of the flight"),
        (PlannedRights.UNSTATED, "The end of the rights is not stated"),
    ):
        planned = plan(date(2026, 11, 1), date(2026, 11, 30), date(2026, 10, 31), rights=kind)
        assert titles(said(planned)) == [title]


# --- Days when clocks or calendars jump ------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("zone", "generated", "days", "end"),
    [
        # The wall clock of the end moves with daylight saving, the instant does not.
        ("Europe/Berlin", "2026-03-28T12:00", 7, "Sat 4 Apr, 13:00 CEST"),
        ("America/New_York", "2026-10-31T12:00", 7, "Sat 7 Nov, 11:00 EST"),
        ("Australia/Lord_Howe", "2026-04-04T12:00", 7, "Sat 11 Apr, 11:30 UTC+10:30"),
        ("Australia/Lord_Howe", "2026-10-03T12:00", 7, "Sat 10 Oct, 12:30 UTC+11"),
        # A day that never was: 7 days from 29 December are 7 times 24 hours.
        ("Pacific/Apia", "2011-12-29T10:00", 7, "Fri 6 Jan 2012, 10:00 UTC+14"),
        ("UTC", "2028-02-28T09:00", 7, "Mon 6 Mar 2028, 09:00 UTC"),
        ("UTC", "2027-02-28T09:00", 365, "Mon 28 Feb 2028, 09:00 UTC"),
        ("UTC", "2028-02-29T09:00", 365, "Wed 28 Feb 2029, 09:00 UTC"),
    ],
)
def test_windows_are_multiples_of_24_hours(zone, generated, days, end):
    at = datetime.fromisoformat(generated).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    first = local_date(at, zone)
    answer = said(plan(first, first + 400 * DAY, at, zone=zone, account_zone=zone))
    assert next(line.end for line in answer.presets if line.preset.days == days) == end


def test_a_leap_day_as_the_last_day_of_a_flight_is_inclusive():
    planned = plan(date(2028, 2, 1), date(2028, 2, 29), date(2028, 1, 31))
    assert planned.ends_at == datetime(2028, 3, 1, tzinfo=UTC)
    assert advise(planned).days == 30
    assert advise(plan(date(2028, 2, 1), date(2028, 3, 1), date(2028, 1, 31))).days == 60


def test_a_flight_over_the_day_that_apia_skipped_is_a_day_shorter():
    planned = plan(
        date(2011, 12, 29), date(2011, 12, 31), date(2011, 12, 29), zone="Pacific/Apia", account_zone="Pacific/Apia"
    )  # fmt: skip
    assert planned.ends_at - planned.starts_at == 2 * DAY
    assert advise(planned).presets[0].spare == 5 * DAY
