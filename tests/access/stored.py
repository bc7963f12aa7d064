"""What the database holds, for comparison: reading must change nothing of it."""

from django.apps import apps


def everything_stored() -> dict[str, list[str]]:
    """Every row of every table, but for the sessions of who asks."""
    return {
        model._meta.label: sorted(
            str([plain(value) for value in row]) for row in model._default_manager.values_list()
        )
        for model in apps.get_models()
        if model._meta.label not in {"sessions.Session", "usersessions.UserSession"}
    }


def plain(value: object) -> object:
    """``value`` as it looks the same whenever it is read: PostgreSQL gives bytes in a fresh view each time."""
    return bytes(value) if isinstance(value, memoryview) else value
