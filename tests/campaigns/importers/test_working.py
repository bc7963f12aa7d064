"""A run from the upload to the end, as the pages ask for it and a worker does it."""

from campaigns.enums import ImportState, RowOutcome
from campaigns.queries.imports import outcomes, touched_counts
from posts.models import Post
from tests.campaigns.importers.sheets import post_url, row
from tests.world import spark_code

GOOD = {
    "creator_handle": "maya",
    "auth_date": "2026-10-02",
    "days": "30",
    "status": "applied",
    "paid": "yes",
    "rights_start": "2026-10-01",
    "rights_end": "2027-10-01",
    "campaign": "Q4",
    "flight_start": "2026-11-01",
    "flight_end": "2026-11-30",
    "daily_budget": "100",
    "notes": "fine",
}


def good(**cells):
    """A row that makes one of every kind."""
    return row(**{**GOOD, "post_link": post_url(), "spark_code": spark_code(), **cells})


def test_a_sheet_goes_from_the_upload_to_the_import_and_back(office):
    run = office.upload(good(), good(days="soon"), good())
    assert (run.state, run.look["header_row"]) == (ImportState.UPLOADED, 1)
    run = office.preview(run)
    assert run.state == ImportState.PREVIEWED
    assert outcomes(run)[RowOutcome.CREATE] == 2
    assert outcomes(run)[RowOutcome.ERROR] == 1
    assert not Post.objects.exists()
    run = office.apply(run, skip_errors=True)
    assert (run.state, run.problem) == (ImportState.APPLIED, "")
    assert Post.objects.count() == 2
    assert touched_counts(run)["post"] == (2, 0)
    run = office.undo(run)
    assert run.state == ImportState.UNDONE
    assert not Post.objects.exists()
