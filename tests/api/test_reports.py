"""Reports of the API: the numbers of the page, as values."""

import csv
import io
from decimal import Decimal

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from brands.enums import Role, TokenScope
from sparktrack.core.days import local_date
from tests.api.scripts import person, script
from tests.workplace.reportdesk import October
from tests.world import NOW, World, client_of
from workplace.enums import Figure

pytestmark = pytest.mark.django_db

OCTOBER = "from=2026-10-01&to=2026-10-31"


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def world():
    return October()


def numbers(figure):
    return {name: value for name, value in figure.items() if name not in {"title", "definition"}}


def sheet(world, role=Role.MANAGER, **query):
    """The page's CSV below its header."""
    address = reverse("reports-csv", args=[world.brand.slug])
    answer = client_of(world.member(role)).get(address, {"from": "2026-10-01", "to": "2026-10-31", **query})
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))[1:]


def test_the_figures_of_a_period_are_machine_values(world):
    report = script(world).get(f"reports?{OCTOBER}").json()
    assert {name: report.pop(name) for name in ("first", "last", "time_zone", "counted_until")} == {
        "first": "2026-10-01",
        "last": "2026-10-31",
        "time_zone": "Europe/Berlin",
        "counted_until": "2026-10-31T23:00:00Z",
    }
    assert {name: numbers(figure) for name, figure in report.items()} == {
        "activated": {"posts": 3},
        "asked": {"asked": 2, "answered": 1, "median_days": 2.0, "generated": 3},
        "burnt": {"codes": 4, "days": 31.0, "median_days": 4.5, "unused": 1},
        "lost": {
            "planned_days": 25.54,
            "days": 7.0,
            "reasons": [{"reason": "code_expired", "days": 5.0}, {"reason": "no_code", "days": 2.0}],
        },
        "without_rights": {
            "flights": 1,
            "days": 4.0,
            "reasons": [{"reason": "rights_expired", "days": 4.0}],
            "money": [{"currency": "EUR", "amount": "400.00"}],
        },
        "unused_rights": {"rights": 2, "fees": [{"currency": "EUR", "amount": "700.00"}]},
        "renewals": {"rights": 2, "needed": 1, "fees": [{"currency": "EUR", "amount": "1400.50"}]},
    }


def test_titles_definitions_and_rows_are_those_of_the_page(world):
    caller = person(world)
    report = caller.get(f"reports?{OCTOBER}").json()
    told = [(figure["title"], figure["definition"]) for figure in report.values() if isinstance(figure, dict)]
    assert told == [(title, definition) for title, _, _, definition in sheet(world)]
    for figure in Figure:
        rows = caller.get(f"reports/{figure.value}?{OCTOBER}").json()["results"]
        cells = sheet(world, figure=figure.value)
        assert len(rows) == len(cells) > 0, figure
        for row, line in zip(rows, cells, strict=True):
            assert row.get("title", row.get("name")) == line[0]
            if "handle" in row:
                assert f"@{row['handle']}" == line[1].removeprefix("'")
            if row.get("days") is not None:
                place = {Figure.ASKED: 5, Figure.BURNT: 4, Figure.LOST: 5, Figure.UNPERMITTED: 4}[figure]
                assert Decimal(line[place]) == Decimal(str(row["days"]))
            if figure is Figure.UNPERMITTED:
                assert (Decimal(line[5]), line[6]) == (Decimal(row["money"]), row["currency"])
            if "right" in row:
                assert [row["first_day"], row["last_day"] or ""] == line[1:3]
                assert [Decimal(row["fee"]), row["currency"]] == [Decimal(line[-2]), line[-1]]


def test_rows_name_posts_by_id_and_instants_in_utc(world):
    reader = script(world, TokenScope.READ)
    row = reader.get(f"reports/lost?{OCTOBER}").json()["results"][0]
    assert (row["title"], row["reason"], row["days"]) == ("Cedar", "no_code", 2.0)
    assert row["post"] == str(world.post_id("Cedar"))
    (asked, _elder) = reader.get(f"reports/asked?{OCTOBER}").json()["results"]
    assert asked == {
        "post": str(world.post_id("Agave")),
        "title": "Agave",
        "handle": "agave.makes",
        "asked_at": "2026-09-30T22:00:00Z",
        "window_days": 7,
        "answered_at": "2026-10-02T22:00:00Z",
        "days": 2.0,
    }


def test_pages_of_rows_go_on_where_the_last_one_ended(world):
    reader, seen = script(world, TokenScope.READ), []
    path = "reports/burnt?period=last-month&limit=3"
    while path:
        assert not seen or OCTOBER in path  # another month is the last by then, perhaps
        answer = reader.get(path).json()
        seen += [row["title"] for row in answer["results"]]
        path = answer["next"] and answer["next"].partition("/api/v1/")[2]
    assert seen == [line[0] for line in sheet(world, figure="burnt")]


def test_fees_are_for_those_who_may_read_them(world):
    for caller in (person(world, Role.VIEWER), script(world, TokenScope.READ)):
        report = caller.get(f"reports?{OCTOBER}").json()
        assert "unused_rights" not in report
        assert numbers(report["renewals"]) == {"rights": 2, "needed": 1}
        assert "fee" not in report["renewals"]["definition"]
        assert caller.get(f"reports/unused-rights?{OCTOBER}").status_code == 403
        row = caller.get("reports/renewals").json()["results"][0]
        assert not {"fee", "currency"} & set(row)


def test_periods_have_names_and_odd_ones_are_refused(world):
    reader = script(world, TokenScope.READ)
    assert reader.get("reports").json() == reader.get("reports?period=this-month").json()
    assert reader.get("reports?period=last-month").json() == reader.get(f"reports?{OCTOBER}").json()
    assert reader.get("reports").json()["counted_until"] == "2026-11-21T14:05:00Z"
    assert local_date(NOW, "Europe/Berlin").isoformat() == "2026-11-21"
    for query, parameter in (
        ("period=ever", "period"),
        ("period=", "period"),
        ("period=this-month&from=2026-10-01&to=2026-10-31", "period"),
        ("from=2026-10-01", "to"),
        ("from=2026-10-32&to=2026-11-01", "from"),
        ("from=2026-10-02&to=2026-10-01", "to"),
        ("from=2020-01-01&to=2026-10-01", "to"),
        ("from=0001-01-01&to=0001-01-02", "from"),
        ("figure=lost", "figure"),
        ("limit=5", "limit"),
    ):
        answer = reader.get(f"reports?{query}")
        assert (answer.status_code, answer.json()["errors"][0]["parameter"]) == (400, parameter), query
    for query in ("cursor=x", "limit=500", "colour=1"):
        assert reader.get(f"reports/lost?{query}").status_code == 400, query
    assert reader.get("reports/laughs").status_code == 404


def test_a_report_costs_the_same_however_much_it_tells(world):
    counts = []
    for each in (World(), world):
        reader = script(each, TokenScope.READ)
        reader.get("reports")  # notes that the token was used
        with CaptureQueriesContext(connection) as found:
            assert reader.get(f"reports?{OCTOBER}").status_code == 200
        counts.append(len(found))
    assert counts[0] == counts[1]
