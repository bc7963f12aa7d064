"""Bringing a sheet in, page by page: upload, columns, preview, import; what is refused and who may."""

import io
import re
from pathlib import Path

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from authorizations.models import AuthorizationCode
from brands.enums import Role
from brands.models import Invitation
from brands.operations.edits import Edit
from campaigns.enums import ImportState
from campaigns.models import Flight, ImportRun
from posts.models import Post
from posts.operations.posts import edit_posts
from sparktrack.core.tabular import LIMITS
from tests import sheetfiles
from tests.audit import entries
from tests.campaigns.importdesk import Pages, text, tsv, work
from tests.campaigns.importers.sheets import HEADER, post_url, row
from tests.world import NOW, World, client_of, spark_code

pytestmark = pytest.mark.django_db

TRACKERS = Path(__file__).parents[2] / "data" / "trackers"


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def pages():
    return Pages(World(time_zone="America/New_York"))


def good(number=1, **cells):
    """A row that can be imported."""
    stated = {"auth_date": "2026-10-20", "days": "60", "spark_code": spark_code(number)}
    stated |= {"creator_handle": "maya", "post_link": post_url(number=number)}
    return row(**{**stated, **cells})


BAD = {"days": "soon"}


# --- Upload ---------------------------------------------------------------------------------------------------------
def test_pasted_cells_lead_to_the_columns_with_guesses_and_masked_samples(pages):
    code = spark_code()
    run = pages.brought(tsv(good(spark_code=code, notes="sunny")))
    page = pages.get("import", run)

    assert "17 of 17 columns understood" in text(page)
    form = page.context["columns"]
    guesses = {line.column.header: line.field.value() for line in form.lines}
    assert guesses["Spark code"] == "code"
    assert guesses["Post link"] == "post_url"
    assert f"…{code[-4:]}" in text(page)
    assert code not in page.content.decode()
    assert page["Cache-Control"] == "no-store, private"


@pytest.mark.parametrize(
    ("data", "field", "message"),
    [
        ({}, "file", "Choose a file, or paste the cells below."),
        ({"pasted": "  \n "}, "file", "Choose a file, or paste the cells below."),
        ({"pasted": "a\x00b"}, "pasted", "Null characters are not allowed."),
    ],
)
def test_without_a_sheet_the_field_says_so(data, field, message, pages):
    response = pages.post("imports", **data)
    assert response.status_code == 422
    assert response.context["form"].errors == {field: [message]}


def _xlsm():
    return sheetfiles.zipped({**sheetfiles.xlsx_parts("<row/>"), "xl/vbaProject.bin": b"macro"})


def _bomb():
    return sheetfiles.xlsx(f"<row><c t='inlineStr'><is><t>{'0' * 80_000_000}</t></is></c></row>")


UNUSABLE = {
    "empty": (b"", "The file is empty."),
    "picture": (b"\x89PNG\r\n\x1a\n" + b"0" * 99, "The file is no sheet that can be read"),
    "broken": (sheetfiles.xlsx("<row/>")[:-9], "The file is damaged"),
    "encrypted": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"0" * 900 + "EncryptedPackage".encode("utf-16-le"),
        "protected with a password",
    ),
    "bomb": (_bomb(), "The file unpacks to far more than a sheet needs"),
    "too wide": ((",".join(f"c{n}" for n in range(1_001)) + "\n").encode(), "more than 1,000 columns"),
    "web page": (b"<!doctype html><p>no", "The file is a web page"),
}


@pytest.mark.parametrize("kind", UNUSABLE)
def test_a_file_that_cannot_be_used_is_refused_in_one_sentence_beside_the_field(kind, pages):
    content, message = UNUSABLE[kind]
    response = pages.upload(content)
    assert response.status_code == 422
    (said,) = response.context["form"].errors["file"]
    assert message in said
    assert said.count(". ") == 0
    assert not ImportRun.objects.exists()


def test_what_was_pasted_is_still_there_after_a_refusal(pages):
    response = pages.post("imports", pasted="\x89PNG <b>not a sheet</b>" + "x" * 2_000_000)
    assert response.status_code in {302, 422}
    response = pages.post("imports", pasted="<!doctype html><p>no & never")
    assert response.status_code == 422
    assert "&lt;!doctype html&gt;&lt;p&gt;no &amp; never</textarea>" in response.content.decode()


def test_a_body_that_is_announced_as_too_large_is_refused_before_it_is_read(pages):
    unread = io.BytesIO(b"x" * 1_000)
    client = client_of(pages.person, enforce_csrf_checks=True)
    response = client.generic(
        "POST",
        pages.url("imports"),
        CONTENT_TYPE="multipart/form-data; boundary=x",
        CONTENT_LENGTH=str(100 * 1024 * 1024),
        **{"wsgi.input": unread},
    )
    assert response.status_code == 413
    assert "The file is larger than 50 MB" in text(response)
    assert unread.tell() == 0


def test_a_file_above_the_limit_in_a_body_below_it_is_refused_too(pages, monkeypatch):
    class Small:
        file_bytes = 100

    monkeypatch.setattr("campaigns.forms.imports.LIMITS", Small)
    response = pages.upload(b"x" * 101)
    assert response.status_code == 422
    assert "The file is larger than" in text(response)
    assert LIMITS.file_bytes == 50 * 1024 * 1024


def test_too_much_pasted_text_is_refused_with_a_way_out(pages, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000
    response = pages.post("imports", pasted="x" * 2_000)
    assert response.status_code == 413
    assert "Save the sheet as a file and choose the file instead." in text(response)


def test_a_form_of_another_site_is_refused(pages):
    client = client_of(pages.person, enforce_csrf_checks=True)
    assert client.post(pages.url("imports"), {"pasted": tsv(good())}).status_code == 403
    assert not ImportRun.objects.exists()


def test_a_workbook_with_macros_and_one_of_300_columns_are_read_like_any_other(pages):
    wide = tsv(good(), header=tuple(f"Column {number}" for number in range(283)) + tuple(row())[:0])
    assert "Which row holds the headings?" in text(pages.get("import", pages.brought(wide)))
    run = pages.brought(_xlsm(), "tracker.xlsm")
    assert run.state == ImportState.UPLOADED


def test_only_managers_and_admins_find_the_way_and_others_are_told_who_can(pages):
    board = f"/b/{pages.world.brand.slug}/"
    assert pages.url("imports") in pages.client.get(board).content.decode()
    buyer = Pages(pages.world, Role.BUYER)
    shown = buyer.client.get(board)
    assert buyer.url("imports") not in shown.content.decode()
    assert "A manager or an admin of" in text(shown)
    assert buyer.get("imports").status_code == 403


# --- Columns --------------------------------------------------------------------------------------------------------
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


# --- Preview --------------------------------------------------------------------------------------------------------
def test_every_row_has_its_outcome_with_the_reason_beside_the_cell(pages):
    run = pages.previewed(
        tsv(
            good(1),
            good(2, **BAD),
            good(3, post_link="https://www.instagram.com/p/xyz/"),
            good(4, notes="=1+1"),
        )
    )
    page = pages.get("import", run)
    said = text(page)
    assert "2 rows to import" in said
    assert "4 in the sheet, 1 with errors, 1 skipped." in said
    assert "Row 3 Error Days soon “soon” is not a number of days." in said
    assert "Row 4 Skipped" in said
    only = pages.get("import", run, outcome="error")
    assert [shown.number for shown in only.context["rows"].rows] == [3]
    assert pages.get("import", run, outcome="nonsense", after="x").status_code == 200


def test_what_would_change_stands_there_before_and_after(pages):
    pages.applied(tsv(good(1, title="Old")))
    run = pages.previewed(tsv(good(1, title="New")))
    said = text(pages.get("import", run))
    assert "Row 2 Change" in said
    assert "title: before Old after New" in said
    assert "On file already: creator and code." in said


def test_rows_come_by_pages_and_cost_the_same_number_of_queries(pages):
    def queries(run):
        with CaptureQueriesContext(connection) as found:
            pages.get("import", run)
        return len(found)

    few = pages.previewed(tsv(good(1), good(2, **BAD)))
    many = pages.previewed(tsv(*(good(number) for number in range(70)), good(71, **BAD)))
    assert queries(few) == queries(many)
    first = pages.get("import", many).context["rows"]
    assert len(first.rows) == 50
    assert "Next rows" in text(pages.get("import", many))
    rest = pages.client.get(pages.url("import", many) + first.next_link).context["rows"]
    assert [shown.number for shown in first.rows + rest.rows] == list(range(2, 73))


def test_rows_with_errors_must_be_left_out_by_a_person(pages):
    run = pages.previewed(tsv(good(1), good(2, **BAD)))
    refused = pages.apply(run)
    assert refused.status_code == 422
    assert "1 row has an error: leave such rows out" in text(refused)
    assert not Post.objects.exists()
    assert pages.apply(run, skip_errors="on").status_code == 302
    said = text(pages.get("import", work(run)))
    assert "1 creator, 1 post and 1 code created." in said
    assert "1 row left out" in said


def test_rejected_rows_come_as_a_sheet_with_reasons_that_no_cache_keeps_and_the_audit_knows(pages):
    code = spark_code(2)
    run = pages.applied(tsv(good(1), good(2, **BAD)), skip_errors="on")
    response = pages.post("import-rejected", run)
    sheet = b"".join(response.streaming_content).decode("utf-8-sig").splitlines()
    assert sheet[0].endswith(",Notes,Reason it was left out")
    assert sheet[1].endswith("Days: “soon” is not a number of days.")
    assert code in sheet[1]
    assert len(sheet) == 2
    assert response["Cache-Control"] == "no-store, private"
    assert "pasted - left out.csv" in response["Content-Disposition"]
    (entry,) = entries(pages.world.brand, "import.rejected_downloaded")
    assert (entry.actor_id, entry.after) == (str(pages.person.pk), {"rows": 1})


# --- Conflicts ------------------------------------------------------------------------------------------------------
@pytest.fixture
def conflict(pages):
    """A code that ends on 18 Dec as somebody computed; the sheet says it ends earlier."""
    pages.applied(tsv(good(1)))
    return pages.previewed(tsv(good(1, days="", expires="2026-11-30", title="Also new")))


@pytest.mark.parametrize(
    ("said", "ends"),
    [({}, "2026-12-19"), ({"row-2": "keep"}, "2026-12-19"), ({"row-2": "take"}, "2026-11-30")],
)
def test_a_conflict_shows_both_sides_and_what_is_on_file_stays_unless_somebody_says_so(
    said, ends, pages, conflict
):
    page = pages.get("import", conflict)
    assert "1 conflict: whose word counts?" in text(page)
    assert "Keep what is on file" in text(page)
    assert "Take the sheet" in text(page)
    assert re.search(r'name="row-2"\s+value="keep"\s+checked', page.content.decode())
    assert pages.apply(conflict, **said).status_code == 302
    work(conflict)
    assert conflict.state == ImportState.APPLIED
    code = AuthorizationCode.objects.get()
    assert code.expires_at.date().isoformat() == ends
    assert code.post.title == "Also new"


# --- Owners ---------------------------------------------------------------------------------------------------------
def with_owners():
    flight = {"campaign": "Glow", "flight_start": "2026-11-01", "flight_end": "2026-12-01"}
    return tsv(good(1, **flight, owner="Jo W."), good(2, **flight, owner="Mara"))


def test_unknown_names_become_members_and_invited_people(pages):
    admin = Pages(pages.world, Role.ADMIN)
    buyer = pages.world.member(Role.BUYER, full_name="Johanna Weber")
    run = admin.previewed(with_owners())
    assert "Who are “Jo W.” and “Mara”?" in text(admin.get("import", run))
    names = admin.get("import", run).context["owners"].names
    jo, mara = names.index("Jo W."), names.index("Mara")
    lacking = admin.post("import-owners", run, **{f"owner-{mara}": "invite"})
    assert lacking.status_code == 422
    assert "To invite “Mara”, type their e-mail." in text(lacking)
    said = {f"owner-{jo}": f"user:{buyer.pk}", f"owner-{mara}": "invite", f"email-{mara}": "Mara@x.example"}
    assert admin.post("import-owners", run, **said).status_code == 302
    assert [sent.to for sent in mail.outbox] == [["mara@x.example"]]
    work(run)
    assert "Who are" not in text(admin.get("import", run))
    admin.apply(run)
    work(run)
    flights = {flight.post.tiktok_post_id[-1]: flight for flight in Flight.objects.select_related("post")}
    assert flights["1"].buyer == buyer
    assert flights["2"].buyer_invited == Invitation.objects.get(email="mara@x.example")


def test_who_may_not_invite_can_only_choose_among_those_who_are_there(pages):
    run = pages.previewed(with_owners())
    assert "invite by e-mail" not in text(pages.get("import", run))
    assert "An admin of the brand can invite them." in text(pages.get("import", run))
    refused = pages.post("import-owners", run, **{"owner-0": "invite", "email-0": "mara@x.example"})
    assert refused.status_code == 422
    stranger = World().member()
    assert pages.post("import-owners", run, **{"owner-0": f"user:{stranger.pk}"}).status_code == 422
    assert not Invitation.objects.filter(email="mara@x.example").exists()


def test_the_e_mail_of_a_member_means_the_member(pages):
    admin = Pages(pages.world, Role.ADMIN)
    buyer = pages.world.member(Role.BUYER, email="jo@x.example")
    run = admin.previewed(with_owners())
    assert (
        admin.post("import-owners", run, **{"owner-0": "invite", "email-0": "jo@x.example"}).status_code
        == 302
    )
    run.refresh_from_db()
    assert f"user:{buyer.pk}" in run.wishes["owners"].values()
    assert mail.outbox == []


# --- Work under way, the end, the wrong moment ------------------------------------------------------------------------
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


def test_a_run_that_failed_says_that_nothing_was_written_and_can_be_read_again(pages):
    run = pages.previewed(tsv(good(1)))
    ImportRun.objects.update(
        state=ImportState.FAILED, problem="The import was interrupted; nothing was written."
    )
    said = text(pages.get("import", run))
    assert "Nothing was written The import was interrupted; nothing was written. Read it again" in said
    assert pages.post("import-columns", run, again="1").status_code == 302
    assert "1 row to import" in text(pages.get("import", work(run)))


def test_a_second_click_is_told_where_things_stand(pages):
    run = pages.previewed(tsv(good(1)))
    assert pages.apply(run).status_code == 302
    second = pages.apply(run)
    assert second.status_code == 409
    assert "under way" in text(second)
    assert "Nothing was changed by this click." in text(second)
    work(run)
    assert "imported already" in text(pages.apply(run))
    for step in ("import-columns", "import-discard", "import-sheet"):
        assert pages.post(step, run).status_code == 409, step
    assert Post.objects.count() == 1


def test_a_preview_that_somebody_made_anew_is_not_imported_by_an_old_page(pages):
    run = pages.previewed(tsv(good(1)))
    old = run.attempt
    pages.confirmed(run)
    work(run)
    response = pages.post("import-apply", run, attempt=old)
    assert response.status_code == 409
    assert "Look at the rows before you import them." in text(response)
    assert not Post.objects.exists()


def test_the_back_button_on_a_step_shows_the_import(pages):
    run = pages.previewed(tsv(good(1)))
    for step in ("sheet", "columns", "owners", "apply", "discard", "rejected"):
        assert pages.get(f"import-{step}", run)["Location"] == pages.url("import", run)
    assert pages.get("import-undo", run)["Location"] == pages.url("import", run)


def test_a_discarded_import_leaves_a_line_in_the_history_and_nothing_else(pages):
    run = pages.previewed(tsv(good(1)))
    response = pages.client.post(pages.url("import-discard", run), follow=True)
    assert "was discarded. Nothing was written." in text(response)
    assert "Discarded The sheet and its preview are deleted." in text(response)
    assert "Discarded: nothing was written" in text(pages.get("import", run))


def test_the_history_says_who_when_what_and_goes_on_by_pages(pages):
    pages.applied(tsv(good(1)))
    said = text(pages.get("imports"))
    assert "pasted.tsv Imported Created 1 creator, 1 post and 1 code. Sat 21 Nov, 09:05 EST" in said
    assert pages.person.get_full_name() in said
    for _ in range(30):
        ImportRun.objects.create(
            brand=pages.world.brand, file_name="old.csv", state=ImportState.REFUSED, created_at=NOW
        )
    first = pages.get("imports")
    assert text(first).count("old.csv") + text(first).count("pasted.tsv") == 25
    more = re.search(r'href="(\?after=[^"]+)">Earlier imports', first.content.decode())[1]
    assert text(pages.client.get(pages.url("imports") + more)).count("old.csv") > 4


# --- Undo -----------------------------------------------------------------------------------------------------------
def test_undo_says_first_what_vanishes_and_then_puts_everything_back(pages):
    run = pages.applied(tsv(good(1)))
    asked = pages.get("import-undo", run)
    assert "1 creator, 1 post and 1 code created. What was created vanishes" in text(asked)
    assert Post.objects.count() == 1
    done = pages.client.post(pages.url("import-undo", run), follow=True)
    assert "Undone. Everything is as it was before this import." in text(done)
    assert not Post.objects.exists()
    assert pages.post("import-undo", run).status_code == 409


def test_undo_that_would_throw_work_away_lists_what_stands_in_the_way(pages):
    run = pages.applied(tsv(good(1, title="Ramen")))
    edit_posts(edits=[Edit(Post.objects.get(), {"title": "Ramen, mended"})], **pages.world.by)
    blocked = pages.post("import-undo", run)
    assert blocked.status_code == 409
    said = text(blocked)
    assert "Nothing was undone" in said
    assert "Ramen" in said
    assert Post.objects.count() == 1


def test_the_result_links_each_thing_to_its_post(pages):
    run = pages.applied(tsv(good(1)))
    page = pages.get("import", run)
    post = Post.objects.get()
    assert reverse("post", args=[pages.world.brand.slug, post.pk]) in page.content.decode()
    assert [
        thing.noun for thing in pages.get("import", run, kind="authorizationcode").context["touched"]
    ] == ["code"]
    assert pages.get("import", run, kind="nonsense", after="x").status_code == 200


def test_columns_are_changed_from_the_preview_and_refused_there_beside_the_field(pages):
    run = pages.previewed(tsv(good()))
    page = pages.get("import", run, step="columns")
    assert page.status_code == 200
    assert "17 of 17 columns understood" in text(page)
    refused = pages.confirmed(run, **{"column-1": "", "column-2": ""})
    assert refused.status_code == 422
    assert "No column says which post a row is about" in text(refused)
    assert pages.confirmed(run, **{"column-16": ""}).status_code == 302
    assert work(run).state == ImportState.PREVIEWED


def test_columns_that_differ_in_case_only_are_one(pages):
    sheet = tsv([*good(), "https://elsewhere.example"], header=(*HEADER, "POST LINK"))
    run = pages.previewed(sheet)
    assert run.report["columns"]["Post link"] == "post_url"


def test_nobody_is_invited_for_an_import_that_is_over(pages):
    admin = Pages(pages.world, Role.ADMIN)
    run = admin.previewed(with_owners())
    admin.apply(run)
    work(run)
    late = admin.post("import-owners", run, **{"owner-0": "invite", "email-0": "jo@x.example"})
    assert late.status_code == 409
    assert not Invitation.objects.filter(email="jo@x.example").exists()


@pytest.mark.parametrize(
    "when", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-01-01", "x"]
)
def test_an_odd_place_in_the_history_begins_at_the_top(when, pages):
    pages.brought(tsv(good()))
    page = pages.get("imports", after=f"{when}_00000000-0000-7000-8000-000000000000")
    assert page.status_code == 200
