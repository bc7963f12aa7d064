"""People as rows: how the shell makes a staff account."""

import pytest
from django.core.management import call_command

from brands.models import User


@pytest.mark.django_db
def test_createsuperuser_asks_for_nothing_but_e_mail_and_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "two words and 9")
    call_command("createsuperuser", "--noinput", "--email", "Staff@Example.com", verbosity=0)
    staff = User.objects.get(email="staff@example.com")
    assert (staff.is_staff, staff.is_superuser) == (True, True)
    assert staff.check_password("two words and 9")
