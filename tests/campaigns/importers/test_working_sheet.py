"""The sheet of a run is kept for a while, and gives back what was rejected."""

from datetime import timedelta

import pytest
import xlsxwriter

from campaigns import tasks
from campaigns.enums import ImportState, RowOutcome
from campaigns.importers.looking import PASTED, kept_sheet, look_again, receive_sheet
from campaigns.importers.rejected import rejected_rows
from campaigns.models import ImportPiece, ImportRow, ImportRun
from campaigns.operations import imports
from campaigns.operations.imports import (
    SheetGoneError,
    WrongStateError,
    ask_apply,
    ask_preview,
    discard_import,
)
from campaigns.queries.imports import outcomes
from campaigns.wishes import Wishes
from posts.models import Post
from sparktrack.core.tabular import UnusableFile
from tests.audit import entries
from tests.campaigns.importers.runs import good
from tests.campaigns.importers.sheets import HEADER
from tests.world import NOW, spark_code


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
