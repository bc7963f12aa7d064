"""A run from the upload to the end, as the pages ask for it and a worker does it."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import xlsxwriter
from django.db import DatabaseError
from kombu.exceptions import OperationalError

from authorizations.enums import EndSource
from authorizations.models import AuthorizationCode
from authorizations.operations.codes import Extension, Verification, extend_codes, verify_codes
from brands.operations.edits import Edit
from campaigns import tasks
from campaigns.enums import ImportState, RowOutcome
from campaigns.importers import working
from campaigns.importers.looking import PASTED, kept_sheet, look_again, receive_sheet
from campaigns.importers.rejected import rejected_rows
from campaigns.models import Flight, ImportPiece, ImportRow, ImportRun
from campaigns.operations import imports
from campaigns.operations.flights import edit_flights
from campaigns.operations.import_work import CHANGED, INTERRUPTED, LateWorkerError, begin_work, finish_apply
from campaigns.operations.imports import (
    RowsWithErrorsError,
    SheetGoneError,
    WrongStateError,
    ask_apply,
    ask_preview,
    discard_import,
)
from campaigns.progress import Pulse, progress_of
from campaigns.queries.imports import outcomes, preview_rows, touched_counts, touched_rows
from campaigns.wishes import Decision, Wishes
from creators.models import Creator
from posts.models import Post
from sparktrack.core.clock import utc_now
from sparktrack.core.tabular import UnusableFile
from tests.audit import entries
from tests.campaigns.importers.sheets import HEADER, post_url, row
from tests.world import NOW, spark_code

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


# --- when it cannot be done ----------------------------------------------------------------------------------------
def test_a_sheet_that_cannot_be_read_as_asked_fails_in_words_and_can_be_read_otherwise(office):
    run = office.preview(office.upload(good()), columns={"No such column": "notes"})
    assert run.state == ImportState.FAILED
    assert run.problem.startswith("The sheet has no column “No such column”.")
    assert run.problem.endswith("Nothing was written.")
    assert office.preview(run).state == ImportState.PREVIEWED


def test_a_fault_of_ours_takes_everything_back_and_says_so(office, monkeypatch):
    run = office.preview(office.upload(good()))
    office.ask(run)

    def breaks(plan, **how):
        carry_out(plan, **how)
        raise DatabaseError

    carry_out = working.carry_out
    monkeypatch.setattr(working, "carry_out", breaks)
    with pytest.raises(DatabaseError):
        tasks.apply_import(str(run.pk))
    run.refresh_from_db()
    assert (run.state, Creator.objects.count()) == (ImportState.FAILED, 0)
    assert "nothing was written" in run.problem
    monkeypatch.undo()
    assert office.apply(run).state == ImportState.APPLIED


def test_a_worker_whose_run_was_taken_away_cannot_finish_it(office):
    run = office.ask(office.preview(office.upload(good())))
    taken = begin_work(run_id=run.pk, state=ImportState.APPLYING, now=utc_now())
    assert begin_work(run_id=run.pk, state=ImportState.APPLYING, now=utc_now()) is None
    ImportRun.objects.update(attempt=taken.attempt + 1)
    with pytest.raises(LateWorkerError):
        finish_apply(run=taken, report={}, now=NOW, actor=office.world.actor)
    assert ImportRun.objects.get().state == ImportState.APPLYING


def test_sweeping_fails_what_is_silent_and_wakes_for_what_waits(office, monkeypatch):
    dead, alive, waiting = (office.ask(office.preview(office.upload(good()))) for _ in range(3))
    for run in (dead, alive):
        begin_work(run_id=run.pk, state=ImportState.APPLYING, now=utc_now())
        run.refresh_from_db()
    later = utc_now() + timedelta(seconds=61)
    Pulse(alive, lambda: later - timedelta(seconds=5))("posts", 1, 3)
    woken = []
    monkeypatch.setattr(tasks, "utc_now", lambda: later)
    monkeypatch.setattr(tasks.apply_import, "delay", woken.append)

    tasks.sweep_imports()

    states = dict(ImportRun.objects.values_list("pk", "state"))
    assert states == {dead.pk: "failed", alive.pk: "applying", waiting.pk: "applying"}
    assert woken == [str(waiting.pk)]
    dead.refresh_from_db()
    assert dead.problem == INTERRUPTED
    assert progress_of(alive).percent == 33
    assert office.apply(dead).state == ImportState.APPLIED


def test_without_a_broker_the_run_waits_for_the_sweeper(office, monkeypatch, caplog):
    def away(_):
        raise OperationalError

    run = office.upload(good())
    asked = ask_preview(run=run, wishes=Wishes(), **office.by)
    monkeypatch.setattr(tasks.preview_import, "delay", away)
    tasks.wake(asked)
    assert "waits for the sweeper" in caplog.text
    monkeypatch.undo()
    monkeypatch.setattr(tasks.preview_import, "delay", tasks.preview_import)
    tasks.sweep_imports()
    run.refresh_from_db()
    assert run.state == ImportState.PREVIEWED


# --- the kept sheet ------------------------------------------------------------------------------------------------
def test_the_sheet_is_kept_sealed_in_pieces_until_it_is_discarded(office, monkeypatch):
    monkeypatch.setattr("campaigns.secrets.PIECE", 64)
    run = office.upload(good(title="Very plain text"))
    content = kept_sheet(run)
    assert b"Very plain text" in content
    assert run.kept_bytes == len(content)
    assert ImportPiece.objects.filter(run=run).count() == -(-len(content) // 64)
    assert not [p for p in ImportPiece.objects.all() if b"plain" in bytes(p.ciphertext)]
    run = discard_import(run=office.preview(run), **office.by)
    assert (run.state, run.look) == (ImportState.DISCARDED, {})
    assert not ImportPiece.objects.exists()
    assert not ImportRow.objects.exists()
    with pytest.raises(WrongStateError, match="discarded"):
        ask_preview(run=run, wishes=Wishes(), **office.by)


def test_sheets_are_deleted_after_thirty_days_and_an_import_stays_undoable(office, monkeypatch):
    applied = office.bring(good(), good(days="soon"), skip_errors=True)
    asked = office.ask(office.preview(office.upload(good())))
    forgotten = office.upload(good())
    ImportRun.objects.filter(pk=asked.pk).update(state="previewed")
    monkeypatch.setattr(tasks, "utc_now", lambda: NOW + timedelta(days=30) - timedelta(seconds=1))
    tasks.delete_old_sheets()
    assert ImportRun.objects.filter(kept_bytes=None).count() == 0
    monkeypatch.setattr(tasks, "utc_now", lambda: NOW + timedelta(days=30))
    tasks.delete_old_sheets()
    tasks.delete_old_sheets()
    assert not ImportPiece.objects.exists()
    assert not ImportRow.objects.exists()
    assert len(entries(office.brand, "import.sheet_deleted")) == 3
    for run in (applied, forgotten, asked):
        run.refresh_from_db()
    assert (applied.state, forgotten.state, asked.state) == ("applied", "discarded", "discarded")
    with pytest.raises(SheetGoneError, match="upload it again"):
        rejected_rows(applied, **office.by)
    assert office.undo(applied).state == ImportState.UNDONE


def test_a_run_that_was_imported_while_old_sheets_were_deleted_stays_imported(office, monkeypatch):
    runs = [office.preview(office.upload(good())) for _ in range(2)]

    def forget(run):
        if run.pk == runs[0].pk:
            ImportRun.objects.filter(pk=runs[1].pk).update(state="applied")
        _forget(run)

    _forget = imports._forget
    monkeypatch.setattr(imports, "_forget", forget)
    monkeypatch.setattr(tasks, "utc_now", lambda: NOW + timedelta(days=30))
    tasks.delete_old_sheets()
    assert list(ImportRun.objects.order_by("pk").values_list("state", flat=True)) == ["discarded", "applied"]


def test_a_preview_whose_sheet_is_gone_cannot_be_imported(office):
    run = office.preview(office.upload(good()))
    ImportRun.objects.update(kept_bytes=None)
    with pytest.raises(SheetGoneError):
        ask_apply(run=run, decisions={}, skip_errors=False, **office.by)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"%PDF-1.7", "no sheet"),
        (b"PK\x03\x04 broken", "damaged"),
        (b"\x00\x01\x02" * 99, "no sheet"),
    ],
)
def test_what_is_no_sheet_is_refused_and_not_kept(office, content, said):
    with pytest.raises(UnusableFile, match=said):
        receive_sheet(content, file_name="x.xlsx", **office.by)
    assert not ImportRun.objects.exists()


def test_pasted_cells_are_a_sheet(office):
    text = "\n".join("\t".join(cells) for cells in (HEADER, good())).encode()
    run = office.preview(receive_sheet(text, file_name=PASTED, **office.by))
    assert (run.file_name, outcomes(run)[RowOutcome.CREATE]) == ("pasted.tsv", 1)


# --- rejected rows -------------------------------------------------------------------------------------------------
def test_rejected_rows_come_back_as_they_were_with_the_reason_and_the_download_is_audited(office):
    code = spark_code(8)
    bad = good(days="soon", spark_code=code, title="=1+1")
    run = office.bring(good(), bad, skip_errors=True)

    header, rows = rejected_rows(run, **office.by)

    assert header == [*HEADER, "Reason it was left out"]
    assert list(rows) == [[*bad, "Days: “soon” is not a number of days."]]
    (entry,) = entries(office.brand, "import.rejected_downloaded")
    assert entry.after == {"rows": 1}
    mended = [*bad, "Days: …"]
    mended[HEADER.index("Days")] = "30"
    again = office.bring(mended, header=header)
    assert again.state == ImportState.APPLIED
    assert "Reason" not in Post.objects.get(title="=1+1").notes


def test_rejected_rows_are_those_of_the_sheet_that_was_read_whatever_was_looked_at_since(office):
    book = office.folder / "two.xlsx"
    with xlsxwriter.Workbook(book) as workbook:
        for name in ("One", "Two"):
            sheet = workbook.add_worksheet(name)
            sheet.write_row(0, 0, HEADER)
            sheet.write_row(1, 0, good(days="soon", title=name))
    run = receive_sheet(book.read_bytes(), file_name="two.xlsx", **office.by)
    run = office.preview(run, sheet="One")
    run = look_again(run, brand=office.brand, sheet="Two")
    _, rows = rejected_rows(run, **office.by)
    assert [cells[HEADER.index("Title")] for cells in rows] == ["One"]
