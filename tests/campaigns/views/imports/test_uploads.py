"""A sheet is brought in: pasted or chosen, refused in one sentence, listed in the history."""

import io
import re

import pytest
import time_machine

from brands.enums import Role
from campaigns.enums import ImportState
from campaigns.models import ImportRun
from sparktrack.core.tabular import LIMITS
from tests import sheetfiles
from tests.campaigns.importdesk import Pages, good, text, tsv
from tests.campaigns.importers.sheets import row
from tests.world import NOW, World, client_of, spark_code

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def pages():
    return Pages(World(time_zone="America/New_York"))


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


@pytest.mark.parametrize(
    "when", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-01-01", "x"]
)
def test_an_odd_place_in_the_history_begins_at_the_top(when, pages):
    pages.brought(tsv(good()))
    page = pages.get("imports", after=f"{when}_00000000-0000-7000-8000-000000000000")
    assert page.status_code == 200
