"""``manage.py import_tracker``: what people see, and the exit codes."""

import io
import json

import pytest
from django.core.management import CommandError, call_command

from brands.enums import Role
from campaigns.models import ImportRun
from posts.models import Post
from tests.campaigns.importers.sheets import post_url, row, write_sheet
from tests.factories import BrandFactory, MembershipFactory
from tests.world import spark_code

pytestmark = pytest.mark.django_db


@pytest.fixture
def brand():
    """The brand that imports."""
    return BrandFactory(slug="northbeam", time_zone="America/New_York")


def good(**cells):
    """A row without a fault, but for ``cells``."""
    same = {"post_link": post_url(), "spark_code": spark_code(), "auth_date": "2026-10-02", "days": "30"}
    return row(**{**same, **cells})


def run(path, *arguments):
    """Standard output of the command."""
    out = io.StringIO()
    call_command("import_tracker", str(path), *arguments, stdout=out)
    return out.getvalue()


def refused(path, *arguments):
    """Exit code and message of a command that refuses."""
    with pytest.raises(CommandError) as caught:
        run(path, *arguments)
    return caught.value.returncode, str(caught.value)


def test_preview_shows_the_counts_and_writes_nothing(brand, tmp_path):
    out = run(write_sheet(tmp_path, [good(), good()]), "--brand", "northbeam")

    lines = [line.split() for line in out.splitlines()]
    assert ["created", "updated", "unchanged"] in lines
    assert ["posts", "2", "0", "0"] in lines
    assert "Nothing was written." in out
    assert not Post.objects.exists()


def test_apply_writes_and_says_so(brand, tmp_path):
    assert "Applied." in run(write_sheet(tmp_path, [good()]), "--brand", "northbeam", "--apply")
    assert Post.objects.for_brand(brand).count() == 1


def test_errors_are_shown_beside_row_and_column_and_end_with_1(brand, tmp_path, capsys):
    path = write_sheet(tmp_path, [good(), good(days="soon"), *(good(post_link=f"no {n}") for n in range(25))])

    for options in ((), ("--apply",)):
        with pytest.raises(CommandError) as caught:
            call_command("import_tracker", str(path), "--brand", "northbeam", *options)
        assert (caught.value.returncode, str(caught.value)) == (
            1,
            "26 rows have errors. Nothing was written.",
        )
        out = capsys.readouterr().out
        assert "Errors: 26 (bad_url 25, bad_window 1)" in out
        assert "  row 3, Days: “soon” is not a number of days. [bad_window]" in out
        assert "… and 6 more, see --report" in out
    assert not Post.objects.exists()


def test_the_same_sentence_stands_once_for_all_its_rows(brand, tmp_path):
    out = run(
        write_sheet(tmp_path, [good(owner="tom", campaign="Q4") for _ in range(8)]), "--brand", "northbeam"
    )

    assert "  rows 2, 3, 4, 5, 6 and 3 more, Owner: “tom” is nobody's e-mail" in out


def test_skip_errors_applies_the_rest_with_0(brand, tmp_path):
    path = write_sheet(tmp_path, [good(), good(days="soon")])

    assert "Applied." in run(path, "--brand", "northbeam", "--apply", "--skip-errors")
    assert Post.objects.count() == 1


def test_report_goes_to_a_file_or_to_standard_output(brand, tmp_path):
    path, target = write_sheet(tmp_path, [good()]), tmp_path / "report.json"

    run(path, "--brand", "northbeam", "--report", str(target))
    shown = json.loads(run(path, "--brand", "northbeam", "--report", "-"))

    assert json.loads(target.read_text()) == shown
    assert shown["file"] == path.name


def test_report_never_takes_the_place_of_the_sheet(brand, tmp_path):
    sheet = write_sheet(tmp_path, [good()])
    before = sheet.read_bytes()
    other_name = tmp_path / "report.json"
    other_name.symlink_to(sheet)
    for target in (sheet, other_name):
        code, says = refused(sheet, "--brand", "northbeam", "--apply", "--report", str(target))
        assert (code, "is the sheet itself" in says) == (2, True)
    assert sheet.read_bytes() == before
    assert not Post.objects.exists()


def test_report_that_cannot_be_written_ends_with_2_before_anything_is_imported(brand, tmp_path):
    path = write_sheet(tmp_path, [good()])

    code, message = refused(
        path, "--brand", "northbeam", "--apply", "--report", str(tmp_path / "no" / "report.json")
    )

    assert (code, "cannot be written" in message) == (2, True)
    assert not Post.objects.exists()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--brand", "nobody"], "There is no brand nobody."),
        (["--brand", "northbeam", "--sheet", "Codes"], "no named sheets"),
        (["--brand", "northbeam", "--map", "Code"], "Header=field"),
        (["--brand", "northbeam", "--map", "Kode=code"], "no column “Kode”"),
        (["--brand", "northbeam", "--map", "Title=term"], "no field “term”"),
        (["--brand", "northbeam", "--actor", "eve@x.example"], "no member"),
    ],
)
def test_arguments_that_cannot_be_used_end_with_2_and_one_line(brand, tmp_path, arguments, says):
    code, message = refused(write_sheet(tmp_path, [good()]), *arguments)

    assert code == 2
    assert says in message
    assert "\n" not in message
    assert not ImportRun.objects.exists()


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no zip", b"\x00\x01\x02", b"one,two\n1,2\n"])
def test_file_that_cannot_be_used_ends_with_2_and_one_line(brand, tmp_path, content):
    path = tmp_path / "tracker.csv"
    path.write_bytes(content)

    for target in (path, tmp_path / "missing.csv", tmp_path):
        code, message = refused(target, "--brand", "northbeam", "--apply")
        assert (code, "\n" in message) == (2, False)


@pytest.mark.parametrize(
    ("role", "may"), [(Role.VIEWER, False), (Role.BUYER, False), (Role.MANAGER, True), (Role.ADMIN, True)]
)
def test_member_who_imports_must_be_allowed_to_and_is_on_record(brand, tmp_path, role, may):
    member = MembershipFactory(brand=brand, role=role)
    arguments = (
        write_sheet(tmp_path, [good()]),
        "--brand",
        "northbeam",
        "--actor",
        member.user.email.upper(),
    )

    if may:
        run(*arguments)
        assert ImportRun.objects.get().by == member.user
    else:
        assert refused(*arguments)[0] == 2
        assert not ImportRun.objects.exists()
