"""Tries are spread, farther and farther apart, and never after the message is worth nothing any more."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.rules.backoff import LONGEST_AWAY, next_try

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def waits(chance, attempts, left=timedelta(days=7), **more):
    again = next_try(now=NOW, attempts=attempts, send_before=NOW + left, chance=chance, **more)
    return again and (again - NOW) / SECOND


@pytest.mark.parametrize(("attempts", "seconds"), [(1, 15), (2, 30), (3, 60), (7, 900), (1000, 900)])
def test_the_wait_doubles_up_to_a_quarter_of_an_hour(attempts, seconds):
    assert waits(1, attempts) == seconds
    assert waits(0, attempts) == seconds / 2


def test_a_server_that_is_away_is_asked_again_within_a_minute():
    assert waits(1, 1000, longest=LONGEST_AWAY) == 60


def test_near_the_end_tries_come_closer_and_then_none():
    assert 24 <= waits(0.5, 20, left=timedelta(minutes=1)) <= 36
    assert waits(0.5, 1, left=5 * SECOND) < 5
    assert waits(0.5, 1, left=4.9 * SECOND) is None
    assert waits(0.5, 1, left=-SECOND) is None


@given(st.integers(1, 50), st.integers(5, 10**6), st.floats(0, 1))
def test_never_at_once_and_never_too_late(attempts, left, chance):
    assert 0 < waits(chance, attempts, left=left * SECOND) < left
