"""``manage.py export_tracker``: the file, who may see codes, and the exit codes."""

import io
import stat

import pytest
from django.core.management import CommandError, call_command
from openpyxl import load_workbook

from authorizations.secrets import open_code
from brands.enums import Role
from brands.models import AuditEntry
from tests.factories import MembershipFactory
from tests.world import NOW, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    """A brand with one code."""
    world = World(slug="northbeam")
    world.secret = world.code(world.post(world.creator("maya"), title="=1+1"), NOW)
    return world


def run(*arguments):
    """Standard output of the command."""
    out = io.StringIO()
    call_command("export_tracker", *map(str, arguments), stdout=out)
    return out.getvalue()


def refused(*arguments):
    """Exit code and message of a command that refuses."""
    with pytest.raises(CommandError) as caught:
        run(*arguments)
    return caught.value.returncode, str(caught.value)


def test_csv_holds_masked_codes_and_is_readable_by_its_owner_alone(world, tmp_path):
    target = tmp_path / "tracker.csv"

    assert run("--brand", "northbeam", "--output", target) == f"{target}: 1 rows\n"

    text = target.read_text("utf-8-sig")
    assert f"…{world.secret.ending}" in text
    assert open_code(world.secret) not in text
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["tracker.csv"]
    assert not AuditEntry.objects.filter(action="code.revealed").exists()


def test_xlsx_holds_texts_and_no_formulas(world, tmp_path):
    target = tmp_path / "tracker.XLSX"

    run("--brand", "northbeam", "--output", target)

    sheet = load_workbook(target).active
    header, row = sheet.iter_rows()
    cells = {name.value: cell for name, cell in zip(header, row, strict=True)}
    assert (cells["title"].value, cells["title"].data_type) == ("'=1+1", "s")
    assert cells["code"].value == f"…{world.secret.ending}"


@pytest.mark.parametrize("role", [Role.MANAGER, Role.ADMIN])
def test_codes_are_revealed_to_those_who_may_and_every_one_is_in_the_audit(world, tmp_path, role):
    member = MembershipFactory(brand=world.brand, role=role)
    target = tmp_path / "tracker.csv"

    run("--brand", "northbeam", "--output", target, "--reveal-codes", "--actor", member.user.email)

    assert open_code(world.secret) in target.read_text("utf-8-sig")
    entry = AuditEntry.objects.get(action="code.revealed")
    assert (entry.object_id, entry.actor_label) == (world.secret.pk, member.user.email)


@pytest.mark.parametrize("role", [Role.VIEWER, Role.BUYER])
def test_codes_are_not_revealed_to_those_who_may_not(world, tmp_path, role):
    member = MembershipFactory(brand=world.brand, role=role)
    target = tmp_path / "tracker.csv"

    code, _ = refused(
        "--brand", "northbeam", "--output", target, "--reveal-codes", "--actor", member.user.email
    )

    assert code == 2
    assert list(tmp_path.iterdir()) == []
    assert not AuditEntry.objects.filter(action="code.revealed").exists()


def test_admin_of_another_brand_sees_nothing(world, tmp_path):
    eve = MembershipFactory(brand=World().brand)

    for more in ([], ["--reveal-codes"]):
        code, message = refused(
            "--brand", "northbeam", "--output", tmp_path / "x.csv", "--actor", eve.user.email, *more
        )
        assert (code, "no member" in message) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--brand", "nobody", "--output", "{}/x.csv"], "no brand nobody"),
        (["--brand", "northbeam", "--output", "{}/x.pdf"], "must end with .csv or .xlsx"),
        (["--brand", "northbeam", "--output", "{}/no/x.csv"], "cannot be written"),
        (["--brand", "northbeam", "--output", "{}/x.csv", "--reveal-codes"], "--actor"),
    ],
)
def test_arguments_that_cannot_be_used_end_with_2_and_one_line(world, tmp_path, arguments, says):
    code, message = refused(*(argument.format(tmp_path) for argument in arguments))

    assert code == 2
    assert says in message
    assert "\n" not in message


def test_file_that_is_there_stays_if_the_export_fails(world, tmp_path, settings):
    target = tmp_path / "tracker.csv"
    target.write_text("yesterday")
    admin = MembershipFactory(brand=world.brand)
    settings.CODE_KEYS = {"other": bytes(32)}

    code, _ = refused(
        "--brand", "northbeam", "--output", target, "--reveal-codes", "--actor", admin.user.email
    )

    assert code == 2
    assert target.read_text() == "yesterday"
    assert [path.name for path in tmp_path.iterdir()] == ["tracker.csv"]
