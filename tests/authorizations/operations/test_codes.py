"""Codes on file: extended, corrected."""

from datetime import UTC, date, datetime, timedelta

import pytest

from authorizations.enums import EndSource
from authorizations.operations.codes import (
    Correction,
    Extension,
    Verification,
    correct_codes,
    extend_codes,
    verify_codes,
)
from authorizations.windows import WindowError
from tests.audit import changes, entries
from tests.authorizations.coderows import START, state, stored
from tests.world import DAY, NOW, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return World(time_zone="America/New_York", tracks_rights=False)


@pytest.fixture
def code(world):
    """From 1 to 31 November (30 days), typed, in New York."""
    return world.code(world.post(), None, 30, starts_on=date(2026, 11, 1))


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
