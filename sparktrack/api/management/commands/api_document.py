"""``manage.py api_document``: writes docs/openapi.json."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from sparktrack.api.document import document


class Command(BaseCommand):
    """The document of the REST API, as it is served."""

    help = "Write docs/openapi.json as the REST API is now."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Writes the file."""
        path = settings.BASE_DIR / "docs" / "openapi.json"
        path.write_bytes(document())
        self.stdout.write(f"{path.relative_to(settings.BASE_DIR)} is written.")
