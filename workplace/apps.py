"""Start-up of the workplace app."""

from django.apps import AppConfig
from django.db.backends.signals import connection_created

from workplace.lists.folding import teach_sqlite


class WorkplaceConfig(AppConfig):
    """The pages."""

    name = "workplace"

    def ready(self) -> None:
        """Lists are ordered A–Z by a function that SQLite does not have."""
        connection_created.connect(teach_sqlite, dispatch_uid="workplace.teach_sqlite")
