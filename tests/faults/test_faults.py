"""The faults in a smaller form, with real workers and a real mail server; in full: ``make faults``."""

import pytest

from tests.faults import deaths

pytestmark = pytest.mark.django_db(transaction=True)


def as_required(seen):
    """Whether it went as it must; fails with what was seen otherwise."""
    assert seen.holds, f"{seen.fault}: {seen.seen}. Required: {seen.required}"
    return True


def test_workers_that_are_killed_lose_nothing_and_repeat_only_the_same_bytes():
    assert as_required(deaths.kills(number=60, times=4, workers=2, pace=0.12))


@pytest.mark.once
def test_a_worker_killed_between_250_and_the_record_repeats_exactly_that_mail():
    assert as_required(deaths.kill_after_250(number=6, times=1))


@pytest.mark.once
def test_a_worker_that_is_asked_to_stop_finishes_its_mail_and_nothing_is_repeated():
    assert as_required(deaths.terminated(number=12, times=1))


@pytest.mark.once
def test_what_a_worker_holds_that_stands_still_is_sent_by_another():
    assert as_required(deaths.stopped(number=20))
