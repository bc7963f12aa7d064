"""The history of imports by key, and pages of rows in a constant number of queries."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns.enums import ImportState
from campaigns.models import ImportRun
from campaigns.queries.imports import (
    conflict_numbers,
    import_history,
    import_run,
    outcomes,
    preview_rows,
    touched_counts,
    touched_rows,
)
from tests.campaigns.importers.sheets import Office, post_url, row
from tests.world import NOW, World, spark_code

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(db, tmp_path):
    return Office(tmp_path)


def add_runs(world, number):
    """Runs of one brand, two at each instant."""
    for count in range(number):
        ImportRun.objects.create(
            brand=world.brand,
            file_name=f"{count}.csv",
            sha256="0",
            state=ImportState.REFUSED,
            created_at=NOW + timedelta(minutes=count // 2),
        )


def test_history_goes_on_where_the_page_before_ended_newest_first():
    world = World()
    add_runs(world, 60)
    add_runs(World(), 3)
    seen, after = [], ""
    while after is not None:
        page = import_history(world.brand, after=after)
        seen, after = [*seen, *page.rows], page.after
    assert [run.file_name for run in seen] == [f"{number}.csv" for number in reversed(range(60))]
    assert import_history(world.brand, after="nonsense_").rows[0] == seen[0]


def test_a_run_is_of_its_brand():
    world = World()
    add_runs(world, 1)
    run = ImportRun.objects.get()
    assert import_run(world.brand, run.pk) == run
    assert import_run(World().brand, run.pk) is None


def test_pages_take_as_many_queries_for_many_rows_as_for_one(office):
    def line():
        code = {"spark_code": spark_code(), "auth_date": "2026-10-02", "days": "30", "status": "applied"}
        return row(creator_handle="maya", post_link=post_url(), campaign="Q4", **code)

    def queries(run):
        with CaptureQueriesContext(connection) as captured:
            preview_rows(run)
            touched_rows(run)
            touched_counts(run)
            outcomes(run)
            conflict_numbers(run)
            for one in import_history(office.brand).rows:
                assert (one.by, one.undone_by) == (office.manager, None)
        return len(captured)

    one = office.bring(line())
    few = queries(one)
    many = office.bring(*[line() for _ in range(7)])
    assert queries(many) == few


def test_what_was_touched_leads_to_the_post_that_shows_it_and_says_what_changed(office):
    url, code = post_url(number=1), spark_code(1)
    usual = {"creator_handle": "maya", "post_link": url, "spark_code": code, "auth_date": "2026-10-02"}
    office.bring(row(**usual, days="30", campaign="Q4", flight_start="2026-11-01"))
    run = office.bring(row(**usual, days="60", title="Film", status="applied"))

    found = {one.kind: one for one in touched_rows(run).rows}

    assert touched_counts(run) == {"authorizationcode": (0, 1), "codeuse": (1, 0), "post": (0, 1)}
    assert found["post"].changes == [("title", "", "Film")]
    assert {"window_days", "expires_at"} <= {name for name, _, _ in found["authorizationcode"].changes}
    assert {one.post_id for one in found.values()} == {found["post"].object_id}
    assert not found["codeuse"].changes
    office.undo(run)
    assert {one.kind for one in touched_rows(run).rows if one.post_id is None} == {"codeuse"}
