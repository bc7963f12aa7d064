import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from brands.models import Brand, Membership
from tests.factories import BrandFactory

pytestmark = pytest.mark.django_db

GOOD = {"name": "Northbeam", "timezone": "Europe/Berlin", "admin": "ada@example.com"}


def test_it_prints_the_link_by_which_the_admin_comes_in(client, capsys):
    call_command("add_brand", "northbeam", **GOOD, currency="EUR")
    link = capsys.readouterr().out.splitlines()[-1]
    assert link.startswith(f"{settings.SITE_URL}/invitations/")
    form = {"full_name": "Ada", "password": "grows on trees, 12 of them"}
    client.post(link.removeprefix(settings.SITE_URL), form)
    member = Membership.objects.get()
    assert (member.user.email, member.role, member.brand.slug) == ("ada@example.com", "admin", "northbeam")


@pytest.mark.parametrize(
    ("slug", "wrong", "words"),
    [
        ("North Beam", {}, "North Beam"),
        ("taken", {}, "taken"),
        ("northbeam", {"timezone": "Berlin"}, "Berlin"),
        ("northbeam", {"admin": "ada"}, "ada"),
        ("northbeam", {"currency": "euro"}, "euro"),
        ("northbeam", {"name": ""}, "name"),
    ],
)
def test_anything_wrong_is_one_line_with_exit_code_2_and_nothing_is_written(slug, wrong, words):
    BrandFactory(slug="taken")
    with pytest.raises(CommandError) as refusal:
        call_command("add_brand", slug, **{**GOOD, **wrong})
    assert refusal.value.returncode == 2
    assert words in str(refusal.value)
    assert "\n" not in str(refusal.value)
    assert Brand.objects.count() == 1


def test_missing_arguments_exit_with_2_on_the_command_line():
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "sparktrack.settings"}
    command = [sys.executable, "manage.py", "add_brand", "northbeam", "--name", "Northbeam"]
    done = subprocess.run(
        command,
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 2
    assert "--timezone" in done.stderr
