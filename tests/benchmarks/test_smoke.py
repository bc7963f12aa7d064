"""The benchmark itself: on a tiny brand every measurement runs, and lower bounds give the answers they stand beside."""

import json

import pytest

from tests.benchmarks.measuring import PARTS, measure
from tests.benchmarks.report import written

# It closes connections and counts tables, as a process of its own does.
pytestmark = pytest.mark.django_db(transaction=True)


def test_fifty_flights_are_measured_and_reported():
    figures = json.loads(json.dumps(measure(flights=50, parts=PARTS, repeats=1)))
    assert figures["board"]["board"]["queries"] == figures["board"]["board"]["small_brand"]["queries"] <= 12
    assert figures["board"]["section"]["queries"] == figures["board"]["section"]["small_brand"]["queries"]
    assert figures["api"]["lines"] == 50
    assert figures["api"]["queries"] <= 5
    assert figures["gaps"]["flights"] == figures["import"]["rows"] == 50
    report = written([figures], machine="a machine")
    assert "| P1 |" in report
    for figure in ("P2", "P5", "P6"):
        assert f"| {figure} |" in report
    assert "| P3 |" in report
    assert "| P8 |" in report
    assert "| P10, P11 |" in report
