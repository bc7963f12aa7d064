"""Whether warnings are on their way, for a terminal."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from alerts.queries.health import alerts_health
from sparktrack.core.clock import database_now


class Command(BaseCommand):
    """The numbers of /healthz/alerts, one a line; the exit code is 1 when something is wrong."""

    help = "Show whether warnings are raised and sent: the numbers of /healthz/alerts. Exit code 1: something is wrong."
    requires_system_checks = ()

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Raises CommandError with code 1 when something is wrong."""
        found = alerts_health(now=database_now())
        for name, ago in found.heartbeats.items():
            self._line(f"{name} ran", "never" if ago is None else f"{ago} s ago")
        waits = "" if found.oldest_due is None else f", the oldest for {found.oldest_due} s"
        self._line("due", f"{found.due}{waits}")
        self._line("being sent", found.sending)
        self._line("failed in the last day", found.failed_last_day)
        self._line("expired in the last day", found.expired_last_day)
        if found.mail_away is not None:
            self._line("no mail server answers", f"for {found.mail_away} s")
        if found.held:
            self.stdout.write("Nothing is sent: HOLD_ALERTS is set.")
        if not found.is_well:
            raise CommandError("; ".join(found.problems) + ".", returncode=1)
        self.stdout.write("All is well.")

    def _line(self, name: str, value: object) -> None:
        self.stdout.write(f"{name:<24}{value}")
