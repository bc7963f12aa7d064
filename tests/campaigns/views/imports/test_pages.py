"""The page of one import: which columns are what, in which order dates are written, how far it is."""

from pathlib import Path

import pytest
import time_machine

from campaigns.enums import ImportState
from tests.campaigns.importdesk import Pages, good, text, tsv, work
from tests.campaigns.importers.sheets import HEADER, post_url
from tests.world import NOW, World, spark_code

pytestmark = pytest.mark.django_db

TRACKERS = Path(__file__).parents[3] / "data" / "trackers"


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def pages():
    return Pages(World(time_zone="America/New_York"))


def test_a_correction_is_remembered_for_the_next_sheet(pages):
    header = ("Who", "Post link", "Spark code", "Auth date", "Days")
    cells = ["maya", post_url(), spark_code(), "2026-10-20", "60"]
    run = pages.brought(tsv(cells, header=header))
    assert "4 of 5 columns understood" in text(pages.get("import", run))
    assert pages.confirmed(run, **{"column-0": "handle"}).status_code == 302
    work(run)
    page = pages.get("import", pages.brought(tsv(cells, header=header)))
    assert "5 of 5 columns understood" in text(page)
    assert "Who remembered" in text(page)


def test_two_columns_cannot_be_the_same_and_what_was_chosen_stays(pages):
    run = pages.brought(tsv(good()))
    response = pages.confirmed(run, **{"column-2": "post_url", "column-16": "offer"})
    assert response.status_code == 422
    assert "“Post link” is the post link already." in text(response)
    assert 'value="offer" selected' in response.content.decode()
    run.refresh_from_db()
    assert run.state == ImportState.UPLOADED


def test_without_a_column_for_the_post_nothing_is_read(pages):
    run = pages.brought(tsv(good()))
    response = pages.confirmed(run, **{"column-1": "", "column-2": ""})
    assert response.status_code == 422
    assert "No column says which post a row is about" in text(response)


def test_the_order_of_dates_is_asked_with_an_example_and_not_guessed(pages):
    run = pages.brought(tsv(good(auth_date="03/04/2026", days="365")))
    page = text(pages.get("import", run))
    assert "What is 03/04/2026 in row 2, Auth date?" in page
    assert "3 Apr 2026 (day first)" in page
    assert "4 Mar 2026 (month first)" in page
    response = pages.confirmed(run)
    assert response.status_code == 422
    assert "sparktrack does not guess" in text(response)
    assert pages.confirmed(run, date_order="mdy").status_code == 302
    work(run)
    assert "starts: Wed 4 Mar" in text(pages.get("import", run))


def test_where_no_headings_are_found_a_person_says_which_row_they_are(pages):
    header = ("Wer", "Wo", "Was", "Wann", "Wie lange")
    run = pages.brought(tsv(["maya", post_url(), spark_code(), "2026-10-20", "60"], header=header))
    page = pages.get("import", run)
    assert "Which row holds the headings?" in text(page)
    page = pages.get("import", run, heading="0")
    assert "0 of 5 columns understood" in text(page)
    chosen = {"column-0": "handle", "column-1": "post_url", "column-2": "code", "column-3": "starts_at"}
    response = pages.post("import-columns", run, heading="0", **chosen, **{"column-4": "window_days"})
    assert response.status_code == 302
    assert "1 row to import" in text(pages.get("import", work(run)))


def test_another_sheet_of_a_workbook_can_be_looked_at(pages):
    book = (TRACKERS / "agency-workbook.xlsx").read_bytes()
    run = pages.brought(book, "agency-workbook.xlsx")
    page = pages.get("import", run)
    others = [name for name in run.look["sheets"] if name != run.look["sheet"]]
    assert others
    assert all(name in text(page) for name in run.look["sheets"])
    assert pages.post("import-sheet", run, sheet=others[0]).status_code == 302
    run.refresh_from_db()
    assert run.look["sheet"] == others[0]
    late = pages.post("import-columns", run, sheet="Spark Codes")
    assert late.status_code == 409
    assert "Somebody chose another sheet" in text(late)
    missing = pages.post("import-sheet", run, sheet="Nowhere")
    assert missing.status_code == 422
    assert "There is no sheet “Nowhere”" in text(missing)


def test_progress_is_shown_until_there_is_something_new_to_see(pages):
    run = pages.brought(tsv(good(1)))
    pages.confirmed(run)
    run.refresh_from_db()
    page = pages.get("import", run)
    assert "You can close this page and come back." in text(page)
    assert '<meta http-equiv="refresh"' in page.content.decode()
    fragment = pages.get("import-progress", run)
    assert "Waiting to begin." in text(fragment)
    assert "<html" not in fragment.content.decode()
    work(run)
    assert pages.get("import-progress", run)["HX-Refresh"] == "true"


def test_columns_that_differ_in_case_only_are_one(pages):
    sheet = tsv([*good(), "https://elsewhere.example"], header=(*HEADER, "POST LINK"))
    run = pages.previewed(sheet)
    assert run.report["columns"]["Post link"] == "post_url"
