"""When the engine is well, to the microsecond."""

from datetime import UTC, datetime, timedelta

import pytest

from alerts.rules.health import AWAY, LATE, SILENT, Signs, problems

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
TICK = timedelta(microseconds=1)
ALL = dict.fromkeys(SILENT, NOW)


def wrong(**signs):
    return problems(Signs(**{"now": NOW, "beats": ALL, **signs}))


def test_all_is_well():
    assert wrong() == []


@pytest.mark.parametrize("name", SILENT)
def test_a_part_that_is_silent_for_too_long_is_named(name):
    silent = SILENT[name]
    assert silent <= timedelta(minutes=3)
    assert wrong(beats={**ALL, name: NOW - silent}) == []
    assert wrong(beats={**ALL, name: NOW - silent - TICK}) == [f"{name} has not run for {silent.seconds} s"]
    without = {part: at for part, at in ALL.items() if part != name}
    assert wrong(beats=without) == [f"{name} has never run"]


def test_a_message_that_nobody_takes():
    assert wrong(oldest_due_at=NOW - LATE) == []
    assert wrong(oldest_due_at=NOW - LATE - TICK) == ["a message is due for 300 s"]


def test_a_mail_server_that_does_not_answer():
    assert wrong(mail_away_since=NOW - AWAY) == []
    assert wrong(mail_away_since=NOW - AWAY - TICK) == ["no mail server answers for 120 s"]


def test_what_is_held_on_purpose_is_no_trouble_unless_nobody_is_there():
    old = NOW - timedelta(days=1)
    assert wrong(oldest_due_at=old, mail_away_since=old, held=True) == []
    assert len(wrong(beats={}, held=True)) == len(SILENT)
