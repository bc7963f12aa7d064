"""A sheet against a better source: both sides are shown, and a person says whose word counts."""

from datetime import UTC, datetime

import pytest

from authorizations.models import AuthorizationCode
from authorizations.operations.codes import Verification, revoke_codes, verify_codes
from brands.operations.edits import Edit
from campaigns.enums import RowOutcome
from campaigns.queries.imports import conflict_numbers, outcomes, preview_rows
from campaigns.wishes import Decision
from posts.models import Post
from posts.operations.posts import edit_posts
from tests.audit import changes
from tests.campaigns.importers.sheets import HEADER, post_url, row, said
from tests.world import NOW, spark_code

URL, CODE = post_url("maya", number=77), spark_code(77)
READ = datetime(2026, 12, 24, 15, 30, tzinfo=UTC)


def sheet_row(**cells):
    """The row of the code; the sheet says that it ends on 1 November."""
    usual = {"creator_handle": "maya", "auth_date": "2026-10-02", "days": "30"}
    return row(**{**usual, "post_link": URL, "spark_code": CODE, **cells})


@pytest.fixture
def read(office):
    """The code on file, whose end was read at TikTok."""
    office.bring(sheet_row())
    code = AuthorizationCode.objects.get()
    verify_codes(verifications=[Verification(code, READ)], **office.by)
    code.refresh_from_db()
    return code


def test_both_sides_are_shown_with_what_else_the_row_does_and_what_is_on_file_stays(office, read):
    run = office.preview(office.upload(sheet_row(title="Film")))

    assert (outcomes(run)[RowOutcome.CONFLICT], conflict_numbers(run)) == (1, [2])
    (found,) = preview_rows(run).rows
    assert found.conflicts == [
        {
            "kind": "end",
            "label": f"code ending {CODE[-4:]}",
            "on_file": {"at": READ.isoformat(), "source": "tiktok", "checked_at": NOW.isoformat()},
            "in_sheet": {"at": "2026-11-01T04:00:00+00:00"},
        }
    ]
    (post,) = (one for one in found.effects if one["kind"] == "posts")
    assert post["changes"] == [{"field": "title", "before": "", "after": "Film"}]
    run = office.apply(run)
    assert (run.state, Post.objects.get().title) == ("applied", "Film")
    read.refresh_from_db()
    assert read.expires_at == READ


def test_what_else_the_row_of_a_conflict_would_write_over_is_looked_at_again(office, read):
    run = office.preview(office.upload(sheet_row(title="Film")))
    edit_posts(edits=[Edit(Post.objects.get(), {"title": "Reel"})], **office.by)
    run = office.apply(run, decisions={2: Decision.TAKE})
    assert (run.state, Post.objects.get().title) == ("previewed", "Reel")


def test_keep_leaves_the_code_and_takes_the_rest_of_the_row(office, read):
    run = office.preview(office.upload(sheet_row(title="Film")))

    run = office.apply(run, decisions={2: Decision.KEEP})

    assert run.state == "applied"
    read.refresh_from_db()
    assert (read.expires_at, read.end_source) == (READ, "tiktok")
    assert Post.objects.get().title == "Film"
    assert said(run, "warnings") == [(2, "Days", "conflict_kept")]


def test_take_makes_the_end_of_the_sheet_count_and_is_audited_and_undone(office, read):
    run = office.preview(office.upload(sheet_row()))

    run = office.apply(run, decisions={2: Decision.TAKE})

    read.refresh_from_db()
    assert (read.expires_at.date().isoformat(), read.end_source) == ("2026-11-01", "sheet")
    assert said(run, "warnings") == [(2, "Days", "conflict_taken")]
    (before, after) = changes(office.brand, "code.corrected")[-1]
    assert (before["end_source"], after["end_source"]) == ("tiktok", "sheet")
    assert sum(office.take(sheet_row()).report["updated"].values()) == 0
    office.undo(run)
    read.refresh_from_db()
    assert (read.expires_at, read.end_source) == (READ, "tiktok")


def test_decisions_made_before_are_kept_when_the_preview_is_made_again(office, read):
    run = office.preview(office.upload(sheet_row()), decisions={2: Decision.KEEP})
    assert outcomes(run)[RowOutcome.CONFLICT] == 1
    assert not run.report["errors"]
    assert office.apply(run).state == "applied"


@pytest.mark.parametrize(
    ("cells", "column", "in_sheet", "taken"),
    [
        ({"status": "active"}, "Status", None, None),
        ({"revoked": "2026-12-01"}, "Revoked at", "2026-12-01T05:00:00+00:00", "2026-12-01"),
    ],
)
def test_a_revocation_that_the_sheet_does_not_know_is_a_conflict(office, cells, column, in_sheet, taken):
    header = [*HEADER, "Revoked at"]
    status = cells.get("status", "")
    line = [*sheet_row(status=status), cells.get("revoked", "")]
    office.bring([*sheet_row(), ""], header=header)
    revoke_codes(codes=[AuthorizationCode.objects.get()], at=NOW, **office.by)

    run = office.preview(office.upload(line, header=header))

    (found,) = preview_rows(run).rows
    assert found.conflicts == [
        {
            "kind": "revocation",
            "label": f"code ending {CODE[-4:]}",
            "on_file": {"at": NOW.isoformat(), "source": "", "checked_at": None},
            "in_sheet": {"at": in_sheet},
        }
    ]
    kept = office.apply(run, decisions={2: Decision.KEEP})
    assert said(kept, "warnings") == [(2, column, "conflict_kept")]
    assert AuthorizationCode.objects.get().revoked_at == NOW
    run = office.bring(line, header=header, wishes={"decisions": {2: Decision.TAKE}})
    now = AuthorizationCode.objects.get().revoked_at
    assert (now.date().isoformat() if now else None) == taken
    assert said(run, "warnings") == [(2, column, "conflict_taken")]
    office.undo(run)
    assert AuthorizationCode.objects.get().revoked_at == NOW


def test_a_conflict_beside_an_error_is_an_error(office, read):
    run = office.preview(office.upload(sheet_row(flight_start="soon"), sheet_row(rights_start="soon")))
    assert outcomes(run)[RowOutcome.ERROR] == 2
