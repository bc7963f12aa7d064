"""Start-up of the brands app."""

from typing import Any

from django.apps import AppConfig


class BrandsConfig(AppConfig):
    """Tenants and people."""

    name = "brands"

    def ready(self) -> None:
        """Changing a second factor ends the person's other sessions (a changed password does so by itself)."""
        from allauth.mfa import signals  # noqa: PLC0415 - needs the app registry

        for signal in (
            signals.authenticator_added,
            signals.authenticator_removed,
            signals.authenticator_reset,
        ):
            signal.connect(end_other_sessions, dispatch_uid="brands.end_other_sessions")


def end_other_sessions(request: Any, user: Any, **_kwargs: Any) -> None:
    """Logs ``user`` out everywhere but in the session of ``request``."""
    from allauth.usersessions.internal.flows import sessions  # noqa: PLC0415 - needs the app registry

    sessions.end_other_sessions(request, user)
