"""A run from the upload to the end, as the pages ask for it and a worker does it."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from authorizations.enums import EndSource
from authorizations.models import AuthorizationCode
from authorizations.operations.codes import Extension, Verification, extend_codes, verify_codes
from brands.operations.edits import Edit
from campaigns import tasks
from campaigns.enums import ImportState, RowOutcome
from campaigns.models import Flight, ImportRow
from campaigns.operations.flights import edit_flights
from campaigns.operations.import_work import CHANGED
from campaigns.operations.imports import (
    RowsWithErrorsError,
    WrongStateError,
    ask_apply,
    discard_import,
)
from campaigns.queries.imports import outcomes, preview_rows, touched_counts, touched_rows
from campaigns.wishes import Decision
from posts.models import Post
from tests.audit import entries
from tests.campaigns.importers.runs import good
from tests.campaigns.importers.sheets import HEADER, post_url
from tests.world import spark_code


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


def test_every_step_is_audited_in_the_name_of_who_asked(office):
    run = office.bring(good())
    office.undo(run)
    mine = [e for e in entries(office.brand) if e.object_id == run.pk]
    assert [e.action for e in mine] == [
        "import.uploaded",
        "import.preview_asked",
        "import.previewed",
        "import.asked",
        "import.applied",
        "import.undone",
    ]
    (post,) = entries(office.brand, "post.added")
    assert {e.actor_label for e in [*mine, post]} == {office.manager.email}
    assert (mine[3].request_id, post.request_id) == ("r1", f"import-{run.pk.hex}")


# --- the preview ---------------------------------------------------------------------------------------------------
def test_preview_says_of_each_row_what_it_does_and_why(office):
    url, code = post_url(number=5), spark_code(5)
    office.bring(good(post_link=url, spark_code=code))
    elsewhere = good(post_link="https://www.instagram.com/p/abc/")
    rows = [
        good(post_link=url, spark_code=code, days="60", title="Film"),
        good(post_link=url, spark_code="", days=""),
        good(days="soon"),
        elsewhere,
        good(),
    ]
    run = office.preview(office.upload(*rows))

    found = {one.number: one for one in preview_rows(run).rows}
    assert [one.outcome for one in found.values()] == ["update", "update", "error", "skipped", "create"]
    changed = {
        (e["kind"], c["field"]): (c["before"], c["after"]) for e in found[2].effects for c in e["changes"]
    }
    assert changed["posts", "title"] == ("", "Film")
    assert changed["codes", "expires_at"] == ("2026-11-01T04:00:00+00:00", "2026-12-01T04:00:00+00:00")
    assert found[4].messages == [
        {"column": "Days", "code": "bad_window", "message": "“soon” is not a number of days.", "error": True}
    ]
    assert found[2].cells[HEADER.index("Spark code")] == f"…{code[-4:]}"
    assert [one.number for one in preview_rows(run, outcome=RowOutcome.ERROR).rows] == [4]
    assert [one.number for one in preview_rows(run, after=4).rows] == [5, 6]
    assert sum(outcomes(run).values()) == 5


def test_a_second_preview_takes_the_place_of_the_first(office):
    run = office.preview(office.upload(good(), good(rights_start="03/04/2026", rights_end="")))
    assert outcomes(run)[RowOutcome.ERROR] == 1
    assert run.report["date_question"] == {
        "row": 3,
        "column": "Rights start",
        "text": "03/04/2026",
        "readings": {"dmy": "2026-04-03", "mdy": "2026-03-04"},
    }
    run = office.preview(run, date_order="dmy")
    assert (run.attempt, run.report["date_question"]) == (2, None)
    assert outcomes(run)[RowOutcome.ERROR] == 0
    assert ImportRow.objects.filter(run=run).count() == 2


def test_pages_of_rows_and_of_touched_things_follow_each_other(office, monkeypatch):
    monkeypatch.setattr("campaigns.queries.imports.ROWS", 2)
    run = office.bring(*[good() for _ in range(3)])
    first = preview_rows(run)
    assert [one.number for one in first.rows] == [2, 3]
    assert [one.number for one in preview_rows(run, after=int(first.after)).rows] == [4]
    seen, after = [], ""
    while after is not None:
        page = touched_rows(run, kind="authorizationcode", after=after)
        seen, after = [*seen, *page.rows], page.after
    assert {one.post_id for one in seen} == set(Post.objects.values_list("pk", flat=True))
    assert all(one.created and not one.changes for one in seen)


# --- the import ----------------------------------------------------------------------------------------------------
def test_rows_with_errors_are_left_out_only_if_somebody_says_so(office):
    run = office.preview(office.upload(good(), good(days="soon")))
    with pytest.raises(RowsWithErrorsError, match="1 row has an error"):
        office.ask(run)
    run.refresh_from_db()
    assert run.state == ImportState.PREVIEWED
    assert office.apply(run, skip_errors=True).state == ImportState.APPLIED


def test_what_would_do_something_else_than_was_looked_at_writes_nothing(office):
    url, code = post_url(number=6), spark_code(6)
    run = office.preview(office.upload(good(post_link=url, spark_code=code)))
    office.take(good(post_link=url, spark_code=code))
    before = AuthorizationCode.objects.get().pk

    run = office.apply(run)

    assert (run.state, run.problem) == (ImportState.PREVIEWED, CHANGED)
    assert outcomes(run)[RowOutcome.UNCHANGED] == 1
    assert AuthorizationCode.objects.get().pk == before
    run = office.apply(run)
    assert (run.state, run.problem) == (ImportState.APPLIED, "")


def test_what_somebody_changed_after_the_preview_is_not_written_over_unseen(office):
    url, code = post_url(number=7), spark_code(7)
    office.take(good(post_link=url, spark_code=code))
    run = office.preview(office.upload(good(post_link=url, spark_code=code, daily_budget="120")))
    edit_flights(edits=[Edit(Flight.objects.get(), {"daily_spend": Decimal(150)})], **office.by)

    run = office.apply(run)

    assert (run.state, run.problem) == (ImportState.PREVIEWED, CHANGED)
    assert Flight.objects.get().daily_spend == 150


def test_a_conflict_that_is_another_one_by_now_is_looked_at_again(office):
    url, code = post_url(number=8), spark_code(8)
    office.take(good(post_link=url, spark_code=code))
    stored = AuthorizationCode.objects.get()
    extend_codes(extensions=[Extension(stored, expires_on=date(2026, 12, 10))], **office.by)
    shorter = good(post_link=url, spark_code=code, days="20")
    run = office.preview(office.upload(shorter))
    assert outcomes(run)[RowOutcome.CONFLICT] == 1
    read = Verification(stored, expires_at=datetime(2026, 12, 30, tzinfo=UTC), source=EndSource.TIKTOK)
    verify_codes(verifications=[read], **office.by)

    run = office.apply(run, decisions={2: Decision.TAKE})

    assert (run.state, run.problem) == (ImportState.PREVIEWED, CHANGED)
    assert run.wishes["decisions"] == {}
    stored.refresh_from_db()
    assert stored.end_source == EndSource.TIKTOK


def test_a_preview_of_other_wishes_is_not_imported_after_the_next_one_failed(office):
    run = office.preview(office.upload(good()))
    seen = run.attempt
    run = office.preview(run, columns={"No such column": "notes"})
    assert run.state == ImportState.FAILED
    with pytest.raises(WrongStateError):
        ask_apply(run=run, decisions={}, skip_errors=False, **office.by)
    run = office.preview(run)
    with pytest.raises(WrongStateError):
        ask_apply(run=run, decisions={}, skip_errors=False, attempt=seen, **office.by)


def test_doing_a_task_twice_does_no_harm(office):
    run = office.preview(office.upload(good()))
    tasks.preview_import(str(run.pk))
    office.apply(run)
    for _ in range(2):
        tasks.apply_import(str(run.pk))
        tasks.preview_import(str(run.pk))
    run.refresh_from_db()
    assert (run.state, Post.objects.count(), run.attempt) == (ImportState.APPLIED, 1, 2)


def test_what_does_not_fit_where_the_run_stands_is_refused_in_words(office):
    run = office.upload(good())
    with pytest.raises(WrongStateError, match="not confirmed"):
        office.ask(run)
    with pytest.raises(WrongStateError, match="not confirmed"):
        office.undo(run)
    run = office.preview(run)
    office.ask(run)
    for ask in (lambda: office.ask(run), lambda: office.preview(run)):
        with pytest.raises(WrongStateError, match="under way"):
            ask()
    with pytest.raises(WrongStateError, match="under way"):
        discard_import(run=run, **office.by)
