"""Loads the demo brand once, moves it to today, and says who can log in."""

import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from brands.enums import Role
from campaigns.demo import SLUG, Login, demo_brand, load_demo, new_logins
from campaigns.demo_days import refresh_demo
from sparktrack.core.clock import utc_now
from sparktrack.core.private_files import write_private
from sparktrack.core.refusals import RefusedError

LOGINS = "demo-logins.json"


class Command(BaseCommand):
    """Refuses in production; a second call on the same day changes nothing."""

    help = (
        f"Load the demo brand {SLUG}, dated around today, once; later calls move it to today. Its logins, one for "
        f"each role, are made once and kept in var/{LOGINS}."
    )
    requires_system_checks = ()

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Raises CommandError in production, or when something is in the way."""
        if settings.PRODUCTION:
            raise CommandError("The demo brand has logins on file: it is never loaded in production.")
        now = utc_now()
        loaded = demo_brand() is not None
        logins = _logins_on_file()
        if not loaded:
            logins = logins or _new_logins_on_file()
            try:
                load_demo(logins=logins, now=now)
            except RefusedError as error:
                raise CommandError(f"The demo brand cannot be loaded. {error}") from error
        refresh_demo(now=now)
        if not logins:
            self.stdout.write(f"The demo brand {SLUG} is there; var/{LOGINS}, with its passwords, is not.")
            return
        self.stdout.write(f"Log in to the demo brand {SLUG} as")
        for role, login in logins.items():
            self.stdout.write(f"  {role:8} {login.email:28} {login.password}")


def _logins_on_file() -> dict[Role, Login]:
    path = settings.VAR_DIR / LOGINS
    if not path.exists():
        return {}
    stored = json.loads(path.read_text(encoding="utf-8"))
    return {Role(role): Login(**login) for role, login in stored.items()}


def _new_logins_on_file() -> dict[Role, Login]:
    logins = new_logins()
    document = {role: {"email": login.email, "password": login.password} for role, login in logins.items()}
    write_private(settings.VAR_DIR / LOGINS, document)
    return logins
