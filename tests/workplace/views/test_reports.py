"""Reports of a month that was worked out on paper (tests.workplace.reportdesk): page and CSV say the same."""

import csv
import io
import re
from datetime import date

import pytest
import time_machine
from django.urls import reverse

from authorizations.models import UsageRight
from brands.enums import Role
from brands.models import Brand
from campaigns.operations.flights import run_flights_anyway
from tests.campaigns.scenes import many_flights, without_rights
from tests.workplace.reportdesk import October, at
from tests.world import NOW, World, client_of
from workplace.enums import Figure

pytestmark = pytest.mark.django_db

OCTOBER = {"from": "2026-10-01", "to": "2026-10-31"}


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def world():
    return October()


class Reader:
    """Somebody with a role, and what they are shown."""

    def __init__(self, world, role):
        self.client, self.slug = client_of(world.member(role)), world.brand.slug

    def page(self, **asked):
        response = self.client.get(f"/b/{self.slug}/reports/", asked)
        assert response.status_code == 200
        return response.content.decode()

    def figures(self, **asked):
        """The figures on the page: title → value."""
        found = re.findall(r"<h2>([^<]+)</h2>\s*<p class=\"value\">([^<]+)</p>", self.page(**asked))
        return dict(found)

    def rows(self, figure, **asked):
        """The rows below the figures, cell by cell."""
        table = self.page(figure=figure, **asked).partition("<tbody>")[2].partition("</tbody>")[0]
        return [
            [re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)]
            for row in re.findall(r"<tr>.*?</tr>", table, re.DOTALL)
        ]

    def csv(self, **asked):
        """The sheet: rows with the head first."""
        response = self.client.get(f"/b/{self.slug}/reports.csv", asked)
        assert response.status_code == 200, response.content
        return list(csv.reader(io.StringIO(b"".join(response.streaming_content).decode("utf-8-sig"))))


@pytest.fixture
def manager(world):
    return Reader(world, Role.MANAGER)


# --- The month worked out on paper ----------------------------------------------------------------------------------
def test_the_figures_are_those_worked_out_on_paper(manager):
    assert manager.figures(**OCTOBER) == {
        "Posts activated": "3",
        "Codes asked and received": "1 of 2",
        "Days burnt before launch": "31 days",
        "Flight-days lost": "7 days",
        "Days without rights": "4 days",
        "Rights paid for and unused": "€700",
        "Renewals to come": "2",
    }
    page = manager.page(**OCTOBER)
    assert "7 days lost of 25.5 days planned, 4 days without rights</h1>" in page
    assert "Half of them within 2 days. 3 codes generated in the period in all." in page
    assert "1 code ended without an ad." in page
    assert "Code ended 5 days, no code 2 days." in page
    assert "Rights ended 4 days; ≈ €400." in page
    assert "1 of them with a flight that goes on after the last day; paid for last time: €1,400.50." in page
    assert "1 Oct – 31 Oct 2026" in page
    assert ", so far" not in page
    assert "days in Europe/Berlin" in page


ROWS = {
    "activated": [
        ["Agave", "@agave.makes", "Mon 5 Oct 2026"],
        ["Basil", "@basil.makes", "Tue 20 Oct 2026"],
        ["Dill", "@dill.makes", "Fri 30 Oct 2026"],
    ],
    "asked": [
        ["Agave", "@agave.makes", "Thu 1 Oct 2026", "7", "Sat 3 Oct 2026", "2.00"],
        ["Elder", "@elder.makes", "Sat 10 Oct 2026", "30", "–", "–"],
    ],
    "burnt": [
        ["Basil", "@basil.makes", "Mon 28 Sep 2026", "Tue 20 Oct 2026", "22.00"],
        ["Fig", "@fig.makes", "Thu 1 Oct 2026", "never", "7.00"],
        ["Agave", "@agave.makes", "Sat 3 Oct 2026", "Mon 5 Oct 2026", "2.00"],
        ["Dill", "@dill.makes", "Fri 30 Oct 2026", "Fri 30 Oct 2026", "0.00"],
    ],
    "unused-rights": [
        ["Elder · @elder.makes", "Thu 1 Oct 2026", "–", "500.00", "EUR"],
        ["all posts of @agave.makes", "Thu 1 Oct 2026", "Tue 1 Dec 2026", "200.00", "EUR"],
    ],
    "renewals": [
        ["all posts of @agave.makes", "Thu 1 Oct 2026", "Tue 1 Dec 2026", "no", "200.00", "EUR"],
        ["Gorse · @gorse.makes", "Sun 1 Nov 2026", "Thu 10 Dec 2026", "yes", "1,200.50", "EUR"],
    ],
}


def test_the_rows_behind_a_figure(manager):
    assert {figure: manager.rows(figure, **OCTOBER) for figure in ROWS} == ROWS


def test_rows_of_rights_lead_to_the_right(world, manager):
    page = manager.page(figure="renewals", **OCTOBER)
    right = UsageRight.objects.for_brand(world.brand).get(creator__isnull=False)
    assert reverse("right", args=[world.brand.slug, right.pk]) in page


def test_lost_days_and_days_without_rights_name_flight_and_reason(world, manager):
    lost = manager.rows("lost", **OCTOBER)
    assert [(row[0], *row[3:]) for row in lost] == [
        ("Cedar", "2.00", "No code", "2.00"),
        ("Agave", "10.00", "Code ended", "5.00"),
    ]
    ((title, _, campaign, *rest),) = manager.rows("without-rights", **OCTOBER)
    assert (title, *rest) == ("Basil", "Rights ended", "4.00", "400.00", "EUR", "no")
    assert campaign.startswith("Campaign")
    page = manager.page(figure="without-rights", **OCTOBER)
    assert reverse("post", args=[world.brand.slug, world.post_id("Basil")]) in page


def test_run_anyway_is_named(world):
    admin = world.member()
    flight = world.only_flight("Basil")
    run_flights_anyway(flights=[flight], reason="Agreed", approver=admin, **world.by)
    assert Reader(world, Role.MANAGER).rows("without-rights", **OCTOBER)[0][-1] == "yes"


def test_the_sheet_of_a_figure_equals_the_page(manager):
    for figure in Figure:
        header, *rows = manager.csv(figure=figure.value, **OCTOBER)
        shown = manager.rows(figure.value, **OCTOBER)
        assert len(rows) == len(shown) > 0
        assert {len(row) for row in rows} == {len(header)}
        assert [_as_page(row) for row in rows] == [
            [cell.replace(",", "") if cell[:1].isdigit() else cell for cell in row] for row in shown
        ]


def _as_page(row):
    """A row of the sheet as the page says it: no ' before @, days in words, a dash for nothing."""
    return [_said(cell) for cell in row]


def _said(cell):
    if re.fullmatch(r"\d{4}-\d\d-\d\d", cell):
        day = at(1).fromisoformat(cell)
        return f"{day:%a} {day.day} {day:%b %Y}"
    return {"": "–"}.get(cell, cell.removeprefix("'") if cell.startswith("'@") else cell)


def test_the_sheet_of_the_report_has_every_figure_with_its_definition(manager):
    header, *rows = manager.csv(**OCTOBER)
    assert header == ["Figure", "Value", "More", "What it counts"]
    assert {row[0]: row[1] for row in rows} == manager.figures(**OCTOBER)
    assert all(row[3].endswith(".") for row in rows)
    response = manager.client.get(f"/b/{manager.slug}/reports.csv", OCTOBER)
    assert f'filename="{manager.slug}-2026-10-01-2026-10-31.csv"' in response["Content-Disposition"]
    assert "no-store" in response["Cache-Control"]


def test_texts_of_a_sheet_are_no_formulas(world, manager):
    world.flight(world.post(title="=cmd|' /C calc'!A0"), date(2026, 10, 6), date(2026, 10, 9))
    rows = manager.csv(figure="lost", **OCTOBER)
    assert ["'=cmd|' /C calc'!A0"] in [row[:1] for row in rows]


# --- Periods --------------------------------------------------------------------------------------------------------
def test_periods_are_those_of_the_brand(world, manager):
    assert "1 Nov – 30 Nov 2026, so far" in manager.page()
    assert manager.figures(period="last-month") == manager.figures(**OCTOBER)
    assert "1 Jul – 30 Sep 2026" in manager.page(period="last-quarter")
    assert manager.figures(period="last-quarter")["Flight-days lost"] == "16 days"
    # The last hour of 31 October in Los Angeles is November in Berlin.
    Brand.objects.filter(pk=world.brand.pk).update(time_zone="America/Los_Angeles")
    with time_machine.travel(at(1, 7, month=11), tick=False):
        assert "1 Oct – 31 Oct 2026, so far" in manager.page()


def test_the_future_is_not_counted(world, manager):
    calm = manager.figures(**{"from": "2027-01-01", "to": "2027-01-31"})
    assert calm["Posts activated"] == "0"
    assert calm["Flight-days lost"] == "0 days"
    assert calm["Renewals to come"] == "2"
    assert "No ad was to run" in manager.page(**{"from": "2027-01-01", "to": "2027-01-31"})
    # Today: 21 November, 15:05 in Berlin. Gorse began at midnight.
    november = manager.page(**{"from": "2026-11-01", "to": "2026-11-30"})
    assert "No day lost of 0.6 days planned" in november


REFUSED = [
    {"period": "x"},
    {"figure": "x"},
    {"color": "1"},
    {"from": "2026-10-01"},
    {"to": "2026-10-01"},
    {"from": "2026-10-02", "to": "2026-10-01"},
    {"from": "2025-01-01", "to": "2026-10-01"},
    {"from": "1999-12-31", "to": "2000-01-02"},
    {"from": "soon", "to": "2026-10-01"},
]


def test_what_nobody_can_ask_for_is_refused():
    reader = Reader(World(), Role.VIEWER)
    for asked in REFUSED:
        for page in ("reports/", "reports.csv"):
            response = reader.client.get(f"/b/{reader.slug}/{page}", asked)
            assert response.status_code == 400, asked
    assert (
        "The last day lies before the first."
        in reader.client.get(f"/b/{reader.slug}/reports/", REFUSED[5]).content.decode()
    )


# --- Who sees what --------------------------------------------------------------------------------------------------
def test_a_viewer_sees_no_fee(world):
    viewer = Reader(world, Role.VIEWER)
    assert "Rights paid for and unused" not in viewer.figures(**OCTOBER)
    assert viewer.rows("renewals", **OCTOBER)[1] == ROWS["renewals"][1][:4]
    for figure in (None, *Figure):
        asked = OCTOBER | ({"figure": figure.value} if figure else {})
        assert not re.search(r"1,?200.50|\b700\b|€200", viewer.page(**asked))
        response = viewer.client.get(f"/b/{viewer.slug}/reports.csv", asked)
        if figure is Figure.UNUSED:
            assert response.status_code == 403
        else:
            assert b"200" not in b"".join(response.streaming_content).replace(b"2026", b"")


def test_another_brand_is_not_counted(world, manager):
    other = October()
    without_rights(other)
    UsageRight.objects.filter(brand=other.brand).update(fee=9999)
    assert manager.figures(**OCTOBER)["Flight-days lost"] == "7 days"
    assert len(manager.csv(figure="renewals", **OCTOBER)) == 3
    assert "9999" not in str(manager.csv(figure="renewals", **OCTOBER))


# --- Bounds ---------------------------------------------------------------------------------------------------------
def test_queries_and_bytes_are_bounded(django_assert_max_num_queries):
    world = World()
    reader = Reader(world, Role.MANAGER)
    reader.page()
    for number in (1, 2, 47):
        many_flights(world, [f"Post {place}" for place in range(number)], code_days=lambda place: place % 9)
        with django_assert_max_num_queries(12):
            assert len(reader.page(figure="activated").encode()) < 60_000


def test_the_page_shows_the_first_rows_and_the_sheet_all(world, manager, monkeypatch):
    monkeypatch.setattr("workplace.reports_words.MOST_ROWS", 2)
    assert len(manager.rows("burnt", **OCTOBER)) == 2
    assert "And 2 more: the CSV has all." in manager.page(figure="burnt", **OCTOBER)
    assert len(manager.csv(figure="burnt", **OCTOBER)) == 5
