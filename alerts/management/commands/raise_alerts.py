"""One pass of the engine by hand."""

from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand

from alerts.operations.raising import raise_alerts
from sparktrack.core.clock import database_now


class Command(BaseCommand):
    """What the worker does every minute."""

    help = (
        "Raise the alerts that are due now and close those that do not hold any more, as the worker does every minute. "
        "Messages are sent by the worker."
    )
    requires_system_checks = ()

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Says what changed."""
        changed = asdict(raise_alerts(now=database_now()))
        said = ", ".join(f"{number} {name}" for name, number in changed.items() if number)
        self.stdout.write(said or "Nothing changed.")
