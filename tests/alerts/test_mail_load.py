"""Mail load: nobody gets too much, no lapse comes unannounced (DOMAIN.md §7). A year: ``make mail-load``."""

from datetime import UTC, datetime

import pytest

from tests.alerts.simulation.report import Findings, Lapse, Load
from tests.alerts.simulation.year import Simulation

NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)


@pytest.mark.once
@pytest.mark.django_db
def test_some_weeks_of_a_brand_keep_the_budget_and_announce_every_lapse():
    findings = Simulation(flights=22, days=21, seed=1).run()
    assert findings.problems() == []
    assert len(findings.lapses) >= 2
    assert findings.averted >= 10
    assert any(load.a_week > 1 for load in findings.loads)


def lapse(told, allowed, people=1, **more):
    return Lapse("code", NOON, frozenset(told), frozenset(allowed), people, **more)


def test_what_the_report_calls_a_problem():
    kept = [
        lapse({14, 1, 0}, {14, 7, 3, 1, 0}, hushed=True),
        lapse({7, 3, 1, 0}, {3, 1, 0}),
        lapse({1, 0}, {1, 0}),
    ]
    loud = Load("Manager 1", weeks=2, mornings=10, at_once=11, fullest_week=12)
    assert Findings(5, [], kept, averted=3).problems() == []
    assert Findings(5, [loud], kept, averted=3).problems() == ["Manager 1: 10.5 mails a week"]
    broken = [
        lapse({1, 0}, {14, 7, 3, 1, 0}, hushed=True),
        lapse({7, 3, 0}, {7, 3, 1, 0}),
        lapse(set(), {0}, people=0),
    ]
    assert Findings(5, [], broken, averted=3).problems() == [
        "code at 18 Nov 12:00: told at 1, 0, possible were 14, 7, 3, 1, 0",
        "code at 18 Nov 12:00: told at 7, 3, 0, possible were 7, 3, 1, 0",
        "code at 18 Nov 12:00: told at none, possible were 0",
        "code at 18 Nov 12:00: nobody was told",
    ]
    assert "3 came: 3 code" in Findings(5, [loud], broken, averted=3).table()
