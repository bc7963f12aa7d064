"""Start-up of the brands app."""

from typing import Any

from django.apps import AppConfig


class BrandsConfig(AppConfig):
    """Tenants and people."""

    name = "brands"

    def ready(self) -> None:
        """Listens to allauth: a changed factor ends other sessions (a changed password does so by itself)."""
        from allauth.account.signals import password_reset  # noqa: PLC0415 - needs the app registry
        from allauth.mfa import signals as factors  # noqa: PLC0415

        for signal in (
            factors.authenticator_added,
            factors.authenticator_removed,
            factors.authenticator_reset,
        ):
            signal.connect(end_other_sessions, dispatch_uid="brands.end_other_sessions")
        password_reset.connect(forget_failures, dispatch_uid="brands.forget_failures")


def end_other_sessions(request: Any, user: Any, **_kwargs: Any) -> None:
    """Logs ``user`` out everywhere but in the session of ``request``."""
    from allauth.usersessions.internal.flows import sessions  # noqa: PLC0415 - needs the app registry

    sessions.end_other_sessions(request, user)


def forget_failures(user: Any, **_kwargs: Any) -> None:
    """Opens an account that strangers locked: whoever reset its password has shown that the mailbox is theirs."""
    from axes.utils import reset  # noqa: PLC0415 - needs the app registry

    reset(username=user.email)
